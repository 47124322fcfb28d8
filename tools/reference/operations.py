"""What the code can't say about each operation: what it is for, and what its parameters and statuses mean."""

from typing import NamedTuple

from reference.contract import Json


class Operation(NamedTuple):
    """One operation without its responses, which are examples that the code produces.

    `success` gives the meaning of each successful status, `answer` the schema of their bodies ("" for none), `body`
    the schema of the request's body for each media type. A parameter without a schema has that of the customer's field
    of its name.
    """

    method: str
    path: str
    id: str
    scope: str
    summary: str
    description: str
    success: dict[int, str]
    answer: str
    parameters: tuple[Json, ...] = ()
    body: dict[str, str] = {}  # noqa: RUF012 - nothing changes it


IDEMPOTENCY_KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": (
        "Names this request for 24 hours: up to 255 printable ASCII characters, such as a new UUID, bare or in quotes "
        "(draft-ietf-httpapi-idempotency-key-header)."
    ),
    # No `example` of the parameter: pages fill that in, and a key is for one request only.
    "schema": {
        "type": "string",
        "maxLength": 255,
        "pattern": r'^([!#-~]([ -~]*[!-~])?|"([ !#-\[\]-~]|\\["\\])+")$',
        "examples": ["9b2d6c1e-4f83-4a57-8d0e-1c6a5b7f3e92"],
    },
}
A_TIME = "A date alone stands for its first moment in UTC."
IF_MATCH: Json = {
    "name": "If-Match",
    "in": "header",
    "description": (
        "Carries the request out only if the customer has this revision: the `ETag` of an answer, as it is. `*` asks "
        "for any revision of a customer that exists."
    ),
    "schema": {
        "type": "string",
        "pattern": r'^(\*|(W/)?"[!#-~]*"([ \t]*,[ \t]*(W/)?"[!#-~]*")*)$',
        "examples": ['"1"'],
    },
}
IF_NONE_MATCH: Json = {
    "name": "If-None-Match",
    "in": "header",
    "description": "`*` carries the request out only if there is no customer. It does not go with `If-Match`.",
    "schema": {"type": "string", "enum": ["*"]},
}
CUSTOMER_ID: Json = {"name": "id", "in": "path", "required": True, "description": "The customer's `id`."}

OPERATIONS = (
    Operation(
        "POST",
        "/customers",
        "createCustomer",
        scope="customers:write",
        summary="Create a customer",
        description=(
            "Creates the customer, or nothing at all: an e-mail address or external id that another customer of the "
            "organization has is refused.\n\n"
            "With an `Idempotency-Key` the request can be repeated as often as it takes: the first answer is given "
            "again, and no second customer is created."
        ),
        parameters=(IDEMPOTENCY_KEY,),
        body={"application/json": "NewCustomer"},
        success={201: "The customer was created."},
        answer="Customer",
    ),
    Operation(
        "GET",
        "/customers",
        "listCustomers",
        scope="customers:read",
        summary="List customers, or find one",
        description=(
            "Lists customers, the newest first, each as it is now. A customer that was just created may be missing for "
            "a moment. While `next_cursor` is not null there are more: send it as `cursor`, with the same other "
            "parameters. A page may have fewer customers than `limit`.\n\n"
            "With `email` or `external_id`, which goes with no other parameter, it gives the customer that has the "
            "value, or an empty list. The value is compared as it is when a customer is created. What was just created "
            "is found."
        ),
        # No examples: pages fill them in, and these don't all go together.
        parameters=(
            {
                "name": "limit",
                "in": "query",
                "description": "The most customers of a page; 20 if it is not given.",
                # No `default`: generated clients would send it, and what finds one customer goes with no limit.
                "schema": {"type": "integer", "minimum": 1, "maximum": 100},
            },
            {
                "name": "cursor",
                "in": "query",
                "description": "Where to continue: the `next_cursor` of the previous page.",
                "schema": {"type": "string"},
            },
            {
                "name": "created_after",
                "in": "query",
                "description": f"Only customers that were created after this time. {A_TIME}",
                "schema": {"type": "string", "format": "date-time"},
            },
            {
                "name": "created_before",
                "in": "query",
                "description": f"Only customers that were created before this time. {A_TIME}",
                "schema": {"type": "string", "format": "date-time"},
            },
            {"name": "email", "in": "query", "description": "The customer's `email`, in any case and spelling."},
            {"name": "external_id", "in": "query", "description": "The customer's `external_id`."},
        ),
        success={200: "A page of customers, or the customer that has the value if there is one."},
        answer="CustomerList",
    ),
    Operation(
        "GET",
        "/customers/{id}",
        "getCustomer",
        scope="customers:read",
        summary="Get a customer",
        description="Gives the customer with the id. What was just created is found.",
        parameters=(CUSTOMER_ID,),
        success={200: "The customer."},
        answer="Customer",
    ),
    Operation(
        "PATCH",
        "/customers/{id}",
        "changeCustomer",
        scope="customers:write",
        summary="Change a customer",
        description=(
            "Changes the fields that are sent, and validates no other: JSON Merge Patch (RFC 7396). A change that "
            "changes nothing keeps the revision.\n\n"
            "An e-mail address or external id that another customer of the organization has is refused, and the "
            "former one is free from then on."
        ),
        parameters=(CUSTOMER_ID, IF_MATCH, IDEMPOTENCY_KEY),
        body={"application/merge-patch+json": "CustomerPatch", "application/json": "CustomerPatch"},
        success={200: "The customer as it is now."},
        answer="Customer",
    ),
    Operation(
        "PUT",
        "/customers",
        "putCustomer",
        scope="customers:write",
        summary="Create or replace a customer by its external id",
        description=(
            "Replaces the customer with the external id, or creates it if there is none. A "
            "field that is not sent is removed. The `id` and `created_at` of a customer that exists stay."
        ),
        parameters=(
            {
                "name": "external_id",
                "in": "query",
                "required": True,
                "description": "The customer's `external_id`. The body may leave it out, or has to have the same.",
            },
            IF_MATCH,
            IF_NONE_MATCH,
            IDEMPOTENCY_KEY,
        ),
        body={"application/json": "PutCustomer"},
        success={200: "The customer was replaced, or was so already.", 201: "The customer was created."},
        answer="Customer",
    ),
    Operation(
        "DELETE",
        "/customers/{id}",
        "deleteCustomer",
        scope="customers:delete",
        summary="Delete a customer",
        description=(
            "Deletes the customer, for good. Its e-mail address and its external id are free from then on. Another "
            "request for it is answered with 404."
        ),
        parameters=(CUSTOMER_ID, IF_MATCH),
        success={204: "The customer is deleted."},
        answer="",
    ),
)
"""A new operation is a row here, an event in events/ that it fulfils, and `make openapi`."""

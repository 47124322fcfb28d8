"""What the code can't say about the API: which operations there are, what they are for, what the headers mean."""

from typing import Any

from customers.http.parsing import DETAILS
from customers.http.problems import PROBLEM_TYPES

type Json = dict[str, Any]

RETRY = {True: "may succeed", False: "fails again", None: "can't be said"}

ABOUT = """\
Creates customers and never creates the same customer twice. Within an organization, an e-mail address belongs to one
customer at most, and so does an external id.

### Problems

Every error is a problem document ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)). Its `type` leads to the page
about that kind of problem, `detail` is about this one time, and `instance` names the request.

| Status | Problem | The same request again |
|---|---|---|
""" + "".join(
    f"| {kind.status} | [{kind.slug}](problems/{kind.slug}) | {RETRY[kind.retry]} |\n"
    for kind in sorted(PROBLEM_TYPES, key=lambda kind: kind.status)
)


def _key(scope: str) -> list[Json]:
    """The security requirement of an operation that takes a key with the scope."""
    return [{"apiKey": [scope]}]


PATHS: Json = {
    "/customers": {
        "post": {
            "operationId": "createCustomer",
            "tags": ["Customers"],
            "summary": "Create a customer",
            "description": (
                "Creates the customer, or nothing at all: an e-mail address or external id that another customer of "
                "the organization has is refused.\n\n"
                "With an `Idempotency-Key` the request can be repeated as often as it takes: the first answer is given "
                "again, and no second customer is created."
            ),
            "security": _key("customers:write"),
            "parameters": [
                {
                    "name": "Idempotency-Key",
                    "in": "header",
                    "description": (
                        "Names this create for 24 hours: up to 255 printable ASCII characters, such as a new UUID, "
                        "bare or in quotes (draft-ietf-httpapi-idempotency-key-header)."
                    ),
                    "schema": {
                        "type": "string",
                        "maxLength": 255,
                        "pattern": r'^([!#-~]([ -~]*[!-~])?|"([ !#-\[\]-~]|\\["\\])+")$',
                    },
                }
            ],
            "requestBody": {
                "required": True,
                "description": "The customer, in up to 128 KiB of JSON.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewCustomer"}}},
            },
        },
        "get": {
            "operationId": "findCustomers",
            "tags": ["Customers"],
            "summary": "Find a customer by e-mail address or external id",
            "description": (
                "Gives the customer that has the value, or an empty list. Exactly one parameter is required; the value "
                "is compared as it is when a customer is created. What was just created is found."
            ),
            "security": _key("customers:read"),
            "parameters": [
                {
                    "name": "email",
                    "in": "query",
                    "description": "The customer's `email`, in any case and spelling.",
                    "example": "alan.turing@example.com",
                },
                {"name": "external_id", "in": "query", "description": "The customer's `external_id`."},
            ],
        },
    },
    "/customers/{id}": {
        "get": {
            "operationId": "getCustomer",
            "tags": ["Customers"],
            "summary": "Get a customer",
            "description": "Gives the customer with the id. What was just created is found.",
            "security": _key("customers:read"),
            "parameters": [{"name": "id", "in": "path", "required": True, "description": "The customer's `id`."}],
        },
    },
}
"""Each operation, but for its responses. A parameter without a schema has that of the customer's field of its name."""

SUCCESS = {
    "createCustomer": ("The customer was created.", "Customer"),
    "findCustomers": ("The customer that has the value, if there is one.", "CustomerList"),
    "getCustomer": ("The customer.", "Customer"),
}
"""What success of an operation means, and the schema of its body."""

CUSTOMER_LIST: Json = {
    "type": "object",
    "description": "The customers that were found.",
    "required": ["data"],
    "properties": {
        "data": {"type": "array", "maxItems": 1, "items": {"$ref": "#/components/schemas/Customer"}},
    },
}

SECURITY: Json = {
    "apiKey": {
        "type": "http",
        "scheme": "bearer",
        "description": (
            "A secret API key, `ck_…`. It belongs to one organization, whose customers it shows and creates, and has "
            "the scopes `customers:write`, `customers:read` or both."
        ),
    }
}

ANY_OPERATION = ("unauthenticated", "forbidden", "too-many-requests", "internal-error", "try-again")
"""The problems that a request can get whatever it asks for."""

HEADERS: Json = {
    "Allow": {"description": "The methods that the resource answers to.", "schema": {"type": "string"}},
    "Idempotent-Replayed": {
        "description": "The answer is that of an earlier request with the same `Idempotency-Key`.",
        "schema": {"type": "string", "const": "true"},
    },
    "Location": {"description": "URL of the customer.", "schema": {"type": "string", "format": "uri"}},
    "Retry-After": {
        "description": "Seconds to wait before the same request is sent again.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "WWW-Authenticate": {"description": "How to send a key.", "schema": {"type": "string"}},
    "X-Request-Id": {
        "description": "Id of the request, the same as in a problem's `instance`.",
        "schema": {"type": "string", "format": "uuid"},
    },
    "X-Should-Retry": {
        "description": "Whether the same request may succeed later; several generated SDKs obey it.",
        "schema": {"type": "string", "enum": ["true", "false"]},
    },
}
"""What the headers of answers mean."""

ALWAYS = {"Cache-Control", "Content-Type", "Strict-Transport-Security", "X-Content-Type-Options"}
"""The headers that are the same on every answer, and not worth a word on each."""

_FIELD: Json = {
    "pointer": {
        "type": "string",
        "description": "Where it is in what was sent (JSON pointer, RFC 6901).",
        "examples": ["#/billing_address/country"],
    },
    "field": {"type": "string", "description": "The same for people.", "examples": ["billing_address.country"]},
}

PROBLEM: Json = {
    "type": "object",
    "description": "What went wrong (RFC 9457). Members may be added.",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri",
            "pattern": f"/problems/({'|'.join(kind.slug for kind in PROBLEM_TYPES)})$",
            "description": "The kind of problem, and the address of the page about it.",
        },
        "title": {"type": "string", "description": "The kind of problem in words."},
        "status": {"type": "integer", "description": "The HTTP status."},
        "detail": {"type": "string", "description": "What happened this time, in words."},
        "instance": {"type": "string", "format": "uri", "description": "`urn:uuid:` and the id of the request."},
        "errors": {
            "type": "array",
            "description": "Every field that is not valid.",
            "items": {
                "type": "object",
                "required": ["pointer", "field", "code", "detail"],
                "properties": {
                    **_FIELD,
                    "code": {
                        "type": "string",
                        "description": "Why, for programs. Codes may be added.",
                        "examples": list(DETAILS),
                    },
                    "detail": {"type": "string", "description": "Why, in words."},
                },
            },
        },
        "customer_id": {
            "type": "string",
            "description": "The customer that the request's `Idempotency-Key` was used for.",
        },
        "conflicts": {
            "type": "array",
            "description": "Every field whose value belongs to another customer.",
            "items": {
                "type": "object",
                "required": ["pointer", "field", "customer_id"],
                "properties": {
                    **_FIELD,
                    "customer_id": {"type": "string", "description": "The customer that has the value."},
                },
            },
        },
    },
}

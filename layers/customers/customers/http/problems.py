"""The problem types of the API (RFC 9457), in one table.

Status, title and documentation page of every problem come from here; the gateway responses in template.yaml use the
same slugs, titles and shape, and a test holds them together.
"""

from collections.abc import Mapping
from typing import NamedTuple

from customers import errors


class ProblemType(NamedTuple):
    """One kind of problem.

    `retry` says whether the same request may succeed when it is sent again. Retrying is safe: a write that was carried
    out is recognised. `about` (what it means) and `remedy` (what to do) are the text of the page at the problem's
    `type`.
    """

    slug: str
    status: int
    title: str
    retry: bool
    about: str
    remedy: str


MALFORMED_REQUEST = ProblemType(
    "malformed-request",
    400,
    "The request can't be read",
    retry=False,
    about=(
        "The body is missing, is not UTF-8, is not JSON (RFC 8259) or has the same member twice; or a header "
        "(`Idempotency-Key`, `If-Match`, `If-None-Match`) or the query is malformed."
    ),
    remedy="Correct the request: `detail` says what is wrong, and where.",
)
UNAUTHENTICATED = ProblemType(
    "unauthenticated",
    401,
    "An API key is required",
    retry=False,
    about="The request has no API key, or one that is unknown, expired or revoked.",
    remedy="Send a key as `Authorization: Bearer ck_…`. The operators of the API issue keys.",
)
FORBIDDEN = ProblemType(
    "forbidden",
    403,
    "Not allowed",
    retry=False,
    about=(
        "The API key is valid but lacks the scope of the route: `customers:read` to read customers, `customers:write` "
        "to create and change them, `customers:delete` to delete them. A request that the API's firewall blocks gets "
        "the same problem."
    ),
    remedy="Use a key that has the scope. The operators of the API issue keys.",
)
NOT_FOUND = ProblemType(
    "not-found",
    404,
    "Not found",
    retry=False,
    about="There is no such customer in your organization, or no such route.",
    remedy="Check the id and the path. A customer of another organization is not found either.",
)
METHOD_NOT_ALLOWED = ProblemType(
    "method-not-allowed",
    405,
    "Method not allowed",
    retry=False,
    about="The resource exists but doesn't support this method. The Allow header lists the methods that it supports.",
    remedy="Use one of those methods.",
)
CUSTOMER_EXISTS = ProblemType(
    "customer-exists",
    409,
    "The customer already exists",
    retry=False,
    about=(
        "Within an organization, an e-mail address and an external id belong to one customer at most. `conflicts` "
        "lists each field whose value is taken, with the id of the customer that has it. E-mail "
        "addresses are compared without regard to case, Unicode form and the spellings of an international domain; "
        "external ids are compared exactly."
    ),
    remedy="Use the existing customer, which `GET /customers/{id}` returns, or send other values.",
)
CUSTOMER_DELETED = ProblemType(
    "customer-deleted",
    410,
    "The customer was deleted",
    retry=False,
    about=(
        "An earlier request with the same Idempotency-Key created or changed a customer that has been deleted since. A "
        "late retry of that request does not create it again."
    ),
    remedy="Send the request with a new Idempotency-Key to create the customer again.",
)
PRECONDITION_FAILED = ProblemType(
    "precondition-failed",
    412,
    "A precondition failed",
    retry=False,
    about=(
        "The condition in `If-Match` or `If-None-Match` is false. `revision` is the customer's current revision; it is "
        "absent if there is no customer. Nothing was written."
    ),
    remedy='Get the customer, decide again, and send the change with `If-Match: "{revision}"`.',
)
PAYLOAD_TOO_LARGE = ProblemType(
    "payload-too-large",
    413,
    "The body is too large",
    retry=False,
    about=(
        "The body of a request may have up to 128 KiB (131,072 bytes), and changes may let a customer grow to 160 KiB."
    ),
    remedy="Keep large data elsewhere and send a reference to it.",
)
UNSUPPORTED_MEDIA_TYPE = ProblemType(
    "unsupported-media-type",
    415,
    "The body is not JSON",
    retry=False,
    about="The Content-Type has to be application/json or end in +json. Its charset, if any, has to be UTF-8.",
    remedy="Send the customer as JSON, with the header `Content-Type: application/json`.",
)
INVALID_CUSTOMER = ProblemType(
    "invalid-customer",
    422,
    "The customer is not valid",
    retry=False,
    about=(
        "The body is JSON, but not a valid customer. `errors` lists every invalid field (the first 100): `pointer` "
        "(RFC 6901) and `field` say which, `code` (for programs) and `detail` (for people) say why. Nothing "
        "was written."
    ),
    remedy="Correct every listed field and send the customer again.",
)
INTERNAL_ERROR = ProblemType(
    "internal-error",
    500,
    "Something went wrong on our side",
    retry=True,
    about="The request may or may not have been carried out.",
    remedy=(
        "A request with an Idempotency-Key can safely be repeated with the same key. Without a key, a create that was "
        "carried out gets 409 with the customer's id, and a change has no further effect unless the customer was "
        "changed in between. Report the `instance` of the problem: operators find the cause by it."
    ),
)
IDEMPOTENCY_KEY_REUSED = ProblemType(
    "idempotency-key-reused",
    422,
    "The Idempotency-Key was used before",
    retry=False,
    about=(
        "Within the last 24 hours a different request with the same Idempotency-Key was carried out. `customer_id` is "
        "the customer that it created or changed. Nothing was written."
    ),
    remedy="Use a new key for each request, and the same key only to repeat one.",
)
TOO_MANY_REQUESTS = ProblemType(
    "too-many-requests",
    429,
    "Too many requests",
    retry=True,
    about="The rate limit of the API was reached. Nothing was written.",
    remedy="Send the same request again after the number of seconds in the Retry-After header.",
)
TRY_AGAIN = ProblemType(
    "try-again",
    503,
    "Try again",
    retry=True,
    about="The table is throttled or contended, and nothing was written.",
    remedy="Send the same request again after the number of seconds in the Retry-After header.",
)

PROBLEM_TYPES = (
    MALFORMED_REQUEST,
    UNAUTHENTICATED,
    FORBIDDEN,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    CUSTOMER_EXISTS,
    CUSTOMER_DELETED,
    PRECONDITION_FAILED,
    PAYLOAD_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    INVALID_CUSTOMER,
    IDEMPOTENCY_KEY_REUSED,
    TOO_MANY_REQUESTS,
    INTERNAL_ERROR,
    TRY_AGAIN,
)

_TYPE_OF: Mapping[type[Exception], ProblemType] = {
    errors.MalformedRequest: MALFORMED_REQUEST,
    errors.NotFound: NOT_FOUND,
    errors.MethodNotAllowed: METHOD_NOT_ALLOWED,
    errors.CustomerExists: CUSTOMER_EXISTS,
    errors.CustomerDeleted: CUSTOMER_DELETED,
    errors.PreconditionFailed: PRECONDITION_FAILED,
    errors.PayloadTooLarge: PAYLOAD_TOO_LARGE,
    errors.UnsupportedMediaType: UNSUPPORTED_MEDIA_TYPE,
    errors.InvalidCustomer: INVALID_CUSTOMER,
    errors.IdempotencyKeyReused: IDEMPOTENCY_KEY_REUSED,
    errors.OutcomeUnknown: INTERNAL_ERROR,
    errors.TryAgain: TRY_AGAIN,
}

RETRY_AFTER_SECONDS = 1


def problem_type(error: Exception) -> ProblemType:
    """The problem type of an error; whatever is not a `CustomerError` is an internal error."""
    return _TYPE_OF.get(type(error), INTERNAL_ERROR)


def headers(error: Exception) -> dict[str, str]:
    """The headers that go with the problem."""
    own = error.headers if isinstance(error, errors.CustomerError) else {}
    return {**own, **retry_headers(problem_type(error))}


NO_RETRY = {"X-Should-Retry": "false"}
"""What every answer to a write has that need not be sent again, because it was carried out or will fail again.

Generated SDKs (Stainless) obey the header: several of them retry a bare 409, which is final here.
"""


def retry_headers(kind: ProblemType) -> Mapping[str, str]:
    """What tells a client whether to send the same request again."""
    if not kind.retry:
        return NO_RETRY
    pause = {"Retry-After": str(RETRY_AFTER_SECONDS)} if kind in (TOO_MANY_REQUESTS, TRY_AGAIN) else {}
    return {"X-Should-Retry": "true", **pause}

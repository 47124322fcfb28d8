"""What the code can't say about the API as a whole: what it is, how to get in, what the headers mean.

`operations` has what it can't say about each operation.
"""

from typing import Any

from customers.http.problems import PROBLEM_TYPES

type Json = dict[str, Any]

RETRY = {True: "may succeed", False: "fails again"}

ABOUT = """\
Creates, reads, changes and deletes customers, and never creates the same customer twice. Within an organization, an
e-mail address belongs to one customer at most, and so does an external id.

### Problems

Every error is a problem document ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)). Its `code` is for programs, its
`type` leads to the page about that kind of problem, `detail` is about this one time, and `instance` names the request.

| Status | Problem | The same request again |
|---|---|---|
""" + "".join(
    f"| {kind.status} | [{kind.slug}](problems/{kind.slug}) | {RETRY[kind.retry]} |\n"
    for kind in sorted(PROBLEM_TYPES, key=lambda kind: kind.status)
)

CONTACT: Json = {"name": "The operators of this API, who hand out its keys"}

# Nothing in the repository grants a license.
LICENSE: Json = {"name": "Proprietary", "identifier": "LicenseRef-Proprietary"}


BODY = "Up to 128 KiB of JSON."

TAG: Json = {"name": "Customers", "description": "Whom your organization does business with, each of them once."}

SECURITY: Json = {
    "apiKey": {
        "type": "http",
        "scheme": "bearer",
        "description": (
            "A secret API key, `ck_…`. It belongs to one organization, whose customers it opens, and has one or "
            "more of the scopes `customers:read`, `customers:write` and `customers:delete`."
        ),
    }
}

ANY_OPERATION = ("unauthenticated", "forbidden", "too-many-requests", "internal-error", "try-again")
"""The problems that a request can get whatever it asks for."""

HEADERS: Json = {
    "ETag": {"description": "The customer's revision, for `If-Match`.", "schema": {"type": "string"}},
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

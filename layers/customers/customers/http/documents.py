"""The document that answers a request which failed (RFC 9457)."""

from typing import Any

from customers import errors
from customers.http.pointers import field, pointer
from customers.http.problems import problem_type


def document(error: Exception, *, base_url: str, request_id: str) -> dict[str, Any]:
    """The problem document (RFC 9457) for an error.

    `base_url` is the public URL of the API without a slash at the end. Of an error that is not a `CustomerError`
    nothing shows.
    """
    kind = problem_type(error)
    problem: dict[str, Any] = {
        "type": f"{base_url}/problems/{kind.slug}",
        "code": kind.slug,
        "title": kind.title,
        "status": kind.status,
        "detail": "The request could not be completed. Quote the instance when you report it.",
        "instance": f"urn:uuid:{request_id}",
    }
    if not isinstance(error, errors.CustomerError):
        return problem
    problem["detail"] = str(error)
    if error.errors:
        problem["errors"] = [
            {"pointer": pointer(e.path), "field": field(e.path), "code": e.code, "detail": e.detail}
            for e in error.errors
        ]
    if error.conflicts:
        problem["conflicts"] = [
            {"pointer": pointer((c.field,)), "field": c.field, "customer_id": c.customer_id} for c in error.conflicts
        ]
    for name in ("customer_id", "revision"):
        if (value := getattr(error, name)) is not None:
            problem[name] = value
    return problem

"""Events of requests to the vendors' APIs."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, quote

from support import Answer, api_event

MEDIA_TYPES = {"stripe": "application/x-www-form-urlencoded", "orb": "application/json", "rebilly": "application/json"}

type Call = Callable[..., Answer]


def vendor_event(vendor: str, method: str, path: str, body: str | None = None, query: str = "", **headers: str) -> Any:
    """The event of a request to a vendor's API, whose path has its parameter as it was sent."""
    if path in ("/customers", "/customers/search"):
        resource, parameters = path, None
    elif path.startswith("/customers/external_customer_id/"):
        resource, parameters = "/customers/external_customer_id/{external_id}", {"external_id": path[32:]}
    else:
        resource, parameters = "/customers/{id}", {"id": path[len("/customers/") :]}
    pairs: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        pairs.setdefault(name, []).append(value)
    sent = {"Content-Type": MEDIA_TYPES[vendor], **headers}
    event = api_event(
        httpMethod=method,
        resource=resource,
        path=path,
        pathParameters=parameters,
        body=body,
        headers=sent,
        multiValueHeaders={name: [value] for name, value in sent.items()},
        queryStringParameters={name: values[-1] for name, values in pairs.items()} or None,
        multiValueQueryStringParameters=pairs or None,
        stageVariables={"vendor": vendor},
    )
    event["requestContext"] |= {"path": f"/v1{quote(path)}"}
    return event

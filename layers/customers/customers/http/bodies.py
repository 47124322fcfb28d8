"""The bodies of requests: declared as what the API takes, and in UTF-8."""

import base64
import re

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from customers.errors import MalformedRequest, UnsupportedMediaType

_JSON_MEDIA_TYPE = re.compile(r"application/(json|[^;\s/]+\+json)\s*(?P<parameters>;.*)?", re.IGNORECASE)
_FORM_MEDIA_TYPE = re.compile(r"application/x-www-form-urlencoded\s*(?P<parameters>;.*)?", re.IGNORECASE)
_PARAMETER = re.compile(r""";\s*([^=;\s]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;\s]*)""")


def json_body(event: APIGatewayProxyEvent) -> bytes:
    """The body of a request that is declared as JSON, in UTF-8.

    Raises UnsupportedMediaType, or MalformedRequest when there is no body or it is not UTF-8.
    """
    _refuse_unless_declared(event, "JSON", "application/json", _JSON_MEDIA_TYPE)
    if not event.body:
        raise MalformedRequest("The request has no body.")
    return _utf8_body(event, "\\ufffd")


def form_body(event: APIGatewayProxyEvent) -> bytes:
    """The body of a request that is declared as a form, in UTF-8; empty when there is none. Raises the same."""
    if not event.body:
        return b""
    _refuse_unless_declared(event, "a form", "application/x-www-form-urlencoded", _FORM_MEDIA_TYPE)
    return _utf8_body(event, "%EF%BF%BD")


def _refuse_unless_declared(event: APIGatewayProxyEvent, what: str, media_type: str, known: re.Pattern[str]) -> None:
    """Refuse a body of another type; Content-Type is compared without case and parameters, but for a `charset`."""
    declared = known.fullmatch(event.headers.get("Content-Type") or "")
    if not declared:
        raise UnsupportedMediaType(f"Send the customer as {what}, with the header Content-Type: {media_type}.")
    for name, value in _PARAMETER.findall(declared["parameters"] or ""):
        if name.lower() == "charset" and value.strip('"').lower() not in ("utf-8", "utf8"):
            raise UnsupportedMediaType(f"Send the customer in UTF-8, with the header Content-Type: {media_type}.")


def _utf8_body(event: APIGatewayProxyEvent, escaped: str) -> bytes:
    """The body of a request.

    API Gateway puts U+FFFD in the place of bytes that are not UTF-8 in a body that it passes on as text: two damaged
    values could be the same, so no body may have the character itself.
    """
    text = event.body or ""
    if not event.is_base64_encoded and "\ufffd" in text:
        raise MalformedRequest(f"The body is not UTF-8, or it contains U+FFFD: send that character as {escaped}.")
    try:
        body = base64.b64decode(text, validate=True) if event.is_base64_encoded else text.encode()
        body.decode()
    except ValueError:
        raise MalformedRequest("The body is not UTF-8.") from None
    return body

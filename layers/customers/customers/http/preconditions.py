"""If-Match and If-None-Match (RFC 9110 section 13): what a customer has to be for a write to be carried out.

The entity tag of a customer is its revision: `"3"`. The function that changes customers alone asks for them, so this is
no part of `edge`, which the create pays for.
"""

import re
from collections.abc import Callable

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from customers.errors import MalformedRequest

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\uffff]*"'
_TAGS = re.compile(rf"[ \t,]*{_TAG}(?:[ \t]*,[ \t,]*{_TAG})*[ \t,]*")  # a list may have empty elements: section 5.6.1
_STRONG = re.compile(r'(W/)?"([^"]*)"')

type Accepts = Callable[[int | None], bool]
"""Whether a write may be carried out on a customer of this revision; None if there is no customer."""


def precondition(event: APIGatewayProxyEvent) -> Accepts:
    """What the headers of a request ask of the customer that it is for.

    If-Match compares strongly (section 8.8.3.2): a weak tag, or one that this service never sent, matches nothing.
    If-None-Match takes `*` alone, which asks that there is no customer.

    Raises MalformedRequest when one of them is not well-formed, or both are there.
    """
    match, none_match = (_values(event, name) for name in ("if-match", "if-none-match"))
    if match and none_match:
        raise MalformedRequest("Send If-Match or If-None-Match, not both: they contradict each other.")
    if none_match:
        if none_match != ["*"]:
            raise MalformedRequest("If-None-Match has to be *.")
        return lambda revision: revision is None
    if not match:
        return lambda _: True
    if match == ["*"]:
        return lambda revision: revision is not None
    tags = ",".join(match)
    if not _TAGS.fullmatch(tags):
        raise MalformedRequest('If-Match has to be * or a list of entity tags, each in quotes: "3".')
    revisions = {tag for weak, tag in _STRONG.findall(tags) if not weak}
    return lambda revision: str(revision) in revisions and revision is not None


def _values(event: APIGatewayProxyEvent, name: str) -> list[str]:
    headers = event.get("multiValueHeaders") or {}
    return [value.strip(" \t") for header, values in headers.items() if header.lower() == name for value in values]

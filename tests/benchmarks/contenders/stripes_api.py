"""The same creates through Stripe's API, which has no external id: that is one more entry of the metadata."""

import json
from typing import Any
from urllib.parse import quote_plus

import vendor_customers

handler = vendor_customers.handler
NAMES = {"billing_address": "address"}


def prepare(event: dict[str, Any]) -> dict[str, Any]:
    """The event of a create, as Stripe's clients make it."""
    if event["body"] is None:
        return event  # a read, which is the native one
    customer = json.loads(event["body"])
    customer["metadata"] = {**customer.get("metadata", {}), "external_id": customer.pop("external_id")}
    customer = {NAMES.get(name, name): value for name, value in customer.items()}
    event["body"] = "&".join(pairs(customer))
    for headers in (event["headers"], event["multiValueHeaders"]):
        media_type = "application/x-www-form-urlencoded"
        headers["Content-Type"] = media_type if headers is event["headers"] else [media_type]
    return {**event, "stageVariables": {"vendor": "stripe"}}


def pairs(value: Any, name: str = "") -> list[str]:
    """The parameters of a form."""
    if not isinstance(value, dict | list):
        return [f"{name}={quote_plus(str(value))}"]
    members = value.items() if isinstance(value, dict) else enumerate(value)
    return [pair for key, each in members for pair in pairs(each, f"{name}[{key}]" if name else str(key))]

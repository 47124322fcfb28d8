"""A customer as Stripe's API shows it: every key is there, null where nothing is set."""

from collections.abc import Mapping
from typing import Any

from customers.customer.model import Record
from customers.vendors.stripe import TABLE
from customers.vendors.values import ADDRESS, completed, full_name, unix_time

_PARTS: Mapping[str, Any] = {
    "address": dict.fromkeys(ADDRESS),
    "discount": {"object": "discount", "coupon": {"object": "coupon"}, "promotion_code": None},
    "invoice_settings": {
        "custom_fields": None,
        "default_payment_method": None,
        "footer": None,
        "rendering_options": {"amount_tax_display": None, "template": None},
    },
    "shipping": {
        "address": dict.fromkeys(ADDRESS),
        "carrier": None,
        "name": None,
        "phone": None,
        "tracking_number": None,
    },
    "tax": {"automatic_tax": "not_collecting", "ip_address": None, "location": None, "provider": "stripe"},
}
"""The members of each object in a customer, which are there whenever it is."""


def show(record: Record) -> dict[str, Any]:
    """The record as Stripe's customer object."""
    customer_id, created = record["id"], unix_time(record["created_at"])
    shown: dict[str, Any] = {
        "id": customer_id,
        "object": "customer",
        "address": None,
        "balance": 0,
        "business_name": None,
        "cash_balance": None,
        "created": created,
        "currency": record["currency"].lower() if "currency" in record else None,
        "customer_account": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "individual_name": None,
        "invoice_prefix": None,
        "invoice_settings": {},
        "livemode": True,
        "metadata": {},
        "name": full_name(record),
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax": {},
        "tax_exempt": "none",
        "test_clock": None,
    } | TABLE.show(record)
    shown = {name: completed(value, _PARTS.get(name, {})) for name, value in shown.items()}
    shown["tax_ids"] = _list(f"/v1/customers/{customer_id}/tax_ids", _tax_ids(record, created))
    if discount := shown["discount"]:
        coupon = discount["coupon"]
        discount["source"] = {"type": "coupon", "coupon": coupon and coupon["id"]}  # where today's SDK looks for it
    if shown["cash_balance"]:
        mode = shown["cash_balance"]["settings"]["reconciliation_mode"]
        shown["cash_balance"] = {
            "object": "cash_balance",
            "available": None,
            "customer": customer_id,
            "livemode": True,
            "settings": {"reconciliation_mode": mode, "using_merchant_default": mode == "merchant_default"},
        }
    return shown


def _tax_ids(record: Record, created: int) -> list[dict[str, Any]]:
    return [
        {
            "id": f"txi_{record['id'].removeprefix('cus_')}_{number}",
            "object": "tax_id",
            "country": tax_id.get("country"),
            "created": created,
            "customer": record["id"],
            "livemode": True,
            "owner": {"type": "customer", "customer": record["id"]},
            "type": tax_id["type"],
            "value": tax_id["value"],
            # python-stdnum knows a wrong number, but not whether it was ever given to this customer.
            "verification": {
                "status": "unverified" if tax_id.get("is_valid") is False else "unavailable",
                "verified_address": None,
                "verified_name": None,
            },
        }
        for number, tax_id in enumerate(record.get("tax_ids", ()))
    ]


def _list(url: str, data: list[dict[str, Any]]) -> dict[str, Any]:
    return {"object": "list", "data": data, "has_more": False, "url": url}

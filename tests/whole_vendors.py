"""A customer with every field of each vendor's, in that vendor's words, and how Stripe's clients write it."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_plus

ADDRESS = {
    "line1": "103 Mason Street",
    "line2": "2nd Floor",
    "city": "New York",
    "state": "NY",
    "postal_code": "10469-2345",
    "country": "US",
}

STRIPE: dict[str, Any] = {
    "address": ADDRESS,
    "balance": -1250,
    "business_name": "A1 Company",
    "cash_balance": {"settings": {"reconciliation_mode": "manual"}},
    "coupon": "25OFF",
    "default_source": "card_1",
    "description": "Wants the invoice\non paper.",
    "email": "jenny.rosen@example.com",
    "expand": ["tax_ids"],
    "individual_name": "Jenny Rosén",
    "invoice_prefix": "ABC123",
    "invoice_settings": {
        "custom_fields": [{"name": "PO", "value": "12"}, {"name": "Cost centre", "value": "Ü & 3"}],
        "default_payment_method": "pm_card_visa",
        "footer": "Thanks.",
        "rendering_options": {"amount_tax_display": "exclude_tax", "template": "inrtem_1"},
    },
    "metadata": {"internal_id": "42", "k e&y": "välue + more"},
    "name": "Jenny Rosén, A1",
    "next_invoice_sequence": 7,
    "payment_method": "pm_card_visa",
    "phone": "+1 541 754 3010",
    "preferred_locales": ["en", "fr-CA"],
    "promotion_code": "promo_1",
    "shipping": {"name": "Jenny", "phone": "1", "address": {**ADDRESS, "city": "Albany"}},
    "tax": {"ip_address": "203.0.113.7", "validate_location": "deferred"},
    "tax_exempt": "reverse",
    "tax_id_data": [{"type": "eu_vat", "value": "DE136695976"}, {"type": "us_ein", "value": "12-3456789"}],
    "test_clock": "clock_1",
    "validate": False,
}

ORB: dict[str, Any] = {
    "accounting_sync_configuration": {
        "excluded": True,
        "accounting_providers": [{"provider_type": "quickbooks", "external_provider_id": "QB-1"}],
    },
    "additional_emails": ["cfo@example.com", "ap@example.com"],
    "auto_collection": True,
    "auto_issuance": False,
    "billing_address": ADDRESS,
    "currency": "USD",
    "default_payment_method_id": "pm_1",
    "email": "jenny.rosen@example.com",
    "email_delivery": True,
    "external_customer_id": "ext/1 é?x",
    "hierarchy": {"parent_customer_id": None, "child_customer_ids": []},
    "metadata": {"plan": "gold"},
    "name": "Acme, Inc.",
    "payment_configuration": {"payment_providers": []},
    "payment_provider": "stripe_charge",
    "payment_provider_id": "cus_123",
    "reporting_configuration": {"exempt": True},
    "shipping_address": {**ADDRESS, "city": "Albany"},
    "tax_configuration": {
        "tax_exempt": True,
        "tax_provider": "avalara",
        "tax_exemption_code": "G",
        "automatic_tax_enabled": True,
    },
    "tax_id": {"country": "DE", "type": "eu_vat", "value": "DE136695976"},
    "timezone": "America/Los_Angeles",
}

REBILLY: dict[str, Any] = {
    "email": "seen.before@example.com",
    "firstName": "Seen",
    "lastName": "Before",
    "websiteId": "web_0YV7DE4Z26DQSA1AC92FBJ7SEG",
    "defaultPaymentInstrument": {
        "method": "payment-card",
        "paymentInstrumentId": "inst_1",
        "reference": "ref-1",
        "receivedBy": "Ada",
    },
    "customFields": {"foo": "bar", "depth": {"list": [True, None, "x"]}},
    "primaryAddress": {
        "firstName": "Jenny",
        "lastName": "Rosén",
        "organization": "A1",
        "address": "103 Mason Street",
        "address2": "2nd Floor",
        "city": "New York",
        "region": "NY",
        "country": "US",
        "postalCode": "10469-2345",
        "dob": "1990-01-01",
        "jobTitle": "CEO",
        "phoneNumbers": [
            {"label": "home", "value": "+1 541 754 3011", "primary": False},
            {"label": "work", "value": "+1 541 754 3010", "primary": True},
        ],
        "emails": [
            {"label": "main", "value": "jenny.rosen@example.com", "primary": True},
            {"label": "home", "value": "jenny@example.org", "primary": False},
        ],
    },
    "isEddRequired": True,
    "leadSource": {
        "medium": "m",
        "source": "s",
        "campaign": "ca",
        "term": "t",
        "content": "co",
        "affiliate": "a",
        "subAffiliate": "su",
        "salesAgent": "sa",
        "clickId": "cl",
        "path": "p",
        "referrer": "r",
    },
    "locale": "fr-FR",
    "notificationEmails": ["ops@example.com"],
    "personId": "prs_1",
    "preferredPayoutInstrumentId": "inst_2",
    "taxNumbers": [
        {"type": "eu-vat", "value": "GB980780684", "isDefault": True},
        {"type": "other", "value": "1", "isDefault": False},
    ],
}


def form(data: dict[str, Any]) -> str:
    """A customer as Stripe's clients send it: brackets as they are, null as an empty text."""
    return "&".join(f"{name}={value}" for name, value in _pairs(data, "{}"))


def _pairs(value: Any, name: str) -> Iterator[tuple[str, str]]:
    match value:
        case dict() | list():
            members = value.items() if isinstance(value, dict) else enumerate(value)
            for key, member in members:
                encoded = quote_plus(str(key))
                yield from _pairs(member, encoded if name == "{}" else f"{name}[{encoded}]")
        case None:
            yield name, ""
        case bool():
            yield name, str(value).lower()
        case _:
            yield name, quote_plus(str(value))

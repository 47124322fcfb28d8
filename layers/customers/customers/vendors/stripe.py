"""Stripe's words for a customer: its fields and its errors.

Sources: the request schema of Stripe's API and its guide to customers (two of the source documents), and the types of
stripe-python 16.1. Nothing here charges, discounts, collects or simulates: what names something of that kind is kept as
a reference and comes back.
"""

import re
from collections.abc import Sequence
from typing import Any

from customers import errors
from customers.customer.text import refusal
from customers.errors import CustomerError, FieldError
from customers.http.problems import problem_type
from customers.vendors import forms
from customers.vendors.answers import Dialect, Reply
from customers.vendors.fields import Table
from customers.vendors.rows import BOTH, DOCUMENT, SDK, Field, only, refused
from customers.vendors.values import ADDRESS


def _metadata(value: Any) -> Any:
    """An empty value removes its name."""
    return {name: entry or None for name, entry in value.items()} if isinstance(value, dict) else value


EXPANDED = ("cash_balance", "tax", "tax_ids")
"""What Stripe shows only when it is expanded. Here it is always shown, and nothing else can be expanded."""


def _expand(value: Any) -> list[Any]:
    """What is to be expanded; refuses what can't be (see `text.refusal`)."""
    names = forms.texts(value)
    if not all(name in EXPANDED for name in names):
        raise refusal("not_supported")
    return names


TABLE = Table(
    [
        Field("address", "billing_address", BOTH, shown=None),
        *(Field(f"address.{part}", f"billing_address.{part}", BOTH) for part in ADDRESS),
        Field("balance", "balance", BOTH, forms.integer),
        Field("business_name", "organization", SDK),
        Field("cash_balance.settings.reconciliation_mode", "payment_settings.reconciliation_mode", BOTH),
        Field("coupon", "external_refs[stripe.coupon]", DOCUMENT, shown="discount.coupon.id"),
        Field("default_source", "external_refs[stripe.default_source]", SDK),
        Field("description", "description", BOTH),
        Field("email", "email", BOTH),
        Field("expand", None, BOTH, _expand),
        Field("individual_name", "external_refs[stripe.individual_name]", SDK),
        Field("invoice_prefix", "invoice_settings.prefix", BOTH),
        Field("invoice_settings.custom_fields[].name", "invoice_settings.custom_fields[].name", BOTH, required=True),
        Field("invoice_settings.custom_fields[].value", "invoice_settings.custom_fields[].value", BOTH, required=True),
        Field("invoice_settings.default_payment_method", "external_refs[stripe.default_payment_method]", BOTH),
        Field("invoice_settings.footer", "invoice_settings.footer", BOTH),
        Field(
            "invoice_settings.rendering_options.amount_tax_display",
            "invoice_settings.amount_tax_display",
            BOTH,
        ),
        Field("invoice_settings.rendering_options.template", "external_refs[stripe.invoice_template]", SDK),
        Field("metadata", "metadata", BOTH, _metadata),
        Field("name", "name", BOTH),
        Field("next_invoice_sequence", "invoice_settings.next_sequence", BOTH, forms.integer),
        # Stripe attaches it and shows it in a list of its own, which is not here.
        Field("payment_method", "external_refs[stripe.payment_method]", BOTH, shown=None),
        Field("phone", "phone", BOTH),
        Field("preferred_locales", "preferred_locales", BOTH, forms.texts),
        Field("promotion_code", "external_refs[stripe.promotion_code]", DOCUMENT, shown="discount.promotion_code"),
        Field("shipping", "shipping", BOTH, shown=None),
        Field("shipping.name", "shipping.name", BOTH, required=True),
        Field("shipping.phone", "shipping.phone", BOTH),
        Field("shipping.address", "shipping.address", BOTH, shown=None, required=True),
        *(Field(f"shipping.address.{part}", f"shipping.address.{part}", BOTH) for part in ADDRESS),
        Field("source", None, BOTH, refused("single_use_token")),
        Field("tax.ip_address", "tax.ip_address", BOTH),
        Field("tax.validate_location", None, SDK, only("deferred", "auto")),
        Field("tax_exempt", "tax.exempt_status", BOTH),
        Field("tax_id_data[].type", "tax_ids[].type", BOTH, required=True, shown="tax_ids.data[].type"),
        Field("tax_id_data[].value", "tax_ids[].value", BOTH, required=True, shown="tax_ids.data[].value"),
        Field("test_clock", "external_refs[stripe.test_clock]", BOTH),
        Field("validate", None, SDK, only("false")),
    ],
    empty_unsets=True,
    entries=forms.entries,
)


def searched_email(query: str) -> str | None:
    """The e-mail address in a query of Stripe's search language; None for any other query."""
    match = _EMAIL_QUERY.fullmatch(query)
    return re.sub(r"\\(.)", r"\1", match[2]) if match else None


_EMAIL_QUERY = re.compile(r"""\s*email\s*:\s*(["'])((?:\\.|(?!\1)[^\\])*)\1\s*""")


_CODES = {
    "country_unknown": "country_code_invalid",
    "int_type": "parameter_invalid_integer",
    "missing": "parameter_missing",
    "string_too_short": "parameter_invalid_empty",
    "tax_id_country_contradiction": "tax_id_invalid",
    "tax_id_type_unknown": "tax_id_invalid",
    "unknown_field": "parameter_unknown",
}
"""Stripe's code for ours; whatever begins with `email_` is its `email_invalid`, and the rest has our own."""

_KINDS: dict[type[Exception], tuple[int, str, str | None]] = {
    errors.MalformedRequest: (400, "invalid_request_error", None),
    errors.UnsupportedMediaType: (400, "invalid_request_error", None),
    errors.InvalidCustomer: (400, "invalid_request_error", None),
    errors.CustomerExists: (400, "invalid_request_error", "resource_already_exists"),
    errors.CustomerDeleted: (400, "idempotency_error", None),
    errors.IdempotencyKeyReused: (400, "idempotency_error", None),
    errors.NotFound: (404, "invalid_request_error", "resource_missing"),
    errors.PayloadTooLarge: (413, "invalid_request_error", None),
}
"""Status, type and code of an error; of any other, what an internal error has, with the status of our own problem."""


def failed(error: Exception, request_id: str) -> Reply:
    """The error as Stripe's API answers it.

    Its clients look for a top-level `error`, and know 400 but not 422; `Stripe-Should-Retry` overrules what they would
    do by the status. They show one `param`, so the others are in `error.errors`.
    """
    kind = problem_type(error)
    status, category, code = _KINDS.get(type(error), (kind.status, "api_error", None))
    known = isinstance(error, CustomerError)
    body: dict[str, Any] = {
        "type": category,
        "code": code,
        "message": str(error) if known else f"Something went wrong on our side. Quote the request id {request_id}.",
        "param": None,
    }
    if isinstance(error, errors.NotFound):
        body["param"] = "id"
    if isinstance(error, CustomerError) and error.errors:
        listed = _listed(error.errors)
        body |= {**listed[0], "message": f"{listed[0]['param'] or 'The body'}: {listed[0]['message']}"}
        if len(listed) > 1:
            body["errors"] = listed
    if isinstance(error, CustomerError) and error.conflicts:
        first = error.conflicts[0]
        field = param(TABLE.name((first.field,)))
        body |= {"param": field, "message": f"A customer with this {field} already exists: {first.customer_id}."}
    present = {name: value for name, value in body.items() if value is not None}
    return Reply(status, {"error": present}, {"Stripe-Should-Retry": str(kind.retry).lower()})


def _listed(refused: Sequence[FieldError]) -> list[dict[str, Any]]:
    return [
        {
            "param": param(each.path) or None,
            "code": "email_invalid" if each.code.startswith("email_") else _CODES.get(each.code, each.code),
            "message": each.detail,
        }
        for each in refused
    ]


def param(path: Sequence[str | int]) -> str:
    """A path as Stripe writes it: `tax_id_data[0][value]`."""
    return "".join(f"[{step}]" if number else str(step) for number, step in enumerate(path))


DIALECT = Dialect("stripe", TABLE, "Request-Id", failed)

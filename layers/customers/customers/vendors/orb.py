"""Orb's customer: its fields, its object, its errors.

Sources: Orb's reference page of customers (one of the source documents) and the types of orb-billing 4.90.
"""

from collections.abc import Mapping
from typing import Any

from customers import errors
from customers.customer.model import Record
from customers.customer.text import refusal
from customers.errors import CustomerError
from customers.http.documents import document
from customers.http.pointers import field
from customers.http.problems import problem_type
from customers.vendors.amounts import decimal
from customers.vendors.answers import Dialect, Reply
from customers.vendors.fields import Table
from customers.vendors.paths import Ref, Steps
from customers.vendors.reading import Setting
from customers.vendors.rows import BOTH, SDK, Field, flag, one_of, only, shown_flag
from customers.vendors.values import ADDRESS, completed, full_name

PAYMENT_PROVIDERS = ("quickbooks", "bill.com", "stripe_charge", "stripe_invoice", "netsuite", "adyen")
"""Where Orb's customers may pay; the document has all but the last."""


def _exempt(value: Any) -> Any:
    if not isinstance(value, bool):
        raise refusal("bool_type")
    return "exempt" if value else "none"


_PAYMENT = ("payment_provider", "payment_provider_id")


def _payment(record: Mapping[str, Any]) -> dict[str, str]:
    """Where the customer pays, and its id there, as far as they are known."""
    refs = record.get("external_refs") or ()
    for ref in refs:
        if ref["kind"] == "customer" and ref["provider"] in PAYMENT_PROVIDERS:
            return {"payment_provider": ref["provider"], "payment_provider_id": ref["id"]}
    return {ref["kind"]: ref["id"] for ref in refs if ref["provider"] == "orb" and ref["kind"] in _PAYMENT}


def _payment_places(payment: Mapping[str, str | None]) -> dict[Steps, str]:
    """The references that keep it."""
    provider, customer_id = map(payment.get, _PAYMENT)
    if provider and customer_id:
        return {("external_refs", Ref(provider, "customer")): customer_id}
    return {("external_refs", Ref("orb", name)): value for name, value in payment.items() if value}


def _rewrite(settings: list[Setting], record: Mapping[str, Any]) -> list[Setting]:
    """A provider and a customer's id there become one reference, whichever of the two a request names."""
    sent = {str(setting.name[0]): setting.value for setting in settings if setting.name[0] in _PAYMENT}
    if not sent:
        return settings
    before = _payment(record)
    removed = [Setting(place, None, ()) for place in _payment_places(before)]
    added = [Setting(place, value, (_PAYMENT[1],)) for place, value in _payment_places(before | sent).items()]
    return [*(setting for setting in settings if setting.name[0] not in _PAYMENT), *removed, *added]


TABLE = Table(
    [
        Field("accounting_sync_configuration.excluded", "accounting.excluded", BOTH),
        Field(
            "accounting_sync_configuration.accounting_providers[].provider_type",
            "accounting.providers[].type",
            BOTH,
            required=True,
        ),
        Field(
            "accounting_sync_configuration.accounting_providers[].external_provider_id",
            "accounting.providers[].external_id",
            BOTH,
            required=True,
        ),
        Field("additional_emails", "additional_emails", BOTH),
        Field("auto_collection", "payment_settings.auto_collection", BOTH),
        Field("auto_issuance", "external_refs[orb.auto_issuance]", SDK, flag, shown_flag),
        Field("billing_address", "billing_address", BOTH, shown=None),
        *(Field(f"billing_address.{part}", f"billing_address.{part}", BOTH) for part in ADDRESS),
        Field("currency", "currency", BOTH),
        Field("default_payment_method_id", "external_refs[orb.default_payment_method]", SDK, shown=None),
        Field("email", "email", BOTH, required=True),
        Field("email_delivery", "invoice_settings.email_delivery", BOTH),
        Field("external_customer_id", "external_id", BOTH),
        Field("hierarchy.parent_customer_id", None, SDK, only(None)),
        Field("hierarchy.child_customer_ids", None, SDK, only([])),
        Field("metadata", "metadata", BOTH),
        Field("name", "name", BOTH, required=True),
        Field("payment_configuration.payment_providers", None, SDK, only([])),
        # Both together are one reference: see `_payment`.
        Field("payment_provider", "external_refs[orb.payment_provider]", BOTH, one_of(*PAYMENT_PROVIDERS)),
        Field("payment_provider_id", "external_refs[orb.payment_provider_id]", BOTH),
        Field("reporting_configuration.exempt", "reporting.exempt", BOTH, required=True),
        Field("shipping_address", "shipping.address", BOTH, shown=None),
        *(Field(f"shipping_address.{part}", f"shipping.address.{part}", BOTH) for part in ADDRESS),
        Field("tax_configuration.tax_exempt", "tax.exempt_status", BOTH, _exempt, "exempt".__eq__, required=True),
        Field("tax_configuration.tax_provider", "tax.provider", BOTH, required=True),
        Field("tax_configuration.tax_exemption_code", "tax.exemption_code", BOTH),
        Field(
            "tax_configuration.automatic_tax_enabled",
            "external_refs[orb.automatic_tax_enabled]",
            SDK,
            flag,
            shown_flag,
            shown="automatic_tax_enabled",
        ),
        Field("tax_id", "tax_ids[default]", BOTH, shown=None),
        *(
            Field(f"tax_id.{part}", f"tax_ids[default].{part}", BOTH, required=True)
            for part in ("country", "type", "value")
        ),
        Field("timezone", "timezone", BOTH),
    ],
    whole_objects=True,
    rewrite=_rewrite,
)

_PARTS: Mapping[str, Any] = {
    "accounting_sync_configuration": {"excluded": False},
    "billing_address": dict.fromkeys(ADDRESS),
    "shipping_address": dict.fromkeys(ADDRESS),
    "tax_configuration": {"tax_exemption_code": None, "tax_provider": None},
}
"""The members of each object in a customer, which are there whenever it is."""

_OTHERS_TAX_IDS = frozenset(
    [
        "au_acn",
        "au_wpn",
        "bw_vat",
        "ci_vat",
        "cz_dic",
        "fr_siren",
        "fr_siret",
        "fr_spi",
        "gh_tin",
        "ic_nif",
        "is_kt",
        "md_cf",
        "mu_vat",
        "mz_nuit",
        "nz_bn",
        "other",
        "pt_nif",
        "sm_coe",
        "tt_bir",
        "tt_vat",
    ]
)
"""Types of tax ids that Orb does not have."""


def show(record: Record) -> dict[str, Any]:
    """The record as Orb's API shows a customer: every key is present, null if nothing is set that Orb can express.

    Orb's balance is what the customer has to its credit, the model's what it owes.
    """
    tax_exempt = record.get("tax", {}).get("exempt_status") == "exempt"
    payment = _payment(record)
    shown = {
        "id": record["id"],
        "accounting_sync_configuration": None,
        "additional_emails": [],
        "auto_collection": "payment_provider" in payment,
        "auto_issuance": None,
        "automatic_tax_enabled": None,
        "balance": decimal(-record.get("balance", 0), record.get("currency")),
        "billing_address": None,
        "created_at": record["created_at"],
        "currency": None,
        "default_payment_method": None,
        "email": "",
        "email_delivery": False,
        "exempt_from_automated_tax": tax_exempt,
        "external_customer_id": None,
        "hierarchy": {"children": [], "parent": None},
        "metadata": {},
        "name": full_name(record) or "",
        "payment_configuration": None,
        **dict.fromkeys(_PAYMENT),
        "portal_url": None,
        "reporting_configuration": None,
        "shipping_address": None,
        "tax_id": None,
        "timezone": "Etc/UTC",
    } | TABLE.show(record)
    shown |= payment
    if (tax_id := shown["tax_id"]) and ("country" not in tax_id or tax_id["type"] in _OTHERS_TAX_IDS):
        shown["tax_id"] = None
    if sync := shown["accounting_sync_configuration"]:
        sync.setdefault("accounting_providers", [])
    return {name: completed(value, _PARTS.get(name, {})) for name, value in shown.items()}


_TYPES: dict[type[Exception], tuple[int, str]] = {
    errors.MalformedRequest: (400, "400-request-validation-errors"),
    errors.UnsupportedMediaType: (400, "400-request-validation-errors"),
    errors.InvalidCustomer: (400, "400-request-validation-errors"),
    errors.CustomerExists: (400, "400-duplicate-resource-creation"),
    errors.NotFound: (404, "404-resource-not-found"),
    errors.CustomerDeleted: (409, "409-resource-conflict"),
    errors.IdempotencyKeyReused: (409, "409-resource-conflict"),
    errors.PayloadTooLarge: (413, "413-request-too-large"),
}
"""Status and type of an error; of any other, what an internal error has, with the status of our own problem."""


def failed(error: Exception, request_id: str) -> Reply:
    """The error as Orb's API answers it; its clients choose the class by `type`."""
    problem = document(error, base_url="", request_id=request_id)
    status, kind = _TYPES.get(type(error), (problem_type(error).status, "500-internal-server-error"))
    body = {
        "type": f"https://docs.withorb.com/reference/error-responses#{kind}",
        "title": problem["title"],
        "status": status,
        "detail": problem["detail"],
        "instance": problem["instance"],
    }
    if kind == "400-request-validation-errors":
        listed = error.errors if isinstance(error, CustomerError) else ()
        body["validation_errors"] = [f"{field(each.path) or 'body'}: {each.detail}" for each in listed] or [str(error)]
    if isinstance(error, CustomerError) and error.conflicts:
        names = {field(TABLE.name((each.field,))): each.customer_id for each in error.conflicts}
        body["detail"] = " ".join(f"A customer with this {name} already exists: {id_}." for name, id_ in names.items())
    return Reply(status, body, {}, "application/problem+json")


DIALECT = Dialect("orb", TABLE, "X-Request-Id", failed)

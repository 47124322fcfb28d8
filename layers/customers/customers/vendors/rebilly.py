"""Rebilly's customer: its fields, its object, its errors.

Sources: Rebilly's page of "Create a customer" (one of the source documents) and the OpenAPI document of Rebilly's API,
of the document's time and today's.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from customers.customer.digits import json_value
from customers.customer.model import Record
from customers.errors import CustomerError
from customers.http.documents import document
from customers.http.pointers import field
from customers.vendors.answers import Dialect, Reply
from customers.vendors.fields import Table
from customers.vendors.rebilly_words import COPIES, parts_of, rewritten, tax_type
from customers.vendors.rows import BOTH, DOCUMENT, SDK, Field, first, refused
from customers.vendors.values import completed

_LEAD_SOURCE = [
    "medium",
    "source",
    "campaign",
    "term",
    "content",
    "affiliate",
    "subAffiliate",
    "salesAgent",
    "clickId",
    "path",
    "referrer",
]
_INSTRUMENT = "external_refs[rebilly.default_payment_instrument{}]".format


def _listed(name: str, place: str, primary: str) -> list[Field]:
    """The rows of a list with labels, whose primary entry is also the customer's only one in the model."""
    return [
        *(
            Field(f"primaryAddress.{name}[].{part}", f"{place}[].{part}", BOTH, required=part != "primary")
            for part in ("label", "value", "primary")
        ),
        Field(f"primaryAddress.{name}", primary, BOTH, shown=None, pick=first),
    ]


_READ_ONLY = [
    "id",
    "createdTime",
    "updatedTime",
    "company",
    "averageValue",
    "paymentCount",
    "lastPaymentTime",
    "lifetimeRevenue",
    "invoiceCount",
    "tags",
    "revision",
    "hasFulfilledKyc",
    "organizationId",
    "_links",
    "_embedded",
    "primaryAddress.hash",
    "taxNumbers[].isValid",
]
"""Fields that Rebilly computes: clients send them back, and they change nothing."""


NEWEST = "-createdTime"
"""The order of lists, as a client may ask for it."""

MAX_LIMIT = MAX_OFFSET = 1000
"""Rebilly's own limits. What comes before a page is read too, so pages end somewhere."""

FREE_JSON = "customFields"
"""The member of a request that may hold any JSON."""

TABLE = Table(
    [
        *(Field(name, None, BOTH) for name in _READ_ONLY),
        Field("customFields", "custom_fields", BOTH, show=json_value),
        Field("defaultPaymentInstrument.paymentInstrumentId", _INSTRUMENT(""), DOCUMENT),
        *(
            Field(f"defaultPaymentInstrument.{part}", _INSTRUMENT(f".{part}"), DOCUMENT)
            for part in ("method", "reference", "receivedBy")
        ),
        Field("defaultPaymentInstrumentId", _INSTRUMENT(""), SDK, shown=None),
        Field("isEddRequired", "compliance.enhanced_due_diligence_required", DOCUMENT),
        *(Field(f"leadSource.{part}", f"external_refs[rebilly.lead_source.{part}]", SDK) for part in _LEAD_SOURCE),
        Field("locale", "preferred_locales[0]", BOTH),
        Field("notificationEmails", "additional_emails", SDK),
        Field("paymentToken", None, BOTH, refused("single_use_token")),
        Field("personId", "external_refs[rebilly.person]", SDK),
        Field("preferredPayoutInstrumentId", "external_refs[rebilly.preferred_payout_instrument]", SDK),
        Field("primaryAddress.firstName", "first_name", BOTH),
        Field("primaryAddress.lastName", "last_name", BOTH),
        Field("primaryAddress.organization", "organization", BOTH),
        Field("primaryAddress.address", "billing_address.line1", BOTH),
        Field("primaryAddress.address2", "billing_address.line2", BOTH),
        Field("primaryAddress.city", "billing_address.city", BOTH),
        Field("primaryAddress.region", "billing_address.state", BOTH),
        Field("primaryAddress.country", "billing_address.country", BOTH),
        Field("primaryAddress.postalCode", "billing_address.postal_code", BOTH),
        Field("primaryAddress.dob", "date_of_birth", BOTH),
        Field("primaryAddress.jobTitle", "job_title", BOTH),
        *_listed("phoneNumbers", "phone_numbers", "phone"),
        *_listed("emails", "emails", "email"),
        Field("taxNumbers[].type", "tax_ids[].type", BOTH, show=tax_type, required=True),
        Field("taxNumbers[].value", "tax_ids[].value", BOTH, required=True),
        Field("taxNumbers[].isDefault", "tax_ids[].is_default", BOTH),
        Field("websiteId", "external_refs[rebilly.website]", BOTH),
        *(Field(name, place, BOTH, shown=None) for name, place in COPIES.items()),
    ],
    rewrite=rewritten,
)

_PARTS: Mapping[str, Any] = {
    "primaryAddress": dict.fromkeys(
        (
            "firstName",
            "lastName",
            "organization",
            "address",
            "address2",
            "city",
            "region",
            "country",
            "postalCode",
            "dob",
            "jobTitle",
            "phoneNumbers",
            "emails",
        )
    )
}


def id_of(record: Record) -> str:
    """The customer's id as Rebilly's clients know it: the external id where there is one, which they chose."""
    return str(record.get("external_id", record["id"]))


def show(record: Record, organization: str, url: str) -> dict[str, Any]:
    """The record as Rebilly's API shows a customer; `url` is where that API has it."""
    shown = {
        "id": id_of(record),
        "email": record.get("email"),
        "firstName": None,
        "lastName": None,
        "websiteId": None,
        "defaultPaymentInstrument": None,
        "preferredPayoutInstrumentId": None,
        "createdTime": record["created_at"],
        "updatedTime": record["updated_at"],
        "customFields": {},
        "primaryAddress": {},
        "company": None,
        "averageValue": None,
        "paymentCount": 0,
        "lastPaymentTime": None,
        "lifetimeRevenue": None,
        "invoiceCount": 0,
        "tags": [],
        "revision": record["revision"],
        "isEddRequired": False,
        "hasFulfilledKyc": False,
        "organizationId": organization,
        "locale": None,
        "taxNumbers": [],
        "personId": None,
        "notificationEmails": [],
    } | TABLE.show(record)
    for tax_number, tax_id in zip(shown["taxNumbers"], record.get("tax_ids", ()), strict=False):
        tax_number |= {"isDefault": tax_id.get("is_default", False), "isValid": tax_id.get("is_valid")}
    address = shown["primaryAddress"] = completed(shown["primaryAddress"], _PARTS["primaryAddress"])
    address["phoneNumbers"] = _entries(record.get("phone_numbers", []), record.get("phone"))
    address["emails"] = _entries(record.get("emails", []), record.get("email"))
    if not (address["firstName"] or address["lastName"]) and (name := record.get("name")):
        address |= dict(zip(("firstName", "lastName"), parts_of(name), strict=True))
    shown |= {"firstName": address["firstName"], "lastName": address["lastName"]}
    address["hash"] = hashlib.sha1(json.dumps(address).encode(), usedforsecurity=False).hexdigest()
    return {**shown, "_links": [{"rel": "self", "href": url}]}


def _entries(listed: list[dict[str, Any]], only: str | None) -> list[dict[str, Any]]:
    """The entries of a list, of which the customer's own value is the primary one, whether it is among them or not."""
    entries = [{"label": entry.get("label"), "value": entry["value"], "primary": False} for entry in listed]
    if only is None:
        return [{**entry, "primary": old.get("primary", False)} for entry, old in zip(entries, listed, strict=True)]
    primary = next((entry for entry in entries if entry["value"] == only), None)
    if primary is None:
        primary = {"label": "main", "value": only, "primary": True}
        entries.insert(0, primary)
    primary["primary"] = True
    return entries


def failed(error: Exception, request_id: str) -> Reply:
    """The error as Rebilly's API answers it, with the status of our own problem."""
    problem = document(error, base_url="", request_id=request_id)
    members = ("title", "status", "detail", "instance")
    body = {"type": "about:blank", **{name: problem[name] for name in members}}
    if isinstance(error, CustomerError) and error.errors:
        body["invalidFields"] = [{"field": field(each.path), "message": each.detail} for each in error.errors]
    if isinstance(error, CustomerError) and error.conflicts:
        names = {"external_id": "id", "email": "primaryAddress.emails"}
        taken = [(names[each.field], each.customer_id) for each in error.conflicts]
        body["detail"] = " ".join(f"A customer with this {name} already exists: {id_}." for name, id_ in taken)
    return Reply(problem["status"], body, {}, "application/problem+json")


DIALECT = Dialect("rebilly", TABLE, "X-Request-Id", failed)

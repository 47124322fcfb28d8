"""What Rebilly shows differently from the model, and how it is read when its clients send it back."""

from collections.abc import Mapping
from typing import Any

from customers.vendors.reading import Setting

COPIES = {"email": "email", "firstName": "first_name", "lastName": "last_name"}
"""What Rebilly shows beside the address, of which it is a copy, and where it is in the model."""

_TAX_TYPES = {"eu_vat": "eu-vat", "gb_vat": "eu-vat"}


def tax_type(kind: str) -> str:
    """Rebilly's type of a tax id."""
    return _TAX_TYPES.get(kind, "other")


def parts_of(name: str) -> tuple[str | None, str]:
    """The first and the last name that Rebilly shows for a customer that has only `name`."""
    first, _, last = name.rpartition(" ")
    return first or None, last


def rewritten(settings: list[Setting], record: Mapping[str, Any]) -> list[Setting]:
    """The settings of a request as the model has them."""
    original = {setting.place for setting in settings if setting.name and setting.name[0] == "primaryAddress"}
    settings = [each for each in settings if not (each.name and each.name[0] in COPIES and each.place in original)]
    settings = _chosen_instrument(settings)
    if "name" in record and not {"first_name", "last_name"} & record.keys():
        settings = _whole_name(settings)
    return [*settings, *_tax_ids(settings, record)]


def _chosen_instrument(settings: list[Setting]) -> list[Setting]:
    """Clients of the current API choose an instrument by id, and also send back the previous one."""
    ids = {setting.name: setting.value for setting in settings}
    chosen, before = ("defaultPaymentInstrumentId",), ("defaultPaymentInstrument", "paymentInstrumentId")
    if chosen not in ids or before not in ids or ids[chosen] == ids[before]:
        return settings
    return [
        each._replace(value=None) if each.name[:1] == before[:1] else each for each in settings if each.name != before
    ]


def _whole_name(settings: list[Setting]) -> list[Setting]:
    """The whole name, put together from the parts that were shown."""
    parts = [setting for place in ("first_name", "last_name") for setting in settings if setting.place == (place,)]
    named = [part for part in parts if part.value is not None]
    if not all(isinstance(part.value, str) for part in named):
        return settings  # the model reports which one is not a string
    name = Setting(("name",), " ".join(part.value for part in named) or None, named[-1].name if named else ())
    return [*(setting for setting in settings if setting not in parts), name]


def _tax_ids(settings: list[Setting], record: Mapping[str, Any]) -> list[Setting]:
    """The type and the country of the customer's existing tax ids, which Rebilly shows less exactly."""
    known = [((tax_id["value"], tax_type(tax_id["type"])), tax_id) for tax_id in record.get("tax_ids", ())]
    sent = {setting.place: setting.value for setting in settings if setting.place[:1] == ("tax_ids",)}
    kept = []
    for setting in settings:
        match setting.place:
            case ("tax_ids", index, "type"):
                shown = sent.get(("tax_ids", index, "value")), setting.value
                tax_id: Mapping[str, Any] = next((tax_id for as_shown, tax_id in known if as_shown == shown), {})
                kept += [
                    Setting(("tax_ids", index, part), tax_id[part], setting.name)
                    for part in ("type", "country")
                    if part in tax_id
                ]
    return kept

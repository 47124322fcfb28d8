"""The values of a customer that follow from others: `phone_e164`, and `is_valid` of each tax id.

They are computed once, when what they follow from is written: a new release of a library changes no customer.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from customers.customer import codes, tax_ids


def derive(record: dict[str, Any], former: Mapping[str, Any] = MappingProxyType({})) -> None:
    """Set what follows from other values; what follows from values that `former` has too is as it is there."""
    if "tax_ids" in record:
        known = {_number(tax_id): tax_id["is_valid"] for tax_id in former.get("tax_ids", ())}
        record["tax_ids"] = [
            {**tax_id, "is_valid": known[number] if number in known else tax_ids.is_valid(*number)}
            for tax_id, number in ((tax_id, _number(tax_id)) for tax_id in record["tax_ids"])
        ]
    phone = _phone(record)
    e164 = former.get("phone_e164") if phone == _phone(former) else codes.e164(*phone) if phone[0] else None
    if e164:
        record["phone_e164"] = e164
    else:
        record.pop("phone_e164", None)


def _number(tax_id: Mapping[str, Any]) -> tuple[str, str, str | None]:
    """What the validity of a tax id follows from."""
    return tax_id["type"], tax_id["value"], tax_id.get("country")


def _phone(record: Mapping[str, Any]) -> tuple[str, str | None]:
    """What `phone_e164` follows from."""
    return record.get("phone", ""), record.get("billing_address", {}).get("country")

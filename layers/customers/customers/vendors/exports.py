"""A vendor's customer as its API or its export shows it, read as the customer that it is.

The rows of the vendor's table say which fields the customer has and where they are shown. What the vendor says of a
customer beside them (its times, what it earned, its links) is the vendor's `OWN` and is not taken; anything else is
refused by name, unless it is empty. The vendor's id is taken: as the external id where the vendor has none, so that
whatever refers to the customer finds it, and else as a reference.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from itertools import pairwise
from typing import Any, NamedTuple

from customers.customer.model import NewCustomer
from customers.vendors import paths
from customers.vendors.fields import Table
from customers.vendors.paths import Entry, Path, Steps
from customers.vendors.reading import Setting
from customers.vendors.rows import AS_SENT, same

VENDORS = ("stripe", "orb", "rebilly")


class Shown(NamedTuple):
    """A member of the vendor's object that no row has, its place in the customer, and how it is read.

    `read` gets the value and the whole object.
    """

    name: str
    place: str
    read: Callable[[Any, Mapping[str, Any]], Any] = lambda value, _object: value


def _amount(value: Any, shown: Mapping[str, Any]) -> Any:
    from customers.vendors import amounts

    return amounts.minor_units(str(value), str(shown.get("currency", "")).upper())


def _credit(value: Any, shown: Mapping[str, Any]) -> Any:
    """Orb's balance, which is positive for a credit of the customer."""
    owed = _amount(value, shown)
    return -owed if isinstance(owed, int) else owed


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None


def _id(value: Any) -> Any:
    return _member(value, "id")


def _vat(value: Any, _shown: Mapping[str, Any]) -> Any:
    return [{"type": "eu_vat", "value": value}]


def _coupon(discount: Any, _object: Mapping[str, Any]) -> Any:
    """The coupon where the current API shows it, expanded or not; the table has a row for where earlier versions do."""
    coupon = _member(_member(discount, "source"), "coupon")
    return _id(coupon) if isinstance(coupon, Mapping) else coupon


MORE: Mapping[str, Sequence[Shown]] = {
    # The dashboard's export has amounts in the currency's own unit, and a VAT number without a type.
    "stripe": (
        Shown("id", "external_id"),
        Shown("currency", "currency"),
        Shown("account_balance", "balance", _amount),
        Shown("business_vat_id", "tax_ids", _vat),
        Shown("discount", "external_refs[stripe.coupon]", _coupon),
    ),
    "orb": (
        Shown("id", "external_refs[orb.customer]"),
        Shown("balance", "balance", _credit),
        Shown("exempt_from_automated_tax", "tax.exempt_status", lambda value, _object: "exempt" if value else None),
        Shown("default_payment_method", "external_refs[orb.default_payment_method]", lambda value, _: _id(value)),
        Shown("hierarchy", "external_refs[orb.parent_customer]", lambda value, _: _id(_member(value, "parent"))),
    ),
    "rebilly": (Shown("id", "external_id"),),
}

OWN: Mapping[str, Sequence[str]] = {
    "stripe": (
        "object|livemode|delinquent|created(_.*)?|cards?(_.*)?|plan|quantity|interval|status|cancel_at_period_end",
        "total_spend|payment_count|average_order|refunded_volume|dispute_losses|tax_location_recognized",
        "subscriptions?(_.*)?|sources(_.*)?|discounts?(_.*)?|invoice_credit_balance(_.*)?|customer_account",
        "tax_ids_(object|has_more|url|total_count)|tax_(automatic_tax|location(_.*)?|provider)",
        "tax_ids_data_(id|object|country|created|customer|livemode|owner(_.*)?|verification(_.*)?)",
        "cash_balance_(object|available(_.*)?|customer|livemode|settings_using_merchant_default)",
        "shipping_(carrier|tracking_number)",
    ),
    "orb": ("created_at|portal_url|hierarchy_.*|payment_configuration(_.*)?|default_payment_method_.*",),
    "rebilly": ("links(_.*)?|embedded(_.*)?|primaryaddress_(hash|emails_primary|phonenumbers_primary)",),
}
"""Fields that the vendor sets itself, as patterns of `label`."""


def label(path: str) -> str:
    """A path or a column's label in the form of the patterns: `tax_ids_data_id`, `created_utc`."""
    return re.sub(r"\W+", "_", path.lower()).strip("_")


def is_own(vendor: str, path: str) -> bool:
    """Whether the vendor sets this itself."""
    its_label = label(path)
    return any(re.fullmatch(pattern, its_label) for pattern in OWN[vendor])


def table(vendor: str) -> Table:
    """The vendor's table; its module is loaded when it is needed."""
    its_table: Table = import_module(f"customers.vendors.{vendor}").TABLE
    return its_table


def new_customer(vendor: str, shown: Any) -> NewCustomer:
    """The customer that a vendor's object describes. Raises InvalidCustomer with the vendor's names of fields."""
    its_table = table(vendor)
    if not isinstance(shown, Mapping):
        return its_table.new(shown)
    request: dict[str, Any] = {}
    for name, path in taken(vendor).items():
        for indexes, value in _found(shown, path):
            _put(request, paths.indexed(name, indexes), value)
    reading = its_table.read(_numbered(request) if vendor == "stripe" else request)
    for more in MORE[vendor]:
        value = shown.get(more.name)
        if value is not None and (value := more.read(value, shown)) is not None:
            reading.settings.append(Setting(paths.steps(more.place), value, (more.name,)))
    for strange in _strange(vendor, shown):
        reading.refuse(strange, "unknown_field")
    return its_table.valid(reading, {})[1]


@cache
def taken(vendor: str) -> Mapping[Steps, Steps]:
    """The fields of requests that a customer is made of, and where the vendor shows them.

    A value that the vendor's API doesn't show may still be in an export.
    """
    rows = [(paths.steps(row.name), row.shown) for row in table(vendor).rows if row.place]
    around = _prefixes(name for name, _ in rows)
    return {
        name: paths.steps(shown) if shown and shown != AS_SENT else name
        for name, shown in rows
        if shown or name not in around
    }


@cache
def _known(vendor: str) -> frozenset[Steps]:
    """The paths whose values are read, and those that the vendor's clients send back without effect."""
    back = (paths.steps(row.name) for row in table(vendor).rows if row.read is same and not row.place)
    return frozenset({*taken(vendor).values(), *back, *((more.name,) for more in MORE[vendor])})


@cache
def _around(vendor: str) -> frozenset[Steps]:
    """The paths of the objects and the lists that values are in."""
    return _prefixes(_known(vendor))


def _prefixes(all_paths: Iterable[Steps]) -> frozenset[Steps]:
    return frozenset(path[:length] for path in all_paths for length in range(len(path)))


def _strange(vendor: str, value: Any, path: Path = ()) -> Iterator[Path]:
    """The paths of values that would be lost and that the vendor does not set itself."""
    pattern = tuple(Entry.EACH if isinstance(step, int) else step for step in path)
    if value in (None, "", [], {}) or pattern in _known(vendor):
        return
    if pattern in _around(vendor) and isinstance(value, Mapping | list):
        for step, inner in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from _strange(vendor, inner, (*path, step))
    elif not is_own(vendor, ".".join(step for step in path if isinstance(step, str))):
        yield path


def _found(value: Any, path: Steps) -> Iterator[tuple[tuple[int, ...], Any]]:
    """What is at a path of what a vendor shows, with the indexes of the entries that it leads through."""
    match path:
        case _ if value is None:
            return
        case ():
            yield (), value
        case (Entry.EACH, *rest) if isinstance(value, list):
            for index, entry in enumerate(value):
                for indexes, found in _found(entry, tuple(rest)):
                    yield (index, *indexes), found
        case (str(name), *rest) if isinstance(value, Mapping):
            yield from _found(value.get(name), tuple(rest))


def _put(target: Any, path: Steps, value: Any) -> None:
    for step, following in pairwise(path):
        if isinstance(step, int):
            while len(target) <= step:
                target.append({})
            target = target[step]
        else:
            target = target.setdefault(str(step), [] if isinstance(following, int) else {})
    target[path[-1]] = value


def _numbered(value: Any) -> Any:
    """Lists as Stripe's forms have them: objects with numbers for names."""
    match value:
        case list():
            return {str(number): _numbered(entry) for number, entry in enumerate(value)}
        case dict():
            return {name: _numbered(entry) for name, entry in value.items()}
    return value

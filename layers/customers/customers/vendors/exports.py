"""A vendor's customer as its API or its export shows it, read as the customer that it is.

The rows of the vendor's table say which fields the customer has and where they are shown. What the vendor says of a
customer beside them (its times, what it earned, its links) is the vendor's own and is not taken. Its id is: as the
external id where the vendor has none, so that whatever refers to the customer finds it, and else as a reference.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from itertools import pairwise
from typing import Any, NamedTuple

from customers.customer.model import NewCustomer
from customers.vendors import paths
from customers.vendors.fields import Table
from customers.vendors.paths import Entry, Steps
from customers.vendors.reading import Setting
from customers.vendors.rows import AS_SENT

VENDORS = ("stripe", "orb", "rebilly")


class Shown(NamedTuple):
    """A member of the vendor's object that no row has, its place in the customer, and how it is read.

    `read` gets the value and the whole object.
    """

    name: str
    place: str
    read: Callable[[Any, Mapping[str, Any]], Any] = lambda value, _object: value


def _amount(value: Any, shown: Mapping[str, Any]) -> Any:
    from customers.vendors import orb

    return orb.minor_units(str(value), str(shown.get("currency", "")).upper())


def _coupon(discount: Any, _object: Mapping[str, Any]) -> Any:
    """The coupon where today's API shows it, expanded or not; the row of the table has where earlier ones do."""
    source = discount.get("source") if isinstance(discount, Mapping) else None
    coupon = source.get("coupon") if isinstance(source, Mapping) else None
    return coupon.get("id") if isinstance(coupon, Mapping) else coupon


MORE: Mapping[str, Sequence[Shown]] = {
    # The dashboard's export has amounts in the currency's own unit.
    "stripe": (
        Shown("id", "external_id"),
        Shown("currency", "currency"),
        Shown("account_balance", "balance", _amount),
        Shown("discount", "external_refs[stripe.coupon]", _coupon),
    ),
    "orb": (Shown("id", "external_refs[orb.customer]"), Shown("balance", "balance", _amount)),
    "rebilly": (Shown("id", "external_id"),),
}


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
    for row in its_table.rows:
        if row.shown and row.place:
            path = row.name if row.shown == AS_SENT else row.shown
            for indexes, value in _found(shown, paths.steps(path)):
                _put(request, paths.indexed(paths.steps(row.name), indexes), value)
    reading = its_table.read(_numbered(request) if vendor == "stripe" else request)
    for more in MORE[vendor]:
        if shown.get(more.name) is not None:
            value = more.read(shown[more.name], shown)
            reading.settings.append(Setting(paths.steps(more.place), value, (more.name,)))
    return its_table.valid(reading, {})[1]


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

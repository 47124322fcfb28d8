"""A vendor's fields: one table that is read both ways.

Each row says where a field of the vendor's is in the canonical customer, and how its value is converted. The same table
turns a request into what the canonical model takes, a record into the vendor's object, and the path of an error of the
model into the path of the field that the vendor's client sent.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from customers.customer.model import NewCustomer, Record
from customers.errors import FieldError, InvalidCustomer
from customers.http.parsing import validated
from customers.http.refusals import MAX_ERRORS
from customers.vendors import paths
from customers.vendors.paths import Entry, Path, Steps
from customers.vendors.reading import Reader, Reading, Setting
from customers.vendors.rows import AS_SENT, Field


class Table:
    """The fields of one vendor; `rewrite` puts in order what several fields say together of a record.

    See `Reader` for the rest.
    """

    def __init__(
        self,
        rows: Sequence[Field],
        *,
        empty_unsets: bool = False,
        whole_objects: bool = False,
        entries: Callable[[Any], list[Any] | None] = lambda value: value if isinstance(value, list) else None,
        rewrite: Callable[[list[Setting], Mapping[str, Any]], list[Setting]] = lambda settings, _record: settings,
    ) -> None:
        self.rows = rows
        reader = Reader(rows, entries, empty_unsets=empty_unsets, whole_objects=whole_objects)
        self.read, self.places = reader.read, reader.places
        self._rewrite = rewrite
        self._names: dict[Steps, Steps] = {}
        for row in rows:
            name, place = paths.steps(row.name), paths.steps(row.place or "")
            self._names.setdefault(_of_any_entry(place), name)
            if Entry.EACH in place and Entry.EACH in name:
                self._names.setdefault(paths.up_to_list(place), paths.up_to_list(name))
        self._shown = [
            (paths.steps(row.place), paths.steps(row.name if row.shown == AS_SENT else row.shown), row.show)
            for row in rows
            if row.place and row.shown
        ]

    def new(self, data: Any) -> NewCustomer:
        """The customer that a parsed request describes; raises InvalidCustomer with the vendor's names of fields.

        Vendors that want a customer to have an identity have rows that say so.
        """
        return self.valid(self.read(data), {})[1]

    def valid(self, reading: Reading, record: Mapping[str, Any]) -> tuple[dict[str, Any], NewCustomer]:
        """The JSON Merge Patch that makes of a record what a request says, and what the model makes of the patch.

        Raises InvalidCustomer with the vendor's names of fields.
        """
        patch: dict[str, Any] = {}
        origins: dict[Path, Path] = {}
        for place, value, name in self._rewrite(reading.settings, record):
            origins[paths.put(patch, record, place, value)] = name
        try:
            customer = validated(patch)
        except InvalidCustomer as error:
            raise self.refused(reading, error.errors, origins) from None
        if reading.errors:
            raise self.refused(reading, (), origins)
        return patch, customer

    def refused(self, reading: Reading, refused: Sequence[FieldError], origins: Mapping[Path, Path]) -> InvalidCustomer:
        """What the reading found, and the errors of the model with the vendor's names."""
        named = [FieldError(self.name(each.path, origins), each.code, each.detail) for each in refused]
        read = {each.path for each in reading.errors}
        others = [*dict.fromkeys(each for each in named if each.path not in read)]
        return InvalidCustomer([*reading.errors, *others][:MAX_ERRORS], reading.refused + len(others))

    def name(self, path: Path, origins: Mapping[Path, Path] = {}) -> Path:
        """The vendor's path of a field of the customer.

        It is that of the value that came to be there, or of the nearest object around it whose place is known.
        """
        for length in range(len(path), 0, -1):
            rest = path[length:]
            if origin := origins.get(path[:length]):
                return (*origin, *rest)
            if name := self._names.get(_of_any_entry(path[:length])):
                indexes = [step for step in path[:length] if isinstance(step, int)]
                return (*(step for step in paths.indexed(name, indexes) if isinstance(step, str | int)), *rest)
        return path

    def show(self, record: Record) -> dict[str, Any]:
        """The vendor's object of a record, as far as the rows know it."""
        shown: dict[str, Any] = {}
        for place, name, show in self._shown:
            if place[0] in record:
                for indexes, value in paths.find(record, place):
                    paths.put(shown, {}, paths.indexed(name, indexes), show(value))
        return shown


def _of_any_entry(path: Steps) -> Steps:
    """The path with `[]` in place of each index."""
    return tuple(Entry.EACH if isinstance(step, int | Entry) else step for step in path)

"""Which requests overlap, and what the table holds before them: data.

Every pair and triple is explored in all orders, so the order of the requests in a row means nothing.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from schedules.kinds import Request

DEPTH = int(os.environ.get("DEPTH", "1"))
"""How deep the searches go: 1 is what fits into every test run."""

ANN = "ann@a.example"
ANN_TOO = "ANN@a.example"
BOB = "bob@b.example"


class Given(NamedTuple):
    """A customer that is there before: `name` is its id, and `key` the key that it was created with, if any.

    `expired` is a key's record whose time is over, which DynamoDB has not yet deleted; of a customer that was deleted
    the record of its key alone is left.
    """

    name: str
    values: Mapping[str, Any]
    expired: bool = False
    deleted: bool = False


class Scenario(NamedTuple):
    """Requests that overlap: each has time for so many `attempts`, and all together meet so many `faults`."""

    name: str
    requests: Sequence[Request]
    given: Sequence[Given] = ()
    attempts: int = 3
    faults: int = 1


def create(**values: str) -> tuple[str, Mapping[str, Any]]:
    """A create with an `email`, an `external_id`, both; with a `key` or without."""
    return "create", values


def get(customer_id: str) -> tuple[str, Mapping[str, Any]]:
    return "get", {"id": customer_id}


def find(**value: str) -> tuple[str, Mapping[str, Any]]:
    return "find", value


def replay(**values: str) -> tuple[str, Mapping[str, Any]]:
    """What a request does that today's rules refuse: look whether it was carried out before."""
    return "replay", values


_BOTH = create(email=ANN, external_id="1")
_TWIN = create(email=ANN, key="k")
_WHOLE_TWIN = create(email=ANN, external_id="1", key="k")
_OLD = Given("old", {"email": ANN, "external_id": "1"})
_OLD_BOB = Given("old too", {"email": BOB, "external_id": "2"})
_OLD_KEYED = Given("old", {"email": ANN, "key": "k"})
_EXPIRED = Given("old", {"email": BOB, "key": "k"}, expired=True)

_DELETED = Given("old", {"email": ANN, "key": "k"}, deleted=True)

_Row = tuple[str, Sequence[Given], Sequence[tuple[str, Mapping[str, Any]]]]

ALONE: Sequence[_Row] = [
    ("a create", [], [_BOTH]),
    ("a create with a key", [], [_WHOLE_TWIN]),
    ("a replay", [_OLD_KEYED], [_TWIN]),
    ("an e-mail address that is taken, in other letters", [_OLD], [create(email=ANN_TOO)]),
    ("both fields taken, by two customers", [_OLD, _OLD_BOB], [create(email=ANN, external_id="2", key="k")]),
    ("a key that was used for something else", [_OLD_KEYED], [create(email=BOB, key="k")]),
    ("a key whose time is over", [_EXPIRED], [_TWIN]),
    ("a replay of a customer that was deleted", [_DELETED], [_TWIN]),
    ("a replay without a write of a customer that was deleted", [_DELETED], [replay(email=ANN, key="k")]),
    ("a replay without a write", [_OLD_KEYED], [replay(email=ANN, key="k")]),
    ("a replay without a write of another request", [_OLD_KEYED], [replay(email=BOB, key="k")]),
    ("a replay without a write of a key whose time is over", [_EXPIRED], [replay(email=BOB, key="k")]),
    ("a find", [_OLD], [find(external_id="1")]),
    ("a get of nothing", [], [get("old")]),
]

PAIRS: Sequence[_Row] = [
    ("twins with a key", [], [_TWIN, _TWIN]),
    ("whole twins with a key", [], [_WHOLE_TWIN, _WHOLE_TWIN]),
    ("one key, two customers", [], [_TWIN, create(email=BOB, key="k")]),
    ("one key, one e-mail address, two customers", [], [_TWIN, create(email=ANN, external_id="1", key="k")]),
    ("one e-mail address", [], [create(email=ANN), create(email=ANN_TOO)]),
    ("one e-mail address, one of them keyed", [], [create(email=ANN), _TWIN]),
    ("one e-mail address, two keys", [], [_TWIN, create(email=ANN, key="l")]),
    ("both fields", [], [_BOTH, _BOTH]),
    ("both fields, one of them keyed", [], [_BOTH, _WHOLE_TWIN]),
    ("both fields, two keys", [], [_WHOLE_TWIN, create(email=ANN, external_id="1", key="l")]),
    ("one field of two", [], [_BOTH, create(email=ANN, external_id="2")]),
    ("nothing in common", [], [create(email=ANN), create(email=BOB)]),
    ("each has one that a third has", [_OLD], [create(email=ANN, external_id="2"), create(email=BOB, external_id="1")]),
    ("a replay beside a create", [_OLD_KEYED], [_TWIN, create(email=ANN, external_id="2")]),
    ("a replay of a customer that was deleted, and another", [_DELETED], [_TWIN, create(email=ANN)]),
    ("replays", [_OLD_KEYED], [_TWIN, _TWIN]),
    ("twins whose key's time is over", [_EXPIRED], [_TWIN, _TWIN]),
    ("a replay without a write beside its create", [], [_WHOLE_TWIN, replay(email=ANN, external_id="1", key="k")]),
    ("a get beside its create", [], [_WHOLE_TWIN, get("A")]),
    ("a find by e-mail beside its create", [], [_BOTH, find(email=ANN)]),
    ("a find by external id beside its create", [], [_WHOLE_TWIN, find(external_id="1")]),
]

TRIPLES: Sequence[_Row] = [
    ("three twins", [], [_TWIN, _TWIN, _TWIN]),
    ("twins and a stranger", [], [_TWIN, _TWIN, create(email=ANN)]),
    ("twins and another use of their key", [], [_TWIN, _TWIN, create(email=BOB, key="k")]),
    ("three of one e-mail address", [], [create(email=ANN), create(email=ANN), create(email=ANN)]),
    ("a chain of two fields", [], [create(email=ANN), _BOTH, create(external_id="1")]),
    ("a create, its rival and a get of the first", [], [create(email=ANN), create(email=ANN), get("A")]),
    ("a create, its rival and a find by the other field", [], [_BOTH, create(external_id="1"), find(email=ANN)]),
    ("a create, its rival and a replay without a write", [], [_TWIN, create(email=ANN), replay(email=ANN, key="k")]),
    ("the same with a key whose time is over", [_EXPIRED], [_TWIN, create(email=ANN), replay(email=ANN, key="k")]),
    ("a create and two finds", [], [_BOTH, find(external_id="1"), find(email=ANN)]),
    ("twins and a find", [], [_TWIN, _TWIN, find(email=ANN)]),
]


def scenarios(depth: int) -> Iterator[Scenario]:
    """All of them; the fewer requests, the more faults, and with each step of depth one fault more."""
    attempts = 3 + depth // 3
    for rows, faults in ((ALONE, 2), (PAIRS, 1), (TRIPLES, 0)):
        for name, given, requests in rows:
            named = [Request("ABC"[n], kind, values) for n, (kind, values) in enumerate(requests)]
            yield Scenario(name, named, given, attempts, faults + depth)

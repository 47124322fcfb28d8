"""Scenarios of three requests and more: data."""

from collections.abc import Sequence

from schedules.rows import (
    ANN,
    BOB,
    BOTH,
    CEM,
    CHANGED,
    EXPIRED,
    OLD,
    OLD_ANN,
    OLD_BOB,
    OLD_KEYED,
    TWIN,
    Row,
    change,
    create,
    delete,
    erase,
    find,
    get,
    put,
    replay,
    restore,
)

CREATES: Sequence[Row] = [
    ("three twins", [], [TWIN, TWIN, TWIN]),
    ("twins and a stranger", [], [TWIN, TWIN, create(email=ANN)]),
    ("twins and another use of their key", [], [TWIN, TWIN, create(email=BOB, key="k")]),
    ("three of one e-mail address", [], [create(email=ANN), create(email=ANN), create(email=ANN)]),
    ("a chain of two fields", [], [create(email=ANN), BOTH, create(external_id="1")]),
    ("a create, its rival and a get of the first", [], [create(email=ANN), create(email=ANN), get("A")]),
    ("a create, its rival and a find by the other field", [], [BOTH, create(external_id="1"), find(email=ANN)]),
    ("a create, its rival and a replay without a write", [], [TWIN, create(email=ANN), replay(email=ANN, key="k")]),
    ("the same with a key whose time is over", [EXPIRED], [TWIN, create(email=ANN), replay(email=ANN, key="k")]),
    ("a create and two finds", [], [BOTH, find(external_id="1"), find(email=ANN)]),
    ("twins and a find", [], [TWIN, TWIN, find(email=ANN)]),
]

TRIPLES: Sequence[Row] = [
    (
        "a customer to two addresses, and a create",
        [OLD_ANN],
        [change("old", email=BOB), change("old", email=CEM), create(email=BOB)],
    ),
    (
        "two customers swap addresses, and a third wants one",
        [OLD_ANN, OLD_BOB],
        [change("old", email=BOB), change("bob", email=ANN), create(email=ANN)],
    ),
    ("a change, a delete and a create", [OLD_ANN], [change("old", email=BOB), delete("old"), create(email=ANN)]),
    ("a change, a get and a find", [OLD_ANN], [change("old", email=BOB), get("old"), find(email=BOB)]),
    ("a create, a get and an erase", [], [create(email=ANN), get("A"), erase(email=ANN)]),
    (
        "twin changes and a delete",
        [OLD_ANN],
        [change("old", email=BOB, key="k"), change("old", email=BOB, key="k"), delete("old")],
    ),
    (
        "a change of nothing, one of something, and another use of the first's key",
        [OLD_ANN],
        [
            change("old", email=ANN, key="k"),
            change("old", email=BOB),
            change("old", name="Ann", key="k", revision=1),
        ],
    ),
    ("puts and a delete", [OLD], [put("1", email=BOB), put("1", email=CEM), delete("old")]),
    ("a put, a delete and a create", [OLD], [put("1", email=BOB), delete("old"), create(email=BOB)]),
    ("a create, a delete and a replay", [OLD_KEYED], [create(email=ANN), delete("old"), TWIN]),
    ("a delete, a create and a get", [OLD_ANN], [delete("old"), create(email=ANN), get("old")]),
    ("a change, a create and a get", [OLD_ANN], [change("old", email=BOB), create(email=BOB), get("old")]),
    ("a change, a create and a find", [OLD], [change("old", email=BOB), create(email=ANN), find(external_id="1")]),
    ("a value that moves and a find", [OLD_ANN], [change("old", email=BOB), create(email=ANN), find(email=ANN)]),
    ("a delete, a create and a find", [OLD_ANN], [delete("old"), create(email=ANN), find(email=ANN)]),
    ("a restore, a create and a change", [], [restore(OLD_ANN), create(email=ANN), change("old", email=BOB)]),
    ("an erase, a change and a create", [OLD_ANN], [erase(email=ANN), change("old", email=BOB), create(email=ANN)]),
    ("a delete, a restore and a change", [CHANGED], [delete("old"), restore(OLD_ANN), change("old", email=BOB)]),
]

QUADRUPLES: Sequence[Row] = [
    (
        "a delete, a restore of an older copy and two changes",
        [CHANGED],
        [delete("old"), restore(OLD_ANN), change("old", name="A"), change("old", email=BOB)],
    ),
    (
        "two changes, a delete and a restore of another revision 2",
        [OLD_ANN],
        [change("old", email=BOB), change("old", name="A"), delete("old"), restore(CHANGED)],
    ),
]

"""Any sequence of requests, erases and restores against the simplest thing that could be right: two dictionaries."""

import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from conftest import Api, Context
from customers import errors
from customers.customer.model import new_record
from customers.http.parsing import new_customer
from customers.table import items
from customers.table.changes import Edit
from customers.table.dynamodb import of_function
from customers.table.items import UNIQUE, Idempotency
from operate import erase_customer, restore_customers
from operate.command import CommandError
from operate.repairs import Repairs
from operate.restore_customers import Copy
from operate.verify_table import violations
from support import load_event

EMAILS = ["ada@example.com", "ADA@example.com", "grace@example.com"]
EXTERNAL_IDS = ["1", "2"]
FIELDS = ("email", "external_id", "name")
KEYS = ["a", "b", None]
DAY = 24 * 60 * 60

emails, external_ids = st.sampled_from([*EMAILS, None]), st.sampled_from([*EXTERNAL_IDS, None])
names, keys = st.sampled_from(["Ada", "Grace"]), st.sampled_from(KEYS)
new_customers = st.fixed_dictionaries({"email": emails, "external_id": external_ids, "name": names})
changes = st.fixed_dictionaries({}, optional={"email": emails, "external_id": external_ids, "name": names})
puts = st.fixed_dictionaries({"external_id": st.sampled_from(EXTERNAL_IDS), "email": emails, "name": names})
which = st.integers(0, 5)


class Promises(RuleBasedStateMachine):
    """`customers` has what was answered by id, `used` what each key was used for and until when, `copies` what a copy
    of the table has of each customer."""

    table: Any
    monkeypatch: Any

    @initialize()
    def begin(self) -> None:
        for item in self.table.scan()["Items"]:
            self.table.delete_item(Key={"pk": item["pk"]})
        self.api = Api(Context())
        self.store = Repairs(of_function(), self.table.name)
        self.now = 1_000_000
        self.customers: dict[str, Mapping[str, Any]] = {}
        self.used: dict[str, tuple[Any, str, int]] = {}
        self.copies: dict[str, Any] = {}
        self.monkeypatch.setattr("customers.table.items.time.time", lambda: self.now)

    def owner(self, field: str, value: str | None) -> str | None:
        """The id of the customer that has the value."""
        for customer_id, customer in self.customers.items():
            if value is not None and customer.get(field, "").lower() == value.lower():
                return customer_id
        return None

    def conflicts(self, customer: Mapping[str, Any], customer_id: str = "") -> dict[str, str]:
        """The fields that another customer has, each with the other's id."""
        owners = {field: self.owner(field, customer.get(field)) for field in UNIQUE}
        return {field: owner for field, owner in owners.items() if owner not in {None, customer_id} and owner}

    def before(self, key: str | None, asked: Any) -> str | None:
        """What a request is answered whose key was used before."""
        used_for, customer_id, until = self.used.get(key or "", (None, "", 0))
        if until <= self.now:
            return None
        if used_for != asked:
            return "reused"
        return "replayed" if customer_id in self.customers else "deleted"

    def remember(self, key: str | None, asked: Any, customer_id: str) -> None:
        if key:
            self.used[key] = (asked, customer_id, self.now + DAY)

    def chosen(self, number: int) -> str:
        return sorted(self.customers)[number % len(self.customers)]

    @rule(customer=new_customers, key=keys)
    def create(self, customer: dict[str, Any], key: str | None) -> None:
        headers = {"Content-Type": ["application/json"]} | ({"Idempotency-Key": [key]} if key else {})
        answer = self.api.create(customer, multiValueHeaders=headers)
        asked = ("create", customer)
        if customer["email"] is None and customer["external_id"] is None:
            assert answer.status == 422
            assert answer.codes == {"email": "identity_missing"}
        elif before := self.before(key, asked):
            if before == "replayed":
                assert (answer.status, answer.json) == (201, self.customers[self.used[key or ""][1]])
                assert answer.headers["Idempotent-Replayed"] == "true"
            else:
                slug = {"reused": "idempotency-key-reused", "deleted": "customer-deleted"}[before]
                assert answer.json["code"] == slug
        elif conflicts := self.conflicts(customer):
            assert answer.status == 409
            assert {c["field"]: c["customer_id"] for c in answer.json["conflicts"]} == conflicts
        else:
            assert answer.status == 201
            assert answer.json["id"] not in self.customers
            self.customers[answer.json["id"]] = answer.json
            self.remember(key, asked, answer.json["id"])

    @precondition(lambda self: self.customers)
    @rule(number=which, values=changes, key=keys, stale=st.booleans())
    def change(self, number: int, values: dict[str, Any], key: str | None, stale: bool) -> None:  # noqa: FBT001 - drawn
        customer_id = self.chosen(number)
        customer = self.customers[customer_id]
        after = {name: value for name, value in {**customer, **values}.items() if value is not None}
        if not any(field in after for field in UNIQUE):
            return  # the function refuses it
        asked = ("change", customer_id, values, stale)

        outcome = self.outcome(lambda edit: self.store.change("acme", customer_id, edit, time_left), after, key, asked)

        self.expect(outcome, customer, after, key, asked)

    @rule(values=puts, key=keys, stale=st.booleans())
    def put(self, values: dict[str, Any], key: str | None, stale: bool) -> None:  # noqa: FBT001 - drawn
        new = new_record(new_customer(values))
        owner = self.owner("external_id", values["external_id"])
        before = self.customers[owner] if owner else new
        kept = {name: value for name, value in before.items() if name not in FIELDS}
        after = kept | {name: value for name, value in values.items() if value is not None}
        asked = ("put", values, None, stale)

        outcome = self.outcome(lambda edit: self.store.put("acme", new, edit, time_left), after, key, asked)

        if owner or stale or self.before(key, asked) or self.conflicts(new):
            self.expect(outcome, before if owner else None, after, key, asked)
        else:
            assert (outcome.created, outcome.record) == (True, new)
            self.customers[new["id"]] = new
            self.remember(key, asked, new["id"])

    def outcome(self, write: Any, after: dict[str, Any], key: str | None, asked: Any) -> Any:
        """What a write leads to, or what it raises."""
        idempotency = Idempotency(key, json.dumps(asked, sort_keys=True)) if key else None
        edit = Edit(lambda _: after, lambda revision: not asked[-1] or revision == 0, idempotency)
        try:
            return write(edit)
        except errors.CustomerError as error:
            return error

    def expect(self, outcome: Any, customer: Any, after: dict[str, Any], key: str | None, asked: Any) -> None:
        """The outcome of a write that changes a customer that is there, or is refused."""
        if before := self.before(key, asked):
            if before == "replayed":
                assert (outcome.replayed, outcome.record) == (True, self.customers[self.used[key or ""][1]])
            else:
                refused = {"reused": errors.IdempotencyKeyReused, "deleted": errors.CustomerDeleted}[before]
                assert isinstance(outcome, refused)
        elif asked[-1]:
            assert isinstance(outcome, errors.PreconditionFailed)
            assert outcome.revision == (customer["revision"] if customer else None)
        elif conflicts := self.conflicts(after, customer["id"] if customer else ""):
            assert isinstance(outcome, errors.CustomerExists)
            assert {conflict.field: conflict.customer_id for conflict in outcome.conflicts} == conflicts
        else:
            changed = after != customer
            assert outcome.record == after | {
                "revision": customer["revision"] + changed,
                "updated_at": outcome.record["updated_at"] if changed else customer["updated_at"],
            }
            self.customers[customer["id"]] = outcome.record
            self.remember(key, asked, customer["id"])

    @precondition(lambda self: self.customers)
    @rule(number=which)
    def delete(self, number: int) -> None:
        customer_id = self.chosen(number)
        self.store.delete("acme", customer_id, lambda _: True, time_left)
        del self.customers[customer_id]

    @rule(value=st.sampled_from([*EMAILS, *EXTERNAL_IDS]))
    def erase(self, value: str) -> None:
        field = "email" if value in EMAILS else "external_id"
        owner = self.owner(field, value)
        try:
            erased = erase_customer.erase(self.store, "acme", field, value)
        except CommandError:
            assert owner is None
        else:
            assert erased.startswith(f"customer {owner} ")
            del self.customers[owner or ""]

    @rule()
    def copy(self) -> None:
        """As point-in-time recovery makes one."""
        self.copies = {key: self.store.item(key) for key in map(customer_key, self.customers)}

    @precondition(lambda self: self.copies)
    @rule(number=which)
    def restore(self, number: int) -> None:
        key = sorted(self.copies)[number % len(self.copies)]
        customer = items.record(self.copies[key])
        live = customer["id"] in self.customers
        lost: Any = SimpleNamespace(item=self.copies.get)
        nothing: Any = None

        copy = Copy(nothing, nothing, lost, self.store, dry_run=False)
        outcome = restore_customers._restore_customer(copy, key, was_live=live)  # noqa: SLF001 - without a second table

        if live:
            assert outcome.what == restore_customers.IN_PLACE
        elif self.conflicts(customer):
            assert outcome.what == restore_customers.LEFT_OUT
        else:
            assert outcome.what == restore_customers.RESTORED
            self.customers[customer["id"]] = customer

    @rule(email=st.sampled_from(EMAILS))
    def find(self, email: str) -> None:
        owner = self.owner("email", email)
        assert self.api.find(email=email).json["data"] == ([self.customers[owner]] if owner else [])

    @rule()
    def get_all(self) -> None:
        for customer_id, customer in self.customers.items():
            assert self.api.get(customer_id).json == customer

    @rule(seconds=st.sampled_from([1, DAY - 1, DAY]))
    def wait(self, seconds: int) -> None:
        self.now += seconds

    @invariant()
    def table_is_whole(self) -> None:
        if hasattr(self, "customers"):
            assert list(violations(self.table)) == []
            stored = self.table.scan()["Items"]
            assert {item["id"] for item in stored if "#customer#" in item["pk"]} == set(self.customers)


def time_left() -> float:
    return 15.0


def customer_key(customer_id: str) -> str:
    return items.customer_key("acme", customer_id)


def test_no_sequence_of_requests_breaks_a_promise(table: Any, monkeypatch: Any) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    load_event("created")  # read once, before the clock stands still
    Promises.table, Promises.monkeypatch = table, monkeypatch
    run_state_machine_as_test(Promises, settings=settings(max_examples=15, stateful_step_count=20, deadline=None))

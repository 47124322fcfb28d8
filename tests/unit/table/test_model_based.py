"""Any sequence of creates, replays and reads against the simplest thing that could be right: two dictionaries."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from conftest import Api, Context
from operate.verify_table import violations
from support import load_event

EMAILS = ["ada@example.com", "ADA@example.com", "grace@example.com", None]
EXTERNAL_IDS = ["1", "2", None]
KEYS = ["a", "b", None]
DAY = 24 * 60 * 60

new_customers = st.fixed_dictionaries(
    {
        "email": st.sampled_from(EMAILS),
        "external_id": st.sampled_from(EXTERNAL_IDS),
        "name": st.sampled_from(["Ada", "Grace"]),
    }
)


class Promises(RuleBasedStateMachine):
    """`customers` has what the API answered by id, `used` what each key was used for and until when."""

    table: Any
    monkeypatch: Any

    @initialize()
    def begin(self) -> None:
        for item in self.table.scan()["Items"]:
            self.table.delete_item(Key={"pk": item["pk"]})
        self.api = Api(Context())
        self.now = 1_000_000
        self.customers: dict[str, dict[str, Any]] = {}
        self.used: dict[str, tuple[dict[str, Any], str, int]] = {}
        self.monkeypatch.setattr("customers.table.items.time.time", lambda: self.now)

    def owner(self, field: str, value: str | None) -> str | None:
        """The id of the customer that has the value."""
        for customer_id, customer in self.customers.items():
            if value is not None and customer.get(field, "").lower() == value.lower():
                return customer_id
        return None

    @rule(customer=new_customers, key=st.sampled_from(KEYS))
    def create(self, customer: dict[str, Any], key: str | None) -> None:
        headers = {"Content-Type": ["application/json"]} | ({"Idempotency-Key": [key]} if key else {})
        answer = self.api.create(customer, multiValueHeaders=headers)
        conflicts = {f: self.owner(f, customer[f]) for f in ("email", "external_id") if self.owner(f, customer[f])}

        before, customer_id, until = self.used.get(key or "", ({}, "", 0))
        if customer["email"] is None and customer["external_id"] is None:
            assert answer.status == 422
            assert answer.codes == {"email": "identity_missing"}
        elif until > self.now and before == customer:
            assert (answer.status, answer.json) == (201, self.customers[customer_id])
            assert answer.headers["Idempotent-Replayed"] == "true"
        elif until > self.now:
            assert answer.json["type"].endswith("/problems/idempotency-key-reused")
        elif conflicts:
            assert answer.status == 409
            assert {c["field"]: c["customer_id"] for c in answer.json["conflicts"]} == conflicts
        else:
            assert answer.status == 201
            assert answer.json["id"] not in self.customers
            self.customers[answer.json["id"]] = answer.json
            if key:
                self.used[key] = (customer, answer.json["id"], self.now + DAY)

    @rule(email=st.sampled_from(EMAILS[:-1]))
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
            items = self.table.scan()["Items"]
            assert {item["id"] for item in items if "#customer#" in item["pk"]} == set(self.customers)


def test_no_sequence_of_requests_breaks_a_promise(table: Any, monkeypatch: Any) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    load_event("created")  # read once, before the clock stands still
    Promises.table, Promises.monkeypatch = table, monkeypatch
    run_state_machine_as_test(Promises, settings=settings(max_examples=25, stateful_step_count=20, deadline=None))

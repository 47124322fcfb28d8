"""Every answer of a vendor's API is in the vendor's shape, and repeats nothing of what was sent."""

import json
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import Context, Log
from customers.errors import OutcomeUnknown, TryAgain
from customers.http import edge, problems
from support import Answer, template
from vendor_events import Call, vendor_event
from whole_vendors import ORB, REBILLY, STRIPE, form

VENDORS = ("stripe", "orb", "rebilly")
ORB_TYPE = "https://docs.withorb.com/reference/error-responses#"


def assert_shape(vendor: str, answer: Answer) -> None:
    """An error in the vendor's shape, with the headers that tell its clients whether to try again."""
    assert answer.headers.items() >= edge.SECURITY_HEADERS.items()
    assert answer.headers["X-Should-Retry"] in ("true", "false")
    match vendor:
        case "stripe":
            error = answer.json["error"]
            assert answer.json.keys() == {"error"}
            assert answer.headers["Content-Type"] == "application/json"
            assert answer.headers["Stripe-Should-Retry"] == answer.headers["X-Should-Retry"]
            assert answer.headers["Request-Id"] == answer.headers["X-Request-Id"]
            assert error["type"] in ("invalid_request_error", "idempotency_error", "api_error")
            assert error["message"]
            assert None not in error.values()
        case "orb":
            assert answer.json.keys() - {"validation_errors"} == {"type", "title", "status", "detail", "instance"}
            assert answer.json["type"].startswith(ORB_TYPE)
            assert answer.json["status"] == answer.status
        case "rebilly":
            assert answer.json.keys() - {"invalidFields"} == {"type", "title", "status", "detail", "instance"}
            assert answer.json["status"] == answer.status


BODIES = {"stripe": form(STRIPE), "orb": json.dumps(ORB), "rebilly": json.dumps(REBILLY)}

MARKED: dict[str, dict[str, tuple[Any, ...]]] = {
    "stripe": {
        "exists": ("POST", "/customers", form({"email": "marked@example.com"})),
        "invalid": (
            "POST",
            "/customers",
            form(
                {
                    "email": "marked",
                    "name": "Marked" * 200,
                    "marked name@": "Marked",
                    "address": {"country": "Marked", "marked street 1": "Marked"},
                    "metadata": {"marked@x": {"marked": "Marked"}, "marked" * 20: "Marked"},
                    "tax_id_data": [{"type": "marked", "value": "Marked"}, "marked"],
                    "source": "tok_marked",
                    "preferred_locales": ["marked"],
                    "expand": "marked",
                }
            ),
        ),
        "malformed": ("POST", "/customers", "marked=1&marked=2"),
        "no UTF-8": ("POST", "/customers", "marked=%ff"),
        "too large": ("POST", "/customers", "description=" + "marked+" * 30_000),
        "no such customer": ("GET", "/customers/marked"),
        "a bad query": ("GET", "/customers", None, "marked%20name=marked"),
        "a bad time": ("GET", "/customers", None, "created%5Bgte%5D=marked"),
        "a bad number": ("GET", "/customers", None, "limit=marked"),
        "no such place": ("GET", "/customers", None, "starting_after=marked"),
        "no such route": ("PUT", "/customers", "marked=marked"),
        "no customer to change": ("POST", "/customers/marked", "email=marked"),
        "no customer to delete": ("DELETE", "/customers/marked"),
    },
    "orb": {
        "exists": ("POST", "/customers", '{"name": "Marked", "email": "marked@example.com"}'),
        "invalid": (
            "POST",
            "/customers",
            json.dumps(
                {
                    "email": "marked",
                    "marked name@": "Marked",
                    "billing_address": {"country": "Marked", "marked street 1": "Marked"},
                    "metadata": {"marked@x": {"marked": "Marked"}},
                    "payment_provider": "marked",
                    "tax_id": "marked",
                    "timezone": "Marked/Marked",
                    "hierarchy": {"parent_customer_id": "marked"},
                }
            ),
        ),
        "malformed": ("POST", "/customers", '{"marked": 1, "marked": 2}'),
        "no object": ("POST", "/customers", '"marked"'),
        "no such customer": ("GET", "/customers/marked"),
        "no such external id": ("GET", "/customers/external_customer_id/marked"),
        "a bad query": ("GET", "/customers", None, "marked%20name=marked"),
        "a bad cursor": ("GET", "/customers", None, "cursor=marked"),
        "a bad time": ("GET", "/customers", None, "created_at%5Bgte%5D=marked"),
        "no customer to change": ("PUT", "/customers/marked", '{"name": "marked"}'),
        "no customer to delete": ("DELETE", "/customers/marked"),
    },
    "rebilly": {
        "exists": (
            "POST",
            "/customers",
            '{"primaryAddress": {"emails": [{"label": "marked", "value": "marked@example.com"}]}}',
        ),
        "invalid": (
            "POST",
            "/customers",
            json.dumps(
                {
                    "paymentToken": "marked",
                    "marked name@": "Marked",
                    "primaryAddress": {
                        "emails": [{"label": "marked", "value": "marked"}],
                        "country": "Marked",
                        "phoneNumbers": "marked",
                        "dob": "marked",
                    },
                    "taxNumbers": [{"type": "marked", "value": "marked"}],
                    "locale": "marked!",
                    "customFields": ["marked"],
                }
            ),
        ),
        "malformed": ("POST", "/customers", '{"marked": 1, "marked": 2}'),
        "no such customer": ("GET", "/customers/marked"),
        "a bad id": ("PUT", "/customers/marked%00", "{}"),
        "a bad query": ("GET", "/customers", None, "marked%20name=marked"),
        "a bad filter": ("GET", "/customers", None, "filter=marked:marked"),
        "a bad sort": ("GET", "/customers", None, "sort=marked"),
        "no customer to delete": ("DELETE", "/customers/marked"),
    },
}
"""A request for each way to fail once there is a customer with the address marked@example.com."""


@pytest.mark.parametrize(("vendor", "case"), [(vendor, case) for vendor in VENDORS for case in MARKED[vendor]])
def test_an_error_repeats_nothing(call: Call, log: Log, vendor: str, case: str) -> None:
    assert call("orb", "POST", "/customers", '{"name": "x", "email": "marked@example.com"}').status == 201

    answer = call(vendor, *MARKED[vendor][case])

    assert 400 <= answer.status < 500
    assert_shape(vendor, answer)
    said = answer.text + json.dumps(answer.headers) + json.dumps(log())
    assert "marked" not in said.lower().replace("/customers/marked", "")


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize(
    ("error", "retry"), [(ValueError("secret"), "true"), (TryAgain(), "true"), (OutcomeUnknown(), "true")]
)
def test_a_failure_of_ours_shows_nothing_and_may_be_tried_again(
    call: Call, monkeypatch: pytest.MonkeyPatch, vendor: str, error: Exception, retry: str
) -> None:
    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr("customers.table.writes.Writes.create", fail)

    answer = call(
        vendor, "POST", "/customers", {"stripe": "", "orb": '{"name": "x", "email": "a@b.co"}', "rebilly": "{}"}[vendor]
    )

    assert answer.status == problems.problem_type(error).status >= 500
    assert_shape(vendor, answer)
    assert answer.headers["X-Should-Retry"] == retry
    assert "secret" not in answer.text


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_body_of_another_kind_is_refused(call: Call, vendor: str) -> None:
    for media_type in (
        "text/plain",
        "multipart/form-data",
        f"{vendor_event(vendor, 'POST', '/customers')['headers']['Content-Type']}; charset=latin1",
    ):
        answer = call(vendor, "POST", "/customers", "{}", **{"Content-Type": media_type})
        assert answer.status == (415 if vendor == "rebilly" else 400)
        assert_shape(vendor, answer)


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_whole_customer_is_created_shown_changed_and_deleted(call: Call, log: Log, vendor: str) -> None:
    created = call(vendor, "POST", "/customers", BODIES[vendor])
    assert created.status == (200 if vendor == "stripe" else 201), created.text
    path = f"/customers/{created.json['id']}"
    assert call(vendor, "GET", path).json == created.json

    changes = {"stripe": "name=Ada", "orb": '{"name": "Ada"}', "rebilly": json.dumps(REBILLY | {"locale": "en"})}
    changed = call(vendor, "POST" if vendor == "stripe" else "PUT", path, changes[vendor])
    assert changed.status == 200
    expected = {"locale": "en"} if vendor == "rebilly" else {"name": "Ada"}
    assert changed.json.items() >= expected.items()

    assert call(vendor, "DELETE", path).status == (200 if vendor == "stripe" else 204)
    assert call(vendor, "GET", path).status == 404
    counted = [name for line in log() for name in ("Created", "Changed", "Deleted") if name in line]
    assert counted == ["Created", "Changed", "Deleted"]


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/customers"), ("GET", "/customers"), ("DELETE", "/customers/x")]
)
def test_a_request_for_a_connected_account_is_refused(call: Call, method: str, path: str) -> None:
    for header in ("Stripe-Account", "Stripe-Context"):
        answer = call("stripe", method, path, **{header: "acct_1"})
        assert answer.status == 400
        assert header in answer.json["error"]["message"]


DEAR = {
    "many entries": json.dumps({"taxNumbers": [{"type": "other", "value": "1"}] * 3300}),
    "many wrong entries": json.dumps({"taxNumbers": [1] * 8000, "primaryAddress": {"emails": [{}] * 900}}),
    "many unknown names": json.dumps({f"a{number}": 1 for number in range(9900)}),
    "many addresses": json.dumps({"primaryAddress": {"emails": [{"label": "x", "value": "a@b.co"}] * 3000}}),
    "much free JSON": json.dumps({"customFields": {f"a{number}": [number] for number in range(4900)}}),
}


@pytest.mark.parametrize("case", DEAR)
def test_a_request_costs_a_small_multiple_of_an_ordinary_one(call: Call, case: str) -> None:
    """As `http/test_no_request_is_dear.py` has it for the native API."""

    def cpu(body: str) -> float:
        start = time.process_time()
        answer = call("rebilly", "POST", "/customers", body)
        assert answer.status in (201, 422)
        return time.process_time() - start

    ordinary = min(cpu("{}") for _ in range(5))

    assert min(cpu(DEAR[case]) for _ in range(3)) <= 50 * ordinary


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)


def mutated(whole: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A customer with some of its fields replaced by any value at any depth."""

    def replace(value: Any) -> st.SearchStrategy[Any]:
        if isinstance(value, dict):
            return st.fixed_dictionaries({}, optional={name: replace(part) for name, part in value.items()}) | JSON
        if isinstance(value, list) and value:
            return st.lists(replace(value[0]), max_size=3) | JSON
        return st.just(value) | JSON

    return st.fixed_dictionaries({}, optional={name: replace(part) for name, part in whole.items()})


MUTATED = {
    "stripe": mutated(STRIPE).map(form) | st.text(max_size=100),
    "orb": mutated(ORB).map(json.dumps) | st.text(max_size=100),
    "rebilly": mutated(REBILLY).map(json.dumps) | st.text(max_size=100),
}


@pytest.mark.parametrize("vendor", VENDORS)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_any_body_is_answered_in_the_vendors_shape(call: Call, vendor: str, data: st.DataObject) -> None:
    body = data.draw(MUTATED[vendor])
    existing = call("stripe", "POST", "/customers", "name=x").json["id"]

    for method, path in (("POST", "/customers"), ("POST" if vendor == "stripe" else "PUT", f"/customers/{existing}")):
        answer = call(vendor, method, path, body)
        assert answer.status < 500, answer.text
        if answer.status >= 400:
            assert_shape(vendor, answer)
        else:
            assert answer.json["id"]


QUERIES = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "limit",
                "offset",
                "cursor",
                "email",
                "created",
                "created[gte]",
                "created_at[lt]",
                "starting_after",
                "filter",
                "sort",
                "q",
                "x[y]",
            ]
        ),
        st.text(max_size=20) | st.integers().map(str) | st.datetimes().map(str),
    ),
    max_size=3,
)


@pytest.mark.parametrize("vendor", VENDORS)
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(query=QUERIES)
def test_any_query_is_answered_in_the_vendors_shape(call: Call, vendor: str, query: list[tuple[str, str]]) -> None:
    import vendor_customers

    event = vendor_event(vendor, "GET", "/customers")
    pairs: dict[str, list[str]] = {}
    for name, value in query:
        pairs.setdefault(name, []).append(value)
    event["multiValueQueryStringParameters"] = pairs or None

    of_lambda: Any = Context()
    answer = Answer(vendor_customers.handler(event, of_lambda))
    assert answer.status < 500, answer.text
    if answer.status >= 400:
        assert_shape(vendor, answer)


# ---------------------------------------------------------------------------------------------- the gateway's own words

RESPONSES = {
    vendor: template()["Resources"][f"{vendor.title()}Api"]["Properties"]["GatewayResponses"] for vendor in VENDORS
}


@pytest.mark.parametrize(("vendor", "kind"), [(vendor, kind) for vendor in VENDORS for kind in RESPONSES[vendor]])
def test_the_gateway_answers_in_the_vendors_shape(vendor: str, kind: str) -> None:
    response = RESPONSES[vendor][kind]
    headers = {
        name: "5d4b2a10" if value == "context.requestId" else value.strip("'")
        for name, value in response["ResponseParameters"]["Headers"].items()
    }
    [text] = response["ResponseTemplates"].values()

    class OfGateway(Answer):
        def __init__(self) -> None:
            self.status, self.headers, self.text = response["StatusCode"], headers, text

    if vendor == "orb" and response["StatusCode"] == 403:
        assert json.loads(text)["type"] == "about:blank", "Orb has no type for it"
    else:
        assert_shape(vendor, OfGateway())
    assert (headers["X-Should-Retry"] == "true") is (response["StatusCode"] in (429, 500))
    assert {"UNAUTHORIZED", "ACCESS_DENIED", "THROTTLED", "DEFAULT_4XX", "DEFAULT_5XX"} <= RESPONSES[vendor].keys()


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_firewall_is_no_lack_of_a_scope(vendor: str) -> None:
    texts = {kind: RESPONSES[vendor][kind]["ResponseTemplates"]["application/json"] for kind in RESPONSES[vendor]}

    assert "The firewall refused the request." in texts["WAF_FILTERED"]
    assert "lacks the scope" in texts["ACCESS_DENIED"]

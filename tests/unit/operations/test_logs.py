"""Whatever happens to a request, no log line, no metric and no problem tells what it said."""

import json
import logging
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError

from conftest import Api, Context, Log
from faults import Fault, faults, raw_answer
from support import MARKED_CUSTOMER, MARKED_KEY, MARKED_REQUESTS, marked_event


@pytest.fixture
def written(log: Log, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> Any:
    """All that was written so far: by us, by the libraries' loggers and past them."""
    caplog.set_level(logging.INFO)

    def read() -> str:
        out, err = capsys.readouterr()
        assert '"message":"request"' in out
        return out + err + caplog.text

    return read


def assert_unmarked(text: str) -> None:
    assert "marked" not in text.lower()
    assert "192.0.2.77" not in text


@pytest.mark.parametrize("name", MARKED_REQUESTS)
def test_the_log_tells_nothing_of_a_request(api: Api, written: Any, name: str) -> None:
    api.send(marked_event(body=json.dumps(MARKED_CUSTOMER), headers=MARKED_KEY))

    answer = api.send(marked_event(**MARKED_REQUESTS[name]))

    assert_unmarked(written())
    assert answer.status >= 400
    assert_unmarked(answer.text)
    assert_unmarked(str(answer.headers))


REFUSAL = {"__type": "#ValidationException", "message": str(MARKED_CUSTOMER)}
CANCELLATION = {
    "__type": "#TransactionCanceledException",
    "message": "marked",
    "CancellationReasons": [{"Code": "ValidationError", "Message": "marked"}],
}
FAULTS: dict[str, Fault] = {
    "value": ValueError(str(MARKED_CUSTOMER)),
    "key": KeyError("marked@example.com"),
    "recursion": RecursionError("marked"),
    "connection": ConnectionClosedError(endpoint_url="https://marked.example.com"),
    "refusal": raw_answer(400, json.dumps(REFUSAL).encode()),
    "cancellation": raw_answer(400, json.dumps(CANCELLATION).encode()),
    "no refusal": raw_answer(400, b"marked"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_log_tells_nothing_of_a_request_that_fails(api: Api, written: Any, context: Context, fault: str) -> None:
    with faults(forever=FAULTS[fault]):
        answer = api.send(marked_event(body=json.dumps(MARKED_CUSTOMER)))

    assert answer.status == 500
    assert_unmarked(written())
    assert_unmarked(answer.text)

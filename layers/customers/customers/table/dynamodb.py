"""DynamoDB's low-level API, for the five calls that requests make of it.

botocore's client can make every call of every service: it reads a model of the whole service when it starts, and takes
each call along that model, through a dozen hooks and through retries that don't fit (see `retries`). Without it, on
botocore's credentials, signature and connections alone, a warm create takes a quarter less CPU, a cold start a seventh.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ConnectionError as NoConnectionError
from botocore.exceptions import CredentialRetrievalError, HTTPClientError, NoCredentialsError
from botocore.utils import get_environ_proxies

from customers.errors import TryAgain
from customers.operations import observation
from customers.settings import settings
from customers.table import credentials, network, retries
from customers.table.credentials import Credentials
from customers.table.retries import TimeLeft

type Item = Mapping[str, Any]
"""Attributes by their names, each as `attributes.encode` makes it."""

type Reason = Mapping[str, Any]
"""Why one item of a transaction was refused: `Code`, and with it the `Item` that is there."""


class NoAnswer(Exception):
    """No answer came, or none that tells what happened: the call may have been carried out or not.

    The message says what came instead, and nothing that was sent.
    """


class Refused(Exception):
    """DynamoDB says that it did nothing, and by its `code` why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Busy(Refused):
    """It may well do the same next time: it throttles, or another transaction has the items."""


class Canceled(Refused):
    """A transaction was refused, for `reasons` in the order of its items, with these `codes`."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__("TransactionCanceledException")
        self.reasons = reasons
        self.codes = {str(reason.get("Code", "None")) for reason in reasons}


BUSY = frozenset(
    {
        "LimitExceededException",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingError",
        "ThrottlingException",
        "TransactionConflict",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
"""The codes, of a call or of a reason, that say: not done, and may be next time."""


class DynamoDB:
    """DynamoDB at a URL, which it takes a region and credentials to sign for; NoCredentialsError without.

    No call takes longer than `attempt_seconds`.
    """

    def __init__(
        self,
        url: str,
        region: str,
        credentials: Credentials | None,
        *,
        attempt_seconds: float = retries.ATTEMPT_SECONDS,
    ) -> None:
        if credentials is None:
            raise NoCredentialsError
        self._url = f"{url.rstrip('/')}/"
        self._host = urlsplit(url).netloc
        self._region = region
        self._credentials = credentials
        self._attempt_seconds = attempt_seconds
        self._http = network.Session(get_environ_proxies(url))

    def transact_write_items(
        self, table_name: str, parts: Iterable[Mapping[str, Any]], token: str, seconds: float
    ) -> None:
        """Write all parts or none; what a token stands for is done once, however often it is sent within 10 minutes.

        Each part is one action and what it takes, but for the name of the table. One attempt of so many seconds at
        most. Raises Canceled, Busy, Refused for any other reason, NoAnswer.
        """
        actions = [{action: {"TableName": table_name, **what} for action, what in part.items()} for part in parts]
        parameters = {"TransactItems": actions, "ClientRequestToken": token}
        answer = self._call("TransactWriteItems", parameters, seconds)
        observation.current().write_units += sum(table["CapacityUnits"] for table in answer["ConsumedCapacity"])

    def get_item(self, table_name: str, key: Item, time_left: TimeLeft) -> Item | None:
        """The item as it was last committed, whatever transaction is about to change it.

        Makes as many attempts as it takes; raises TryAgain when there is no time for another, Refused.
        """
        answer = self._read("GetItem", {"TableName": table_name, "Key": key, "ConsistentRead": True}, time_left)
        observation.current().read_units += answer["ConsumedCapacity"]["CapacityUnits"]
        item: Item | None = answer.get("Item")
        return item

    def transact_get_items(self, table_name: str, keys: Sequence[Item], time_left: TimeLeft) -> list[Item | None]:
        """The items as of one moment, in the order of their keys: all that a transaction wrote of them, or nothing.

        Waits for transactions that are about to change one of them. Raises what `get_item` raises.
        """
        items = [{"Get": {"TableName": table_name, "Key": key}} for key in keys]
        answer = self._read("TransactGetItems", {"TransactItems": items}, time_left)
        observation.current().read_units += sum(table["CapacityUnits"] for table in answer["ConsumedCapacity"])
        return [response.get("Item") for response in answer["Responses"]]

    def query(self, parameters: Mapping[str, Any], time_left: TimeLeft) -> tuple[list[Item], Item | None]:
        """The items that a Query finds, and the key after which to continue if there are more.

        The parameters are those of the call. Raises what `get_item` raises.
        """
        answer = self._read("Query", parameters, time_left)
        observation.current().read_units += answer["ConsumedCapacity"]["CapacityUnits"]
        return answer["Items"], answer.get("LastEvaluatedKey")

    def batch_get_items(self, table_name: str, keys: Sequence[Item], time_left: TimeLeft) -> list[Item]:
        """Those of up to 100 items that are there, in any order, each as it was last committed.

        DynamoDB may leave some for the next call. Raises what `get_item` raises.
        """
        items: list[Item] = []
        wanted: Any = {table_name: {"Keys": keys, "ConsistentRead": True}}
        for _ in retries.attempts(time_left):
            answer = self._read("BatchGetItem", {"RequestItems": wanted}, time_left)
            consumed = answer.get("ConsumedCapacity", ())  # which the emulator leaves out
            observation.current().read_units += sum(table["CapacityUnits"] for table in consumed)
            items += answer["Responses"].get(table_name, ())
            wanted = answer["UnprocessedKeys"]
            if not wanted:
                return items
        raise TryAgain

    def _read(self, operation: str, parameters: Mapping[str, Any], time_left: TimeLeft) -> Any:
        last: Refused | NoAnswer | None = None
        for seconds in retries.attempts(time_left):
            try:
                return self._call(operation, parameters, seconds)
            except (Busy, Canceled, NoAnswer) as error:
                if isinstance(error, Canceled) and not error.codes <= BUSY | {"None"}:
                    raise
                last = error
                observation.current().last_failure = str(error)
        raise TryAgain from last

    def _call(self, operation: str, parameters: Mapping[str, Any], seconds: float) -> Any:
        """One attempt, all of which is within the time."""
        body = json.dumps({**parameters, "ReturnConsumedCapacity": "TOTAL"}, separators=(",", ":")).encode()
        headers = {
            "Content-Type": "application/x-amz-json-1.0",
            "Host": self._host,  # for the signature, which takes it from the URL twice if it is not here
            "User-Agent": "customer-create",
            "X-Amz-Target": f"DynamoDB_20120810.{operation}",
        }
        request = AWSRequest("POST", self._url, headers, body)
        observation.current().attempts += 1
        with network.within(min(seconds, self._attempt_seconds)):
            try:
                SigV4Auth(self._credentials.get_frozen_credentials(), "dynamodb", self._region).add_auth(request)
                response = self._http.send(request.prepare())
            except CredentialRetrievalError as error:
                raise Busy(type(error).__name__) from error  # nothing was sent
            except (NoConnectionError, HTTPClientError) as error:
                raise NoAnswer(type(error).__name__) from error
        answer: Any = None
        with suppress(ValueError):
            answer = json.loads(response.content)
        match answer:
            case {"ConsumedCapacity": _} | {"UnprocessedKeys": _} if response.status_code == HTTPStatus.OK:
                return answer
            case {"__type": str(error_type)} if response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
                raise _refusal(error_type.rpartition("#")[2], answer)
            case _:
                raise NoAnswer(f"HTTP {response.status_code}")


def of_function() -> DynamoDB:
    """DynamoDB as a function on Lambda finds it; NoCredentialsError without credentials."""
    return DynamoDB(settings().dynamodb_url, settings().region, credentials.of_function())


def _refusal(code: str, answer: Mapping[str, Any]) -> Refused:
    if "CancellationReasons" in answer:
        return Canceled(answer["CancellationReasons"])
    return Busy(code) if code in BUSY else Refused(code)

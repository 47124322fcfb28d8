"""A table that answers at once: as much of DynamoDB's wire format on loopback as the contenders speak.

It stands in a process of its own, so that only their cost shows. Items are kept in memory, and of conditions it knows
those that the contenders set. `GET /` answers with what it was asked for since the last time: calls, and the write and
read units that DynamoDB would have billed.
"""

import json
import math
import re
import socketserver
import sys
import threading
from http import HTTPStatus
from typing import Any

type Item = dict[str, dict[str, Any]]

items: dict[str, Item] = {}
counts = {"round_trips": 0, "write_units": 0, "read_units": 0}


class Refused(Exception):
    """The answer is an error of DynamoDB; `body` is what goes with it."""

    def __init__(self, code: str, **body: Any) -> None:
        super().__init__(code)
        self.body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": code, **body}


def key_of(item: Item) -> str:
    """The table of the customers has `pk`, the one that Powertools expects has `id`."""
    return str(item["pk" if "pk" in item else "id"]["S"])


def size(value: Any) -> int:
    """Roughly the bytes that DynamoDB counts for an item: names and values."""
    if isinstance(value, dict):
        return sum(len(name) + size(entry) for name, entry in value.items() if name not in {"S", "N", "M", "L"}) + sum(
            size(entry) for name, entry in value.items() if name in {"S", "N", "M", "L"}
        )
    if isinstance(value, list):
        return sum(map(size, value))
    return len(str(value).encode())


def units(item: Item) -> int:
    """Write units: one for each KiB begun."""
    return math.ceil(size(item) / 1024)


def put(request: dict[str, Any]) -> dict[str, Any]:
    item = request["Item"]
    if "ConditionExpression" in request and (old := items.get(key_of(item))):
        raise Refused("ConditionalCheckFailedException", Item=old)
    items[key_of(item)] = item
    counts["write_units"] += units(item)
    return {}


def update(request: dict[str, Any]) -> dict[str, Any]:
    """`SET #a = :a, #b = :b`, which is what Powertools sends."""
    item = items.setdefault(key_of(request["Key"]), dict(request["Key"]))
    for name, value in re.findall(r"(#\w+) = (:\w+)", request["UpdateExpression"]):
        item[request["ExpressionAttributeNames"][name]] = request["ExpressionAttributeValues"][value]
    counts["write_units"] += units(item)
    return {}


def get(request: dict[str, Any]) -> dict[str, Any]:
    return {"ConsumedCapacity": {"CapacityUnits": 1.0}, **found(request["Key"], times=1)}


def transact_get(request: dict[str, Any]) -> dict[str, Any]:
    responses = [found(entry["Get"]["Key"], times=2) for entry in request["TransactItems"]]
    return {"ConsumedCapacity": [{"CapacityUnits": 2.0 * len(responses)}], "Responses": responses}


def found(key: Item, times: int) -> dict[str, Any]:
    """An item as a response has it; a transaction reads it two times."""
    item = items.get(key_of(key))
    counts["read_units"] += times * max(1, math.ceil(size(item or {}) / 4096))
    return {"Item": item} if item else {}


def holds(part: dict[str, Any], old: Item | None) -> bool:
    """Whether one of the alternatives of a condition is true of what is there; nothing here ever expires."""
    values = part.get("ExpressionAttributeValues", {})
    for condition in part.get("ConditionExpression", "").split(" OR "):
        match condition.split(" "):
            case ["attribute_not_exists(pk)"] if not old:
                return True
            case [name, "=", value] if old and old.get(name) == values[value]:
                return True
    return False


def transact(request: dict[str, Any]) -> dict[str, Any]:
    actions = [(action, part) for entry in request["TransactItems"] for action, part in entry.items()]
    keys = [key_of(part.get("Key") or part["Item"]) for _, part in actions]
    olds = [items.get(key) for key in keys]
    news = [part.get("Item") for _, part in actions]
    written = sum(2 * max(units(old or {}), units(new or {}), 1) for old, new in zip(olds, news, strict=True))
    # The index has the keys of customers, which never change: one unit when they come and when they go.
    written += sum(
        ("list_shard" in (old or {})) != ("list_shard" in (new or {})) for old, new in zip(olds, news, strict=True)
    )
    counts["write_units"] += written
    held = [holds(part, old) for (_, part), old in zip(actions, olds, strict=True)]
    if not all(held):
        reasons = [
            {"Code": "None"} if each else {"Code": "ConditionalCheckFailed", **({"Item": old} if old else {})}
            for each, old in zip(held, olds, strict=True)
        ]
        raise Refused("TransactionCanceledException", CancellationReasons=reasons)
    for key, new in zip(keys, news, strict=True):
        if new:
            items[key] = new
        else:
            items.pop(key, None)
    return {"ConsumedCapacity": [{"TableName": "customers", "CapacityUnits": float(written)}]}


OPERATIONS = {
    "PutItem": put,
    "UpdateItem": update,
    "GetItem": get,
    "TransactGetItems": transact_get,
    "TransactWriteItems": transact,
}


class Connection(socketserver.StreamRequestHandler):
    """HTTP/1.1 with connections that stay, and no more of it than the AWS SDK uses."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        while line := self.rfile.readline():
            headers: dict[str, str] = {}
            while (header := self.rfile.readline()) not in {b"\r\n", b""}:
                name, _, value = header.decode().partition(":")
                headers[name.lower()] = value.strip()
            body = self.rfile.read(int(headers.get("content-length", 0)))
            status, answer = self.answer(line, headers.get("x-amz-target", ""), body)
            text = json.dumps(answer).encode()
            self.wfile.write(
                f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: application/x-amz-json-1.0\r\n"
                f"Content-Length: {len(text)}\r\n\r\n".encode()
                + text
            )

    def answer(self, line: bytes, target: str, body: bytes) -> tuple[HTTPStatus, dict[str, Any]]:
        if line.startswith(b"GET"):
            seen = dict(counts)
            counts.update(dict.fromkeys(counts, 0))
            return HTTPStatus.OK, seen
        counts["round_trips"] += 1
        try:
            return HTTPStatus.OK, OPERATIONS[target.partition(".")[2]](json.loads(body))
        except Refused as refused:
            return HTTPStatus.BAD_REQUEST, refused.body


class Server(socketserver.ThreadingTCPServer):
    """Says on its output where it listens, and ends with its input."""

    daemon_threads = True


if __name__ == "__main__":
    with Server(("127.0.0.1", 0), Connection) as server:
        print(server.server_address[1], flush=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdin.read()
        server.shutdown()

"""Changes of the store that no schedule can show, each with the reason: data for `mutations`."""

from collections.abc import Mapping

OUT_OF_SIGHT: Mapping[str, str] = {
    "dynamodb.DynamoDB.__init__": "connections, which are replaced here",
    "dynamodb.DynamoDB.batch_get_items": "lists, which write nothing; tests/unit/table/test_lists.py has them",
    "dynamodb.DynamoDB.query": "the same",
    "dynamodb.of_function": "credentials, which are fixed here",
    "repairs.patience": "the operators' clock, which is replaced here",
}
"""Functions that the schedules don't go through."""

_MESSAGE = "what an exception says is for operators"
_SOONER = "time is a number of attempts here; tests/unit/table has the clock"
_OTHER_REFUSAL = (
    "a refusal for anything but contention is a bug, of which this fake has none; tests/unit/table has them"
)
_PRICE = "the same answer from a transaction's read alone, which costs twice the units"
_TWICE_SAFE = "either is enough: the same token after a lost answer, or to know one's items"
_LIBRARY = "no library changes its mind here; tests/unit/table/test_changes.py has one that does"

EQUIVALENT: Mapping[str, str] = {
    "dynamodb.Refused.__init__": _MESSAGE,
    "dynamodb.Canceled.__init__: super().__init__": _MESSAGE,
    "dynamodb.DynamoDB._read: last = error": _MESSAGE,
    "dynamodb.DynamoDB._read: isinstance(error, Canceled) and (not error.codes <= BUSY | {'None'})  ->  False": (
        _OTHER_REFUSAL
    ),
    "dynamodb.DynamoDB._read: raise": _OTHER_REFUSAL,
    "dynamodb.DynamoDB._read: error.codes <= BUSY | {'None'}  ->  error.codes <": _OTHER_REFUSAL,
    "dynamodb.DynamoDB._call: raise Busy": "credentials that can't be had, which are fixed here",
    "dynamodb.DynamoDB._call: response.status_code == HTTPStatus.OK  ->  True": "an error has no ConsumedCapacity",
    "dynamodb._refusal: code in BUSY  ->  True": _OTHER_REFUSAL,
    "reads.Reads._item: return": _PRICE,
    "reads.Reads._created_by: record  ->  True": "only time to live deletes a record, which no schedule does",
    "retries.attempts: time.sleep": _SOONER,
    "retries.attempts: seconds < SHORTEST_SECONDS  ->  seconds <=": _SOONER,
    "retries.attempts: time_left() - ANSWER_SECONDS < pause": _SOONER,
    "retries.attempts: return": _SOONER,
    "transactions.change: field in before": _LIBRARY,
    "writes.Writes.create: idempotency and (used :=": "without a key there is no record in the way",
    "writes.Writes._transact: token = token if lost": _TWICE_SAFE,
    "writes.Writes._transact: lost  ->  True": _TWICE_SAFE,
    "writes.Writes._transact: in_the_way and canceled.codes.isdisjoint(BUSY)  ->  canceled": (
        "a cancelled one has a reason"
    ),
    "writes.Writes._transact: any((is_ours(item)": _TWICE_SAFE,
    "writes.Writes._transact: return {}": _TWICE_SAFE,
    "writes.Writes._transact: 'TransactionConflict' in canceled.codes  ->": "it counts conflicts for operators",
    "writes.Writes._transact: item  ->  True": "nothing but a change meets an item that is not there, and it knows it",
    "writes.Writes._transact: not in_the_way.keys().isdisjoint(FINAL)  ->  False": _SOONER,
    "writes.Writes._transact: return in_the_way": _SOONER,
    "writes.Writes._transact: not canceled.codes <=": _OTHER_REFUSAL,
    "writes.Writes._transact: canceled.codes <= BUSY": _OTHER_REFUSAL,
    "writes.Writes._transact: raise": _OTHER_REFUSAL,
}
"""Changes, by how their names begin, that no schedule can show, each with its reason."""

"""Changes of the store that no schedule can show, each with the reason: data for `mutations`."""

from collections.abc import Mapping

OUT_OF_SIGHT: Mapping[str, str] = {
    "dynamodb.DynamoDB.__init__": "connections, which are replaced here",
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
_NO_CHANGE = "it takes a customer that is changed or deleted meanwhile, which no request does yet"
_TWICE_SAFE = (
    "either is enough as long as nothing is deleted: the same token after a lost answer, or to know one's items"
)

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
    "items.customer_id: 'customer_id' in item  ->  True": _NO_CHANGE,
    "reads.Reads.find: item is None or guard_key not in": _NO_CHANGE,
    "reads.Reads.find: guard is None or": _NO_CHANGE,
    "reads.Reads.find: return None": _NO_CHANGE,
    "reads.Reads.find: item is None  ->  False": _NO_CHANGE,
    "reads.Reads._created_by: (item := self._item(key, time_left))  ->  False": _PRICE,
    "reads.Reads._created_by: record  ->  True": "no record is deleted here: time to live does that, days later",
    "reads.Reads._item: return": _PRICE,
    "retries.attempts: time.sleep": _SOONER,
    "retries.attempts: seconds < SHORTEST_SECONDS  ->  seconds <=": _SOONER,
    "retries.attempts: time_left() - ANSWER_SECONDS < pause": _SOONER,
    "retries.attempts: return": _SOONER,
    "writes.Writes.create: idempotency and (used :=": "without a key there is no record in the way",
    "writes.transact: token = token if lost": _TWICE_SAFE,
    "writes.transact: lost  ->": _TWICE_SAFE,
    "writes.transact: any((is_ours(item)": _TWICE_SAFE,
    "writes.transact: return {}": _TWICE_SAFE,
    "writes.transact: 'TransactionConflict' in canceled.codes  ->": "it counts conflicts for operators",
    "writes.transact: item  ->  True": _NO_CHANGE,
    "writes.transact: IDEMPOTENCY in in_the_way  ->  False": _SOONER,
    "writes.transact: return in_the_way": _SOONER,
    "writes.transact: not canceled.codes <=": _OTHER_REFUSAL,
    "writes.transact: canceled.codes <= BUSY": _OTHER_REFUSAL,
    "writes.transact: raise": _OTHER_REFUSAL,
    "writes.transact: in_the_way and canceled.codes.isdisjoint(BUSY)  ->  canceled": "a cancelled one has a reason",
}
"""Changes, by how their names begin, that no schedule can show, each with its reason."""

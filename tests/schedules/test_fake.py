"""The fake does what AWS's documentation says of DynamoDB, also where no scenario happens to look."""

import json
from typing import Any

import pytest

from schedules import expressions, fake
from schedules.fake import Answer, Server

ANN = {"pk": {"S": "ann"}, "owner": {"S": "A"}, "revision": {"N": "2"}}
NEW = "attribute_not_exists(pk)"


def put(pk: str, condition: str = NEW, **values: Any) -> dict[str, Any]:
    named = {"ExpressionAttributeValues": values} if values else {}
    return {"Put": {"TableName": fake.TABLE, "Item": {"pk": {"S": pk}}, "ConditionExpression": condition, **named}}


def delete(pk: str, condition: str = "owner = :a") -> dict[str, Any]:
    values = {"ExpressionAttributeValues": {":a": {"S": "A"}}}
    return {"Delete": {"TableName": fake.TABLE, "Key": {"pk": {"S": pk}}, "ConditionExpression": condition, **values}}


def transaction(*actions: dict[str, Any], number: int = 0, token: str = "t") -> fake.Call:  # noqa: S107 - a request token
    parameters = {"TransactItems": actions, "ClientRequestToken": token, "ReturnConsumedCapacity": "TOTAL"}
    return fake.call(0, number, "TransactWriteItems", parameters)


def single(operation: str, **parameters: Any) -> fake.Call:
    return fake.call(1, 0, operation, {"TableName": fake.TABLE, "ReturnConsumedCapacity": "TOTAL", **parameters})


def get(pk: str) -> fake.Call:
    return single("GetItem", Key={"pk": {"S": pk}}, ConsistentRead=True)


def transact_get(*pks: str) -> fake.Call:
    return fake.call(
        1,
        0,
        "TransactGetItems",
        {
            "TransactItems": [{"Get": {"TableName": fake.TABLE, "Key": {"pk": {"S": pk}}}} for pk in pks],
            "ReturnConsumedCapacity": "TOTAL",
        },
    )


def body(answer: Answer | None) -> Any:
    assert answer is not None
    return json.loads(answer.body)


def error(answer: Answer | None) -> str:
    return str(body(answer)["__type"]).rpartition("#")[2]


def codes(answer: Answer | None) -> list[str]:
    assert error(answer) == "TransactionCanceledException"
    return [reason["Code"] for reason in body(answer)["CancellationReasons"]]


EMPTY = Server(fake.table([]))
WITH_ANN = Server(fake.table([ANN]))


def test_a_transaction_is_answered_with_its_last_commit() -> None:
    call = transaction(put("a"), put("b"))

    server, prepared = fake.arrive(EMPTY, call)
    server, first = fake.commit(server, call, "b")
    server, last = fake.commit(server, call, "a")

    assert (prepared, first) == (None, None)
    assert last is not None
    assert last.status == 200
    assert [key for key, _ in server.table] == ["a", "b"]


def test_a_cancelled_transaction_has_a_reason_at_each_item_and_does_nothing() -> None:
    refused = put("ann")
    refused["Put"]["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"

    server, answer = fake.arrive(WITH_ANN, transaction(put("b"), refused, put("c")))

    assert codes(answer) == ["None", "ConditionalCheckFailed", "None"]
    assert body(answer)["CancellationReasons"][1]["Item"] == ANN
    assert server == WITH_ANN


def test_an_item_that_fails_its_condition_is_shown_only_when_that_is_asked_for() -> None:
    _, answer = fake.arrive(WITH_ANN, transaction(put("ann")))

    assert body(answer)["CancellationReasons"] == [{"Code": "ConditionalCheckFailed"}]


def test_a_prepared_transaction_locks_its_items_until_each_is_committed() -> None:
    first = transaction(put("a"), put("b"))
    server, _ = fake.arrive(EMPTY, first)
    server, _ = fake.commit(server, first, "a")

    _, answer = fake.arrive(server, transaction(put("a"), put("b"), put("c"), token="other"))

    assert codes(answer) == ["ConditionalCheckFailed", "TransactionConflict", "None"]


def test_a_plain_read_sees_what_each_item_last_committed() -> None:
    call = transaction(put("a"), put("b"))
    server, _ = fake.arrive(EMPTY, call)
    server, _ = fake.commit(server, call, "a")

    assert body(fake.arrive(server, get("a"))[1])["Item"] == {"pk": {"S": "a"}}
    assert "Item" not in body(fake.arrive(server, get("b"))[1])


def test_a_transactional_read_sees_all_or_nothing_and_is_refused_in_between() -> None:
    call = transaction(put("a"), put("b"))
    server, _ = fake.arrive(EMPTY, call)
    half, _ = fake.commit(server, call, "a")
    whole, _ = fake.commit(half, call, "b")

    assert body(fake.arrive(EMPTY, transact_get("a", "b"))[1])["Responses"] == [{}, {}]
    assert codes(fake.arrive(half, transact_get("a", "b"))[1]) == ["None", "TransactionConflict"]
    assert len(body(fake.arrive(whole, transact_get("a", "b"))[1])["Responses"][1]["Item"]) == 1


@pytest.mark.parametrize("operation", ["PutItem", "UpdateItem", "DeleteItem"])
def test_a_plain_write_meets_a_lock(operation: str) -> None:
    server, _ = fake.arrive(EMPTY, transaction(put("a")))
    named = {"Item": {"pk": {"S": "a"}}} if operation == "PutItem" else {"Key": {"pk": {"S": "a"}}}

    assert error(fake.arrive(server, single(operation, **named))[1]) == "TransactionConflictException"


def test_a_plain_write_is_done_at_once_or_refused_for_its_condition() -> None:
    key = {"Key": {"pk": {"S": "ann"}}}
    mine: dict[str, Any] = {"ConditionExpression": "owner = :a", "ExpressionAttributeValues": {":a": {"S": "A"}}}
    other = mine | {"ExpressionAttributeValues": {":a": {"S": "B"}}, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}

    refused = fake.arrive(WITH_ANN, single("DeleteItem", **key, **other))
    deleted = fake.arrive(WITH_ANN, single("DeleteItem", **key, **mine))

    assert error(refused[1]) == "ConditionalCheckFailedException"
    assert body(refused[1])["Item"] == ANN
    assert refused[0] == WITH_ANN
    assert deleted[0] == EMPTY


def test_an_update_sets_and_removes_attributes() -> None:
    update = single(
        "UpdateItem",
        Key={"pk": {"S": "ann"}},
        UpdateExpression="SET revision = :next, #n = :name REMOVE owner",
        ExpressionAttributeNames={"#n": "name"},
        ExpressionAttributeValues={":next": {"N": "3"}, ":name": {"S": "Ann"}},
    )

    server, _ = fake.arrive(WITH_ANN, update)

    assert server == Server(fake.table([{"pk": {"S": "ann"}, "revision": {"N": "3"}, "name": {"S": "Ann"}}]))


def test_a_condition_check_locks_its_item_and_leaves_it_alone() -> None:
    check = {
        "ConditionCheck": {
            "TableName": fake.TABLE,
            "Key": {"pk": {"S": "ann"}},
            "ConditionExpression": "attribute_exists(pk)",
        }
    }
    call = transaction(check, put("b"))

    server, _ = fake.arrive(WITH_ANN, call)
    assert codes(fake.arrive(server, transact_get("ann"))[1]) == ["TransactionConflict"]
    server, _ = fake.commit(server, call, "ann")

    assert server.table == WITH_ANN.table


def test_a_transaction_deletes_what_meets_its_condition() -> None:
    call = transaction(delete("ann"), put("b"))

    server, _ = fake.arrive(WITH_ANN, call)
    assert "Item" in body(fake.arrive(server, get("ann"))[1])
    _, meanwhile = fake.arrive(server, transaction(put("ann"), token="other"))
    assert codes(meanwhile) == ["TransactionConflict"]
    server, _ = fake.commit(server, call, "ann")
    assert "Item" not in body(fake.arrive(server, get("ann"))[1])
    server, _ = fake.commit(server, call, "b")

    assert [key for key, _ in server.table] == ["b"]


def test_a_delete_of_what_is_not_there_does_nothing_unless_its_condition_needs_it() -> None:
    call = transaction(delete("nobody", "attribute_not_exists(pk) OR owner = :a"))
    server, _ = fake.arrive(WITH_ANN, call)

    assert fake.commit(server, call, "nobody")[0].table == WITH_ANN.table
    assert codes(fake.arrive(WITH_ANN, transaction(delete("nobody")))[1]) == ["ConditionalCheckFailed"]


def test_a_failed_condition_of_a_delete_or_a_check_shows_what_is_there_too() -> None:
    other = {"ConditionExpression": "revision = :r", "ExpressionAttributeValues": {":r": {"N": "3"}}}
    shown = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    part = {"TableName": fake.TABLE, "Key": {"pk": {"S": "ann"}}, **other, **shown}

    for kind in ("Delete", "ConditionCheck"):
        server, answer = fake.arrive(WITH_ANN, transaction({kind: part}))
        assert body(answer)["CancellationReasons"] == [{"Code": "ConditionalCheckFailed", "Item": ANN}]
        assert server == WITH_ANN


def test_the_locked_items_of_a_call_are_those_that_are_not_committed() -> None:
    call = transaction(put("a"), put("b"))
    server, _ = fake.arrive(EMPTY, call)
    server, _ = fake.commit(server, call, "a")

    assert fake.locks(server, get("a")) == set()
    assert fake.locks(server, transact_get("a", "b", "c")) == {"b"}


def test_a_token_stands_for_one_transaction() -> None:
    call, again = transaction(put("a")), transaction(put("a"), number=1)
    server, _ = fake.arrive(EMPTY, call)

    assert error(fake.arrive(server, again)[1]) == "TransactionInProgressException"
    assert error(fake.arrive(server, transaction(put("b")))[1]) == "IdempotentParameterMismatchException"

    server, _ = fake.commit(server, call, "a")
    after, answer = fake.arrive(server, again)

    assert answer is not None
    assert answer.status == 200
    assert after == server


def test_the_token_of_a_cancelled_transaction_stands_for_nothing() -> None:
    server, _ = fake.arrive(WITH_ANN, transaction(put("ann")))

    assert fake.arrive(server._replace(table=()), transaction(put("ann"), number=1))[1] is None


def test_what_is_decided_is_what_will_be_committed() -> None:
    server, _ = fake.arrive(EMPTY, transaction(put("a"), put("b")))

    assert [key for key, _ in fake.decided(server)] == ["a", "b"]


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("attribute_exists(owner)", True),
        ("attribute_not_exists(owner)", False),
        ("owner = :a", True),
        ("owner <> :a", False),
        ("revision <= :ten AND revision > :one", True),
        ("revision >= :ten OR revision < :one", False),
        ("NOT revision < :ten", False),
        ("missing = :a", False),
        ("owner < :ten", False),
        ("attribute_not_exists(pk) OR owner = :a", True),
        ("attribute_not_exists(pk) OR owner = :a AND revision = :one", False),
        ("(attribute_not_exists(pk) OR owner = :a) AND revision <> :one", True),
    ],
)
def test_a_condition_holds_or_not(condition: str, holds: bool) -> None:  # noqa: FBT001 - a table of both
    every = {":a": {"S": "A"}, ":one": {"N": "1"}, ":ten": {"N": "10"}}
    values = {name: value for name, value in every.items() if name in condition}

    named = {"ExpressionAttributeValues": values} if values else {}

    assert expressions.condition({"ConditionExpression": condition, **named})(ANN) is holds


@pytest.mark.parametrize(
    "condition", ["begins_with(pk, :a)", "owner", "owner = :b", "owner = :a AND", "a.b = :a", "(owner = :a"]
)
def test_a_condition_of_another_form_is_an_error(condition: str) -> None:
    with pytest.raises(expressions.UnknownExpression):
        expressions.condition({"ConditionExpression": condition, "ExpressionAttributeValues": {":a": {"S": "A"}}})


def test_a_value_that_no_expression_uses_is_an_error() -> None:
    with pytest.raises(expressions.UnknownExpression):
        expressions.condition({"ExpressionAttributeValues": {":a": {"S": "A"}}})


@pytest.mark.parametrize("kind", ["ExpressionAttributeNames", "ExpressionAttributeValues"])
def test_names_and_values_that_are_empty_are_an_error(kind: str) -> None:
    with pytest.raises(expressions.UnknownExpression):
        expressions.condition({"ConditionExpression": NEW, kind: {}})

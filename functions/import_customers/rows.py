"""What becomes of a row: its customer is created, others have its values already, or it is not valid."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from customers.customer import model
from customers.customer.identity import derived_customer_id, email_key
from customers.customer.model import Record
from customers.errors import (
    CustomerError,
    CustomerExists,
    FieldError,
    InvalidCustomer,
    MalformedRequest,
    PayloadTooLarge,
)
from customers.http import pointers, problems
from customers.http.parsing import new_customer, read_json
from customers.table.imports import Imports
from customers.table.items import UNIQUE
from customers.table.retries import TimeLeft
from customers.vendors import exports

type Decision = dict[str, Any]
"""What became of the row `row`:

    created     the id of its customer
    existing    the id of the customer that has the value of each unique field, by the fields
    invalid     what is wrong, as [pointer, code, detail]

In a dry run one that would be created has `unique` too: hashes of its unique values, by which two rows of the same
customer are found.
"""

REFUSED = (InvalidCustomer, MalformedRequest, PayloadTooLarge)

FREE_JSON = {"rebilly": "customFields"}
"""The member of a document that may hold any JSON, where a vendor calls it otherwise."""


def customer_id(import_id: str, row: int) -> str:
    """The id of a row's customer: the same whenever and however often the row is imported."""
    return derived_customer_id(f"{import_id} {row}")


def decide(table: Imports, batch: Sequence[Mapping[str, Any]], time_left: TimeLeft) -> list[Decision]:
    """Decide the rows of a batch, all of one import, in their order.

    Each has the `import` that it is of: its `id`, the `organization`, whose words the documents are in (`vendor`) and
    whether it is a `dry_run`. And its `item`, which is the `row` with its `document`, or with what the tool that read
    the file found wrong with it (`invalid`).

    Raises TryAgain, OutcomeUnknown.
    """
    job = batch[0]["import"]
    read = [_read(job, each["item"]) for each in batch]
    records = [each for each in read if "row" not in each]
    if job["dry_run"]:
        outcomes = [table.foresee(job["organization"], record, time_left) for record in records]
    else:
        outcomes = table.create_all(job["organization"], records, time_left)
    became = iter(zip(records, outcomes, strict=True))
    return [
        each if "row" in each else _decision(job, item["item"]["row"], *next(became))
        for each, item in zip(read, batch, strict=True)
    ]


def _read(job: Mapping[str, Any], item: Mapping[str, Any]) -> Record | Decision:
    """The record that a row describes, or the decision that it is not valid."""
    if "invalid" in item:
        return {"row": item["row"], "invalid": item["invalid"]}
    try:
        data = read_json(item["document"].encode(), FREE_JSON.get(job["vendor"], "custom_fields"))
        customer = exports.new_customer(job["vendor"], data) if job["vendor"] else new_customer(data)
    except REFUSED as error:
        return {"row": item["row"], "invalid": reasons(error)}
    return model.new_record(customer) | {"id": customer_id(job["id"], item["row"])}


def _decision(job: Mapping[str, Any], row: int, record: Record, outcome: CustomerExists | None) -> Decision:
    if outcome:
        return {"row": row, "existing": {conflict.field: conflict.customer_id for conflict in outcome.conflicts}}
    if job["dry_run"]:
        return {"row": row, "created": record["id"], "unique": unique(job["id"], record)}
    return {"row": row, "created": record["id"]}


def unique(import_id: str, record: Record) -> dict[str, str]:
    """A hash of each unique value, which says nothing outside of this import."""
    values = {
        field: email_key(record[field]) if field == "email" else record[field] for field in UNIQUE if field in record
    }
    return {
        field: hashlib.sha256(f"{import_id} {field} {value}".encode()).hexdigest()[:32]
        for field, value in values.items()
    }


def reasons(error: CustomerError) -> list[tuple[str, str, str]]:
    """Why a row is not valid, as the report has it."""
    whole = FieldError((), problems.problem_type(error).slug, str(error))
    return [(pointers.pointer(each.path), each.code, each.detail) for each in error.errors or [whole]]


def within(decisions: Iterable[Decision], size: int) -> list[Decision]:
    """The decisions in so many bytes of JSON: each invalid row keeps as many reasons as fit into its share."""
    decisions = [*decisions]
    share = size // max(1, len(decisions))
    for decision in decisions:
        listed = decision.get("invalid", [])
        while len(listed) > 1 and len(json.dumps(listed)) > share:
            listed = listed[: len(listed) * 2 // 3]
        if "invalid" in decision and (more := len(decision["invalid"]) - len(listed)):
            decision["invalid"] = [*listed, ("#", "more_errors", f"There are {more} more errors.")]
    return decisions

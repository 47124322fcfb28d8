"""`make restore-customers`: put back what a table lost, from FROM, a copy of it that point-in-time recovery made.

A customer that is lost is put back as it was, and a guard that is lost too, each on the condition that nobody else has
what it guards. What the table has stays as it is. The records of Idempotency-Keys are not put back: without one, a late
retry is answered with 409 and the customer's id, and nothing is created twice.
"""

import re
import sys
from collections import Counter
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import batched
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from customers.errors import TryAgain
from customers.table import items, retries
from customers.table.dynamodb import Item
from operate.command import CommandError, argument, command, dry_run, optional
from operate.repairs import Repairs, patience
from operate.scan import BATCH, SEGMENTS, Page, each_page, get
from operate.stacks import chosen_stack

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

CUSTOMER_KEY = re.compile(r"[a-z0-9-]+#customer#\w+")

RESTORED, REPAIRED, IN_PLACE, LEFT_OUT = "restored", "repaired", "in place", "left out"

WOULD = {RESTORED: "would restore", REPAIRED: "would repair", LEFT_OUT: "would leave out"}


class Outcome(NamedTuple):
    """What was done with a customer, by its key, and details about it."""

    what: str
    key: str
    about: str = ""


class Copy(NamedTuple):
    """A table, the copy from which it is to be repaired, and whether only to say how."""

    source: "Table"
    target: "Table"
    lost: Repairs
    live: Repairs
    dry_run: bool


def restore(copy: Copy, only: Collection[str] | None = None) -> Iterator[Outcome]:
    """What becomes of each customer of the copy, or of those alone whose keys are given."""
    if only is None:
        pages = each_page(copy.source, "restore-customers", lambda page: _restore_page(copy, page))
        for outcomes in pages:
            yield from outcomes
        return
    with ThreadPoolExecutor(SEGMENTS) as threads:
        for outcomes in threads.map(lambda keys: _restore_chosen(copy, keys), batched(only, BATCH, strict=False)):
            yield from outcomes


def _restore_chosen(copy: Copy, keys: Collection[str]) -> list[Outcome]:
    page = get(copy.source, keys)
    missing = [Outcome(LEFT_OUT, key, f"it is not in {copy.source.name}") for key in keys if key not in page]
    return [*_restore_page(copy, [*page.values()]), *missing]


def _restore_page(copy: Copy, page: Page) -> list[Outcome]:
    """What becomes of the customers of a page. Most are in place, which costs two reads for a hundred of them."""
    keys = [key for item in page if CUSTOMER_KEY.fullmatch(key := item["pk"])]
    live = get(copy.target, keys)
    guards = get(copy.target, [guard for customer in live.values() for guard in customer.get("guards", {}).values()])

    def in_place(customer: dict[str, Any]) -> bool:
        own = customer.get("guards", {}).values()
        return bool(own) and all(guards.get(key, {}).get("customer_id") == customer["id"] for key in own)

    return [
        Outcome(IN_PLACE, key)
        if key in live and in_place(live[key])
        else _restore_customer(copy, key, was_live=key in live)
        for key in keys
    ]


def _restore_customer(copy: Copy, key: str, *, was_live: bool) -> Outcome:
    """Restore a customer that is lost or lacks a guard."""
    customer = copy.lost.item(key)
    for _ in retries.attempts(patience()):
        if customer is None or "guards" not in customer:
            return Outcome(LEFT_OUT, key, "it has no guard keys: something other than this service wrote it")
        keys = items.stored_guard_keys(customer)
        live, *guards = copy.live.read(key, *keys.values())
        if live is None and was_live:
            return Outcome(LEFT_OUT, key, "it was deleted just now")
        if live and live != customer:  # it was changed since the copy: what it is now says which guards it has
            customer, was_live = live, True
            continue
        found = dict(zip(keys, guards, strict=True))
        others = {field: owner for field, guard in found.items() if guard and (owner := _owner(guard)) != key}
        missing = [field for field, guard in found.items() if guard is None]
        if others:
            return Outcome(LEFT_OUT, key, " and ".join(f"its {field} is of {owner}" for field, owner in others.items()))
        if live is None:
            if copy.dry_run or not copy.live.put_customer(customer):
                return Outcome(RESTORED, key)
        elif not missing:
            return Outcome(IN_PLACE, key)
        elif copy.dry_run or not copy.live.put_guards(customer, [keys[field] for field in missing]):
            return Outcome(REPAIRED, key, f"what guards its {' and its '.join(missing)} was lost")
    raise TryAgain


def _owner(guard: Item) -> str:
    return items.customer_key(items.organization(guard), items.customer_id(guard))


def the_copy(source: "Table", target: "Table", confirmed: str) -> None:
    """Make sure that one table is a copy of another: CommandError when it isn't, or when only the operator knows.

    AWS says of a table that it restored which table it is a copy of.
    """
    client = target.meta.client
    to = client.describe_table(TableName=target.name)["Table"]
    try:
        of = client.describe_table(TableName=source.name)["Table"]
    except client.exceptions.ResourceNotFoundException as error:
        raise CommandError(f"there is no table {source.name} in {client.meta.region_name}: check FROM") from error
    if of["TableArn"] == to["TableArn"]:
        raise CommandError(f"{source.name} is the table itself: FROM has to be a copy of it")
    if of["KeySchema"] != to["KeySchema"]:
        raise CommandError(f"{source.name} is not a copy of {target.name}: it has a different key")
    if of["TableStatus"] != "ACTIVE":
        raise CommandError(
            f"{source.name} is not ready: its status is {of['TableStatus']}. Try again when it is ACTIVE", 1
        )
    if of.get("RestoreSummary", {}).get("SourceTableArn") != to["TableArn"] and confirmed != target.name:
        raise CommandError(
            f"AWS has no record that {source.name} is a copy of {target.name}. "
            f"If its customers belong there anyway, add CONFIRM={target.name}"
        )


def chosen_keys(path: Path) -> list[str]:
    """The keys of the customers that the lines of a file name, as a dry run prints them."""
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} can't be read: ONLY is a file with the lines of a dry run") from error
    if not (keys := list(dict.fromkeys(CUSTOMER_KEY.findall(text)))):
        raise CommandError(f"{path} names no customer: ONLY is a file with the lines of a dry run")
    return keys


@command("restore-customers", "FROM", "ONLY", "CONFIRM", "DRY_RUN")
def main() -> int:
    """From the table FROM into the one of the stack that `make run` serves, or of STACK on AWS."""
    name, confirmed, only_say = argument("FROM"), optional("CONFIRM"), dry_run()
    only = chosen_keys(Path(path)) if (path := optional("ONLY")) else None
    stack = chosen_stack()
    target = stack.table("TableName")
    source = stack.tables().Table(name)
    the_copy(source, target, confirmed)
    dynamodb = stack.dynamodb()
    counts: Counter[str] = Counter()
    for what, key, about in restore(
        Copy(source, target, Repairs(dynamodb, source.name), Repairs(dynamodb, target.name), only_say), only
    ):
        counts[what] += 1
        if what != IN_PLACE:
            print(f"{WOULD[what] if only_say else what} {key}{about and ': '}{about}", flush=True)
    if not counts:
        raise CommandError(f"{name} has no customers", 1)
    print(", ".join(f"{counts[what]:,} {what}" for what in (RESTORED, REPAIRED, IN_PLACE, LEFT_OUT)), end="")
    print(" (nothing was written)" if only_say else "")
    return 1 if counts[LEFT_OUT] else 0


if __name__ == "__main__":
    sys.exit(main())

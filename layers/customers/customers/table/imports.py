"""Creates of many customers at once; each succeeds or fails independently."""

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from uuid import uuid4

from customers.customer.model import Record
from customers.errors import CustomerExists
from customers.table import items, retries, transactions
from customers.table.dynamodb import Canceled, NoAnswer, Reason, Refused
from customers.table.retries import TimeLeft
from customers.table.transactions import CUSTOMER, Transaction
from customers.table.writes import Writes, customer_exists

TOGETHER = 25
"""The customers of one transaction. DynamoDB takes 100 items and 4 MB; a customer has up to three, and 128 KiB.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
"""

type Group = dict[str, Transaction]
"""The creations of several customers, by their ids. No two of them have an item in common."""


class Imports(Writes):
    """The customers of all organizations in one table, to import more.

    The ids of what is imported say where it comes from: an item that has the id is of an earlier import of the same.
    """

    def create_all(
        self, organization: str, records: Sequence[Record], time_left: TimeLeft
    ) -> list[CustomerExists | None]:
        """Create customers; None for each that is there now, else why it was not created.

        Many go into one transaction, at half the work of one each. What that leaves undone is created one by one, in
        the way that is sure whatever happens. Raises TryAgain and OutcomeUnknown: the next call finds what was created.
        """
        created = set(
            chain.from_iterable(self._create_together(group, time_left) for group in _groups(organization, records))
        )
        return [
            None if record["id"] in created else self._outcome(organization, record, time_left) for record in records
        ]

    def foresee(self, organization: str, record: Record, time_left: TimeLeft) -> CustomerExists | None:
        """What would become of a customer, by one read as of one moment. Raises TryAgain."""
        keys = {CUSTOMER: items.customer_key(organization, record["id"]), **items.guard_keys(organization, record)}
        found = dict(zip(keys, self._at_once([*keys.values()], time_left), strict=True))
        in_the_way = {name: item for name, item in found.items() if item}
        if not in_the_way or any(items.customer_id(item) == record["id"] for item in in_the_way.values()):
            return None
        return customer_exists(in_the_way)

    def _outcome(self, organization: str, record: Record, time_left: TimeLeft) -> CustomerExists | None:
        try:
            self.create(organization, record, time_left)
        except CustomerExists as exists:
            return exists
        return None

    def _create_together(self, group: Group, time_left: TimeLeft) -> set[str]:
        """The ids of those of a group that are known to be there now; of the others nothing is known.

        The reasons of a refusal tell whose items were there before, and in whose way something else is. The rest is
        sent once more.
        """
        created: set[str] = set()
        for seconds in islice(retries.attempts(time_left), 2):
            parts = [part for creation in group.values() for part in creation.values()]
            try:
                self._dynamodb.transact_write_items(self._table_name, parts, str(uuid4()), seconds)
            except Canceled as canceled:
                reasons = dict(zip(group, _of_each(group, canceled.reasons), strict=True))
                created |= {customer_id for customer_id, its in reasons.items() if _is_there(customer_id, its)}
                group = {
                    customer_id: creation
                    for customer_id, creation in group.items()
                    if all(reason.get("Code", "None") == "None" for reason in reasons[customer_id])
                }
                if not group:
                    break
            except (Refused, NoAnswer):
                break
            else:
                return created | group.keys()
        return created


def _groups(organization: str, records: Sequence[Record]) -> Iterator[Group]:
    """The customers in groups, without those that would be alone in a group or share a value with an earlier one.

    Groups are created first, so that customers that share a value are created in the order of the rows.
    """
    group: Group = {}
    keys: set[str] = set()
    for record in records:
        its_keys = {items.customer_key(organization, record["id"]), *items.guard_keys(organization, record).values()}
        if keys.isdisjoint(its_keys):
            group[record["id"]] = transactions.creation(organization, record)
        keys |= its_keys
        if len(group) == TOGETHER:
            yield group
            group = {}
    if len(group) > 1:
        yield group


def _of_each(group: Group, reasons: Sequence[Reason]) -> Iterator[list[Reason]]:
    """The reasons that are about each of the customers."""
    each = iter(reasons)
    return ([*islice(each, len(creation))] for creation in group.values())


def _is_there(customer_id: str, reasons: Sequence[Reason]) -> bool:
    return any("Item" in reason and items.customer_id(reason["Item"]) == customer_id for reason in reasons)

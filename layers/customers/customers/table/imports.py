"""What an import needs of the table beside creates: what a create would answer, without it."""

from customers.customer.model import Record
from customers.table import items
from customers.table.retries import TimeLeft
from customers.table.transactions import CUSTOMER
from customers.table.writes import Writes, customer_exists


class Imports(Writes):
    """The customers of all organizations in one table, to import more."""

    def foresee(self, organization: str, record: Record, time_left: TimeLeft) -> None:
        """Find out whether `create` would succeed, by one read as of one moment; nothing is written.

        It would when the customer is there already: a create finds its own. Raises CustomerExists, TryAgain.
        """
        keys = {
            CUSTOMER: items.customer_key(organization, record["id"]),
            **items.guard_keys(organization, record),
        }
        found = dict(zip(keys, self._at_once([*keys.values()], time_left), strict=True))
        in_the_way = {name: item for name, item in found.items() if item}
        if in_the_way and all(items.customer_id(item) != record["id"] for item in in_the_way.values()):
            raise customer_exists(in_the_way)

"""`make erase-customer`: erase a customer of ORG, that CUSTOMER, EMAIL or EXTERNAL_ID names, while others write.

The customer and its guards go in one transaction, each on the condition that it is this customer's. Nothing is looked
for in the whole table. The record of an Idempotency-Key stays for its 24 hours: it holds an id and a hash, and keeps a
late retry from creating the customer again.
"""

import sys
import unicodedata
from collections.abc import Iterator
from contextlib import suppress

from customers.errors import TryAgain
from customers.table import items, retries
from customers.table.dynamodb import Item
from operate.command import CommandError, argument, command, dry_run, optional
from operate.repairs import Repairs, patience
from operate.stacks import chosen_stack

NAMES = {"CUSTOMER": "id", "EMAIL": "email", "EXTERNAL_ID": "external_id"}
"""The arguments that name a customer, each with the field that it is."""


def erase(table: Repairs, organization: str, field: str, value: str, *, dry_run: bool = False) -> str:
    """Erase the customer whose `id`, `email` or `external_id` has the value; what was erased, in words.

    A guard whose customer is lost, or has another guard by now, is erased alone.
    Raises CommandError when there is nothing to erase, or when the value names two customers, at once or one by one.
    """
    named: set[str] = set()
    for _ in retries.attempts(patience()):
        guard = None if field == "id" else _guard(table, organization, field, value)
        customer_id = value if guard is None else items.customer_id(guard)
        named.add(customer_id)
        if len(named) > 1:
            raise CommandError(f"this {field} has just moved to another customer. Run with DRY_RUN=1 to see which", 1)
        key = items.customer_key(organization, customer_id)
        [customer] = table.read(key)
        if customer and "guards" not in customer:
            raise CommandError(f"{customer_id} has no guard keys: something other than this service wrote it", 1)
        if customer and (guard is None or guard["pk"]["S"] in items.stored_guard_keys(customer).values()):
            if dry_run or table.delete_customer(customer):
                return f"customer {customer_id} and what guards its {_and(items.stored_guard_keys(customer))}"
        elif guard is None:
            raise CommandError(
                f"{organization} has no customer {value}. If it was lost, its guards may still exist: "
                "erase them with EMAIL= and EXTERNAL_ID=",
                1,
            )
        elif dry_run or table.delete_guard(guard, key, customer):
            return f"what guarded this {field} alone: customer {customer_id} {_why(customer)}"
    raise TryAgain


def _guard(table: Repairs, organization: str, field: str, value: str) -> Item:
    """The guard of a value."""
    keys = dict.fromkeys(_guard_keys(organization, field, value))
    guards = [guard for key in keys if (guard := table.item(key))]
    if not guards:
        raise CommandError(f"no customer of {organization} has this {field}: nothing was erased", 1)
    if len(owners := {items.customer_id(guard) for guard in guards}) > 1:
        raise CommandError(
            f"several customers may have this {field}: {', '.join(sorted(owners))}. Choose one with CUSTOMER="
        )
    return guards[0]


def _guard_keys(organization: str, field: str, value: str) -> Iterator[str]:
    """The keys that may guard a value: the one that is made of it today, and the one that spells it as it is.

    The latter is what verify-table shows, of whatever release: that one can be named even if it would not be made now.
    """
    with suppress(ValueError):  # not an e-mail address, as the library has it now
        yield from items.guard_keys(organization, {field: unicodedata.normalize("NFC", value.strip())}).values()
    yield f"{organization}#{field}#{value}"


def _and(fields: dict[str, str]) -> str:
    return " and ".join(fields)


def _why(customer: Item | None) -> str:
    return "was lost" if customer is None else "has another"


@command("erase-customer", "ORG", *NAMES, "DRY_RUN")
def main() -> int:
    """Erase from the stack that `make run` serves, or from STACK on AWS."""
    organization = argument("ORG")
    given = {name: value for name in NAMES if (value := optional(name))}
    if len(given) != 1:
        raise CommandError("name the customer with one of CUSTOMER=cus_…, EMAIL=… and EXTERNAL_ID=…")
    [(name, value)] = given.items()
    only_say = dry_run()
    stack = chosen_stack()
    table = Repairs(stack.dynamodb(), stack.outputs["TableName"])
    erased = erase(table, organization, NAMES[name], value, dry_run=only_say)
    print(f"{'would erase' if only_say else 'erased'} {erased}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

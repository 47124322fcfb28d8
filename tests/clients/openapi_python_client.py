"""What a user writes against a client that openapi-python-client made; it runs in .venv-clients."""

import json
import sys

from customers_client import AuthenticatedClient
from customers_client.api.customers import create_customer, get_customer, list_customers
from customers_client.models import NewCustomer, Problem

asked = json.load(sys.stdin)
api = AuthenticatedClient(base_url=asked["url"], token=asked["key"])

new = NewCustomer.from_dict(asked["customer"])
created = create_customer.sync(client=api, body=new, idempotency_key=asked["idempotency_key"])
shown = get_customer.sync(created.id, client=api)
found = list_customers.sync(client=api, email=new.email).data

conflict = create_customer.sync(client=api, body=NewCustomer(email=new.email, external_id=new.external_id))
invalid = create_customer.sync(client=api, body=NewCustomer(email="ada", timezone="Mars/Olympus"))

assert isinstance(conflict, Problem)
assert isinstance(invalid, Problem)
print(
    json.dumps(
        {
            "city": shown.billing_address.city,
            "shown": shown.to_dict(),
            "found": [customer.id for customer in found],
            "conflict": [conflict.status, conflict.code, {c.pointer: c.customer_id for c in conflict.conflicts}],
            "invalid": [invalid.status, invalid.code, {e.pointer: e.code for e in invalid.errors}],
        }
    )
)

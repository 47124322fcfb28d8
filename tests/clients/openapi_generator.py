"""What a user writes against a client that openapi-generator made; it runs in .venv-clients."""

import json
import sys

from customers_client import ApiClient, Configuration, CustomersApi, NewCustomer, Problem
from customers_client.exceptions import ConflictException, UnprocessableEntityException

asked = json.load(sys.stdin)
# The address of the API is the one that the document gives.
api = CustomersApi(ApiClient(Configuration(access_token=asked["key"])))

new = NewCustomer.from_dict(asked["customer"])
created = api.create_customer(new, idempotency_key=asked["idempotency_key"])
shown = api.get_customer(created.id)
found = api.list_customers(email=new.email).data

try:
    api.create_customer(NewCustomer(email=new.email, external_id=new.external_id))
except ConflictException as error:
    conflict = error.data
try:
    api.create_customer(NewCustomer(email="ada", timezone="Mars/Olympus"))
except UnprocessableEntityException as error:
    invalid = error.data

assert isinstance(conflict, Problem)
assert isinstance(invalid, Problem)
print(
    json.dumps(
        {
            "city": shown.billing_address.city,
            "shown": json.loads(shown.to_json()),
            "found": [customer.id for customer in found],
            "conflict": [conflict.status, conflict.code, {c.pointer: c.customer_id for c in conflict.conflicts}],
            "invalid": [invalid.status, invalid.code, {e.pointer: e.code for e in invalid.errors}],
        }
    )
)

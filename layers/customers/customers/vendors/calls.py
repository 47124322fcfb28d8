"""What the APIs of all vendors do with customers, each in its own words."""

from contextlib import suppress
from typing import Any
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import APIGatewayRestResolver

from customers.customer import changes, model
from customers.customer.identity import CUSTOMER_ID
from customers.customer.model import Record
from customers.errors import InvalidCustomer, MalformedRequest, NotFound
from customers.http import edge, edits
from customers.http.parsing import parse_query
from customers.operations import observation
from customers.table.changes import Changes, Edit
from customers.table.items import Idempotency
from customers.table.lists import Lists
from customers.table.reads import Reads
from customers.table.writes import Writes
from customers.vendors.answers import Dialect
from customers.vendors.fields import Table
from customers.vendors.reading import Reading, Setting

type Headers = dict[str, str]


class Customers(Changes, Lists):
    """The customers of all organizations, for all that the vendors' APIs do."""


def create(app: APIGatewayRestResolver, customers: Writes, dialect: Dialect, data: Any) -> tuple[Record, Headers]:
    """Create the customer that a parsed body describes, once; the customer, and headers about the Idempotency-Key."""
    event = app.current_event
    organization, time_left = edge.organization(event), edge.time_left(app)
    idempotency = _idempotency(app, dialect, data)
    try:
        customer = dialect.table.new(data)
    except InvalidCustomer:
        # It may have been carried out before the rules became what they are.
        if idempotency and (record := customers.replay(organization, idempotency, time_left)):
            return record, _headers(idempotency, replayed=True)
        raise
    creation = customers.create(organization, model.new_record(customer), time_left, idempotency)
    observation.current().wrote = "Created"
    return creation.record, _headers(idempotency, replayed=creation.replayed)


def path_parameter(app: APIGatewayRestResolver, name: str) -> str:
    """A parameter of the path, decoded: a REST API passes it on as it was sent, percent-encoded.

    Raises NotFound when it is not UTF-8: no customer has such an id.
    """
    try:
        return unquote(app.current_event.path_parameters[name], errors="strict")
    except UnicodeDecodeError:
        raise NotFound("There is no customer with this id.") from None


def retrieve(app: APIGatewayRestResolver, customers: Reads, customer_id: str) -> Record:
    """The customer with an id; raises NotFound."""
    if CUSTOMER_ID.fullmatch(customer_id):
        record = customers.get(edge.organization(app.current_event), customer_id, edge.time_left(app))
        if record is not None:
            return record
    raise NotFound("There is no customer with this id.")


def retrieve_with(app: APIGatewayRestResolver, customers: Reads, external_id: str) -> Record:
    """The customer with an external id; raises NotFound."""
    record = find(app, customers, "external_id", external_id)
    if record is None:
        raise NotFound("There is no customer with this id.")
    return record


def change(
    app: APIGatewayRestResolver, customers: Changes, dialect: Dialect, customer_id: str, data: Any
) -> tuple[Record, Headers]:
    """Change what a parsed body names of the customer with an id, once."""
    event = app.current_event
    reading = dialect.table.read(data, whole=False)
    idempotency = _idempotency(app, dialect, data)
    edit = Edit(lambda record: _patched(dialect.table, reading, record), _always, idempotency)
    if not CUSTOMER_ID.fullmatch(customer_id):
        raise NotFound("There is no customer with this id.")
    changed = customers.change(edge.organization(event), customer_id, edit, edge.time_left(app))
    observation.current().wrote = "Changed"
    return changed.record, _headers(idempotency, replayed=changed.replayed)


def change_with(
    app: APIGatewayRestResolver, customers: Changes, dialect: Dialect, external_id: str, data: Any
) -> tuple[Record, Headers]:
    """The same for the customer with an external id.

    The change may be of the external id itself. So the result of an earlier request with the same key takes precedence
    over the customer that has the external id now.
    """
    idempotency = _idempotency(app, dialect, data)
    organization, time_left = edge.organization(app.current_event), edge.time_left(app)
    if idempotency and (record := customers.replay(organization, idempotency, time_left)):
        return record, _headers(idempotency, replayed=True)
    return change(app, customers, dialect, retrieve_with(app, customers, external_id)["id"], data)


def put(
    app: APIGatewayRestResolver, customers: Changes, dialect: Dialect, customer_id: str, data: Any
) -> tuple[Record, Headers, bool]:
    """Replace the customer with our id or the caller's, or create it with the caller's; says whether it was created.

    Fields that the vendor does not have are not changed.
    """
    event = app.current_event
    organization, time_left = edge.organization(event), edge.time_left(app)
    reading, idempotency = dialect.table.read(data), _idempotency(app, dialect, data)
    whole = reading.replacing(dialect.table.places)
    edit = Edit(lambda record: _patched(dialect.table, whole, record), _always, idempotency)
    if CUSTOMER_ID.fullmatch(customer_id):
        with suppress(NotFound):
            changed = customers.change(organization, customer_id, edit, time_left)
            return changed.record, _headers(idempotency, replayed=changed.replayed), False
    reading.settings.append(Setting(("external_id",), customer_id, ("id",)))
    try:
        _, customer = dialect.table.valid(reading, {})
    except InvalidCustomer:
        if idempotency and (record := customers.replay(organization, idempotency, time_left)):
            return record, _headers(idempotency, replayed=True), False
        raise
    changed = customers.put(organization, model.new_record(customer), edit, time_left)
    return changed.record, _headers(idempotency, replayed=changed.replayed), changed.created


def delete(app: APIGatewayRestResolver, customers: Changes, customer_id: str) -> None:
    """Delete the customer with an id; raises NotFound."""
    if not CUSTOMER_ID.fullmatch(customer_id):
        raise NotFound("There is no customer with this id.")
    customers.delete(edge.organization(app.current_event), customer_id, _always, edge.time_left(app))
    observation.current().wrote = "Deleted"


def find(app: APIGatewayRestResolver, customers: Reads, field: str, value: str) -> Record | None:
    """The customer with this value of a unique field; None if the value is invalid."""
    try:
        field, value = parse_query({field: [value]})
    except MalformedRequest:
        return None
    return customers.find(edge.organization(app.current_event), field, value, edge.time_left(app))


def _always(_revision: int | None) -> bool:
    return True


def _patched(table: Table, reading: Reading, record: Record) -> Record:
    """The customer with what a request says of it; raises InvalidCustomer with the vendor's names of fields."""
    patch, valid = table.valid(reading, record)
    try:
        return edits.patched(record, changes.patch(patch, valid), identity_required=False)
    except InvalidCustomer as error:
        raise table.refused(reading, error.errors, {}) from None


def _idempotency(app: APIGatewayRestResolver, dialect: Dialect, data: Any) -> Idempotency | None:
    """What a repetition of the request is known by; each API has keys of its own.

    No key that a client can send has the dot between both parts: it isn't ASCII.
    """
    own = edge.idempotency(app.current_event, data)
    return own and own._replace(key=f"{dialect.name}\u00b7{own.key}")


def _headers(idempotency: Idempotency | None, *, replayed: bool) -> Headers:
    """The headers by which a client sees its key again, and whether an earlier request had it."""
    observation.current().replayed = replayed
    if idempotency is None:
        return {}
    key = idempotency.key.partition("\u00b7")[2]
    return {"Idempotency-Key": key, **({"Idempotent-Replayed": "true"} if replayed else {})}

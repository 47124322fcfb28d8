"""Every way a request can fail.

    CustomerError
    ├── MalformedRequest
    ├── NotFound
    ├── MethodNotAllowed
    ├── CustomerExists
    ├── CustomerDeleted
    ├── PreconditionFailed
    ├── PayloadTooLarge
    ├── UnsupportedMediaType
    ├── InvalidCustomer
    ├── IdempotencyKeyReused
    ├── OutcomeUnknown
    └── TryAgain

An error carries its facts as attributes, never in its words: none of them repeats what the caller sent.
`problems` turns each into an HTTP answer.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar, NamedTuple


class FieldError(NamedTuple):
    """One field that is not valid.

    `path` leads from the body to the field (names and array indexes), `code` is stable and for programs,
    `detail` is for people.
    """

    path: tuple[str | int, ...]
    code: str
    detail: str


class Conflict(NamedTuple):
    """A unique field whose value belongs to another customer already."""

    field: str
    customer_id: str


class CustomerError(Exception):
    """The request can't be fulfilled; the message is a sentence for the caller."""

    errors: Sequence[FieldError] = ()
    conflicts: Sequence[Conflict] = ()
    customer_id: str | None = None
    revision: int | None = None
    headers: Mapping[str, str] = {}
    detail: ClassVar[str]

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail or self.detail)


class MalformedRequest(CustomerError):
    """The request can't be read; `errors` has the parameters that are wrong, if it is they."""

    def __init__(self, detail: str, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail)
        self.errors = errors


class NotFound(CustomerError):
    """Nothing is there."""

    detail = "There is nothing at this address."


class MethodNotAllowed(CustomerError):
    """The resource exists and does not answer to this method; `allow` lists those that it does."""

    def __init__(self, allow: str) -> None:
        super().__init__(f"This resource allows {allow}.")
        self.headers = {"Allow": allow}


class CustomerExists(CustomerError):
    """Other customers of the organization have the e-mail address, the external id or both."""

    def __init__(self, conflicts: Sequence[Conflict]) -> None:
        fields = " and this ".join(conflict.field for conflict in conflicts)
        super().__init__(f"A customer with this {fields} already exists.")
        self.conflicts = conflicts


class CustomerDeleted(CustomerError):
    """An earlier request with the same Idempotency-Key created or changed a customer, which was deleted since."""

    detail = "The customer that this Idempotency-Key was used for was deleted. Use a new key for a new request."


class PreconditionFailed(CustomerError):
    """If-Match or If-None-Match did not hold; `revision` is the customer's, None if it does not exist."""

    def __init__(self, revision: int | None) -> None:
        there = "there is no such customer" if revision is None else f"the customer has revision {revision}"
        super().__init__(f"The precondition in If-Match or If-None-Match failed: {there}. Nothing was written.")
        self.revision = revision


class PayloadTooLarge(CustomerError):
    """The body is over the limit of `parsing.MAX_BODY_BYTES`, or a customer over that of `edits.MAX_CUSTOMER_BYTES`."""


class UnsupportedMediaType(CustomerError):
    """The body is not declared as what the API takes."""


class InvalidCustomer(CustomerError):
    """The body is JSON, but not a customer; `errors` has the fields that are not valid, `count` is how many are."""

    def __init__(self, errors: Sequence[FieldError], count: int) -> None:
        listed = f" The first {len(errors)} are listed." if count > len(errors) else ""
        super().__init__(f"{count} field{'s are' if count > 1 else ' is'} not valid.{listed} Nothing was written.")
        self.errors = errors


class IdempotencyKeyReused(CustomerError):
    """An earlier, different request had the same Idempotency-Key; `customer_id` is the customer that it was for."""

    detail = "This Idempotency-Key was used for a different request. Nothing was written."

    def __init__(self, customer_id: str) -> None:
        super().__init__()
        self.customer_id = customer_id


class OutcomeUnknown(CustomerError):
    """The table did not say whether it wrote, in all the time that there was."""

    detail = (
        "The request may or may not have been carried out. Send it again with the same Idempotency-Key. Without a key, "
        "a create that was carried out gets 409 with the customer's id, and a delete gets 404."
    )


class TryAgain(CustomerError):
    """The table is busy; nothing was written, and the same request may succeed later."""

    detail = "The service is busy and nothing was written. Send the same request again."

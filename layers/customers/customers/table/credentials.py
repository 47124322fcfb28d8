"""What calls to AWS are signed with, as Lambda hands it to a function."""

from typing import Any, NamedTuple, Protocol, Self

from customers.settings import secret_key
from customers.table import network


class Credentials(Protocol):
    """A source of credentials, botocore's own among them."""

    def get_frozen_credentials(self) -> Any:
        """Those to sign with now: botocore's `ReadOnlyCredentials`, or what has the same attributes."""


class SecretKey(NamedTuple):
    """Credentials that stay the same for as long as the process lives."""

    access_key: str
    secret_key: str
    token: str | None

    def get_frozen_credentials(self) -> Self:
        """Themselves."""
        return self


def of_function() -> Credentials | None:
    """The credentials of a function on Lambda, which are in the environment.

    Where SnapStart restores the function they are at an address that the environment names, and botocore asks there for
    new ones before they expire. What knows that takes 10 ms to import, before the snapshot is taken.
    """
    if given := secret_key():
        return SecretKey(*given)
    from botocore.credentials import ContainerProvider
    from botocore.utils import ContainerMetadataFetcher

    # It tries three times, which with these shares leaves four tenths of an attempt's time to the call itself. And it
    # would sleep for a second after each, which no deadline could end.
    fetcher = ContainerMetadataFetcher(network.Session(share=0.25), sleep=lambda _seconds: None)
    found: Credentials | None = ContainerProvider(fetcher=fetcher).load()  # type: ignore[arg-type]  # the stubs mean another fetcher
    return found

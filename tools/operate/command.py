"""What the operators' commands share: arguments from the environment, and one line where something is wrong.

make hands the variables of its command line on in the environment: `make erase-customer ORG=acme CUSTOMER=cus_…`.
"""

import os
import re
import sqlite3
import sys
from collections.abc import Callable, Mapping
from functools import wraps
from typing import NamedTuple

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    SSOError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)
from botocore.exceptions import (
    ConnectionError as NoConnectionError,
)

from customers.api_keys import ORGANIZATION
from customers.errors import OutcomeUnknown, TryAgain
from customers.table.dynamodb import Refused


class CommandError(Exception):
    """The command can't do what it was asked for; the message says in one line what is wrong and what to do.

    `status` is the exit status: 2 when the command was called wrongly, 1 when there is nothing that it can do.
    """

    def __init__(self, message: str, status: int = 2) -> None:
        super().__init__(message)
        self.status = status


class Argument(NamedTuple):
    """What an argument may be, and how the operator is told."""

    pattern: re.Pattern[str]
    meaning: str


ANYTHING = re.compile(r".*", re.DOTALL)

ARGUMENTS: Mapping[str, Argument] = {
    "ENVIRONMENT": Argument(re.compile("staging|production"), "staging or production, as in ENVIRONMENT=staging"),
    "PARAMETERS": Argument(ANYTHING, 'the template\'s, as in PARAMETERS="LogLevel=DEBUG WebAcl=true"'),
    "ORG": Argument(ORGANIZATION, "an organization, as in ORG=acme"),
    "CUSTOMER": Argument(re.compile(r"cus_[0-9A-Za-z_]{1,64}"), "the id of a customer, as in CUSTOMER=cus_…"),
    "EMAIL": Argument(ANYTHING, "an e-mail address, as in EMAIL=ada@example.com"),
    "EXTERNAL_ID": Argument(ANYTHING, "an external id, as in EXTERNAL_ID=crm-1815"),
    "FILE": Argument(ANYTHING, "a file of customers, as in FILE=customers.csv"),
    "FROM": Argument(re.compile(r"[A-Za-z0-9_.-]{3,255}"), "the name of a table, as in FROM=customers-restored"),
    "ONLY": Argument(ANYTHING, "a file with the lines of a dry run, as in ONLY=plan.txt"),
    "CONFIRM": Argument(re.compile(r"[A-Za-z0-9_.-]{3,255}"), "the name of the table that is written to"),
    "SCOPES": Argument(ANYTHING, 'scopes separated by spaces, as in SCOPES="customers:read customers:write"'),
    "LABEL": Argument(ANYTHING, "what the key is for, as in LABEL=billing"),
    "EXPIRES": Argument(ANYTHING, "a date or a time in ISO 8601, as in EXPIRES=2030-12-31"),
    "ID": Argument(re.compile(r"key_[0-9a-f]{16}"), "the id of a key, as `make api-keys` shows it: ID=key_…"),
    "DRY_RUN": Argument(re.compile("1"), "1 or nothing"),
    "STACK": Argument(re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}"), "the name of a stack, as in STACK=customer-create"),
}


def argument(name: str) -> str:
    """The value of an argument that has to be there."""
    if not (value := optional(name)):
        raise CommandError(f"{name} is missing. It is {ARGUMENTS[name].meaning}.")
    return value


def optional(name: str, may_be: Argument | None = None) -> str:
    """The value of an argument that may be missing, "" if it is; `may_be` is what it means to this command alone."""
    value = os.environ.get(name, "")
    allowed = may_be or ARGUMENTS[name]
    if value and not (allowed.pattern.fullmatch(value) and _is_utf_8(value)):
        raise CommandError(f"{name} has to be {allowed.meaning}.")
    return value


def dry_run() -> bool:
    """Whether the command is only to say what it would do."""
    return bool(optional("DRY_RUN"))


def _is_utf_8(value: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in value)


SIGN_IN = "there are no credentials for AWS: sign in, or choose a profile with AWS_PROFILE"
SIGN_IN_AGAIN = "AWS rejected the credentials: sign in again"
AGAIN = "run the same command again; completed work is kept"

BY_TYPE: Mapping[type[Exception], str] = {
    NoRegionError: "no AWS region is configured: set AWS_DEFAULT_REGION",
    NoCredentialsError: SIGN_IN,
    PartialCredentialsError: SIGN_IN,
    SSOError: SIGN_IN_AGAIN,
    TokenRetrievalError: SIGN_IN_AGAIN,
    UnauthorizedSSOTokenError: SIGN_IN_AGAIN,
    TryAgain: f"DynamoDB is busy: {AGAIN}",
    OutcomeUnknown: f"DynamoDB did not respond: {AGAIN}",
}
BY_CODE: Mapping[str, str] = {
    "AccessDenied": "these credentials lack the permission",
    "AccessDeniedException": "these credentials lack the permission",
    "ExpiredToken": SIGN_IN_AGAIN,
    "ExpiredTokenException": SIGN_IN_AGAIN,
    "InvalidClientTokenId": SIGN_IN_AGAIN,
    "InvalidSignatureException": SIGN_IN_AGAIN,
    "SignatureDoesNotMatch": SIGN_IN_AGAIN,
    "UnrecognizedClientException": SIGN_IN_AGAIN,
}


def _advice(error: Exception) -> str:
    """One line about an error of AWS or of the way there."""
    for kind, advice in BY_TYPE.items():
        if isinstance(error, kind):
            return advice
    match error:
        case ClientError():
            code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
            return f"{error.operation_name}: {BY_CODE.get(code) or message or code}"
        case Refused():
            return f"DynamoDB: {BY_CODE.get(error.code, error.code)}"
        case NoConnectionError() | HTTPClientError():
            # It is about our connection, and names the URL.
            return f"{error}: is the stack running, and is the network available?"
        case _:
            return str(error)


def command(name: str, *takes: str) -> Callable[[Callable[[], int]], Callable[[], int]]:
    """Make a command of a function that returns an exit status: whatever goes wrong is one line on standard error.

    `takes` are the arguments that it understands, beside STACK. Any other on make's command line is refused: with a
    misspelled DRY_RUN the command would do what was to be tried.
    """

    def decorate(work: Callable[[], int]) -> Callable[[], int]:
        @wraps(work)
        def run() -> int:
            try:
                _refuse_unknown({*takes, "STACK"})
                return work()
            except CommandError as error:
                message, status = str(error), error.status
            except (BotoCoreError, ClientError, Refused, TryAgain, OutcomeUnknown) as error:
                message, status = _advice(error), 1
            except KeyboardInterrupt:
                message, status = f"stopped; {AGAIN}", 130
            except BrokenPipeError:  # the reader of the output has seen enough
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                return 1
            except OSError as error:
                message, status = f"{error.filename or 'a file'}: {error.strerror or error}; {AGAIN}", 1
            except sqlite3.Error as error:  # what it sorts on disk
                message, status = f"the directory of temporary files (TMPDIR): {error}; {AGAIN}", 1
            print(f"make {name}: {' '.join(message.split())}", file=sys.stderr)
            return status

        return run

    return decorate


def _refuse_unknown(known: set[str]) -> None:
    # In MAKEFLAGS, make lists what was set on its command line after its own options, with a \ before blanks in values.
    _, _, overrides = os.environ.get("MAKEFLAGS", "").rpartition("-- ")
    for name in re.findall(r"(?:^|(?<!\\) )([A-Za-z_]+)=", overrides):
        if name not in known and name in os.environ and name not in {"PYTHON", "ARCHITECTURE"}:
            raise CommandError(f"{name} is not an argument of this command: it takes {', '.join(sorted(known))}")

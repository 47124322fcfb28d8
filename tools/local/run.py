"""`make run`: the API on this machine, a first customer in it, and a line to paste.

It runs in the emulator's environment, so that a first run installs nothing that only tests need.
"""

import json
import os
import shlex
import signal
import sys
from pathlib import Path
from typing import NoReturn

import urllib3

from customers.api_keys import SCOPES
from local.account import API_ENV, ROOT
from local.emulator import StackError
from local.stack import Stack, local_stack
from operate import api_keys

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
EVENTS = ROOT / "events"


def stop(*_: object) -> NoReturn:
    """End what runs, once: a second Ctrl-C would leave the emulator behind."""
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


def show(stack: Stack, key: str, title: str, event: Path) -> None:
    """Send the request of an event and print the answer."""
    request = json.loads(event.read_text())
    answer = urllib3.request(
        request["httpMethod"],
        stack.api_url + request["path"],
        body=request["body"].encode(),
        headers={"Content-Type": request["headers"]["Content-Type"], "Authorization": f"Bearer {key}"},
        timeout=60,
    )
    say(f"\n{title}\n{answer.status} {answer.headers['Content-Type']}")
    say(json.dumps(answer.json(), indent=2, ensure_ascii=False))


def write_api_env(variables: dict[str, str]) -> None:
    """Write how to reach the API as lines for a shell, readable by nobody else."""
    API_ENV.unlink(missing_ok=True)
    descriptor = os.open(API_ENV, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.writelines(f"export {name}={shlex.quote(value)}\n" for name, value in variables.items())


def chosen_port() -> int:
    """The port that the environment variable PORT names; StackError when it names none."""
    text = os.environ.get("PORT", "4566")
    if not (text.isascii() and text.isdecimal() and 0 < int(text) < 2**16):
        raise StackError("PORT has to be a number from 1 to 65535")
    return int(text)


def serve() -> None:
    """Start everything, show what it does, and wait."""
    with local_stack(chosen_port(), progress=say) as stack:
        say("creating a customer")
        key, _ = api_keys.create(stack.api_keys, "demo", " ".join(SCOPES), label="make run")
        show(stack, key, "A customer is created:", EVENTS / "created.json")
        show(stack, key, "The same customer is not created again:", EVENTS / "customer-exists.json")
        show(stack, key, "What is not a customer is refused:", EVENTS / "invalid-customer.json")
        sdk_urls = {f"CUSTOMERS_{vendor.upper()}_URL": url for vendor, url in stack.sdk_urls.items()}
        write_api_env({"CUSTOMERS_API_URL": stack.api_url, "CUSTOMERS_API_KEY": key, **sdk_urls})
        say(f"""
Create another one (the URL and the key are also in .local/api.env):

curl -i {stack.api_url}/customers \\
  -H 'Authorization: Bearer {key}' \\
  -H 'Content-Type: application/json' \\
  -d '{{"email": "grace@example.com", "name": "Grace Hopper"}}'

Open the API reference: {stack.api_url}/docs
The base URLs for the SDKs of Stripe, Orb and Rebilly are in .local/api.env.

Ctrl-C stops it.""")
        signal.pause()


def main() -> int:
    """Serve until Ctrl-C, SIGTERM or the end of the terminal; the exit status of make."""
    for number in STOPS:
        signal.signal(number, stop)
    try:
        serve()
    except KeyboardInterrupt:
        say("\nstopped")
    except StackError as error:
        print(f"make run: {error}", file=sys.stderr)
        return 1
    finally:
        API_ENV.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`make run`: the API on this machine, a first customer in it, and a line to paste."""

import json
import os
import signal
import sys
from pathlib import Path

import httpx

from local_stack import API_ENV, ROOT, Stack, StackError, local_stack


def show(stack: Stack, title: str, event: Path) -> None:
    """Send the request of an event and print the answer."""
    request = json.loads(event.read_text())
    answer = httpx.request(
        request["httpMethod"],
        stack.api_url + request["path"],
        content=request["body"],
        headers={"Content-Type": request["headers"]["Content-Type"]},
        timeout=60,
    )
    print(f"\n{title}\n{answer.status_code} {answer.headers['Content-Type']}")
    print(json.dumps(answer.json(), indent=2, ensure_ascii=False))


def write_api_env(stack: Stack) -> None:
    """Leave the way to the API for scripts, readable by nobody else."""
    API_ENV.unlink(missing_ok=True)
    descriptor = os.open(API_ENV, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"CUSTOMERS_API_URL={stack.api_url}\n")


def main() -> int:
    """Serve until Ctrl-C or SIGTERM; the exit status of make."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print("starting the emulator and deploying template.yaml to it (about 10 seconds)", flush=True)
    try:
        with local_stack(int(os.environ.get("PORT", "4566"))) as stack:
            events = ROOT / "events"
            show(stack, "A customer is created:", events / "created.json")
            show(stack, "The same customer is not created again:", events / "customer-exists.json")
            show(stack, "What is not a customer is refused:", events / "invalid-customer.json")
            write_api_env(stack)
            print("\nTry it (.local/api.env has the URL):\n")
            print(f"curl -i {stack.api_url}/customers \\")
            print("  -H 'Content-Type: application/json' \\")
            print("""  -d '{"email": "grace@example.com", "name": "Grace Hopper"}'""")
            print("\nCtrl-C stops it.", flush=True)
            signal.pause()
    except KeyboardInterrupt:
        print("\nstopped")
    except StackError as error:
        print(f"make run: {error}", file=sys.stderr)
        return 1
    finally:
        API_ENV.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

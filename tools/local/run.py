"""`make run`: the API on this machine, a first customer in it, and a line to paste."""

import json
import os
import signal
import sys
from pathlib import Path

import httpx

from local.stack import API_ENV, ROOT, Stack, StackError, local_stack
from operate import api_keys


def show(stack: Stack, key: str, title: str, event: Path) -> None:
    """Send the request of an event and print the answer."""
    request = json.loads(event.read_text())
    answer = httpx.request(
        request["httpMethod"],
        stack.api_url + request["path"],
        content=request["body"],
        headers={"Content-Type": request["headers"]["Content-Type"], "Authorization": f"Bearer {key}"},
        timeout=60,
    )
    print(f"\n{title}\n{answer.status_code} {answer.headers['Content-Type']}")
    print(json.dumps(answer.json(), indent=2, ensure_ascii=False))


def write_api_env(stack: Stack, key: str) -> None:
    """Leave the way to the API for scripts, readable by nobody else."""
    API_ENV.unlink(missing_ok=True)
    descriptor = os.open(API_ENV, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"CUSTOMERS_API_URL={stack.api_url}\nCUSTOMERS_API_KEY={key}\n")


def main() -> int:
    """Serve until Ctrl-C or SIGTERM; the exit status of make."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print("starting the emulator and deploying template.yaml to it (about 10 seconds)", flush=True)
    try:
        with local_stack(int(os.environ.get("PORT", "4566"))) as stack:
            key, _ = api_keys.create(stack.api_keys, "demo", "customers:read customers:write", label="make run")
            events = ROOT / "events"
            show(stack, key, "A customer is created:", events / "created.json")
            show(stack, key, "The same customer is not created again:", events / "customer-exists.json")
            show(stack, key, "What is not a customer is refused:", events / "invalid-customer.json")
            write_api_env(stack, key)
            print("\nTry it (.local/api.env has the URL and the key):\n")
            print(f"curl -i {stack.api_url}/customers \\")
            print(f"  -H 'Authorization: Bearer {key}' \\")
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

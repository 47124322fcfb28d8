"""Calls Stripe's SDK for Python; it runs in .venv-sdks, and `sdks.Sdk` tells it what to call.

The first line of its input has the URL and the key. Each of the next is a call, answered by one line.
"""

import json
import sys

import stripe

stripe.enable_telemetry = False  # it would leave a file in the home directory
stripe.default_http_client = stripe.RequestsClient(timeout=30)

METHODS = {
    "create": stripe.Customer.create,
    "retrieve": stripe.Customer.retrieve,
    "update": stripe.Customer.modify,
    "delete": stripe.Customer.delete,
    "list": stripe.Customer.list,
    "search": stripe.Customer.search,
}


def call(method, *arguments, **options):
    if method == "list_all":
        return {"result": [customer.to_dict() for customer in stripe.Customer.list(**options).auto_paging_iter()]}
    if method == "delete_all":
        return {"result": [customer.delete().id for customer in stripe.Customer.list(**options).auto_paging_iter()]}
    try:
        answer = METHODS[method](*arguments, **options)
    except stripe.StripeError as error:
        return {
            "error": {
                "class": type(error).__name__,
                "status": error.http_status,
                "code": getattr(error, "code", None),
                "param": getattr(error, "param", None),
                "message": error.user_message,
                "request_id": error.request_id,
                "headers": dict(error.headers or {}),
            }
        }
    last = answer.last_response
    return {"class": type(answer).__name__, "result": answer.to_dict(), "headers": dict(last.headers)}


settings = json.loads(sys.stdin.readline())
stripe.api_base, stripe.api_key = settings["url"], settings["key"]
for line in sys.stdin:
    method, arguments, options = json.loads(line)
    print(json.dumps(call(method, *arguments, **options), default=str), flush=True)

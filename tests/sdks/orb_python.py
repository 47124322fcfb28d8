"""Calls Orb's SDK for Python; see stripe_python.py. An answer that lacks a field is an error."""

import json
import sys

import orb

settings = json.loads(sys.stdin.readline())
client = orb.Orb(api_key=settings["key"], base_url=settings["url"], timeout=30, _strict_response_validation=True)


def call(method, *arguments, **options):
    if method == "list_all":
        return {"result": [customer.to_dict(mode="json") for customer in client.customers.list(**options)]}
    try:
        response = getattr(client.customers.with_raw_response, method)(*arguments, **options)
        answer = response.parse()
    except orb.APIResponseValidationError as error:
        return {"error": {"class": type(error).__name__, "status": error.status_code, "message": str(error)}}
    except orb.APIStatusError as error:
        return {
            "error": {
                "class": type(error).__name__,
                "status": error.status_code,
                "body": error.body,
                "headers": dict(error.response.headers),
            }
        }
    result = None if answer is None else answer.to_dict(mode="json")
    return {"class": type(answer).__name__, "result": result, "headers": dict(response.headers)}


for line in sys.stdin:
    method, arguments, options = json.loads(line)
    print(json.dumps(call(method, *arguments, **options)), flush=True)

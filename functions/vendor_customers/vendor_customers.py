"""The APIs of Stripe, Orb and Rebilly: one function, in the language of the API that it is called through.

Each API's stage has a variable with the vendor's name, which no caller can set. What only one vendor needs is loaded
with its first request.
"""

import gc
from importlib import import_module
from typing import Any

gc.disable()  # imports leave no garbage, and looking for it takes a tenth of a cold start

from aws_lambda_powertools.utilities.typing import LambdaContext

from customers.http import edge
from customers.settings import settings  # noqa: F401 - with what all vendors' routes need, it is loaded at the start
from customers.table import dynamodb  # noqa: F401 - the same
from customers.vendors import answers  # noqa: F401 - the same

gc.freeze()  # all of this stays, and need not be looked at again
gc.enable()


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Lambda's entry point."""
    vendor = import_module(f"{event['stageVariables']['vendor']}_customers")
    return edge.resolve(vendor.app, event, context)

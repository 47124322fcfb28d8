"""Run by the emulator's Python: the template as AWS's own transform makes it, once for each set of parameters.

Reads `{"template": …, "parameters": [{…}, …]}` from standard input and writes the list of transformed templates. It has
a process of its own because aws-sam-translator and the layer need different releases of Pydantic.
"""

import copy
import json
import logging
import sys
import time
from itertools import count
from typing import Any
from unittest.mock import patch

from samtranslator.translator.transform import transform


class NoManagedPolicies:
    """Names of managed policies would be looked up in IAM; the template has none."""

    def load(self) -> dict[str, str]:
        return {}


def main() -> None:
    logging.disable()  # of a feature toggle's file that only AWS has
    asked: dict[str, Any] = json.load(sys.stdin)
    # `AlwaysDeploy` hashes the second: here each transform has its own, as on AWS.
    with patch.object(time, "time", side_effect=count()):
        json.dump(
            [
                transform(copy.deepcopy(asked["template"]), parameters, NoManagedPolicies())
                for parameters in asked["parameters"]
            ],
            sys.stdout,
        )


main()

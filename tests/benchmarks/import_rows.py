"""What a row of an import costs, over a create of the same customer.

It runs by itself in the built function's environment, against the stub: batches of an import and as many creates, turn
by turn. Prints the median ratio as JSON.
"""

import json
import os
import statistics
from itertools import count

from lambda_events import create_event
from worker import measure

import create_customer
import import_customers

BATCH = 50
TURNS = 60


def main() -> None:
    """Measure, and print."""
    output = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the log
    numbers = count(1)
    rows, creates, ratios = [], [], []
    for turn in range(TURNS + 5):
        job = {"id": f"import-{turn}", "organization": "acme", "vendor": "", "dry_run": False}
        events = [create_event(number, str(number)) for number in (next(numbers) for _ in range(BATCH))]
        for event in events:  # an import has no keys
            del event["headers"]["Idempotency-Key"], event["multiValueHeaders"]["Idempotency-Key"]
        documents = [create_event(next(numbers), "")["body"] for _ in range(BATCH)]
        items = [
            {"import": job, "item": {"row": row, "document": document}} for row, document in enumerate(documents, 1)
        ]
        cost, answers = measure(create_customer.handler, events)
        batch, [decisions] = measure(import_customers.handler, [{"Items": items}])
        assert all(answer["statusCode"] == 201 for answer in answers)
        assert all("created" in decision for decision in decisions)
        if turn >= 5:  # what comes before warms up
            creates.append(cost["cpu"])
            rows.append(batch["cpu"] / BATCH)
            ratios.append(rows[-1] / creates[-1])
    result = {"row": statistics.median(rows), "create": statistics.median(creates), "ratio": statistics.median(ratios)}
    print(json.dumps(result), file=output, flush=True)


if __name__ == "__main__":
    main()

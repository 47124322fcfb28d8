"""What became of each row: three files beside the one that was imported, in the order of its rows.

Results come in any order. They are sorted on disk, in a file that vanishes with the process: none of it is in memory,
and none of it says anything about a customer but its id.
"""

import csv
import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, TextIO

HEADERS: Mapping[str, tuple[str, ...]] = {
    "created": ("row", "customer_id"),
    "existing": ("row", "fields", "customer_ids"),
    "invalid": ("row", "pointer", "code", "detail"),
}
"""The files, and their columns."""


def files(path: Path) -> Mapping[str, Path]:
    """Where the reports about a file are."""
    return {outcome: path.with_name(f"{path.stem}.{outcome}.csv") for outcome in HEADERS}


def check(path: Path) -> None:
    """Check that the reports of a file can be written, before anything is imported. Raises OSError."""
    for part in _parts(path).values():
        with _new(part):
            pass
        part.unlink()


def write(path: Path, decisions: Iterable[Mapping[str, Any]]) -> Counter[str]:
    """Write the reports about a file, each whole or not at all; how many rows had which outcome."""
    counts: Counter[str] = Counter()
    parts = _parts(path)
    with ExitStack() as stack:
        writers = {}
        for outcome, part in parts.items():
            writers[outcome] = csv.writer(stack.enter_context(_new(part)), lineterminator="\n")
            writers[outcome].writerow(HEADERS[outcome])
        for decision in _in_order(decisions):
            outcome, lines = _lines(decision)
            counts[outcome] += 1
            writers[outcome].writerows(lines)
    for outcome, target in files(path).items():
        parts[outcome].replace(target)
    return counts


def _parts(path: Path) -> Mapping[str, Path]:
    """The reports before they are whole."""
    return {outcome: target.with_name(f".{target.name}.part") for outcome, target in files(path).items()}


@contextmanager
def _new(part: Path) -> Iterator[TextIO]:
    """A new file, which is gone again when something goes wrong."""
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _in_order(decisions: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Each row once, in order. Of two rows of a dry run that are the same customer's, the second exists by then."""
    with closing(sqlite3.connect("")) as database:
        database.execute("CREATE TABLE decisions (row INTEGER PRIMARY KEY, decision TEXT)")
        database.execute("CREATE TABLE seen (value TEXT PRIMARY KEY, customer_id TEXT) WITHOUT ROWID")
        database.executemany(
            "INSERT OR REPLACE INTO decisions VALUES (?, ?)",
            ((decision["row"], json.dumps(decision)) for decision in decisions),
        )
        for (text,) in database.execute("SELECT decision FROM decisions ORDER BY row"):
            decision = json.loads(text)
            yield _foreseen(database, decision) if "unique" in decision else decision


def _foreseen(database: sqlite3.Connection, decision: dict[str, Any]) -> dict[str, Any]:
    taken = {}
    for field, value in decision["unique"].items():
        found = database.execute("SELECT customer_id FROM seen WHERE value = ?", (value,)).fetchone()
        if found:
            taken[field] = found[0]
    if taken:
        return {"row": decision["row"], "existing": taken}
    for value in decision["unique"].values():
        database.execute("INSERT INTO seen VALUES (?, ?)", (value, decision["created"]))
    return decision


def _lines(decision: Mapping[str, Any]) -> tuple[str, list[tuple[Any, ...]]]:
    row = decision["row"]
    match decision:
        case {"created": customer_id}:
            return "created", [(row, customer_id)]
        case {"existing": conflicts}:
            return "existing", [(row, ";".join(conflicts), ";".join(conflicts.values()))]
        case {"invalid": errors}:
            return "invalid", [(row, *error) for error in errors]
    raise ValueError(f"row {row} has no outcome")

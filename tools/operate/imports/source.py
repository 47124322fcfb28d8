"""A file of customers, row by row, as the import takes them.

The state machine reads JSON Lines, whatever the file is: it could not read CSV with line breaks in its fields, and
would read numbers as it pleases. So what is uploaded has a line for each row: `{"row": 1, "document": "…"}`, with the
document as text. The first customer of the file is row 1, and what has no value at all is no row.
"""

import csv
import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

from customers.customer.text import trim
from customers.http.parsing import MAX_BODY_BYTES
from operate.command import CommandError
from operate.imports import vendors
from operate.imports.columns import HeaderError, columns, document

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

MAX_LINE_BYTES = 240 * 1024
"""Step Functions hands on 256 KiB at most: a row, and what the import says about it."""

MAX_FILE_BYTES = 10 * 1024**3
"""The largest object that a Distributed Map reads.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
"""

MAX_FIELD_CHARACTERS = 1024 * 1024

type Row = dict[str, Any]


class Source(NamedTuple):
    """A file that can be imported: what makes it the same file again, and how many rows it has."""

    path: Path
    digest: str
    rows: int
    bytes: int


def check(path: Path, vendor: str = "") -> Source:
    """Read the whole file, to know that it can be imported. Raises CommandError in one line when it can't."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        count = size = 0
        for line in lines(path, vendor):
            count, size = count + 1, size + len(line)
    except OSError as error:
        raise CommandError(f"{path} can't be read: {error.strerror}") from error
    if not count:
        raise CommandError(f"{path} has no customers")
    if size > MAX_FILE_BYTES:
        raise CommandError(f"{path} is too large: Step Functions reads 10 GB. Split it.")
    return Source(path, digest, count, size)


def lines(path: Path, vendor: str = "") -> Iterator[bytes]:
    """The lines to upload for the file, which is in our own words or in those of a vendor.

    Raises CommandError where it is no file of customers, OSError.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            for number, row in enumerate(_rows(file, vendor), 1):
                yield _line({"row": number, **row})
        except UnicodeDecodeError as error:
            raise CommandError(f"{path} is not UTF-8: save it as UTF-8 first") from error
        except (csv.Error, HeaderError) as error:
            raise CommandError(f"{path}: {error}") from error


def _line(row: Row) -> bytes:
    # Some readers take these for the ends of lines.
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    for character in "\x85\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    line = f"{text}\n".encode()
    if len(line) > MAX_LINE_BYTES:
        return _line({"row": row["row"], "invalid": [["#", "payload-too-large", _TOO_LARGE]]})
    return line


_TOO_LARGE = f"A customer may have up to {MAX_BODY_BYTES} bytes."


def _rows(file: TextIO, vendor: str) -> Iterator[Row]:
    start = file.read(1)
    while start and start.isspace():
        start = file.read(1)
    file.seek(0)
    if start == "[":
        raise HeaderError("this is a JSON array. JSON Lines have one customer per line, without commas between them")
    if start == "{":
        if not vendor and (whose := vendors.of_object(next(line for line in file if line.strip()))):
            raise HeaderError(f"this is an export of a vendor: add FROM={whose}")
        file.seek(0)
        return _json_lines(file)
    return _csv(file, vendor)


def _json_lines(file: TextIO) -> Iterator[Row]:
    return ({"document": line.rstrip("\r\n")} for line in file if line.strip())


def _csv(file: TextIO, vendor: str) -> Iterator[Row]:
    csv.field_size_limit(MAX_FIELD_CHARACTERS)
    reader = csv.reader(file, strict=True)
    records = _with_line_numbers(reader)
    header = next(records, None)
    if header is None:
        return
    if len(header) == 1 and any(other in header[0] for other in ";\t|"):
        raise HeaderError("the columns of a CSV file have to be separated by commas")
    if not vendor and (whose := vendors.of_header(header)):
        raise HeaderError(f"this is an export of a vendor: add FROM={whose}")
    fields = columns(header, partial(vendors.column, vendor) if vendor else None)
    for record in records:
        if len(record) != len(fields):
            yield {"invalid": [["#", "row_length", f"It has {len(record)} values, and the header {len(fields)}."]]}
        else:
            yield {"document": document(fields, record)}


def _with_line_numbers(reader: "CsvReader") -> Iterator[Sequence[str]]:
    """The records that are not blank; an error says in which line it is."""
    try:
        yield from (record for record in reader if any(map(trim, record)))
    except csv.Error as error:
        raise HeaderError(f"line {reader.line_num} is not CSV: {error}") from error

"""A file of customers, row by row, as the import takes them.

The state machine reads JSON Lines, whatever the file is: it could not read CSV with line breaks in its fields, and
would read numbers as it pleases. So what is uploaded has a line for each row: `{"row": 1, "document": "…"}`, with the
document as text. The first customer of the file is row 1, and what has no value at all is no row.
"""

import csv
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

from customers.customer.text import trim
from customers.http.parsing import MAX_BODY_BYTES
from operate.command import CommandError
from operate.imports import vendors
from operate.imports.columns import HeaderError, column, columns, document

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

MAX_LINE_BYTES = 240 * 1024
"""Step Functions passes on 256 KiB at most: a row, and what the import says about it."""

MAX_FILE_BYTES = 10 * 1024**3
"""The largest object that a Distributed Map reads.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
"""

MAX_FIELD_CHARACTERS = 1024 * 1024

ROWS_BETWEEN_WORDS = 10_000

type Row = dict[str, Any]

type Tell = Callable[[int], None]
"""Is told now and then how many rows have been read."""


class Source(NamedTuple):
    """A file that can be imported: what makes it the same file again, and how many rows it has."""

    path: Path
    digest: str
    rows: int
    bytes: int


def check(path: Path, vendor: str = "", tell: Tell = lambda _: None) -> Source:
    """Read the whole file, to know that it can be imported. Raises CommandError in one line when it can't."""
    if path.exists() and not path.is_file():
        raise CommandError(f"{path} is not a regular file, and it has to be read more than once")
    try:
        digest = _digest(path)
        count = size = 0
        for line in told(lines(path, vendor), tell):
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


def unchanged(source: Source, vendor: str = "") -> Iterator[bytes]:
    """The lines to upload for a file that was checked.

    Raises CommandError at the end if the file has changed: its rows would be created as rows of the first one.
    """
    yield from lines(source.path, vendor)
    if _digest(source.path) != source.digest:
        raise CommandError(f"{source.path} was changed while it was read: nothing was imported", 1)


def told(lines: Iterable[bytes], tell: Tell) -> Iterator[bytes]:
    """The lines; reports how many there were so far."""
    for count, line in enumerate(lines, 1):
        if count % ROWS_BETWEEN_WORDS == 0:
            tell(count)
        yield line


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
        raise HeaderError("this is a JSON array: convert it to JSON Lines with `jq -c '.[]'`")
    if start == "{":
        if complaint := vendors.complaint(next(_lines(file)), vendor):
            raise HeaderError(complaint)
        file.seek(0)
        return ({"document": line} for line in _lines(file))
    return _csv(file, vendor)


def _lines(file: TextIO) -> Iterator[str]:
    """The lines that are not blank, each cut off just beyond the limit."""
    while line := file.readline(MAX_LINE_BYTES):
        rest = line
        while len(rest) == MAX_LINE_BYTES and not rest.endswith(("\r", "\n")):
            rest = file.readline(MAX_LINE_BYTES)
        if line.strip():
            yield line.rstrip("\r\n")


def _csv(file: TextIO, vendor: str) -> Iterator[Row]:
    csv.field_size_limit(MAX_FIELD_CHARACTERS)
    reader = csv.reader(file, strict=True)
    records = _with_line_numbers(reader)
    header = next(records, None)
    if header is None:
        return
    find = partial(vendors.column, vendor) if vendor else None
    if not any(map(find or column, header)) and (between := _between(header)):
        raise HeaderError(f"the columns are separated by {between}: save it with commas")
    try:
        fields = columns(header, find)
    except HeaderError as error:
        whose = None if vendor else vendors.of_header(header)
        advice = f". If this is an export of {whose}, add FROM={whose}" if whose else ""
        raise HeaderError(f"{error}{advice}") from error
    for record in records:
        if len(record) != len(fields):
            yield {"invalid": [["#", "row_length", f"It has {len(record)} values, and the header {len(fields)}."]]}
        else:
            yield {"document": document(fields, record)}


def _between(header: Sequence[str]) -> str | None:
    """The separator of a header that is not separated by commas."""
    return next((name for character, name in SEPARATORS.items() if any(character in cell for cell in header)), None)


SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
"""What else has been put between columns."""

NOT_CSV = {
    "unexpected end of data": "a quote is not closed",
    "field larger than field limit": "a value is too long, or its quote is not closed",
    "expected after": "a quote inside of quotes has to be doubled",
}
"""What the parser says, and what it means."""


def _with_line_numbers(reader: "CsvReader") -> Iterator[Sequence[str]]:
    """The records that are not blank; an error names the line where the invalid record begins."""
    begin = 1
    try:
        for record in reader:
            if any(map(trim, record)):
                yield record
            begin = reader.line_num + 1
    except csv.Error as error:
        why = next((meaning for words, meaning in NOT_CSV.items() if words in str(error)), str(error))
        raise HeaderError(f"the record that begins in line {begin} is not CSV: {why}") from error

"""A file is read row by row, or refused in one line before anything of it is imported."""

import json
from pathlib import Path
from typing import Any

import pytest

from operate.command import CommandError
from operate.imports import source

BOM = "\ufeff"


def rows(tmp_path: Path, content: str | bytes, name: str = "customers.csv") -> list[dict[str, Any]]:
    """The lines that are uploaded for a file."""
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert source.check(path).rows == len([*source.lines(path)])
    lines = [*source.lines(path)]
    assert all(line.endswith(b"\n") for line in lines)
    assert "".join(line.decode() for line in lines).splitlines(keepends=True) == [line.decode() for line in lines]
    return [json.loads(line) for line in lines]


def documents(read: list[dict[str, Any]]) -> list[Any]:
    return [json.loads(row["document"]) for row in read]


def test_csv_with_quotes_line_breaks_commas_and_a_byte_order_mark(tmp_path: Path) -> None:
    text = f'{BOM}email,name,description\r\na@example.com,"O""Neil, Inc.","one\r\ntwo"\r\n\r\nb@example.com,李,\r\n'

    read = rows(tmp_path, text)

    assert [row["row"] for row in read] == [1, 2]
    assert documents(read) == [
        {"email": "a@example.com", "name": 'O"Neil, Inc.', "description": "one\r\ntwo"},
        {"email": "b@example.com", "name": "李"},
    ]


def test_csv_without_a_byte_order_mark_or_an_end_of_the_last_line(tmp_path: Path) -> None:
    assert documents(rows(tmp_path, "email\na@example.com")) == [{"email": "a@example.com"}]


def test_json_lines_are_taken_to_the_letter(tmp_path: Path) -> None:
    line = '{"email": "a@example.com", "name": "\u2028 Ada \x85", "custom_fields": {"n": 1.10, "n2": 1e400}}'

    read = rows(tmp_path, f"{BOM}{line}\r\n\n{{broken\n", "customers.jsonl")

    assert read == [{"row": 1, "document": line}, {"row": 2, "document": "{broken"}]


@pytest.mark.parametrize("cells", ["a@example.com", "a@example.com,Ada,more"])
def test_a_row_of_another_length_is_invalid_and_the_others_are_not(tmp_path: Path, cells: str) -> None:
    read = rows(tmp_path, f"email,name\n{cells}\nb@example.com,Bo\n")

    assert [error[:2] for error in read[0]["invalid"]] == [["#", "row_length"]]
    assert documents(read[1:]) == [{"email": "b@example.com", "name": "Bo"}]


def test_a_row_that_step_functions_could_not_hand_on_is_invalid(tmp_path: Path) -> None:
    large = json.dumps({"email": "a@example.com", "custom_fields": {"quotes": '"' * 100_000}})

    read = rows(tmp_path, f'{large}\n{{"email": "b@example.com"}}\n', "customers.jsonl")

    assert [error[:2] for error in read[0]["invalid"]] == [["#", "payload-too-large"]]
    assert documents(read[1:]) == [{"email": "b@example.com"}]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "has no customers"),
        ("\n \n", "has no customers"),
        ("email,name\n", "has no customers"),
        (f"{BOM}", "has no customers"),
        ("ada@example.com,Ada\n", "the first row is not a header"),
        ("email,nmae,Telefon\na,b,c\n", "unknown columns: nmae, Telefon"),
        ("email,email\na,b\n", "duplicate columns: email"),
        ("email;name\na;b\n", "the columns are separated by semicolons: save it with commas"),
        ('email;"name, first";phone\na;b;c\n', "the columns are separated by semicolons"),
        ("sep=;\nemail;name\na;b\n", "the columns are separated by semicolons"),
        ("email\tname\na\tb\n", "the columns are separated by tabs"),
        ("email,a;b\na,b\n", "unknown columns: a;b"),
        ("Email,Name\na,b\n", "unknown columns: Email (is it email?), Name (is it name?)"),
        ("email,name\na@example.com,Zo\xeb\n".encode("latin-1"), "is not UTF-8"),
        ('{"email": "a@example.com"}\n{"name": "\xff"}\n'.encode("latin-1"), "is not UTF-8"),
        ("email\n".encode("utf-16"), "is not UTF-8"),
        (
            'email,name\n\n"a"b,c\n',
            "the record that begins in line 3 is not CSV: a quote inside of quotes has to be doubled",
        ),
        ('email,name\nb,"1\n2"\n"a,c\nd,e\n', "the record that begins in line 4 is not CSV: a quote is not closed"),
        (
            'email,name\n"a,c\n' + "d,e\n" * 300_000,
            "the record that begins in line 2 is not CSV: a value is too long, or its quote",
        ),
        ('[{"email": "a@example.com"}]', "this is a JSON array: convert it to JSON Lines with `jq -c '.[]'`"),
        ('{"data": [{"email": "a@example.com"}], "next_cursor": null}', "this is a page of a list: `jq -c '.data[]'`"),
        ('{\n  "email": "a@example.com"\n}\n', "JSON Lines have a whole customer in each line"),
        ('{"email": "a@example.com"},\n{"email": "b@example.com"}\n', "no commas between them"),
    ],
)
def test_a_bad_file_is_one_line(tmp_path: Path, content: str | bytes, complaint: str) -> None:
    path = tmp_path / "customers.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())

    with pytest.raises(CommandError) as error:
        source.check(path)

    assert complaint in str(error.value)
    assert "\n" not in str(error.value)


def test_every_end_of_a_line_and_names_with_spaces_around_them(tmp_path: Path) -> None:
    for end in ("\n", "\r\n", "\r"):
        text = end.join(["", f"{BOM} email , name", "a@example.com,Ada", " ,\t", "b@example.com,Bo\0", ""])
        assert documents(rows(tmp_path, text)) == [
            {"email": "a@example.com", "name": "Ada"},
            {"email": "b@example.com", "name": "Bo\0"},
        ]


def test_a_line_of_any_length_is_one_row(tmp_path: Path) -> None:
    lines = ["x" * length for length in (1, *range(source.MAX_LINE_BYTES - 2, source.MAX_LINE_BYTES + 3), 1_000_000)]

    read = rows(tmp_path, '{"email": "a@example.com"}\r\n' + "\r\n".join(lines), "customers.jsonl")

    assert [row["row"] for row in read] == [*range(1, len(lines) + 2)]
    assert [row["document"] for row in read[1:2]] == ["x"]
    assert [row["invalid"][0][1] for row in read[2:]] == ["payload-too-large"] * (len(lines) - 1)


def test_a_first_line_too_deep_for_this_parser_is_for_the_import_to_judge(tmp_path: Path) -> None:
    deep = '{"custom_fields": ' + "[" * 100_000

    assert rows(tmp_path, deep, "customers.jsonl") == [{"row": 1, "document": deep}]


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"customers\.csv can't be read: No such file or directory"):
        source.check(tmp_path / "customers.csv")


def test_the_same_bytes_are_the_same_file_whatever_its_name(tmp_path: Path) -> None:
    for name, content in {
        "a.csv": "email\na@example.com\n",
        "b.csv": "email\na@example.com\n",
        "c.csv": "email\nb\n",
    }.items():
        (tmp_path / name).write_text(content)

    a, b, c = (source.check(tmp_path / name).digest for name in ("a.csv", "b.csv", "c.csv"))

    assert a == b != c

"""`make openapi`: the fields in docs/vendors.md, made of the vendors' tables; what is before them is by hand."""

from collections.abc import Iterator

from customers.vendors import orb, rebilly, stripe
from customers.vendors.rows import AS_SENT, DOCUMENT, SDK, Field, same
from reference.examples import ROOT

PAGE = ROOT / "docs" / "vendors.md"
MARK = "<!-- What follows is made by `make openapi`. -->\n"

TABLES = {"Stripe's": stripe.TABLE, "Orb's": orb.TABLE, "Rebilly's": rebilly.TABLE}
GENERATIONS = {DOCUMENT: "earlier", SDK: "today"}


def text() -> str:
    """The page as it is committed."""
    return PAGE.read_text().partition(MARK)[0] + MARK + "\n" + "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "## Where each field is in the model"
    yield "\nThe third column says which generation of the vendor's API has the field, if not all of them have it."
    for vendor, table in TABLES.items():
        yield f"\n### {vendor} fields\n\n| field | in the model | |\n|---|---|---|"
        yield from map(_row, table.rows)


def _row(row: Field) -> str:
    place = f"`{row.place}`" if row.place else "not stored" if row.read is same else "refused, or asks for nothing"
    elsewhere = f", shown in `{row.shown}`" if row.shown not in (AS_SENT, None) else ""
    return f"| `{row.name}` | {place}{elsewhere} | {GENERATIONS.get(row.source, '')} |"


if __name__ == "__main__":
    PAGE.write_text(text())

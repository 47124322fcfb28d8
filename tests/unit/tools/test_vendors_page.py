"""docs/vendors.md says where the fields are."""

from reference import vendors_page


def test_the_committed_page_is_the_one_that_the_code_makes() -> None:
    assert vendors_page.text() == vendors_page.PAGE.read_text(), "run make openapi"


def test_every_field_is_on_it() -> None:
    page = vendors_page.PAGE.read_text()

    for table in vendors_page.TABLES.values():
        for row in table.rows:
            assert f"| `{row.name}` |" in page

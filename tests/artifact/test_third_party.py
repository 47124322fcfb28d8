"""The third-party notices are those of the layer that was built."""

from importlib.metadata import distributions

import pytest

import notices

PACKAGES = {package.name: package for package in distributions(path=[str(notices.LAYER)])}


def test_the_committed_notices_are_those_of_the_layer() -> None:
    assert notices.NOTICES.read_text() == notices.text(), "run `make notices`"


@pytest.mark.parametrize("name", sorted(PACKAGES))
def test_a_package_comes_with_its_licence(name: str) -> None:
    assert notices.licence(PACKAGES[name])
    assert any(len(text) > 500 for text in notices.texts(PACKAGES[name]))


def test_the_changes_are_those_that_the_notices_name() -> None:
    from lazy import PACKAGES as CHANGED
    from trim import KEPT, LEFT_OUT

    lesser = {folder for folder in (*CHANGED, *KEPT, *LEFT_OUT) if folder.startswith(("pycountry", "stdnum"))}

    assert lesser == {
        "pycountry/databases",
        "pycountry/locales",
        "pycountry/tests",
        "stdnum/imsi.dat",
        "stdnum/oui.dat",
    }, "say in tools/notices.py what is changed of the packages under the LGPL"
    swagger_ui = notices.LAYER / "aws_lambda_powertools" / "event_handler" / "openapi" / "swagger_ui"
    assert swagger_ui.is_dir() == ("Swagger UI" in notices.ABOUT)

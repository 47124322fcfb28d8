"""The third-party notices name what the layer ships."""

import re

from notices import NOTICES, RULE
from support import ROOT

PINNED = re.compile(r"^([\w.-]+)==([\w.]+)", re.MULTILINE)


def canonical(name: str) -> str:
    """The name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_notices_name_each_version_that_the_layer_ships() -> None:
    pinned = PINNED.findall((ROOT / "layers" / "dependencies" / "requirements.txt").read_text())
    table = NOTICES.read_text().partition(RULE)[0]
    listed = re.findall(r"^([\w.-]+) ([\w.]+) {2,}\S", table, re.MULTILINE)

    assert sorted((canonical(name), version) for name, version in listed) == sorted(pinned), "run `make notices`"

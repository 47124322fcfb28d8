"""No schedule of overlapping requests breaks a promise; docs/schedules.md says what that means."""

from collections.abc import Callable
from itertools import combinations_with_replacement

import pytest

from schedules.explore import Result
from schedules.kinds import KINDS
from schedules.scenarios import DEPTH, scenarios
from schedules.words import told

SCENARIOS = list(scenarios(DEPTH))


@pytest.mark.parametrize("name", [scenario.name for scenario in SCENARIOS])
def test_every_schedule_keeps_the_promises(name: str, explored: Callable[[str], Result]) -> None:
    result = explored(name)

    assert not result.found, f"\n\n{told(result)}"
    assert result.schedules


def test_every_scenario_has_a_name_of_its_own() -> None:
    assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS)


READS = {"get", "find", "replay"}


@pytest.mark.parametrize(
    "kinds", [pair for pair in combinations_with_replacement(sorted(KINDS), 2) if not READS.issuperset(pair)]
)
def test_every_kind_of_request_overlaps_with_every_kind(kinds: tuple[str, str]) -> None:
    assert any(sorted(request.kind for request in scenario.requests) == [*kinds] for scenario in SCENARIOS)

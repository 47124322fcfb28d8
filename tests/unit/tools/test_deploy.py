"""What `make deploy` hands to the SAM CLI: every parameter, and a release that knows them all."""

from pathlib import Path

import pytest

from operate.deploy import chosen, release
from support import template

DECLARED = {
    "Environment": {"Default": "local"},
    "LogRetentionDays": {"Default": 30},
    "AlarmEmail": {"Default": ""},
    "Release": {"Default": ""},
}


@pytest.fixture
def build(tmp_path: Path) -> Path:
    (tmp_path / "template.yaml").write_text("Resources: {}")
    (tmp_path / "Function").mkdir()
    (tmp_path / "Function" / "handler.py").write_text("x = 1")
    return tmp_path


def test_every_parameter_is_named_so_that_a_changed_default_counts() -> None:
    assert chosen(DECLARED, ["Environment=staging"]) == {
        "Environment": "staging",
        "LogRetentionDays": "30",
        "AlarmEmail": "",
    }
    assert chosen(template()["Parameters"]).keys() == template()["Parameters"].keys() - {"Release"}


def test_the_command_line_wins_over_the_settings() -> None:
    parameters = chosen(DECLARED, ["Environment=staging", "LogRetentionDays=14"], ["LogRetentionDays=7"])

    assert parameters["LogRetentionDays"] == "7"


def test_a_value_may_have_an_equals_sign() -> None:
    assert chosen(DECLARED, ["AlarmEmail=a=b@example.com"])["AlarmEmail"] == "a=b@example.com"


@pytest.mark.parametrize("setting", ["Nonsense=1", "LogRetentionDays", "=1", "Release=abc", 'AlarmEmail="x"'])
def test_a_wrong_setting_is_refused_in_one_line(setting: str) -> None:
    with pytest.raises(SystemExit) as refusal:
        chosen(DECLARED, [setting])

    assert isinstance(refusal.value.code, str)
    assert "\n" not in refusal.value.code


def test_a_release_is_of_the_form_that_the_template_takes(build: Path) -> None:
    assert len(release(build, {"A": "1"})) == 40
    assert int(release(build, {"A": "1"}), 16)
    assert template()["Parameters"]["Release"]["AllowedPattern"] == "^([0-9a-f]{40})?$"


def test_the_same_build_with_the_same_parameters_is_the_same_release(build: Path) -> None:
    assert release(build, {"A": "1", "B": "2"}) == release(build, {"B": "2", "A": "1"})


def test_whatever_changes_makes_another_release(build: Path) -> None:
    releases = [release(build, {"A": "1"}), release(build, {"A": "2"}), release(build, {"B": "1"})]
    (build / "Function" / "handler.py").write_text("x = 2")
    releases.append(release(build, {"A": "1"}))
    (build / "Function" / "handler.py").rename(build / "Function" / "other.py")
    releases.append(release(build, {"A": "1"}))
    (build / "template.yaml").write_text("Resources: {More: {}}")
    releases.append(release(build, {"A": "1"}))

    assert len(set(releases)) == len(releases)

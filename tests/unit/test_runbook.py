"""docs/runbook.md has what is needed at night: a section for each alarm, and commands that can be pasted."""

import re
import subprocess

import pytest

from support import ROOT, template

DOCS = ROOT / "docs"
RUNBOOK = (DOCS / "runbook.md").read_text()
PAGES = [DOCS / "operations.md", DOCS / "runbook.md", DOCS / "security.md"]
TEXT = "\n".join(page.read_text() for page in PAGES)
ALARMS = {name for name, r in template()["Resources"].items() if r["Type"] == "AWS::CloudWatch::Alarm"}
SECTIONS = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", RUNBOOK, re.MULTILINE | re.DOTALL))


def test_an_alarm_has_a_section_and_a_section_an_alarm() -> None:
    assert SECTIONS.keys() == ALARMS


@pytest.mark.parametrize("alarm", sorted(ALARMS))
def test_a_section_says_what_to_do(alarm: str) -> None:
    assert re.search(r"^1\. |`ask |\]\(#", SECTIONS[alarm], re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_block_of_commands_is_one_that_bash_understands(page: object) -> None:
    blocks = re.findall(r"^```sh.*\n((?:.*\n)*?)```$", (DOCS / str(page)).read_text(), re.MULTILINE)

    for block in blocks:
        checked = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, check=False)
        assert (checked.returncode, checked.stderr) == (0, "")


SETTINGS = [
    *re.findall(r"`([A-Z][a-z]\w+)=[\w.]+`", TEXT),
    *(name for values in re.findall(r'PARAMETERS=("[^"]*"|\S*)', TEXT) for name in re.findall(r"(\w+)=", values)),
]


@pytest.mark.parametrize("setting", sorted(set(SETTINGS)))
def test_a_parameter_that_is_set_exists(setting: str) -> None:
    assert setting in template()["Parameters"]


@pytest.mark.parametrize("output", sorted(set(re.findall(r"\boutput `?([A-Z][a-z]\w+)", TEXT))))
def test_an_output_that_is_read_exists(output: str) -> None:
    assert output in template()["Outputs"]


def test_every_setting_of_the_runbook_is_made_before_it_is_used() -> None:
    beginning = RUNBOOK.partition("\n## ")[0]

    for name in set(re.findall(r"\$\{?([A-Z]+)\b", RUNBOOK)):
        assert re.search(rf"\b{name}=", beginning) or re.search(rf"^{name}=|^FROM=.* {name}=", RUNBOOK, re.MULTILINE), (
            name
        )

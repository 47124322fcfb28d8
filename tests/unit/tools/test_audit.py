"""`make security` fails on what is known to be vulnerable, and says so when it can't know."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

import audit

type Scan = Callable[..., None]


@pytest.fixture
def scan(monkeypatch: pytest.MonkeyPatch) -> Scan:
    """Let pip-audit report this of the version that is known to be vulnerable, and end like that on each file."""

    def become(report: str, *statuses: int) -> None:
        left = iter(statuses)

        def run(*options: str | Path, quiet: bool = False) -> CompletedProcess[str]:
            if quiet:
                return CompletedProcess(options, 1, report)
            return CompletedProcess(options, next(left), "report\n")

        monkeypatch.setattr(audit, "audit", run)

    return become


KNOWS = json.dumps({"dependencies": [{"name": "urllib3", "vulns": [{"id": "CVE-2019-11324"}]}]})
MIRROR = json.dumps({"dependencies": [{"name": "urllib3", "skip_reason": "not found"}]})
EMPTY = json.dumps({"dependencies": [{"name": "urllib3", "vulns": []}]})


@pytest.mark.parametrize("report", ["", "Traceback", MIRROR, EMPTY])
def test_without_advisories_it_says_that_nothing_was_audited(
    scan: Scan, capsys: pytest.CaptureFixture[str], report: str
) -> None:
    scan(report)

    assert audit.main() == 0

    assert "NOT audited" in capsys.readouterr().err


def test_every_requirements_file_is_audited(scan: Scan, capsys: pytest.CaptureFixture[str]) -> None:
    scan(KNOWS, *[0] * len(audit.REQUIREMENTS))

    assert audit.main() == 0

    files = {"layers/dependencies/requirements.txt", "tools/requirements/dev.txt", "tools/requirements/security.txt"}
    assert {line.removeprefix("auditing ") for line in capsys.readouterr().out.splitlines()} >= files


def test_a_finding_in_any_file_fails(scan: Scan) -> None:
    scan(KNOWS, 1, *[0] * (len(audit.REQUIREMENTS) - 1))

    assert audit.main() == 1

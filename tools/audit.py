"""Part of `make security`: known vulnerabilities of everything that the requirements files pin.

pip-audit asks the package index for advisories. An index that has none, such as a mirror, lets everything pass, and
so does no network at all. So it is asked first about a version that is known to be vulnerable: where nothing is known
of that one, nothing was audited, and that is said.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from local.account import ROOT

KNOWN_VULNERABLE = "urllib3==1.24.1"  # CVE-2019-11324 and others since
REQUIREMENTS = [ROOT / "layers/dependencies/requirements.txt", *sorted((ROOT / "tools/requirements").glob("*.txt"))]


def audit(*options: str | Path, quiet: bool = False) -> subprocess.CompletedProcess[str]:
    """Run pip-audit on requirements that are pinned in full; it reports to standard output."""
    return subprocess.run(
        [ROOT / ".venv-security/bin/pip-audit", "--progress-spinner=off", "--timeout=10", "--disable-pip", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if quiet else None,
        stdin=subprocess.DEVNULL,
        text=True,
        check=False,
    )


def has_advisories() -> bool:
    """Whether the index knows what is wrong with a version that is known to be vulnerable."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as requirements:
        requirements.write(KNOWN_VULNERABLE)
        requirements.flush()
        answer = audit("--no-deps", "--format=json", "--requirement", requirements.name, quiet=True)
    try:
        return any(dependency.get("vulns") for dependency in json.loads(answer.stdout)["dependencies"])
    except ValueError:  # it couldn't ask, and printed no report
        return False


def main() -> int:
    """The exit status of make: 1 when something has a known vulnerability or can't be audited."""
    if not has_advisories():
        print("The dependencies were NOT audited: no advisories can be had from here.", file=sys.stderr)
        return 0
    failed = False
    for requirements in REQUIREMENTS:
        print(f"auditing {requirements.relative_to(ROOT)}", flush=True)
        answer = audit("--strict", "--require-hashes", "--requirement", requirements)
        failed |= answer.returncode != 0
        print(answer.stdout, end="", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

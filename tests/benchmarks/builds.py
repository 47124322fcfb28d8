"""What is compared: what `make build` made, the same without its care, and what it made of another revision."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / ".aws-sam" / "build"
BENCH = ROOT / ".local" / "bench"
PLAIN = BENCH / "plain"
SITE_PACKAGES = next(p for p in sys.path if p.endswith("site-packages"))
FUNCTIONS = ("CreateCustomerFunction", "ReadCustomersFunction", "ChangeCustomersFunction")


def path_of(build: Path) -> list[Path]:
    """Where a build's functions and layers are imported from."""
    return [
        *(build / name for name in FUNCTIONS),
        *(build / f"{name}Layer/python" for name in ("Customers", "Dependencies")),
    ]


def git(*arguments: str) -> bytes:
    """What git prints."""
    output: bytes = subprocess.run(["git", "-C", ROOT, *arguments], check=True, stdout=subprocess.PIPE).stdout
    return output


def build_revision(revision: str) -> Path:
    """The build of another revision of this repository, made by its own rules."""
    commit = git("rev-parse", revision).decode().strip()
    folder = BENCH / commit
    if not folder.exists():
        folder.mkdir(parents=True)
        subprocess.run(["tar", "-x", "-C", folder], check=True, input=git("archive", commit))
    subprocess.run(["make", "-C", folder, "build"], check=True, stdout=subprocess.DEVNULL)
    return folder / ".aws-sam" / "build"


def build_plain() -> None:
    """What `sam build` makes of the same requirements by itself: everything, and nothing compiled."""
    requirements = ROOT / "layers" / "dependencies" / "requirements.txt"
    stamp = PLAIN / ".requirements"
    if not (stamp.exists() and stamp.read_text() == requirements.read_text()):
        subprocess.run(["rm", "-rf", PLAIN], check=True)
        # The environments are made without pip; uv's own has it.
        pip = [f"{ROOT}/.venv-uv/bin/pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
        subprocess.run([*pip, "--require-hashes", "--target", PLAIN, "-r", requirements], check=True)
        stamp.write_text(requirements.read_text())
    subprocess.run(["rm", "-rf", PLAIN / "customers"], check=True)
    subprocess.run(["cp", "-R", ROOT / "layers" / "customers" / "customers", PLAIN], check=True)
    subprocess.run(["find", PLAIN, "-name", "__pycache__", "-prune", "-exec", "rm", "-rf", "{}", "+"], check=True)

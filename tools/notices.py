"""`make notices`: THIRD-PARTY-NOTICES, made of what the built dependency layer says about the packages in it."""

from collections import defaultdict
from importlib.metadata import Distribution, distributions
from pathlib import Path

from local.account import ROOT
from local.build import BUILT_TEMPLATE

LAYER = BUILT_TEMPLATE.parent / "DependenciesLayer" / "python"
NOTICES = ROOT / "THIRD-PARTY-NOTICES"
LICENCE_FILES = ("LICEN[SC]E", "COPYING", "COPYRIGHT", "NOTICE")
RULE = "-" * 100

ABOUT = """\
Third-party notices

The dependency layer (layers/dependencies) ships the packages below. Each is the release of that name and version on the
Python Package Index, where its source is too. Changes: files that no function uses are left out
(layers/dependencies/trim.py), some packages import their parts later than they did, or leave out what no function asks
them for (layers/dependencies/lazy.py), and the bytecode is compiled.

pycountry and python-stdnum are under the GNU Lesser General Public License. The layer has their Python source as it was
released. Of pycountry it leaves out translations, tests and all data but countries and currencies; of python-stdnum two
data files. To use another version of either, name it in pyproject.toml and run `make requirements build`.

aws_lambda_powertools includes Swagger UI, which is under the Apache License 2.0.
"""


def licence(package: Distribution) -> str:
    """The licence, as the package's metadata states it."""
    classifiers = [c.rpartition(" :: ")[2] for c in package.metadata.get_all("Classifier", []) if "License ::" in c]
    return package.metadata.get("License-Expression") or ", ".join(classifiers) or package.metadata["License"]


def texts(package: Distribution) -> list[str]:
    """The licence and the notices that the package comes with."""
    folder = Path(str(package.locate_file(""))) / f"{package.name.replace('-', '_')}-{package.version}.dist-info"
    found = {path for pattern in LICENCE_FILES for path in folder.rglob(f"{pattern}*") if path.is_file()}
    return ["\n".join(line.rstrip() for line in path.read_text().strip().splitlines()) for path in sorted(found)]


def text(layer: Path = LAYER) -> str:
    """All notices; each text once, under the packages that come with it."""
    packages = sorted(distributions(path=[str(layer)]), key=lambda package: package.name.lower())
    holders: dict[str, list[str]] = defaultdict(list)
    for package in packages:
        for words in texts(package):
            holders[words].append(f"{package.name} {package.version}")
    table = "".join(f"{f'{p.name} {p.version}':40}{licence(p)}\n" for p in packages)
    return f"{ABOUT}\n{table}" + "".join(
        f"\n{RULE}\n{', '.join(names)}\n{RULE}\n\n{words}\n" for words, names in holders.items()
    )


if __name__ == "__main__":
    NOTICES.write_text(text())

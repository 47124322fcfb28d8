"""What `sam build` made, and an interpreter that has nothing but that."""

import json
import subprocess
import sys
from typing import Any

from local.build import BUILT_TEMPLATE, load

BUILT = BUILT_TEMPLATE.parent
LAYERS = [BUILT / "DependenciesLayer" / "python", BUILT / "CustomersLayer" / "python"]
TEMPLATE: dict[str, Any] = load(BUILT_TEMPLATE)
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]
FUNCTIONS = sorted(name for name, resource in RESOURCES.items() if resource["Type"] == "AWS::Serverless::Function")
MODULE = {name: RESOURCES[name]["Properties"]["Handler"].partition(".")[0] for name in FUNCTIONS}
INTERPRETER = sys._base_executable  # type: ignore[attr-defined]  # noqa: SLF001 - the one without this environment

# Runs in the other interpreter. Lambda's file system is read-only, so what is compiled there is compiled each time.
SCRIPT = """
import json, os, sys
request = json.load(sys.stdin)
sys.path[:0] = request["path"]
os.environ.update(request["environment"])
compiled, written, connected = [], [], []
def watch(event, arguments):
    if event == "compile" and str(arguments[1]).endswith(".py"):
        compiled.append(str(arguments[1]))
    if event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        written.append(str(arguments[0]))
    if event == "socket.connect":
        connected.append(str(arguments[1]))
sys.addaudithook(watch)
exec(request["code"])
print(json.dumps({"modules": sorted(sys.modules), "compiled": compiled, "written": written, "connected": connected}))
"""


def run(code: str, *functions: str) -> dict[str, list[str]]:
    """Run code as if in the runtime of a function.

    Tells what it did: the `modules` it loaded, the files it `compiled` and had `written`, where it `connected` to.
    """
    environment = {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1"}
    environment |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    for properties in (TEMPLATE["Globals"]["Function"], *(RESOURCES[name]["Properties"] for name in functions)):
        variables = properties.get("Environment", {}).get("Variables", {})
        environment |= {name: _value(declared) for name, declared in variables.items()}
    result = subprocess.run(
        [INTERPRETER, "-I", "-S", "-B", "-c", SCRIPT],
        input=json.dumps(
            {
                "code": code,
                "environment": environment,
                "path": [str(BUILT / f) for f in functions] + list(map(str, LAYERS)),
            }
        ),
        check=False,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    answer: dict[str, list[str]] = json.loads(result.stdout.splitlines()[-1])
    return answer


def _value(declared: Any) -> str:
    """What a variable holds: what the template says, a parameter's default, or some name that only AWS knows."""
    if isinstance(declared, str):
        return declared
    return str(TEMPLATE["Parameters"].get(declared.get("Ref"), {}).get("Default", "known-to-aws"))

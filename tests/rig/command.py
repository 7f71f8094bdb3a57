"""The installed command `gate-controller`, run as people and units run it: as a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

from tests.rig.settings import LEAST

PROGRAM = Path(sys.executable).with_name("gate-controller")
STYLE = "gate-controller: "
"""What every line on stderr begins with."""


def environment(**variables: str) -> dict[str, str]:
    """Return an environment of nothing but the path, the least settings and `variables`; "-" leaves one out."""
    merged = {"PATH": os.environ["PATH"], "GPIOZERO_PIN_FACTORY": "mock", **LEAST, **variables}
    return {name: value for name, value in merged.items() if value != "-"}


def gate_controller(*arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end in the directory `cwd` and return what it said."""
    return subprocess.run(  # noqa: S603 - the program is the one under test
        [PROGRAM, *arguments],
        cwd=cwd,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

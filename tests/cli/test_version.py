"""Which version is this?"""

from pathlib import Path

import pytest

from gate_controller import __version__
from gate_controller.cli.exits import ExitCode
from tests.rig.command import gate_controller


@pytest.mark.parametrize("asked", ["version", "--version"])
def test_the_version_can_be_asked_for_in_both_usual_ways(asked: str, tmp_path: Path) -> None:
    done = gate_controller(asked, cwd=tmp_path)

    assert done.returncode == ExitCode.OK
    assert done.stdout.startswith(f"gate-controller {__version__} (Python 3.")

"""lgpio is brought in without leaving anything where a command was called, and wherever that is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rig.notes import FakePi

LOOK = """
import os
from gate_controller.devices.gpio import Output
Output(17, name="relay").close()
print(os.getcwd(), os.environ.get("LG_WD"))
"""
FIFO = ".lgd-nfy0"


def driven(cwd: str | Path, tmp_path: Path, **environ: str) -> str:
    """Drive a pin by lgpio in a process that is started in a directory; return what it says of itself."""
    environment = {**FakePi(tmp_path / "notes").environment(), "PATH": os.environ["PATH"], **environ}
    done = subprocess.run(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-c", LOOK], cwd=cwd, env=environment, capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stderr == ""
    return done.stdout.strip()


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "here").mkdir()
    return tmp_path / "here"


def test_nothing_is_left_where_a_command_was_called(here: Path, tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    assert driven(here, tmp_path, TMPDIR=str(tmp_path / "tmp")) == f"{here} None"
    assert list(here.iterdir()) == list((tmp_path / "tmp").iterdir()) == []


def test_a_directory_where_nothing_can_be_written_stops_no_pin(tmp_path: Path) -> None:
    assert driven("/proc/sys", tmp_path) == "/proc/sys None"
    assert FakePi(tmp_path / "notes").levels(17) == [0, 0]


@pytest.mark.parametrize("variable", ["RUNTIME_DIRECTORY", "LG_WD"])
def test_a_place_in_memory_is_taken_where_there_is_one(here: Path, tmp_path: Path, variable: str) -> None:
    run = tmp_path / "run"
    run.mkdir()
    said = driven(here, tmp_path, **{variable: str(run)})
    assert said == f"{here} {run if variable == 'LG_WD' else None}"
    assert [path.name for path in run.iterdir()] == [FIFO]
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("variable", ["RUNTIME_DIRECTORY", "LG_WD"])
def test_a_place_that_is_not_there_stops_no_pin(here: Path, tmp_path: Path, variable: str) -> None:
    gone = str(tmp_path / "gone")
    assert driven(here, tmp_path, **{variable: gone}) == f"{here} {gone if variable == 'LG_WD' else None}"
    assert list(here.iterdir()) == []

"""Who has the journal, in words for whoever finds it taken."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gate_controller.journal.failures import JournalInUse
from gate_controller.journal.lock import locked, owner_of

HOLD = """
import fcntl, sys
file = open(sys.argv[1], "w")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def held_by_another(path: Path, *words: str) -> Iterator[int]:
    """Let another process have the lock on a file; return its number."""
    command = [sys.executable, "-c", HOLD, str(path), *words]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process.pid
        process.kill()


def owner(path: Path) -> str:
    handle = os.open(path, os.O_RDWR)
    try:
        return owner_of(handle)
    finally:
        os.close(handle)


def test_the_process_and_its_command_are_told_without_what_it_gives_for_settings(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with held_by_another(path, "run", "--set", "eguma.api_key=k3y-that-must-not-be-seen") as number:
        said = owner(path)
    assert said.startswith(f"process {number} ({sys.executable} -c ")
    assert said.endswith(" run --set eguma.api_key=…)") or len(said) > 200
    assert "k3y" not in said


def test_nobody_is_told_of_who_has_gone(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with held_by_another(path):
        pass
    assert owner(path) == ""


def test_whoever_finds_the_journal_taken_reads_by_whom(tmp_path: Path) -> None:
    with (
        locked(tmp_path),
        pytest.raises(JournalInUse, match=rf"set another state_dir; it is process {os.getpid()} \("),
        locked(tmp_path),
    ):
        pass

"""
The journal's lock (flock(2)): one process has the journal, and whoever finds it taken is told by which.

The kernel tells: unlike a number left in a file, that is never stale.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from gate_controller.journal import own_files
from gate_controller.journal.failures import JournalError, JournalInUse, unusable

LOCK_NAME = "journal.lock"

_LOCKS = Path("/proc/locks")
_MOST_SHOWN = 200


@contextlib.contextmanager
def locked(directory: Path) -> Iterator[None]:
    """
    Keep every other process from the journal in `directory`, without opening it: no gate takes scans meanwhile.

    The directory is made where it is missing. Raises `JournalInUse` where another process has it, else `JournalError`.
    """
    lock = take_lock(directory)
    try:
        yield
    finally:
        os.close(lock)


def take_lock(directory: Path) -> int:
    """Take the lock of the journal in `directory`; return the descriptor whose closing gives it back. As `locked`."""
    path = directory / LOCK_NAME
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = own_files.opened(path, os.O_RDWR | os.O_CREAT)
    except OSError as error:
        raise JournalError(unusable(path, error.strerror or str(error), "check state_dir and its owner")) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        owner = owner_of(handle)
        os.close(handle)
        remedy = "stop it, or set another state_dir" + (f"; it is {owner}" if owner else "")
        raise JournalInUse(unusable(path, "another gate-controller is using this journal", remedy)) from None
    return handle


def owner_of(handle: int) -> str:
    """
    Return who has the lock on an open file, such as `process 731 (/usr/bin/gate-controller run)`; empty where that
    cannot be found out. The command is left out where it cannot be read, and what it gives for settings always is.
    """
    try:
        lines = _LOCKS.read_text(encoding="ascii").splitlines()
    except OSError:
        return ""
    status = os.fstat(handle)
    device = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}"
    # 4: FLOCK  ADVISORY  WRITE 731 fe:00:15343617 0 EOF
    held = [line.split() for line in lines if f":{status.st_ino} " in line and " FLOCK " in line and "->" not in line]
    # Some file systems (btrfs) have another device number for files than the kernel's list has.
    found = [fields for fields in held if fields[5].startswith(device)] or held
    if len(found) != 1 or not (process := Path("/proc") / found[0][4]).exists():
        return ""
    command = _command(process)
    return f"process {process.name} ({command})" if command else f"process {process.name}"


def _command(process: Path) -> str:
    try:
        words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return ""
    # `--set eguma.api_key=KEY` would show the key.
    shown = " ".join(name + ("=…" if equals else "") for name, equals, _ in (word.partition("=") for word in words))
    return shown.strip()[:_MOST_SHOWN]

"""
A state directory that takes the place of the one that is there: all of it, or nothing.

Rules: what comes lies complete and synced in a folder beside before anything moves; what was there moves aside and is
kept; each step can be done again, so that whoever opens the journal next after a power cut finishes it (`Store`).
"""

import os
import shutil
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from gate_controller.journal import own_files
from gate_controller.journal.lock import LOCK_NAME

STAGED: Final = "restore.part"
_READY: Final = "restore.ready"
"""Complete: from here on the new state counts, and the old one moves aside."""
_MOVING: Final = "restore.moving"
"""The old one is aside."""
_ASIDE: Final = "before-restore-"
_STAYS: Final = (_ASIDE, own_files.BACKUP_FOLDER, "restore.", LOCK_NAME, "control.sock")


def stage(directory: Path) -> Path:
    """Return an empty folder for what is to come. The journal's lock is taken. Raises `OSError`."""
    folder = directory / STAGED
    shutil.rmtree(folder, ignore_errors=True)
    own_files.make_folder(folder)
    return folder


def put_in_place(directory: Path) -> None:
    """Let what is staged, complete and synced, take the place of what is there. Raises `OSError`."""
    for folder in (directory / STAGED, *(directory / STAGED).rglob("*")):
        if folder.is_dir():
            own_files.mend(folder)
            _sync(folder)
    (directory / STAGED).rename(directory / _READY)
    _sync(directory)
    finish(directory)


def finish(directory: Path) -> None:
    """Go on with what a power cut has interrupted; nothing is done where there is nothing. Raises `OSError`."""
    ready, moving = directory / _READY, directory / _MOVING
    if ready.exists():
        old = [path for path in directory.iterdir() if not path.name.startswith(_STAYS)]
        if old:
            aside = max(directory.glob(f"{_ASIDE}*"), default=None) if _is_begun(ready) else None
            aside = aside or directory / f"{_ASIDE}{datetime.fromtimestamp(time.time(), UTC):%Y%m%dT%H%M%S.%fZ}"
            own_files.make_folder(aside)
            own_files.make(ready / ".begun")
            for path in old:
                path.rename(aside / path.name)
            _sync(aside)
        with suppress(FileNotFoundError):
            (ready / ".begun").unlink()
        _sync(directory)
        ready.rename(moving)
        _sync(directory)
    if moving.exists():
        for path in moving.iterdir():
            path.rename(directory / path.name)
        _sync(directory)
        moving.rmdir()
        _sync(directory)


def _is_begun(ready: Path) -> bool:
    return (ready / ".begun").exists()


def newest_aside(directory: Path) -> Path | None:
    """Return where what was there before the last restore is kept; None where nothing was."""
    return max(directory.glob(f"{_ASIDE}*"), default=None)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

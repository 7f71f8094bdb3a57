"""Which process has a lock (flock(2)), as the kernel tells it: unlike a number left in a file, that is never stale."""

import os
from pathlib import Path

_LOCKS = Path("/proc/locks")
_MOST_SHOWN = 200


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

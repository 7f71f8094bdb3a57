"""
The files of the state directory are the gate's alone, whatever the umask, and are not reached through a link.

Voucher codes and tokens are money. Root's commands work here too, beside whoever else may write here as the gate: what
they make belongs to the owner of the directory, and a symbolic link leads them nowhere.
"""

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path

ARCHIVE_FOLDER = "archive"
BACKUP_FOLDER = "backups"
ASIDE = "corrupt-"
"""How the name of a folder begins that keeps a corrupt journal."""

_FILE, _FOLDER = 0o600, 0o700


def opened(path: Path, flags: int) -> int:
    """Open a file, which `os.O_CREAT` makes where it is missing, and return its descriptor. Raises `OSError`."""
    handle = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, _FILE)
    try:
        _own(handle, path, _FILE)
    except BaseException:
        os.close(handle)
        raise
    return handle


def make(path: Path) -> None:
    """
    Make an empty file where there is none, and mend one that is there. Raises `OSError`.

    One that is there is not opened: closing it again would take SQLite's locks away from this process.
    """
    try:
        os.close(opened(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        mend(path)


def make_folder(path: Path) -> None:
    """Make a folder where there is none, and mend one that is there. Raises `OSError`."""
    path.mkdir(mode=_FOLDER, exist_ok=True)
    mend(path)


def replace(path: Path, content: bytes) -> None:
    """
    Write a file whole, in place of the one that is there. Raises `OSError`.

    It is on disk before its name is: whoever reads, now or after a power cut, finds one or the other.
    """
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)  # what a power cut has left, or somebody's link
    with os.fdopen(opened(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def mend(path: Path) -> None:
    """Take a file or folder back from everybody else; nothing is done where it is missing. Raises `OSError`."""
    with suppress(FileNotFoundError):
        handle = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            kind = os.fstat(handle).st_mode
            if stat.S_ISLNK(kind):
                raise OSError(errno.ELOOP, "it is a symbolic link", str(path))
            # Where it is somebody else's, opening it will tell.
            with suppress(PermissionError):
                _own(handle, path, _FOLDER if stat.S_ISDIR(kind) else _FILE)
        finally:
            os.close(handle)


def mend_all(directory: Path) -> None:
    """Mend what an earlier version has left to a looser umask: `journal.*`, and the folders with all that they hold."""
    folders = [directory / ARCHIVE_FOLDER, directory / BACKUP_FOLDER, *directory.glob(f"{ASIDE}*")]
    files = [path for folder in folders for path in folder.glob("*")]
    for path in (*directory.glob("journal.*"), *folders, *files):
        with suppress(OSError):  # a link is told of by whoever is about to use it
            mend(path)


def _own(handle: int, path: Path, mode: int) -> None:
    # By the descriptor's name: one that was opened as a path (O_PATH) can be changed in no other way.
    name, is_now = f"/proc/self/fd/{handle}", os.fstat(handle)
    if stat.S_IMODE(is_now.st_mode) != mode:
        os.chmod(name, mode)  # noqa: PTH101 - pathlib has nothing for it
    if os.geteuid() == 0:
        owner = path.parent.stat()
        if (is_now.st_uid, is_now.st_gid) != (owner.st_uid, owner.st_gid):
            os.chown(name, owner.st_uid, owner.st_gid)

"""
A gate in one file: its journal, its state and its settings, as a packed tar with a list of contents in front.

Rules: what is in it is read back from the disk and compared before it has its name, so that no name is ever a broken
backup; what comes out is compared again. Codes of vouchers are money, so the file is its owner's alone; what lets
somebody act for the gate (its keys) goes only into one that is sealed by a passphrase.
"""

import gzip
import hashlib
import io
import json
import os
import re
import sqlite3
import tarfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final, cast

from gate_controller.journal import own_files, sealing
from gate_controller.journal.failures import JournalError
from gate_controller.journal.lock import LOCK_NAME
from gate_controller.journal.store import FILE_NAME

SUFFIX: Final = ".gate-backup"
_CONTENTS: Final = "contents.json"
_VERSION: Final = 1
_CHUNK: Final = 2**20
_MEMBER: Final = re.compile(r"(state|settings|secrets)(/[\w-][\w.-]*){1,3}")
_MOST_CONTENTS: Final = 2**22

_OF_A_RUN: Final = re.compile(
    rf"{re.escape(FILE_NAME)}.*|{re.escape(LOCK_NAME)}|control\.sock|display\.png|rest-plan\.json|.*\.(new|part)|\..*"
)
"""What is no state: the journal's own files (it comes as a copy), and what a run makes anew."""
NOT_TAKEN: Final = (own_files.BACKUP_FOLDER, "before-restore-", "restore.")
"""How folders begin that are copies themselves."""


class BackupError(JournalError):
    """A backup that could not be made or read: what, where, what to do."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup says of itself."""

    gate_id: str
    machine: str
    made_at: float
    """Wall clock."""
    version: str
    """Of the program."""
    newest_number: int
    """Of all attempts that the journal knows."""
    newest_at: float
    """When its newest fact was; wall clock, 0 where there is none."""
    state_dir: str
    """Where the settings file has the state; empty where it does not say."""
    settings_file: str
    """Where the settings stood; empty where there was no file."""
    files: Mapping[str, tuple[int, str]]
    """Each member's length and SHA-256."""
    format: int = _VERSION

    @property
    def has_secrets(self) -> bool:
        """Whether keys are in it."""
        return any(name.startswith("secrets/") for name in self.files)


@dataclass(frozen=True, slots=True)
class BackedUpFile:
    """A file that goes into a backup, by the name that it has there."""

    name: str
    path: Path | None = None
    data: bytes = b""
    """Where it has no path: its content."""


def state_members(state_dir: Path, *, is_sealed: bool) -> Iterator[BackedUpFile]:
    """Yield the files of a state directory besides the journal, in a fixed order; private keys where it `is_sealed`."""
    for path in sorted(state_dir.rglob("*")):
        place = path.relative_to(state_dir)
        if place.parts[0].startswith(NOT_TAKEN) or any(_OF_A_RUN.fullmatch(part) for part in place.parts[-1:]):
            continue
        name = f"state/{place.as_posix()}"
        if path.is_file() and not path.is_symlink() and _MEMBER.fullmatch(name) and (is_sealed or not _holds_key(path)):
            yield BackedUpFile(name, path)
    for folder in sorted(state_dir.glob(f"{own_files.ASIDE}*")):
        # A corrupt journal that was set aside has the journal's name, and is evidence.
        for path in sorted(folder.glob(f"{FILE_NAME}*")):
            yield BackedUpFile(f"state/{folder.name}/{path.name}", path)


def _holds_key(path: Path) -> bool:
    if path.name == "provisioning-pending.json" or path.suffix == ".key":
        return True
    with suppress(OSError):
        return path.suffix == ".pem" and b"PRIVATE KEY" in path.read_bytes()
    return True


def newest_of(journal: Path) -> tuple[int, float]:
    """Return number and moment of the newest fact in a copy of the journal, which is whole. Raises `BackupError`."""
    try:
        with closing(sqlite3.connect(f"{journal.absolute().as_uri()}?mode=ro", uri=True)) as db:
            [verdict] = db.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise BackupError(f"backup: the journal's copy is damaged ({verdict}): {journal}: try it again")
            number, at = db.execute("SELECT coalesce(max(attempt), 0), coalesce(max(at), 0) FROM fact").fetchone()
            last = db.execute("SELECT value FROM meta WHERE key = 'last'").fetchone()
    except sqlite3.Error as error:
        raise BackupError(f"backup: the journal's copy cannot be read ({error}): {journal}: try it again") from None
    return max(int(number), int(last[0]) if last else 0), float(at)


def name_of(gate_id: str, made_at: float, newest_number: int) -> str:
    """Return a backup's name: it tells the newest by the journal's number, for a Pi's clock may be years off."""
    return f"{gate_id}-{datetime.fromtimestamp(made_at, UTC):%Y%m%dT%H%M%SZ}-{newest_number:010}{SUFFIX}"


def write(
    target: Path, members: Sequence[BackedUpFile], about: Mapping[str, Any], *, passphrase: str = "", most: int = 2**62
) -> Contents:
    """
    Write a backup, read it back, and give it its name. `about` are the fields of `Contents` besides the files.

    Raises `BackupError`; then there is no file of that name.
    """
    fresh = target.with_name(f".{target.name}.part")
    try:
        with ExitStack() as stack:
            opened = [(member, stack.enter_context(_opened(member))) for member in members]
            files = {member.name: _summed(file, file.seek(0, os.SEEK_END)) for member, file in opened}
            if sum(length for length, _ in files.values()) > most:
                raise BackupError(f"backup {target}: there is no room for it: make room, or name another place")
            contents = Contents(**about, files=files)
            _pack(fresh, contents, opened, passphrase)
        read = check(fresh, passphrase)
        if dict(read.files) != files:
            raise BackupError(f"backup {target}: what was written reads otherwise: is the medium failing?")
        fresh.rename(target)
        _sync_folder(target.parent)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise BackupError(f"backup {target}: cannot be written ({why}): look whether there is room") from None
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
    return contents


def _opened(member: BackedUpFile) -> IO[bytes]:
    return io.BytesIO(member.data) if member.path is None else member.path.open("rb")


def _summed(file: IO[bytes], length: int) -> tuple[int, str]:
    # Of what grows meanwhile (a list that is added to) only what is there now: its beginning stays.
    file.seek(0)
    digest, left = hashlib.sha256(), length
    while left and (chunk := file.read(min(left, _CHUNK))):
        digest.update(chunk)
        left -= len(chunk)
    file.seek(0)
    return length - left, digest.hexdigest()


def _pack(fresh: Path, contents: Contents, opened: Sequence[tuple[BackedUpFile, IO[bytes]]], passphrase: str) -> None:
    fresh.unlink(missing_ok=True)  # what a power cut has left
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as below:
        outer: IO[bytes] = below
        if passphrase:
            outer = cast("IO[bytes]", sealing.SealingFile(below, passphrase))
        with (
            gzip.GzipFile(fileobj=outer, mode="wb", compresslevel=6, filename="", mtime=0) as packed,
            tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
        ):
            listed = json.dumps(asdict(contents), ensure_ascii=False).encode()
            _add(tar, _CONTENTS, io.BytesIO(listed), len(listed))
            for member, file in opened:
                _add(tar, member.name, file, contents.files[member.name][0])
        if outer is not below:
            outer.close()
        below.flush()
        os.fsync(below.fileno())


def _add(tar: tarfile.TarFile, name: str, file: IO[bytes], length: int) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = length, 0o600
    tar.addfile(info, file)


def check(path: Path, passphrase: str = "") -> Contents:
    """Return what is in a backup, after all of it was read and compared. Raises `BackupError`."""
    return extract(path, None, passphrase)


def extract(path: Path, folder: Path | None, passphrase: str = "") -> Contents:
    """Write what is in a backup into a folder, synced, each file by its name; None: nowhere. Raises `BackupError`."""
    contents: Contents | None = None
    found: dict[str, tuple[int, str]] = {}
    try:
        with _unpacked(path, passphrase) as tar:
            for info in tar:
                file = tar.extractfile(info)
                if file is None:
                    raise BackupError(f"backup {path}: {info.name!r} is no file: it is none of a gate's")
                if contents is None:
                    contents = _contents(path, info, file)
                    continue
                if info.name not in contents.files or not _MEMBER.fullmatch(info.name) or info.name in found:
                    raise BackupError(f"backup {path}: {info.name!r} is not in its list: it is damaged")
                found[info.name] = _copied(file, folder, info.name)
    except sealing.WrongPassphrase as error:
        raise BackupError(f"backup {path}: cannot be opened ({error})") from None
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise BackupError(f"backup {path}: cannot be read ({error.strerror})") from None
        raise BackupError(f"backup {path}: is damaged, or none of a gate's: take another one") from None
    if contents is None or found != dict(contents.files):
        raise BackupError(f"backup {path}: is damaged: something is missing or changed: take another one")
    return contents


@contextmanager
def _unpacked(path: Path, passphrase: str) -> Iterator[tarfile.TarFile]:
    with path.open("rb") as below:
        os.posix_fadvise(below.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)  # the medium, not what memory still holds
        begins = below.read(len(sealing.MAGIC))
        inner: IO[bytes] = below
        if begins == sealing.MAGIC:
            if not passphrase:
                raise BackupError(f"backup {path}: is sealed: say where its passphrase is with --passphrase-file")
            inner = io.BufferedReader(sealing.OpeningFile(below, passphrase))
        else:
            below.seek(0)
        with gzip.GzipFile(fileobj=inner, mode="rb") as packed:
            with tarfile.open(fileobj=packed, mode="r|") as tar:
                yield tar
            while packed.read(_CHUNK):  # to its end, where its sum stands
                pass


def _contents(path: Path, info: tarfile.TarInfo, file: IO[bytes]) -> Contents:
    try:
        told = json.loads(file.read(_MOST_CONTENTS)) if info.name == _CONTENTS else {}
        if told.get("format", 0) > _VERSION:
            raise BackupError(f"backup {path}: was made by a newer version: install that one first")
        told["files"] = {str(name): (int(length), str(digest)) for name, (length, digest) in told["files"].items()}
        return Contents(**told)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BackupError(f"backup {path}: has no list of contents: it is none of a gate's") from None


def _copied(file: IO[bytes], folder: Path | None, name: str) -> tuple[int, str]:
    digest, length = hashlib.sha256(), 0
    with ExitStack() as stack:
        out: IO[bytes] | None = None
        if folder is not None:
            place = folder / name
            for above in reversed(Path(name).parents[:-1]):
                own_files.make_folder(folder / above)
            out = stack.enter_context(os.fdopen(own_files.opened(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb"))
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            length += len(chunk)
            if out is not None:
                out.write(chunk)
        if out is not None:
            out.flush()
            os.fsync(out.fileno())
    return length, digest.hexdigest()


def prune(folder: Path, gate_id: str, keep: int, *, but: Path) -> list[Path]:
    """Delete this gate's backups in a folder besides the newest; return them. Never `but`, which was just made."""
    pattern = re.compile(rf"{re.escape(gate_id)}-(\d{{8}}T\d{{6}}Z)-(\d{{10}}){re.escape(SUFFIX)}")
    found = [(match[2], match[1], path) for path in folder.iterdir() if (match := pattern.fullmatch(path.name))]
    old = [path for _, _, path in sorted(found, reverse=True)[keep:] if path != but]
    for path in old:
        path.unlink(missing_ok=True)
    return old


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):  # some network shares cannot
            os.fsync(handle)
    finally:
        os.close(handle)

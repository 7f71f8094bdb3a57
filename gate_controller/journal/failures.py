"""What the journal fails with, in words: which file, why, and what to do."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from gate_controller.journal import codec, schema


class JournalError(Exception):
    """The journal cannot be used; the text says which file, why, and what to do."""


class JournalInUse(JournalError):
    """Another process holds the journal's lock."""


class CorruptJournal(JournalError):
    """The file is damaged: what it holds cannot be trusted any more."""


def unusable(path: Path, why: str, remedy: str) -> str:
    """Return the sentence for a journal's file that cannot be used."""
    return f"journal {path} cannot be used: {why}: {remedy}"


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what SQLite raises into a `JournalError` that says which file, why, and what to do."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorname", "") or ""
        kind = CorruptJournal if code.startswith(_DAMAGED) else JournalError
        raise kind(unusable(path, f"{error} ({code})" if code else str(error), _remedy(code))) from None
    except OSError as error:
        raise JournalError(unusable(path, error.strerror or str(error), "check state_dir and its owner")) from None
    except schema.NewerJournalError as error:
        raise JournalError(unusable(path, str(error), "install the newer version again")) from None
    except codec.DamagedRow as error:
        raise CorruptJournal(unusable(path, str(error), _remedy(_DAMAGED[0]))) from None
    except ValueError as error:
        raise JournalError(unusable(path, str(error), "keep a copy and ask for help")) from None


_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


def _remedy(code: str) -> str:
    if code.startswith("SQLITE_FULL"):
        return "make room on the disk"
    if code.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return "check that the disk is mounted for writing and that state_dir is the gate's own"
    if code.startswith(_DAMAGED):
        return "keep the file, move it aside and start again"
    return "check the disk (journalctl -k shows its errors)"

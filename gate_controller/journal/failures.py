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
    except EXPLAINED as error:
        raise in_words(path, error) from None


EXPLAINED = (sqlite3.DatabaseError, OSError, ValueError, schema.NewerJournalError)
"""What `in_words` takes."""


def in_words(path: Path, error: Exception) -> JournalError:
    """Return what SQLite, or what reads its rows, has raised as one that says which file, why, and what to do."""
    match error:
        case sqlite3.DatabaseError():
            code = getattr(error, "sqlite_errorname", "") or ""
            kind = CorruptJournal if code.startswith(_DAMAGED) else JournalError
            return kind(unusable(path, f"{error} ({code})" if code else str(error), _remedy(code)))
        case OSError():
            return JournalError(unusable(path, error.strerror or str(error), "check state_dir and its owner"))
        case schema.NewerJournalError():
            return JournalError(unusable(path, str(error), "install the newer version again"))
        case codec.DamagedRow():
            return CorruptJournal(unusable(path, str(error), _remedy(_DAMAGED[0])))
        case _:
            return JournalError(unusable(path, str(error), "keep a copy and ask for help"))


_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


def _remedy(code: str) -> str:
    if code.startswith("SQLITE_FULL"):
        return "make room on the disk"
    if code.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return "check that the disk is mounted for writing and that state_dir is the gate's own"
    if code.startswith(_DAMAGED):
        return "keep the file, move it aside and start again"
    return "check the disk (journalctl -k shows its errors)"

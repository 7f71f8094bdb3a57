"""
What keeps a journal fit for years: old attempts move to an archive, and a corrupt file is set aside.

Nothing that still needs the gate or a person is ever pruned, and nothing is deleted before its copy is synced.
"""

import json
import os
import shutil
import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gate_controller.admission.words.facts import Doubted, Intended, OpenItem
from gate_controller.admission.words.ids import AttemptId
from gate_controller.journal import codec, own_files
from gate_controller.journal.failures import explained
from gate_controller.journal.own_files import ARCHIVE_FOLDER, ASIDE
from gate_controller.journal.records import facts_as_dicts, record
from gate_controller.journal.rows import KEPT
from gate_controller.journal.schema import MIGRATIONS, PAGE_BYTES
from gate_controller.journal.store import FILE_NAME, LOST_UNTIL, Store, new_tag

DAMAGE_NOTE = "journal.damaged"
_READY = f"{FILE_NAME}.ready"
_LOOKED_AT = "corrupt.looked-at"

_LOST = "the journal was corrupt and is kept at {where}: compare its days with `journal reconcile`, then settle this"

_FACTS = "SELECT attempt, n, kind, at, body FROM fact {} WHERE attempt = ? ORDER BY n"

_TORN = "the journal was corrupt: what followed the intent may be lost"

NUMBERS_SKIPPED = 100_000
"""How far the numbering of a new journal begins beyond the last number that could be read of a corrupt one."""

# Attempts per step: some milliseconds of the journal's thread, so that a visitor who comes meanwhile waits no longer.
PRUNE_STEP = 50


def prune(store: Store, before: float) -> int:
    """
    Move closed attempts that ended before a moment (wall clock) to the archive; return how many, at most one step.

    They are appended to `archive/attempts-YEAR.jsonl`, one attempt a line with all its facts, and synced, before the
    journal forgets them. A power cut in between leaves them in both.
    """
    numbers = store.closed_before(before, PRUNE_STEP)
    lines: dict[int, list[str]] = {}
    for number in numbers:
        facts = store.facts_of(number)
        year = datetime.fromtimestamp(facts[0].at, UTC).year
        told = record(number, store.numbering.codes.of(number), facts)
        line = {**told.as_dict(), "facts": facts_as_dicts(facts, full=True)}
        lines.setdefault(year, []).append(json.dumps(line, ensure_ascii=False))
    folder = store.path.parent / ARCHIVE_FOLDER
    with explained(folder):
        for year, texts in lines.items():
            _append_synced(folder / f"attempts-{year}.jsonl", texts)
    store.forget(numbers)
    return len(numbers)


def _append_synced(path: Path, lines: Iterable[str]) -> None:
    own_files.make_folder(path.parent)
    handle = own_files.opened(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    with open(handle, "a", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor has no path
        file.writelines(f"{line}\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(path.parent)


def note_damage(directory: Path) -> None:
    """Leave word that the journal is corrupt, for the next start; as well as a failing disk allows."""
    with suppress(OSError):
        own_files.make(directory / DAMAGE_NOTE)


def is_noted_damaged(directory: Path) -> bool:
    """Whether an earlier run left word that the journal is corrupt, or was cut off while it set it aside."""
    return (directory / DAMAGE_NOTE).exists() or (directory / _READY).exists()


def set_aside(directory: Path) -> Path:
    """
    Move a corrupt journal out of the way and begin a new one with what could be saved; return where the old one is.

    Saved are the tag, the numbering, the closed days, and the unfinished and open attempts, as far as they can be read.
    The copy that is kept is the file as it was found, with its write-ahead log.
    """
    if (directory / _READY).exists():
        # A start that did this before was cut off after everything had been saved: the corrupt file may lack its log.
        _put_in_place(directory)
        return max(directory.glob(f"{ASIDE}*"))
    aside = directory / f"{ASIDE}{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
    _copy(directory, aside)
    # SQLite changes even what it only reads: what is looked at is a copy of the copy.
    looked_at = directory / _LOOKED_AT
    shutil.rmtree(looked_at, ignore_errors=True)
    _copy(aside, looked_at)
    tag, last, rows = _salvage(looked_at / FILE_NAME)
    shutil.rmtree(looked_at)
    fresh = directory / f"{FILE_NAME}.part"
    fresh.unlink(missing_ok=True)
    own_files.make(fresh)
    with closing(sqlite3.connect(fresh, isolation_level=None)) as db:
        db.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        db.executescript("".join(MIGRATIONS) + f"PRAGMA user_version = {len(MIGRATIONS)};")
        db.execute("INSERT INTO meta VALUES ('tag', ?)", (tag or new_tag(),))
        db.executemany("INSERT INTO meta VALUES (?, ?)", rows["meta"])
        # A Pi's clock may be years behind: what was saved may be younger than it says.
        newest = max((row[3] for row in rows["fact"]), default=0.0)
        db.execute("INSERT INTO meta VALUES (?, ?)", (LOST_UNTIL, str(max(time.time(), newest))))
        db.executemany("INSERT OR IGNORE INTO fact (attempt, n, kind, at, body) VALUES (?, ?, ?, ?, ?)", rows["fact"])
        db.executemany("INSERT OR IGNORE INTO pending VALUES (?, ?)", rows["pending"])
        # A closed day stays closed. Facts are numbered anew here, so by their dates alone those saved were counted.
        seq = len(rows["fact"])
        saved = [(date, until, seq, 1, body) for date, until, body in rows["closing"]]
        db.executemany(
            "INSERT OR IGNORE INTO closing (date, until, seq, first_left, body) VALUES (?, ?, ?, ?, ?)", saved
        )
        # The staff's list says that charges of the lost part may have to be looked for at E-GUMA.
        lost = OpenItem(AttemptId(""), 0, time.time(), reason=_LOST.format(where=aside))
        row = (last, lost.n, type(lost).__name__, lost.at, codec.encode(lost))
        db.execute("INSERT INTO fact (attempt, n, kind, at, body) VALUES (?, ?, ?, ?, ?)", row)
        db.execute("INSERT INTO pending VALUES (?, ?)", (last, lost.leaves.value))
    with fresh.open("rb") as written:
        os.fsync(written.fileno())
    fresh.replace(directory / _READY)
    _sync_folder(directory)
    _put_in_place(directory)
    return aside


def _copy(source: Path, folder: Path) -> None:
    own_files.make_folder(folder)
    for suffix in ("", "-wal"):
        file = source / f"{FILE_NAME}{suffix}"
        if file.exists():
            own_files.make(folder / file.name)
            shutil.copyfile(file, folder / file.name)
            shutil.copystat(file, folder / file.name)
            own_files.mend(folder / file.name)


def _put_in_place(directory: Path) -> None:
    """Let the new file take the corrupt one's place. The old log goes first: SQLite would replay it into the new."""
    for suffix in ("-wal", "-shm"):
        (directory / f"{FILE_NAME}{suffix}").unlink(missing_ok=True)
    (directory / _READY).replace(directory / FILE_NAME)
    (directory / DAMAGE_NOTE).unlink(missing_ok=True)
    _sync_folder(directory)


def _salvage(copy: Path) -> tuple[str | None, int, dict[str, list[Any]]]:
    """Read what can be read of a corrupt file: its tag, its highest number, the closed days, and what is not closed."""
    tag, last = None, 0
    rows: dict[str, list[Any]] = {"meta": [], "fact": [], "pending": [], "closing": []}
    with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(copy, isolation_level=None)) as db:
        meta = dict(_readable(db, "SELECT key, value FROM meta", ()))
        tag = meta.get("tag")
        rows["meta"] = [(key, value) for key, value in meta.items() if key in KEPT]
        rows["closing"] = _readable(db, "SELECT date, until, body FROM closing", ())
        numbers = [*_readable(db, "SELECT coalesce(max(attempt), 0) FROM fact", ()), (int(meta.get("last", 0)),)]
        last = max(number for (number,) in numbers)
        if len(numbers) == 1:
            tag = None  # how far the numbers went cannot be known: another tag keeps the new ones apart
        for number, standing in _readable(db, "SELECT attempt, standing FROM pending ORDER BY attempt", ()):
            # Table and index are pages of their own: where one is damaged, the other may be whole.
            facts = _readable(db, _FACTS.format(""), (number,)) or _readable(
                db, _FACTS.format("NOT INDEXED"), (number,)
            )
            facts = [row for row in facts if _is_whole(row)]
            if facts and facts[-1][2] == Intended.__name__:
                # What followed may be on a broken page: an intent alone proves no more that Redeem was not sent.
                doubted = Doubted(AttemptId(""), facts[-1][1] + 1, facts[-1][3], why=_TORN)
                facts.append((number, doubted.n, Doubted.__name__, doubted.at, codec.encode(doubted)))
            last = max(last, number)
            if facts:
                rows["fact"] += facts
                rows["pending"].append((number, standing))
    # Numbers that could not be read must not be given again: E-GUMA keeps the reference numbers made of them.
    return tag, last + NUMBERS_SKIPPED, rows


def _is_whole(row: tuple[int, int, str, float, str]) -> bool:
    """Whether a row that a damaged file gave away is a fact."""
    try:
        codec.decode("", *row[1:])
    except ValueError:
        return False
    return True


def _readable(db: sqlite3.Connection, query: str, values: tuple[Any, ...]) -> list[Any]:
    rows = []
    with suppress(sqlite3.DatabaseError):
        for row in db.execute(query, values):
            rows.append(row)  # noqa: PERF402 - what came before a broken page is kept
    return rows


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

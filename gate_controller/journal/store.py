"""
The journal's file: SQLite, one writer, each commit synced.

Rules: facts are only added; writing the same fact again changes nothing; whoever holds the lock file is the only
process that opens the journal (SQLite before 3.51.3 can lose data with two writers on one WAL file).
"""

import contextlib
import json
import os
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar, TypeVarTuple, Unpack

from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.facts import Fact, PricesChanged, Standing
from gate_controller.admission.words.ids import ALPHABET, FIRST_SHIFTED, AttemptId, Incident, Numbering, shift_of
from gate_controller.admission.words.money import Cents
from gate_controller.journal import charges, closings, codec, left_over, own_files, restoring, rows, schema
from gate_controller.journal.failures import EXPLAINED, JournalError, explained, in_words, unusable
from gate_controller.journal.lock import take_lock

_Ts = TypeVarTuple("_Ts")
_T = TypeVar("_T")

TAG_LENGTH = 4
NAME_LENGTH = 12
FILE_NAME = "journal.sqlite3"

# Frames in the write-ahead log after which it is copied into the file, while the lane is idle: 200 pages are 0.2 MB, in
# a journal of an earlier version 0.8, read back in a few milliseconds after a power cut, and each hot page is written
# once for dozens of admissions.
CHECKPOINT_FRAMES = 200

MOST_FRAMES = 400
"""
Frames in the write-ahead log after which it is copied into the file although the lane is taken: where one visitor
follows the other all day it would grow all day. 400 pages of the largest size that there is are 1.6 MB.
"""

# How many pages a write dirties at most, in an old journal too: fact, pending, and a page above.
_FRAMES_OF_A_WRITE = 3

SECONDS_OF_A_NUMBER = 8
"""
At each opening the numbers go on at least where the clock is, one for so many seconds: what another journal of this
gate has given, or this one before an older copy of it was put back, is not given again. No gate serves more, day and
night; and it is 8.5 years until a code comes up again.
"""

SKIPPED_AT_AN_OPENING = 48
"""Numbers left out at each opening: a power cut takes records of refusals, which are not waited for, from the disk."""

LOST_UNTIL = "lost_until"
"""The key under which a journal that replaces a corrupt one says until when (wall clock) it may lack charges."""

ARCHIVED_UNTIL = "archived_until"
"""The key under which a journal says of when (wall clock) the youngest fact is that it has archived."""

TOLD_OF = 50_000
"""Facts among which those of one day are searched: more than a gate's busiest day has."""

PRUNE_LOOK_AHEAD = 200
"""Attempts looked at beyond those that are returned, when old ones are searched."""


# A fact that a failing disk kept back may come after its successors, or twice: the last one of its attempt decides.
_CLOSE = """
    DELETE FROM pending WHERE attempt = :attempt
    AND NOT EXISTS (SELECT 1 FROM fact WHERE attempt = :attempt AND n > :n)
"""
_LEAVE_PENDING = """
    INSERT INTO pending SELECT :attempt, :standing
    WHERE NOT EXISTS (SELECT 1 FROM fact WHERE attempt = :attempt AND n > :n)
    ON CONFLICT (attempt) DO UPDATE SET standing = excluded.standing WHERE standing <> excluded.standing
"""


class Store:
    """An open journal. Not for two threads at once."""

    def __init__(
        self, directory: Path, *, lock: int | None = None, gate: str = "", now: Callable[[], float] = time.time
    ) -> None:
        """
        Open or create the journal in `directory`, whose lock is taken, unless it is given: then it is its giver's, and
        outlasts the journal. `gate` is what tells this gate from every other one, if it is the gate that opens it;
        `now` the wall clock. Raises `JournalError`.
        """
        self._gate, self._now = gate, now
        self.path = directory / FILE_NAME
        self._lock, self._is_own_lock = (take_lock(directory), True) if lock is None else (lock, False)
        try:
            with explained(self.path):
                restoring.finish(directory)  # what a power cut has interrupted
                self._db = self._open()
        except JournalError:
            self._give_lock_back()
            raise

    def _open(self) -> sqlite3.Connection:
        # The writer's thread opens, uses and closes it; the check would forbid reading from tests and command line.
        own_files.make(self.path)
        left_over.put_aside(self.path)
        for suffix in ("-wal", "-shm"):  # which SQLite makes like the file itself
            own_files.mend(self.path.with_name(f"{FILE_NAME}{suffix}"))
        db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, cached_statements=32)
        try:
            db.execute(f"PRAGMA page_size = {schema.PAGE_BYTES}")  # of a new file only
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            self._is_synced = True
            self._has_unsynced = True  # what a killed process has left in the log, perhaps
            db.execute("PRAGMA wal_autocheckpoint = 0")
            # A reader that takes its time lets the log grow, and SQLite would keep the file at that size.
            page_bytes = db.execute("PRAGMA page_size").fetchone()[0]
            db.execute(f"PRAGMA journal_size_limit = {MOST_FRAMES * page_bytes}")
            db.execute("PRAGMA cache_size = -512")
            # What a killed process has left in the log counts too.
            log = self.path.with_name(f"{FILE_NAME}-wal")
            self._frames = log.stat().st_size // page_bytes if log.exists() else 0
            schema.migrate(db)
            self.numbering = self._read_numbering(db)
            self._unfinished: set[int] = set()
            """Attempts that this journal has put on the list as unfinished since it was opened."""
        except BaseException:
            db.close()
            raise
        return db

    def _read_numbering(self, db: sqlite3.Connection) -> Numbering:
        if rows.remembered(db, rows.TAG) is None:
            db.execute("INSERT INTO meta VALUES (?, ?)", (rows.TAG, new_tag()))
        if rows.remembered(db, rows.NAME) is None:
            db.execute("INSERT INTO meta VALUES (?, ?)", (rows.NAME, new_name()))
        self._tags = rows.tags(db)
        if self._gate and rows.remembered(db, rows.INCIDENT_SHIFT) is None:
            db.execute("INSERT INTO meta VALUES (?, ?)", (rows.INCIDENT_SHIFT, str(shift_of(self._gate))))
        by_clock = int(self._now()) // SECONDS_OF_A_NUMBER
        last = max(rows.newest_number(db) + SKIPPED_AT_AN_OPENING, by_clock, FIRST_SHIFTED - 1)
        return Numbering(self._tags.newest, last, rows.incident_codes(db))

    def append(self, facts: Sequence[Fact], *, synced: bool = True) -> None:
        """
        Put facts on disk, all or none; by default synced when this returns, else with the next ones that are.

        No facts: prove that the journal can be written. Raises `JournalError`; then nothing may depend on the facts,
        though a part of a failed sync may still be found after a power cut.
        """
        try:
            stand = self._committed(facts, synced=synced)
        except EXPLAINED as error:
            raise in_words(self.path, error) from None
        for number, is_unfinished in stand:
            (self._unfinished.add if is_unfinished else self._unfinished.discard)(number)
        self._frames += _FRAMES_OF_A_WRITE
        self._refuse_if_read_only()

    def make_ready(self, *, synced: bool) -> None:
        """
        Let the next commit wait for the disk, or only write to the log, which the next sync takes along: SQLite needs a
        tenth of a millisecond for that, off the visitor's way where it is said in time. Raises `JournalError`.
        """
        try:
            self._sync_commits(synced)
        except EXPLAINED as error:
            raise in_words(self.path, error) from None

    def _sync_commits(self, synced: bool) -> None:
        if synced is not self._is_synced:
            # FULL syncs the log at every commit; NORMAL only before it is copied into the file.
            self._db.execute(f"PRAGMA synchronous = {'FULL' if synced else 'NORMAL'}")
            self._is_synced = synced

    def _committed(self, facts: Sequence[Fact], *, synced: bool) -> list[tuple[int, bool]]:
        """Commit facts; return each one's attempt, and whether that is then on the list as unfinished for sure."""
        # No context managers: this lies between scan and relay, and each would be four steps more.
        self._sync_commits(synced)
        self._db.execute("BEGIN IMMEDIATE")
        try:
            stand = [self._insert(fact) for fact in facts]
            for fact in facts:
                if type(fact) is PricesChanged:
                    self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (rows.PRICES, fact.prices))
            if not facts:
                self._db.execute("INSERT OR REPLACE INTO meta VALUES ('proved', strftime('%s', 'now'))")
            self._db.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise
        self._has_unsynced = not synced
        return stand

    def _roll_back(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._db.execute("ROLLBACK")

    def _refuse_if_read_only(self) -> None:
        # ext4 that was forced read-only after an error, or by hand, still says that a sync worked. A look takes 5 µs.
        if os.fstatvfs(self._lock).f_flag & os.ST_RDONLY:
            why = "its file system has become read-only: the commit may not be on disk"
            raise JournalError(
                unusable(self.path, why, "look for its errors (journalctl -k), and mount it for writing")
            )

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        with explained(self.path):
            self._sync_commits(synced=True)
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                self._roll_back()
                raise

    def _insert(self, fact: Fact) -> tuple[int, bool]:
        """Insert a fact; return its attempt's number, and whether that is then on the list as unfinished for sure."""
        number = int(fact.attempt[TAG_LENGTH:])
        self._db.execute(
            "INSERT OR IGNORE INTO fact (attempt, n, kind, at, body) VALUES (?, ?, ?, ?, ?)",
            (number, fact.n, type(fact).__name__, fact.at, codec.encode(fact)),
        )
        if fact.leaves is Standing.UNFINISHED and number in self._unfinished:
            return number, True  # whichever of its facts is the last; so the way to the relay has a statement less
        values = {"attempt": number, "n": fact.n, "standing": fact.leaves.value}
        changed = self._db.execute(_CLOSE if fact.leaves is Standing.CLOSED else _LEAVE_PENDING, values).rowcount
        return number, fact.leaves is Standing.UNFINISHED and changed == 1

    def checkpoint_if_due(self, frames: int | None = None) -> None:
        """
        Copy the write-ahead log into the file when it has grown; call it when no visitor waits. With `frames`, only
        when it has grown to so many.
        """
        if self._frames < (CHECKPOINT_FRAMES if frames is None else frames):
            return
        with explained(self.path):
            _, logged, copied = self._db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        # What somebody still reads cannot be copied yet.
        self._frames = logged - copied

    def _asked(self, question: Callable[[sqlite3.Connection, Unpack[_Ts]], _T], *about: *_Ts) -> _T:
        # No context manager here either: what a look-up asks lies between scan and relay.
        try:
            return question(self._db, *about)
        except EXPLAINED as error:
            raise in_words(self.path, error) from None

    def facts_of(self, number: int) -> tuple[Fact, ...]:
        """Return an attempt's facts, in order; none if there is no such attempt."""
        return self._asked(rows.facts_of, self._tags, number)

    def newest_number(self) -> int:
        """Return the highest number of all attempts that the journal holds or has archived; 0 where there is none."""
        return self._asked(rows.newest_number)

    def number_of(self, code: Incident) -> int | None:
        """Return the number of the latest attempt with an incident code; None where the journal holds none."""
        return self._asked(rows.number_of, code)

    def pending(self, standing: Standing) -> tuple[tuple[Fact, ...], ...]:
        """Return the facts of every attempt that stands so, oldest attempt first."""
        with explained(self.path):
            return tuple(self.facts_of(number) for number in rows.numbers_of(self._db, standing))

    @property
    def newest(self) -> int:
        """The number of the newest fact."""
        with explained(self.path):
            found: int = self._db.execute("SELECT coalesce(max(seq), 0) FROM fact").fetchone()[0]
            return found

    @property
    def newest_to_tell(self) -> int:
        """The number of the newest fact, once no power cut takes it; syncs what no sync has followed yet."""
        found = self.newest
        if self._has_unsynced:
            log = self.path.with_name(f"{FILE_NAME}-wal")
            with explained(self.path), contextlib.suppress(FileNotFoundError):  # then all is in the file, synced
                opened = os.open(log, os.O_RDONLY | os.O_CLOEXEC)
                try:
                    os.fdatasync(opened)
                finally:
                    os.close(opened)
            self._has_unsynced = False
        return found

    def told_since(self, moment: float, newest: int, kinds: Iterable[type[Fact]]) -> tuple[Fact, ...]:
        """Return the facts of some kinds from a moment (wall clock) on, up to a number, as they came to disk."""
        names = [kind.__name__ for kind in kinds]
        with explained(self.path):
            found = self._db.execute(
                "SELECT attempt, n, kind, at, body FROM fact WHERE seq > ? AND seq <= ? AND at >= ? "  # noqa: S608
                f"AND kind IN ({', '.join('?' * len(names))}) ORDER BY seq",
                (newest - TOLD_OF, newest, moment, *names),
            )
            return tuple(codec.decode(str(number), *row) for number, *row in found)

    def free_entries(self) -> tuple[tuple[Fact, ...], ...]:
        """Return the newest free entries and outages, each with its facts in order, the oldest first."""
        return self._asked(rows.free_entries, self._tags)

    def remembered(self, key: str) -> str | None:
        """Return what was remembered under a key."""
        return self._asked(rows.remembered, key)

    def remember(self, key: str, value: str) -> None:
        """Remember a value under a key, synced."""
        self.make_ready(synced=True)
        self._asked(rows.remember, key, value)
        self._frames += _FRAMES_OF_A_WRITE

    def close_day(self, counted: closings.DayToClose, body: dict[str, Any]) -> bool:
        """
        Write the closing of a day, synced, and with it all that it counts; say whether that was done: not where
        another day has been closed since it was counted.
        """
        with self._transaction():
            is_written = closings.write(self._db, counted, body)
        self._frames += _FRAMES_OF_A_WRITE + len(json.dumps(body)) // schema.PAGE_BYTES
        self._refuse_if_read_only()
        return is_written

    def take_new_tag(self) -> None:
        """From here on, name attempts by another tag: this journal's copy may go on with the old one elsewhere."""
        earlier = [*self._tags.earlier, (self.numbering.last, self._tags.newest)]
        with self._transaction():
            put = "INSERT OR REPLACE INTO meta VALUES (?, ?)"
            self._db.execute(put, (rows.EARLIER_TAGS, json.dumps(earlier)))
            self._db.execute(put, (rows.TAG, new_tag()))
            self._db.execute(put, (rows.NAME, new_name()))
        with explained(self.path):
            self.numbering = self._read_numbering(self._db)

    def closed_before(self, moment: float, most: int) -> list[int]:
        """Return the oldest closed attempts whose last fact is from before a moment (wall clock), at most so many."""
        numbers: list[int] = []
        with explained(self.path):
            pending = {number for (number,) in self._db.execute("SELECT attempt FROM pending")}
            attempts = self._db.execute(
                "SELECT attempt, max(at) FROM fact WHERE attempt <> "
                "(SELECT attempt FROM fact ORDER BY seq DESC LIMIT 1) GROUP BY attempt ORDER BY attempt"
            )
            for looked, (number, at) in enumerate(attempts):
                # Numbers follow time, but for clocks that were put right and attempts that stayed open for long.
                if len(numbers) == most or looked == most + PRUNE_LOOK_AHEAD:
                    break
                if at < moment and number not in pending:
                    numbers.append(number)
        return numbers

    def forget(self, numbers: Sequence[int]) -> None:
        """Delete attempts that have been archived; the highest number is remembered, so that none is given twice."""
        with self._transaction():
            last = str(rows.newest_number(self._db))
            self._db.execute("INSERT OR REPLACE INTO meta VALUES ('last', ?)", (last,))
            marks = ", ".join("?" * len(numbers))
            youngest = self._db.execute(f"SELECT max(at) FROM fact WHERE attempt IN ({marks})", numbers).fetchone()[0]  # noqa: S608 - marks alone
            if youngest is not None and not self.is_archived_since(youngest):
                self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (ARCHIVED_UNTIL, repr(youngest)))
            self._db.executemany("DELETE FROM fact WHERE attempt = ?", [(number,) for number in numbers])
        self._frames += _FRAMES_OF_A_WRITE + len(numbers)

    def charges_since(self, moment: float, *, after: int = 0) -> list[tuple[VoucherCode, Cents]]:
        """
        Return voucher code and price of every charge that was answered with a token and stands.

        Since a moment (wall clock), and of attempts with a number above `after`.
        """
        return self._asked(charges.charges_since, moment, after)

    def count_charges(
        self, voucher_code: str, amount: Cents, since: tuple[float, float], *, but: AttemptId
    ) -> tuple[int, int]:
        """
        Count this voucher's charges of an amount, attempt `but` left out: those that E-GUMA surely lists, intended
        since the first moment (wall clock), and those that it lists at most, since the second, which is no later.
        """
        number = int(but[TAG_LENGTH:])
        return self._asked(charges.entries_since, self._tags, voucher_code, amount, since, number)

    def explained_since(self, moment: float) -> Counter[tuple[VoucherCode | None, Cents | None]]:
        """Count by voucher and amount what was intended since a moment (wall clock): E-GUMA may list as many."""
        return self._asked(charges.explained_since, moment)

    def may_lack_charges_since(self, moment: float) -> bool:
        """Whether charges since a moment (wall clock) may have been lost with a corrupt journal."""
        return moment < float(self.remembered(LOST_UNTIL) or "-inf")

    def is_archived_since(self, moment: float) -> bool:
        """Whether anything of since a moment (wall clock) has been archived, and is not counted any more."""
        return moment <= float(self.remembered(ARCHIVED_UNTIL) or "-inf")

    def close(self) -> None:
        """Close the file and let another process have it."""
        self._db.close()
        self._give_lock_back()

    def _give_lock_back(self) -> None:
        if self._is_own_lock:
            os.close(self._lock)


def new_tag() -> str:
    """Return a tag for a new journal: 20 random bits keep the reference numbers of two journals apart."""
    return _letters(TAG_LENGTH)


def new_name() -> str:
    """Return a name for a new journal: 60 random bits, no two of which are alike among all gates."""
    return _letters(NAME_LENGTH)


def _letters(many: int) -> str:
    return "".join(ALPHABET[byte % 32] for byte in os.urandom(many))

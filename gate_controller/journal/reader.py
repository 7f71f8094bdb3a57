"""
Questions to the journal that no visitor waits for: lists, one attempt, open items, proof that it is whole.

A reader has a connection of its own that cannot write, so that a long list never holds up the writer. It is used in the
process that owns the journal, from any one thread.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from gate_controller.admission.words.codes import mask
from gate_controller.admission.words.errand_facts import ErrandBegun, ErrandRefused
from gate_controller.admission.words.facts import (
    Fact,
    Intended,
    Occurred,
    Occurrence,
    OpenItem,
    Refused,
    RegimeBegun,
    RegimeEnded,
    Released,
    ReleasedToSensor,
    Standing,
    StrayPassage,
)
from gate_controller.admission.words.free_facts import FreeEntry
from gate_controller.admission.words.ids import AttemptId, Incident, read_incident
from gate_controller.admission.words.ticket_facts import OccupancySet, TicketIntended
from gate_controller.journal import charges, closings, codec, own_files, rows
from gate_controller.journal.catalogue import Catalogue, Search, is_tail, whole_voucher
from gate_controller.journal.counting import CountedFacts, counted_in_steps
from gate_controller.journal.failures import JournalError, explained
from gate_controller.journal.numbered import NumberedEvents, events_after
from gate_controller.journal.reconcile import MARGIN_SECONDS, Charge
from gate_controller.journal.records import Record, moment, record
from gate_controller.journal.store import FILE_NAME

PAGE = 200
"""How many attempts one page of a list holds."""

ORDERS_LOOKED_AT = 4_000
"""The newest facts, of about a thousand attempts, among which an order that is given again is looked for."""


CAUGHT_UP = 2_000
"""Facts that are looked at in one step: some milliseconds."""


_NEAR = 33
"""Facts among which the middle one tells the time of a place in the journal: a few of a wrong clock do not count."""

CLOCKS_APART_SECONDS = 3_600.0
"""How far the clocks of neighbouring facts may be apart: an attempt can be hours in the making."""


_BEGINNINGS = (
    Intended,
    Occurred,
    OpenItem,
    Refused,
    RegimeBegun,
    StrayPassage,
    ErrandRefused,
    ErrandBegun,
    FreeEntry,
    TicketIntended,
    OccupancySet,
)

_ORDERED = (Occurred, RegimeBegun, RegimeEnded, ErrandBegun, Intended, FreeEntry, Released, ReleasedToSensor)
"""What an order of a person begins with, or ends."""


DID_NOT_OPEN: Final = "did not open the gate, and does not any more"
"""How it begins what an order came to whose opening failed."""


class UnknownAttempt(JournalError):
    """The journal holds no such attempt."""


class Reader:
    """Reads the journal in a directory. Every method may raise `JournalError`."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / FILE_NAME
        self._catalogue = Catalogue(self.path)

    def page(
        self, *, before: int | None = None, since: float | None = None, until: float | None = None, limit: int = PAGE
    ) -> list[Record]:
        """Return attempts, newest first, from the one before number `before`; begun in [since, until)."""
        return self.found(Search(since=since, until=until), before=before, limit=limit)

    def found(self, search: Search, *, before: int | None = None, limit: int = PAGE) -> list[Record]:
        """Return the attempts that are wanted, newest first, from the one before number `before`."""
        with self._opened() as db:
            is_of_days = search.since is not None or search.until is not None
            is_sought = search.voucher or search.reason or search.is_open
            # The newest are found at once without it, be it that it still has the past to take in after a start.
            if is_sought or (is_of_days and self._catalogue.has_begun):
                return _records(db, self._catalogue.find(search, before or 2**62, limit))
            # An attempt's number says nothing exact of its time (a clock may be put right), so all are looked at.
            found = db.execute(
                "SELECT attempt FROM fact WHERE n = 0 AND attempt < ? AND at >= ? AND at < ? "
                "ORDER BY attempt DESC LIMIT ?",
                (before or 2**62, search.since or -1e300, search.until or 1e300, limit),
            )
            return _records(db, [number for (number,) in found])

    def catch_up(self, most: int = CAUGHT_UP) -> bool:
        """Get ready to find attempts, by a step of that; say whether there is more to do."""
        with self._opened():
            return self._catalogue.catch_up(most)

    def facts(self, text: str) -> tuple[Fact, ...]:
        """Return the facts of the attempt with an incident code, however a person typed it."""
        return self.one(text)[1]

    def one(self, text: str) -> tuple[Record, tuple[Fact, ...]]:
        """Return an attempt by its incident code, or the newest of a whole voucher code: as a record and as facts."""
        if (voucher := whole_voucher(text)) is not None:
            found = self.found(Search(voucher), limit=1)
            if not found:
                raise UnknownAttempt(f"voucher {mask(voucher)}: the journal holds no attempt of it: check the code")
            return found[0], found[0].facts
        code = read_incident(text)
        with self._opened() as db:
            number = rows.number_of(db, code)
            if number is None:
                raise UnknownAttempt(f"incident {code}: the journal holds no such attempt: check the code")
            facts = rows.facts_of(db, rows.tags(db), number)
        return record(number, code, facts), facts

    def named(self, text: str, limit: int) -> list[Record]:
        """Return the attempts of an incident code, or of a voucher code or its last characters, newest first."""
        if whole_voucher(text) is None and not is_tail(text):
            try:
                return [self.one(text)[0]]
            except UnknownAttempt:
                return []
        return self.found(Search(text), limit=limit)

    def of(self, attempts: Iterable[AttemptId]) -> list[Record]:
        """Return attempts by their ids, in that order; those that are not there are left out."""
        with self._opened() as db:
            tag = rows.tags(db)
            return _records(db, [number for each in attempts if (number := tag.number(each)) is not None])

    def standing(self, standing: Standing, newest: int = 0, *, before: int | None = None) -> list[Record]:
        """
        Return every attempt that stands so, oldest first, or so many of the `newest`, of those before number `before`;
        `Standing.OPEN` is the staff's list.
        """
        with self._opened() as db:
            numbers = [number for number in rows.numbers_of(db, standing) if before is None or number < before]
            return _records(db, numbers[-newest:])

    def histories(self, standing: Standing) -> tuple[tuple[Fact, ...], ...]:
        """Return the facts of every attempt that stands so, oldest attempt first."""
        with self._opened() as db:
            tag = rows.tags(db)
            return tuple(rows.facts_of(db, tag, number) for number in rows.numbers_of(db, standing))

    def place_of(self, moment: float) -> int:
        """
        Return a fact's number (seq) behind which everything from a moment (wall clock) on came to disk.

        A clock that was wrong for a while and put right misleads it no more than by what came meanwhile.
        """
        with self._opened() as db:
            low, high = 0, db.execute("SELECT coalesce(max(seq), 0) FROM fact").fetchone()[0]
            while low < high:
                middle = (low + high) // 2
                near = "SELECT at FROM fact WHERE seq > ? ORDER BY seq LIMIT ?"
                times = sorted(at for (at,) in db.execute(near, (middle, _NEAR)))
                if times and times[len(times) // 2] < moment - CLOCKS_APART_SECONDS:
                    low = middle + 1
                else:
                    high = middle
            return max(low - _NEAR, 0)

    def place_after(self, moment: float) -> int:
        """Return a fact's number up to which everything from before a moment came to disk."""
        return self.place_of(moment + 2 * CLOCKS_APART_SECONDS) + 2 * _NEAR

    def counted(
        self, after: int, since: float, until: float, step: float, *, to: int | None = None
    ) -> tuple[list[CountedFacts], int]:
        """
        Return how often what of [since, until) came to disk after number `after`, each `step` seconds apart; and the
        number up to which was looked, at most `to`.
        """
        with self._opened() as db:
            newest = db.execute("SELECT coalesce(max(seq), 0) FROM fact WHERE seq <= ?", (to or 2**62,)).fetchone()[0]
            return counted_in_steps(db, after, newest, since, until, step), max(newest, after)

    def events_after(
        self, after: int, most: int, newest: int, hashed: Callable[[str], str] | None = None
    ) -> NumberedEvents:
        """
        Return what came to disk after a number, in that order, at most so much of it, up to the number `newest`;
        `hashed` is that of `numbered.events_after`.
        """
        with self._opened() as db:
            return events_after(db, after, most, newest, hashed)

    def closing(self, date: str) -> dict[str, Any] | None:
        """Return what was written when a day was closed; None where it has not been."""
        with self._opened() as db:
            return closings.closing_of(db, date)

    def closings_between(self, first: str, last: str) -> dict[str, dict[str, Any]]:
        """Return what was written of closed days from `first` to `last`, by their dates."""
        with self._opened() as db:
            return closings.dates_closed(db, first, last)

    def begun(self) -> float | None:
        """Return when the first thing was that the journal still holds; None where it is empty."""
        with self._opened() as db:
            return closings.begun(db)

    def closed_to(self) -> closings.ClosedTo | None:
        """Return up to where days have been closed; None where none was."""
        with self._opened() as db:
            return closings.closed_to(db)

    def first_to_close(self, after: closings.ClosedTo, begin: float, end: float) -> float | None:
        """Return when the first thing of a span was that is in no closing yet; None where there is none."""
        with self._opened() as db:
            return closings.first_between(db, after, begin, end)

    def to_close(self, date: str, since: float, until: float, after: closings.ClosedTo) -> closings.DayToClose:
        """Return what a day comes to, after what has been closed."""
        with self._opened() as db:
            db.execute("BEGIN")  # all of it as of one moment
            return closings.count(db, date, since, until, after)

    def charges(self, since: float, until: float) -> list[Charge]:
        """Return what was charged in [since, until), and within the margins around it, to lay beside E-GUMA's list."""
        after = self.place_of(since - MARGIN_SECONDS)
        with self._opened() as db:
            return charges.charges_around(db, since, until, after)

    def orders(self) -> dict[str, str]:
        """Return what the newest orders came to that were to open the gate or to change how it is, by their names."""
        kinds = [kind.__name__ for kind in _ORDERED]
        with self._opened() as db:
            codes, came_to = rows.incident_codes(db), dict[str, str]()
            newest = db.execute("SELECT coalesce(max(seq), 0) FROM fact").fetchone()[0]
            found = db.execute(
                "SELECT attempt, n, kind, at, body FROM fact WHERE seq > ? AND kind IN (?, ?, ?, ?, ?, ?, ?, ?) "
                "AND coalesce(json_extract(body, '$.order'), '') <> '' ORDER BY seq",
                (newest - ORDERS_LOOKED_AT, *kinds),
            )
            for number, *row in found:
                fact = codec.decode(str(number), *row)
                if isinstance(fact, _ORDERED) and fact.order:
                    came_to[fact.order] = f"{_came_to(fact)}: incident {codes.of(number)}, {moment(fact.at)}"
            return came_to

    def incident_of_order(self, order: str) -> Incident | None:
        """Return what one of the newest orders about a voucher is looked up by; None where none of that name began."""
        with self._opened() as db:
            newest = db.execute("SELECT coalesce(max(seq), 0) FROM fact").fetchone()[0]
            found = db.execute(
                "SELECT attempt FROM fact WHERE seq > ? AND kind = ? AND json_extract(body, '$.order') = ?",
                (newest - ORDERS_LOOKED_AT, ErrandBegun.__name__, order),
            ).fetchone()
            return rows.incident_codes(db).of(found[0]) if found else None

    def verify(self) -> list[str]:
        """Return what is wrong with the journal, a line each; an empty list proves it whole."""
        with self._opened() as db:
            wrong = [f"file: {line}" for (line,) in db.execute("PRAGMA integrity_check(20)") if line != "ok"]
            if wrong:
                return wrong
            pending = dict(db.execute("SELECT attempt, standing FROM pending"))
            tag, codes = rows.tags(db), rows.incident_codes(db)
            for (number,) in db.execute("SELECT attempt FROM fact GROUP BY attempt ORDER BY attempt"):
                facts = rows.facts_of(db, tag, number)
                wrong += _wrong_with(codes.of(number), facts, pending.pop(number, Standing.CLOSED.value))
            wrong += [f"attempt {number}: on the list of unfinished ones, but without a fact" for number in pending]
        return wrong

    def backup(self, target: Path) -> None:
        """
        Write a consistent copy to a new file, beside whatever is being written. Raises if the file is there.

        It is no machine's: once it is put back, the gate has gone on since, and leaves what it finds to a person.
        """
        if target.exists():
            raise JournalError(f"backup {target}: is already there: name another file")
        with self._opened() as db:
            # Codes and tokens are money: the copy is its owner's alone, from its first byte on.
            own_files.make(target)
            db.execute("VACUUM INTO ?", (str(target),))
        with explained(target), closing(sqlite3.connect(target, isolation_level=None)) as copy:
            copy.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (rows.MACHINE, rows.NO_MACHINE))

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with explained(self.path):
            if not self.path.exists():
                raise JournalError(f"journal {self.path}: is not there: check state_dir, or run the gate first")
            own_files.mend(self.path)
            with closing(
                sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
            ) as db:
                yield db


def _records(db: sqlite3.Connection, numbers: Sequence[int]) -> list[Record]:
    tag, codes = rows.tags(db), rows.incident_codes(db)
    told = ((number, rows.facts_of(db, tag, number)) for number in numbers)
    # An attempt that is archived between two questions is gone.
    return [record(number, codes.of(number), facts) for number, facts in told if facts]


def _came_to(fact: Fact) -> str:
    did_not_open = isinstance(fact, RegimeEnded) and fact.why
    if did_not_open or (isinstance(fact, Occurred) and fact.what is Occurrence.NOT_RELEASED):
        return DID_NOT_OPEN
    return "was begun earlier" if isinstance(fact, ErrandBegun | Intended | FreeEntry) else "was carried out earlier"


def _wrong_with(code: Incident, facts: Sequence[Fact], standing: str) -> list[str]:
    what = f"incident {code}"
    wrong = []
    if [fact.n for fact in facts] != list(range(len(facts))):
        wrong.append(f"{what}: facts are missing: {[fact.n for fact in facts]}")
    if not isinstance(facts[0], _BEGINNINGS) and facts[0].n == 0:
        wrong.append(f"{what}: begins with {type(facts[0]).__name__} at {moment(facts[0].at)}")
    if facts[-1].leaves.value != standing:
        wrong.append(f"{what}: stands as {standing}, but its last fact says {facts[-1].leaves.value}")
    named = getattr(facts[0], "incident", Incident(""))
    if named and named != code:
        wrong.append(f"{what}: its facts say {named}")
    return wrong

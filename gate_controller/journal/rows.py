"""
The questions that are asked of the journal's file both by the store that writes it and by the readers beside it.

Each asks a connection and returns what the rows mean; whoever asks explains what SQLite raises (`failures.explained`).
"""

import json
import sqlite3

from gate_controller.admission.words.facts import Fact, Occurrence, Standing
from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.ids import AttemptId, Incident, IncidentCodes
from gate_controller.journal import codec

INCIDENT_SHIFT = "incident_shift"
"""The key under which a journal remembers its gate's shift: a gate that is renamed keeps its codes."""


NAME = "journal"
"""
The key under which a journal remembers its name: whose the numbers of its events are. A new file has another one, and
so has a copy that goes on elsewhere.
"""

TAG = "tag"
EARLIER_TAGS = "earlier_tags"
"""The key under which it remembers, as JSON, the tags that it had on other machines, and their last numbers."""

MACHINE = "machine"
"""The key under which it remembers the machine that it was written on."""

NO_MACHINE = "a backup"
"""Stands in a backup in place of its machine: the gate has gone on since, and nothing tells how."""

PRICES = "prices"
"""The key under which it remembers the newest price list, as `PricesChanged` has it."""

KEPT = (INCIDENT_SHIFT, EARLIER_TAGS, MACHINE, PRICES)
"""What a new journal takes over from a corrupt one, besides its tag."""


def remembered(db: sqlite3.Connection, key: str) -> str | None:
    """Return what was remembered under a key."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return row[0] if row else None


def remember(db: sqlite3.Connection, key: str, value: str) -> None:
    """Remember a value under a key."""
    db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))


def newest_number(db: sqlite3.Connection) -> int:
    """Return the highest number of all attempts that the journal holds or has archived; 0 where there is none."""
    row = db.execute(
        "SELECT max(coalesce((SELECT max(attempt) FROM fact), 0), "
        "coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'last'), 0))"
    ).fetchone()
    return int(row[0])


def incident_codes(db: sqlite3.Connection) -> IncidentCodes:
    """Return the codes that go with the numbers of this journal."""
    return IncidentCodes(int(remembered(db, INCIDENT_SHIFT) or 0))


def number_of(db: sqlite3.Connection, code: Incident) -> int | None:
    """Return the number of the latest attempt with an incident code; None where the journal holds none."""
    for number in incident_codes(db).numbers(code, newest_number(db)):
        if db.execute("SELECT 1 FROM fact WHERE attempt = ?", (number,)).fetchone():
            return number
    return None


@frozen
class Tags:
    """The journal's tag, and those that it had on other machines: each up to a number."""

    newest: str
    earlier: tuple[tuple[int, str], ...] = ()

    def attempt(self, number: int) -> AttemptId:
        """Return what names the attempt with a number, at E-GUMA too."""
        tag = next((tag for last, tag in self.earlier if number <= last), self.newest)
        return AttemptId(f"{tag}{number}")

    def number(self, attempt: AttemptId) -> int | None:
        """Return the number of an attempt; None where it is none of this journal's."""
        for tag in (self.newest, *(tag for _, tag in self.earlier)):
            rest = attempt.removeprefix(tag)
            if attempt.startswith(tag) and rest.isdecimal() and self.attempt(int(rest)) == attempt:
                return int(rest)
        return None


def tags(db: sqlite3.Connection) -> Tags:
    """Return the tags of this journal; the newest is empty where it has none yet."""
    earlier = json.loads(remembered(db, EARLIER_TAGS) or "[]")
    return Tags(remembered(db, TAG) or "", tuple((int(last), str(tag)) for last, tag in earlier))


def facts_of(db: sqlite3.Connection, named: Tags, number: int) -> tuple[Fact, ...]:
    """Return an attempt's facts, in order; none if there is no such attempt."""
    rows = db.execute("SELECT n, kind, at, body FROM fact WHERE attempt = ? ORDER BY n", (number,))
    return tuple(codec.decode(named.attempt(number), *row) for row in rows)


def numbers_of(db: sqlite3.Connection, standing: Standing) -> list[int]:
    """Return the attempts that stand so, oldest first."""
    rows = db.execute("SELECT attempt FROM pending WHERE standing = ? ORDER BY attempt", (standing.value,))
    return [number for (number,) in rows]


RECENT_FACTS = 50_000
"""The newest facts, of about ten thousand attempts, among which those are that a day's free entries hang on."""


def free_entries(db: sqlite3.Connection, named: Tags) -> tuple[tuple[Fact, ...], ...]:
    """Return the newest free entries and outages, each with its facts in order, the oldest first."""
    found = db.execute(
        "SELECT DISTINCT attempt FROM fact WHERE seq > (SELECT max(seq) FROM fact) - ? AND (kind = 'FreeEntry' "
        "OR (kind = 'Occurred' AND json_extract(body, '$.what') IN (?, ?))) ORDER BY attempt",
        (RECENT_FACTS, Occurrence.OUTAGE.value, Occurrence.OUTAGE_ENDED.value),
    )
    return tuple(facts_of(db, named, number) for (number,) in found.fetchall())

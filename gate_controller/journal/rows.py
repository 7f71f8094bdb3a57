"""
The questions that are asked of the journal's file both by the store that writes it and by the readers beside it.

Each asks a connection and returns what the rows mean; whoever asks explains what SQLite raises (`store.explained`).
"""

import sqlite3

from gate_controller.admission.words.facts import Fact, Standing
from gate_controller.admission.words.ids import AttemptId, Incident, IncidentCodes
from gate_controller.journal import codec

INCIDENT_SHIFT = "incident_shift"
"""The key under which a journal remembers its gate's shift: a gate that is renamed keeps its codes."""


def remembered(db: sqlite3.Connection, key: str) -> str | None:
    """Return what was remembered under a key; `tag` is the journal's own tag."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return row[0] if row else None


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


def facts_of(db: sqlite3.Connection, tag: str, number: int) -> tuple[Fact, ...]:
    """Return an attempt's facts, in order; none if there is no such attempt."""
    rows = db.execute("SELECT n, kind, at, body FROM fact WHERE attempt = ? ORDER BY n", (number,))
    return tuple(codec.decode(AttemptId(f"{tag}{number}"), *row) for row in rows)


def numbers_of(db: sqlite3.Connection, standing: Standing) -> list[int]:
    """Return the attempts that stand so, oldest first."""
    rows = db.execute("SELECT attempt FROM pending WHERE standing = ? ORDER BY attempt", (standing.value,))
    return [number for (number,) in rows]

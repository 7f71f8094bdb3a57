"""
The questions that are asked of the journal's file both by the store that writes it and by the readers beside it.

Each asks a connection and returns what the rows mean; whoever asks explains what SQLite raises (`store.explained`).
"""

import sqlite3

from gate_controller.admission.words.facts import Fact, Standing
from gate_controller.admission.words.ids import AttemptId
from gate_controller.journal import codec


def remembered(db: sqlite3.Connection, key: str) -> str | None:
    """Return what was remembered under a key; `tag` is the journal's own tag."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return row[0] if row else None


def facts_of(db: sqlite3.Connection, tag: str, number: int) -> tuple[Fact, ...]:
    """Return an attempt's facts, in order; none if there is no such attempt."""
    rows = db.execute("SELECT n, kind, at, body FROM fact WHERE attempt = ? ORDER BY n", (number,))
    return tuple(codec.decode(AttemptId(f"{tag}{number}"), *row) for row in rows)


def numbers_of(db: sqlite3.Connection, standing: Standing) -> list[int]:
    """Return the attempts that stand so, oldest first."""
    rows = db.execute("SELECT attempt FROM pending WHERE standing = ? ORDER BY attempt", (standing.value,))
    return [number for (number,) in rows]

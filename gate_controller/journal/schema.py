"""
The journal's tables, and how an older file becomes a newer one.

`fact` is only ever added to. Its column seq numbers the facts in the order in which they came to disk, without a gap,
for whoever follows a gate's events; the newest fact is never archived, so that no number is given twice. A power cut
can take facts that no sync had followed, and their numbers are given anew: only up to the newest sync is there anything
to tell. `pending` is derived from it (the attempts whose last fact does not close them) and is kept so that a start
needs no look at the years before: with it, a commit dirties two or three pages. `closing` holds what was written when a
day was closed, and up to which facts: its key is the day, so that none is closed twice.
"""

import sqlite3

PAGE_BYTES = 1024
"""
How large a new journal's pages are. A commit writes each page that it touches whole, and a fact takes some 200 bytes:
with SQLite's own 4,096 an admission writes 57 KiB, with these 26. A journal keeps the pages that it was made with.
"""

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE fact (
        attempt INTEGER NOT NULL,
        n INTEGER NOT NULL,
        kind TEXT NOT NULL,
        at REAL NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (attempt, n)
    ) WITHOUT ROWID;
    CREATE TABLE pending (attempt INTEGER PRIMARY KEY, standing TEXT NOT NULL);
    """,
    # The order in which facts came to disk was not kept before: those of an older file get one that may have been.
    """
    CREATE TABLE numbered (
        seq INTEGER PRIMARY KEY,
        attempt INTEGER NOT NULL,
        n INTEGER NOT NULL,
        kind TEXT NOT NULL,
        at REAL NOT NULL,
        body TEXT NOT NULL,
        UNIQUE (attempt, n)
    );
    INSERT INTO numbered (attempt, n, kind, at, body) SELECT attempt, n, kind, at, body FROM fact ORDER BY attempt, n;
    DROP TABLE fact;
    ALTER TABLE numbered RENAME TO fact;
    """,
    """
    CREATE TABLE closing (
        date TEXT PRIMARY KEY,
        until REAL NOT NULL,
        seq INTEGER NOT NULL,
        first_left INTEGER NOT NULL,
        body TEXT NOT NULL
    );
    """,
)
"""Each step from version N to N + 1; the file's version is its `user_version`. Steps are never changed, only added."""


class NewerJournalError(Exception):
    """The file was written by a newer version of this program."""


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file to this version, each step in one transaction, so that a power cut leaves a whole version."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(MIGRATIONS):
        raise NewerJournalError(f"its version is {version}, this program knows {len(MIGRATIONS)}")
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        connection.executescript(f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {number}; COMMIT;")

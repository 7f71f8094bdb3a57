"""
A write-ahead log that belongs to a file which was there before.

Whoever puts a backup in the place of a killed gate's journal may forget the log beside it. SQLite would play it into
the backup, which undoes what was put back, or breaks it: a log does not say which file it is of. But whatever a gate
has opened says in its header that it has a log, before it gets one, and a backup never does.
"""

from datetime import UTC, datetime
from pathlib import Path

# Of a database's header (fileformat2.html, "File format version numbers"): for writing and for reading.
_VERSIONS = slice(18, 20)
_WITH_A_LOG = bytes((2, 2))


def put_aside(journal: Path) -> None:
    """Rename the log beside a journal if it is not its own; call it before SQLite opens the file. Raises `OSError`."""
    log = journal.with_name(f"{journal.name}-wal")
    if not log.exists():
        return
    # Closing it takes SQLite's locks away from this process; but nobody else writes, for it has the journal's lock.
    with journal.open("rb") as file:
        versions = file.read(_VERSIONS.stop)[_VERSIONS]
    if versions and versions != _WITH_A_LOG:  # of an empty file SQLite itself sees that the log is none of it
        log.rename(log.with_name(f"{log.name}.left-over-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"))
        journal.with_name(f"{journal.name}-shm").unlink(missing_ok=True)

"""
What attempts are found by, in memory: their vouchers' last characters, when they began, and why they ended so.

An index on disk would cost a card a page or two more with every admission; this costs 5 MiB for 100,000 attempts, and
one look at the whole file in the process that keeps it. From there on only what is new is looked at.
"""

import sqlite3
import weakref
from pathlib import Path
from threading import Lock
from typing import Final

from gate_controller.admission.words.codes import NotAVoucher, VoucherCode, is_short_code, read_code
from gate_controller.admission.words.frozen import frozen
from gate_controller.journal.failures import JournalError

TAIL: Final = 4
"""Characters of a voucher code by which it is found: those that staff see."""

SWEPT_AFTER: Final = 10_000
"""New attempts after which those are forgotten that the journal has archived."""

_TABLE = "CREATE TABLE entry (attempt INTEGER PRIMARY KEY, begun REAL, tail TEXT, said TEXT)"

# In SQLite, which parses bodies without holding up the loop. Texts are compared in small letters, without underscores.
_TAKE = """
    INSERT INTO entry
    SELECT attempt, at,
        substr(coalesce(nullif(json_extract(body, '$.voucher_code'), ''), json_extract(body, '$.code'),
            json_extract(body, '$.ticket_number'), ''), -4),
        replace(lower(trim(
            coalesce(json_extract(body, '$.what'), json_extract(body, '$.regime'), json_extract(body, '$.errand'), '')
            || ' ' ||
            coalesce(json_extract(body, '$.by'), '') || ' ' ||
            coalesce(json_extract(body, '$.reason'), json_extract(body, '$.why'), json_extract(body, '$.how'), '')
        )), '_', ' ')
    FROM journal.fact
    WHERE seq > :after AND seq <= :to AND (n = 0 OR kind NOT IN ('Redeemed', 'ReleasedToSensor', 'Passed'))
    ORDER BY seq
    ON CONFLICT (attempt) DO UPDATE SET
        tail = CASE WHEN excluded.tail <> '' THEN excluded.tail ELSE tail END,
        said = CASE WHEN excluded.said <> '' THEN excluded.said ELSE said END
"""

_FIND = """
    SELECT attempt FROM entry
    WHERE attempt < :before AND begun >= :since AND begun < :until
        AND (:tail = '' OR tail = :tail)
        AND (:said = '' OR instr(said, replace(lower(:said), '_', ' ')))
        AND (NOT :is_open OR attempt IN (SELECT attempt FROM journal.pending WHERE standing = 'open'))
        AND EXISTS (SELECT 1 FROM journal.fact WHERE fact.attempt = entry.attempt AND instr(body, :code))
    ORDER BY attempt DESC LIMIT :limit
"""


@frozen
class Search:
    """Which attempts are wanted: those for which all of this is so. Times are wall clock, of their beginning."""

    voucher: str = ""
    """The whole code, however it is typed or scanned, or its last four characters."""
    since: float | None = None
    until: float | None = None
    """Up to here, exclusive."""
    reason: str = ""
    """A part of what was given as a reason, in any case."""
    is_open: bool = False
    """A person has to see to it."""


def whole_voucher(text: str) -> VoucherCode | None:
    """
    Return the voucher code, or the ticket's number, that a person typed or scanned; None for anything else, a
    ShortCode or a part too.
    """
    code = read_code("".join(text.split()).encode(errors="replace"), takes_tickets=True)
    return None if isinstance(code, NotAVoucher) or is_short_code(code) else VoucherCode(code)


def is_tail(text: str) -> bool:
    """Whether a text is the last characters of a voucher code, as lists show it."""
    tail = _tail(text)
    return len(tail) == TAIL and tail.isascii() and tail.isalnum()


def _tail(text: str) -> str:
    return text.strip().lstrip("…").upper()


class Catalogue:
    """What the attempts of one journal are found by. For any thread; one at a time."""

    def __init__(self, path: Path) -> None:
        self._uri = f"{path.absolute().as_uri()}?mode=ro"
        self._lock = Lock()
        self._db: sqlite3.Connection | None = None
        self._seen = 0
        self._new = 0

    @property
    def has_begun(self) -> bool:
        """Whether the attempts of the past are in it, or on their way."""
        return self._seen > 0

    def catch_up(self, most: int) -> bool:
        """Take in so many facts at most that came since; say whether there are more."""
        with self._lock, self._attached() as db:
            return self._take(db, most)

    def find(self, search: Search, before: int, limit: int) -> list[int]:
        """Return the numbers of attempts below `before`, newest first."""
        tail, code = _of_voucher(search.voucher)
        values = {
            "before": before,
            "limit": limit,
            "since": -1e300 if search.since is None else search.since,
            "until": 1e300 if search.until is None else search.until,
            "tail": tail,
            "code": code,
            "said": " ".join(search.reason.split()),
            "is_open": search.is_open,
        }
        with self._lock, self._attached() as db:
            self._take(db, 2**62)
            return [number for (number,) in db.execute(_FIND, values)]

    def _attached(self) -> "_Attached":
        if self._db is None:
            self._db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False, uri=True)
            self._db.execute(_TABLE)
            # Nobody ends a catalogue: it goes with whoever asked it, and its memory with it.
            weakref.finalize(self, self._db.close)
        return _Attached(self._db, self._uri)

    def _take(self, db: sqlite3.Connection, most: int) -> bool:
        newest: int = db.execute("SELECT coalesce(max(seq), 0) FROM journal.fact").fetchone()[0]
        to = min(newest, self._seen + most)
        self._new += db.execute(_TAKE, {"after": self._seen, "to": to}).rowcount
        self._seen = to
        if self._new > SWEPT_AFTER:
            db.execute("DELETE FROM entry WHERE attempt NOT IN (SELECT attempt FROM journal.fact)")
            self._new = 0
        return to < newest


class _Attached:
    """The journal beside the catalogue, for as long as one question takes: it keeps no log from being copied."""

    def __init__(self, db: sqlite3.Connection, uri: str) -> None:
        self._db, self._uri = db, uri

    def __enter__(self) -> sqlite3.Connection:
        self._db.execute("ATTACH ? AS journal", (self._uri,))
        return self._db

    def __exit__(self, *_: object) -> None:
        self._db.execute("DETACH journal")


def _of_voucher(text: str) -> tuple[str, str]:
    """Return the last characters of a voucher code, and the whole of it where it was given."""
    if not text.strip():
        return "", ""
    if (code := whole_voucher(text)) is not None:
        return code[-TAIL:], code
    if not is_tail(text):
        raise JournalError("this is no voucher code: give the whole code, or its last four characters")
    return _tail(text), ""

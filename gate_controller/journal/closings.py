"""
The closing of a day: what the gate did and what it moved of vouchers' money, written down once.

Rules: each fact is counted by one closing. A closing takes what is dated before the end of its day, is on disk, and was
in no closing before it: so what is done later books to the day on which it is done, and what comes to disk late, or
with the date of a wrong clock, to the first day that is closed after it. For that, days are closed in their order. What
has been written is never changed.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import field
from enum import StrEnum
from typing import Any, Final

from gate_controller.admission.words.errand_facts import ErrandKind
from gate_controller.admission.words.facts import Occurrence, Standing
from gate_controller.admission.words.frozen import frozen, slotted
from gate_controller.admission.words.money import Cents
from gate_controller.journal.counting import HANDED_OVER, IS_FIRST, MOVED, NOT_CHARGED, NOT_TAKEN, PRICE, TICKET_REASONS

# ruff: noqa: S608 - the questions are put together of what stands in this file and beside it


class BookedKind(StrEnum):
    """What a line of a closing is about; the names that programs read."""

    ADMITTED_ON_CHARGE = "admitted_on_charge"
    ADMITTED_ON_CREDIT = "admitted_on_credit"
    """On a charge that had been made before and was not used then."""
    ADMITTED_FREE = "admitted_free"
    """Against nothing, by its reason: one of `FreeGrounds`. The amount is what it would have cost: it is in no sum."""
    LET_IN = "let_in"
    """By staff, on the charge of an open item."""
    ADMITTED_ON_TICKET = "admitted_on_ticket"
    LET_OUT_ON_TICKET = "let_out_on_ticket"
    OPENED_BY_STAFF = "opened_by_staff"
    REFUSED = "refused"
    CHARGED = "charged"
    CHARGED_OF_PRODUCT = "charged_of_product"
    """What of that is of a product that E-GUMA names: its id is the reason. It is in no sum."""
    REFUNDED = "refunded"
    VOIDED_IN_PART = "voided_in_part"
    TOPPED_UP = "topped_up"
    SOLD = "sold"
    TAKEN_BACK = "taken_back"
    OPEN_ITEM = "open_item"
    """What stands open when the day is closed, whenever it arose."""
    UNFINISHED = "unfinished"
    """What the gate has still to settle then: credits, doubts, refunds, errands."""


_ERRANDS: Final = {
    ErrandKind.TOP_UP.value: BookedKind.TOPPED_UP,
    ErrandKind.SALE.value: BookedKind.SOLD,
    ErrandKind.TAKING_BACK.value: BookedKind.TAKEN_BACK,
}

_HAD_CREDIT = (
    "EXISTS (SELECT 1 FROM fact c WHERE c.attempt = fact.attempt AND c.kind = 'CreditOpened' AND c.n < fact.n)"
)
_HAS_TICKET = "EXISTS (SELECT 1 FROM fact i WHERE i.attempt = fact.attempt AND i.kind = 'TicketIntended' AND i.n = 0)"
_GROUNDS = (
    "(SELECT json_extract(f.body, '$.grounds') FROM fact f WHERE f.attempt = fact.attempt AND f.kind = 'FreeEntry')"
)
_WORTH = "(SELECT json_extract(f.body, '$.worth') FROM fact f WHERE f.attempt = fact.attempt AND f.kind = 'FreeEntry')"
_PRODUCT = (
    "(SELECT json_extract(p.body, '$.product_id') FROM fact p WHERE p.attempt = fact.attempt "
    "AND p.kind IN ('Approved', 'Intended') AND json_extract(p.body, '$.product_id') IS NOT NULL)"
)
_FIRST_OF = "(SELECT json_extract(b.body, '{}') FROM fact b WHERE b.attempt = fact.attempt AND b.n = 0)"

_OF_DAY = (
    "FROM fact WHERE seq >= :from AND seq <= :to AND at < :until AND (seq > :closed_to OR at >= :closed_until) "
    "AND kind IN ('Released', 'PaidAlong', 'Passed', 'Settled', 'Occurred', 'Refused', 'NotCharged', 'Redeemed', "
    "'Refunded', 'PartVoided', 'ErrandDone', 'TicketNotTaken', 'TicketLetOut') "
    "AND (kind <> 'Settled' OR json_extract(body, '$.let_in')) "
    "AND (kind <> 'Occurred' OR (json_extract(body, '$.what') = :by_staff AND NOT EXISTS "
    "(SELECT 1 FROM fact o WHERE o.attempt = fact.attempt AND o.n > fact.n))) "
    "AND (kind <> 'NotCharged' OR instr(json_extract(body, '$.reason'), :but) <> 1) "
    f"AND {IS_FIRST} "
)
"""What a closing counts, as the rules above have it. An opening by staff that is followed by a fact did not open."""

_BOOKED = (
    "SELECT kind, CASE "
    f"WHEN kind IN ('Released', 'Passed') THEN CASE WHEN {_HAS_TICKET} THEN 'ticket' "
    f"ELSE coalesce({_GROUNDS}, {_HAD_CREDIT}) END "
    f"WHEN kind = 'Redeemed' THEN coalesce({_PRODUCT}, '') "
    "WHEN kind IN ('Refused', 'TicketNotTaken') THEN json_extract(body, '$.reason') "
    f"WHEN kind = 'ErrandDone' THEN {_FIRST_OF.format('$.errand')} ELSE '' END AS what, "
    "sum(kind <> 'PaidAlong'), coalesce(sum(CASE "
    f"WHEN kind IN ('Released', 'PaidAlong', 'Passed', 'Settled') THEN coalesce({_WORTH}, {PRICE}) "
    f"WHEN kind = 'ErrandDone' THEN {_FIRST_OF.format('$.amount')} ELSE {MOVED} END), 0), "
    f"coalesce(sum(at < :since), 0) {_OF_DAY} GROUP BY kind, what"
)

_LEFT_TO = (
    "SELECT count(*), coalesce(sum(coalesce(json_extract(b.body, '$.price'), json_extract(b.body, '$.amount')) - "
    "coalesce((SELECT sum(json_extract(v.body, '$.amount')) FROM fact v "
    "WHERE v.attempt = b.attempt AND v.kind = 'PartVoided'), 0)), 0) "
    "FROM pending p JOIN fact b ON b.attempt = p.attempt AND b.n = 0 "
    "WHERE p.standing = ? AND b.kind <> 'RegimeBegun'"
)


@frozen
class BookedLine:
    """One line of a closing. Amounts are in cents: of an admission, the charge that it was on."""

    entry: BookedKind
    reason: str
    """
    Of what was refused: names of `MessageKind`, `NOT_CHARGED` and `NOT_TAKEN`; of what was free, `FreeGrounds`; of a
    product, its id; else empty.
    """
    times: int
    amount_cents: int


@frozen
class ClosedTo:
    """Up to where days have been closed: what came to disk up to number `seq` and is dated before `until`."""

    date: str
    """The last day that was closed; empty where none was."""
    until: float
    seq: int
    first_left: int
    """The number of the first fact that is in no closing yet."""


@frozen
class DayToClose:
    """What a day comes to, as far as it is on disk, and what it follows on: written only while that is the last."""

    lines: tuple[BookedLine, ...]
    late: int
    """How many of what is counted is dated before the day."""
    after: ClosedTo
    closed_to: ClosedTo

    def sum_of(self, entry: BookedKind) -> int:
        """Return the amount of all lines of a kind, in cents."""
        return sum(line.amount_cents for line in self.lines if line.entry is entry)

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values, with the sums: what vouchers paid here is what was charged and stands."""
        charged, refunded, voided, topped_up, sold, taken_back = map(
            self.sum_of,
            (
                BookedKind.CHARGED,
                BookedKind.REFUNDED,
                BookedKind.VOIDED_IN_PART,
                BookedKind.TOPPED_UP,
                BookedKind.SOLD,
                BookedKind.TAKEN_BACK,
            ),
        )
        return {
            "entries": [
                {
                    "entry": line.entry.value,
                    "reason": line.reason,
                    "times": line.times,
                    "amount_cents": line.amount_cents,
                }
                for line in self.lines
            ],
            "charged_cents": charged,
            "refunded_cents": refunded,
            "voided_cents": voided,
            "revenue_cents": charged - refunded - voided,
            "topped_up_cents": topped_up,
            "sold_cents": sold,
            "taken_back_cents": taken_back,
            "late": self.late,
        }


def closing_of(db: sqlite3.Connection, date: str) -> dict[str, Any] | None:
    """Return what was written when a day was closed; None where it has not been."""
    row = db.execute("SELECT body FROM closing WHERE date = ?", (date,)).fetchone()
    return json.loads(row[0]) if row else None


def begun(db: sqlite3.Connection) -> float | None:
    """Return when the first fact was that is still in the journal; None where there is none."""
    row = db.execute("SELECT at FROM fact ORDER BY seq LIMIT 1").fetchone()
    return float(row[0]) if row else None


def dates_closed(db: sqlite3.Connection, first: str, last: str) -> dict[str, dict[str, Any]]:
    """Return what was written of the days from `first` to `last`, by their dates."""
    rows = db.execute("SELECT date, body FROM closing WHERE date BETWEEN ? AND ?", (first, last))
    return {date: json.loads(body) for date, body in rows}


def closed_to(db: sqlite3.Connection) -> ClosedTo | None:
    """Return up to where days have been closed; None where none was."""
    row = db.execute("SELECT date, until, seq, first_left FROM closing ORDER BY date DESC LIMIT 1").fetchone()
    return ClosedTo(*row) if row else None


def count(db: sqlite3.Connection, date: str, since: float, until: float, after: ClosedTo) -> DayToClose:
    """Return what the day [since, until) comes to, after what has been closed. Ask in one transaction."""
    newest = db.execute("SELECT coalesce(max(seq), 0) FROM fact").fetchone()[0]
    values = _values(after, until, newest) | {"since": since}
    counted = _Counted()
    for row in db.execute(_BOOKED, values):
        counted.add(*row)
    for entry, standing in ((BookedKind.OPEN_ITEM, Standing.OPEN), (BookedKind.UNFINISHED, Standing.UNFINISHED)):
        counted.put(entry, "", *db.execute(_LEFT_TO, (standing.value,)).fetchone())
    left = db.execute(
        "SELECT min(seq) FROM fact WHERE seq >= ? AND at >= ?", (after.first_left, max(until, after.until))
    ).fetchone()[0]
    to = ClosedTo(date, max(until, after.until), newest, newest + 1 if left is None else left)
    return DayToClose(tuple(counted.lines()), counted.late, after, to)


def first_between(db: sqlite3.Connection, after: ClosedTo, begin: float, end: float) -> float | None:
    """Return when the first thing of a span was that would count and is in no closing yet; None where there is none."""
    values = _values(after, end, 2**62) | {"begin": begin}
    found = db.execute(f"SELECT min(at) {_OF_DAY} AND at >= :begin", values).fetchone()[0]
    return None if found is None else float(found)


def write(db: sqlite3.Connection, counted: DayToClose, body: dict[str, Any]) -> bool:
    """Write a closing, and say whether that was done: not where one has been written since it was counted."""
    last, to = closed_to(db), counted.closed_to
    if (last.date if last else "") != counted.after.date or closing_of(db, to.date) is not None:
        return False
    values = (to.date, to.until, to.seq, to.first_left, json.dumps(body, ensure_ascii=False))
    db.execute("INSERT INTO closing (date, until, seq, first_left, body) VALUES (?, ?, ?, ?, ?)", values)
    return True


def _values(after: ClosedTo, until: float, to: int) -> dict[str, Any]:
    return {
        "from": after.first_left,
        "to": to,
        "until": until,
        "closed_to": after.seq,
        "closed_until": after.until,
        "but": HANDED_OVER,
        "by_staff": Occurrence.OPENED_BY_STAFF.value,
    }


_ONLY_BY_REASON: Final = frozenset({BookedKind.REFUSED, BookedKind.CHARGED_OF_PRODUCT, BookedKind.ADMITTED_FREE})
"""What has no line where there is nothing of it."""


@slotted
class _Counted:
    """What SQLite has counted, on its way into lines."""

    late: int = 0
    _times: Counter[tuple[BookedKind, str]] = field(default_factory=Counter)
    _cents: Counter[tuple[BookedKind, str]] = field(default_factory=Counter)

    def add(self, kind: str, what: Any, times: int, cents: Cents, late: int) -> None:  # noqa: PLR0912 - one case for each kind of fact
        """Add what was counted of one kind of fact."""
        self.late += late
        match kind:
            case "Released" | "Passed" if what == "ticket":
                self.put(BookedKind.ADMITTED_ON_TICKET, "", times, Cents(0))
            case "TicketLetOut":
                self.put(BookedKind.LET_OUT_ON_TICKET, "", times, Cents(0))
            case "TicketNotTaken":
                self.put(BookedKind.REFUSED, what if what in TICKET_REASONS else NOT_TAKEN, times, Cents(0))
            case "Released" | "Passed" if isinstance(what, str):
                self.put(BookedKind.ADMITTED_FREE, what, times, cents)
            case "Released" | "PaidAlong" | "Passed":
                self.put(BookedKind.ADMITTED_ON_CREDIT if what else BookedKind.ADMITTED_ON_CHARGE, "", times, cents)
            case "Settled":
                self.put(BookedKind.LET_IN, "", times, cents)
            case "Occurred":
                self.put(BookedKind.OPENED_BY_STAFF, "", times, cents)
            case "Refused" | "NotCharged":
                self.put(BookedKind.REFUSED, what or NOT_CHARGED, times, Cents(0))
            case "Redeemed":
                self.put(BookedKind.CHARGED, "", times, cents)
                if what:
                    self.put(BookedKind.CHARGED_OF_PRODUCT, what, times, cents)
            case "Refunded":
                self.put(BookedKind.REFUNDED, "", times, cents)
            case "PartVoided":
                self.put(BookedKind.VOIDED_IN_PART, "", times, cents)
            case "ErrandDone" if what in _ERRANDS:  # a part is told by the charge's own fact
                self.put(_ERRANDS[what], "", times, cents)

    def put(self, entry: BookedKind, reason: str, times: int, cents: int) -> None:
        """Add to a line."""
        self._times[entry, reason] += times
        self._cents[entry, reason] += cents

    def lines(self) -> Iterator[BookedLine]:
        """Return one line of each kind, even of nothing, and one of each reason to refuse, most frequent first."""
        for entry in BookedKind:
            reasons = [(reason, n) for (kind, reason), n in self._times.most_common() if kind is entry]
            if entry not in _ONLY_BY_REASON and not reasons:
                reasons = [("", 0)]
            for reason, times in reasons:
                yield BookedLine(entry, reason, times, self._cents[entry, reason])

"""
A day at the gate in numbers: admissions, refusals by their reasons, and what was charged less what was given back,
whole or in part.

Counted from the journal's facts. The current day stays in memory, and each question adds only what has come to disk
since; a midnight, a clock that is put right or another time zone begins it anew. Refusals that leave no fact (a scan
that was no voucher, a lane that was busy) are not among them.
"""

from collections import Counter
from dataclasses import field
from threading import Lock
from typing import Any, Final

from gate_controller.admission.words.errand_facts import PartVoided
from gate_controller.admission.words.facts import NotCharged, Redeemed, Refunded, Refused
from gate_controller.admission.words.frozen import slotted
from gate_controller.admission.words.money import Cents
from gate_controller.admission.words.ticket_facts import TicketNotTaken
from gate_controller.journal.counting import NOT_CHARGED, NOT_TAKEN, TICKET_REASONS, CountedFacts
from gate_controller.journal.reader import Reader

QUARTER_SECONDS: Final = 900


@slotted
class Tally:
    """What is counted for a span of time. Amounts are in cents."""

    admissions: int = 0
    charged: Cents = Cents(0)
    given_back: Cents = Cents(0)
    refusals: Counter[str] = field(default_factory=Counter)
    """By their reason: names of `MessageKind`, `NOT_CHARGED` and `NOT_TAKEN`."""

    def add(self, counted: CountedFacts) -> None:
        """Add what was counted of one kind of fact."""
        match counted.kind:
            case Refused.__name__:
                self.refusals[counted.reason] += counted.times
            case TicketNotTaken.__name__:
                self.refusals[counted.reason if counted.reason in TICKET_REASONS else NOT_TAKEN] += counted.times
            case NotCharged.__name__:
                self.refusals[NOT_CHARGED] += counted.times
            case Redeemed.__name__:
                self.charged = Cents(self.charged + counted.cents)
            case Refunded.__name__ | PartVoided.__name__:
                self.given_back = Cents(self.given_back + counted.cents)
            case _:
                self.admissions += counted.times

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "admissions": self.admissions,
            "refused": self.refusals.total(),
            "charged_cents": self.charged,
            "given_back_cents": self.given_back,
            "revenue_cents": self.charged - self.given_back,
        }


class CountedDay:
    """One day, by its beginning and its end (wall clock): as a whole, and each quarter of an hour."""

    def __init__(self, since: float, until: float) -> None:
        self.since, self.until = since, until
        self._whole = Tally()
        # A day on which the clocks change has 92 or 100 of them.
        self._quarters = [Tally() for _ in range(max(round((until - since) / QUARTER_SECONDS), 1))]

    def add(self, reader: Reader, after: int, to: int | None = None) -> int:
        """Add what came to disk after a number, up to another; return up to which it has been added now."""
        found, seen = reader.counted(after, self.since, self.until, QUARTER_SECONDS, to=to)
        for counted in found:
            self._whole.add(counted)
            self._quarters[min(counted.place, len(self._quarters) - 1)].add(counted)
        return seen

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values; each quarter with when it begins."""
        return {
            "since": self.since,
            "until": self.until,
            **self._whole.as_dict(),
            "refusals": dict(self._whole.refusals.most_common()),
            "quarters": [
                {"at": self.since + QUARTER_SECONDS * place, **quarter.as_dict()}
                for place, quarter in enumerate(self._quarters)
            ],
        }


class Days:
    """Days of one journal. For any thread; every question may raise `JournalError`."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._lock = Lock()
        self._today: CountedDay | None = None
        self._seen = 0

    def today(self, since: float, until: float) -> dict[str, Any]:
        """Return the day from `since` to `until`, which goes on; the next question about it takes a moment."""
        with self._lock:
            if self._today is None or (self._today.since, self._today.until) != (since, until):
                self._today, self._seen = CountedDay(since, until), self._reader.place_of(since)
            self._seen = self._today.add(self._reader, self._seen)
            return self._today.as_dict()

    def past(self, since: float, until: float) -> dict[str, Any]:
        """Return a day that is over."""
        day = CountedDay(since, until)
        day.add(self._reader, self._reader.place_of(since), self._reader.place_after(until))
        return day.as_dict()

"""
The journal's disk as the pure core's tests model it: one write after the other, each of which may fail or hang.

A failed write may still have reached the disk (`FAILS_BUT_KEPT`), and a power cut keeps any number of the writes that
nobody was told of. The rules of `journal/store.py` hold: a fact that is there stays, and the highest one of an attempt
says how the attempt stands.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from gate_controller.admission.attempt.evidence import entries_of
from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.facts import (
    Fact,
    Intended,
    Occurrence,
    Redeemed,
    RefundBegun,
    Refunded,
    Standing,
    approval,
    voucher_of,
)
from gate_controller.admission.words.free_facts import FreeEntry
from gate_controller.admission.words.ids import AttemptId
from gate_controller.admission.words.money import Cents

COMMIT_SECONDS = 0.0005


class DiskFate(Enum):
    """How a write ends."""

    WORKS = "works"
    FAILS = "fails"
    FAILS_BUT_KEPT = "fails, but the facts are there"
    HANGS = "hangs"


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A write nobody has been told of yet."""

    ticket: int
    facts: tuple[Fact, ...]
    synced: bool
    fate: DiskFate
    ends: float


@dataclass(slots=True)
class Disk:
    """What is on disk, and what is on its way there."""

    attempts: dict[AttemptId, dict[int, Fact]] = field(default_factory=dict)
    under_way: deque[UnderWay] = field(default_factory=deque)
    unsynced: deque[tuple[Fact, ...]] = field(default_factory=deque)
    """Writes that were not synced, and that no sync has followed: a process that dies keeps them."""
    fates: deque[tuple[DiskFate, float]] = field(default_factory=deque)
    """What the next writes meet, and how many seconds they take."""

    def write(self, ticket: int, facts: tuple[Fact, ...], now: float, *, synced: bool) -> UnderWay:
        """Begin a write; it ends after those before it."""
        fate, seconds = self.fates.popleft() if self.fates else (DiskFate.WORKS, COMMIT_SECONDS)
        free = self.under_way[-1].ends if self.under_way else now
        write = UnderWay(ticket, facts, synced, fate, max(free, now) + max(seconds, COMMIT_SECONDS))
        self.under_way.append(write)
        return write

    def end(self, write: UnderWay) -> bool:
        """Finish the oldest write; return whether it worked."""
        assert self.under_way.popleft() is write
        if write.fate is not DiskFate.FAILS:
            self._keep(write.facts)
        if not write.synced and write.fate is not DiskFate.FAILS:
            self.unsynced.append(write.facts)
        elif write.fate in {DiskFate.WORKS, DiskFate.HANGS}:
            self.unsynced.clear()
        return write.fate in {DiskFate.WORKS, DiskFate.HANGS}

    def dies(self, kept: int, *, power: bool) -> None:
        """Lose the writes under way but for the first `kept`; without power, those not synced count among them."""
        if power:
            lost = list(self.unsynced)[kept:]
            kept -= len(self.unsynced)
            self.unsynced = deque(lost)
            self._lose_unsynced()
        for write in list(self.under_way)[: max(kept, 0)]:
            if write.fate is not DiskFate.FAILS:
                self._keep(write.facts)
                if not write.synced and not power:
                    self.unsynced.append(write.facts)
        self.under_way.clear()

    def _lose_unsynced(self) -> None:
        for facts in self.unsynced:
            for fact in facts:
                self.attempts[fact.attempt].pop(fact.n, None)
                if not self.attempts[fact.attempt]:
                    del self.attempts[fact.attempt]
        self.unsynced.clear()

    def _keep(self, facts: Sequence[Fact]) -> None:
        for fact in facts:
            self.attempts.setdefault(fact.attempt, {}).setdefault(fact.n, fact)

    def facts(self, attempt: AttemptId) -> tuple[Fact, ...]:
        """Return what is on disk of an attempt, in order."""
        known = self.attempts.get(attempt, {})
        return tuple(known[n] for n in sorted(known))

    def standing(self, attempt: AttemptId) -> Standing:
        """Return who has work with an attempt, by the highest fact of it."""
        known = self.attempts[attempt]
        return known[max(known)].leaves

    def unfinished(self) -> list[tuple[Fact, ...]]:
        """Return the facts of every attempt that the gate alone has work with."""
        return [self.facts(a) for a in self.attempts if self.standing(a) is Standing.UNFINISHED]

    def not_closed(self) -> list[tuple[Fact, ...]]:
        """Return the facts of every attempt that the gate or a person has work with, as recovery reads them."""
        return [self.facts(a) for a in self.attempts if self.standing(a) is not Standing.CLOSED]

    def recent(self) -> list[tuple[Fact, ...]]:
        """Return the free entries and the outages, the oldest first, as `Store.free_entries` does."""
        wanted = {Occurrence.OUTAGE, Occurrence.OUTAGE_ENDED}
        return [
            facts
            for facts in map(self.facts, sorted(self.attempts, key=lambda attempt: int(attempt[4:])))
            if any(isinstance(fact, FreeEntry) or getattr(fact, "what", None) in wanted for fact in facts)
        ]

    def open_items(self) -> set[AttemptId]:
        """Return the attempts on the staff's list."""
        return {attempt for attempt in self.attempts if self.standing(attempt) is Standing.OPEN}

    def is_synced(self, attempt: AttemptId, kind: type[Fact]) -> bool:
        """Whether an attempt has a fact of a kind that no power cut takes."""
        loose = {(fact.attempt, fact.n) for facts in self.unsynced for fact in facts}
        known = self.attempts.get(attempt, {}).values()
        return any(isinstance(fact, kind) and (fact.attempt, fact.n) not in loose for fact in known)

    def has(self, attempt: AttemptId, kind: type[Fact]) -> bool:
        """Whether an attempt has a fact of a kind on disk."""
        return any(isinstance(fact, kind) for fact in self.attempts.get(attempt, {}).values())

    def charges(self, *, after: int) -> list[tuple[VoucherCode, Cents]]:
        """Return what `Store.charges_since` does of a whole schedule."""
        told = []
        for attempt in self.attempts:
            facts = self.facts(attempt)
            intent = next((f for f in facts if isinstance(f, Intended)), None)
            if intent is None or int(attempt[4:]) <= after:
                continue
            tokens = any(isinstance(f, Redeemed) and f.token is not None for f in facts)
            if tokens and not any(isinstance(f, RefundBegun | Refunded) for f in facts):
                told.append((voucher_of(facts), intent.price))
        return told

    def count_charges(self, voucher_code: str, amount: int, since: float, *, but: AttemptId, at_most: bool) -> int:
        """Count a voucher's charges of an amount as `Store.count_charges` does."""
        charges = 0
        for attempt in self.attempts:
            facts = self.facts(attempt)
            intent = next((f for f in facts if isinstance(f, Intended)), None)
            if attempt == but or intent is None or _dated(facts, intent) < since:
                continue
            if (voucher_of(facts), intent.price) == (voucher_code, amount):
                charges += entries_of(facts)[at_most]
        return charges


def _dated(facts: Sequence[Fact], intent: Intended) -> float:
    """Return when a charge was made: what Balance said was written when the clock was right."""
    approved = approval(facts)
    return intent.at if approved is None else approved.at

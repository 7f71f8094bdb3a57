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

from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.facts import Fact, Intended, Redeemed, RefundBegun, Refunded, Standing
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
    fate: DiskFate
    ends: float


@dataclass(slots=True)
class Disk:
    """What is on disk, and what is on its way there."""

    attempts: dict[AttemptId, dict[int, Fact]] = field(default_factory=dict)
    under_way: deque[UnderWay] = field(default_factory=deque)
    fates: deque[tuple[DiskFate, float]] = field(default_factory=deque)
    """What the next writes meet, and how many seconds they take."""

    def write(self, ticket: int, facts: tuple[Fact, ...], now: float) -> UnderWay:
        """Begin a write; it ends after those before it."""
        fate, seconds = self.fates.popleft() if self.fates else (DiskFate.WORKS, COMMIT_SECONDS)
        free = self.under_way[-1].ends if self.under_way else now
        write = UnderWay(ticket, facts, fate, max(free, now) + max(seconds, COMMIT_SECONDS))
        self.under_way.append(write)
        return write

    def end(self, write: UnderWay) -> bool:
        """Finish the oldest write; return whether it worked."""
        assert self.under_way.popleft() is write
        if write.fate is not DiskFate.FAILS:
            self._keep(write.facts)
        return write.fate in {DiskFate.WORKS, DiskFate.HANGS}

    def power_cut(self, kept: int) -> None:
        """Lose the writes under way but for the first `kept`."""
        for write in list(self.under_way)[:kept]:
            if write.fate is not DiskFate.FAILS:
                self._keep(write.facts)
        self.under_way.clear()

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

    def open_items(self) -> set[AttemptId]:
        """Return the attempts on the staff's list."""
        return {attempt for attempt in self.attempts if self.standing(attempt) is Standing.OPEN}

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
                told.append((intent.voucher_code, intent.price))
        return told

    def count_charges(self, voucher_code: str, amount: int, since: float, *, but: AttemptId, refunded: bool) -> int:
        """Count a voucher's charges of an amount as `Store.count_charges` does."""
        charges = 0
        for attempt in self.attempts:
            facts = self.facts(attempt)
            intent = next((f for f in facts if isinstance(f, Intended)), None)
            if attempt == but or intent is None or intent.at < since:
                continue
            if (intent.voucher_code, intent.price) != (voucher_code, amount):
                continue
            charged = any(isinstance(f, Redeemed) for f in facts)
            charges += charged and (refunded or not any(isinstance(f, Refunded) for f in facts))
        return charges

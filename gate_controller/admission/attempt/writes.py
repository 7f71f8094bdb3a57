"""
Which facts are on their way to disk, and which a failing journal did not take.

A journal that fails is tried again with everything it did not take; while it fails, only writes that an attempt waits
for are sent, the others join the backlog.
"""

from collections.abc import Sequence
from dataclasses import field

from gate_controller.admission.words.commands import Write
from gate_controller.admission.words.facts import Fact
from gate_controller.admission.words.frozen import frozen, slotted
from gate_controller.admission.words.ids import AttemptId
from gate_controller.admission.words.policy import JOURNAL_RETRY_SECONDS

# Attempts whose newest fact is known: whoever gives an order has read the journal a moment ago, not an hour.
NEWEST_KNOWN = 100


@frozen
class PendingWrite:
    """Facts handed to the journal, and the attempt that waits for them to be on disk, if one does."""

    facts: tuple[Fact, ...]
    waiting: AttemptId | None
    synced: bool


@slotted
class Writes:
    """What is being written, and what could not be."""

    last_ticket: int = 0
    pending: dict[int, PendingWrite] = field(default_factory=dict)
    backlog: list[Fact] = field(default_factory=list)
    """Facts that no step depends on and that the journal did not take: written as soon as it takes them again."""
    unsynced: list[Fact] = field(default_factory=list)
    """Facts that are written, and that no sync has followed yet: one that fails may take them."""
    failing: bool = False
    retry_at: float | None = None
    """Monotonic time at which a failing journal is tried again; None while it works or is being tried."""
    newest: dict[AttemptId, int] = field(default_factory=dict)
    """The number of the newest fact on disk, of the attempts that were written last."""
    _retry: int | None = None

    def begin(self, facts: Sequence[Fact], waiting: AttemptId | None, *, synced: bool = True) -> Write | None:
        """Return the write of `facts`; None if it went to the backlog of a failing journal."""
        if self.failing and waiting is None and facts:
            self.backlog.extend(facts)
            return None
        return self._send(tuple(facts), waiting, synced=synced)

    def failed(self, ticket: int, facts: Sequence[Fact], now: float) -> None:
        """Keep what the journal did not take, or may have lost, for its next try: a fact that is there stays one."""
        self.backlog += (*facts, *self.unsynced)
        self.unsynced.clear()
        if ticket == self._retry:
            self._retry = None
        self.distrust(now)

    def distrust(self, now: float) -> None:
        """Take the journal for failing until a write proves that it works."""
        self.failing = True
        if self._retry is None:
            self.retry_at = now + JOURNAL_RETRY_SECONDS

    def try_again(self) -> Write:
        """Return the write that will tell whether the journal works again."""
        write = self._send(self.take_backlog(), None)
        self.retry_at, self._retry = None, write.ticket
        return write

    def written(self, write: PendingWrite) -> None:
        """Take what is on disk."""
        for fact in write.facts:
            self.newest.pop(fact.attempt, None)
            self.newest[fact.attempt] = fact.n
        while len(self.newest) > NEWEST_KNOWN:
            del self.newest[next(iter(self.newest))]
        if write.synced:
            self.unsynced.clear()
        else:
            self.unsynced += write.facts

    def worked(self, ticket: int) -> bool:
        """Take a write that is on disk; say whether it proves that a failing journal works again."""
        if ticket != self._retry:
            return False
        self.failing, self._retry = False, None
        return True

    def take_backlog(self) -> tuple[Fact, ...]:
        """Return what the journal has not taken, to be written now."""
        # They came as their writes failed; each attempt's facts go to disk in their order.
        facts, self.backlog = tuple(sorted(self.backlog, key=lambda fact: fact.n)), []
        return facts

    def unrecorded(self) -> tuple[Fact, ...]:
        """Return what a failing journal may not have taken, for a last try; nothing while it works."""
        if not self.failing:
            return ()
        sent = (fact for write in self.pending.values() for fact in write.facts)
        return tuple(sorted((*sent, *self.backlog), key=lambda fact: fact.n))

    def holds(self, attempt: AttemptId) -> bool:
        """Whether facts of an attempt are not on disk yet."""
        sent = (fact for write in self.pending.values() for fact in write.facts)
        return any(fact.attempt == attempt for fact in (*sent, *self.backlog))

    def knows_more(self, last: Fact) -> bool:
        """Whether the journal holds more of an attempt than somebody has seen, to whom `last` was its last fact."""
        return self.newest.get(last.attempt, last.n) > last.n

    def _send(self, facts: tuple[Fact, ...], waiting: AttemptId | None, *, synced: bool = True) -> Write:
        self.last_ticket += 1
        self.pending[self.last_ticket] = PendingWrite(facts, waiting, synced)
        return Write(self.last_ticket, facts, synced)

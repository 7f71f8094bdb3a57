"""
E-GUMA's ticketing as the core's tests model it, and what a gate may make of it: part of `world.py` and `promises.py`.

Each check-in is known by the attempt that sent it, which the real one doesn't show: so the promises are checked against
the truth. Times are true time, in seconds since the schedule began.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gate_controller.admission.words.calls import CallFailed, CallFault
from gate_controller.admission.words.codes import TicketNumber
from gate_controller.admission.words.facts import Passed, Released, ReleasedToSensor
from gate_controller.admission.words.ticket_calls import (
    AskTicket,
    CheckedIn,
    CheckedOut,
    CheckIn,
    CheckOut,
    TicketAnswered,
    TicketInfo,
    TicketRefusal,
    TicketRefusalCode,
    TicketTaken,
)
from gate_controller.admission.words.ticket_facts import (
    EntryLapsed,
    EntryUndoBegun,
    EntryUndone,
    TicketEntered,
    TicketEvidence,
    TicketIntended,
    TicketLeft,
    TicketLetOut,
    TicketNotTaken,
)
from tests.rig.steps import Call

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate_controller.admission.words.commands import Command
    from gate_controller.admission.words.facts import Fact
    from gate_controller.admission.words.ids import AttemptId
    from tests.rig.world import World

GOOD_TICKETS = ("1000000000000000001", "1000000000000000002")
INSIDE = "1000000000000000003"
"""It is checked in at the beginning, an hour ago."""
DELETED, UNKNOWN_TICKET = "1000000000000000004", "1000000000000000009"

REENTRY_SECONDS = 1_800.0


@dataclass(slots=True)
class Check:
    """One check-in or check-out that took effect."""

    number: str
    at: float
    is_entry: bool
    by: str
    """The attempt that sent it; empty: another gate."""


@dataclass(slots=True)
class Tickets:
    """The tickets there are, and how each stands."""

    since: dict[str, float | None] = field(
        default_factory=lambda: {**dict.fromkeys((*GOOD_TICKETS, DELETED)), INSIDE: -3_600.0}
    )
    checks: list[Check] = field(default_factory=list)

    def check_in(self, number: str, by: str, at: float) -> TicketTaken | TicketRefusal:
        """Check a ticket in."""
        refusal = self._unusable(number)
        if refusal is None and self.since[number] is not None:
            refusal = TicketRefusalCode.ALREADY_CHECKED_IN
        return self._taken(number, by, at, refusal, is_entry=True)

    def check_out(self, number: str, by: str, at: float) -> TicketTaken | TicketRefusal:
        """Check a ticket out."""
        refusal = self._unusable(number)
        if refusal is None and self.since[number] is None:
            refusal = TicketRefusalCode.NOT_CHECKED_IN
        return self._taken(number, by, at, refusal, is_entry=False)

    def info(self, number: str, epoch: float) -> TicketInfo | CallFailed:
        """Say how a ticket stands; E-GUMA's clock is right."""
        if number not in self.since:
            return CallFailed(CallFault.REFUSED, "Das Ticket wurde nicht gefunden.")
        at = self.since[number]
        return TicketInfo(TicketNumber(number), at is not None, None if at is None else float(int(epoch + at)))

    def of(self, attempt: str, *, is_entry: bool) -> list[Check]:
        """Return what an attempt did."""
        return [check for check in self.checks if check.by == attempt and check.is_entry is is_entry]

    def others(self, number: str, since: float) -> bool:
        """Whether another gate did something to a ticket since then."""
        return any(c.number == number and not c.by and c.at >= since for c in self.checks)

    def _unusable(self, number: str) -> TicketRefusalCode | None:
        if number not in self.since:
            return TicketRefusalCode.NOT_FOUND
        return TicketRefusalCode.DELETED if number == DELETED else None

    def _taken(
        self, number: str, by: str, at: float, refusal: TicketRefusalCode | None, *, is_entry: bool
    ) -> TicketTaken | TicketRefusal:
        if refusal is not None:
            return TicketRefusal(refusal, "Nein.")
        self.since[number] = at if is_entry else None
        self.checks.append(Check(number, at, is_entry, by))
        return TicketTaken()


class TicketDesk:
    """Carries the calls about tickets out, and watches: no ticket is let in twice or without, none is forgotten."""

    def __init__(self, world: World, epoch: float) -> None:
        self._world = world
        self._epoch = epoch
        self.tickets = Tickets()
        self.intended_at: dict[AttemptId, float] = {}
        self._sent: set[AttemptId] = set()

    def call(self, command: CheckIn | CheckOut | AskTicket) -> None:
        """Send a call on its way."""
        world, tickets = self._world, self.tickets
        attempt, number = command.attempt, command.ticket_number
        match command:
            case CheckIn():
                world.desk_call(
                    Call.CHECK_IN,
                    command.deadline,
                    lambda: tickets.check_in(number, attempt, world.now),
                    lambda told: CheckedIn(world.instant(), attempt, told),
                    _sent_as(attempt),
                )
            case CheckOut():
                world.desk_call(
                    Call.CHECK_OUT,
                    command.deadline,
                    lambda: tickets.check_out(number, attempt, world.now),
                    lambda told: CheckedOut(world.instant(), attempt, told),
                    _sent_as(attempt),
                )
            case AskTicket():
                world.desk_call(
                    Call.TICKET_INFO,
                    command.deadline,
                    lambda: tickets.info(number, self._epoch),
                    lambda told: TicketAnswered(world.instant(), attempt, told),
                    "",
                )

    def wrong(self, line: str) -> None:
        """Note a broken promise."""
        self._world.watch.wrong(line)

    def commanded(self, command: Command) -> None:
        """Look at a command before it is carried out."""
        disk, world = self._world.disk, self._world
        if isinstance(command, CheckIn):
            attempt = command.attempt
            if attempt in self._sent:
                self.wrong(f"promise 2: the check-in of {attempt} is sent twice")
            self._sent.add(attempt)
            if not disk.is_synced(attempt, TicketIntended):
                self.wrong(f"promise 4: {attempt} is checked in without its intent on disk")
        elif isinstance(command, CheckOut):
            attempt = command.attempt
            intent = disk.facts(attempt)[0] if disk.facts(attempt) else None
            is_entry = isinstance(intent, TicketIntended) and intent.is_entry
            if is_entry and not disk.is_synced(attempt, EntryUndoBegun):
                self.wrong(f"promise 4: {attempt} is undone without a record on disk")
            if intent is None and attempt not in world.watch.write_failed:
                self.wrong(f"promise 4: {attempt} is checked out without its intent on disk")

    def written(self, fact: Fact) -> None:
        """A fact is on its way to disk."""
        if isinstance(fact, TicketIntended):
            self.intended_at.setdefault(fact.attempt, self._world.now)

    def may_release(self, attempt: AttemptId) -> bool | None:
        """Whether the relay may move for an attempt; None where it is no ticket's."""
        one = self._world.gate.visitors.unfinished.get(attempt)
        if one is None or one.ticket_number is None:
            return None
        return not one.is_entry or self._world.disk.has(attempt, TicketEntered)

    def at_rest(self) -> None:
        """Check each ticket's attempt against the truth."""
        disk = self._world.disk
        for attempt in disk.attempts:
            facts = disk.facts(attempt)
            intent = facts[0]
            if isinstance(intent, TicketIntended):
                (self._check_entry if intent.is_entry else self._check_leaving)(attempt, intent, facts)

    def _check_entry(self, attempt: AttemptId, intent: TicketIntended, facts: Sequence[Fact]) -> None:
        world, outcome = self._world, self._world.outcome
        entered = self.tickets.of(attempt, is_entry=True)
        pulses = [pulse for pulse in world.watch.pulses if pulse.attempt == attempt]
        least, most = sum(pulse.least for pulse in pulses), sum(pulse.most for pulse in pulses)
        known_by = [fact.known_by for fact in facts if isinstance(fact, TicketEntered)]
        with_a_person = attempt in disk_items(world) or attempt in world.watch.settled
        outcome.ticket_entries += least
        tale = [type(fact).__name__ for fact in facts]
        others = self.tickets.others(intent.ticket_number, self.intended_at[attempt] - 5.0)
        if least > 1:
            self.wrong(f"tickets: {attempt} was let in {least} times")
        if len(entered) > 1:
            self.wrong(f"tickets: {attempt} checked in {len(entered)} times: {tale}")
        if least == 1 and not entered and not with_a_person and known_by[-1:] != [TicketEvidence.REENTRY]:
            if known_by[-1:] == [TicketEvidence.INFO] and (others or self._entered_unused_before(attempt, intent)):
                outcome.mistaken_entries += 1
            else:
                self.wrong(f"tickets: {attempt} was let in without a check-in: {tale}")
        ends = EntryLapsed | EntryUndone | Released | Passed | ReleasedToSensor
        if entered and not with_a_person and not isinstance(facts[-1], ends):
            if others:
                outcome.mistaken_entries += 1
            else:
                self.wrong(f"tickets: the check-in of {attempt} is forgotten: {tale}")
        if entered and not with_a_person and isinstance(facts[-1], EntryUndone):
            is_out = self.tickets.of(attempt, is_entry=False) or others
            if not is_out:
                self.wrong(f"tickets: {attempt} is said to be undone, and is not")
        if entered and most == 0 and isinstance(facts[-1], Released | Passed) and not with_a_person:
            self.wrong(f"tickets: {attempt} is said to be used, and nobody went in: {tale}")

    def _entered_unused_before(self, attempt: AttemptId, intent: TicketIntended) -> bool:
        """Whether an earlier scan of the ticket checked it in in the same second, and let nobody in."""
        world = self._world
        for other in world.disk.attempts:
            first = world.disk.facts(other)[0]
            is_same = isinstance(first, TicketIntended) and first.ticket_number == intent.ticket_number
            is_used = any(pulse.attempt == other for pulse in world.watch.pulses)
            if other != attempt and is_same and not is_used and self.tickets.of(other, is_entry=True):
                return True
        return False

    def _check_leaving(self, attempt: AttemptId, intent: TicketIntended, facts: Sequence[Fact]) -> None:
        world = self._world
        with_a_person = attempt in disk_items(world) or attempt in world.watch.settled
        world.outcome.ticket_exits += any(isinstance(fact, TicketLetOut) for fact in facts)
        if not with_a_person and not isinstance(facts[-1], TicketLeft | TicketNotTaken):
            self.wrong(f"tickets: the way out of {attempt} has no end: {[type(fact).__name__ for fact in facts]}")
        if isinstance(facts[-1], TicketNotTaken) and self.tickets.of(attempt, is_entry=False):
            if not world.was_sent_twice(_sent_as(attempt)):
                self.wrong(f"tickets: {attempt} was checked out, and told that it was not")
            world.outcome.mistaken_entries += 1
        del intent


def _sent_as(attempt: AttemptId) -> str:
    """Return what names an attempt's calls on their way; no charge has that name."""
    return f"ticket {attempt}"


def disk_items(world: World) -> set[AttemptId]:
    """Return the attempts on the staff's list."""
    return world.disk.open_items()

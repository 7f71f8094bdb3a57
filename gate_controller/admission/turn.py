"""
One turn of the core: an event is being handled, and commands collect.

`Writes` remembers which facts are on their way to disk, and keeps those that a failing journal did not take.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from gate_controller.admission.commands import Command, Note, Show, Write
from gate_controller.admission.events import Instant
from gate_controller.admission.facts import Fact
from gate_controller.admission.ids import AttemptId
from gate_controller.admission.messages import Fault, Message, MessageKind
from gate_controller.admission.money import Cents
from gate_controller.admission.policy import Policy


@dataclass(frozen=True, slots=True)
class PendingWrite:
    """Facts handed to the journal, and the attempt that waits for them to be on disk, if one does."""

    facts: tuple[Fact, ...]
    waiting: AttemptId | None


@dataclass(slots=True)
class Writes:
    """What is being written, and what could not be."""

    last_ticket: int = 0
    pending: dict[int, PendingWrite] = field(default_factory=dict)
    backlog: list[Fact] = field(default_factory=list)
    """Facts that no step depends on and that the journal did not take: written as soon as it takes them again."""
    failing: bool = False
    retry: int | None = None
    """The ticket of the write that will tell whether the journal works again."""

    def begin(self, facts: Sequence[Fact], waiting: AttemptId | None) -> Write | None:
        """Return the write of `facts`; None if it went to the backlog of a failing journal."""
        if self.failing and waiting is None and facts:
            self.backlog.extend(facts)
            return None
        self.last_ticket += 1
        self.pending[self.last_ticket] = PendingWrite(tuple(facts), waiting)
        return Write(self.last_ticket, tuple(facts))


@dataclass(slots=True)
class Turn:
    """What the handling of one event brings about."""

    policy: Policy
    at: Instant
    writes: Writes
    commands: list[Command] = field(default_factory=list)
    faults: list[tuple[Fault, str]] = field(default_factory=list)

    def do(self, command: Command) -> None:
        """Add a command."""
        self.commands.append(command)

    def show(
        self,
        kind: MessageKind,
        *,
        balance: Cents | None = None,
        eguma_text: str = "",
        incident: str = "",
        fault: Fault | None = None,
    ) -> None:
        """Tell the visitor."""
        self.do(Show(Message(kind, self.policy.price, balance, eguma_text, incident, fault)))

    def note(self, text: str, *, alarm: bool = False) -> None:
        """Tell the log."""
        self.do(Note(text, alarm))

    def write(self, *facts: Fact, waiting: AttemptId | None = None) -> int | None:
        """Put facts on disk; `waiting` is the attempt whose next step depends on them. Returns the ticket, if any."""
        command = self.writes.begin(facts, waiting)
        if command is None:
            return None
        self.do(command)
        return command.ticket

    def fault(self, fault: Fault, why: str) -> None:
        """Put the gate out of service."""
        self.faults.append((fault, why))

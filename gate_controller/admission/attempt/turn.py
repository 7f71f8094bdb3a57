"""One turn of the core: an event is being handled, and commands collect."""

from dataclasses import dataclass, field

from gate_controller.admission.attempt.writes import Writes
from gate_controller.admission.words.commands import Command, Note, Show
from gate_controller.admission.words.events import Instant
from gate_controller.admission.words.facts import Fact
from gate_controller.admission.words.ids import AttemptId
from gate_controller.admission.words.messages import HOLDS, Fault, Message, MessageKind
from gate_controller.admission.words.money import Cents
from gate_controller.admission.words.policy import Policy


@dataclass(slots=True)
class Turn:
    """What the handling of one event brings about."""

    policy: Policy
    at: Instant
    writes: Writes
    barred: Fault | None = None
    """Why nobody may be charged any more just now, not even who has been scanned; None: nothing bars it."""
    commands: list[Command] = field(default_factory=list)
    faults: list[tuple[Fault, str]] = field(default_factory=list)
    cleared: list[Fault] = field(default_factory=list)

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
        price: Cents | None = None,
    ) -> None:
        """Tell the visitor; `price` where it is not the gate's of today. At a gate held open, lamps go on saying so."""
        price = self.policy.price if price is None else price
        fault = self.barred if fault is None and self.is_held_open else fault
        self.do(Show(Message(kind, price, balance, eguma_text, incident, fault)))

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

    @property
    def is_held_open(self) -> bool:
        """Whether the gate stands open for everybody."""
        return self.barred in HOLDS

    @property
    def came_between(self) -> str:
        """What bars the visitor's way just now, in words for the books."""
        return f"{self.barred.name.lower().replace('_', ' ')} came between" if self.barred is not None else ""

    def fault(self, fault: Fault, why: str) -> None:
        """Put the gate out of service."""
        self.faults.append((fault, why))

    def clear(self, fault: Fault) -> None:
        """This fault holds no more."""
        self.cleared.append(fault)

"""
What is to be done: what the core asks of the shell, to be carried out in the order given.

Each command is answered by events; the docstring names them. Those that ask E-GUMA stand in `calls.py`, with their
answers.
"""

from enum import Enum, auto

from gate_controller.admission.words.facts import Fact
from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.ids import NO_INCIDENT, AttemptId, Incident, OrderId
from gate_controller.admission.words.messages import Message


class Way(Enum):
    """Which way somebody is let through."""

    IN = auto()
    OUT = auto()


@frozen
class Command:
    """Something to be done."""


@frozen
class Write(Command):
    """Put the facts on disk in one commit: `Written` or `WriteFailed`. Writes keep their order."""

    ticket: int
    facts: tuple[Fact, ...]
    synced: bool = True
    """Else a power cut may take them until the next commit that is; a process that dies does not."""


@frozen
class Release(Command):
    """Let one person through now: `Opened` or `RelayFailed`."""

    attempt: AttemptId
    way: Way = Way.IN


@frozen
class Shut(Command):
    """The person is through, or has not come: close what stays open for one. `RelayFailed` where it cannot be done."""


@frozen
class HoldOpen(Command):
    """Open for everybody, until `LetGo`: `Opened` or `RelayFailed`, of nobody's attempt."""


@frozen
class LetGo(Command):
    """Back to shut. `RelayFailed` where it cannot be done."""


@frozen
class Show(Command):
    """Tell the visitor, by display and lamps. No answer."""

    message: Message


@frozen
class Answer(Command):
    """Tell whoever gave an order what becomes of it; every order gets one of these. Nothing comes back."""

    order: OrderId
    objection: str = ""
    """Why nothing is done, in words for that person; empty where it is done, or has begun."""
    is_put_off: bool = False
    """Only the moment is bad: the same order may be given again, with what the journal holds by then."""
    has_failed: bool = False
    """It was tried, and the gate could not do it."""
    incident: Incident = NO_INCIDENT
    """Under what an errand is in the journal."""
    is_unsure: bool = False
    """Nobody knows what became of it: the gate failed while it carried it out."""


@frozen
class Revised(Command):
    """From here on the gate goes by the settings of an order (`RevisionOrdered`): so shall all else. No answer."""

    order: OrderId


@frozen
class SensorAils(Command):
    """Let status and log tell what ails the passage sensor, or with an empty `why` that it works again. No answer."""

    why: str


@frozen
class Note(Command):
    """Tell the log, in one line of key=value words without secrets. No answer."""

    text: str
    alarm: bool = False
    """Whether staff or technicians should look."""
    is_detail: bool = False
    """Whether it is for whoever looks for something: it may come many times a minute."""

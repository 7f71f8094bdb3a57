"""
The calls to E-GUMA about tickets: checked in, checked out, looked up. For each the command that asks, how it can end,
and the event that says so.
"""

import re
from enum import StrEnum

from gate_controller.admission.words.calls import Call, CallFailed
from gate_controller.admission.words.codes import TicketNumber, is_ticket_number
from gate_controller.admission.words.events import AttemptEvent
from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.money import Cents

_BETWEEN_GROUPS = r"[\s-]+"


def ticket_number_in(text: str) -> TicketNumber | None:
    """Return the ticket number that a text is, as people write it too: in groups; None where it is none."""
    digits = re.sub(_BETWEEN_GROUPS, "", text)
    return TicketNumber(digits) if is_ticket_number(digits) else None


class TicketRefusalCode(StrEnum):
    """Why a ticket was not checked in or out, in E-GUMA's own words (eguma-api.md, "Tickets")."""

    NOT_FOUND = "ticket_not_found"
    DELETED = "ticket_deleted"
    ALREADY_CHECKED_IN = "ticket_already_checkedin"
    NOT_CHECKED_IN = "ticket_not_checkedin"
    OTHER = ""
    """A word that is not documented, or none."""


@frozen
class TicketTaken:
    """A ticket checked in or out, confirmed. What it is a ticket of is E-GUMA's; empty where it does not say."""

    product_id: str = ""
    ticket_type_id: str = ""


@frozen
class TicketRefusal:
    """E-GUMA's no to a check-in or check-out: nothing changed. `message` is for people, and may be empty."""

    code: TicketRefusalCode
    message: str = ""


TicketOutcome = TicketTaken | TicketRefusal | CallFailed


@frozen
class CheckIn(Call):
    """Check a ticket in, once; again only while surely nothing was sent, until `deadline`: `CheckedIn`."""

    ticket_number: TicketNumber
    deadline: float


@frozen
class CheckedIn(AttemptEvent):
    """`CheckIn` ended."""

    outcome: TicketOutcome


@frozen
class CheckOut(Call):
    """Check a ticket out, once; again only while surely nothing was sent, until `deadline`: `CheckedOut`."""

    ticket_number: TicketNumber
    deadline: float
    urgent: bool
    """Whether a visitor is waiting for it."""


@frozen
class CheckedOut(AttemptEvent):
    """`CheckOut` ended."""

    outcome: TicketOutcome


@frozen
class AskTicket(Call):
    """Ask about a ticket, again after faults, until `deadline` (monotonic): `TicketAnswered`."""

    ticket_number: TicketNumber
    deadline: float
    urgent: bool
    """Whether a visitor is waiting for it."""


@frozen
class TicketInfo:
    """What E-GUMA says of a ticket."""

    ticket_number: TicketNumber
    is_checked_in: bool
    checked_in_at: float | None
    """
    Seconds since 1970 by E-GUMA's clock; in the hour that winter time repeats, the earlier of the two. None where it
    is not checked in, or the answer does not say when.
    """
    price: Cents | None = None
    event: str = ""
    """Names the event or the kind of admission."""


TicketInfoOutcome = TicketInfo | CallFailed


@frozen
class TicketAnswered(AttemptEvent):
    """`AskTicket` ended."""

    outcome: TicketInfoOutcome

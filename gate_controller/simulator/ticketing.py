"""Tickets, checked in and out. Pure, like the ledger; a no is an answer here, for E-GUMA gives it with status 200."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from gate_controller.simulator.vouchers import User, plain


@dataclass(frozen=True, slots=True)
class Ticket:
    """One ticket; `checked_in_at` (local time): it was checked in before."""

    ticket_number: str
    price_in_cents: int = 2_500
    positions: int = 1
    """At how many places it may be checked in. What the API answers at the second is undocumented."""
    is_deleted: bool = False
    checked_in_at: str | None = None
    product_id: str = "7c2f90aa-day-ticket"
    ticket_type_id: str = "7c2f90aa-adult"
    event: str = "7c2f90aa-museum"
    created_at: str = "2025-05-01T09:00:00"


class TicketRefused(Enum):
    """Why a ticket is not checked in or out: E-GUMA's code; its message is the code's words."""

    NOT_FOUND = "ticket_not_found"
    DELETED = "ticket_deleted"
    ALREADY_CHECKEDIN = "ticket_already_checkedin"
    NOT_CHECKEDIN = "ticket_not_checkedin"

    @property
    def message(self) -> str:
        """What E-GUMA says of it to people."""
        return {
            TicketRefused.NOT_FOUND: "Das Ticket wurde nicht gefunden.",
            TicketRefused.DELETED: "Das Ticket wurde gelöscht.",
            TicketRefused.ALREADY_CHECKEDIN: "Das Ticket wurde bereits eingecheckt.",
            TicketRefused.NOT_CHECKEDIN: "Das Ticket ist nicht eingecheckt.",
        }[self]


@dataclass(slots=True)
class TicketEntry:
    """A ticket, and how it stands."""

    ticket: Ticket
    checked_in: int
    """At how many places it is checked in."""
    checked_in_at: str | None


@dataclass(frozen=True, slots=True)
class LedgerCheckIn:
    """One check-in, or check-out, that took place. Kept for ever."""

    ticket_number: str
    is_entry: bool
    user: User
    made_at: float
    """Seconds since 1970 by this machine's clock."""


class TicketBook:
    """The tickets there are."""

    def __init__(self, tickets: Iterable[Ticket]) -> None:
        self._first = tuple(tickets)
        self._entries: dict[str, TicketEntry] = {}
        self._check_ins: list[LedgerCheckIn] = []
        self.reset()

    def reset(self) -> None:
        """Open the book anew."""
        self._entries.clear()
        self._check_ins.clear()
        for ticket in self._first:
            self.put(ticket)

    def put(self, ticket: Ticket) -> None:
        """Create a ticket, or replace one."""
        self._entries[ticket.ticket_number] = TicketEntry(
            ticket, int(ticket.checked_in_at is not None), ticket.checked_in_at
        )

    def entry(self, number: str) -> TicketEntry | None:
        """Return a ticket and how it stands; None where there is none."""
        return self._entries.get(plain(number))

    def entries(self) -> Iterator[TicketEntry]:
        """Return every ticket."""
        return iter(self._entries.values())

    def check_ins(self) -> Iterator[LedgerCheckIn]:
        """Return every check-in and check-out, oldest first."""
        return iter(self._check_ins)

    def check_in(
        self, number: str, *, at_each_position: bool, at: str, user: User, made_at: float, book: bool = True
    ) -> TicketRefused | None:
        """Check a ticket in at the local time `at`; return why not. `book` False: the same, without effect."""
        entry = self._usable(number)
        if isinstance(entry, TicketRefused):
            return entry
        if entry.checked_in >= (entry.ticket.positions if at_each_position else 1):
            return TicketRefused.ALREADY_CHECKEDIN
        if book:
            entry.checked_in, entry.checked_in_at = entry.checked_in + 1, at
            self._check_ins.append(LedgerCheckIn(entry.ticket.ticket_number, True, user, made_at))
        return None

    def check_out(self, number: str, *, user: User, made_at: float, book: bool = True) -> TicketRefused | None:
        """Check a ticket out; return why not. `book` False: the same, without effect."""
        entry = self._usable(number)
        if isinstance(entry, TicketRefused):
            return entry
        if not entry.checked_in:
            return TicketRefused.NOT_CHECKEDIN
        if book:
            entry.checked_in -= 1
            entry.checked_in_at = entry.checked_in_at if entry.checked_in else None
            self._check_ins.append(LedgerCheckIn(entry.ticket.ticket_number, False, user, made_at))
        return None

    def _usable(self, number: str) -> TicketEntry | TicketRefused:
        entry = self.entry(number)
        if entry is None:
            return TicketRefused.NOT_FOUND
        return TicketRefused.DELETED if entry.ticket.is_deleted else entry

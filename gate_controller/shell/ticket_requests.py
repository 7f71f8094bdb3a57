"""The calls to E-GUMA about tickets: each command is carried out, and its event comes back."""

from collections.abc import Callable
from typing import assert_never

from gate_controller.admission.words import ticket_calls as calls
from gate_controller.admission.words.events import AttemptEvent, Instant
from gate_controller.eguma.api import Api
from gate_controller.eguma.ticket_api import TicketApi

TicketRequest = calls.CheckIn | calls.CheckOut | calls.AskTicket


async def asked(api: Api, command: TicketRequest, now: Callable[[], Instant]) -> tuple[str, AttemptEvent, object]:
    """Return the name of the endpoint, the event for the core, and how the call ended."""
    tickets = TicketApi(api)
    attempt, number, deadline = command.attempt, command.ticket_number, command.deadline
    match command:
        case calls.CheckIn():
            entered = await tickets.check_in(number, deadline)
            return "checkin", calls.CheckedIn(now(), attempt, entered), entered
        case calls.CheckOut():
            left = await tickets.check_out(number, deadline, urgent=command.urgent)
            return "checkout", calls.CheckedOut(now(), attempt, left), left
        case calls.AskTicket():
            info = await tickets.info(number, deadline, urgent=command.urgent)
            return "ticket_info", calls.TicketAnswered(now(), attempt, info), info
        case _:
            assert_never(command)

"""
Tickets at E-GUMA: checked in, checked out, looked up, by the rules of `api`.

A check-in is sent again only while it surely was not sent: the second would be told that the ticket is checked in
already. What a lost answer meant is told by the look-up.
"""

from gate_controller.admission.words import ticket_calls as calls
from gate_controller.admission.words.calls import CallFailed
from gate_controller.admission.words.codes import TicketNumber
from gate_controller.eguma.api import CHANGES, READS, Api, Ask, about, fit_to_be_told, path_of
from gate_controller.eguma.merchant_time import seconds_since_1970
from gate_controller.eguma.ticket_answers import CheckAnswer, TicketInfoAnswer

_TICKETS = "ticketing/tickets"


def ticket_of(number: TicketNumber) -> Ask[TicketInfoAnswer]:
    """Ask how a ticket stands."""
    return Ask("ticket info", READS, path_of(number, "info", _TICKETS), about(number, TicketInfoAnswer), number)


class TicketApi:
    """The calls about tickets. Every `deadline` is a moment of `time.monotonic`; `urgent`: a visitor is waiting."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def check_in(self, number: TicketNumber, deadline: float) -> calls.TicketOutcome:
        """Check a ticket in, once, for the visitor who waits. After UNKNOWN it may be checked in: look it up."""
        return await self._change(number, "checkin", deadline, urgent=True)

    async def check_out(self, number: TicketNumber, deadline: float, *, urgent: bool) -> calls.TicketOutcome:
        """Check a ticket out, once. After UNKNOWN it may be checked out: look it up."""
        return await self._change(number, "checkout", deadline, urgent=urgent)

    async def info(self, number: TicketNumber, deadline: float, *, urgent: bool) -> calls.TicketInfoOutcome:
        """Ask how a ticket stands."""
        answer = await self._api.ask(ticket_of(number), deadline, urgent=urgent)
        if isinstance(answer, CallFailed):
            return answer
        at = seconds_since_1970(answer.checked_in_at) if answer.is_checked_in and answer.checked_in_at else None
        return calls.TicketInfo(number, answer.is_checked_in, at, answer.price_in_cents, answer.event)

    async def _change(self, number: TicketNumber, verb: str, deadline: float, *, urgent: bool) -> calls.TicketOutcome:
        ask = Ask(verb, CHANGES, path_of(number, verb, _TICKETS), CheckAnswer.model_validate_json, number, b"")
        answer = await self._api.ask(ask, deadline, urgent=urgent)
        if isinstance(answer, CallFailed):
            return answer
        if answer.is_successful:
            return calls.TicketTaken(answer.product_id, answer.ticket_type_id)
        message = fit_to_be_told(answer.unsuccessful_message, number)
        known = answer.unsuccessful_code in set(calls.TicketRefusalCode)
        return calls.TicketRefusal(calls.TicketRefusalCode(answer.unsuccessful_code if known else ""), message)

"""
Tickets at E-GUMA: checked in, checked out, looked up, by the rules of `api`.

A check-in is sent again only while it surely was not sent: the second would be told that the ticket is checked in
already. What a lost answer meant is told by the look-up.
"""

from gate_controller.admission.words.calls import CallFailed
from gate_controller.admission.words.codes import mask
from gate_controller.admission.words.ticket_calls import (
    TicketInfo,
    TicketInfoOutcome,
    TicketNumber,
    TicketOutcome,
    TicketRefusal,
    TicketRefusalCode,
    TicketTaken,
)
from gate_controller.eguma.api import Api, fit_to_be_told
from gate_controller.eguma.asks import CHANGES, READS, Ask, path_of
from gate_controller.eguma.merchant_time import seconds_since_1970
from gate_controller.eguma.ticket_answers import CheckAnswer, TicketInfoAnswer

_TICKETS = "ticketing/tickets"


def ticket_of(number: TicketNumber) -> Ask[TicketInfoAnswer]:
    """Ask how a ticket stands; an answer about another one cannot be read."""

    def read(body: bytes) -> TicketInfoAnswer:
        answer = TicketInfoAnswer.model_validate_json(body)
        if (answer.ticket_number or number) != number:
            raise ValueError(f"it is about another ticket, {mask(answer.ticket_number)}")
        return answer

    return Ask("ticket info", READS, path_of(number, "info", _TICKETS), read, number)


class TicketApi:
    """The calls about tickets. Every `deadline` is a moment of `time.monotonic`; `urgent`: a visitor is waiting."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def check_in(self, number: TicketNumber, deadline: float) -> TicketOutcome:
        """Check a ticket in, once, for the visitor who waits. After UNKNOWN it may be checked in: look it up."""
        return await self._change(number, "checkin", deadline, urgent=True)

    async def check_out(self, number: TicketNumber, deadline: float, *, urgent: bool) -> TicketOutcome:
        """Check a ticket out, once. After UNKNOWN it may be checked out: look it up."""
        return await self._change(number, "checkout", deadline, urgent=urgent)

    async def info(self, number: TicketNumber, deadline: float, *, urgent: bool) -> TicketInfoOutcome:
        """Ask how a ticket stands."""
        answer = await self._api.ask(ticket_of(number), deadline, urgent=urgent)
        if isinstance(answer, CallFailed):
            return answer
        since = answer.checked_in_at if answer.is_checked_in else None
        at = None if since is None else seconds_since_1970(since)
        return TicketInfo(number, answer.is_checked_in, at, answer.price_in_cents, answer.event)

    async def _change(self, number: TicketNumber, verb: str, deadline: float, *, urgent: bool) -> TicketOutcome:
        ask = Ask(verb, CHANGES, path_of(number, verb, _TICKETS), CheckAnswer.model_validate_json, number, b"")
        answer = await self._api.ask(ask, deadline, urgent=urgent)
        if isinstance(answer, CallFailed):
            return answer
        if answer.is_successful:
            return TicketTaken(answer.product_id, answer.ticket_type_id)
        message = fit_to_be_told(answer.unsuccessful_message, number)
        known = answer.unsuccessful_code in set(TicketRefusalCode)
        return TicketRefusal(TicketRefusalCode(answer.unsuccessful_code if known else ""), message)

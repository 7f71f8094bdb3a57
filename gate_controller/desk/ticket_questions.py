"""
What staff ask about a ticket at a desk: how it stands at E-GUMA, and what this gate knows.

By the rules of `voucher_questions.py`: nothing is decided by it, nothing changed, and no visitor waits for it.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from gate_controller.admission.words.calls import CallFailed, CallFault
from gate_controller.admission.words.codes import TICKET_DIGITS, TicketNumber, mask
from gate_controller.admission.words.money import Currency
from gate_controller.desk.at_once import AtOnce
from gate_controller.desk.control_socket import AskedWrongly, JournalAway
from gate_controller.desk.typed_codes import ticket_typed
from gate_controller.eguma.api import Api, fit_to_be_told
from gate_controller.journal.records import moment

# ruff: noqa: PLC0415 - what only a desk asks of E-GUMA is brought in by whoever stands at one


class TicketQuestions:
    """Answers how a ticket stands."""

    def __init__(
        self,
        api: Api,
        *,
        attempts: Callable[[dict[str, Any]], Awaitable[list[dict[str, Any]]]],
        seconds: float,
        currency: Currency,
        at_once: AtOnce,
    ) -> None:
        """`attempts` returns the attempts of a `voucher` or ticket; `seconds` is what E-GUMA's answer may take."""
        self._api = api
        self._attempts = attempts
        self._seconds = seconds
        self._currency = currency
        self._at_once = at_once

    async def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """
        Return what E-GUMA says of the ticket `number`, and this gate's attempts of it, newest first, masked.

        `outcome` is `done`, `refused` (E-GUMA's no, with its `text`) or `unknown` (it gave no answer). What E-GUMA does
        not tell is None or empty; `attempts` is None where the journal cannot be read. `full`: with the whole number.
        """
        number = ticket_typed(str(request.get("number") or ""))
        if number is None:
            raise AskedWrongly(f"number: this is no ticket number: give the {TICKET_DIGITS} digits on the ticket")
        with self._at_once.one("ticket"):
            told = await self._told(number)
        told["attempts"] = await self._history(number, request)
        return told if request.get("full") else {**told, "ticket_number": mask(number)}

    async def _told(self, number: TicketNumber) -> dict[str, Any]:
        from gate_controller.eguma.ticket_api import TicketApi

        told: dict[str, Any] = {
            "ticket_number": str(number),
            "checked_in": None,
            "checked_in_at": None,
            "price_cents": None,
            "currency": self._currency.value,
            "event": "",
        }
        info = await TicketApi(self._api).info(number, time.monotonic() + self._seconds, urgent=False)
        if isinstance(info, CallFailed):
            outcome = "refused" if info.fault is CallFault.REFUSED else "unknown"
            return {**told, "outcome": outcome, "text": fit_to_be_told(info.text, number)}
        since = None if info.checked_in_at is None else moment(info.checked_in_at)
        told |= {"checked_in": info.is_checked_in, "checked_in_at": since, "price_cents": info.price}
        return {**told, "event": fit_to_be_told(info.event, number), "outcome": "done", "text": ""}

    async def _history(self, number: TicketNumber, request: dict[str, Any]) -> list[dict[str, Any]] | None:
        try:
            return await self._attempts({"voucher": number, "language": request.get("language")})
        except JournalAway:
            return None

"""
Admit from the desk: a visitor with a damaged code or without a phone, alone or with others, charged as by a scan.

The answer says how many were let in and what became of each; a whole party takes its time, for the gate opens once for
each of them.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, Final

from gate_controller.admission.gate.gate import Gate
from gate_controller.admission.gate.party import MOST_PERSONS, Party
from gate_controller.admission.words.codes import Code, NotAVoucher
from gate_controller.admission.words.commands import Answer
from gate_controller.admission.words.events import AdmitOrdered, Instant, Order
from gate_controller.admission.words.ids import AttemptId
from gate_controller.desk.control_socket import AskedWrongly, ControlError, JournalAway, PutOff
from gate_controller.desk.typed_codes import read_typed
from gate_controller.desk.wants import most_of, order_of, who_and_why
from gate_controller.journal.records import VerdictClass

_LOOK_SECONDS: Final = 0.1

PUT_OFF_SECONDS: Final = 3.0
"""How long an order waits for a lane that is taken: about as long as a visitor takes."""

RECORDED_SECONDS: Final = 2.0
"""How long after the last verdict its record is waited for."""

Attempts = Callable[[dict[str, Any]], Awaitable[list[dict[str, Any]]]]


class Admissions:
    """Takes orders to let persons in on a voucher."""

    def __init__(
        self, gate: Gate, *, now: Callable[[], Instant], order: Callable[[Order], Answer], attempts: Attempts
    ) -> None:
        """`attempts` returns attempts as plain values, by their ids."""
        self._gate = gate
        self._now = now
        self._order = order
        self._attempts = attempts

    async def admit(self, request: dict[str, Any]) -> dict[str, Any]:
        """
        Let `persons` (one, unless said) in on the voucher `code`; return how many were, and the attempts.

        `incident` is where to look: the first person's, or that of the one who was not let in.
        `outcome` is `done` (all were let in), `refused` (one was not, and nothing of his was charged) or `unknown`.
        Where the house was full, or the gate took nobody any more, the rest has no attempt.
        """
        by, _ = who_and_why(request, needs_reason=False)
        code, persons, most = _code_of(request), _persons_of(request), most_of(request)
        name = order_of(request)
        answer = await self._taken(lambda: AdmitOrdered(self._now(), name, by, code, persons, most))
        party = await self._served(name)
        told = await self._told(party, persons, request)
        is_whole = len(told["attempts"]) == len(party.attempts) > party.admitted
        incident = told["attempts"][-1]["incident"] if is_whole else answer.incident
        return {"incident": incident, "persons": persons, "admitted": party.admitted, **told}

    async def _taken(self, ordered: Callable[[], AdmitOrdered]) -> Answer:
        """Give an order, again while the lane is taken, and return its answer."""
        answer = self._order(ordered())
        for _ in range(int(PUT_OFF_SECONDS / _LOOK_SECONDS)):
            if not answer.is_put_off:
                break
            await asyncio.sleep(_LOOK_SECONDS)
            answer = self._order(ordered())
        if answer.objection:
            raise (PutOff if answer.is_put_off else ControlError)(f"gate: {answer.objection}")
        return answer

    async def _served(self, name: str) -> Party:
        """Wait until nobody of a party is served any more, and return what it came to."""
        party = self._gate.visitors.party
        while True:
            newest = self._gate.visitors.party
            if newest is None or newest.order != name:
                break  # another one followed at once
            party = newest
            lane = self._gate.lane
            is_served = lane is not None and lane.id in party.attempts and lane.verdict_due is not None
            if party.is_over and not is_served:
                break
            await asyncio.sleep(_LOOK_SECONDS)
        if party is None:
            raise ControlError("gate: it was stopped meanwhile")
        return party

    async def _told(self, party: Party, persons: int, request: dict[str, Any]) -> dict[str, Any]:
        """Return the attempts as the journal has them, once it says of the last one what its visitor was told."""
        told: list[dict[str, Any]] = []
        for _ in range(int(RECORDED_SECONDS / _LOOK_SECONDS)):
            with contextlib.suppress(JournalAway):
                told = await self._attempts({**request, "attempts": _names(party.attempts)})
            if len(told) == len(party.attempts) and _has_verdict(told[-1]):
                break
            await asyncio.sleep(_LOOK_SECONDS)
        if party.admitted == persons:  # a party that was stopped is of fewer
            return {"outcome": "done", "attempts": told}
        is_none_in_doubt = party.admitted == len(party.attempts) or (
            len(told) == len(party.attempts) and told[-1]["verdict"] == VerdictClass.REFUSED.value
        )
        return {"outcome": "refused" if is_none_in_doubt else "unknown", "attempts": told}


def _names(attempts: tuple[AttemptId, ...]) -> list[str]:
    return [str(attempt) for attempt in attempts]


def _has_verdict(told: dict[str, Any]) -> bool:
    return bool(told["verdict"] != VerdictClass.CHECKING.value)


def _code_of(request: dict[str, Any]) -> Code:
    code = read_typed(str(request.get("code") or ""))
    if isinstance(code, NotAVoucher):
        raise AskedWrongly(f"code: this is no voucher code ({code.why}): give the 12 letters and digits on it")
    return code


def _persons_of(request: dict[str, Any]) -> int:
    persons = request.get("persons", 1)
    if not isinstance(persons, int) or isinstance(persons, bool) or not 0 < persons <= MOST_PERSONS:
        raise AskedWrongly(f"persons: say how many, from 1 to {MOST_PERSONS}")
    return persons

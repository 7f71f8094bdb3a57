"""
What staff order of the gate itself: open once, hold open, lock, put out of service, back to normal, and what the next
scan is for.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Final

from gate_controller.admission.words.commands import Answer
from gate_controller.admission.words.events import (
    Instant,
    OccupancyOrdered,
    OpenOrdered,
    Order,
    Purpose,
    PurposeOrdered,
    RegimeOrdered,
    ResumeOrdered,
)
from gate_controller.admission.words.facts import Regime
from gate_controller.desk.control_socket import AskedWrongly, ControlError, NoAnswer, NotDone
from gate_controller.desk.moments import until
from gate_controller.desk.wants import order_of, who_and_why

MOST_INSIDE: Final = 100_000

WRITTEN_WITHIN_SECONDS: Final = 3.0
"""How long whoever gives an order waits for its record: a sick card takes seconds for a sync."""

MAX_STAFF_TEXT: Final = 120
"""Letters of what staff let visitors read: about what a display of 128x64 shows in two pages."""


def refuse_failed(answer: Answer, about: str) -> None:
    """Raise `NotDone` or `NoAnswer` where an order was taken, and is not done for certain."""
    if answer.has_failed:
        raise NotDone(f"{about}: {answer.objection}")
    if answer.is_unsure:
        raise NoAnswer(f"{about}: {answer.objection}")


class GateOrders:
    """Takes orders to the gate, which are obeyed at once or not at all."""

    def __init__(
        self,
        *,
        now: Callable[[], Instant],
        order: Callable[[Order], Answer],
        written: Callable[[], Awaitable[None]],
    ) -> None:
        """
        `order` hands an order to the gate and returns its answer; `written` waits until what the journal has been
        handed is on disk.
        """
        self._now = now
        self._order = order
        self._written = written

    def orders(self) -> Mapping[str, Callable[[dict[str, Any]], Awaitable[str]]]:
        """Return what can be ordered, by the name of each request."""
        return {
            "release": self._release,
            "hold_open": self._hold_open,
            "lock": self._lock,
            "out_of_service": self._out_of_service,
            "resume": self._resume,
            "check_balance": partial(self._choose, Purpose.BALANCE),
            "second_price": partial(self._choose, Purpose.SECOND_PRICE),
            "count_people": self._count_people,
        }

    async def _release(self, request: dict[str, Any]) -> str:
        by, reason = who_and_why(request)
        return await self._obeyed(OpenOrdered(self._now(), order_of(request), by, reason), "released")

    async def _hold_open(self, request: dict[str, Any]) -> str:
        return await self._ruled(request, Regime.HELD_OPEN, until=self._until(request))

    async def _lock(self, request: dict[str, Any]) -> str:
        return await self._ruled(request, Regime.LOCKED, until=self._until(request))

    async def _out_of_service(self, request: dict[str, Any]) -> str:
        text = " ".join(str(request.get("text") or "").split())
        if len(text) > MAX_STAFF_TEXT:
            raise AskedWrongly(f"text: {len(text)} letters are too many for a display: take {MAX_STAFF_TEXT} at most")
        if not text.isprintable():
            raise AskedWrongly("text: holds characters that no display can show: leave them out")
        return await self._ruled(request, Regime.OUT_OF_SERVICE, text=text)

    def _until(self, request: dict[str, Any]) -> float:
        if not request.get("until"):
            raise AskedWrongly("until: is missing: say when it ends, such as 18:30")
        return until(request["until"], self._now().wall)

    async def _ruled(
        self, request: dict[str, Any], regime: Regime, *, until: float | None = None, text: str = ""
    ) -> str:
        by, reason = who_and_why(request)
        order = RegimeOrdered(self._now(), order_of(request), by, regime, reason, until, text)
        return await self._obeyed(order, regime.value)

    async def _resume(self, request: dict[str, Any]) -> str:
        by, _ = who_and_why(request, needs_reason=False)
        return await self._obeyed(ResumeOrdered(self._now(), order_of(request), by), "resumed")

    async def _choose(self, purpose: Purpose, request: dict[str, Any]) -> str:
        by, _ = who_and_why(request, needs_reason=False)
        return await self._obeyed(
            PurposeOrdered(self._now(), order_of(request), by, purpose), f"next scan: {purpose.value}"
        )

    async def _count_people(self, request: dict[str, Any]) -> str:
        by, _ = who_and_why(request, needs_reason=False)
        inside = request.get("inside")
        if not isinstance(inside, int) or isinstance(inside, bool) or not 0 <= inside <= MOST_INSIDE:
            raise AskedWrongly(f"inside: give how many people are inside, from 0 to {MOST_INSIDE}")
        return await self._obeyed(OccupancyOrdered(self._now(), order_of(request), by, inside), "counted")

    async def _obeyed(self, order: Order, done: str) -> str:
        """Return that an order to the gate is done, and on record; raise where it is not done."""
        answer = self._order(order)
        if not answer.objection or answer.has_failed:
            # Who has been told what became of it finds that in the books, whatever dies next; a disk that hangs keeps
            # nobody waiting for long.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WRITTEN_WITHIN_SECONDS):
                    await self._written()
        refuse_failed(answer, "gate")
        if answer.objection:
            raise ControlError(f"gate: {answer.objection}")
        return done

"""
Orders from afar, from their arrival to their answer: checked, remembered, carried out once.

If the process dies

| while | it finds at the next start | and |
| --- | --- | --- |
| an order is checked | nothing | the same order is taken as for the first time, until it expires |
| its beginning is written | nothing, or its beginning | the same; or its fate is not known: nothing is done again |
| its beginning could not be written | until when orders are forgotten | nothing is done for one that was refused |
| it is carried out | its beginning, perhaps its deed in the journal | its fate is looked up: nothing is done again |
| its answer is written | its beginning, or its answer | the same; or the same answer is given again |

A broker may be hostile: what comes is taken at a pace, and what is refused costs the log some lines a minute at most.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any, Final

from gate_controller.admission.words.events import Instant
from gate_controller.shell.order_answers import Fate, OrderAnswer
from gate_controller.shell.order_memory import OrderMemory
from gate_controller.shell.order_trust import OrderTrust
from gate_controller.shell.signed_orders import (
    MOST_AHEAD_SECONDS,
    OrderNotTaken,
    OrderRefusal,
    SignedOrder,
    VenueOrder,
    read_order,
)

_log = logging.getLogger(__name__)

BURST: Final = 30
"""Orders that are looked at as they come; then so many a second:"""
PER_SECOND: Final = 5.0
MOST_AT_WORK: Final = 10
"""Orders that are carried out at the same time."""
REFUSALS_TOLD: Final = 10
"""Lines of the log a minute for what is refused."""
PARTING_SECONDS: Final = 0.5
"""How long the end of the gate waits for orders that are being carried out."""
_LONGEST_TEXT: Final = 400

AILMENT: Final = "orders"
"""What the status calls it among what the gate does without."""


@dataclass(frozen=True, slots=True)
class CameTo:
    """What carrying an order out has come to."""

    fate: Fate
    text: str
    relay: str = ""


class OrderIntake:
    """Takes the orders to one gate."""

    def __init__(
        self,
        gate_id: str,
        trust: OrderTrust,
        memory: OrderMemory,
        *,
        now: Callable[[], Instant],
        carry_out: Callable[[VenueOrder], Awaitable[CameTo]],
        recall: Callable[[VenueOrder], Awaitable[CameTo]],
        note: Callable[[str, str | None], None] = lambda _what, _why: None,
    ) -> None:
        """
        `carry_out` does what an order says; `recall` looks up what became of one that a run before this has begun.
        `note` is told why orders are refused whoever gives them, or with None that they are taken.
        """
        self._gate_id = gate_id
        self.trust = trust
        self._memory = memory
        self._now = now
        self._carry_out = carry_out
        self._recall = recall
        self._note = note
        self._began = time.monotonic()
        self._disk = asyncio.Lock()
        self._is_loaded = False
        self._at_work: dict[str, tuple[str, asyncio.Task[OrderAnswer]]] = {}
        """By the order's id: what was signed, and what carries it out."""
        self._budget, self._budget_at = float(BURST), self._began
        self._told, self._untold, self._told_since = 0, 0, self._began

    async def take(self, payload: bytes, *, is_retained: bool = False) -> OrderAnswer | None:
        """Take what came as an order; return its answer, or None where too much comes to be looked at."""
        if not self._affords_one():
            self._refused(OrderNotTaken(OrderRefusal.TOO_MANY, "orders come faster than they are looked at"), None)
            return None
        try:
            signed = read_order(payload)
        except OrderNotTaken as error:
            return self._refused(error, None)
        try:
            return await self._believed(signed, is_retained=is_retained)
        except OrderNotTaken as error:
            return self._refused(error, signed.order)

    async def end(self) -> None:
        """Wait a moment for what is being carried out."""
        tasks = [task for _, task in self._at_work.values()]
        if tasks:
            await asyncio.wait(tasks, timeout=PARTING_SECONDS)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def key_ids(self) -> list[str]:
        """Return the names of the keys whose orders count now."""
        found = await asyncio.to_thread(self.trust.key_ids)
        self._tell_trust()
        return found

    async def _believed(self, signed: SignedOrder, *, is_retained: bool) -> OrderAnswer | None:
        signed.check_gate(self._gate_id)
        trust = await asyncio.to_thread(self.trust.read)
        self._tell_trust()
        await asyncio.to_thread(signed.check_signature, trust)
        await self._remember()
        # From here on to the task nothing is awaited: of two that come at once one is the first.
        order, known = signed.order, self._memory.find(signed.order.id)
        if order.id in self._at_work:
            text, task = self._at_work[order.id]
            _same(order, text, signed.text)
        elif known is not None:
            _same(order, known.text, signed.text)
            if known.answer is not None:
                return known.answer
            task = self._set_to_work(signed, self._look_up(order))
        elif order.issued <= self._memory.forgotten_until:
            why = "it is older than what this gate remembers, and may have been carried out: look at its events first"
            raise OrderNotTaken(OrderRefusal.FORGOTTEN, why)
        elif len(self._at_work) >= MOST_AT_WORK:
            self._tell_refusal(OrderNotTaken(OrderRefusal.TOO_MANY, "too many others are being carried out"), order)
            return None  # who is told no is told so for good
        else:
            task = self._set_to_work(signed, self._do(signed, is_retained=is_retained))
        return await asyncio.shield(task)  # the connection may end: the order goes on

    def _set_to_work(self, signed: SignedOrder, work: Coroutine[Any, Any, OrderAnswer]) -> "asyncio.Task[OrderAnswer]":
        name, task = signed.order.id, asyncio.create_task(work)
        self._at_work[name] = signed.text, task
        task.add_done_callback(lambda _: self._at_work.pop(name, None))
        return task

    async def _look_up(self, order: VenueOrder) -> OrderAnswer:
        """Answer an order that a run before this has begun."""
        recalled = await self._recall(order)
        _log.warning("order=recalled id=%r do=%s fate=%s what=%r", order.id, order.do, recalled.fate, recalled.text)
        return await self._ended(order, recalled)

    async def _remember(self) -> None:
        """Read what runs before this have left, once. Raises `OrderNotTaken`."""
        try:
            async with self._disk:
                if not self._is_loaded:
                    await asyncio.to_thread(self._memory.load)
                    self._is_loaded = True
                at = self._now()
                if self._memory.is_damaged and at.is_sure:
                    begin = at.wall - (time.monotonic() - self._began) + MOST_AHEAD_SECONDS
                    await asyncio.to_thread(self._memory.forget_until, begin)
        except OSError as error:
            raise OrderNotTaken(OrderRefusal.FORGOTTEN, _no_disk(error)) from None

    async def _do(self, signed: SignedOrder, *, is_retained: bool) -> OrderAnswer:
        order, objection = signed.order, self._objection(signed, is_retained=is_retained)
        try:
            async with self._disk:
                await asyncio.to_thread(self._memory.begin, signed)
        except OSError as error:
            self._memory.keep(signed)
            return await self._ended(order, await self._not_kept(order, error))
        # What is refused is kept as well: who was told no shall not see it done when it comes a second time.
        objection = objection or self._objection(signed, is_retained=False)  # a disk may take its time
        if objection is not None:
            self._tell_refusal(objection, order)
            return await self._ended(order, CameTo(Fate.REFUSED, str(objection)))
        key = signed.key.hex()
        _log.info("order=taken id=%r do=%s by=%r reason=%r key=%s", order.id, order.do, order.by, order.reason, key)
        try:
            came_to = await self._carry_out(order)
        except Exception as error:  # noqa: BLE001 - nobody foresaw it: what was done nobody knows
            _log.exception("order=failed id=%r do=%s why=%s", order.id, order.do, type(error).__name__)
            came_to = CameTo(Fate.UNKNOWN, f"the gate failed while it carried this out ({type(error).__name__})")
        else:
            _log.info("order=ended id=%r do=%s fate=%s what=%r", order.id, order.do, came_to.fate, came_to.text)
        return await self._ended(order, came_to)

    async def _not_kept(self, order: VenueOrder, why: OSError) -> CameTo:
        """Return what is said of an order that could not be kept: refused, where the next run will not do it either."""
        at = self._now()
        # Whose clock is wrong by years could otherwise have all be forgotten that is ordered from now on.
        if at.is_sure and order.issued <= at.wall + MOST_AHEAD_SECONDS:
            with contextlib.suppress(OSError):
                async with self._disk:
                    await asyncio.to_thread(self._memory.forget_in_next_run, order.issued)
                return CameTo(Fate.REFUSED, _no_disk(why))
        may_be = "it is not done now; should the gate start anew before it expires, and it come again, it would be"
        return CameTo(Fate.UNKNOWN, f"{_no_disk(why)}: {may_be}")

    def _objection(self, signed: SignedOrder, *, is_retained: bool) -> OrderNotTaken | None:
        if is_retained:
            why = "the broker has kept it, and an order is for those who are there when it is given"
            return OrderNotTaken(OrderRefusal.RETAINED, why)
        at = self._now()
        try:
            signed.check_time(at.wall, is_sure=at.is_sure)
        except OrderNotTaken as error:
            return error
        return None

    async def _ended(self, order: VenueOrder, came_to: CameTo) -> OrderAnswer:
        text = "".join(each if each.isprintable() else " " for each in came_to.text)[:_LONGEST_TEXT]
        answer = OrderAnswer(self._gate_id, order.id, came_to.fate, text, came_to.relay, self._now().wall)
        try:
            async with self._disk:
                await asyncio.to_thread(self._memory.end, answer)
        except OSError as error:  # the beginning is there: it is not carried out again
            _log.warning("orders=not_kept why=%r", error.strerror or str(error))
        return answer

    def _refused(self, error: OrderNotTaken, order: VenueOrder | None) -> OrderAnswer:
        self._tell_refusal(error, order)
        # What is forgotten may have been carried out, by a run before this: nobody is to be told that nothing was done.
        fate = Fate.UNKNOWN if error.why is OrderRefusal.FORGOTTEN else Fate.REFUSED
        answer = OrderAnswer(self._gate_id, "" if order is None else order.id, fate, str(error)[:_LONGEST_TEXT])
        return replace(answer, at=self._now().wall)

    def _tell_refusal(self, error: OrderNotTaken, order: VenueOrder | None) -> None:
        now = time.monotonic()
        if now - self._told_since >= 60:  # noqa: PLR2004 - a minute
            if self._untold:
                _log.warning("signed_order=refused why=as_before number=%d", self._untold)
            self._told, self._untold, self._told_since = 0, 0, now
        if self._told >= REFUSALS_TOLD:
            self._untold += 1
            return
        self._told += 1
        said = ("", "", "") if order is None else (order.id, order.do, order.by)
        _log.warning(
            "signed_order=refused why=%s id=%r do=%s by=%r what=%r", error.why, *said, str(error)[:_LONGEST_TEXT]
        )

    def _affords_one(self) -> bool:
        now = time.monotonic()
        self._budget = min(BURST, self._budget + (now - self._budget_at) * PER_SECOND)
        self._budget_at = now
        if self._budget < 1:
            return False
        self._budget -= 1
        return True

    def _tell_trust(self) -> None:
        why = self.trust.objection
        self._note(AILMENT, f"orders from afar are refused: {why}: see mqtt.order_keys_file" if why else None)


def _same(order: VenueOrder, before: str, now: str) -> None:
    if before != now:
        why = f"id {order.id} was given to another order: take a new one for each"
        raise OrderNotTaken(OrderRefusal.ID_TAKEN, why)


def _no_disk(error: OSError) -> str:
    return f"the gate could not keep that it carried this out ({error.strerror or error}): see to its disk"

"""
The staff's desk: what people ask of the journal, and what they order about an attempt.

The same questions and orders serve a running gate (through its control socket) and a stopped one (on its journal, with
its lock). Everything here speaks plain values, ready for JSON; codes are masked unless the asker wants them in full.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from gate_controller.admission.gate.gate import Gate
from gate_controller.admission.words.commands import Answer
from gate_controller.admission.words.events import (
    AdoptOrdered,
    Instant,
    LetInOrdered,
    OpenOrdered,
    Order,
    RefundOrdered,
    RegimeOrdered,
    ResumeOrdered,
    SettleOrdered,
)
from gate_controller.admission.words.facts import Fact, Regime, Standing, is_foreign
from gate_controller.admission.words.ids import OrderId
from gate_controller.desk.control_socket import ControlError
from gate_controller.desk.given_orders import GivenOrders
from gate_controller.desk.moments import until
from gate_controller.journal import own_files
from gate_controller.journal.failures import JournalError
from gate_controller.journal.reader import PAGE, Reader
from gate_controller.journal.records import Record, facts_as_dicts
from gate_controller.shell.status import GateStatus

_T = TypeVar("_T")

OUTCOME_SECONDS = 12.0
"""How long an order about an attempt waits for its outcome: about what one cancellation takes on a slow network."""
_LOOK_SECONDS = 0.1

MAX_STAFF_TEXT = 120
"""Letters of what staff let visitors read: about what a display of 128x64 shows in two pages."""
MAX_REASON = 300
"""Letters of a reason: a sentence or two, as a person types them."""


class Desk:
    """Answers questions and takes orders for the gate whose journal lies in a directory."""

    def __init__(
        self,
        directory: Path,
        *,
        now: Callable[[], Instant],
        order: Callable[[Order], Answer],
        gate: Gate,
        status: Callable[[], GateStatus],
    ) -> None:
        """`order` hands an order to `gate` and returns its answer; `status` says how the gate is."""
        self._directory = directory
        self._reader = Reader(directory)
        self._now = now
        self._order = order
        self._gate = gate
        self._gate_status = status
        self._given = GivenOrders(self._orders_on_record)

    def answerers(self) -> Mapping[str, Callable[[dict[str, Any]], Awaitable[Any]]]:
        """Return what can be asked, by the name of each request."""
        orders = {
            "settle": self._settle,
            "refund": self._refund,
            "let_in": self._let_in,
            "release": self._release,
            "hold_open": self._hold_open,
            "lock": self._lock,
            "out_of_service": self._out_of_service,
            "resume": self._resume,
        }
        return {
            "page": self._page,
            "show": self._show,
            "open": self._open,
            "adopt": self._adopt,
            "verify": self._verify,
            "backup": self._backup,
            "status": self._status,
            **{do: self._given.once(do, carry_out) for do, carry_out in orders.items()},
        }

    async def _page(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        limit = min(int(request.get("limit") or PAGE), PAGE)
        span = (request.get("before"), request.get("since"), request.get("until"))
        records = await self._read(lambda: self._reader.page(before=span[0], since=span[1], until=span[2], limit=limit))
        return [{"number": told.number, **_plain(told, request)} for told in records]

    async def _show(self, request: dict[str, Any]) -> dict[str, Any]:
        told, facts = await self._read(lambda: self._reader.one(str(request["incident"])))
        return {**_plain(told, request), "facts": facts_as_dicts(facts, full=bool(request.get("full")))}

    async def _open(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        records = await self._read(lambda: self._reader.standing(Standing.OPEN))
        return [_plain(told, request) for told in records]

    async def _settle(self, request: dict[str, Any]) -> dict[str, Any]:
        by, reason = _who_and_why(request)
        return await self._carried_out(
            request,
            lambda order, facts: SettleOrdered(self._now(), order, by, facts, reason),
            lambda told, _: told.standing != Standing.OPEN.value,
        )

    async def _let_in(self, request: dict[str, Any]) -> dict[str, Any]:
        by, reason = _who_and_why(request)
        return await self._carried_out(
            request,
            lambda order, facts: LetInOrdered(self._now(), order, by, facts, reason),
            lambda told, _: told.standing != Standing.OPEN.value,
        )

    async def _refund(self, request: dict[str, Any]) -> dict[str, Any]:
        by, reason = _who_and_why(request)
        return await self._carried_out(
            request,
            lambda order, facts: RefundOrdered(self._now(), order, by, facts, reason),
            # An open item that was one before the order is no outcome.
            lambda told, is_news: told.refunded or (is_news and told.standing == Standing.OPEN.value),
        )

    async def _adopt(self, request: dict[str, Any]) -> int:
        """
        Return how many attempts that another machine left unfinished the gate goes on with.

        Those of a voucher whose money is on its way stay open items, until it is adopted again.
        """
        name, by, objection = _new_order(), str(request["by"]), ""

        def read() -> tuple[tuple[Fact, ...], ...]:
            return self._reader.histories(Standing.OPEN)

        for _ in range(int(OUTCOME_SECONDS / _LOOK_SECONDS)):
            foreign = tuple(facts for facts in await self._read(read) if is_foreign(facts))
            answer = self._order(AdoptOrdered(self._now(), name, by, foreign))
            if not answer.is_put_off:
                await asyncio.sleep(_LOOK_SECONDS)  # until it is on disk
                left = [facts for facts in await self._read(read) if is_foreign(facts)]
                return len(foreign) - len(left)
            objection = answer.objection
            await asyncio.sleep(_LOOK_SECONDS)
        raise ControlError(f"journal: {objection}: try again later")

    async def _verify(self, _request: dict[str, Any]) -> list[str]:
        return await self._read(self._reader.verify)

    async def _backup(self, _request: dict[str, Any]) -> str:
        # Into the state directory: a service that systemd shuts in cannot write where the person stands.
        folder = self._directory / own_files.BACKUP_FOLDER
        target = folder / f"journal-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}.sqlite3"

        def copy() -> str:
            try:
                own_files.make_folder(folder)
                self._reader.backup(target)
                with target.open("rb") as written:
                    os.fsync(written.fileno())
            except OSError as error:
                raise JournalError(f"backup {target}: cannot be written: {error.strerror}: make room") from None
            return str(target)

        return await self._read(copy)

    async def _release(self, request: dict[str, Any]) -> str:
        by, reason = _who_and_why(request)
        return self._obeyed(OpenOrdered(self._now(), _order_of(request), by, reason), "released")

    async def _hold_open(self, request: dict[str, Any]) -> str:
        return self._ruled(request, Regime.HELD_OPEN, until=self._until(request))

    async def _lock(self, request: dict[str, Any]) -> str:
        return self._ruled(request, Regime.LOCKED, until=self._until(request))

    async def _out_of_service(self, request: dict[str, Any]) -> str:
        text = " ".join(str(request.get("text") or "").split())
        if len(text) > MAX_STAFF_TEXT:
            raise ControlError(f"text: {len(text)} letters are too many for a display: take {MAX_STAFF_TEXT} at most")
        if not text.isprintable():
            raise ControlError("text: holds characters that no display can show: leave them out")
        return self._ruled(request, Regime.OUT_OF_SERVICE, text=text)

    def _until(self, request: dict[str, Any]) -> float:
        if not request.get("until"):
            raise ControlError("until: is missing: say when it ends, such as 18:30")
        return until(request["until"], self._now().wall)

    def _ruled(self, request: dict[str, Any], regime: Regime, *, until: float | None = None, text: str = "") -> str:
        by, reason = _who_and_why(request)
        order = RegimeOrdered(self._now(), _order_of(request), by, regime, reason, until, text)
        return self._obeyed(order, regime.value)

    async def _resume(self, request: dict[str, Any]) -> str:
        by, _ = _who_and_why(request, needs_reason=False)
        return self._obeyed(ResumeOrdered(self._now(), _order_of(request), by), "resumed")

    def _obeyed(self, order: Order, done: str) -> str:
        """Return that an order to the gate is done; raise where it is not."""
        if objection := self._order(order).objection:
            raise ControlError(f"gate: {objection}")
        return done

    async def _status(self, _request: dict[str, Any]) -> dict[str, Any]:
        return self._gate_status().as_dict()

    async def _carried_out(
        self,
        request: dict[str, Any],
        ordered: Callable[[OrderId, tuple[Fact, ...]], Order],
        ended: Callable[[Record, bool], bool],
    ) -> dict[str, Any]:
        """
        Give an order about an attempt; return the attempt when it has been carried out, or as it stands after a while.

        `ordered` makes the order of the facts that are on disk by then, `ended` is asked with whether there are more.
        """
        incident, name, is_taken = str(request["incident"]), _order_of(request), False
        told, facts = await self._read(lambda: self._reader.one(incident))
        before = len(facts)
        for _ in range(int(OUTCOME_SECONDS / _LOOK_SECONDS)):
            if not is_taken:  # its visitor may still have the lane: the order is given until it is taken
                answer = self._order(ordered(name, facts))
                if answer.objection and not answer.is_put_off:
                    raise ControlError(f"incident {incident}: {answer.objection}")
                is_taken = not answer.objection
            await asyncio.sleep(_LOOK_SECONDS)
            told, facts = await self._read(lambda: self._reader.one(incident))
            if ended(told, len(facts) > before):
                break
        return _plain(told, request)

    async def _orders_on_record(self) -> dict[str, str]:
        try:
            return await self._read(self._reader.orders)
        except ControlError:
            return {}  # a journal that cannot be read has no say in what opens the gate

    async def _read(self, question: Callable[[], _T]) -> _T:
        """Ask in a thread of its own: neither the loop nor the journal's writer waits for a long answer."""
        try:
            return await asyncio.to_thread(question)
        except JournalError as error:
            raise ControlError(str(error)) from None


def _new_order() -> OrderId:
    return OrderId(uuid4().hex)


def _order_of(request: dict[str, Any]) -> OrderId:
    return OrderId(request["id"]) if request.get("id") else _new_order()


def _who_and_why(request: dict[str, Any], *, needs_reason: bool = True) -> tuple[str, str]:
    """Return whose order it is and why, on one line each: they go into the books."""
    by, reason = (" ".join(str(request.get(name) or "").split()) for name in ("by", "reason"))
    if not by:
        raise ControlError("by: is missing: say who gives the order, for the books")
    if needs_reason and not reason:
        raise ControlError("reason: is missing: say why, for the books")
    for name, text in (("by", by), ("reason", reason)):
        if len(text) > MAX_REASON:
            raise ControlError(f"{name}: {len(text)} letters are too many: take {MAX_REASON} at most")
    return by, reason


def _plain(told: Record, request: dict[str, Any]) -> dict[str, Any]:
    return (told if request.get("full") else told.masked()).as_dict()

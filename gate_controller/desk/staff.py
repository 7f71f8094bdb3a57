"""
The staff's desk: what people ask of the journal, and what they order about an attempt.

The same questions and orders serve a running gate (through its control socket) and a stopped one (on its journal, with
its lock). Everything here speaks plain values, ready for JSON; codes are masked unless the asker wants them in full.
"""

import asyncio
import contextlib
import math
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from gate_controller.admission.errand.carrying_out import MORE_THAN_ALLOWED
from gate_controller.admission.gate.gate import Gate
from gate_controller.admission.gate.voids import left_of_charge
from gate_controller.admission.words.commands import Answer
from gate_controller.admission.words.events import (
    AdoptOrdered,
    Instant,
    LetInOrdered,
    Order,
    RefundOrdered,
    SettleOrdered,
)
from gate_controller.admission.words.facts import Fact, Standing, is_foreign
from gate_controller.admission.words.ids import AttemptId, OrderId
from gate_controller.admission.words.money import Currency
from gate_controller.desk.admissions import Admissions
from gate_controller.desk.control_socket import ControlError, JournalAway, NotThere
from gate_controller.desk.day_closings import DayClosings
from gate_controller.desk.errand_orders import ErrandOrders
from gate_controller.desk.gate_orders import GateOrders, refuse_failed
from gate_controller.desk.given_orders import Carries, GivenOrders
from gate_controller.desk.telling import told, told_whole
from gate_controller.desk.wants import most_of, new_order, order_of, search_of, who_and_why
from gate_controller.journal import own_files
from gate_controller.journal.failures import JournalError
from gate_controller.journal.numbered import MOST_EVENTS
from gate_controller.journal.reader import PAGE, Reader, UnknownAttempt
from gate_controller.journal.records import Record
from gate_controller.journal.writer import Journal
from gate_controller.shell.books import Books
from gate_controller.shell.event_reading import EventReading
from gate_controller.shell.status import GateStatus

_T = TypeVar("_T")

OUTCOME_SECONDS = 12.0
"""How long an order about an attempt waits for its outcome: about what one cancellation takes on a slow network."""
_LOOK_SECONDS = 0.1

FOUND = 20
"""How many attempts of a voucher are returned, unless more are asked for."""

_STEP_SECONDS = 0.05
"""Between two steps of getting ready, so that nothing that a visitor waits for is held up."""


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
        journal: Journal,
        books: Books,
    ) -> None:
        """
        `order` hands an order to `gate` and returns its answer; `status` says how the gate is. `journal` writes what
        closes a day, and `books` asks for E-GUMA's list.
        """
        self._directory = directory
        self._events_read = EventReading(journal, directory)
        self._reader = Reader(directory)
        self._now = now
        self._order = order
        self._gate = gate
        self._gate_status = status
        self.given = GivenOrders(self.orders_on_record)
        """What was ordered here: whoever else takes orders remembers them with these."""
        self._gate_orders = GateOrders(now=now, order=order, written=journal.written)
        self._errands = ErrandOrders(
            self._reader,
            now=now,
            order=order,
            read=self._read,
            tell=lambda record, request: told(record, request, self._currency),
            refund=self._refund,
        )
        self._admissions = Admissions(gate, now=now, order=order, attempts=self._attempts)
        self._closings = DayClosings(
            self._reader, journal, books, now=now, currency=lambda: self._currency, read=self._read
        )

    def answerers(self) -> Mapping[str, Callable[[dict[str, Any]], Awaitable[Any]]]:
        """Return what can be asked, by the name of each request."""
        orders: dict[str, Carries] = {
            "settle": self._settle,
            "refund": self._refund,
            "let_in": self._let_in,
            **self._gate_orders.orders(),
            "admit": self._admissions.admit,
            "top_up": self._errands.top_up,
            "sell": self._errands.sell,
            "take_back": self._errands.take_back,
            "void": self._errands.void,
            "check_in": self._errands.check_in,
            "check_out": self._errands.check_out,
            "close_day": self._closings.close_day,
        }
        return {
            "page": self._page,
            "find": self._find,
            "day": self._closings.day,
            "days": self._closings.days,
            "show": self._show,
            "incident_of_order": self._incident_of_order,
            "attempts": self._attempts,
            "open": self._open,
            "events": self._events,
            "adopt": self._adopt,
            "verify": self._verify,
            "backup": self._backup,
            "status": self._status,
            **{do: self.given.once(do, carry_out) for do, carry_out in orders.items()},
        }

    async def get_ready(self) -> None:
        """Get ready to find attempts, step by step beside the gate's work: the first who searches shall not wait."""
        is_more = True
        with contextlib.suppress(JournalError):  # whoever searches is told
            while is_more:
                is_more = await asyncio.to_thread(self._reader.catch_up)
                await asyncio.sleep(_STEP_SECONDS)

    async def _page(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        limit = min(int(request.get("limit") or PAGE), PAGE)
        search = search_of(request)

        def read() -> list[dict[str, Any]]:
            records = self._reader.found(search, before=request.get("before"), limit=limit)
            return [{"number": record.number, **told(record, request, self._currency)} for record in records]

        return await self._read(read)

    async def _find(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the attempts of an incident code, or of a voucher code (the last four characters do), newest first."""
        text = str(request.get("text") or "").strip()
        limit = min(int(request.get("limit") or FOUND), PAGE)

        def read() -> list[dict[str, Any]]:
            return [told(record, request, self._currency) for record in self._reader.named(text, limit)]

        return await self._read(read)

    async def _show(self, request: dict[str, Any]) -> dict[str, Any]:
        def read() -> dict[str, Any]:
            return told_whole(self._reader.one(str(request["incident"]))[0], request, self._currency)

        return await self._read(read)

    async def _attempts(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        """Return attempts by their ids, in that order; those that are not there any more are left out."""
        ids = [AttemptId(str(name)) for name in request["attempts"]]

        def read() -> list[dict[str, Any]]:
            return [told(record, request, self._currency) for record in self._reader.of(ids)]

        return await self._read(read)

    async def _open(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        """Return what needs a person, oldest first; with `limit` so many of the newest, of those before a `number`."""
        newest, before = int(request.get("limit") or 0), request.get("before")

        def read() -> list[dict[str, Any]]:
            records = self._reader.standing(Standing.OPEN, newest, before=before)
            plain = [told(record, request, self._currency) for record in records]
            if newest:  # whoever reads page by page asks for those before the first
                plain = [{"number": record.number, **each} for record, each in zip(records, plain, strict=True)]
            return plain

        return await self._read(read)

    async def _events(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return what came to disk `after` a number, in that order, masked: at most `limit`, none that may go."""
        try:
            told = await self._events_read.after(
                int(request.get("after") or 0), int(request.get("limit") or MOST_EVENTS)
            )
        except JournalError as error:
            raise JournalAway(str(error)) from None
        return asdict(told)

    @property
    def _currency(self) -> Currency:
        return self._gate.policy.currency

    async def _settle(self, request: dict[str, Any]) -> dict[str, Any]:
        by, reason = who_and_why(request)
        return await self._carried_out(
            request,
            lambda order, facts: SettleOrdered(self._now(), order, by, facts, reason),
            _is_off_the_list,
        )

    async def _let_in(self, request: dict[str, Any]) -> dict[str, Any]:
        by, reason = who_and_why(request)
        return await self._carried_out(
            request,
            lambda order, facts: LetInOrdered(self._now(), order, by, facts, reason),
            _is_off_the_list,
        )

    async def _refund(self, request: dict[str, Any]) -> dict[str, Any]:
        by, reason = who_and_why(request)
        most = most_of(request)

        def allowed(order: OrderId, facts: tuple[Fact, ...]) -> Order:
            if most is not None and left_of_charge(facts) > most:
                raise ControlError(f"incident {request['incident']}: {MORE_THAN_ALLOWED}")
            return RefundOrdered(self._now(), order, by, facts, reason)

        return await self._carried_out(
            request,
            allowed,
            # Given back is given back, whoever ordered it. An open item that was one before the order is no outcome.
            lambda record, is_news: record.refunded or (is_news and record.standing == Standing.OPEN.value),
        )

    async def _adopt(self, request: dict[str, Any]) -> int:
        """
        Return how many attempts that another machine left unfinished the gate goes on with.

        Those of a voucher whose money is on its way stay open items, until it is adopted again.
        """
        name, by, objection = new_order(), str(request["by"]), ""

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

        `ordered` makes the order of the facts that are on disk by then; `ended` is asked whether it has come to an end,
        with whether there are more since it was taken. One that was not is refused, whatever others did meanwhile.
        Raises `JournalAway` only where nothing has been ordered yet.
        """
        name, is_taken, put_off = order_of(request), False, ""
        record, facts = await self._read(lambda: self._reader.one(str(request["incident"])))
        # A voucher that is scanned meanwhile has another newest attempt: the order is about this one.
        incident, before = record.incident, len(facts)
        for _ in range(int(OUTCOME_SECONDS / _LOOK_SECONDS)):
            if not is_taken and self._now().wall >= float(request.get("expires") or math.inf):
                raise ControlError(
                    f"incident {incident}: {put_off or 'the journal was slow'}, and the order has expired"
                )
            if not is_taken:  # its visitor may still have the lane: the order is given until it is taken
                answer = self._order(ordered(name, facts))
                refuse_failed(answer, f"incident {incident}")
                if answer.objection and not answer.is_put_off:
                    raise ControlError(f"incident {incident}: {answer.objection}")
                is_taken, put_off, before = not answer.objection, answer.objection, len(facts)
            await asyncio.sleep(_LOOK_SECONDS)
            with contextlib.suppress(JournalAway):
                record, facts = await self._read(lambda: self._reader.one(incident))
            if ended(record, is_taken and len(facts) > before):
                break
        else:
            if not is_taken:
                raise ControlError(f"incident {incident}: {put_off}")
        return await self._read(lambda: told(record, request, self._currency))

    async def _incident_of_order(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return by what the errand is looked up that an `order` has begun; an empty `incident` where none has."""
        return {"incident": await self._read(lambda: self._reader.incident_of_order(str(request["order"]))) or ""}

    async def orders_on_record(self) -> dict[str, str] | None:
        """Return what orders came to by the journal, each by its name; None where it cannot be read."""
        try:
            return await self._read(self._reader.orders)
        except ControlError:
            return None  # a journal that cannot be read has no say in what opens the gate

    async def _read(self, question: Callable[[], _T]) -> _T:
        """Ask in a thread of its own: neither the loop nor the journal's writer waits for a long answer."""
        try:
            return await asyncio.to_thread(question)
        except UnknownAttempt as error:
            raise NotThere(str(error)) from None
        except JournalError as error:
            raise JournalAway(str(error)) from None


def _is_off_the_list(record: Record, is_news: bool) -> bool:
    return is_news and record.standing != Standing.OPEN.value

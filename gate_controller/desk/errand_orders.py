"""
What staff have done at E-GUMA, as they order it: a top-up, a depot voucher sold or taken back, a charge given back.

Each is answered with the errand as the journal holds it, and an `outcome`: `done`, `refused` (E-GUMA or the gate said
no: nothing has changed) or `unknown` (the gate goes on looking it up; its incident code tells later what became of it).
`most_cents` in an order is what its giver may move at a time, whoever says the amount.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

from gate_controller.admission.gate.voids import left_of_charge
from gate_controller.admission.words.codes import TICKET_DIGITS, NotAVoucher, VoucherCode
from gate_controller.admission.words.commands import Answer
from gate_controller.admission.words.errand_facts import ErrandKind
from gate_controller.admission.words.events import ErrandOrdered, Instant, Order
from gate_controller.admission.words.facts import Fact, Standing
from gate_controller.admission.words.ids import Incident
from gate_controller.admission.words.money import Cents
from gate_controller.desk.control_socket import AskedWrongly, ControlError, JournalAway, NotThere, PutOff
from gate_controller.desk.telling import errand_end
from gate_controller.desk.typed_codes import read_typed, ticket_typed
from gate_controller.desk.wants import most_of, order_of, who_and_why
from gate_controller.journal.reader import Reader
from gate_controller.journal.records import Record

_T = TypeVar("_T")

MOST_CENTS: Final = 10_000_000
"""A hundred thousand: more is a slip of the finger, at any counter."""

ERRAND_SECONDS: Final = 16.0
"""How long an order waits for its end: a question and a change, each on a slow network."""
_LOOK_SECONDS: Final = 0.1

MAX_PAYMENT_ID: Final = 64

Reads = Callable[[Callable[[], _T]], Awaitable[_T]]


class ErrandOrders:
    """Takes orders for what is to be done at E-GUMA."""

    def __init__(
        self,
        reader: Reader,
        *,
        now: Callable[[], Instant],
        order: Callable[[Order], Answer],
        read: Callable[[Callable[[], Any]], Awaitable[Any]],
        tell: Callable[[Record, dict[str, Any]], dict[str, Any]],
        refund: Callable[[dict[str, Any]], Awaitable[dict[str, Any]]],
    ) -> None:
        """`read` asks the journal in a thread, `tell` makes plain values of an attempt, `refund` gives a whole back."""
        self._reader = reader
        self._now = now
        self._order = order
        self._read = read
        self._tell = tell
        self._refund = refund

    async def top_up(self, request: dict[str, Any]) -> dict[str, Any]:
        """Put `amount_cents` on the voucher `code`; `payment_id` names the visitor's payment, where there is one."""
        by, reason = who_and_why(request, needs_reason=False)
        payment = str(request.get("payment_id") or "").strip()
        if len(payment) > MAX_PAYMENT_ID or not payment.isprintable():
            raise AskedWrongly(f"payment_id: take at most {MAX_PAYMENT_ID} letters that can be read")
        code, amount, most = _code_of(request), _amount_of(request, needed=True), most_of(request)
        return await self._carried_out(
            request,
            lambda: ErrandOrdered(
                self._now(), order_of(request), by, ErrandKind.TOP_UP, code, amount, reason, payment, most=most
            ),
        )

    async def sell(self, request: dict[str, Any]) -> dict[str, Any]:
        """Sell the depot voucher `code`; `amount_cents` where E-GUMA leaves it to the seller."""
        by, reason = who_and_why(request, needs_reason=False)
        code, amount, most = _code_of(request), _amount_of(request), most_of(request)
        return await self._carried_out(
            request,
            lambda: ErrandOrdered(self._now(), order_of(request), by, ErrandKind.SALE, code, amount, reason, most=most),
        )

    async def take_back(self, request: dict[str, Any]) -> dict[str, Any]:
        """Take the depot voucher `code` back."""
        by, reason = who_and_why(request)
        code, most = _code_of(request), most_of(request)
        return await self._carried_out(
            request,
            lambda: ErrandOrdered(
                self._now(), order_of(request), by, ErrandKind.TAKING_BACK, code, None, reason, most=most
            ),
        )

    async def check_in(self, request: dict[str, Any]) -> dict[str, Any]:
        """Check the ticket `number` in; nobody is let in by it."""
        return await self._of_ticket(request, ErrandKind.CHECK_IN)

    async def check_out(self, request: dict[str, Any]) -> dict[str, Any]:
        """Check the ticket `number` out."""
        return await self._of_ticket(request, ErrandKind.CHECK_OUT)

    async def _of_ticket(self, request: dict[str, Any], kind: ErrandKind) -> dict[str, Any]:
        by, reason = who_and_why(request, needs_reason=False)
        number = ticket_typed(str(request.get("number") or ""))
        if number is None:
            raise AskedWrongly(f"number: this is no ticket number: give the {TICKET_DIGITS} digits on the ticket")
        return await self._carried_out(
            request,
            lambda: ErrandOrdered(self._now(), order_of(request), by, kind, VoucherCode(number), None, reason),
        )

    async def void(self, request: dict[str, Any]) -> dict[str, Any]:
        """Give back of the charge `incident`: all that is left of it, or `amount_cents`."""
        by, reason = who_and_why(request)
        amount, most = _amount_of(request), most_of(request)
        record, facts = await self._one(str(request["incident"]))
        left = left_of_charge(facts)
        if amount is None or amount == left:
            return await self._voided_whole(request)

        def ordered() -> ErrandOrdered:
            none = VoucherCode("")
            return ErrandOrdered(
                self._now(), order_of(request), by, ErrandKind.PART_VOID, none, amount, reason, "", facts, most
            )

        return {**await self._carried_out(request, ordered, about=record.incident), "charge": record.incident}

    async def _voided_whole(self, request: dict[str, Any]) -> dict[str, Any]:
        told = await self._refund(request)
        outcome = "done" if told["refunded"] else "unknown"
        left = told["amount_cents"] - told["voided_cents"]  # as it was by then: a colleague may have given a part back
        return {**told, "charge": told["incident"], "amount_cents": left, "outcome": outcome, "text": ""}

    async def _carried_out(
        self, request: dict[str, Any], ordered: Callable[[], ErrandOrdered], *, about: str = ""
    ) -> dict[str, Any]:
        """
        Give an order, again while only the moment is bad, and return the errand at its end, or as it stands by then.

        `about` is the incident of the charge that the order is about, if it is.
        """
        incident, put_off, told = Incident(""), "", None
        what = f"incident {about}" if about else "errand"
        for _ in range(int(ERRAND_SECONDS / _LOOK_SECONDS)):
            if not incident:
                answer = self._order(ordered())
                if answer.objection and not answer.is_put_off:
                    raise ControlError(f"{what}: {answer.objection}")
                incident, put_off = answer.incident, answer.objection
            await asyncio.sleep(_LOOK_SECONDS)
            if incident:
                with contextlib.suppress(JournalAway, NotThere):
                    record, facts = await self._one(incident)
                    told = {**self._tell(record, request), **errand_end(facts)}
                    if record.standing != Standing.UNFINISHED.value:
                        return told
        if not incident:
            raise PutOff(f"{what}: {put_off}: try again later")
        return told or {"incident": incident, "outcome": "unknown", "text": ""}

    async def _one(self, incident: str) -> tuple[Record, tuple[Fact, ...]]:
        found: tuple[Record, tuple[Fact, ...]] = await self._read(lambda: self._reader.one(incident))
        return found


def _code_of(request: dict[str, Any]) -> VoucherCode:
    code = read_typed(str(request.get("code") or ""))
    if isinstance(code, NotAVoucher):
        raise AskedWrongly(f"code: this is no voucher code ({code.why}): give the 12 letters and digits on it")
    return VoucherCode(code)


def _amount_of(request: dict[str, Any], *, needed: bool = False) -> Cents | None:
    amount = request.get("amount_cents")
    if amount is None and not needed:
        return None
    if not isinstance(amount, int) or isinstance(amount, bool) or not 0 < amount <= MOST_CENTS:
        raise AskedWrongly(f"amount_cents: give whole cents, from 1 to {MOST_CENTS}")
    return Cents(amount)

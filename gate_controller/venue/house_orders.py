"""
Orders of the house to its gates: signed, written down before they are sent, and with what became of each at its gate.

An order is sent once. One that nobody answers is `unanswered`: it may have been done, and the gate's events tell. The
same order again, by its id, is answered from what is written, or waits for the answer that is still out; so a browser
that asks twice orders once.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, Row, bindparam, insert, select, update

from gate_controller.shell.signed_orders import VenueOrder, signed_order
from gate_controller.venue.event_store import StoreGone
from gate_controller.venue.house_hearing import HouseHearing
from gate_controller.venue.tables import ORDER_GIVEN
from gate_controller.venue.tiles import OrderOutcome
from gate_controller.venue.told import Unreadable, read_object

_log = logging.getLogger(__name__)

LIVES_SECONDS: Final = 30.0
"""How long a gate may take an order: what comes later was meant for another situation."""
ANSWERED_WITHIN_SECONDS: Final = 10.0
"""A relay's pulse, a refund at E-GUMA: what takes longer is told later."""
SENT: Final = "sent"
UNANSWERED: Final = "unanswered"
REFUSED: Final = "refused"
_OUTCOMES: Final = frozenset({"done", "refused", "failed", "unknown"})
_NOTHING_HEARD: Final = "the gate has not answered: it may have been done, and its events tell"
_MOST_ANSWER_BYTES: Final = 16 * 1024
_MARK: Final = b"order "
_LONGEST_TEXT: Final = 500

_ANSWER = (
    update(ORDER_GIVEN)
    .where(ORDER_GIVEN.c.order_id == bindparam("of_order"), ORDER_GIVEN.c.gate_id == bindparam("at_gate"))
    .where(ORDER_GIVEN.c.outcome.in_((SENT, UNANSWERED)))
    .values(outcome=bindparam("came_to"), said=bindparam("words"), answered_at=bindparam("when"))
)


@dataclass(slots=True)
class _Out:
    """An order that has been sent."""

    outcome: OrderOutcome
    answer: asyncio.Future[OrderOutcome]


class HouseOrders:
    """Gives orders, in the loop. What reads or writes the store may raise `StoreGone`."""

    def __init__(
        self, hearing: HouseHearing, key: Ed25519PrivateKey, ask: Callable[[str, str, bytes, bytes], bool]
    ) -> None:
        """`ask` says something to a gate, and returns whether the broker gets it."""
        self._hearing = hearing
        self._store = hearing.store
        self._key = key
        self._ask = ask
        self._out: dict[tuple[str, str], _Out] = {}
        self._giving = asyncio.Lock()
        self._late: set[asyncio.Task[None]] = set()

    async def begin(self) -> None:
        """Tell of orders that were out when the venue ended: nobody has heard their answers."""
        ended = update(ORDER_GIVEN).where(ORDER_GIVEN.c.outcome == SENT)
        await self._store.write(lambda db: db.execute(ended.values(outcome=UNANSWERED, said=_NOTHING_HEARD)).rowcount)

    async def give(
        self, gates: Sequence[str], do: str, *, order_id: str, by: str, reason: str, fields: Mapping[str, Any]
    ) -> Sequence[OrderOutcome]:
        """
        Give an order to gates. Raises ValueError, which says why no gate would take it, whoever signs it, or that its
        id was given to another one.
        """
        wanted = tuple(dict.fromkeys(gates))
        by, reason = (_plain(text) for text in (by, reason))
        async with self._giving:  # the same order, asked for twice at once, is one
            outcomes = await self._send_new(wanted, do, order_id=order_id, by=by, reason=reason, fields=fields)
        await self._hear(order_id, wanted)
        told = await self._store.read(lambda db: _written(db, order_id))
        return [told.get(gate_id, outcomes[gate_id]) for gate_id in wanted]

    async def _send_new(
        self, wanted: Sequence[str], do: str, *, order_id: str, by: str, reason: str, fields: Mapping[str, Any]
    ) -> dict[str, OrderOutcome]:
        before = await self._store.read(lambda db: _written(db, order_id))
        if any((one.do, one.by, one.reason) != (do, by, reason) for one in before.values()):
            raise ValueError(f"id {order_id}: was given to another order: take a new one for each")
        now = self._hearing.wall()
        payloads: dict[str, bytes] = {}
        outcomes = {gate_id: outcome for gate_id, outcome in before.items() if gate_id in wanted}
        new: list[OrderOutcome] = []
        for gate_id in wanted:
            if gate_id in outcomes:
                continue
            order = VenueOrder(order_id, gate_id, do, by, round(now, 3), round(now + LIVES_SECONDS, 3), reason, fields)
            payloads[gate_id] = await asyncio.to_thread(signed_order, order, self._key)
            why_not = self._why_not(gate_id)
            outcome = OrderOutcome(order_id, gate_id, do, by, reason, now, REFUSED if why_not else SENT, why_not, None)
            outcomes[gate_id] = outcome
            new.append(outcome)
        if new:
            await self._store.write(
                lambda db: db.execute(insert(ORDER_GIVEN), [_row(one) for one in new]), for_good=True
            )
        for one in new:
            if one.outcome == SENT:
                self._send(one, payloads[one.gate_id])
        return outcomes

    async def given(self, *, limit: int, gate_id: str = "") -> Sequence[OrderOutcome]:
        """Return orders that were given, the newest first."""
        asked = select(ORDER_GIVEN).order_by(ORDER_GIVEN.c.given_at.desc(), ORDER_GIVEN.c.gate_id).limit(limit)
        if gate_id:
            asked = asked.where(ORDER_GIVEN.c.gate_id == gate_id)
        rows = await self._store.read(lambda db: db.execute(asked).all())
        return [_outcome(row) for row in rows]

    def answered(self, gate_id: str, correlation: bytes, payload: bytes) -> bool:
        """Take a gate's answer, and say whether it was one to an order; one that comes late is written too."""
        if not correlation.startswith(_MARK):
            return False
        said = read_object(payload, _MOST_ANSWER_BYTES)
        order_id, outcome = said.get("id"), said.get("outcome")
        if said.get("gate") != gate_id:
            raise Unreadable("it names another gate than its topic")
        if not isinstance(order_id, str) or correlation != _MARK + order_id.encode(errors="replace"):
            raise Unreadable("it answers another order than it says")
        if outcome not in _OUTCOMES:
            raise Unreadable("its outcome is none")
        text = said.get("text")
        words = _plain(text[:_LONGEST_TEXT]) if isinstance(text, str) else ""
        task = asyncio.get_running_loop().create_task(self._note(order_id, gate_id, str(outcome), words))
        self._late.add(task)
        task.add_done_callback(self._late.discard)
        return True

    async def _note(self, order_id: str, gate_id: str, outcome: str, words: str) -> None:
        now = self._hearing.wall()
        values = {"of_order": order_id, "at_gate": gate_id, "came_to": outcome, "words": words, "when": now}
        try:
            await self._store.write(lambda db: db.execute(_ANSWER, values).rowcount)
        except StoreGone as error:
            _log.warning("order=not_written gate=%s id=%s why=%r", gate_id, order_id, str(error))
        finally:
            out = self._out.get((order_id, gate_id))
            if out is not None and not out.answer.done():
                out.answer.set_result(out.outcome)
        _log.info("order=answered gate=%s id=%s outcome=%s", gate_id, order_id, outcome)

    def _why_not(self, gate_id: str) -> str:
        gate = self._hearing.roll.get(gate_id)
        if gate is None or gate.revoked_at is not None:
            return "it is no gate of this house"
        if gate.gone_at is not None:
            return "the gate is not connected: nothing was sent"
        return ""

    def _send(self, order: OrderOutcome, payload: bytes) -> None:
        key = order.order_id, order.gate_id
        self._out[key] = _Out(order, asyncio.get_running_loop().create_future())
        _log.info("order=sent gate=%s id=%s do=%s by=%r", order.gate_id, order.order_id, order.do, order.by)
        if not self._ask(order.gate_id, "order", payload, _MARK + order.order_id.encode()):
            task = asyncio.get_running_loop().create_task(
                self._note(*key, REFUSED, "the broker is not reached: nothing was sent")
            )
            self._late.add(task)
            task.add_done_callback(self._late.discard)

    async def _hear(self, order_id: str, gates: Sequence[str]) -> None:
        """Wait for the answers that are out; what does not come is told as such, and still written when it does."""
        out = {gate_id: found for gate_id in gates if (found := self._out.get((order_id, gate_id))) is not None}
        if not out:
            return
        await asyncio.wait([one.answer for one in out.values()], timeout=ANSWERED_WITHIN_SECONDS)
        silent = [gate_id for gate_id, one in out.items() if not one.answer.done()]
        for gate_id in out:
            self._out.pop((order_id, gate_id), None)
        if silent:
            ended = update(ORDER_GIVEN).where(ORDER_GIVEN.c.order_id == order_id, ORDER_GIVEN.c.outcome == SENT)
            ended = ended.where(ORDER_GIVEN.c.gate_id.in_(silent)).values(outcome=UNANSWERED, said=_NOTHING_HEARD)
            await self._store.write(lambda db: db.execute(ended).rowcount)


def _plain(text: str) -> str:
    """Return a text as gates take it: the blanks of French before a mark, say, are no letters to them."""
    return "".join(c if c.isprintable() else " " for c in text)


def _written(db: Connection, order_id: str) -> dict[str, OrderOutcome]:
    rows = db.execute(select(ORDER_GIVEN).where(ORDER_GIVEN.c.order_id == order_id)).all()
    return {row.gate_id: _outcome(row) for row in rows}


def _row(order: OrderOutcome) -> dict[str, Any]:
    return {
        "order_id": order.order_id,
        "gate_id": order.gate_id,
        "do": order.do,
        "given_by": order.by,
        "reason": order.reason,
        "given_at": order.given_at,
        "expires": order.given_at + LIVES_SECONDS,
        "outcome": order.outcome,
        "said": order.text,
        "answered_at": order.answered_at,
    }


def _outcome(row: Row[*tuple[Any, ...]]) -> OrderOutcome:
    return OrderOutcome(
        row.order_id,
        row.gate_id,
        row.do,
        row.given_by,
        row.reason,
        row.given_at,
        row.outcome,
        row.said,
        row.answered_at,
    )

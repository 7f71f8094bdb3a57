"""
Orders from the page and the API to one gate, a group or all: who may, to which gates, and what became of it in words.

An order acts once by its id: asked again with the same id, the same order is answered again. Where a gate did not
answer, it may have been done all the same: that is said, and never that it was not.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gate_controller.desk.control_socket import ControlError, JournalAway, NotThere
from gate_controller.texts import Language
from gate_controller.texts.sayings import saying
from gate_controller.venue.event_store import StoreGone
from gate_controller.venue.page.shown_house import ShownHouse, shown_house_of
from gate_controller.venue.tiles import OrderOutcome, Presence
from gate_controller.web import views
from gate_controller.web.operations import MayNot, name_of
from gate_controller.web.people import Role
from gate_controller.web.resources import person_of

_log = logging.getLogger(__name__)

DONE_WITHIN_SECONDS: Final = 0.7
"""What an order may take until it is answered as one that goes on."""
MOST_KEPT: Final = 300
_NAMED: Final = 4
"""So many gates are named in a sentence; of more it says how many there are."""

NEEDS: Final[Mapping[str, Role]] = {"set_price": Role.TECHNICIAN}
"""The least role for an order, where that is not staff: a price is a setting."""


Giving = asyncio.Future[Sequence[OrderOutcome]]


@dataclass(frozen=True, slots=True)
class WantedOrder:
    """An order as somebody has asked for it."""

    order_id: str
    do: str
    by: str
    reason: str
    fields: Mapping[str, Any]
    """As the gates are told them."""
    path: str
    """Where it was asked, which names the gates."""
    asked: object
    """As it was asked: a span from now on is another moment when it is asked again."""

    def is_same(self, other: "WantedOrder") -> bool:
        """Whether it is the same order, asked again."""
        return (self.do, self.by, self.path, self.asked) == (other.do, other.by, other.path, other.asked)


@dataclass(slots=True)
class OrdersUnderWay:
    """Orders that this site has given, by their ids, for whoever asks again."""

    _given: dict[str, tuple[WantedOrder, Giving]] = field(default_factory=dict)

    def give(self, order: WantedOrder, house: ShownHouse, gates: Sequence[str]) -> Giving:
        """Give an order, or return what was given by that id. Raises `ControlError` where that was another one."""
        if (known := self._given.get(order.order_id)) is not None:
            if not order.is_same(known[0]):
                raise ControlError(f"id {order.order_id}: was given to another order: take a new one for each")
            return known[1]
        giving = asyncio.ensure_future(
            house.view.order(
                gates, order.do, order_id=order.order_id, by=order.by, reason=order.reason, fields=order.fields
            )
        )
        giving.add_done_callback(self._heard)
        self._given[order.order_id] = order, giving
        while len(self._given) > MOST_KEPT:
            del self._given[next(iter(self._given))]
        return giving

    def _heard(self, giving: Giving) -> None:
        """Take note of one that could not be given: it may be tried again by its id."""
        if giving.cancelled() or (error := giving.exception()) is None:
            return
        _log.warning("order=not_given why=%r", f"{type(error).__name__}: {error}")
        for order_id in [order_id for order_id, (_, each) in self._given.items() if each is giving]:
            del self._given[order_id]


def gates_asked(request: Request) -> Sequence[str]:
    """Return the gates that a path names. Raises `NotThere`, `ControlError`."""
    house, path = shown_house_of(request), request.path_params
    if (gate_id := path.get("gate")) is not None:
        return [existing_gate(house, gate_id)]
    shown = house.shown()
    group = path.get("group")
    gates = [tile.gate_id for tile in shown if group is None or tile.group == group]
    if not gates:
        raise NotThere("there is no such group") if group is not None else NotThere("no gate has joined yet")
    return gates


def existing_gate(house: ShownHouse, gate_id: str) -> str:
    """Return the id of a gate that is here. Raises `NotThere`."""
    tile = house.view.tile(gate_id)
    if tile is None or tile.presence is Presence.REVOKED:
        raise NotThere("there is no such gate")
    return tile.gate_id


async def order_given(request: Request, do: str, asked: BaseModel, fields: Mapping[str, Any] | None = None) -> Response:
    """
    Give an order to the gates that the path names, and say what became of it at each.

    `fields` are what the gates are told, where that is not as it was asked.
    """
    person, house = person_of(request), shown_house_of(request)
    if person.role < NEEDS.get(do, Role.STAFF):
        raise MayNot("this is for a technician")
    told = asked.model_dump() | dict(fields or {})
    order_id, reason = str(told.pop("id")), str(told.pop("reason", ""))
    told.pop("since", None)
    given: OrdersUnderWay = request.app.state.given_orders
    wanted = WantedOrder(order_id, do, name_of(person), reason, told, request.url.path, asked)
    giving = given.give(wanted, house, gates_asked(request))
    is_done = bool((await asyncio.wait([giving], timeout=DONE_WITHIN_SECONDS))[0])
    language = Language(request.query_params.get("lang") or Language.EN.value)
    said: dict[str, Any] = {"id": order_id, "outcome": None, "gates": []}
    if not is_done:
        happened = views.says(language)("It is under way. This goes on by itself.")
        return JSONResponse({**said, "state": "pending", "happened": happened}, 202)
    outcomes = _outcomes(giving)
    outcome, happened = said_of_outcomes(house, outcomes, language)
    told_each = [{**asdict(each), "text": saying(each.text, language)} for each in outcomes]
    if outcome == "refused" and len(outcomes) == 1:
        raise ControlError(outcomes[0].text or "the gate has refused it")
    return JSONResponse({**said, "state": "done", "outcome": outcome, "happened": happened, "gates": told_each})


def _outcomes(giving: Giving) -> Sequence[OrderOutcome]:
    """Return what became of an order. Raises `ControlError` with why it could not be given."""
    try:
        return giving.result()
    except ValueError as error:
        raise ControlError(str(error)) from None
    except StoreGone as error:
        raise JournalAway(
            f"the order could not be given ({type(error).__name__}): look at the list of orders, then try again"
        ) from None


def said_of_outcomes(house: ShownHouse, outcomes: Sequence[OrderOutcome], language: Language) -> tuple[str, str]:
    """Return what became of an order (`done`, `refused`, `unknown`, `partly`), and that in words."""
    t = views.says(language)
    done = [each for each in outcomes if each.outcome == "done"]
    refused = [each for each in outcomes if each.outcome in {"refused", "failed"}]
    silent = [each for each in outcomes if each.outcome not in {"done", "refused", "failed"}]
    if not silent and not refused:
        if len(done) == 1 and done[0].text:
            return "done", saying(done[0].text, language)
        return "done", t("Done at {n} gates.").format(n=len(done))
    parts = [t("Done at {n} gates.").format(n=len(done))] if done else []
    if silent:
        words = t("No answer from {gates}: it may have been done. Do not repeat it: the events will tell.")
        parts.append(words.format(gates=_named(house, silent, t)))
    if refused:
        why = saying(refused[0].text, language)
        words = t("Not done at {gates}: {why}")
        parts.append(words.format(gates=_named(house, refused, t), why=why))
    if silent and not done and not refused:
        outcome = "unknown"
    else:
        outcome = "refused" if refused and not done and not silent else "partly"
    return outcome, " ".join(parts)


def _named(house: ShownHouse, outcomes: Sequence[OrderOutcome], t: views.Says) -> str:
    tiles = [house.view.tile(each.gate_id) for each in outcomes[:_NAMED]]
    names = [tile.name if tile is not None else each.gate_id for tile, each in zip(tiles, outcomes, strict=False)]
    more = len(outcomes) - _NAMED
    return ", ".join(names) + (f" {t('and {n} more').format(n=more)}" if more > 0 else "")

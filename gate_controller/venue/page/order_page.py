"""Orders to a group or to all gates, and what became of those that were given."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from gate_controller.desk.control_socket import ControlError
from gate_controller.texts import Language
from gate_controller.texts.sayings import saying
from gate_controller.venue.page.asking_store import read
from gate_controller.venue.page.order_giving import said_of_outcomes
from gate_controller.venue.page.page_words import history_away, words_for
from gate_controller.venue.page.shown_house import ShownHouse, shown_house_of
from gate_controller.venue.tiles import OrderOutcome
from gate_controller.web import views
from gate_controller.web.audience import language_of
from gate_controller.web.people import Role
from gate_controller.web.resources import Resource
from gate_controller.web.templating import page

OUTCOMES_OF_A_PAGE: Final = 3000
"""What became of orders, gate by gate: three to a house of 1,000 gates."""
ROWS_OF_A_PAGE: Final = 100

_DO: Final[Mapping[str, str]] = {
    "release": "Open once",
    "hold_open": "Hold open",
    "lock": "Close the gate",
    "out_of_service": "Out of service",
    "resume": "Back to normal",
    "count_people": "Set the number of people inside",
    "set_price": "Set the price",
    "let_in": "Let in",
    "refund": "Give the money back",
    "settle": "Settle",
}
_OUTCOMES: Final[Mapping[str, tuple[str, str, str]]] = {
    "done": ("admitted", "tick", "done"),
    "refused": ("refused", "cross", "not done"),
    "failed": ("refused", "cross", "not done"),
    "sent": ("checking", "clock", "sent"),
    "unanswered": ("checking", "question", "no answer: it may have been done"),
}


_PARTLY: Final = ("checking", "question", "not everywhere")


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """What became of an order at one gate, as a row."""

    clock: str
    signal: str
    symbol: str
    what: str
    outcome: str
    gate_id: str
    gate: str
    by: str
    reason: str
    text: str


def outcome_rows(
    house: ShownHouse, given: Sequence[OrderOutcome], now: float, language: Language
) -> Sequence[OutcomeRow]:
    """Return orders as rows, one each: of an order to many gates it says which did not do it."""
    orders: dict[str, list[OrderOutcome]] = {}
    for each in given:
        orders.setdefault(each.order_id, []).append(each)
    return [_row(house, outcomes, now, language) for outcomes in orders.values()]


def _row(house: ShownHouse, outcomes: Sequence[OrderOutcome], now: float, language: Language) -> OutcomeRow:
    t, first = views.says(language), outcomes[0]
    signal, symbol, words = _OUTCOMES.get(first.outcome, _OUTCOMES["unanswered"])
    text = "" if first.outcome == "done" else saying(first.text, language)
    tile = house.view.tile(first.gate_id)
    gate_id, gate = first.gate_id, tile.name if tile is not None else first.gate_id
    if len(outcomes) > 1:
        outcome, text = said_of_outcomes(house, outcomes, language)
        signal, symbol, words = _OUTCOMES.get(outcome, _PARTLY)
        gate_id, gate = "", t("{n} gates").format(n=len(outcomes))
    return OutcomeRow(
        views.short_day_and_clock(first.given_at, now),
        signal,
        symbol,
        t(_DO[first.do]) if first.do in _DO else first.do,
        t(words),
        gate_id,
        gate,
        first.by,
        first.reason,
        text,
    )


async def _orders(request: Request) -> Response:
    house, language = shown_house_of(request), language_of(request)
    t, now = views.says(language), house.view.now()
    tiles = house.shown()
    sizes: dict[str, int] = {}
    for tile in tiles:
        sizes[tile.group] = sizes.get(tile.group, 0) + 1
    targets = [{"to": "house", "name": t("All gates"), "number": len(tiles)}]
    targets += [
        {"to": f"groups/{quote(group, safe='')}", "name": group, "number": number}
        for group, number in sizes.items()
        if group and number < len(tiles)
    ]
    try:
        given, away = await read(house.view.orders(limit=OUTCOMES_OF_A_PAGE)), ""
    except ControlError:
        given, away = (), history_away(house, language)
    rows = await asyncio.to_thread(outcome_rows, house, given, now, language)
    return await page(
        request,
        "orders.html",
        view=words_for(request),
        targets=targets if tiles else (),
        given=rows[:ROWS_OF_A_PAGE],
        away=away,
    )


ORDER_PAGE: Final = Resource("/orders", _orders, Role.VIEWER, is_page=True)

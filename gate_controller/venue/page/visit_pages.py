"""The pages behind the wall: a gate with what it has told, one attempt's story, a search."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from gate_controller.desk.control_socket import ControlError
from gate_controller.texts import Language
from gate_controller.venue.page.asking_store import read
from gate_controller.venue.page.gate_stories import KnownAttempts, record_of, told_of
from gate_controller.venue.page.item_views import item_actions, item_rows, visit_rows
from gate_controller.venue.page.order_page import outcome_rows
from gate_controller.venue.page.page_words import history_away, names_of, nothing, number_of, unread, words_for
from gate_controller.venue.page.shown_house import ShownHouse, shown_house_of
from gate_controller.venue.page.tile_views import money, since_now, tile_look
from gate_controller.venue.tiles import GateTile, OrderOutcome
from gate_controller.web import views
from gate_controller.web.audience import language_of
from gate_controller.web.people import Role
from gate_controller.web.resources import Resource, person_of
from gate_controller.web.searched import LONGEST_SEARCH, found_by_script, readings
from gate_controller.web.templating import environment, page
from gate_controller.web.visits import looks, moment_of

EVENTS_OF_A_PAGE: Final = 160
"""Some forty visits: each has about four."""
MOST_FOUND: Final = 20
LAST_ORDERS: Final = 10


async def _gate(request: Request) -> Response:
    tile = shown_house_of(request).view.tile(request.path_params["gate"])
    if tile is None:
        return await nothing(request, "There is no such gate.")
    return await page(request, "gate_of_house.html", **await gate_seen(request, tile, number_of(request)))


async def gate_seen(request: Request, tile: GateTile, before: int | None = None) -> dict[str, Any]:
    """Return what a gate's page shows: where the store cannot be read, what is known from memory, and that so."""
    house, language = shown_house_of(request), language_of(request)
    t, now = views.says(language), house.view.now()
    events: Sequence[Mapping[str, Any]] = ()
    given: Sequence[OrderOutcome] = ()
    away = ""
    try:
        events = await read(house.view.events(tile.gate_id, limit=EVENTS_OF_A_PAGE, before=before))
        given = await read(house.view.orders(limit=LAST_ORDERS, gate_id=tile.gate_id))
    except ControlError:
        away = history_away(house, language)
    look = tile_look(tile, language)
    last = events[-1] if len(events) == EVENTS_OF_A_PAGE else None
    return {
        "view": words_for(request),
        "tile": tile,
        "look": look,
        "since": since_now(look, now, t),
        "to": f"gates/{tile.gate_id}",
        # What a gate says of itself leads to a page, and to nothing else that a browser would do.
        "own_page": tile.page if tile.page.startswith(("http://", "https://")) else "",
        "can_resume": tile.state in {"locked", "held open", "out of service"},
        "figures": gate_figures(tile, now, language),
        "rows": visit_rows(events, now, tile.currency, language),
        "more": last.get("place", last["number"]) if last else None,
        "is_first": before is None,
        "away": away,
        "given": outcome_rows(house, given, now, language),
    }


GATE_PARTS: Final = ("now", "bar", "told", "figures")


async def gate_parts(request: Request, tile: GateTile) -> bytes:
    """Return the parts of a gate's page as they are told to whoever follows it."""
    house, known = shown_house_of(request), await gate_seen(request, tile)
    templates, known["t"] = environment(house.templates), views.says(language_of(request))

    def rendered() -> dict[str, str]:
        parts = {name: templates.get_template(f"_gate_{name}.html").render(known) for name in GATE_PARTS}
        return {**parts, "given": templates.get_template("_gate_given.html").render(known)}

    told = {**views.clocks(house.view.now()), "tab": f"{tile.name} · {house.name}"}
    return json.dumps({**told, "parts": await asyncio.to_thread(rendered)}, ensure_ascii=False).encode()


def gate_figures(tile: GateTile, now: float, language: Language) -> Sequence[tuple[str, str]]:
    """Return what is known of a gate, by words of a language."""
    t = views.says(language)
    figures = [
        (t("Admitted"), str(tile.admitted)),
        (t("Refused"), str(tile.refused)),
        (t("Amount"), money(tile.charged, tile.currency, language)),
        (t("People inside"), str(tile.inside)) if tile.is_way_out or tile.inside else None,
        (t("Open items"), f"{tile.open_items}, {money(tile.open_cents, tile.currency, language)}")
        if tile.open_items
        else None,
        (t("Group"), tile.group) if tile.group else None,
        (t("Heard of last"), views.short_day_and_clock(tile.heard_at, now)) if tile.heard_at else None,
        (t("Version"), tile.version) if tile.version else None,
        (t("Settings"), tile.settings) if tile.settings else None,
        (t("Events to come"), str(tile.missing)) if tile.missing else None,
        (t("Gate’s id"), tile.gate_id),
    ]
    return [each for each in figures if each is not None]


async def _story(request: Request) -> Response:
    house, language, person = shown_house_of(request), language_of(request), person_of(request)
    gate_id, incident = request.path_params["gate"], request.path_params["incident"]
    tile = house.view.tile(gate_id)
    try:
        events = await read(house.view.story(gate_id, incident[:8])) if tile is not None else ()
    except ControlError:
        return await unread(request)
    known = record_of(events, incident.upper())
    if tile is None or known is None:
        return await nothing(request, "There is no such visit.")
    told = told_of(known, language, tile.currency, whole=True)
    signal, symbol = looks(told)
    story = {
        "incident": incident.upper(),
        "signal": signal,
        "symbol": symbol,
        "title": told["summary"] or told["stands"],
        "happened": told.get("happened", ""),
        "sentences": told["story"],
        "figures": _story_figures(told, tile, house.view.now(), language),
        "facts": told["facts"],
        "can": item_actions(told["can"], language) if views.may_act(person) else (),
    }
    return await page(
        request, "visit_of_house.html", view=words_for(request), tile=tile, story=story, to=f"gates/{gate_id}"
    )


def _story_figures(
    told: Mapping[str, Any], tile: GateTile, now: float, language: Language
) -> Sequence[tuple[str, str]]:
    t = views.says(language)
    figures = [(t("At gate"), tile.name), (t("Incident"), told["incident"])]
    if told["voucher_code"] or told["ticket_number"]:
        figures.append((t("Voucher"), told["voucher_code"] or told["ticket_number"]))
    figures.append((t("Began"), views.day_and_clock(moment_of(told["begun"]), now)))
    for name, words in (("amount_cents", "Amount"), ("balance_before_cents", "Balance before")):
        if told[name]:
            figures.append((t(words), money(told[name], told["currency"] or tile.currency, language)))
    if told["balance_after_cents"] is not None:
        amount = money(told["balance_after_cents"], told["currency"] or tile.currency, language)
        figures.append((t("Balance after"), amount))
    return figures


def attempts_of(request: Request) -> KnownAttempts:
    """Return the attempts that this site has read."""
    known: KnownAttempts = request.app.state.attempts
    return known


async def _find(request: Request) -> Response:
    return await _found(request, request.query_params.get("text", ""), for_script=False)


async def _find_by_script(request: Request) -> Response:
    return await found_by_script(request, partial(_found, for_script=True))


async def _found(request: Request, text: str, *, for_script: bool) -> Response:
    house, language = shown_house_of(request), language_of(request)
    t, text = views.says(language), text.strip()[:LONGEST_SEARCH]
    items: Sequence[Any] = ()
    objection = t("Nothing found for {text}. An incident code has 5 characters, a voucher 12.")
    objection = objection.format(text=text if len(text) <= 5 else f"…{text[-4:]}")  # noqa: PLR2004 - an incident code's length
    try:
        for said in readings(text):
            if not items:
                items = await read(house.view.search(said, limit=MOST_FOUND))
        known = await read(attempts_of(request).of(items))
    except ControlError:
        known, objection = (), history_away(house, language)
    go = _gate_named(house, text) if not items else ""
    if len(items) == 1:
        go = f"/gates/{items[0].gate_id}/attempts/{items[0].incident}"
    if go:
        return JSONResponse({"go": go}) if for_script else RedirectResponse(go, 303)
    rows = await asyncio.to_thread(item_rows, known, names_of(house), house.view.now(), language)
    if not for_script:
        return await page(request, "found_of_house.html", items=rows, nothing=objection)
    template = environment(house.templates).get_template("_found_of_house.html")
    return JSONResponse({"html": template.render(items=rows, nothing=objection, t=t)})


def _gate_named(house: ShownHouse, text: str) -> str:
    """Return the page of the only gate whose name or id has a text in it; empty where there is none or another."""
    wanted = text.casefold()
    named = [tile for tile in house.shown() if wanted and wanted in f"{tile.name} {tile.gate_id}".casefold()]
    exact = [tile for tile in named if wanted in {tile.name.casefold(), tile.gate_id.casefold()}]
    found = exact or named
    return f"/gates/{found[0].gate_id}" if len(found) == 1 else ""


VISIT_PAGES: Final[Sequence[Resource]] = (
    Resource("/gates/{gate}", _gate, Role.VIEWER, is_page=True),
    Resource("/gates/{gate}/attempts/{incident}", _story, Role.VIEWER, is_page=True),
    Resource("/find", _find, Role.VIEWER, is_page=True),
    Resource("/find", _find_by_script, Role.VIEWER, method="POST"),
)

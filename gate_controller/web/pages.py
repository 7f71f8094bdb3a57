"""The pages that staff see: the gate at a glance, one attempt's story, all scans, the technician's tools."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from gate_controller.desk.control_socket import ControlError
from gate_controller.shell.fittings import PRINTER
from gate_controller.web import live, views
from gate_controller.web.audience import language_of
from gate_controller.web.desk_page import give_back_of
from gate_controller.web.house import House
from gate_controller.web.overview import gate_view
from gate_controller.web.people import Role
from gate_controller.web.receipt_drawing import RECEIPT_PICTURE, can_draw, has_receipt
from gate_controller.web.resources import Resource, house_of, person_of
from gate_controller.web.searched import LONGEST_SEARCH, found_by_script, readings
from gate_controller.web.templating import environment, page
from gate_controller.web.visits import story_view, visits_view

SCANS_OF_A_PAGE = 50
MOST_FOUND = 20


async def _gate(request: Request) -> Response:
    house, person = house_of(request), person_of(request)
    language = language_of(request)
    seen = await live.live_of(request).overview(language)
    view = gate_view(house, seen, language, person.role)
    return await page(request, "gate.html", view=view, may_add=not person.name and not person.by_token)


async def _attempt(request: Request) -> Response:
    house, person, language = house_of(request), person_of(request), language_of(request)
    try:
        told = await house.ask("show", incident=request.path_params["incident"], language=language.value)
    except ControlError:
        return await page(request, "none.html", 404, words=views.says(language)("There is no such visit."))
    story = story_view(house, told, language, person.role)
    t, may_act = views.says(language), views.may_act(person)
    give_back = give_back_of(house, person, told, language)
    words = {"script_words": views.script_words(t), "spans": views.spans(t), "may_act": may_act, "give_back": give_back}
    words["second_price"] = ""  # what the next scan is for is chosen on the live page
    has_printer = PRINTER in house.status().devices
    receipt = {
        "is_drawn": has_receipt(told) and can_draw(),
        "prints": has_receipt(told) and may_act and has_printer,
    }
    return await page(
        request, "attempt.html", story=story, receipt=receipt, view={**words, **views.clocks(house.status().at)}
    )


async def _attempts(request: Request) -> Response:
    house, language = house_of(request), language_of(request)
    before = request.query_params.get("before", "")
    number = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None  # noqa: PLR2004 - fits into SQLite
    is_open = request.query_params.get("open") == "1"
    wanted = {"limit": SCANS_OF_A_PAGE + 1, "before": number, "open": is_open}
    try:
        records = await house.ask("page", **wanted, language=language.value)
    except ControlError as error:
        return await page(request, "none.html", 503, words=str(error))
    more = records[SCANS_OF_A_PAGE - 1]["number"] if len(records) > SCANS_OF_A_PAGE else None
    scans = visits_view(records[:SCANS_OF_A_PAGE], now=house.status().at)
    return await page(request, "attempts.html", scans=scans, more=more, is_first=number is None, is_open=is_open)


async def _find(request: Request) -> Response:
    return await _found(request, request.query_params.get("text", ""), for_script=False)


async def _find_by_script(request: Request) -> Response:
    return await found_by_script(request, partial(_found, for_script=True))


async def _found(request: Request, text: str, *, for_script: bool) -> Response:
    house, language = house_of(request), language_of(request)
    text = text.strip()[:LONGEST_SEARCH]
    records: list[Any] = []
    unread = ""
    try:
        for said in readings(text):
            if not records:
                records = await house.ask("find", text=said, limit=MOST_FOUND, language=language.value)
    except ControlError:
        unread = views.says(language)("The journal cannot be read just now.")
    if len(records) == 1:
        go = f"/attempts/{records[0]['incident']}"
        return JSONResponse({"go": go}) if for_script else RedirectResponse(go, 303)
    scans = visits_view(records, now=house.status().at)
    t = views.says(language)
    nothing = t("Nothing found for {text}. An incident code has 5 characters, a voucher 12.")
    nothing = unread or nothing.format(text=_without_code(text))
    if not for_script:
        return await page(request, "found.html", scans=scans, nothing=nothing)
    html = environment().get_template("_found.html").render(scans=scans, nothing=nothing, t=t)
    return JSONResponse({"html": html})


def _without_code(text: str) -> str:
    """Return what somebody looked for, as others may see it: a whole voucher code is money."""
    return text if len(text) <= 5 else f"…{text[-4:]}"  # noqa: PLR2004 - an incident code's length


def resources(_house: House) -> Sequence[Resource]:
    """Return every page, and what the live one follows."""
    return (
        Resource("/", _gate, Role.VIEWER, is_page=True),
        Resource("/live", live.stream, Role.VIEWER),
        Resource("/live/check", live.check, Role.VIEWER),
        Resource("/display/{name}.png", live.display_picture, Role.VIEWER),
        Resource("/attempts", _attempts, Role.VIEWER, is_page=True),
        Resource("/attempts/{incident}", _attempt, Role.VIEWER, is_page=True),
        RECEIPT_PICTURE,
        Resource("/find", _find, Role.VIEWER, is_page=True),
        Resource("/find", _find_by_script, Role.VIEWER, method="POST"),
    )

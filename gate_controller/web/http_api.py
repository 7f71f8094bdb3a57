"""
The HTTP API under /api/v1: the same data and actions as the pages, for programs. One table of its operations.

It decides nothing: what is ordered goes to the desk with the name of whoever orders it, as from the command line.
"""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from gate_controller.admission.words.facts import Standing
from gate_controller.web import admission_api, days, errand_api, openapi, printing_api, supervision, ticket_desk
from gate_controller.web.allowances import allowed
from gate_controller.web.asked import (
    AttemptAsked,
    EndOrder,
    EventsAsked,
    NextScanOrder,
    OccupancyOrder,
    OnceOrder,
    PageAsked,
    Query,
    ReloadOrder,
    SpanOrder,
    TrialOrder,
    WithdrawOrder,
)
from gate_controller.web.askers import address_of
from gate_controller.web.audience import in_words_of
from gate_controller.web.broadcast import stream
from gate_controller.web.house import House
from gate_controller.web.operations import Operation, given_within, incident_of, name_of
from gate_controller.web.people import Role
from gate_controller.web.resources import Resource, audit_of, house_of, person_of


async def _status(request: Request, _: Query) -> Response:
    return JSONResponse(await house_of(request).ask("status"))


async def _attempts(request: Request, asked: PageAsked) -> Response:
    house = house_of(request)
    records = await house.ask("page", limit=asked.limit + 1, before=asked.before, language=asked.lang)
    page = records[: asked.limit]
    told = {"attempts": page, "next": page[-1]["number"] if len(records) > asked.limit else None}
    return await asyncio.to_thread(JSONResponse, told)


async def _attempt(request: Request, asked: AttemptAsked) -> Response:
    incident, person, is_full = incident_of(request), person_of(request), asked.full == "1"
    if is_full and person.role < Role.STAFF:
        return JSONResponse({"error": "whole codes are for staff"}, 403)
    told = await house_of(request).ask("show", incident=incident, full=is_full, language=asked.lang)
    if is_full:
        name = f"token {person.name}" if person.by_token else person.name
        audit_of(request).note("whole code shown", name=name, address=address_of(request), about=told["incident"])
    return JSONResponse(told)


async def _open_items(request: Request, asked: PageAsked) -> Response:
    records = await house_of(request).ask("open", limit=asked.limit + 1, before=asked.before, language=asked.lang)
    page = records[-asked.limit :]
    told = {"open_items": page, "next": page[0]["number"] if len(records) > asked.limit else None}
    return await asyncio.to_thread(JSONResponse, told)


async def _events(request: Request, asked: EventsAsked) -> Response:
    house = house_of(request)
    told = await house.ask("events", after=asked.after, limit=asked.limit)
    return await asyncio.to_thread(JSONResponse, {"gate": house.status().gate_id, **told})


async def _log_lines(request: Request, _: Query) -> Response:
    house = house_of(request)
    lines = "".join(f"{line}\n" for line in house.log_lines())
    name = f"gate-{house.status().gate_id}.log"
    return PlainTextResponse(lines, headers={"Content-Disposition": f'attachment; filename="{_in_header(name)}"'})


async def _document(_request: Request, _: Query) -> Response:
    written = await asyncio.to_thread(openapi.document, OPERATIONS)
    return Response(written, media_type="application/json")


async def _ordered(
    do: str,
    request: Request,
    asked: OnceOrder | SpanOrder | WithdrawOrder | EndOrder | NextScanOrder | OccupancyOrder | TrialOrder,
) -> Response:
    """Give an order to the gate, and say what it came to."""
    return await _given(request, do, asked.model_dump())


async def _reloaded(request: Request, asked: ReloadOrder) -> Response:
    """Have the gate read its settings again, and say in a sentence what came of it."""
    return await _given(request, "reload", {**asked.model_dump(), "is_told": True})


async def _ordered_for_item(do: str, request: Request, asked: OnceOrder) -> Response:
    """Give an order about an open item, and say what it came to."""
    order = {**asked.model_dump(), "incident": incident_of(request)}
    if do == "refund":
        order["most_cents"] = allowed(house_of(request).desk_rules, person_of(request), do, None)
    return await _given(request, do, order)


async def _given(request: Request, do: str, order: Mapping[str, Any]) -> Response:
    house = house_of(request)
    answer = await given_within(house.ask(do, by=name_of(person_of(request)), **order))
    said = {"id": order["id"], "regime": None, "attempt": None}
    if answer is None:
        happened = in_words_of(request, "under way: ask again with the same id")
        return JSONResponse({**said, "state": "pending", "happened": happened}, 202)
    if isinstance(answer, dict):
        # As it stands by now: the desk remembers how it was when the order was given the first time.
        [attempt] = await house.ask("attempts", attempts=[answer["attempt"]]) or [answer]
        is_listed = do in _ENDS_ITEM and attempt["standing"] == Standing.OPEN.value  # its end is not on disk yet
        is_pending = is_listed or attempt["standing"] == Standing.UNFINISHED.value
        state, code = ("pending", 202) if is_pending else ("done", 200)
        return JSONResponse(
            {**said, "state": state, "happened": in_words_of(request, attempt["stands"]), "attempt": attempt}, code
        )
    regime = house.status().as_dict()["regime"]
    return JSONResponse({**said, "state": "done", "happened": in_words_of(request, answer), "regime": regime})


_ENDS_ITEM: Final = frozenset({"let_in", "settle"})


def _in_header(name: str) -> str:
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-._") else "_" for letter in name)


_TO_GATE: Final = (409,)
_TO_ITEM: Final = (404, 409, 503)

OPERATIONS: Final = (
    Operation("/status", _status, Role.VIEWER, "How the gate is", "Status"),
    Operation(
        "/attempts",
        _attempts,
        Role.VIEWER,
        "What happened at the gate, newest first",
        "Attempts",
        query=PageAsked,
        refusals=(503,),
    ),
    Operation(
        "/attempts/{incident}",
        _attempt,
        Role.VIEWER,
        "One attempt, with its facts",
        "AttemptWithFacts",
        query=AttemptAsked,
        refusals=(404, 503),
    ),
    Operation(
        "/open-items",
        _open_items,
        Role.VIEWER,
        "What needs a person: the newest items, of them the oldest first",
        "OpenItems",
        more="A page has the items before the page that was had before, so `next` leads to older ones; the status says "
        "how many there are in all.",
        query=PageAsked,
        refusals=(503,),
    ),
    Operation(
        "/events",
        _events,
        Role.VIEWER,
        "What came to disk after a number, the oldest first",
        "Events",
        more="Each event has the next number of its journal. Whoever has missed some asks for those after the last "
        "that he has, until he has the `newest`. Where `journal` is another than before, begin anew: its numbers are "
        "its own. `archived` says how many were too old to be told.",
        query=EventsAsked,
        refusals=(503,),
    ),
    Operation(
        "/stream",
        stream,
        Role.VIEWER,
        "Follow the gate, by server-sent events",
        "Stream",
        more="`status`: the whole status, at once and within 1 s after each change. `attempt`: an attempt that has "
        "changed, as in the list. A comment each 15 s where there is nothing else. Whoever comes again with "
        "`Last-Event-ID` gets the attempts in between; after a restart of the gate, read the list. Who does not keep "
        "up is dropped.",
        refusals=(503,),
        media="text/event-stream",
    ),
    Operation(
        "/log",
        _log_lines,
        Role.TECHNICIAN,
        "The last lines of the log, since the gate's start",
        "Log",
        media="text/plain; charset=utf-8",
    ),
    Operation("/openapi.json", _document, Role.VIEWER, "This document", "Document"),
    Operation(
        "/actions/open-once",
        partial(_ordered, "release"),
        Role.STAFF,
        "Open once, without a charge",
        "Done",
        body=OnceOrder,
        refusals=_TO_GATE,
        may_pend=True,
    ),
    Operation(
        "/actions/hold-open",
        partial(_ordered, "hold_open"),
        Role.STAFF,
        "Hold open for everybody until a moment",
        "Done",
        body=SpanOrder,
        refusals=_TO_GATE,
        may_pend=True,
    ),
    Operation(
        "/actions/lock",
        partial(_ordered, "lock"),
        Role.STAFF,
        "Let nobody in until a moment",
        "Done",
        body=SpanOrder,
        refusals=_TO_GATE,
        may_pend=True,
    ),
    Operation(
        "/actions/out-of-service",
        partial(_ordered, "out_of_service"),
        Role.STAFF,
        "Out of service until somebody resumes",
        "Done",
        body=WithdrawOrder,
        refusals=_TO_GATE,
        may_pend=True,
    ),
    Operation(
        "/actions/resume",
        partial(_ordered, "resume"),
        Role.STAFF,
        "End a hold, a lock, an out-of-service, or an alarm that has cleared",
        "Done",
        body=EndOrder,
        refusals=_TO_GATE,
        may_pend=True,
    ),
    Operation(
        "/actions/check-balance",
        partial(_ordered, "check_balance"),
        Role.STAFF,
        "Let the next scan tell what is on its voucher, and charge nothing",
        "Done",
        more="For ten seconds, or one scan.",
        body=NextScanOrder,
        refusals=_TO_GATE,
        may_pend=True,
    ),
    Operation(
        "/actions/second-price",
        partial(_ordered, "second_price"),
        Role.STAFF,
        "Let the next scan be charged the second price",
        "Done",
        more="For ten seconds, or one scan; where `admission.second_price_cents` is set.",
        body=NextScanOrder,
        refusals=_TO_GATE,
        may_pend=True,
    ),
    Operation(
        "/actions/occupancy",
        partial(_ordered, "count_people"),
        Role.STAFF,
        "Say how many people are inside: it is counted on from there",
        "Done",
        body=OccupancyOrder,
        refusals=_TO_GATE,
        may_pend=True,
    ),
    Operation(
        "/actions/try",
        partial(_ordered, "try"),
        Role.TECHNICIAN,
        "Try lamps, sound or display, one signal, sound or picture after the other",
        "Done",
        body=TrialOrder,
        refusals=_TO_GATE,
        may_pend=True,
    ),
    Operation(
        "/actions/reload",
        _reloaded,
        Role.TECHNICIAN,
        "Read the settings again: what can change while the gate runs counts from the next visitor on",
        "Done",
        more="With a mistake in them nothing changes, and it is refused with the mistakes.",
        body=ReloadOrder,
        refusals=_TO_GATE,
        may_pend=True,
    ),
    Operation(
        "/open-items/{incident}/let-in",
        partial(_ordered_for_item, "let_in"),
        Role.STAFF,
        "Let in whoever was charged, which settles the item",
        "Done",
        body=OnceOrder,
        refusals=_TO_ITEM,
        may_pend=True,
    ),
    Operation(
        "/open-items/{incident}/refund",
        partial(_ordered_for_item, "refund"),
        Role.STAFF,
        "Give the charge back",
        "Done",
        body=OnceOrder,
        refusals=_TO_ITEM,
        may_pend=True,
    ),
    Operation(
        "/open-items/{incident}/settle",
        partial(_ordered_for_item, "settle"),
        Role.STAFF,
        "Close the item: it has been seen to elsewhere",
        "Done",
        body=OnceOrder,
        refusals=_TO_ITEM,
        may_pend=True,
    ),
    *days.OPERATIONS,
    *admission_api.OPERATIONS,
    *errand_api.OPERATIONS,
    *ticket_desk.OPERATIONS,
    *printing_api.OPERATIONS,
    *supervision.OPERATIONS,
)
"""Everything that the API can be asked."""


def resources(_house: House) -> Sequence[Resource]:
    """Return every resource of the API."""
    return [operation.resource() for operation in OPERATIONS]

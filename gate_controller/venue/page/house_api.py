"""The HTTP API of a house under /api/v1: the same data and orders as its pages, for programs; one table of it all."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gate_controller.desk.control_socket import NotThere
from gate_controller.desk.moments import until
from gate_controller.venue.page.asking_store import date_in, read
from gate_controller.venue.page.code_api import CODE_OPERATIONS
from gate_controller.venue.page.house_asked import (
    ClosingsAsked,
    EventsPageAsked,
    GateNaming,
    GateRevoking,
    HouseDayClosing,
    OrdersAsked,
    PriceOrder,
    VisitSearch,
)
from gate_controller.venue.page.house_document import house_document
from gate_controller.venue.page.house_stream import HOUSE_STREAM
from gate_controller.venue.page.order_giving import existing_gate, order_given
from gate_controller.venue.page.shown_house import shown_house_of
from gate_controller.web.asked import (
    EndOrder,
    OccupancyOrder,
    OnceOrder,
    PageAsked,
    Query,
    SpanOrder,
    WithdrawOrder,
)
from gate_controller.web.operations import Operation, incident_of, name_of
from gate_controller.web.people import Role
from gate_controller.web.resources import person_of
from gate_controller.web.supervision import OPERATIONS as SUPERVISION


async def _gates(request: Request, _: Query) -> Response:
    view = shown_house_of(request).view
    tiles = view.tiles()
    reached = {"broker": view.is_broker_reached(), "refused": view.what_broker_refuses()}
    told = {"at": view.now(), **reached, "store": view.is_store_reached()}
    return await asyncio.to_thread(lambda: JSONResponse({**told, "gates": [asdict(tile) for tile in tiles]}))


async def _gate(request: Request, _: Query) -> Response:
    tile = shown_house_of(request).view.tile(request.path_params["gate"])
    if tile is None:
        raise NotThere("there is no such gate")
    return JSONResponse(asdict(tile))


async def _gate_events(request: Request, asked: EventsPageAsked) -> Response:
    house = shown_house_of(request)
    events = list(await read(house.view.events(_known(request), limit=asked.limit, before=asked.before)))
    last = events[-1] if len(events) == asked.limit else None
    return JSONResponse({"events": events, "next": last.get("place", last["number"]) if last else None})


async def _attempt(request: Request, _: Query) -> Response:
    house, incident = shown_house_of(request), incident_of(request)
    events = list(await read(house.view.story(_known(request), incident)))
    if not events:
        raise NotThere("incident: there is none of that code here")
    return JSONResponse({"incident": incident, "events": events})


def _known(request: Request) -> str:
    gate_id: str = request.path_params["gate"]
    if shown_house_of(request).view.tile(gate_id) is None:
        raise NotThere("there is no such gate")
    return gate_id


async def _open_items(request: Request, asked: PageAsked) -> Response:
    items, more = await read(shown_house_of(request).view.open_items(limit=asked.limit, before=asked.before))
    return JSONResponse({"open_items": [asdict(item) for item in items], "next": more})


async def _search(request: Request, asked: VisitSearch) -> Response:
    found = await read(shown_house_of(request).view.search(asked.text.strip(), limit=asked.limit))
    return JSONResponse({"found": [asdict(item) for item in found]})


async def _day(request: Request, _: Query) -> Response:
    return JSONResponse(asdict(await read(shown_house_of(request).view.totals(date_in(request)))))


async def _closings(request: Request, asked: ClosingsAsked) -> Response:
    closings = await read(shown_house_of(request).view.closings(limit=asked.limit))
    return JSONResponse({"closings": [dict(each) for each in closings]})


async def _close(request: Request, _: HouseDayClosing) -> Response:
    return JSONResponse(dict(await close_day(request)))


async def close_day(request: Request) -> Mapping[str, Any]:
    """Close the day that the path names; return its closing. Raises what it is refused with."""
    house = shown_house_of(request)
    return await house.closed(date_in(request), name_of(person_of(request)))


async def _orders(request: Request, asked: OrdersAsked) -> Response:
    given = await read(shown_house_of(request).view.orders(limit=asked.limit, gate_id=asked.gate))
    return JSONResponse({"orders": [asdict(each) for each in given]})


async def _named(request: Request, asked: GateNaming) -> Response:
    house = shown_house_of(request)
    gate_id = existing_gate(house, request.path_params["gate"])
    await read(house.view.name_gate(gate_id, name=asked.name.strip(), group=asked.group.strip()))
    return JSONResponse({"answer": "named", "gate": gate_id})


async def _revoked(request: Request, _: GateRevoking) -> Response:
    house = shown_house_of(request)
    gate_id = existing_gate(house, request.path_params["gate"])
    await house.revoke(gate_id, name_of(person_of(request)))
    return JSONResponse({"answer": "revoked", "gate": gate_id})


async def _once(do: str, request: Request, asked: OnceOrder | EndOrder | OccupancyOrder | WithdrawOrder) -> Response:
    return await order_given(request, do, asked)


async def _until(do: str, request: Request, asked: SpanOrder) -> Response:
    moment = until(asked.until, shown_house_of(request).view.now())
    return await order_given(request, do, asked, {"until": round(moment)})


async def _priced(request: Request, asked: PriceOrder) -> Response:
    since = round(until(asked.since, shown_house_of(request).view.now())) if asked.since is not None else None
    return await order_given(request, "set_price", asked, {"from": since})


async def _for_item(do: str, request: Request, asked: OnceOrder) -> Response:
    return await order_given(request, do, asked, {"incident": incident_of(request)})


async def _document(_request: Request, _: Query) -> Response:
    return Response(await asyncio.to_thread(house_document, HOUSE_OPERATIONS), media_type="application/json")


_ONCE_MORE: Final = (
    "What is not answered within a second is answered with 202: ask again with the same id. `outcome` is `done`, "
    "`partly`, `refused` or `unknown`: a gate that did not answer may have done it."
)
_TO: Final = (
    ("/gates/{gate}", "one gate"),
    ("/groups/{group}", "all gates of a group"),
    ("/house", "all gates"),
)


def _ordering() -> Sequence[Operation]:
    ways: Sequence[tuple[str, Callable[..., Any], type[Any], str]] = (
        ("open-once", partial(_once, "release"), OnceOrder, "Open once, without a charge"),
        ("hold-open", partial(_until, "hold_open"), SpanOrder, "Hold open for everybody until a moment"),
        ("lock", partial(_until, "lock"), SpanOrder, "Let nobody in until a moment"),
        ("out-of-service", partial(_once, "out_of_service"), WithdrawOrder, "Out of service until somebody resumes"),
        ("resume", partial(_once, "resume"), EndOrder, "End a hold, a lock, an out-of-service or an alarm"),
        ("price", _priced, PriceOrder, "Set what an admission costs, from now or from a moment on"),
    )
    return [
        Operation(
            f"{to}/{name}",
            answer,
            Role.TECHNICIAN if name == "price" else Role.STAFF,
            f"{summary}: {whom}",
            "HouseDone",
            more=_ONCE_MORE,
            body=body,
            refusals=(404, 409, 503),
            may_pend=True,
        )
        for to, whom in _TO
        for name, answer, body, summary in ways
    ]


def _to_items() -> Sequence[Operation]:
    ways = (
        ("let-in", "let_in", "Let in whoever was charged, which settles the item"),
        ("refund", "refund", "Give the charge back"),
        ("settle", "settle", "Close the item: it has been seen to elsewhere"),
    )
    return [
        Operation(
            f"/gates/{{gate}}/open-items/{{incident}}/{name}",
            partial(_for_item, do),
            Role.STAFF,
            summary,
            "HouseDone",
            more=_ONCE_MORE,
            body=OnceOrder,
            refusals=(404, 409, 503),
            may_pend=True,
        )
        for name, do, summary in ways
    ]


HOUSE_OPERATIONS: Final = (
    Operation("/gates", _gates, Role.VIEWER, "All gates as they are", "Gates"),
    HOUSE_STREAM,
    Operation("/gates/{gate}", _gate, Role.VIEWER, "One gate as it is", "GateNow", refusals=(404,)),
    Operation(
        "/gates/{gate}/events",
        _gate_events,
        Role.VIEWER,
        "What a gate has told, the newest first",
        "GateEvents",
        query=EventsPageAsked,
        refusals=(404, 503),
    ),
    Operation(
        "/gates/{gate}/attempts/{incident}",
        _attempt,
        Role.VIEWER,
        "All events of one attempt, in order",
        "GateAttempt",
        refusals=(404, 503),
    ),
    Operation(
        "/open-items",
        _open_items,
        Role.VIEWER,
        "What needs a person at any gate, the newest received first",
        "HouseItems",
        query=PageAsked,
        refusals=(503,),
    ),
    Operation(
        "/search",
        _search,
        Role.VIEWER,
        "Attempts at any gate by incident code or voucher code",
        "Found",
        more="A whole voucher code is found where the gates tell its hash, else its last four characters are. It "
        "stands in the body, so that no log of addresses has it.",
        body=VisitSearch,
        refusals=(503,),
    ),
    Operation("/days/{date}", _day, Role.VIEWER, "A day of the house in figures", "HouseDay", refusals=(404, 503)),
    Operation(
        "/days/{date}/close",
        _close,
        Role.STAFF,
        "Close a day that is over, once and for good",
        "HouseClosing",
        body=HouseDayClosing,
        refusals=(404, 409, 503),
    ),
    Operation(
        "/closings",
        _closings,
        Role.VIEWER,
        "Closed days, the newest first",
        "HouseClosings",
        query=ClosingsAsked,
        refusals=(503,),
    ),
    Operation(
        "/orders",
        _orders,
        Role.VIEWER,
        "Orders that were given, the newest first",
        "GivenOrders",
        query=OrdersAsked,
        refusals=(503,),
    ),
    *_ordering(),
    Operation(
        "/gates/{gate}/occupancy",
        partial(_once, "count_people"),
        Role.STAFF,
        "Say how many people are inside by one gate's count: it counts on from there",
        "HouseDone",
        more=_ONCE_MORE,
        body=OccupancyOrder,
        refusals=(404, 409, 503),
        may_pend=True,
    ),
    *_to_items(),
    Operation(
        "/gates/{gate}/name",
        _named,
        Role.TECHNICIAN,
        "Call a gate something else, or put it into another group",
        "GateAnswer",
        body=GateNaming,
        refusals=(404, 503),
    ),
    Operation(
        "/gates/{gate}/revoke",
        _revoked,
        Role.TECHNICIAN,
        "Let a gate speak no more; its events stay",
        "GateAnswer",
        body=GateRevoking,
        refusals=(404, 409, 503),
    ),
    *CODE_OPERATIONS,
    *(each for each in SUPERVISION if each.path != "/actions/show-fingerprint"),
    Operation("/openapi.json", _document, Role.VIEWER, "This document", "Document"),
)
"""What a house can be asked and ordered."""

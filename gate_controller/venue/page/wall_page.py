"""The wall: all gates on one page, those that need somebody first; and the stream by which it follows them."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from gate_controller.venue.page.item_list import item_events
from gate_controller.venue.page.page_words import words_for
from gate_controller.venue.page.visit_pages import gate_parts
from gate_controller.venue.page.wall import wall_of
from gate_controller.venue.page.wall_steps import beat, steps_of
from gate_controller.web import live, views
from gate_controller.web.audience import language_of
from gate_controller.web.people import Role
from gate_controller.web.resources import Resource, person_of
from gate_controller.web.templating import page


async def _wall(request: Request) -> Response:
    person, language = person_of(request), language_of(request)
    may_act = views.may_act(person)
    seen = await wall_of(request).seen(language, may_act=may_act)
    view = words_for(request)
    may_add = not person.name and not person.by_token
    return await page(request, "wall.html", view=view, seen=seen, may_add=may_add)


async def _stream(request: Request) -> Response:
    """Follow the house, its open items or one of its gates: what has changed, and a beat with the house's time."""
    gate_id, is_list = request.query_params.get("gate", ""), request.query_params.get("list") == "items"
    return StreamingResponse(
        _gate_events(request, gate_id) if gate_id else item_events(request) if is_list else _events(request),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(request: Request) -> AsyncIterator[bytes]:
    wall, person, language = wall_of(request), person_of(request), language_of(request)
    token = request.headers.get("last-event-id") or request.query_params.get("since", "")
    seen, may_act = wall.seen_by(token), views.may_act(person)
    is_first = True
    async with contextlib.aclosing(steps_of(request)) as steps:
        async for _ in steps:
            if is_first or wall.version != seen:
                seen, news = await wall.news(seen, language, may_act=may_act)
                yield b"event: house\nid: %s\ndata: %s\n\n" % (wall.token(seen).encode(), news)
            else:
                yield beat(wall)
            is_first = False


async def _gate_events(request: Request, gate_id: str) -> AsyncIterator[bytes]:
    wall, seen, store = wall_of(request), 0, ""
    async with contextlib.aclosing(steps_of(request)) as steps:
        async for _ in steps:
            tile, version, store_now = wall.house.view.tile(gate_id), wall.version, wall.house.view.is_store_reached()
            if tile is not None and (wall.changed_since(gate_id, seen) or store_now != store):
                told, seen, store = await gate_parts(request, tile), version, store_now
                yield b"event: gate\ndata: %s\n\n" % told
            else:
                yield beat(wall)


RESOURCES: Final[Sequence[Resource]] = (
    Resource("/", _wall, Role.VIEWER, is_page=True),
    Resource("/live", _stream, Role.VIEWER),
    Resource("/live/check", live.check, Role.VIEWER),
)

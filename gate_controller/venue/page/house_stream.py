"""The API's stream of a house: its gates as they change. Who is slow gets fewer, larger steps, and holds nobody up."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from gate_controller.venue.page.wall import wall_of
from gate_controller.venue.page.wall_steps import steps_of
from gate_controller.venue.tiles import GateTile
from gate_controller.web.asked import Query
from gate_controller.web.operations import Operation
from gate_controller.web.people import Role

_BEAT: Final = b": beat\n\n"


async def _followed(request: Request, _: Query) -> Response:
    """Follow all gates, as they change."""
    return StreamingResponse(
        _gates(request),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _gates(request: Request) -> AsyncIterator[bytes]:
    wall = wall_of(request)
    seen = wall.seen_by(request.headers.get("last-event-id", ""))
    yield b"retry: 1000\n\n"
    async with contextlib.aclosing(steps_of(request)) as steps:
        async for _ in steps:
            if wall.version == seen:
                yield _BEAT
                continue
            is_whole, before, seen = seen == 0, seen, wall.version
            changed = [tile for tile in wall.tiles if wall.changed_since(tile.gate_id, before)]
            told = await asyncio.to_thread(_encoded, wall.house.view.now(), changed, wall.gone_since(before), is_whole)
            yield b"event: gates\nid: %s\ndata: %s\n\n" % (wall.token(seen).encode(), told)


def _encoded(at: float, changed: Sequence[GateTile], gone: Sequence[str], is_whole: bool) -> bytes:
    told = {"at": at, "all": is_whole, "gates": [asdict(tile) for tile in changed], "gone": gone}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


HOUSE_STREAM: Final = Operation(
    "/stream",
    _followed,
    Role.VIEWER,
    "Follow all gates, by server-sent events",
    "Stream",
    more="`gates`: at once all of them (`all`), then those that have changed, within a second; `gone` are those that "
    "were shut out. A comment each 5 s where there is nothing else. Whoever comes again with `Last-Event-ID` gets what "
    "has changed in between.",
    refusals=(503,),
    media="text/event-stream",
)

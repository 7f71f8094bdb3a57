"""When to look at the house again, for whoever follows it: after changes, at each beat, for as long as he may."""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Final

from starlette.requests import Request

from gate_controller.venue.page.wall import Wall, wall_of
from gate_controller.web import live, views
from gate_controller.web.resources import person_of

STEP_SECONDS: Final = 0.2
"""Changes that come closer together are shown together."""


async def steps_of(request: Request) -> AsyncGenerator[None]:
    """Yield at the begin, after changes, and at each beat, for as long as whoever asks may follow."""
    wall, person = wall_of(request), person_of(request)
    told, leave = wall.join()
    try:
        while request.app.state.still_may(request, person):
            told.clear()
            wall.look_at_calendar()
            yield
            try:
                async with asyncio.timeout(live.BEAT_SECONDS):
                    await told.wait()
                await asyncio.sleep(STEP_SECONDS)
            except TimeoutError:
                pass
    finally:
        leave()


def beat(wall: Wall) -> bytes:
    """Return what says that nothing has changed, and what time it is."""
    return b"event: beat\ndata: %s\n\n" % json.dumps(views.clocks(wall.house.view.now())).encode()

"""
The live page's parts as they are now, rendered once for all who look at them in the same language.

The gate tells of changes within half a second; what has not changed is not sent again. Rendering and the journal's
questions happen in a thread: the loop only hands texts on.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from gate_controller.shell.status import GateStatus
from gate_controller.texts import Language
from gate_controller.web import views
from gate_controller.web.audience import language_of
from gate_controller.web.display_picture import Picture
from gate_controller.web.house import House
from gate_controller.web.overview import PARTS, Overview, look, render
from gate_controller.web.people import Person, Role
from gate_controller.web.resources import house_of, person_of

BEAT_SECONDS: Final = 5.0
"""How often a page hears of the gate at least: one that hears nothing for longer says that what it shows is old."""
LOOK_SECONDS: Final = 0.2
"""Changes that come closer together are shown together."""


@dataclass(slots=True)
class Live:
    """What all live pages of a site share, from its beginning until `close`."""

    house: House
    picture: Picture | None = None
    _version: int = 0
    _seen: tuple[tuple[int, str], Overview] | None = None
    _rendered: dict[tuple[Language, Role], tuple[Overview, dict[str, str]]] = field(default_factory=dict)
    _busy: asyncio.Lock = field(default_factory=asyncio.Lock)
    _unfollow: Callable[[], None] = field(init=False)

    def __post_init__(self) -> None:
        """Follow the gate."""
        self._unfollow = self.house.follow(self._changed)

    def close(self) -> None:
        """Follow the gate no more."""
        self._unfollow()

    def _changed(self) -> None:
        self._version += 1

    async def overview(self, language: Language) -> Overview:
        """Return what the gate and its journal tell now, in words of a language."""
        async with self._busy:
            return await self._overview(language)

    async def _overview(self, language: Language) -> Overview:
        seen_at, seen = self._seen or ((-1, ""), None)
        # With a new day everything is another, though nothing has changed.
        now = (self._version, views.day(self.house.status().at))  # what changes meanwhile is looked up again
        if seen is None or seen_at != now or language not in seen.scans or not seen.is_whole:
            kept = seen.scans if seen is not None and seen_at == now else ()
            seen = await look(self.house, tuple({*kept, language}))
            self.picture, self._seen = seen.picture, (now, seen)
        return seen

    async def parts(self, language: Language, role: Role) -> tuple[GateStatus, dict[str, str]]:
        """Return the parts of the page, each as it is shown, and the status that they tell of."""
        async with self._busy:
            seen = await self._overview(language)
            rendered_of, parts = self._rendered.get((language, role), (None, {}))
            if rendered_of is not seen:
                parts = await asyncio.to_thread(render, self.house, seen, language, role)
                self._rendered[language, role] = seen, parts
            return seen.status, parts


def live_of(request: Request) -> Live:
    """Return what the live pages of this site share."""
    live: Live = request.app.state.live
    return live


async def stream(request: Request) -> Response:
    """Follow the gate: each part of the page when it changes, and a beat with the gate's time."""
    house, person, language = house_of(request), person_of(request), language_of(request)
    return StreamingResponse(
        _events(request, house, person, language),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(request: Request, house: House, person: Person, language: Language) -> AsyncIterator[bytes]:
    live, changed, shown = live_of(request), asyncio.Event(), dict[str, str]()
    unfollow = house.follow(changed.set)
    try:
        yield b"retry: 1000\n\n"
        while request.app.state.still_may(request, person):
            status, parts = await live.parts(language, person.role)
            news = {name: parts[name] for name in PARTS if shown.get(name) != parts[name]}
            if news:
                shown |= news
                tab = views.tab_title(house, status)
                told = {**views.clocks(house.status().at), "tab": tab, "parts": news}
                yield _event("parts", json.dumps(told, ensure_ascii=False))
            else:
                yield _event("beat", json.dumps(views.clocks(house.status().at)))
            try:
                async with asyncio.timeout(BEAT_SECONDS):
                    await changed.wait()
                await asyncio.sleep(LOOK_SECONDS)
            except TimeoutError:
                pass
            changed.clear()
    finally:
        unfollow()


def _event(name: str, data: str) -> bytes:
    return f"event: {name}\ndata: {data}\n\n".encode()


async def check(_request: Request) -> Response:
    """Say to a page whose stream broke that whoever looks at it may still do so."""
    return Response(status_code=204)


async def display_picture(request: Request) -> Response:
    """Return what the visitor's display shows, by the name that the page gives."""
    picture: Any = live_of(request).picture
    if picture is None or picture.name != request.path_params["name"]:
        return Response(status_code=404)
    return Response(picture.png, media_type="image/png", headers={"Cache-Control": "private, max-age=3600, immutable"})

"""The technician's page: lamps, sound and display tried, who is logged in, what was done, the log to take along."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gate_controller.admission.words.messages import Signal, Sound
from gate_controller.desk.control_socket import ControlError
from gate_controller.texts.sayings import saying
from gate_controller.web import views
from gate_controller.web.audience import language_of
from gate_controller.web.guards import Guards
from gate_controller.web.house import House
from gate_controller.web.people import Role
from gate_controller.web.refusals import refused
from gate_controller.web.resources import Resource, house_of
from gate_controller.web.templating import page

EACH_SECONDS: Final = 1.0
"""How long each signal is shown, each picture a little longer: a technician stands before it."""
_REFUSED_WITHIN_SECONDS: Final = 0.5
_LINES: Final = 50

_STEPS: Final[Mapping[str, Sequence[tuple[str, dict[str, Any]]]]] = {
    "lamps": [("try_lamps", {"signal": signal.name}) for signal in Signal],
    "sound": [("try_buzzer", {"sound": sound.name}) for sound in Sound],
    "display": [("try_display", {"picture": name}) for name in ("admitted", "refused", "idle")],
}
"""What can be tried: its steps, each an order of the desk."""


class Tools:
    """The tools of one site."""

    def __init__(self, guards: Guards) -> None:
        self._guards = guards
        self._trial: asyncio.Task[None] | None = None

    def resources(self) -> Sequence[Resource]:
        """Return its resources."""
        return (
            Resource("/tools", self._page, Role.TECHNICIAN, is_page=True),
            Resource("/api/v1/actions/try", self._try, Role.TECHNICIAN, method="POST"),
        )

    async def _page(self, request: Request) -> Response:
        house, language = house_of(request), language_of(request)
        status, now = house.status(), house.status().at
        sessions = self._guards.sessions
        people = [
            {
                "id": each.id,
                "name": each.user.name,
                "role": each.user.role.word,
                "address": each.address,
                "since": views.day_and_clock(each.began_at, now),
            }
            for each in sessions.all(await self._guards.users())
        ]
        done = [
            {**line, "clock": views.day_and_clock(float(line["at"]), now)}
            for line in await self._guards.audit.newest(_LINES)
        ]
        words = {"script_words": views.script_words(views.says(language)), **views.clocks(now)}
        known: dict[str, Any] = {
            "people": people,
            "done": done,
            "fingerprint": self._guards.fingerprint,
            "build": status.build,
        }
        return await page(request, "tools.html", view=words, tries=tuple(_STEPS), **known)

    async def _try(self, request: Request) -> Response:
        try:
            asked = json.loads(await request.body())
            steps = _STEPS[asked["what"]]
        except (ValueError, KeyError, TypeError, RecursionError):
            return await refused(request, 400, f"what: is missing: take {', '.join(_STEPS)}")
        if self._trial is not None and not self._trial.done():
            return await refused(
                request, 409, saying("another test is under way: wait for its end", language_of(request))
            )
        self._trial = asyncio.ensure_future(_carried_out(house_of(request), steps))
        # What speaks against it is told at once, and nobody waits until it is over.
        if (await asyncio.wait([self._trial], timeout=_REFUSED_WITHIN_SECONDS))[0]:
            try:
                self._trial.result()
            except ControlError as error:
                return await refused(request, 409, saying(str(error), language_of(request)))
        else:
            self._trial.add_done_callback(_heard)
        return JSONResponse({"answer": "shown", "seconds": len(steps) * EACH_SECONDS})


async def _carried_out(house: House, steps: Sequence[tuple[str, dict[str, Any]]]) -> None:
    for do, request in steps:
        await house.ask(do, seconds=EACH_SECONDS, **request)


def _heard(trial: asyncio.Task[None]) -> None:
    """Take note that it was broken off: whoever asked stands before the gate."""
    if not trial.cancelled():
        trial.exception()

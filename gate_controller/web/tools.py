"""The technician's page: lamps, sound and display tried, who is logged in, what was done, the log to take along."""

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gate_controller.desk.technicians import TRIALS
from gate_controller.web import views
from gate_controller.web.audience import language_of
from gate_controller.web.people import Role
from gate_controller.web.resources import Resource, house_of
from gate_controller.web.supervision import guards_of
from gate_controller.web.templating import page

_LINES: Final = 50


async def _page(request: Request) -> Response:
    house, language, guards = house_of(request), language_of(request), guards_of(request)
    status, now = house.status(), house.status().at
    people = [
        {
            "id": each.id,
            "name": each.user.name,
            "role": each.user.role.word,
            "address": each.address,
            "since": views.day_and_clock(each.began_at, now),
        }
        for each in guards.sessions.all(await guards.users())
    ]
    done = [
        {**line, "clock": views.day_and_clock(float(line["at"]), now)} for line in await guards.audit.newest(_LINES)
    ]
    words = {"script_words": views.script_words(views.says(language)), **views.clocks(now)}
    known: dict[str, Any] = {
        "people": people,
        "done": done,
        "fingerprint": guards.fingerprint,
        "build": status.build,
    }
    return await page(request, "tools.html", view=words, tries=tuple(TRIALS), **known)


TOOLS: Final = Resource("/tools", _page, Role.TECHNICIAN, is_page=True)

"""
Gates and codes: which gates there are and how they differ, one-time codes for those that join, and who uses this page.

A code is shown once, to whoever has made it, as text and as a QR code. It stands in no address and no log.
"""

import asyncio
import io
from collections.abc import Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from gate_controller.venue.enrolment import Enrolment
from gate_controller.venue.enrolment_route import joining_answer
from gate_controller.venue.page.page_words import words_for
from gate_controller.venue.page.shown_house import shown_house_of
from gate_controller.venue.page.tile_views import tile_look
from gate_controller.web import views
from gate_controller.web.audience import language_of
from gate_controller.web.people import Role
from gate_controller.web.resources import Resource
from gate_controller.web.supervision import guards_of
from gate_controller.web.templating import page
from gate_controller.web.throttle import Throttle

LINES_OF_AUDIT: Final = 50


async def _page(request: Request) -> Response:
    house, language = shown_house_of(request), language_of(request)
    t, now = views.says(language), house.view.now()
    codes: Sequence[Any] = ()
    if house.enrolment is not None:
        codes = [
            {
                "name": each.name,
                "gate": each.gate_id or t("any new gate"),
                "by": each.by,
                "issued": views.short_day_and_clock(each.issued, now),
                "stands": _stands(each.stands(now), each.used_by, t),
                "is_open": each.stands(now) == "open",
            }
            for each in await house.enrolment.codes()
        ]
    gates = [{"tile": tile, "look": tile_look(tile, language)} for tile in await asyncio.to_thread(house.view.tiles)]
    return await page(
        request,
        "enrolment.html",
        view=words_for(request),
        gates=gates,
        codes=codes,
        can_enrol=house.enrolment is not None,
    )


def _stands(stands: str, used_by: str, t: views.Says) -> str:
    match stands:
        case "used":
            return t("used by {gate}").format(gate=used_by)
        case "late":
            return t("too late")
    return t("can be used")


async def _tools(request: Request) -> Response:
    guards, now = guards_of(request), shown_house_of(request).view.now()
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
    lines = await guards.audit.newest(LINES_OF_AUDIT)
    done = [{**line, "clock": views.day_and_clock(float(line["at"]), now)} for line in lines]
    return await page(
        request,
        "house_tools.html",
        view=words_for(request),
        people=people,
        done=done,
        fingerprint=guards.fingerprint,
    )


async def _drawn(request: Request) -> Response:
    """Return a text as a QR code: the code that was just made, which nothing here keeps."""
    text = (await request.body()).decode("utf-8", "replace")[:300]
    picture = await asyncio.to_thread(qr_code, text) if text else ""
    return Response(picture, media_type="image/svg+xml", headers={"Cache-Control": "no-store"})


def qr_code(text: str) -> str:
    """Return a QR code as SVG."""
    import segno  # noqa: PLC0415 - whoever makes a code brings it in

    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="svg", xmldecl=False, border=2, omitsize=True)
    return drawn.getvalue().decode()


ENROLMENT_PAGES: Final[Sequence[Resource]] = (
    Resource("/enrolment", _page, Role.TECHNICIAN, is_page=True),
    Resource("/enrolment/qr", _drawn, Role.TECHNICIAN, method="POST", is_noted=False),
    Resource("/tools", _tools, Role.TECHNICIAN, is_page=True),
)


def joining(enrolment: Enrolment | None, path: str) -> Sequence[Resource]:
    """Return where gates that have no account yet join, open to strangers; nothing where none joins by a code."""
    if enrolment is None:
        return ()
    return (Resource(path, joining_answer(enrolment, Throttle()), None, method="POST"),)

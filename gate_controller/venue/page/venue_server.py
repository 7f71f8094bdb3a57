"""
The page of the house for as long as the venue lives: mended when it fails, and never in the way of what gates tell.

`serve_venue` is all that the service calls.
"""

import asyncio
import logging
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from starlette.applications import Starlette

from gate_controller.settings.sections import WebSection
from gate_controller.texts import Language
from gate_controller.venue.enrolment import Enrolment
from gate_controller.venue.house_view import HouseView
from gate_controller.venue.page.house_site import make_house_site
from gate_controller.venue.page.shown_house import ShownHouse
from gate_controller.web.certificates import CertificateError
from gate_controller.web.guards import Guards
from gate_controller.web.resources import Resource
from gate_controller.web.templating import environment
from gate_controller.web.web_server import Opening, certificate_for, listening, serve_site

_log = logging.getLogger(__name__)

AGAIN_SECONDS: Final = 30.0


async def serve_venue(
    view: HouseView,
    settings: WebSection,
    *,
    name: str,
    languages: Sequence[Language],
    state_dir: Path,
    zone: str = "",
    enrolment: Enrolment | None = None,
    more: Sequence[Resource] = (),
    is_played: bool = False,
    note: Callable[[str], None] = lambda _why: None,
) -> None:
    """
    Serve the page of a house until cancelled; what fails is tried again.

    Days and times are of `zone`, which becomes this process's; empty: that of the machine. `name` is what people call
    the house; users, audit list and the page's own certificate are in `state_dir`. `enrolment` takes gates in, and
    `more` are resources of other parts of the venue, behind the same guards. `note` is told why the page is not
    served, and with an empty text that it is.
    """
    if settings.port == 0:
        return
    if zone:
        os.environ["TZ"] = zone
        time.tzset()
    house = ShownHouse(view, name, state_dir, tuple(languages), is_played, enrolment)
    while True:
        why = await _served(house, settings, more, note)
        _log.warning("page=not_served why=%r", why)
        note(why)
        await asyncio.sleep(AGAIN_SECONDS)


async def _served(
    house: ShownHouse, settings: WebSection, more: Sequence[Resource], note: Callable[[str], None]
) -> str:
    """Serve until it fails; return why it did."""
    where = f"{settings.host} port {settings.port}"
    try:
        opened = listening(settings.host, settings.port)
    except OSError as error:
        return f"the page is not served: {where}: {error.strerror or error}: set web.host or web.port"
    try:
        certificate = await asyncio.to_thread(certificate_for, settings, house.state_dir)
    except CertificateError as error:
        opened.close()
        return f"the page is not served: {error}"
    note("")
    _log.info("page=served host=%s port=%d", *opened.getsockname()[:2])
    try:
        await serve_house(house, Opening(opened, settings, certificate), more)
    except CertificateError as error:
        return f"the page is not served: {error}"
    except Exception as error:  # noqa: BLE001 - whatever it is, it is no reason to end the venue
        _log.exception("page=failed")
        return f"the page has failed ({type(error).__name__}): it is tried again"
    return "the page has ended: it is tried again"


async def serve_house(house: ShownHouse, opening: Opening, more: Sequence[Resource] = ()) -> None:
    """Serve a house's site on a socket until cancelled. Raises `CertificateError`."""
    made: list[Starlette] = []

    def make(guards: Guards) -> Starlette:
        made.append(make_house_site(house, guards, more))
        return made[0]

    async def get_ready() -> None:
        for template in environment(house.templates).list_templates():
            await asyncio.to_thread(environment(house.templates).get_template, template)

    try:
        await serve_site(house, make, opening, get_ready=get_ready)
    finally:
        for site in made:
            site.state.wall.close()

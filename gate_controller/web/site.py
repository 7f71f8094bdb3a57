"""The site: every resource of a gate in one table, with who may ask, behind the guards."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from gate_controller.web import days_page, desk_page, http_api, metrics, pages, playing
from gate_controller.web.admit_page import ADMIT_PAGE
from gate_controller.web.assembling import assembled
from gate_controller.web.broadcast import Broadcast
from gate_controller.web.guards import Guards
from gate_controller.web.house import House
from gate_controller.web.live import Live
from gate_controller.web.login import Login
from gate_controller.web.resources import Resource
from gate_controller.web.templating import STATIC
from gate_controller.web.tools import TOOLS


async def _alive(_request: Request) -> Response:
    """Say that the process answers."""
    return PlainTextResponse("alive\n")


async def _ready(request: Request) -> Response:
    """Say whether the gate takes scans."""
    house: House = request.app.state.house
    takes_scans = house.status().takes_scans
    return PlainTextResponse("ready\n" if takes_scans else "out of service\n", 200 if takes_scans else 503)


HEALTH = (Resource("/healthz", _alive, None), Resource("/readyz", _ready, None))


def resources(house: House, guards: Guards) -> Sequence[Resource]:
    """Return everything that can be asked of a gate."""
    own = Login(guards).resources()
    site = (
        TOOLS,
        *desk_page.RESOURCES,
        ADMIT_PAGE,
        *days_page.RESOURCES,
        *pages.resources(house),
        *playing.resources(house),
        *http_api.resources(house),
    )
    return (*HEALTH, *own, metrics.METRICS, *site)


def make_site(house: House, guards: Guards) -> Starlette:
    """Return the site of a gate."""
    site = assembled(resources(house, guards), guards, {"/static": STATIC})
    site.state.live = Live(house)
    site.state.broadcast = Broadcast(house)
    return site

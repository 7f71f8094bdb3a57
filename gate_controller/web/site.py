"""The site: every resource of a gate in one table, with who may ask, behind the guards."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from gate_controller.web import http_api, pages
from gate_controller.web.guards import Guards
from gate_controller.web.house import House
from gate_controller.web.live import Live
from gate_controller.web.resources import Resource
from gate_controller.web.templating import STATIC


async def _alive(_request: Request) -> Response:
    """Say that the process answers."""
    return PlainTextResponse("alive\n")


async def _ready(request: Request) -> Response:
    """Say whether the gate takes scans."""
    house: House = request.app.state.house
    takes_scans = house.status().takes_scans
    return PlainTextResponse("ready\n" if takes_scans else "out of service\n", 200 if takes_scans else 503)


HEALTH = (Resource("/healthz", _alive, None), Resource("/readyz", _ready, None))


def resources(house: House) -> Sequence[Resource]:
    """Return everything that can be asked of a gate."""
    return (*HEALTH, *pages.resources(house), *http_api.resources(house))


def make_site(house: House, guards: Guards) -> Starlette:
    """Return the site of a gate."""
    routes: list[BaseRoute] = [
        Route(each.path, guards.guarded(each), methods=[each.method]) for each in resources(house)
    ]
    routes.append(Mount("/static", StaticFiles(directory=STATIC)))
    site = Starlette(routes=routes, middleware=guards.middleware())
    site.state.house = house
    site.state.live = Live(house)
    site.state.still_may = guards.still_may
    return site

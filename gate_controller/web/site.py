"""The site: every resource of a gate in one table, with who may ask, behind the guards."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Match, Mount, Route, request_response
from starlette.staticfiles import StaticFiles

from gate_controller.web import desk_page, http_api, metrics, pages, playing
from gate_controller.web.broadcast import Broadcast
from gate_controller.web.guards import Guards
from gate_controller.web.house import House
from gate_controller.web.live import Live
from gate_controller.web.login import Login
from gate_controller.web.people import Role
from gate_controller.web.refusals import http_refusal, refused
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
    site = (TOOLS, *desk_page.RESOURCES, *pages.resources(house), *playing.resources(house), *http_api.resources(house))
    return (*HEALTH, *own, metrics.METRICS, *site)


def make_site(house: House, guards: Guards) -> Starlette:
    """Return the site of a gate."""
    known = [Route(each.path, guards.guarded(each), methods=[each.method]) for each in resources(house, guards)]

    async def unknown(request: Request) -> Response:
        """Say what is wrong with a path or method that no resource has, to those who may know."""
        partly = [route for route in known if route.matches(request.scope)[0] is Match.PARTIAL]
        if partly:
            allowed = ", ".join(sorted({method for route in partly for method in route.methods or ()}))
            return await refused(request, 405, "this is asked in another way", headers={"Allow": allowed})
        return await refused(request, 404, "there is nothing here")

    anything = guards.guarded(Resource("/", unknown, Role.VIEWER, method="*", is_page=True))
    routes: list[BaseRoute] = [
        *known,
        Mount("/static", StaticFiles(directory=STATIC)),
        Mount("/", request_response(anything)),
    ]
    site = Starlette(routes=routes, middleware=guards.middleware(), exception_handlers={HTTPException: http_refusal})
    site.state.house = house
    site.state.live = Live(house)
    site.state.broadcast = Broadcast(house)
    site.state.still_may = guards.still_may
    site.state.guards = guards
    site.state.audit = guards.audit
    return site

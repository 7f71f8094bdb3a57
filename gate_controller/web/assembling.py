"""A table of resources becomes a site behind its guards: what is known is answered, the rest refused in one way."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Mount, Route, request_response
from starlette.staticfiles import StaticFiles

from gate_controller.web.guards import Guards
from gate_controller.web.people import Role
from gate_controller.web.refusals import http_refusal, refused
from gate_controller.web.resources import Resource


def assembled(resources: Sequence[Resource], guards: Guards, static: Mapping[str, Path]) -> Starlette:
    """Return a site; `static` are its folders of files by their paths, the longer ones first."""
    known = [Route(each.path, guards.guarded(each), methods=[each.method]) for each in resources]

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
        *(Mount(path, StaticFiles(directory=folder)) for path, folder in static.items()),
        Mount("/", request_response(anything)),
    ]
    site = Starlette(routes=routes, middleware=guards.middleware(), exception_handlers={HTTPException: http_refusal})
    site.state.house = guards.subject
    site.state.still_may = guards.still_may
    site.state.guards = guards
    site.state.audit = guards.audit
    return site

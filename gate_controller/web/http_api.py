"""The HTTP API under /api/v1: the same data and actions as the pages, for programs."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gate_controller.web.house import House
from gate_controller.web.people import Role
from gate_controller.web.resources import Resource, house_of

ROOT = "/api/v1"


async def _status(request: Request) -> Response:
    return JSONResponse(await house_of(request).ask("status"))


def resources(_house: House) -> Sequence[Resource]:
    """Return every resource of the API."""
    return (Resource(f"{ROOT}/status", _status, Role.VIEWER),)

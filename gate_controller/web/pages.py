"""The pages that staff see: the gate at a glance, one attempt's story, the open items."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from gate_controller.web.endpoints import Endpoint, house_of
from gate_controller.web.house import House
from gate_controller.web.people import Role
from gate_controller.web.templating import TEMPLATES


async def _gate(request: Request) -> Response:
    house = house_of(request)
    return TEMPLATES.TemplateResponse(request, "gate.html", {"house": house, "status": house.status()})


def endpoints(_house: House) -> Sequence[Endpoint]:
    """Return every page."""
    return (Endpoint("/", _gate, Role.VIEWER, is_page=True),)

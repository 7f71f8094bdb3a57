"""The API's part about one-time codes: made for a technician, told once, withdrawn."""

from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gate_controller.desk.control_socket import ControlError, NotThere
from gate_controller.venue.enrolment import Enrolment, NotEnrolled
from gate_controller.venue.page.house_asked import CodeAsked, CodeWithdrawal
from gate_controller.venue.page.shown_house import shown_house_of
from gate_controller.web.operations import Operation, name_of
from gate_controller.web.people import Role
from gate_controller.web.resources import person_of


def enrolment_in(request: Request) -> Enrolment:
    """Return what takes gates in. Raises `ControlError` where no gate joins by a code here."""
    enrolment = shown_house_of(request).enrolment
    if enrolment is None:
        raise ControlError("gates do not join by codes here: see the section enrolment of the venue's settings")
    return enrolment


async def _made(request: Request, asked: CodeAsked) -> Response:
    try:
        code = await enrolment_in(request).issue(
            name_of(person_of(request)), gate=asked.gate.strip(), name=asked.name.strip(), group=asked.group.strip()
        )
    except NotEnrolled as error:
        raise ControlError(str(error)) from None
    told = {"code": code.text, "expires": code.expires, "gate": code.gate_id}
    return JSONResponse(told, headers={"Cache-Control": "no-store"})


async def _withdrawn(request: Request, _: CodeWithdrawal) -> Response:
    try:
        await enrolment_in(request).withdraw(request.path_params["name"], name_of(person_of(request)))
    except NotEnrolled as error:
        raise NotThere(str(error)) from None
    return JSONResponse({"answer": "withdrawn"})


CODE_OPERATIONS: Final = (
    Operation(
        "/enrolment/codes",
        _made,
        Role.TECHNICIAN,
        "Make a one-time code by which a gate joins",
        "CodeMade",
        more="It is told here once, and kept as a hash. With the id of a gate that is here it rolls that gate's key.",
        body=CodeAsked,
        refusals=(409, 503),
    ),
    Operation(
        "/enrolment/codes/{name}/withdraw",
        _withdrawn,
        Role.TECHNICIAN,
        "Let a code be used no more",
        "CodeWithdrawn",
        body=CodeWithdrawal,
        refusals=(404, 409, 503),
    ),
)
"""What the API can be asked about codes."""

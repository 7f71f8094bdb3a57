"""The API's part of tickets: how one stands, and one checked in or out, by the rules of `errand_api.py`."""

from functools import partial
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gate_controller.admission.words.codes import mask
from gate_controller.web.asked import AttemptAsked, TicketOrder
from gate_controller.web.errand_api import FOR_WHOM_THE_HOUSE_LETS, LONGEST_CODE, given, note_question
from gate_controller.web.operations import Operation
from gate_controller.web.people import Role
from gate_controller.web.resources import house_of


async def _ticket(request: Request, asked: AttemptAsked) -> Response:
    number, is_full = str(request.path_params["number"])[:LONGEST_CODE], asked.full == "1"
    told: dict[str, Any] = await house_of(request).ask("ticket", number=number, full=True, language=asked.lang)
    what = "whole ticket number shown" if is_full else "ticket asked about"
    note_question(request, told["ticket_number"], what=what)
    return JSONResponse(told if is_full else {**told, "ticket_number": mask(told["ticket_number"])})


async def _checked(do: str, request: Request, asked: TicketOrder) -> Response:
    order = {"id": asked.id, "number": asked.ticket_number, "reason": asked.reason}
    return await given(request, do, order)


_REFUSALS: Final = (409, 503)

OPERATIONS: Final = (
    Operation(
        "/tickets/{number}",
        _ticket,
        Role.STAFF,
        "How a ticket stands at E-GUMA, and what this gate had to do with it",
        "Ticket",
        more="Nothing is decided by it. It is asked on the connection that no visitor waits for, and is on the audit "
        "list. What E-GUMA does not tell is null or empty.",
        query=AttemptAsked,
        refusals=_REFUSALS,
    ),
    Operation(
        "/actions/check-in",
        partial(_checked, "check_in"),
        Role.STAFF,
        "Check a ticket in; the gate opens for nobody by it",
        "ErrandTold",
        more=FOR_WHOM_THE_HOUSE_LETS,
        body=TicketOrder,
        refusals=_REFUSALS,
        may_pend=True,
    ),
    Operation(
        "/actions/check-out",
        partial(_checked, "check_out"),
        Role.STAFF,
        "Check a ticket out; the gate opens for nobody by it",
        "ErrandTold",
        more=FOR_WHOM_THE_HOUSE_LETS,
        body=TicketOrder,
        refusals=_REFUSALS,
        may_pend=True,
    ),
)
"""What the API can be asked of tickets."""

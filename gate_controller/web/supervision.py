"""What technicians see of those who use the page: who is logged in, and who did what; and they end others' sessions."""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gate_controller.desk.control_socket import ControlError, NotThere
from gate_controller.web.asked import AuditAsked, Query, SessionEnd, ShownFor
from gate_controller.web.guards import Guards
from gate_controller.web.operations import Operation
from gate_controller.web.people import Role
from gate_controller.web.resources import house_of

REFUSED_WITHIN_SECONDS: Final = 0.5


def guards_of(request: Request) -> Guards:
    """Return the guards of this site."""
    guards: Guards = request.app.state.guards
    return guards


async def _sessions(request: Request, _: Query) -> Response:
    guards = guards_of(request)
    told = [
        {
            "id": each.id,
            "name": each.user.name,
            "role": each.user.role.word,
            "address": each.address,
            "since": each.began_at,
            "idle_seconds": round(guards.sessions.idle_for(each), 1),
        }
        for each in guards.sessions.all(await guards.users())
    ]
    return JSONResponse({"sessions": told})


async def _revoke(request: Request, _: SessionEnd) -> Response:
    session = guards_of(request).sessions.revoke(request.path_params["id"])
    if session is None:
        raise NotThere("there is no such session: it may have ended")
    return JSONResponse({"answer": "ended", "name": session.user.name})


async def _audit(request: Request, asked: AuditAsked) -> Response:
    return JSONResponse({"audit": await guards_of(request).audit.newest(asked.limit)})


async def _show_fingerprint(request: Request, asked: ShownFor) -> Response:
    fingerprint = guards_of(request).fingerprint
    if not fingerprint:
        raise ControlError("this page has no certificate: it is served without TLS")
    shown = asyncio.ensure_future(
        house_of(request).ask("show_fingerprint", fingerprint=fingerprint, seconds=asked.seconds)
    )
    # What speaks against it is told at once, and nobody waits until it is over.
    if (await asyncio.wait([shown], timeout=REFUSED_WITHIN_SECONDS))[0]:
        shown.result()
    else:
        _SHOWN.add(shown)
        shown.add_done_callback(_heard)
    return JSONResponse({"answer": "shown", "fingerprint": fingerprint})


_SHOWN: Final[set[asyncio.Future[object]]] = set()
"""Keeps what is being shown: the event loop itself forgets it."""


def _heard(shown: asyncio.Future[object]) -> None:
    """Take note that it was broken off: whoever asked stands before the display."""
    _SHOWN.discard(shown)
    if not shown.cancelled():
        shown.exception()


OPERATIONS: Final = (
    Operation("/sessions", _sessions, Role.TECHNICIAN, "Who is logged in", "Sessions"),
    Operation(
        "/sessions/{id}/revoke",
        _revoke,
        Role.TECHNICIAN,
        "End somebody's session",
        "Ended",
        body=SessionEnd,
        refusals=(404,),
    ),
    Operation(
        "/audit",
        _audit,
        Role.TECHNICIAN,
        "Logins, failed ones and changes, newest first",
        "Audit",
        query=AuditAsked,
    ),
    Operation(
        "/actions/show-fingerprint",
        _show_fingerprint,
        Role.TECHNICIAN,
        "Show the fingerprint of the page's certificate on the display",
        "ShownFingerprint",
        body=ShownFor,
        refusals=(409,),
    ),
)
"""What the API can be asked about the page's own people."""

"""What technicians see of those who use the page: who is logged in, and who did what; and they end others' sessions."""

import asyncio
import json
from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gate_controller.desk.technicians import MOST_SECONDS
from gate_controller.web.guards import Guards
from gate_controller.web.people import Role
from gate_controller.web.refusals import refused
from gate_controller.web.resources import Resource, house_of

MOST_LINES: Final = 500
"""Of the audit list, in one answer."""

SHOWN_SECONDS: Final = 30
"""How long a fingerprint stands on the display: to compare 32 bytes takes a while."""

REFUSED_WITHIN_SECONDS: Final = 0.5


class Supervision:
    """Sessions and audit list, at one site."""

    def __init__(self, guards: Guards) -> None:
        self._guards = guards
        self._shown: asyncio.Future[object] | None = None

    def resources(self) -> Sequence[Resource]:
        """Return its resources."""
        return (
            Resource("/api/v1/sessions", self._sessions, Role.TECHNICIAN),
            Resource("/api/v1/sessions/{id}/revoke", self._revoke, Role.TECHNICIAN, method="POST"),
            Resource("/api/v1/audit", self._audit, Role.TECHNICIAN),
            Resource("/api/v1/actions/show-fingerprint", self._show_fingerprint, Role.TECHNICIAN, method="POST"),
        )

    async def _sessions(self, _request: Request) -> Response:
        sessions = self._guards.sessions
        told = [
            {
                "id": each.id,
                "name": each.user.name,
                "role": each.user.role.word,
                "address": each.address,
                "since": each.began_at,
                "idle_seconds": round(sessions.idle_for(each), 1),
            }
            for each in sessions.all(await self._guards.users())
        ]
        return JSONResponse({"sessions": told})

    async def _revoke(self, request: Request) -> Response:
        session = self._guards.sessions.revoke(request.path_params["id"])
        if session is None:
            return await refused(request, 404, "there is no such session: it may have ended")
        return JSONResponse({"answer": "ended", "name": session.user.name})

    async def _audit(self, request: Request) -> Response:
        asked = request.query_params.get("limit", "100")
        if not asked.isascii() or not asked.isdigit() or not 0 < int(asked[:9]) <= MOST_LINES:
            return await refused(request, 400, f"limit: ask for 1 to {MOST_LINES} lines")
        return JSONResponse({"audit": await self._guards.audit.newest(int(asked))})

    async def _show_fingerprint(self, request: Request) -> Response:
        fingerprint = self._guards.fingerprint
        if not fingerprint:
            return await refused(request, 409, "this page has no certificate: it is served without TLS")
        seconds = await _seconds(request)
        if seconds is None:
            return await refused(request, 400, f'send JSON: {{"seconds": 1 to {MOST_SECONDS:.0f}}}, or nothing')
        asked = house_of(request).ask("show_fingerprint", fingerprint=fingerprint, seconds=seconds)
        self._shown = asyncio.ensure_future(asked)
        # What speaks against it is told at once, and nobody waits until it is over.
        if (await asyncio.wait([self._shown], timeout=REFUSED_WITHIN_SECONDS))[0]:
            self._shown.result()
        else:
            self._shown.add_done_callback(_heard)
        return JSONResponse({"answer": "shown", "fingerprint": fingerprint})


def _heard(shown: asyncio.Future[object]) -> None:
    """Take note that it was broken off: whoever asked stands before the display."""
    if not shown.cancelled():
        shown.exception()


async def _seconds(request: Request) -> float | None:
    body = await request.body()
    try:
        seconds = json.loads(body).get("seconds", SHOWN_SECONDS) if body.strip() else SHOWN_SECONDS
    except (ValueError, AttributeError, RecursionError):
        return None
    is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    return seconds if is_number and 0 < seconds <= MOST_SECONDS else None

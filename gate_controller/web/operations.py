"""
An operation of the API: what it is asked with, what it answers, who may ask; and how a refusal is told to a program.

What the table of operations (`http_api.py`) says of each is what its document says (`openapi.py`).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gate_controller.desk.control_socket import AskedWrongly, ControlError, JournalAway, NotThere
from gate_controller.web.asked import Query, read_body, read_query
from gate_controller.web.audience import in_words_of
from gate_controller.web.people import Person, Role
from gate_controller.web.resources import Resource

_log = logging.getLogger(__name__)

ROOT: Final = "/api/v1"

JSON: Final = "application/json"

DONE_WITHIN_SECONDS: Final = 0.7
"""What an order may take until it is answered as one that goes on: a second is promised, the network and all."""

_LONGEST_INCIDENT: Final = 8
"""An incident code has five letters, as a person types it perhaps some more; a voucher code, which has twelve, stands
in no URL."""

REFUSALS: Final[Mapping[int, str]] = {
    400: "The request cannot be read, or says what is never taken.",
    401: "Nobody known has asked: log in, or send a token.",
    403: "This is for another role, is more than the role may move, or was not sent by a page of this site.",
    404: "The gate has nothing of that name.",
    409: "The gate says no, and why.",
    503: "The journal cannot be read just now, or too many follow the gate.",
}
"""Why an operation is refused: always `{"error": "<words>"}`."""


class TooMany(ControlError):
    """The gate does this for so many already, and for no more."""


class MayNot(ControlError):
    """Whoever asks may not do this, or not so much of it."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that the API can be asked."""

    path: str
    """Below `ROOT`."""
    answer: Callable[[Request, Any], Awaitable[Response]]
    """Called with what was asked: the `body`, where there is one, else the `query`."""
    needs: Role
    summary: str
    gives: object
    """What is answered: a type, or a name of a schema (`openapi.py`)."""
    more: str = ""
    """What there is to say besides."""
    query: type[Query] = Query
    body: type[BaseModel] | None = None
    refusals: tuple[int, ...] = ()
    """Besides those that every operation has: 400, 401 and 403."""
    media: str = JSON
    may_pend: bool = False
    """Whether it answers 202 where it is not done within a second."""

    @property
    def method(self) -> str:
        """How it is asked."""
        return "POST" if self.body is not None else "GET"

    def resource(self) -> Resource:
        """Return it as the site has it."""
        return Resource(f"{ROOT}{self.path}", self._answered, self.needs, method=self.method)

    async def _answered(self, request: Request) -> Response:
        try:
            query = read_query(self.query, request)
            return await self.answer(request, query if self.body is None else await read_body(self.body, request))
        except ControlError as error:
            return JSONResponse({"error": in_words_of(request, str(error))}, code_of(error))


def code_of(error: ControlError) -> int:
    """Return the status code of a refusal."""
    match error:
        case AskedWrongly():
            return 400
        case NotThere():
            return 404
        case JournalAway() | TooMany():
            return 503
        case MayNot():
            return 403
    return 409


async def given_within(carried_out: Awaitable[Any], seconds: float = DONE_WITHIN_SECONDS) -> Any | None:
    """
    Return what an order came to; None where it takes longer. Raises what it is refused with.

    It goes on, whether or not somebody asks again: the desk remembers orders by their ids.
    """
    work = asyncio.ensure_future(carried_out)
    if (await asyncio.wait([work], timeout=seconds))[0]:
        return work.result()
    _UNDER_WAY.add(work)
    work.add_done_callback(_ended)
    return None


_UNDER_WAY: Final[set[asyncio.Future[Any]]] = set()
"""Keeps orders that nobody waits for: the event loop itself forgets them."""


def _ended(carried_out: asyncio.Future[Any]) -> None:
    _UNDER_WAY.discard(carried_out)
    if not carried_out.cancelled() and (error := carried_out.exception()) is not None:
        _log.info("order=refused why=%r", str(error))


def name_of(person: Person) -> str:
    """Return whose order it is, for the books."""
    return person.name or "whoever is at this machine"


def incident_of(request: Request) -> str:
    """Return the incident code of a path. Raises `NotThere`."""
    incident: str = request.path_params["incident"]
    if len(incident) > _LONGEST_INCIDENT:
        raise NotThere("incident: is none: it has 5 letters")
    return incident

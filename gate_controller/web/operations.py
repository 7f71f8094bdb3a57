"""
An operation of the API: what it is asked with, what it answers, who may ask; and how a refusal is told to a program.

What the table of operations (`http_api.py`) says of each is what its document says (`openapi.py`).
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gate_controller.desk.control_socket import AskedWrongly, ControlError, JournalAway, NotThere
from gate_controller.web.asked import Query, read_body, read_query
from gate_controller.web.audience import in_words_of
from gate_controller.web.people import Role
from gate_controller.web.resources import Resource

ROOT: Final = "/api/v1"

JSON: Final = "application/json"

REFUSALS: Final[Mapping[int, str]] = {
    400: "The request cannot be read, or says what is never taken.",
    401: "Nobody known has asked: log in, or send a token.",
    403: "This is for another role, or was not sent by a page of this gate.",
    404: "The gate has nothing of that name.",
    409: "The gate says no, and why.",
    503: "The journal cannot be read just now, or too many follow the gate.",
}
"""Why an operation is refused: always `{"error": "<words>"}`."""


class TooMany(ControlError):
    """The gate does this for so many already, and for no more."""


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
            return JSONResponse({"error": in_words_of(request, str(error))}, _code(error))


def _code(error: ControlError) -> int:
    match error:
        case AskedWrongly():
            return 400
        case NotThere():
            return 404
        case JournalAway() | TooMany():
            return 503
    return 409

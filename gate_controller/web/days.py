"""Days for programs: their figures, and their closing, which staff write once."""

import asyncio
import logging
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gate_controller.web.asked import DayOrder, DaysAsked, Query
from gate_controller.web.operations import Operation
from gate_controller.web.people import Role
from gate_controller.web.resources import house_of, person_of

_log = logging.getLogger(__name__)

CLOSED_WITHIN_SECONDS: Final = 0.7
"""What a closing may take until it is answered as one that goes on: E-GUMA's list may take longer."""

_UNDER_WAY: Final[set[asyncio.Future[Any]]] = set()
"""Keeps closings that nobody waits for: the event loop itself forgets them."""


class _ToldExactly(BaseModel):
    """What is answered has all of its fields, and no others."""

    model_config = ConfigDict(extra="forbid")


class ToldTally(_ToldExactly):
    """What happened in a span of time."""

    admissions: int
    refused: int
    charged_cents: int
    given_back_cents: int
    revenue_cents: int


class ToldQuarter(ToldTally):
    """A quarter of an hour; `at` is when it begins."""

    at: float


class ToldEntry(_ToldExactly):
    """One line of a closing."""

    entry: str
    reason: str
    times: int
    amount_cents: int


class ToldDifference(_ToldExactly):
    """What the journal and E-GUMA's list do not agree on."""

    what: str
    at: str
    incident: str
    voucher_code: str
    amount_cents: int


class ToldComparison(_ToldExactly):
    """A day beside E-GUMA's list; `why` not, where it could not be had."""

    is_compared: bool
    why: str
    user: str
    listed: int
    listed_cents: int
    unreadable: int
    differences: int
    named: list[ToldDifference]


class ToldClosing(_ToldExactly):
    """What was written when a day was closed."""

    date: str
    since: str
    until: str
    closed_at: str
    closed_by: str
    currency: str
    entries: list[ToldEntry]
    charged_cents: int
    refunded_cents: int
    voided_cents: int
    revenue_cents: int
    topped_up_cents: int
    sold_cents: int
    taken_back_cents: int
    late: int
    eguma: ToldComparison
    lacks_charges: bool


class ToldDay(ToldTally):
    """A day in figures, and its closing, where it has been closed."""

    date: str
    currency: str
    since: float
    until: float
    refusals: dict[str, int]
    quarters: list[ToldQuarter]
    closing: ToldClosing | None


class ToldListedDay(_ToldExactly):
    """A day in a list."""

    date: str
    is_over: bool
    is_due: bool
    """Whether something was on it that is in no closing yet."""
    closed_at: str | None
    closed_by: str
    admissions: int
    revenue_cents: int


class ToldDays(_ToldExactly):
    """Days, the latest first."""

    days: list[ToldListedDay]


class ToldClosed(_ToldExactly):
    """What an order to close a day came to."""

    id: str
    state: Literal["done", "pending"]
    is_new: bool
    """Whether it was closed by this order; false where it had been before, or is not yet."""
    closing: ToldClosing | None


async def _day(request: Request, _: Query) -> Response:
    told = await house_of(request).ask("day", date=request.path_params["date"])
    return await asyncio.to_thread(JSONResponse, told)


async def _days(request: Request, asked: DaysAsked) -> Response:
    return JSONResponse({"days": await house_of(request).ask("days", limit=asked.limit, before=asked.before)})


async def _close(request: Request, asked: DayOrder) -> Response:
    by = person_of(request).name or "whoever is at this machine"
    day = request.path_params["date"]
    closed = asyncio.ensure_future(house_of(request).ask("close_day", date=day, by=by, id=asked.id))
    if not (await asyncio.wait([closed], timeout=CLOSED_WITHIN_SECONDS))[0]:
        _UNDER_WAY.add(closed)
        closed.add_done_callback(_ended)
        return JSONResponse({"id": asked.id, "state": "pending", "is_new": False, "closing": None}, 202)
    closing = dict(closed.result())
    is_new = closing.pop("is_new")
    return JSONResponse({"id": asked.id, "state": "done", "is_new": is_new, "closing": closing})


def _ended(closed: asyncio.Future[Any]) -> None:
    _UNDER_WAY.discard(closed)
    if not closed.cancelled() and (error := closed.exception()) is not None:
        _log.info("closing=refused why=%r", str(error))


OPERATIONS: Final = (
    Operation(
        "/days",
        _days,
        Role.VIEWER,
        "Days, the latest first: what each came to, and whether it has been closed",
        "Days",
        query=DaysAsked,
        refusals=(503,),
    ),
    Operation(
        "/days/{date}",
        _day,
        Role.VIEWER,
        "A day in figures, and its closing, where it has been closed",
        "Day",
        refusals=(503,),
    ),
    Operation(
        "/days/{date}/close",
        _close,
        Role.STAFF,
        "Close a day that is over, once; one that is closed is answered as it was written",
        "DayClosed",
        body=DayOrder,
        refusals=(409, 503),
        may_pend=True,
    ),
)

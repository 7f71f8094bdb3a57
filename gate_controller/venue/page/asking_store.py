"""How pages and API ask the store of the house: what fails is told in one way, and a day is one."""

import asyncio
from collections.abc import Awaitable
from typing import Final, TypeVar

from starlette.requests import Request

from gate_controller.desk.control_socket import JournalAway, NotThere
from gate_controller.desk.moments import span_of_day
from gate_controller.venue.event_store import StoreGone

T = TypeVar("T")
WITHIN_SECONDS: Final = 15.0
"""For an answer of the store: a server that hangs holds no page for ever."""


def away(error: Exception) -> JournalAway:
    """Return what is answered while the store cannot be read."""
    return JournalAway(f"the store of the house cannot be read just now ({type(error).__name__}): try again")


async def read(asking: Awaitable[T]) -> T:
    """Return what the house answers. Raises `JournalAway` where its store is away; what is wrong as it is said."""
    try:
        async with asyncio.timeout(WITHIN_SECONDS):
            return await asking
    except ValueError as error:
        raise NotThere(str(error)) from None
    except (StoreGone, TimeoutError) as error:
        raise away(error) from None


def date_in(request: Request) -> str:
    """Return the day that a path names. Raises `AskedWrongly`."""
    day: str = request.path_params["date"][:40]
    span_of_day(day)
    return day

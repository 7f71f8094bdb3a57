"""
The usual price, ordered by the venue: from now on, or from a moment on.

If the process dies: before the file is written nothing has happened; after it the price counts from the next start on,
and the journal says so then. Nobody pays a price that the journal has not been handed before.

Refused is only what is not kept for certain: where what was kept before cannot be written back, the order's fate is not
known, for its price may count from the next start on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from gate_controller.admission.words.events import Instant
from gate_controller.desk.control_socket import AskedWrongly, ControlError, NoAnswer
from gate_controller.desk.given_orders import GivenOrders
from gate_controller.desk.wants import order_of, who_and_why
from gate_controller.settings import values as read
from gate_controller.settings.house_dates import moment
from gate_controller.settings.values import UnusableError
from gate_controller.settings.venue_prices import (
    ORIGIN,
    VenuePrice,
    VenuePricesError,
    read_venue_prices,
    with_price,
    with_venue_prices,
    without_moments,
    write_venue_prices,
)
from gate_controller.shell.machine_zone import MachineZone, latest_shown, shown
from gate_controller.shell.reloading import NotReloaded, Reloading

_LAST: Final = datetime(2199, 12, 31).timestamp()  # noqa: DTZ001 - of the house's own clock


class PriceOrders:
    """Changes the usual price of a gate that runs."""

    def __init__(
        self, state_dir: Path, reloading: Reloading, given: GivenOrders, *, now: Callable[[], Instant]
    ) -> None:
        self._state_dir = state_dir
        self._reloading = reloading
        self._given = given
        self._now = now
        self._turn = asyncio.Lock()

    def answerers(self) -> Mapping[str, Callable[[dict[str, Any]], Awaitable[Any]]]:
        """Return what can be asked, by the name of each request."""
        return {"set_price": self._given.once("set_price", self._set_price)}

    async def _set_price(self, request: dict[str, Any]) -> str:
        by, _ = who_and_why(request)
        price, since = _price(request.get("price_cents")), self._since(request.get("from"))
        async with self._turn:
            before = await _kept(self._state_dir)
            usual = self._reloading.settings.admission.price_cents
            new = VenuePrice(since, price, order_of(request), by, usual if request.get("from") is None else None)
            after = with_price(before, new, latest_shown(self._now().wall))
            over = {one.since for one in before if one not in after}
            try:
                await asyncio.to_thread(write_venue_prices, self._state_dir, after)
                done = await self._reloading.change(
                    by,
                    order_of(request),
                    lambda settings: with_venue_prices(without_moments(settings, over), [new]),
                    {"price_changes": ORIGIN},
                    ORIGIN,
                )
            except OSError as error:
                why = f"prices of the venue: cannot be written: {error.strerror or error}"
                await self._put_back(before, why)
                raise ControlError(why) from None
            except (NotReloaded, UnusableError) as error:
                await self._put_back(before, f"price: {error}")
                raise ControlError(f"price: {error}") from None
        waits = ", as soon as nobody is being served" if done.is_waiting else ""
        return f"price {price / 100:.2f} from {since} on{waits}"

    def _since(self, said: object) -> str:
        now = self._now().wall
        if said is None:
            return latest_shown(now)
        if isinstance(said, bool) or not isinstance(said, int | float) or said >= _LAST:
            raise AskedWrongly("from: takes seconds since 1970, or nothing: from now on")
        if said % 60:
            raise AskedWrongly("from: takes a full minute")
        if said <= now:
            raise AskedWrongly("from: that has passed already: name a later moment, or none: from now on")
        if MachineZone().wall(moment(since := shown(said))) != said:
            raise AskedWrongly(
                f"from: {since} comes twice then, and a price begins the first time: name another moment"
            )
        return since

    async def _put_back(self, before: tuple[VenuePrice, ...], why: str) -> None:
        """Let what was kept before be kept. Raises `NoAnswer`: nobody can tell now what will be."""
        try:
            if await _kept(self._state_dir) != before:
                await asyncio.to_thread(write_venue_prices, self._state_dir, before)
        except (OSError, ControlError) as error:
            told = (error.strerror if isinstance(error, OSError) else None) or error
            raise NoAnswer(
                f"{why}; and the prices before it could not be kept again ({told}): "
                "it may count from the gate's next start on: see to its disk, then set the price anew"
            ) from None


async def price_is_kept(state_dir: Path, order: str) -> bool:
    """Whether the price of an order is kept. Raises `ControlError`."""
    return any(one.order == order for one in await _kept(state_dir))


async def _kept(state_dir: Path) -> tuple[VenuePrice, ...]:
    try:
        return await asyncio.to_thread(read_venue_prices, state_dir)
    except OSError as error:
        raise ControlError(f"prices of the venue: cannot be read: {error.strerror or error}") from None
    except VenuePricesError as error:
        raise ControlError(str(error)) from None


def _price(said: object) -> int:
    if isinstance(said, bool) or not isinstance(said, int):
        raise AskedWrongly("price_cents: takes a whole number of cents")
    try:
        return int(read.price(said))
    except UnusableError as error:
        raise AskedWrongly(f"price_cents: {error.why}: {error.remedy}") from None

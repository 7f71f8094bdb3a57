"""A price that the venue orders: what is kept when the gate does not go by it, and what its giver is told."""

import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gate_controller.admission.words.commands import Answer
from gate_controller.admission.words.events import Instant, Order
from gate_controller.desk.control_socket import ControlError, NoAnswer
from gate_controller.desk.given_orders import GivenOrders
from gate_controller.desk.price_orders import PriceOrders
from gate_controller.settings.venue_prices import read_venue_prices
from gate_controller.shell.reloading import Reloading
from tests.rig.settings import loaded

NOW = 1_800_000_000.0


@contextmanager
def no_room() -> Iterator[None]:
    """Inside, no file of this process can grow: a write fails with EFBIG, for SIGXFSZ is ignored."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)


@dataclass
class Desk:
    """Takes prices for a gate that is not there: what it says to them is given."""

    folder: Path
    says: Callable[[], str] = lambda: ""
    """Why the gate does not go by other settings; empty: it does."""

    def __post_init__(self) -> None:
        found = loaded(f"state_dir={self.folder}")
        self.reloading = Reloading(
            found.settings,
            found.origins,
            None,
            now=self._now,
            order=self._order,
            apply=lambda _: None,
            note=lambda _what, _why: None,
        )
        orders = PriceOrders(self.folder, self.reloading, GivenOrders(_none_recorded), now=self._now)
        self._set_price = orders.answerers()["set_price"]

    def _now(self) -> Instant:
        return Instant(0.0, NOW)

    def _order(self, order: Order) -> Answer:
        if why := self.says():
            return Answer(order.id, why)
        self.reloading.revised(order.id)
        return Answer(order.id)

    async def set_price(self, cents: int, name: str) -> Any:
        """Order a price from now on."""
        return await self._set_price({"id": name, "by": "Anna (venue)", "reason": "new", "price_cents": cents})

    def kept(self) -> list[str]:
        """Return the orders whose prices are kept."""
        return [one.order for one in read_venue_prices(self.folder)]


async def _none_recorded() -> dict[str, str]:
    return {}


async def test_a_price_that_the_gate_does_not_go_by_is_refused_and_not_kept(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    await desk.set_price(3000, "first")
    desk.says = lambda: "the journal cannot be written"
    with pytest.raises(ControlError, match="journal cannot be written") as refused:
        await desk.set_price(3500, "second")
    assert not isinstance(refused.value, NoAnswer)
    assert desk.kept() == ["first"]


async def test_a_price_that_cannot_be_kept_is_refused(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    await desk.set_price(3000, "first")
    with no_room(), pytest.raises(ControlError, match="cannot be written") as refused:
        await desk.set_price(3500, "second")
    assert not isinstance(refused.value, NoAnswer)
    assert desk.kept() == ["first"]


async def test_where_what_was_kept_before_cannot_be_written_back_nobody_is_told_that_nothing_was_done(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path)
    await desk.set_price(3000, "first")
    full = ExitStack()

    def fills_up() -> str:
        full.enter_context(no_room())
        return "the journal cannot be written"

    desk.says = fills_up
    with full, pytest.raises(NoAnswer, match=r"journal cannot be written.*could not be kept again.*next start"):
        await desk.set_price(3500, "second")
    assert desk.kept() == ["second"]  # from the next start on it would count: so it is not refused

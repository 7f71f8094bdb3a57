"""A price that the venue orders: what is kept when the gate does not go by it, and what its giver is told."""

import resource
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from gate_controller.admission.words.commands import Answer
from gate_controller.admission.words.events import Instant, Order
from gate_controller.desk.control_socket import AskedWrongly, ControlError, NoAnswer
from gate_controller.desk.given_orders import GivenOrders
from gate_controller.desk.price_orders import PriceOrders
from gate_controller.settings import LoadedSettings
from gate_controller.settings.venue_prices import read_venue_prices
from gate_controller.shell.gate_about import about
from gate_controller.shell.policies import policy_of
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
    given: tuple[str, ...] = ()
    """Settings besides."""
    wall: float = NOW

    def __post_init__(self) -> None:
        found = self.read()
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
        return Instant(0.0, self.wall)

    def _order(self, order: Order) -> Answer:
        if why := self.says():
            return Answer(order.id, why)
        self.reloading.revised(order.id)
        return Answer(order.id)

    async def set_price(self, cents: int, name: str, since: float | None = None) -> Any:
        """Order a price, from now on or from a moment."""
        request = {"id": name, "by": "Anna (venue)", "reason": "new", "price_cents": cents, "from": since}
        return await self._set_price(request)

    def read(self) -> LoadedSettings:
        """Read the settings as the gate does at its start."""
        return loaded(f"state_dir={self.folder}", *self.given)

    def costs(self, wall: float) -> int:
        """Return what an admission costs at a moment; the next start finds the same."""
        found = [
            policy.tariff.usual(policy.price, wall)
            for policy in (policy_of(self.reloading.settings), policy_of(self.read().settings))
        ]
        assert found[0] == found[1]
        return found[0]

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


# -- whatever the clock does: in Zurich the hour from 2 to 3 comes twice on 25 October 2026, as UTC+2 and as UTC+1

DATE_IN_THE_HOUR = 'price_changes=[{"from": "2026-10-25 02:30", "price_cents": 2700}]'


@pytest.fixture
def zurich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Zurich")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def at(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def summer(clock: str) -> float:
    return at(f"2026-10-25T{clock}:30+02:00")


def winter(clock: str) -> float:
    return at(f"2026-10-25T{clock}:30+01:00")


@pytest.mark.usefixtures("zurich")
@pytest.mark.parametrize("given", [(), (DATE_IN_THE_HOUR,)])
async def test_a_price_from_now_on_in_the_last_hour_of_summer_counts_in_the_hour_that_follows(
    tmp_path: Path, given: tuple[str, ...]
) -> None:
    desk = Desk(tmp_path, given=given, wall=summer("02:50"))
    await desk.set_price(3000, "first")
    for moment in (summer("02:50"), winter("02:00"), winter("02:29"), winter("02:55"), winter("03:10")):
        assert desk.costs(moment) == 3000, moment


@pytest.mark.usefixtures("zurich")
@pytest.mark.parametrize("clock", ["02:00", "02:10", "02:30", "02:59"])
async def test_a_price_from_now_on_in_the_repeated_hour_goes_over_a_date_that_has_begun_in_the_first(
    tmp_path: Path, clock: str
) -> None:
    desk = Desk(tmp_path, given=(DATE_IN_THE_HOUR,), wall=winter(clock))
    assert desk.costs(winter(clock)) == 2700
    await desk.set_price(3000, "first")
    for moment in (winter(clock), winter("02:59"), winter("03:00"), winter("12:00")):
        assert desk.costs(moment) == 3000, moment


@pytest.mark.usefixtures("zurich")
async def test_of_two_prices_from_now_on_in_the_hour_that_comes_twice_the_newer_counts(tmp_path: Path) -> None:
    desk = Desk(tmp_path, given=(DATE_IN_THE_HOUR,), wall=summer("02:50"))
    await desk.set_price(3000, "summer")
    for number, clock in enumerate(("02:10", "02:05", "02:55")):
        desk.wall = winter(clock)
        await desk.set_price(3100 + number, clock)
        assert desk.costs(winter(clock)) == 3100 + number
    assert desk.kept() == ["02:55"]


@pytest.mark.usefixtures("zurich")
async def test_a_price_from_a_moment_that_the_clock_shows_a_second_time_is_refused(tmp_path: Path) -> None:
    desk = Desk(tmp_path, wall=at("2026-10-24T12:00:00+02:00"))
    with pytest.raises(AskedWrongly, match="2026-10-25 02:30 comes twice"):
        await desk.set_price(3000, "second", at("2026-10-25T02:30:00+01:00"))
    assert desk.kept() == []
    await desk.set_price(3000, "first", at("2026-10-25T02:30:00+02:00"))
    assert [desk.costs(moment) for moment in (summer("02:29"), summer("02:30"), winter("02:00"))] == [2500, 3000, 3000]


@pytest.mark.usefixtures("zurich")
async def test_a_gate_that_was_told_in_the_last_hour_of_summer_does_not_stand_out_in_the_next(tmp_path: Path) -> None:
    desk = Desk(tmp_path, wall=summer("02:50"))
    await desk.set_price(3000, "first")

    def fingerprint(wall: float) -> Any:
        return about(desk.reloading.settings, journal="j", order_keys=(), wall=wall)["settings"]

    assert fingerprint(summer("02:50")) == fingerprint(winter("02:10")) == fingerprint(winter("12:00"))


async def test_a_clock_that_is_put_back_does_not_undo_a_price_from_now_on(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    coming = 60 * (NOW // 60) + 3600
    await desk.set_price(3500, "coming", coming)
    await desk.set_price(3000, "first")
    before = NOW - 1200
    assert desk.costs(before) == 3000
    desk.wall = before
    await desk.set_price(2800, "second")
    assert desk.costs(before) == 2800
    assert desk.costs(coming) == 3500

import errno
import re

import pytest

from gate_controller.devices.display.card import Card
from gate_controller.devices.display.last_page import LastPage
from gate_controller.devices.display.live_panel import (
    IDLE_REFRESH_SECONDS,
    NOISE_SECONDS,
    RETRY_MOST_SECONDS,
    STEADY_SECONDS,
    LivePanel,
)
from gate_controller.devices.display.typesetting.page import Page
from gate_controller.devices.errors import DeviceError
from tests.rig.pages import a_card, a_page

IDLE = a_card("Welcome", is_resting=True)
CHECKING = a_card("Checking")
ADMITTED = a_card("Welcome in")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Bench:
    """Panels on a bench: each thing done to one is noted, and all fail while there is a fault."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.done: list[object] = []
        self.fault: Exception | None = None
        self.fault_at_making: Exception | None = None
        self.live = LivePanel(self.make, clock=self.clock, last_page=LastPage())

    def make(self) -> "Bench":
        self.done.append("make")
        if self.fault_at_making is not None:
            raise self.fault_at_making
        return self

    def pages(self, card: Card) -> tuple[Page, ...]:
        number = len(card.faces[0].title)
        return (a_page(number, seconds=2), a_page(-number, seconds=3)) if card == ADMITTED else (a_page(number),)

    def show(self, page: Page, *, shift: tuple[int, int]) -> None:
        self.done.append((page.number, shift) if shift != (0, 0) else page.number)
        if self.fault is not None:
            raise self.fault

    def dim(self, is_dimmed: bool) -> None:
        self.done.append("dim" if is_dimmed else "bright")

    def refresh(self) -> None:
        self.done.append("refresh")

    def close(self) -> None:
        self.done.append("close")
        if self.fault is not None:
            raise self.fault

    def step(self, card: Card | None = None, *, after: float = 0) -> list[object]:
        """Let time pass, hand a card in, step; return what was done."""
        self.done.clear()
        self.clock.now += after
        if card is not None:
            self.live.put(card, self.clock.now)
        self.due = self.live.step()
        return list(self.done)

    def left(self) -> float | None:
        """Return how long until it wants to be called again."""
        return None if self.due is None else self.due - self.clock.now


def test_a_panel_is_made_before_there_is_a_card() -> None:
    bench = Bench()
    assert bench.step() == ["make"]
    assert bench.live.fault is None


def test_a_card_is_shown_once() -> None:
    bench = Bench()
    assert bench.step(CHECKING) == ["make", 8]
    assert bench.step() == []
    assert bench.left() is None


def test_pages_are_shown_when_they_are_due() -> None:
    bench = Bench()
    assert bench.step(ADMITTED) == ["make", 10]
    assert bench.left() == pytest.approx(2)
    assert bench.step(after=1) == []
    assert bench.step(after=1) == [-10]
    assert bench.step(after=3) == [10]


def test_a_resting_panel_is_dimmed_and_moved_and_news_make_it_bright_at_once() -> None:
    bench = Bench()
    assert bench.step(IDLE) == ["make", 7]
    assert bench.left() == pytest.approx(30)
    assert bench.step(after=30) == ["dim"]
    assert bench.step(after=30) == [(7, (1, 0))]
    assert bench.left() == pytest.approx(60)
    assert bench.step(CHECKING) == [8, "bright"]


def test_an_idle_gate_does_nothing_between_its_pages() -> None:
    bench = Bench()
    bench.step(IDLE)
    steps = 0
    while bench.clock.now < 1000 + 3600:
        left = bench.left()
        assert left is not None
        bench.step(after=left)
        steps += 1
    assert steps <= 60 + 6 + 2  # a shift a minute, six refreshes, and one for the dimming


def test_noise_is_followed_by_a_refresh_and_the_page_a_moment_later() -> None:
    bench = Bench()
    bench.step(ADMITTED)
    bench.live.noise(bench.clock.now)
    assert bench.step() == []
    assert bench.left() == pytest.approx(NOISE_SECONDS)
    assert bench.step(after=NOISE_SECONDS) == ["refresh", 10]
    assert bench.step(after=0.5) == []


def test_noise_upon_noise_is_one_refresh_after_the_last() -> None:
    bench = Bench()
    bench.step(ADMITTED)
    bench.live.noise(bench.clock.now)
    bench.step(after=0.5)
    bench.live.noise(bench.clock.now)
    assert bench.step(after=0.5) == []
    assert bench.step(after=0.2) == ["refresh", 10]


def test_an_idle_panel_is_refreshed_now_and_then() -> None:
    bench = Bench()
    bench.step(IDLE)
    bench.step(after=IDLE_REFRESH_SECONDS - 1)
    assert "refresh" not in bench.done
    assert bench.step(after=1)[0] == "refresh"
    assert bench.step(after=IDLE_REFRESH_SECONDS - 1) != []
    assert "refresh" not in bench.done
    assert bench.step(after=1)[0] == "refresh"


def test_a_refreshed_panel_stays_dimmed() -> None:
    bench = Bench()
    bench.step(IDLE)
    bench.step(after=40)
    bench.live.noise(bench.clock.now)
    assert bench.step(after=1) == ["refresh", 7]


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (DeviceError("display ssd1306 does not answer"), "display ssd1306 does not answer"),
        (OSError(errno.EIO, "Input/output error"), r"the display does not work: .* \(OSError: .*Input/output error\)"),
        (ValueError("a library's own"), r"the display does not work: .* \(ValueError: a library's own\)"),
    ],
)
def test_a_panel_that_fails_is_closed_and_the_fault_is_there_to_be_told(error: Exception, text: str) -> None:
    bench = Bench()
    bench.step(CHECKING)
    bench.fault = error
    assert bench.step(ADMITTED) == [10, "close"]
    assert bench.live.fault is not None
    assert re.fullmatch(text, bench.live.fault)


def test_a_panel_that_cannot_be_made_is_tried_again_with_growing_waits() -> None:
    bench = Bench()
    bench.fault_at_making = DeviceError("no bus")
    waits = []
    bench.step(CHECKING)
    for _ in range(9):
        left = bench.left()
        assert left is not None
        waits.append(left)
        assert bench.step(after=left / 2) == []
        assert bench.step(after=left / 2) == ["make"]
        assert bench.live.fault == "no bus"
    assert waits == pytest.approx([1, 2, 4, 8, 16, 32, RETRY_MOST_SECONDS, RETRY_MOST_SECONDS, RETRY_MOST_SECONDS])


def test_a_new_card_does_not_shorten_the_wait() -> None:
    bench = Bench()
    bench.fault_at_making = DeviceError("no bus")
    bench.step()
    assert bench.step(ADMITTED, after=0.9) == []
    assert bench.step(after=0.1) == ["make"]


def test_a_panel_that_comes_back_shows_the_newest_card_and_has_no_fault() -> None:
    bench = Bench()
    bench.step(IDLE)
    bench.fault = OSError(errno.EREMOTEIO, "Remote I/O error")
    bench.step(CHECKING)
    bench.fault = None
    assert bench.step(ADMITTED, after=0.5) == []
    assert bench.live.fault is not None
    assert bench.step(after=0.5) == ["make", 10]
    assert bench.live.fault is None


def test_a_panel_that_comes_back_is_bright_and_dimmed_again_if_it_rests() -> None:
    bench = Bench()
    bench.step(IDLE)
    bench.step(after=40)
    bench.fault = OSError(errno.EREMOTEIO, "Remote I/O error")
    bench.step(after=20)
    bench.fault = None
    assert bench.step(after=1) == ["make", (7, (1, 0)), "dim"]


def test_the_first_reason_of_an_outage_is_the_one_that_is_told() -> None:
    bench = Bench()
    bench.step(IDLE)
    bench.fault = DeviceError("does not answer")
    bench.step(CHECKING)
    bench.fault_at_making = DeviceError("bus is gone")
    bench.step(after=1)
    assert bench.live.fault == "does not answer"


def test_a_panel_that_fails_soon_after_each_making_waits_longer_each_time() -> None:
    bench = Bench()
    bench.step(CHECKING)
    waits = []
    for card in (ADMITTED, CHECKING, ADMITTED):
        bench.fault = OSError(errno.EIO, "Input/output error")
        bench.step(card)
        left = bench.left()
        assert left is not None
        waits.append(left)
        bench.fault = None
        bench.step(after=left)
    assert waits == pytest.approx([1, 2, 4])


def test_a_panel_that_has_worked_for_a_minute_is_tried_again_soon() -> None:
    bench = Bench()
    bench.fault_at_making = DeviceError("no bus")
    bench.step(CHECKING)
    for _ in range(5):
        bench.step(after=bench.left() or 0)
    bench.fault_at_making = None
    bench.step(after=bench.left() or 0)
    bench.fault = OSError(errno.EIO, "Input/output error")
    bench.step(ADMITTED, after=STEADY_SECONDS)
    assert bench.left() == pytest.approx(1)


def test_a_closed_screen_has_closed_its_panel_even_if_that_fails() -> None:
    bench = Bench()
    bench.step(CHECKING)
    bench.fault = OSError(errno.EIO, "Input/output error")
    bench.done.clear()
    bench.live.close()
    bench.live.close()
    assert bench.done == ["close"]

"""
One panel kept alive: made, shown on, refreshed after noise, closed when it fails and made anew.

It has no thread and does not wait: `step` does what is due and says when to call it again.
"""

from collections.abc import Callable

from gate_controller.devices.display.card import Card
from gate_controller.devices.display.last_page import LastPage
from gate_controller.devices.display.panel import Panel
from gate_controller.devices.display.reel import Reel, Showing
from gate_controller.devices.errors import DeviceError

# Somebody who pushes the plug back in does not want to wait; a display that is gone for the season costs one
# attempt a minute.
RETRY_FIRST_SECONDS = 1.0
RETRY_MOST_SECONDS = 60.0

# A panel that has worked for this long starts again at the short wait when it fails.
STEADY_SECONDS = 60.0

# The coil of the relay is switched off half a second after it was switched on (relay.pulse_seconds), and that is
# the noisier of the two: wait for it.
NOISE_SECONDS = 0.7

# Other people's motors and lamps make noise too, and nobody tells of those.
IDLE_REFRESH_SECONDS = 600.0


class LivePanel:
    """A panel through its faults. Called from one thread; `clock` returns seconds, monotonic."""

    def __init__(self, make_panel: Callable[[], Panel], *, clock: Callable[[], float], last_page: LastPage) -> None:
        """`last_page` is told what is shown."""
        self._make_panel = make_panel
        self._clock = clock
        self._last_page = last_page
        self._reel = Reel()
        self._panel: Panel | None = None
        self._shown: Showing | None = None
        self._is_dimmed = False
        self._made = 0.0
        self._refreshed = 0.0
        self._noise_ends: float | None = None
        self._retry_at = clock()
        self._wait = RETRY_FIRST_SECONDS
        self.fault: str | None = None
        """What is wrong and what to do; None while the panel works, and before the first step."""

    def put(self, card: Card, at: float) -> None:
        """Take a card, handed in at that moment."""
        self._reel.put(card, at)

    def noise(self, at: float) -> None:
        """Take note that something noisy was switched at this moment."""
        self._noise_ends = at + NOISE_SECONDS

    def step(self) -> float | None:
        """Do what is due; return the moment to be called again, None for not before there is news."""
        if self._panel is None and self._clock() < self._retry_at:
            return self._retry_at
        try:
            due = self._show(self._panel or self._made_panel())
        except Exception as error:  # noqa: BLE001 - libraries raise what they like; a display stops no gate
            self._lose(error)
            return self._retry_at
        self.fault = None
        return due

    def close(self) -> None:
        """Blank the panel and give it back. It may fail in that: nobody looks at it any more."""
        panel, self._panel = self._panel, None
        self._last_page.page = None
        if panel is not None:
            try:
                panel.close()
            except Exception as error:  # noqa: BLE001 - as above
                self.fault = self.fault or _described(error)

    def _made_panel(self) -> Panel:
        self._panel = panel = self._make_panel()
        self._shown, self._is_dimmed, self._noise_ends = None, False, None
        self._made = self._refreshed = self._clock()
        return panel

    def _show(self, panel: Panel) -> float | None:
        now = self._clock()
        refresh_at = self._refresh_at()
        if refresh_at is not None and now >= refresh_at:
            panel.refresh()
            self._shown, self._noise_ends, self._refreshed = None, None, now
        view = self._reel.turn(now, panel.pages)
        if view is not None:
            shown = self._shown
            if shown is None or (shown.page, shown.shift) != (view.page, view.shift):
                panel.show(view.page, shift=view.shift)
            if self._is_dimmed is not view.is_dimmed:
                panel.dim(view.is_dimmed)
            self._shown, self._is_dimmed = view, view.is_dimmed
            self._last_page.page = view.page
        moments = (self._reel.due(now), self._refresh_at())
        return min((moment for moment in moments if moment is not None), default=None)

    def _refresh_at(self) -> float | None:
        if self._noise_ends is not None:
            return self._noise_ends
        return self._refreshed + IDLE_REFRESH_SECONDS if self._reel.is_resting else None

    def _lose(self, error: Exception) -> None:
        # The first reason of an outage is the one to look for: those after it are often only its consequence.
        self.fault = self.fault or _described(error)
        now = self._clock()
        if self._panel is not None and now - self._made >= STEADY_SECONDS:
            self._wait = RETRY_FIRST_SECONDS
        self._retry_at = now + self._wait
        self._wait = min(2 * self._wait, RETRY_MOST_SECONDS)
        self.close()


def _described(error: Exception) -> str:
    if isinstance(error, DeviceError):
        return str(error)
    return f"the display does not work: check its power, wires and settings ({type(error).__name__}: {error})"

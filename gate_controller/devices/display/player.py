"""
The player: shows cards on a panel from a thread of its own, so that a slow, dead or hanging bus holds up nobody.

The thread sleeps until a page turns or a card comes. It is a daemon: a bus that never answers does not keep the
process from its end.
"""

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from gate_controller.devices.display.card import Card
from gate_controller.devices.display.last_page import LastPage
from gate_controller.devices.display.live_panel import LivePanel
from gate_controller.devices.display.panel import Panel

if TYPE_CHECKING:
    from PIL import Image

# The slowest picture takes about 0.2 s and the kernel gives an I2C transfer up after 1 s, so this is no slowness.
HANG_SECONDS = 10.0

_HANGS = f"the display has held its bus up for {HANG_SECONDS:.0f} s: take its power away and give it back"
_JOIN_SECONDS = 1.0


class Player:
    """
    A display from its start to its end; it is not needed for anything else to work.

    `make_panel` opens the panel, at the start and again after each fault. `on_change` gets what is wrong and what
    to do, once for each outage, and None when it works again. It is called from the player's thread, or from that
    of `show` when the bus hangs: it must hand over and return, and raise nothing.
    """

    def __init__(
        self,
        make_panel: Callable[[], Panel],
        *,
        on_change: Callable[[str | None], None],
        clock: Callable[[], float] = time.monotonic,
        last_page: LastPage | None = None,
    ) -> None:
        self._on_change = on_change
        self._clock = clock
        self._last_page = last_page or LastPage()
        self._live = LivePanel(make_panel, clock=clock, last_page=self._last_page)
        self._changed = threading.Condition()
        self._cards: list[tuple[Card, float]] = []
        self._noise_at: float | None = None
        self._busy_since: float | None = None
        self._closed = False
        self._telling = threading.Lock()
        self._is_out = False
        self._thread = threading.Thread(target=self._play, name="display", daemon=True)
        self._thread.start()

    def show(self, card: Card) -> None:
        """
        Show a card as soon as the panel can: it replaces those before it that were not shown yet.

        Only a resting card does not: what it leaves no time to read of the one before stays with it. Returns at once,
        from any thread.
        """
        now = self._clock()
        with self._changed:
            kept = [(earlier, at) for earlier, at in self._cards if card.is_resting and not earlier.is_resting]
            self._cards = [*kept, (card, now)]
            self._changed.notify()
            hangs = self._busy_since is not None and now - self._busy_since > HANG_SECONDS
        if hangs:
            self._tell(_HANGS)

    def noise(self) -> None:
        """Say that the gate was released just now: the relay's noise garbles character displays."""
        with self._changed:
            self._noise_at = self._clock()
            self._changed.notify()

    def draw(self) -> "Image.Image | tuple[str, ...] | None":
        """Return what it shows, drawn once more; None where it shows nothing. May take 50 ms; from any thread."""
        return self._last_page.draw()

    def close(self) -> None:
        """Blank the panel and give it back; a bus that hangs is left to itself after a second."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join(_JOIN_SECONDS)

    def _play(self) -> None:
        due: float | None = self._clock()
        while self._news(due):
            due = self._live.step()
            with self._changed:
                self._busy_since = None
            self._tell(self._live.fault)
        self._live.close()

    def _news(self, due: float | None) -> bool:
        """Wait for `due` or for news, and hand these on; return False when it is to be closed."""
        with self._changed:
            while not self._closed and not self._cards and self._noise_at is None:
                left = None if due is None else due - self._clock()
                if left is not None and left <= 0:
                    break
                self._changed.wait(left)
            cards, self._cards = self._cards, []
            noise_at, self._noise_at = self._noise_at, None
            self._busy_since = self._clock()
            closed = self._closed
        for card, at in cards:
            self._live.put(card, at)
        if noise_at is not None:
            self._live.noise(noise_at)
        return not closed

    def _tell(self, fault: str | None) -> None:
        with self._telling:
            if self._is_out is not (fault is not None):
                self._is_out = fault is not None
                self._on_change(fault)

"""
Which page of which card is due when. Pure: times come in as arguments, in seconds of one monotonic clock.

Rules: a card replaces the one before at once, and the pages of a card go round while it stays. What could not be read
of a card when a resting one follows stays with that as what is still true of it, until the next card that tells
somebody something.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from gate_controller.devices.display.card import Card
from gate_controller.devices.display.typesetting.page import Page

# An idle OLED of the usual kind loses half its brightness in 10,000 to 15,000 hours (makers' figures), where lit:
# a still picture burns in within months. Dimmed and moved about, all pixels age alike, and later.
DIM_AFTER_SECONDS = 30.0
SHIFT_EVERY_SECONDS = 60.0
_PLACES = tuple((right if down % 2 == 0 else -right, down) for down in range(-2, 3) for right in range(-2, 3))
SHIFTS = _PLACES[12:] + _PLACES[:12]
"""Where the picture of a resting card is, one place after the other: from its own, two pixels at most each way."""

# A page without a length would spin the thread that turns it.
_LEAST_SECONDS = 0.1

# Sums of floats fall short of each other by less than this; a page that is due is not missed by so much.
_HAIR = 1e-6


@dataclass(frozen=True, slots=True)
class Showing:
    """What a display shows at one moment."""

    page: Page
    shift: tuple[int, int]
    is_dimmed: bool


@dataclass(slots=True)
class _Running:
    """A card; its pages and their start are known once it is shown."""

    card: Card
    pages: tuple[Page, ...] = ()
    began: float = 0.0

    @property
    def ends(self) -> list[float]:
        """When each page ends, in seconds from the start of a round."""
        ends, end = [], 0.0
        for page in self.pages:
            end += max(page.seconds, _LEAST_SECONDS)
            ends.append(end)
        return ends

    def unread(self, now: float) -> Card | None:
        """Return what stays of it when a resting card follows now, beginning with who has not read it yet."""
        afterwards = self.card.afterwards
        if afterwards is None:
            return None
        elapsed, first = self.elapsed(now), 0
        if self.pages:
            left = [page.face for page, end in zip(self.pages, self.ends, strict=True) if end > elapsed]
            if not left:
                return None
            first = left[0]
        return afterwards.beginning_with(first)

    def elapsed(self, now: float) -> float:
        return now - self.began + _HAIR


class Reel:
    """The card on show."""

    def __init__(self) -> None:
        self._running: _Running | None = None

    @property
    def is_resting(self) -> bool:
        """Whether nobody is being told anything now."""
        return self._running is None or self._running.card.is_resting

    def put(self, card: Card, at: float) -> None:
        """Take a card, handed in at that moment. The resting card that is on show already goes on."""
        running = self._running
        if running is not None and card.is_resting:
            unread = running.card.unread if running.card.is_resting else running.unread(at)
            card = replace(card, unread=unread)
            if card == running.card:
                return
        self._running = _Running(card)

    def turn(self, now: float, lay_out: Callable[[Card], tuple[Page, ...]]) -> Showing | None:
        """Return what is due now; None before the first card. `lay_out` is asked once for each card shown."""
        running = self._running
        if running is None:
            return None
        if not running.pages:
            running.pages, running.began = lay_out(running.card), now
        elapsed = running.elapsed(now)
        in_round = elapsed % running.ends[-1]
        page = next(page for page, end in zip(running.pages, running.ends, strict=True) if in_round < end)
        if not running.card.is_resting:
            return Showing(page, SHIFTS[0], is_dimmed=False)
        shift = SHIFTS[int(elapsed // SHIFT_EVERY_SECONDS) % len(SHIFTS)]
        return Showing(page, shift, is_dimmed=elapsed >= DIM_AFTER_SECONDS)

    def due(self, now: float) -> float | None:
        """Return the next moment at which `turn` may return something else; None: not by itself."""
        running = self._running
        if running is None or not running.pages:
            return None if running is None else now
        elapsed = running.elapsed(now)
        moments = []
        if len(running.pages) > 1:
            length = running.ends[-1]
            in_round = elapsed % length
            moments.append(running.began + elapsed - in_round + next(end for end in running.ends if in_round < end))
        if running.card.is_resting:
            moments.append(running.began + (elapsed // SHIFT_EVERY_SECONDS + 1) * SHIFT_EVERY_SECONDS)
            if elapsed < DIM_AFTER_SECONDS:
                moments.append(running.began + DIM_AFTER_SECONDS)
        return min(moments, default=None)

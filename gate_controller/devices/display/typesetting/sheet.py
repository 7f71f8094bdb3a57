"""
The room for one page and the letters on it, in pixels or in cells; `composing.py` sets words there.

Everything stands in the middle: the symbol above the words, before the title, or, where a display is a strip, beside
them all. The money sentence stands on a band of its own at the foot.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from gate_controller.devices.display.typesetting.page import Box, Line


class Typeface(Protocol):
    """Letters of one size, in whatever unit the sheet has."""

    @property
    def size(self) -> int:
        """Return the size, as a `Line` has it."""

    @property
    def is_bold(self) -> bool:
        """Return whether they are bold, as a `Line` has it."""

    @property
    def pitch(self) -> int:
        """Return how far it is from line to line."""

    def measure(self, text: str) -> int:
        """Return how wide a text is."""

    def reach(self, text: str) -> tuple[int, int]:
        """Return how far a line of this text reaches above what it stands on, and below."""


class Stand(Enum):
    """Where the symbol is."""

    ABOVE = auto()
    """In the middle above the words."""
    BEFORE = auto()
    """In the first line, before its words."""
    BESIDE = auto()
    """At the left, and all the words beside it."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The room for one page, and where its symbol is, which is as wide as it is high."""

    area: Box
    symbol: int
    """Its side."""
    stand: Stand
    gap: int
    """Beside the symbol, or below it."""
    padding: int = 0
    """Around the money sentence, on its band."""
    lead: int = 0
    """Between title and detail, and above the band."""

    @property
    def words(self) -> Box:
        """Return where words may stand."""
        if self.stand is not Stand.BESIDE:
            return self.area
        return Box(self.area.left + self.symbol + self.gap, self.area.top, self.area.right, self.area.bottom)

    def room(self, line: int) -> int:
        """Return how wide a line may be, by its number."""
        taken = self.symbol + self.gap if self.stand is Stand.BEFORE and line == 0 else 0
        return self.words.width - taken


@dataclass(frozen=True, slots=True)
class Lettering:
    """A sheet, and the letters for each part of a face."""

    sheet: Sheet
    titles: tuple[Typeface, ...]
    """From the largest: the first is taken with which there is room for everything."""
    detail: Typeface
    money: Typeface
    may_break: bool = False
    """Whether a title that is too wide is broken, and a word that is: the last resort."""
    may_lack_title: bool = True
    """Whether a page may do without the title of its face."""
    may_run_on: bool = False
    """Whether sentences may follow each other on a line."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """The words of one page, set."""

    area: Box
    symbol: Box
    lines: tuple[Line, ...]
    bands: tuple[Box, ...]

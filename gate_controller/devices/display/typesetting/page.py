"""
One page of a card, laid out: what stands where on one display, and for how long.

`Canvas` counts in pixels and `CharacterGrid` in cells, both from the upper left corner; a page is drawn by the one
that laid it out.
"""

from dataclasses import dataclass
from enum import Enum, auto

from gate_controller.admission.words.messages import Signal, Symbol

# Subtitles for adults run at up to 17 characters a second (Netflix' guide); visitors do not expect what comes.
_CHARACTERS_PER_SECOND = 15
_SECONDS_TO_LOOK = 1.0


class Part(Enum):
    """What a line tells: it decides how the line looks."""

    TITLE = auto()
    DETAIL = auto()
    MONEY = auto()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of letters."""

    text: str
    left: int
    base: int
    """What the letters stand on: a row of pixels, or the row of cells."""
    part: Part
    size: int = 1
    """Of the font, in pixels; 1 on a character display."""
    is_bold: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the display; right and bottom are outside it."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Page:
    """What a display shows at one time."""

    area: Box
    """What may have something on it; the margin beside it is the most the picture can be shifted."""
    symbol: Symbol
    symbol_box: Box
    signal: Signal | None
    lines: tuple[Line, ...]
    bands: tuple[Box, ...]
    """Behind the money sentence, so that it stands out without colour."""
    seconds: float
    """How long it takes to be read."""
    face: int
    """Whose language: the place in the card's faces."""
    number: int
    """Which page of its face this is, from 1."""
    count: int
    """How many pages its face has."""


def reading_seconds(lines: tuple[Line, ...]) -> float:
    """Return how long a person needs who has not read these lines before, in seconds."""
    return _SECONDS_TO_LOOK + sum(len(line.text) for line in lines) / _CHARACTERS_PER_SECOND

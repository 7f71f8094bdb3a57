"""The displays that the demo can have. Nothing is brought in for one that is not there."""

from dataclasses import dataclass
from enum import Enum, auto


class Dots(Enum):
    """What a display is made of."""

    ONE_COLOUR = auto()
    COLOUR = auto()
    LETTERS = auto()


@dataclass(frozen=True, slots=True)
class Model:
    """A display that is sold: its size in pixels, or in letters."""

    width: int
    height: int
    dots: Dots


MODELS = {
    "320x240": Model(320, 240, Dots.COLOUR),
    "240x240": Model(240, 240, Dots.COLOUR),
    "160x128": Model(160, 128, Dots.COLOUR),
    "128x64": Model(128, 64, Dots.ONE_COLOUR),
    "128x32": Model(128, 32, Dots.ONE_COLOUR),
    "20x4": Model(20, 4, Dots.LETTERS),
    "16x2": Model(16, 2, Dots.LETTERS),
}
"""The displays that the demo can have."""

"""What a screen is made of: lines of styled text, and a place that they leave to a picture."""

from dataclasses import dataclass
from enum import Enum


class Style(Enum):
    """How a piece of text looks; the value is its SGR code (ECMA-48)."""

    PLAIN = ""
    BOLD = "1"
    DIM = "2"
    GREEN = "1;32"
    RED = "1;31"
    YELLOW = "1;33"
    CYAN = "1;36"
    CURSOR = "7"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line. `column` (from 1) puts it there, however wide the terminal takes what stands before it."""

    text: str
    style: Style = Style.PLAIN
    column: int | None = None


Line = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the display's picture goes, in cells; row and column count from 1."""

    row: int
    column: int
    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """The lines of the screen, and the place that they leave to the display's picture, where it has one."""

    lines: list[Line]
    place: Place | None = None

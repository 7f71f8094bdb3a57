"""What a screen is made of: lines of rich's segments, and a place that they leave to a picture."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.control import Control
from rich.segment import Segment
from rich.style import Style

LAYOUT = Console(file=io.StringIO(), force_terminal=True)
"""Lays out what rich draws; nothing is printed through it: it would draw a picture anew with each line beside it."""

ScreenLine = Sequence[Segment]


class Ink:
    """How a piece of text looks."""

    BOLD, DIM, CURSOR = Style(bold=True), Style(dim=True), Style(reverse=True)
    GREEN, RED = Style(bold=True, color="green"), Style(bold=True, color="red")
    YELLOW, CYAN = Style(bold=True, color="yellow"), Style(bold=True, color="cyan")


def jump(column: int) -> Segment:
    """Put what follows at a column (from 1), however wide the terminal takes what stands before it."""
    return Control.move_to_column(column - 1).segment


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

    lines: list[ScreenLine]
    place: Place | None = None

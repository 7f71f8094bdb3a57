"""
How a terminal is made to show a picture: kitty's graphics, iTerm2's inline images, sixels, or blocks of two colours.

`graphics_of` finds out from the terminal's answers to `QUESTIONS` and from the environment; `Painter` then writes
pictures so.
"""

import base64
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from gate_controller.demo.blocks import blocks
from gate_controller.demo.lines import Place
from gate_controller.demo.sixel import sixel

if TYPE_CHECKING:
    from PIL import Image


class Graphics(Enum):
    """How a terminal shows a picture."""

    KITTY = "kitty"
    ITERM2 = "iterm2"
    SIXEL = "sixel"
    TRUE_COLOUR = "blocks"
    FEW_COLOURS = "blocks256"
    TEXT = "text"
    """Not at all."""


QUESTIONS = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[16t\x1b[c"
"""Can you draw as kitty does? How many pixels has a cell? What are you (DA1)? All terminals answer the last one."""

ANSWERED = re.compile(rb"\x1b\[\?[\d;]*c")
"""The answer to the last question."""

_KITTY_CAN = re.compile(rb"\x1b_Gi=31;OK\x1b\\")
_CELL = re.compile(rb"\x1b\[6;(\d+);(\d+)t")
_SIXEL_PARAMETER = b"4"

# What these draw, the rest of a session over ssh or in a multiplexer does not know: the variable is the outer one's.
_ITERM2 = {"iTerm.app", "WezTerm", "mintty"}
_MULTIPLEXERS = ("tmux", "screen")
_TRUE_COLOUR = {"truecolor", "24bit"}

# Terminals have cells about twice as high as wide; 10 by 20 is the VT340's and a usual font's.
_USUAL_CELL = (10, 20)

# kitty takes pictures in pieces of this much (its protocol's limit).
_PIECE = 4096
_KITTY_ID = 31


def graphics_of(answers: bytes, environ: Mapping[str, str], *, is_unicode: bool) -> Graphics:
    """Return how to show a picture, by the terminal's answers, which may be missing, and the environment."""
    term = environ.get("TERM", "")
    is_inside = "TMUX" in environ or term.startswith(_MULTIPLEXERS)
    if _KITTY_CAN.search(answers) or ("KITTY_WINDOW_ID" in environ and not is_inside):
        return Graphics.KITTY
    if not is_inside and (environ.get("TERM_PROGRAM") in _ITERM2 or environ.get("LC_TERMINAL") == "iTerm2"):
        return Graphics.ITERM2
    attributes = ANSWERED.search(answers)
    # The first parameter is the terminal's class, whatever its number.
    if attributes and _SIXEL_PARAMETER in attributes.group()[3:-1].split(b";")[1:]:
        return Graphics.SIXEL
    if not is_unicode or environ.get("NO_COLOR") or term in {"", "dumb", "linux"}:
        return Graphics.TEXT
    if environ.get("COLORTERM") in _TRUE_COLOUR or term.endswith("-direct"):
        return Graphics.TRUE_COLOUR
    return Graphics.FEW_COLOURS if "256color" in term else Graphics.TEXT


def cell_of(answers: bytes) -> tuple[int, int] | None:
    """Return a cell's width and height in pixels, if the terminal has told."""
    found = _CELL.search(answers)
    if found is None:
        return None
    height, width = map(int, found.groups())
    return (width, height) if width and height else None


@dataclass(frozen=True, slots=True)
class Painting:
    """A picture as a terminal takes it."""

    place: Place
    drawn: str
    """Draws it at its place."""
    wiped: str
    """Takes it away, where wiping the cells does not."""


@dataclass(frozen=True, slots=True)
class Painter:
    """Writes pictures for one terminal."""

    graphics: Graphics
    cell: tuple[int, int] = _USUAL_CELL
    """A cell's width and height in pixels."""

    def cells_wide(self, width: int, height: int) -> float:
        """Return how many columns a picture of so many pixels takes for each row."""
        return width / height * self.cell[1] / self.cell[0]

    def paint(self, image: "Image.Image", place: Place) -> Painting:
        """Return a picture that fills a place."""
        wiped = f"\x1b_Ga=d,d=I,i={_KITTY_ID},q=2\x1b\\" if self.graphics is Graphics.KITTY else ""
        return Painting(place, self._drawn(image, place), wiped)

    def _drawn(self, image: "Image.Image", place: Place) -> str:
        there = f"\x1b[{place.row};{place.column}H"
        match self.graphics:
            case Graphics.KITTY:
                return there + _kitty(image, place)
            case Graphics.ITERM2:
                return there + _iterm2(image, place)
            case Graphics.SIXEL:
                return there + sixel(self._scaled(image, place))
            case Graphics.TRUE_COLOUR | Graphics.FEW_COLOURS:
                return blocks(image, place, has_all_colours=self.graphics is Graphics.TRUE_COLOUR)
            case Graphics.TEXT:
                return ""

    def _scaled(self, image: "Image.Image", place: Place) -> "Image.Image":
        from PIL import Image, ImageOps  # noqa: PLC0415 - who has a picture has Pillow

        room = place.columns * self.cell[0], place.rows * self.cell[1]
        factor = min(room[0] // image.width, room[1] // image.height)
        if image.mode == "1" and factor:
            # Whole multiples keep the pixels of an OLED sharp.
            return ImageOps.scale(image, factor, Image.Resampling.NEAREST)
        return ImageOps.contain(image.convert("RGB"), room, Image.Resampling.LANCZOS)


def _kitty(image: "Image.Image", place: Place) -> str:
    # Sent and shown (T) as PNG (100), over the one with the same number; the cursor stays (C), no answers (q).
    data = base64.b64encode(_png(image)).decode()
    pieces = [data[start : start + _PIECE] for start in range(0, len(data), _PIECE)]
    control = f"a=T,f=100,i={_KITTY_ID},p=1,c={place.columns},r={place.rows},C=1,q=2,"
    written = ""
    for number, piece in enumerate(pieces):
        more = int(number < len(pieces) - 1)
        written += f"\x1b_G{control if number == 0 else ''}m={more};{piece}\x1b\\"
    return written


def _iterm2(image: "Image.Image", place: Place) -> str:
    data = _png(image)
    size = f"size={len(data)};width={place.columns};height={place.rows};preserveAspectRatio=1"
    return f"\x1b]1337;File=inline=1;{size}:{base64.b64encode(data).decode()}\x07"


def _png(image: "Image.Image") -> bytes:
    png = io.BytesIO()
    image.convert("RGB").save(png, format="PNG")
    return png.getvalue()

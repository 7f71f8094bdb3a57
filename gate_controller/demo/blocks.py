"""
A picture out of Unicode's block elements, for terminals that have colours but no graphics: four pixels a cell.

A cell has two colours, and so have almost all four pixels of such a picture: letters on a ground. Half blocks alone
would show half as many.
"""

from itertools import product
from typing import TYPE_CHECKING

from rich.palette import Palette

from gate_controller.demo.lines import Place

if TYPE_CHECKING:
    from PIL import Image

Pixel = tuple[int, int, int]

# By which of the four pixels have the first of the two colours: 1 and 2 above, 4 and 8 below.
_BLOCKS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"

# Squared distances in RGB; below the first, two colours are one to the eye.
_SAME = 24 * 24

# The colours that terminals with 256 of them have from 16 on: 6 x 6 x 6, and greys from 232 (xterm's).
_STEPS = (0, 95, 135, 175, 215, 255)
_FEW = Palette([*product(_STEPS, _STEPS, _STEPS), *((grey, grey, grey) for grey in range(8, 239, 10))])


def blocks(image: "Image.Image", place: Place, *, has_all_colours: bool) -> str:
    """Return what draws a picture at a place: in 16 million colours, or in 256."""
    from PIL import Image  # noqa: PLC0415 - who has a picture has Pillow

    small = image.convert("RGB").resize((place.columns * 2, place.rows * 2), Image.Resampling.BOX)
    data, stride = small.tobytes(), place.columns * 6
    sgr = _all_colours if has_all_colours else _few_colours
    lines = []
    for row in range(place.rows):
        above = row * 2 * stride
        line, before = "", ""
        for left in range(above, above + stride, 6):
            at = (left, left + 3, left + stride, left + stride + 3)
            block, ink, ground = _cell([(data[i], data[i + 1], data[i + 2]) for i in at])
            colours = sgr(ink, ground)
            line += block if colours == before else colours + block
            before = colours
        lines.append(f"\x1b[{place.row + row};{place.column}H{line}")
    return "".join(lines) + "\x1b[0m"


def _cell(pixels: list[Pixel]) -> tuple[str, Pixel, Pixel]:
    """Return the block whose two colours come closest to four pixels, and the colours."""
    ground = pixels[0]
    ink = max(pixels, key=lambda pixel: _distance(pixel, ground))
    if _distance(ink, ground) <= _SAME:
        middle = _middle(pixels)
        return " ", middle, middle
    inked = [_distance(pixel, ink) < _distance(pixel, ground) for pixel in pixels]
    block = _BLOCKS[sum(1 << number for number, is_ink in enumerate(inked) if is_ink)]
    return (
        block,
        _middle([pixel for pixel, is_ink in zip(pixels, inked, strict=True) if is_ink]),
        _middle([pixel for pixel, is_ink in zip(pixels, inked, strict=True) if not is_ink]),
    )


def _distance(one: Pixel, other: Pixel) -> int:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2 + (one[2] - other[2]) ** 2


def _middle(pixels: list[Pixel]) -> Pixel:
    red, green, blue = (sum(values) // len(pixels) for values in zip(*pixels, strict=True))
    return red, green, blue


def _all_colours(ink: Pixel, ground: Pixel) -> str:
    return "\x1b[38;2;{};{};{};48;2;{};{};{}m".format(*ink, *ground)


def _few_colours(ink: Pixel, ground: Pixel) -> str:
    return f"\x1b[38;5;{16 + _FEW.match(ink)};48;5;{16 + _FEW.match(ground)}m"

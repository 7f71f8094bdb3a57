"""
A picture in sixels (DEC STD 070), which xterm, foot, Windows Terminal, tmux and others draw: six rows of pixels at a
time, one colour after the other.
"""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

# Ground, ink, band and its ink, and the shades on the edges of letters.
_COLOURS = 32

_ROWS = 6
_SIXELS = bytes((63 + bits) % 256 for bits in range(256))
_REPEATS = re.compile(rb"([?-~])\1{3,}")


def sixel(image: "Image.Image") -> str:
    """Return what draws a picture where the cursor is, pixel by pixel."""
    from PIL import Image  # noqa: PLC0415 - who has a picture has Pillow

    reduced = image.convert("RGB").quantize(_COLOURS, Image.Quantize.FASTOCTREE)  # ten times as fast as the others
    width, height = reduced.size
    data = reduced.tobytes()
    palette = reduced.getpalette() or []
    used = sorted(set(data))
    # Pixels that get no colour stay as they are (the 1); the last band may reach below the picture.
    parts = [f'\x1bP0;1;0q"1;1;{width};{height}']
    parts += [
        f"#{colour};2;" + ";".join(str(round(part * 100 / 255)) for part in palette[colour * 3 : colour * 3 + 3])
        for colour in used
    ]
    for top in range(0, height, _ROWS):
        rows = [data[row * width : (row + 1) * width] for row in range(top, min(top + _ROWS, height))]
        parts += [f"#{colour}{_row_of(rows, colour)}$" for colour in sorted(set().union(*rows))]
        parts.append("-")
    return "".join(parts) + "\x1b\\"


def _row_of(rows: list[bytes], colour: int) -> str:
    """Return one colour of six rows: a character for each column, the lowest bit for the uppermost row."""
    bits = 0
    for number, row in enumerate(rows):
        table = bytearray(256)
        table[colour] = 1 << number
        bits |= int.from_bytes(row.translate(table))
    sixels = bits.to_bytes(len(rows[0])).translate(_SIXELS)
    return _REPEATS.sub(lambda found: b"!%d%c" % (len(found[0]), found[1][0]), sixels).decode("ascii")

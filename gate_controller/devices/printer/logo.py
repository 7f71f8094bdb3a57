"""The house's logo for receipts: a picture of any kind as the dots of a printer, black or white."""

from pathlib import Path
from typing import Final

from gate_controller.devices.errors import DeviceError
from gate_controller.devices.printer.escpos import COLUMN_DOTS, Raster

MOST_ROWS: Final = 400
"""50 mm of paper."""

_MOST_PIXELS: Final = 4_000 * 4_000
"""Of the file: what is larger takes a small board's memory."""


class LogoError(DeviceError):
    """A picture that cannot be printed. The text says why, and what to do."""


def read_logo(path: Path, columns: int) -> Raster:
    """
    Return a picture as a printer takes it, made smaller where it is wider than the paper. Raises `LogoError`.

    What is transparent is white; greys become dots.
    """
    try:
        from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415 - for those that have a logo
    except ImportError:
        raise LogoError("a logo needs Pillow: pip install 'gate-controller[receipts]'") from None
    try:
        with Image.open(path) as found:
            if found.width * found.height > _MOST_PIXELS:
                raise LogoError(f"it has {found.width}x{found.height} pixels: make it smaller")
            picture = found.convert("RGBA")
    except UnidentifiedImageError:
        raise LogoError("it is no picture that Pillow knows: give a PNG") from None
    except OSError as error:
        raise LogoError(f"it cannot be read ({error.strerror or error})") from None
    except (ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise LogoError(f"it is broken ({error}): give a PNG") from None
    white = Image.new("RGBA", picture.size, "white")
    grey = Image.alpha_composite(white, picture).convert("L")
    grey.thumbnail((columns * COLUMN_DOTS, MOST_ROWS))
    row_bytes = -(-grey.width // 8)
    framed = Image.new("L", (row_bytes * 8, grey.height), "white")
    framed.paste(grey, ((framed.width - grey.width) // 2, 0))
    return Raster(row_bytes, ImageOps.invert(framed).convert("1").tobytes())

"""The visitor's display as a picture: what it shows just now, drawn once more by what laid it out."""

import io
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

_WIDE = 256
"""Pixels: a small display is drawn several times as large, so that its pixels are seen as they are."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of the display, for a page."""

    png: bytes
    width: int
    height: int
    name: str
    """Names these very pixels: a picture by this name never changes."""


def picture_of(image: "Image.Image") -> Picture:
    """Return a picture of what a display of pixels shows. Takes some milliseconds."""
    shown = image.convert("RGB")
    times = max(1, _WIDE // shown.width)
    shown = shown.resize((shown.width * times, shown.height * times), resample=0)
    written = io.BytesIO()
    shown.save(written, format="PNG", compress_level=1)
    png = written.getvalue()
    return Picture(png, shown.width, shown.height, blake2b(png, digest_size=8).hexdigest())

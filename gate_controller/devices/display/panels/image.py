"""
A display that is a PNG file, for a screen that something else draws, and for looking at a gate without a display.

The file is written only when its picture changes, under another name first, so that a reader finds a whole picture at
any time. An idle gate goes round its languages for ever: the path belongs on a tmpfs, not on an SD card.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from gate_controller.devices.display.driver import Driver, Size
from gate_controller.devices.errors import DeviceError

if TYPE_CHECKING:
    from pathlib import Path

    from PIL import Image

    from gate_controller.devices.display.card import Card
    from gate_controller.devices.display.panel import Panel, Pictures
    from gate_controller.devices.display.supplies import Supplies
    from gate_controller.devices.display.typesetting.page import Page


def _panel(supplies: Supplies) -> Panel:
    path = supplies.mounting.image_file
    if path is None:
        raise DeviceError("display image: say where its picture is to be: set display.image_file")
    return ImageFile(path, supplies.pictures("RGB"), size=supplies.size)


DRIVERS = (
    Driver(
        name="image",
        kind="PNG in a file",
        sizes=((320, 240),),
        most=(800, 800),  # display.width and display.height go no further
        extra="image",
        make=_panel,
    ),
)


class ImageFile:
    """A picture in a file, as a panel."""

    def __init__(self, path: Path, pictures: Pictures, *, size: Size) -> None:
        """Write an empty picture. Raises `DeviceError`."""
        from PIL import Image  # noqa: PLC0415 - Pillow is brought in by those that have such a display

        self._path = path
        self._pictures = pictures
        self._written: Image.Image | None = None
        self._black = Image.new("RGB", size)
        self._write(self._black)

    def pages(self, card: Card) -> tuple[Page, ...]:
        """Return the card laid out."""
        return self._pictures.pages(card)

    def show(self, page: Page, *, shift: tuple[int, int]) -> None:  # noqa: ARG002 - a file does not age
        """Write the picture of a page, if it is another."""
        image = self._pictures.draw(page)
        if image != self._written:
            self._write(image)

    def dim(self, is_dimmed: bool) -> None:
        """Stay as it is: a file does not age."""

    def refresh(self) -> None:
        """Write the next picture again: the file may have been removed."""
        self._written = None

    def close(self) -> None:
        """Leave an empty picture: nobody is to be told to scan at a gate that does not run."""
        self._write(self._black)

    def _write(self, image: Image.Image) -> None:
        png = io.BytesIO()
        image.save(png, format="PNG")
        beside = self._path.with_name(f".{self._path.name}.new")
        try:
            beside.write_bytes(png.getvalue())
            beside.replace(self._path)
        except OSError as error:
            raise DeviceError(
                f"display image {self._path} cannot be written: make its directory and let this user write there, or"
                f" set display.image_file ({error.strerror or error})"
            ) from error
        self._written = image

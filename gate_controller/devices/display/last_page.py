"""
What a display shows just now, to be drawn once more elsewhere: for people who stand before a screen of their own.

The player's thread says what it shows; any other may ask for it to be drawn, in its own time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

    from gate_controller.devices.display.panel import Characters, Pictures
    from gate_controller.devices.display.typesetting.page import Page


class LastPage:
    """The page that a display shows, and what lays its pages out."""

    def __init__(self) -> None:
        self.layout: Pictures | Characters | None = None
        """What drew it; None before a panel has been made."""
        self.page: Page | None = None
        """None while the display shows nothing, or does not work."""

    def draw(self) -> Image.Image | tuple[str, ...] | None:
        """Return it as an image, unturned, or as rows of letters; None where nothing is shown. May take 50 ms."""
        layout, page = self.layout, self.page
        return layout.draw(page) if layout is not None and page is not None else None

"""
A display of pixels: a card becomes pages, and a page a picture.

The layout follows from the size alone, so that an OLED, a colour panel and a file of the same size look alike.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from gate_controller.devices.display.card import Card, Face
from gate_controller.devices.display.typesetting.fitting import safe
from gate_controller.devices.display.typesetting.page import Box, Page
from gate_controller.devices.display.typesetting.paging import pages
from gate_controller.devices.display.typesetting.sheet import Lettering, Sheet
from gate_controller.devices.errors import DeviceError

if TYPE_CHECKING:
    from PIL import Image

    from gate_controller.devices.display.typesetting.lettering import Letters, PixelMode

LEAST_WIDTH, LEAST_HEIGHT = 96, 32
MOST_SHIFT = 2
"""By so many pixels at most a resting page of one colour is shifted."""

# Below it DejaVu's accents run into their letters.
_LEAST_LETTERS = 10
_STRIP = 3
"""A display so many times as wide as high has all its words beside the symbol."""
_SYMBOL_TENTHS = (4, 3)
"""Of a larger display's shorter side; the smaller symbol gives its room to more words."""
_COARSE = 20
"""From so many pixels on, every other size of letters will do."""
_LARGE = 100
"""From so many pixels of height the symbol may stand above the words."""


class Canvas:
    """Lays out and draws for one size. `mode` is Pillow's: "1" for one colour, "RGB" for many."""

    def __init__(self, width: int, height: int, mode: "PixelMode") -> None:
        """`width` and `height` are pixels. Raises `DeviceError` where Pillow is missing or there is too little room."""
        if width < LEAST_WIDTH or height < LEAST_HEIGHT:
            raise DeviceError(
                f"a display of {width}x{height} pixels is too small for words: the least is "
                f"{LEAST_WIDTH}x{LEAST_HEIGHT}, see display.width and display.height"
            )
        try:
            # ruff: noqa: PLC0415 - Pillow is an extra
            from gate_controller.devices.display.typesetting import lettering, picture
        except ImportError as error:
            raise DeviceError("this display needs Pillow: pip install 'gate-controller[image]'") from error
        self.width = width
        self.height = height
        self.mode = mode
        self._letters = lettering.letters
        self._picture = picture.picture
        self._letterings = {is_resting: tuple(self._all_letterings(is_resting)) for is_resting in (False, True)}
        self._repertoire = lettering.Repertoire(
            lettering.letters(size, is_bold=is_bold, mode=mode)
            for size in sorted({*self._body_sizes(), *self._title_sizes()})
            for is_bold in (False, True)
        )
        self._pages = lru_cache(maxsize=32)(self._laid_out)

    def pages(self, card: Card) -> tuple[Page, ...]:
        """Return the pages of a card, in the order in which they are shown."""
        return self._pages(card)

    def draw(self, page: Page, *, shift: tuple[int, int] = (0, 0)) -> "Image.Image":
        """
        Return the picture of a page, what is on it shifted by so many pixels to the right and down.

        It is shifted only as far as there is a margin, so that no pixel is lost: by `MOST_SHIFT` to either side on a
        resting page of one colour, by less up and down on a low display, not at all on a verdict.
        """
        return self._picture(page, (self.width, self.height), self.mode, shift)

    def _laid_out(self, card: Card) -> tuple[Page, ...]:
        faces = tuple(Face(*map(self._showing, (face.title, face.detail, face.money))) for face in card.faces)
        return pages(replace(card, faces=faces), lambda _: self._letterings[card.is_resting])

    def _showing(self, text: str) -> str:
        return self._repertoire.showing(safe(text))

    def _all_letterings(self, is_resting: bool) -> Iterator[Lettering]:
        sizes = [(size, False) for size in self._body_sizes()]
        # On a small display one line more is often the difference between one page and two.
        sizes += [(size, True) for size in self._body_sizes()[-1:] if self.height < _LARGE]
        least = self._body_sizes()[-1]
        titles = [self._of(size, is_bold=True) for size in self._title_sizes()]
        compact = [self._of(least, is_bold=True, is_tight=True)]
        if self.mode == "1":
            # The longest titles of the house are too wide in bold letters.
            titles.append(self._of(least, is_bold=False))
            compact.append(self._of(least, is_bold=False, is_tight=True))
        # On a display of one colour the band alone makes the money sentence stand out: bold, it would take more lines.
        is_money_bold = self.mode == "RGB"
        for size, is_tight in sizes:
            for sheet in self._sheets(is_resting):
                yield Lettering(
                    sheet=sheet,
                    titles=tuple(
                        compact if is_tight else [title for title in titles if title.size >= size or self.mode == "1"]
                    ),
                    may_wrap_title=size == least,
                    detail=self._of(size, is_bold=False, is_tight=is_tight),
                    money=self._of(size, is_bold=is_money_bold, is_tight=is_tight),
                )

    def _of(self, size: int, *, is_bold: bool, is_tight: bool = False) -> "Letters":
        return self._letters(size, is_bold=is_bold, mode=self.mode, is_tight=is_tight)

    def _sheets(self, is_resting: bool) -> Sequence[Sheet]:
        width, height, short = self.width, self.height, min(self.width, self.height)
        across, down = self._margins(is_resting)
        area = Box(across, down, width - across, height - down)
        gap = max(2, short // 24)
        padding = max(1, short // 40)

        def beside(side: int) -> Sheet:
            return Sheet(area, Box(across, down, across + side, down + side), gap, padding)

        def stacked(side: int) -> Sheet:
            left = (width - side) // 2
            return Sheet(area, Box(left, down, left + side, down + side), gap, padding, is_stacked=True)

        if width >= _STRIP * height:
            return (beside(min(area.height, width // 4)),)
        if height < _LARGE:
            return (beside(area.height // 2),)
        return (
            *(stacked(short * tenths // 10) for tenths in _SYMBOL_TENTHS),
            *(beside(short * tenths // 10) for tenths in _SYMBOL_TENTHS),
        )

    def _margins(self, is_resting: bool) -> tuple[int, int]:
        """Return the free pixels at either side, and at top and bottom."""
        if self.mode == "RGB":
            margin = min(self.width, self.height) // 30
            return margin, margin
        if not is_resting:
            return 0, 0
        # An OLED that shows one thing all day spares itself by shifting it; a low one has rows to spare for nothing.
        return MOST_SHIFT, 0 if self.width >= _STRIP * self.height else 1 if self.height < _LARGE else MOST_SHIFT

    def _body_sizes(self) -> Sequence[int]:
        short = min(self.width, self.height)
        least = max(_LEAST_LETTERS, short * 7 // 100)
        most = max(least + 2, short // 10)
        return range(most, least - 1, -1 if most < _COARSE else -2)

    def _title_sizes(self) -> Sequence[int]:
        short = min(self.width, self.height)
        most = 14 if short < _LARGE else short // 6
        return range(most, self._body_sizes()[-1] - 1, -1 if most < _COARSE else -2)

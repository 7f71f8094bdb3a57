"""
A display of pixels: a card becomes pages, and a page a picture.

The layout follows from the size alone, so that an OLED, a colour panel and a file of the same size look alike.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from gate_controller.devices.display.card import Card, Face
from gate_controller.devices.display.typesetting.fitting import safe
from gate_controller.devices.display.typesetting.layout import leaves
from gate_controller.devices.display.typesetting.page import Box, Page
from gate_controller.devices.display.typesetting.paging import pages
from gate_controller.devices.display.typesetting.sheet import Leaf, Lettering, Sheet, Stand
from gate_controller.devices.errors import DeviceError

if TYPE_CHECKING:
    from PIL import Image

    from gate_controller.devices.display.typesetting.lettering import Letters, PixelMode

LEAST_WIDTH, LEAST_HEIGHT = 96, 32
MOST_SHIFT = 2
"""By so many pixels at most a page of one colour is shifted."""

# Below it DejaVu's accents run into their letters.
_LEAST_LETTERS = 10
_STRIP = 3
"""A display so many times as wide as high has all its words beside the symbol."""
_COARSE = 20
"""From so many pixels on, every other size of letters will do."""
_LARGE = 100
"""A display of so many pixels of height has room for words in full; a smaller one has them in short, but larger."""
_ABOVE_HUNDREDTHS = (44, 36, 32)
"""Of the shorter side, for a symbol above the words: a smaller one gives its room to more of them."""
_BEFORE_HUNDREDTHS = (36, 30, 26)
"""The same for a symbol before the title."""


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
        self.is_small = height < _LARGE
        """Whether it shows words in short, and larger for that."""
        self._letterings = tuple(self._all_letterings())
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

        It is shifted only as far as there is a margin, so that no pixel is lost: by `MOST_SHIFT` to either side where
        there is one colour, by less up and down on a low display.
        """
        return self._picture(page, (self.width, self.height), self.mode, shift)

    def _laid_out(self, card: Card) -> tuple[Page, ...]:
        return pages(card, self._set_face)

    def _set_face(self, face: Face) -> list[Leaf]:
        forms = (face, face.short) if face.short is not None else (face,)
        return leaves(tuple(map(self._showing, forms[-1:] if self.is_small else forms)), self._letterings)

    def _showing(self, face: Face) -> Face:
        title, detail, money = (self._repertoire.showing(safe(text)) for text in (face.title, face.detail, face.money))
        return Face(title, detail, money)

    def _all_letterings(self) -> Iterator[Sequence[Lettering]]:
        ways, sizes = self._sheets(), self._body_sizes()
        if self.is_small:
            # Larger letters are worth more than a symbol above them: a small display is read from nearby, if at all.
            order = [(size, sheets) for size in sizes for sheets in ways]
        else:
            large = [size for size in sizes if size >= sizes[-1] * 6 // 5]
            small = [size for size in sizes if size not in large]
            order = [(size, sheets) for of in (large, small) for sheets in ways for size in of]
        for size, sheets in order:
            yield [self._lettering(sheet, size) for sheet in sheets]
        smallest = ways[-1][-1]
        if self.is_small:
            yield [self._lettering(smallest, sizes[-1], is_tight=True)]
        yield [self._lettering(smallest, sizes[-1], is_tight=self.is_small, is_last=True)]

    def _lettering(self, sheet: Sheet, size: int, *, is_tight: bool = False, is_last: bool = False) -> Lettering:
        least = size - 3 if self.mode == "1" else size if sheet.stand is Stand.BEFORE else size * 5 // 4
        sizes = [] if is_tight else [title for title in self._title_sizes() if title >= least]
        sizes = sizes or [size]
        titles = [self._of(title, is_bold=True, is_tight=is_tight) for title in sizes]
        if self.mode == "1":
            # The longest titles of the house are too wide in bold letters.
            titles.append(self._of(size, is_bold=False, is_tight=is_tight))
        return Lettering(
            sheet=sheet,
            titles=tuple(titles),
            detail=self._of(size, is_bold=False, is_tight=is_tight),
            # On a display of one colour the band alone makes the money sentence stand out: bold, it would take more.
            money=self._of(size, is_bold=self.mode == "RGB", is_tight=is_tight),
            may_break=is_last,
            may_lack_title=sheet.stand is Stand.BESIDE,
            may_run_on=not self.is_small,
        )

    def _of(self, size: int, *, is_bold: bool, is_tight: bool = False) -> "Letters":
        return self._letters(size, is_bold=is_bold, mode=self.mode, is_tight=is_tight)

    def _sheets(self) -> Sequence[Sequence[Sheet]]:
        """Return the ways in which a page may be arranged, the best first, each with smaller and smaller symbols."""
        across, down = self._margins()
        area = Box(across, down, self.width - across, self.height - down)
        short = min(self.width, self.height)
        gap, padding, lead = max(3, short // 20), max(1, short // 30), max(2, short // 40)

        def sheet(stand: Stand, side: int) -> Sheet:
            return Sheet(area, side, stand, gap, padding, lead)

        if self.width >= _STRIP * self.height:
            return ((sheet(Stand.BESIDE, min(area.height - 2, self.width // 4)),),)
        return tuple(
            tuple(sheet(stand, short * hundredths // 100) for hundredths in sides)
            for stand, sides in ((Stand.ABOVE, _ABOVE_HUNDREDTHS), (Stand.BEFORE, _BEFORE_HUNDREDTHS))
        )

    def _margins(self) -> tuple[int, int]:
        """
        Return the free pixels at either side, and at top and bottom.

        An OLED that shows one thing all day spares itself by shifting it; a low one has few rows to spare for that.
        """
        if self.mode == "RGB":
            margin = min(self.width, self.height) // 30
            return margin, margin
        return MOST_SHIFT, 1 if self.is_small else MOST_SHIFT

    def _body_sizes(self) -> Sequence[int]:
        short = min(self.width, self.height)
        least = max(_LEAST_LETTERS, short * 7 // 100)
        most = 14 if short < _LARGE else short // 9
        return range(most, least - 1, -1 if most < _COARSE else -2)

    def _title_sizes(self) -> Sequence[int]:
        short = min(self.width, self.height)
        most = 16 if short < _LARGE else short // 6
        return range(most, self._body_sizes()[-1] - 1, -1 if most < _COARSE else -2)

"""
The letters of a picture: DejaVu Sans as it lies beside this file, loaded once per size.

Of the typesetting, this module, `picture.py` and `symbols.py` name Pillow; `Canvas` brings them in. Letters are set by
Pillow's basic layout, which needs no library of the system: pictures are alike on every machine.
"""

import math
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from PIL import ImageDraw, ImageFont

from gate_controller.devices.display.typesetting.fitting import NO_BREAK_SPACE

PixelMode = Literal["1", "RGB"]

_FOLDER = Path(__file__).parent / "fonts"
_FILES = {False: _FOLDER / "DejaVuSans.ttf", True: _FOLDER / "DejaVuSans-Bold.ttf"}
_TALLEST = "ÀÄÉÖÜÅÇ|("
_DEEPEST = "gjpqyÇç,;|("
# The size at which it is decided what can be shown: large enough that no two characters look alike.
_PROBE_SIZE = 40
_BOX = "\u25a1"
"""Stands for a character the font does not have: a square, no higher than a line at any size."""
_NO_CHARACTER = "\U0010ffff"
_MOST_REMEMBERED = 4096
_LINE_SPACING = 1.12
"""Of the size, from line to line: a descender and an accent below it just do not meet."""


class Letters:
    """The letters of one size and weight: how wide a text is, how far a line reaches, and drawing it."""

    def __init__(self, size: int, *, is_bold: bool, mode: PixelMode, is_tight: bool) -> None:
        """
        `size` is the font's, in pixels; in mode "1" edges are hard, as a display of one colour has them.

        Tight lines leave one row of pixels between descenders and capitals, and none for accents above those.
        """
        self.size = size
        self.is_bold = is_bold
        self._mode = "1" if mode == "1" else "L"
        self._font = _font(size, is_bold=is_bold)
        self.up = max(-self._ink(letter)[1] for letter in _TALLEST)
        """Pixels a line reaches above its base, accents included."""
        self.down = max(self._ink(letter)[3] for letter in _DEEPEST)
        """Pixels a line reaches below its base."""
        self.pitch = size if is_tight else max(size + 1, round(size * _LINE_SPACING))
        """Pixels from one line's base to the next."""
        # No letter is kerned against a space, so a text is as wide as its words: each is measured once.
        self._space = self._advance(" ")
        self._words: dict[str, _Word] = {}

    def measure(self, text: str) -> int:
        """Return the pixels from the first inked one to the last, or to where the next letter would begin."""
        advance = 0
        words = text.split(" ")
        for word in words[:-1]:
            advance += self._word(word).step + self._space
        last = self._word(words[-1])
        return self._word(words[0]).before + advance + max(last.step, last.behind)

    def reach(self, text: str) -> tuple[int, int]:
        """Return how many pixels a text reaches above what it stands on, and below."""
        words = [self._word(word) for word in text.split(" ")]
        return max(word.up for word in words), max(word.down for word in words)

    def draw(self, draw: ImageDraw.ImageDraw, at: tuple[int, int], text: str, colour: int | tuple[int, ...]) -> None:
        """Draw a text whose ink begins at `at[0]` and which stands on row `at[1]`."""
        left, base = at
        # The first letter's ink may begin left of where the letter does: "j".
        draw.text((left - min(0, self._ink(text)[0]), base), text, fill=colour, font=self._font, anchor="ls")

    def _word(self, word: str) -> "_Word":
        found = self._words.get(word)
        if found is None:
            if len(self._words) >= _MOST_REMEMBERED:
                self._words.clear()
            left, top, right, bottom = self._ink(word)
            found = self._words[word] = _Word(self._advance(word), max(0, -left), right, max(0, -top), max(0, bottom))
        return found

    def _advance(self, text: str) -> int:
        return math.ceil(self._font.getlength(text, mode=self._mode))

    def _ink(self, text: str) -> tuple[int, int, int, int]:
        left, top, right, bottom = self._font.getbbox(text, mode=self._mode, anchor="ls")
        return int(left), int(top), int(right), int(bottom)

    def has(self, character: str) -> bool:
        """Return whether the font has a character and it stays inside its line."""
        if not _is_in_font(character, is_bold=self.is_bold):
            return False
        _, top, _, bottom = self._ink(character)
        return -top <= self.up and bottom <= self.down


@dataclass(frozen=True, slots=True)
class _Word:
    """How far a word moves the pen, and how far its ink reaches left and right of where it began, up and down."""

    step: int
    before: int
    behind: int
    up: int
    down: int


class Repertoire:
    """What can be shown in all of some letters: a text is put into it once, and then set in any of them."""

    def __init__(self, every: Iterable[Letters]) -> None:
        self._every = tuple(every)
        self._forms: dict[str, str] = {}

    def showing(self, text: str) -> str:
        """Return the text with what cannot be shown in its plain form, or as a square; nothing becomes a blank."""
        return "".join(self._forms.get(character) or self._look_up(character) for character in text)

    def _look_up(self, character: str) -> str:
        if len(self._forms) >= _MOST_REMEMBERED:
            self._forms.clear()
        found = self._forms[character] = self._form(character)
        return found

    def _form(self, character: str) -> str:
        if character in {" ", NO_BREAK_SPACE}:
            return character
        plain = unicodedata.normalize("NFKC", character).strip()
        without_accents = "".join(
            part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part)
        ).strip()
        for form in (character, plain, without_accents):
            if form and all(letters.has(part) for part in form for letters in self._every):
                return form
        return _BOX


@cache
def letters(size: int, *, is_bold: bool, mode: PixelMode, is_tight: bool = False) -> Letters:
    """Return the letters of a size; the same object each time."""
    return Letters(size, is_bold=is_bold, mode=mode, is_tight=is_tight)


@cache
def _font(size: int, *, is_bold: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_FILES[is_bold]), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=_MOST_REMEMBERED)
def _is_in_font(character: str, *, is_bold: bool) -> bool:
    return _picture(character, is_bold=is_bold) not in (_picture(_NO_CHARACTER, is_bold=is_bold), b"")


def _picture(character: str, *, is_bold: bool) -> bytes:
    mask = _font(_PROBE_SIZE, is_bold=is_bold).getmask(character, mode="1")
    return bytes(mask) if any(mask) else b""

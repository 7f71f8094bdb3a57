"""
The room for one page, and words being set on it line by line, in pixels or in cells.

A line beside the symbol is shorter than one below it; the money sentence stands at the foot of the page where it can.
"""

import unicodedata
from dataclasses import dataclass, replace
from typing import Protocol

from gate_controller.devices.display.typesetting.fitting import sentences, take, wrap
from gate_controller.devices.display.typesetting.page import Box, Line, Part

# Under a title that is repeated on the pages of a long detail: with fewer, the title would be most of the page.
_LEAST_TITLED_LINES = 3


class Typeface(Protocol):
    """Letters of one size, in whatever unit the sheet has."""

    @property
    def size(self) -> int:
        """Return the size, as a `Line` has it."""

    @property
    def is_bold(self) -> bool:
        """Return whether they are bold, as a `Line` has it."""

    @property
    def up(self) -> int:
        """Return how far a line reaches above what it stands on."""

    @property
    def down(self) -> int:
        """Return how far a line reaches below what it stands on."""

    @property
    def pitch(self) -> int:
        """Return how far it is from line to line."""

    def measure(self, text: str) -> int:
        """Return how wide a text is."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The room for one page: `symbol` is taken, and `gap` beside it is left free."""

    area: Box
    symbol: Box
    gap: int
    padding: int = 0
    """Around a money sentence that stands at the foot of the page."""
    is_stacked: bool = False
    """The symbol stands in the middle above the words, which are centred."""

    def row(self, top: int) -> tuple[int, int]:
        """Return where a line begins whose upper edge is at `top`, and how wide it may be."""
        if self.is_cornered and top >= self.symbol.top:
            return self.area.left, self.symbol.left - self.gap - self.area.left
        if self.is_beside and top < self.symbol.bottom:
            left = self.symbol.right + self.gap
            return left, self.area.right - left
        return self.area.left, self.area.width

    @property
    def is_cornered(self) -> bool:
        """Return whether the symbol stands in the lower right corner, behind the last line."""
        return not self.is_stacked and self.symbol.left > self.area.left

    @property
    def is_beside(self) -> bool:
        """Return whether the symbol stands in the upper left corner, before the first lines."""
        return not self.is_stacked and self.symbol.left == self.area.left

    @property
    def top(self) -> int:
        """Where the first line may begin."""
        return self.symbol.bottom if self.is_stacked else self.area.top

    def placed(self, text: str, letters: Typeface, row: tuple[int, int], base: int, part: Part) -> Line:
        """Return a line standing in a row of the sheet."""
        left, room = row
        spare = max(0, room - letters.measure(text)) // 2 if self.is_stacked else 0
        return Line(text, left + spare, base, part, letters.size, letters.is_bold)


@dataclass(frozen=True, slots=True)
class Leaf:
    """The words of one page, set."""

    sheet: Sheet
    lines: tuple[Line, ...]
    bands: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Lettering:
    """A sheet, and the letters for each part of a face."""

    sheet: Sheet
    titles: tuple[Typeface, ...]
    """From the largest: the first is taken that sets the title on one line."""
    detail: Typeface
    money: Typeface
    may_wrap_title: bool = True

    def title_letters(self, title: str, room: int) -> Typeface:
        """Return the letters for a title."""
        return next((letters for letters in self.titles if letters.measure(title) <= room), self.titles[-1])

    def suits(self, title: str) -> bool:
        """Return whether a title is set as it should be."""
        _, room = self.sheet.row(self.sheet.top)
        return self.may_wrap_title or self.title_letters(title, room).measure(title) <= room


@dataclass(frozen=True, slots=True)
class Foot:
    """A money sentence at the foot of a page."""

    top: int
    lines: tuple[Line, ...] = ()
    bands: tuple[Box, ...] = ()

    @classmethod
    def of(cls, money: str, lettering: Lettering) -> "Foot | None":
        """Return the sentence set across the page below the symbol, else beside it; None where it is too long."""
        sheet, letters = lettering.sheet, lettering.money
        if not money:
            return cls(sheet.area.bottom)
        for start in (sheet.symbol.bottom, sheet.top):
            row = left, room = sheet.row(sheet.symbol.top if sheet.is_cornered else start)
            inner = (left + sheet.padding, room - 2 * sheet.padding)
            if (
                any(letters.measure(word) > inner[1] for word in money.split(" "))
                and sheet.row(sheet.area.bottom) != row
            ):
                continue
            texts = wrap(money, inner[1], letters.measure)
            height = letters.up + letters.down + (len(texts) - 1) * letters.pitch + 2 * sheet.padding
            top = sheet.area.bottom - height
            if top >= start:
                base = top + sheet.padding + letters.up
                lines = (
                    sheet.placed(text, letters, inner, base + place * letters.pitch, Part.MONEY)
                    for place, text in enumerate(texts)
                )
                return cls(top, tuple(lines), (Box(left, top, left + room, sheet.area.bottom),))
        return None


class Setter:
    """Sets words on a sheet, from its top down to `bottom`. What it returns is what there was no room for."""

    def __init__(self, lettering: Lettering, *, bottom: int | None = None) -> None:
        self._lettering = lettering
        self._sheet = lettering.sheet
        self._top = self._sheet.top
        self._bottom = self._sheet.area.bottom if bottom is None else bottom
        self._lines: list[Line] = []
        self._bands: list[Box] = []
        self._reached = self._top
        """The lowest row taken: where the band of a money sentence may begin."""
        self._letters = {Part.DETAIL: lettering.detail, Part.MONEY: lettering.money}

    def title(self, title: str, *, is_centred: bool = False) -> str:
        """Set the title; centred, it stands half-way up the symbol where it is all that is beside it."""
        rest = self._set(title, self._title_letters(title), Part.TITLE)
        if is_centred and self._sheet.is_beside:
            spare = min(self._sheet.symbol.bottom, self._bottom) - self._top
            if spare < 0:
                return title
            self._lines = [replace(line, base=line.base + spare // 2) for line in self._lines]
        return rest

    def has_room_for_title(self, title: str) -> bool:
        """Return whether the title leaves room for enough lines of something else."""
        titled, detail = self._title_letters(title), self._lettering.detail
        _, room = self._sheet.row(self._top)
        height = titled.pitch + detail.up + detail.down + (_LEAST_TITLED_LINES - 1) * detail.pitch
        return titled.measure(title) <= room and height <= self._bottom - self._top

    def detail(self, text: str, *, is_below: bool = False, by_sentences: bool = False) -> str:
        """Set a text; below the symbol, or as whole sentences where there is room for one, if told so."""
        if is_below:
            self._top = max(self._top, self._sheet.symbol.bottom)
        self._clear_of(Part.MONEY)
        return self._run(text, Part.DETAIL, by_sentences=by_sentences)

    def money(self, text: str, *, by_sentences: bool = False) -> str:
        """Set the money sentence where it comes, on a band of its own."""
        letters = self._lettering.money
        # Where lines stand as close as they can, accents over capitals alone need the rows in between.
        if letters.pitch > letters.size or _has_accents_above(text):
            self._clear_of(Part.TITLE)
            self._clear_of(Part.DETAIL)
            self._reached = self._top
            self._top += self._sheet.padding
        return self._run(text, Part.MONEY, by_sentences=by_sentences)

    def lines_of(self, part: Part) -> int:
        """Return how many lines of a part are set."""
        return sum(line.part is part for line in self._lines)

    def leaf(self, foot: Foot | None = None) -> Leaf:
        """Return what was set, with a foot."""
        if foot and foot.lines:
            return Leaf(self._sheet, (*self._lines, *foot.lines), foot.bands)
        bands = self._bands
        if bands and self._lines[-1].part is Part.MONEY:
            bands = [*bands[:-1], replace(bands[-1], bottom=self._bottom)]
        return Leaf(self._sheet, tuple(self._lines), tuple(bands))

    def _title_letters(self, title: str) -> Typeface:
        _, room = self._sheet.row(self._top)
        return self._lettering.title_letters(title, room)

    def _clear_of(self, part: Part) -> None:
        """Go below the last line, if it is of this part: lines may overlap by a row or two, but not a band."""
        if self._lines and self._lines[-1].part is part:
            self._top = max(self._top, self._reached)

    def _run(self, text: str, part: Part, *, by_sentences: bool) -> str:
        before = self._kept()
        rest = self._set(text, self._letters[part], part)
        if not rest or not by_sentences:
            return rest
        parts, count = sentences(text), 0
        end = len(parts[0])
        while end <= len(text) - len(rest):
            count += 1
            end += 1 + len(parts[count])
        if count:
            self._go_back(before)
            self._set(" ".join(parts[:count]), self._letters[part], part)
            return " ".join(parts[count:])
        if part is Part.DETAIL and self.lines_of(Part.MONEY):
            self._go_back(before)
            return text  # it has a page of its own before it
        return rest

    def _kept(self) -> tuple[int, int, list[Line], list[Box]]:
        return self._top, self._reached, list(self._lines), list(self._bands)

    def _go_back(self, kept: tuple[int, int, list[Line], list[Box]]) -> None:
        self._top, self._reached, self._lines, self._bands = kept

    def _set(self, text: str, letters: Typeface, part: Part) -> str:
        while text and self._top + letters.up + letters.down <= self._bottom:
            row = left, room = self._sheet.row(self._top)
            has_wider_lines = self._widens(letters, room)
            if part is Part.MONEY:
                row = left + self._sheet.padding, room - 2 * self._sheet.padding
            line, text = take(text, row[1], letters.measure, has_wider_lines=has_wider_lines)
            if line and part is Part.MONEY:
                top = max(self._reached, self._top - self._sheet.padding)
                if room == self._sheet.area.width and self._sheet.is_beside:
                    top = max(top, self._sheet.symbol.bottom)
                bottom = min(self._bottom, self._top + letters.up + letters.down + self._sheet.padding)
                self._bands.append(Box(left, top, left + room, bottom))
                self._reached = max(self._reached, bottom)
            if line:
                self._lines.append(self._sheet.placed(line, letters, row, self._top + letters.up, part))
                self._reached = max(self._reached, self._top + letters.up + letters.down)
            self._top += letters.pitch
        return text

    def _widens(self, letters: Typeface, room: int) -> bool:
        """Return whether a wider line comes further down this page."""
        steps = max(0, -(-(self._sheet.symbol.bottom - self._top) // letters.pitch))
        top = self._top + steps * letters.pitch
        return top + letters.up + letters.down <= self._bottom and self._sheet.row(top)[1] > room


def _has_accents_above(text: str) -> bool:
    return any(letter.isupper() and unicodedata.decomposition(letter) for letter in text)

"""
Words composed into one page: broken into lines, and each line placed.

A page is whole, or it is full of a text that no page has room for. What stands where is the sheet's (`sheet.py`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from gate_controller.devices.display.typesetting.fitting import evened, is_broken, take, wrap
from gate_controller.devices.display.typesetting.page import Box, Line, Part
from gate_controller.devices.display.typesetting.sheet import Leaf, Lettering, Sheet, Stand, Typeface


@dataclass(frozen=True, slots=True)
class _Set:
    """A line before it is known where it stands."""

    text: str
    letters: Typeface
    part: Part


@dataclass(frozen=True, slots=True)
class Whole:
    """A page that has room for all of this: `leaf` sets it. Detail and money are sentences."""

    lettering: Lettering
    title: str
    detail: Sequence[str]
    money: Sequence[str]
    _first: Leaf

    @classmethod
    def of(cls, lettering: Lettering, title: str, detail: Sequence[str], money: Sequence[str]) -> "Whole | None":
        """
        Return such a page, or None where there is no room.

        Each sentence has lines of its own; in small letters they may run on in one paragraph.
        """
        ways = [(detail, money)]
        if lettering.may_run_on and (len(detail) > 1 or len(money) > 1):
            ways.append((_run_on(detail), _run_on(money)))
        for parts in ways:
            leaf = _set(lettering, title, *parts, is_even=False)
            if leaf is not None:
                return cls(lettering, title, *parts, leaf)
        return None

    def leaf(self) -> Leaf:
        """Return the page, its lines as even as can be."""
        # Even lines take no more of them, but other letters may reach further up or down.
        return _set(self.lettering, self.title, self.detail, self.money, is_even=True) or self._first


def _run_on(parts: Sequence[str]) -> tuple[str, ...]:
    return (" ".join(parts),) if parts else ()


def _set(
    lettering: Lettering, title: str, detail: Sequence[str], money: Sequence[str], *, is_even: bool
) -> Leaf | None:
    setter, sheet = _Setter(lettering, is_even=is_even), lettering.sheet
    if money and not title and not detail and sheet.stand is Stand.BEFORE:
        words = setter.lines(money, Part.MONEY)
        return None if words is None else _placed(sheet, words, ())
    foot, heads = setter.lines(money, Part.MONEY, is_foot=True), list(_heads(lettering, title))
    if foot is None or not heads:
        return None
    body = setter.lines(detail, Part.DETAIL, begin=len(heads[0]))
    # What does not fit below the smallest title fits below none.
    if body is None or (len(heads) > 1 and _placed(sheet, [*heads[-1], *body], foot) is None):
        return None
    pages = (_placed(sheet, [*head, *body], foot) for head in heads)
    return next((page for page in pages if page is not None), None)


@dataclass(frozen=True, slots=True)
class _Setter:
    """Breaks the parts of a page into lines."""

    lettering: Lettering
    is_even: bool

    def lines(self, parts: Sequence[str], part: Part, *, begin: int = 0, is_foot: bool = False) -> list[_Set] | None:
        """
        Return the lines of a text's parts, each on lines of its own; None where a word would be broken.

        A part that is too long for the sheet has more lines than there is room for. `begin` is the first line's number.
        """
        sheet = self.lettering.sheet
        letters = self.lettering.detail if part is Part.DETAIL else self.lettering.money
        most = sheet.area.height // letters.pitch + 1
        found: list[_Set] = []
        for text in parts:
            if len(found) > most:
                break
            room = sheet.words.width - (2 * sheet.padding if is_foot else 0)
            first = room if is_foot else sheet.room(begin + len(found))
            broken = wrap(text, first, room, letters.measure, most)
            if not self.lettering.may_break and is_broken(text, broken):
                return None
            if self.is_even and len(broken) > 1:
                broken = evened(broken, first, room, letters.measure)
            found += [_Set(line, letters, part) for line in broken]
        return found


def filled(lettering: Lettering, title: str, text: str, part: Part) -> tuple[Leaf, str]:
    """Return a page with a title, full of a text that is too long for any, and the rest of it."""
    sheet = lettering.sheet
    letters = lettering.titles[-1] if part is Part.TITLE else lettering.detail
    for head in (*_heads(lettering, title), []):
        words, leaf, left = list(head), None, text
        while left:
            line, rest = take(left, sheet.room(len(words)), letters.measure)
            words.append(_Set(line, letters, part))
            fuller = _placed(sheet, words, ())
            if fuller is None:
                break
            leaf, left = fuller, rest
        if leaf is not None:
            return leaf, left
    raise AssertionError("a sheet has room for one line at least")


def _heads(lettering: Lettering, title: str) -> Iterator[list[_Set]]:
    """Yield the ways to set a title, the largest first."""
    if not title:
        yield []
        return
    sheet = lettering.sheet
    fitting = [letters for letters in lettering.titles if letters.measure(title) <= sheet.room(0)]
    for letters in fitting:
        yield [_Set(title, letters, Part.TITLE)]
    if lettering.may_break and not fitting:
        letters = lettering.titles[-1]
        most = sheet.area.height // letters.pitch + 1
        lines = wrap(title, sheet.room(0), sheet.words.width, letters.measure, most)
        yield [_Set(line, letters, Part.TITLE) for line in lines]


def _placed(sheet: Sheet, words: Sequence[_Set], foot: Sequence[_Set]) -> Leaf | None:
    """Return lines where they stand, in the middle of what the foot leaves; None where they do not fit."""
    if _least_height(sheet, words, foot) > sheet.area.height:
        return None
    foot_bases, foot_height = _stacked(foot, lead=0)
    band = foot_height + 2 * sheet.padding if foot else 0
    room = sheet.area.height - band - (sheet.lead if foot else 0)
    symbol_top, bases, height = _spread(sheet, words)
    if height > room:
        return None
    top = sheet.area.top + (room - height) // 2
    band_top = sheet.area.bottom - band
    symbol_left, lines = sheet.area.left, []
    for number, (line, base) in enumerate(zip(words, bases, strict=True)):
        left = _centred(line, sheet.words)
        if number == 0 and sheet.stand is Stand.BEFORE:
            symbol_left = _centred(line, sheet.words, before=sheet.symbol + sheet.gap)
            left = symbol_left + sheet.symbol + sheet.gap
        lines.append(_line(line, left, top + base))
    lines += (
        _line(line, _centred(line, sheet.words), band_top + sheet.padding + base)
        for line, base in zip(foot, foot_bases, strict=True)
    )
    if sheet.stand is Stand.ABOVE:
        symbol_left += (sheet.area.width - sheet.symbol) // 2
    if sheet.stand is Stand.BESIDE:
        top, symbol_top = sheet.area.top, (sheet.area.height - sheet.symbol) // 2
    symbol = Box(symbol_left, top + symbol_top, symbol_left + sheet.symbol, top + symbol_top + sheet.symbol)
    bands = (Box(sheet.words.left, band_top, sheet.words.right, sheet.area.bottom),) if foot else ()
    return Leaf(sheet.area, symbol, tuple(lines), bands)


def _least_height(sheet: Sheet, words: Sequence[_Set], foot: Sequence[_Set]) -> int:
    """Return a height below which these do not fit, which is found sooner than how high they are."""
    above = sheet.symbol if sheet.stand is Stand.ABOVE else 0
    pitches = sum(line.letters.pitch for line in words[1:]) + sum(line.letters.pitch for line in foot[1:])
    return above + pitches + (2 * sheet.padding + foot[0].letters.size // 2 if foot else 0)


def _spread(sheet: Sheet, words: Sequence[_Set]) -> tuple[int, list[int], int]:
    """Return where the symbol's upper edge is and what each line stands on, from the top of it all, and its height."""
    bases, height = _stacked(words, lead=sheet.lead)
    match sheet.stand:
        case Stand.BESIDE:
            return 0, bases, height
        case Stand.ABOVE:
            head = sheet.symbol + (sheet.gap if words else 0)
            return 0, [head + base for base in bases], head + height
        case Stand.BEFORE:
            return _in_first_line(sheet, words, bases, height)


def _in_first_line(
    sheet: Sheet, words: Sequence[_Set], bases: Sequence[int], height: int
) -> tuple[int, list[int], int]:
    """Return the same where symbol and first line stand beside each other, the symbol half-way up the capitals."""
    if not words:
        return 0, [], sheet.symbol
    first = words[0]
    capitals, _ = first.letters.reach("H")
    middle = bases[0] - (capitals + 1) // 2
    symbol_top = middle - sheet.symbol // 2
    above = max(0, -symbol_top)
    moved = [above + base for base in bases]
    symbol_bottom = above + symbol_top + sheet.symbol
    if len(words) > 1:
        second_top = moved[1] - words[1].letters.reach(words[1].text)[0]
        below = max(0, symbol_bottom + sheet.lead - second_top)
        moved[1:] = (base + below for base in moved[1:])
        return above + symbol_top, moved, above + height + below
    return above + symbol_top, moved, max(above + height, symbol_bottom)


def _stacked(lines: Sequence[_Set], *, lead: int) -> tuple[list[int], int]:
    """Return what each line stands on, from the top of the first one's ink, and the height of all."""
    if not lines:
        return [], 0
    up, down = lines[0].letters.reach(lines[0].text)
    bases = [up]
    for above, line in pairwise(lines):
        pitch = line.letters.pitch + (lead if line.part is not above.part else 0)
        up, below = line.letters.reach(line.text)
        if above.letters.size > line.letters.size:
            pitch = max(pitch, down + 1 + up)
        bases.append(bases[-1] + pitch)
        down = below
    return bases, bases[-1] + down


def _centred(line: _Set, words: Box, *, before: int = 0) -> int:
    return words.left + max(0, words.width - before - line.letters.measure(line.text)) // 2


def _line(line: _Set, left: int, base: int) -> Line:
    return Line(line.text, left, base, line.part, line.letters.size, line.letters.is_bold)

"""
The demo's screen: what stands where in a terminal of a given size. Pure: a view and a size in, lines out, and the place
that is left free for the display's picture.

In 80 by 24 all of it has its place; in a smaller terminal the log goes first, then the picture, then vouchers; a
larger one shows a larger picture, and more of the log. The display's words are always there as text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from rich.box import ROUNDED, SQUARE, Box
from rich.cells import cell_len
from rich.panel import Panel
from rich.segment import Segment
from rich.style import Style
from rich.text import Text as Writing

from gate_controller.admission.words.messages import Signal
from gate_controller.demo.cells import fit, visible, wrap
from gate_controller.demo.lines import LAYOUT, Drawing, Ink, Place, ScreenLine, jump
from gate_controller.texts import Text
from gate_controller.web.playground import Holding


@dataclass(frozen=True, slots=True)
class Heard:
    """What the buzzer plays, or has just played."""

    name: str
    beeps: int
    is_sounding: bool


@dataclass(frozen=True, slots=True)
class View:
    """All that the screen shows."""

    text: Text
    signal: Signal | None
    seconds: float
    """For how long the display has shown this."""
    lamps: dict[str, bool]
    is_open: bool
    books: str
    vouchers: Sequence[Holding]
    trouble: str
    log: Sequence[str]
    page: str
    """The address of the staff's page."""
    typed: str
    is_ending: bool
    contacts: dict[str, bool] = field(default_factory=dict)
    heard: Heard | None = None
    letters: Sequence[str] = ()
    """What a display of letters shows; each row is as wide as it is."""
    cells_wide: float | None = None
    """The picture of a display of pixels: how many columns it takes for each row. None: there is none."""


PAGE_SECONDS = 2.5
"""How long each part of a long message stays: a verdict stays for two of them."""

# Under this, lamps and arm, or the line to type in, would have no room.
_LEAST_WIDTH, _LEAST_HEIGHT = 60, 10

# From here on there is a line for sound and contacts, and from there on a display beside the words.
_SENSES_HEIGHT, _DISPLAY_WIDTH = 12, 72

_WIDEST = 100
_BOX_LINES, _BOX_LINES_MOST, _BOX_LINES_LEAST = 5, 7, 3
_WORDS_CELLS = 52  # what lamps and arm take beside a picture
_ROOMY_WIDTH = 60  # what they take with wider gaps
_PICTURE_ROWS_MOST = 30
_LOG_LINES, _LOG_LINES_MOST = 3, 12
_TITLE_CELLS, _BALANCE_CELLS = 14, 8
_LAMPS = {"yellow": Ink.YELLOW, "green": Ink.GREEN, "red": Ink.RED}
_FRAMES = {
    Signal.ADMITTED: Ink.GREEN,
    Signal.HELD_OPEN: Ink.GREEN,
    Signal.REFUSED: Ink.RED,
    Signal.OUT_OF_SERVICE: Ink.RED,
    Signal.CHECKING: Ink.YELLOW,
}
_KEYS = "e: exit  a: alarm  k: key  f: fault  l: language  q: quit"
_HINT = " a number or a code, then Enter"
_ENDING = "ending, when the visitor is served; q again: at once"
_SOUND_CELLS = 16


@dataclass(frozen=True, slots=True)
class _Plan:
    """How the lines are shared out."""

    box: int
    """The lines inside the box with the words."""
    beside: int
    """The cells that a display takes to the left of the words, lamps and sound; 0: there is none."""
    has_senses: bool
    rows: int
    log: int
    place: Place | None


def picture(view: View, width: int, height: int) -> Drawing:
    """Return the screen: at most `height` lines of at most `width` cells."""
    if width < _LEAST_WIDTH or height < _LEAST_HEIGHT:
        return Drawing([(Segment(fit("Make the terminal larger.", width)),)])
    plan = _planned(view, width, height)
    lines = _upper(view, plan, min(width - plan.beside, _WIDEST))
    width = min(width, _WIDEST)
    lines += [
        (Segment(fit(f"  books  {visible(view.books)}", width)),),
        *([(Segment("  page   "), Segment(fit(view.page, width - 9), Ink.CYAN))] if height > _LEAST_HEIGHT else []),
        *_vouchers(view, width, plan.rows),
        *((Segment(fit(f"  {line}", width - 1), Ink.DIM),) for line in _latest(view.log, plan.log)),
        _trouble(view, width),
        (Segment(fit(f"  {_ENDING if view.is_ending else _KEYS}", width)),),
        _prompt(view, width),
    ]
    return Drawing(lines[:height], plan.place)


def _planned(view: View, width: int, height: int) -> _Plan:
    rows = (len(view.vouchers) + 1) // 2
    has_senses = height >= _SENSES_HEIGHT
    # The frame's two lines, lamps and arm, sound and contacts, books, page, fault, keys, prompt.
    others = 8 + has_senses
    spare = height - others - _BOX_LINES - rows
    log = max(0, min(spare, _LOG_LINES))
    if spare < 0:
        rows = max(0, rows + spare)
    box = max(_BOX_LINES_LEAST, min(_BOX_LINES, height - others))
    left = spare - log
    beside, place = 0, None
    if width >= _DISPLAY_WIDTH and box == _BOX_LINES:
        if view.cells_wide is not None and spare >= 0:
            place = _place(view.cells_wide, width, box + 4 + left * 3 // 4)
            beside = place.columns + 2
        elif view.letters:
            beside = len(view.letters[0]) + 6
    if left > 0:
        grown = min(_BOX_LINES_MOST, box + left // 2)
        taken = grown - box if place is None else max(grown - box, place.rows - box - 4)
        box, log = grown, min(_LOG_LINES_MOST, log + left - taken)
    return _Plan(box, beside, has_senses, rows, log, place)


def _place(cells_wide: float, width: int, most: int) -> Place:
    """Return the largest place of at most so many rows that leaves the words their room."""
    room = width - 2 - _WORDS_CELLS
    rows = max(1, min(most, _PICTURE_ROWS_MOST, int(room / cells_wide)))
    return Place(row=1, column=3, rows=rows, columns=max(1, min(room, round(rows * cells_wide))))


def _upper(view: View, plan: _Plan, width: int) -> list[ScreenLine]:
    """Return the display, the words, lamps and sound: the picture or the letters to the left of the rest."""
    words = [*_words(view, plan, width), _machine(view, width), *([_senses(view)] if plan.has_senses else [])]
    if not plan.beside:
        return words
    display = _letters(view) if plan.place is None else [()] * plan.place.rows
    return [
        # The words are where they are, whatever the terminal takes for the width of a symbol before them.
        (*(left or (Segment(" " * plan.beside),)), jump(plan.beside + 1), *right)
        for left, right in zip_longest(display, words, fillvalue=())
    ]


def _words(view: View, plan: _Plan, width: int) -> list[ScreenLine]:
    inside, room = width - 6, plan.box
    money = wrap(view.text.money, inside)[: room - 1]
    detail = wrap(view.text.detail, inside)
    part = max(0, room - 1 - len(money))
    pages = max(1, -(-len(detail) // part)) if part else 1
    page = int(view.seconds / PAGE_SECONDS) % pages
    lines = [Writing(visible(view.text.title), Ink.BOLD), *map(Writing, detail[page * part : (page + 1) * part])]
    lines += [Writing(line, Ink.BOLD) for line in money]
    lines += [Writing()] * (room - len(lines))
    mark = f"{page + 1}/{pages}" if pages > 1 else None
    frame = _FRAMES.get(view.signal or Signal.IDLE, Ink.CYAN)
    return _framed(lines, width - 2, ROUNDED, frame, from_column=plan.beside, mark=mark)


def _letters(view: View) -> list[ScreenLine]:
    rows = [Writing(row, Ink.BOLD) for row in view.letters]
    return _framed(rows, len(view.letters[0]) + 4, SQUARE, Ink.DIM)


def _framed(
    lines: list[Writing], width: int, box: Box, style: Style, *, from_column: int = 0, mark: str | None = None
) -> list[ScreenLine]:
    """Return lines in a frame; its right edge is where it is, whatever the terminal takes for what is before it."""
    inside = Writing("\n", no_wrap=True, overflow="ellipsis").join(lines)
    panel = Panel(inside, box, border_style=style, subtitle=mark, subtitle_align="right")
    top, *rows, bottom = LAYOUT.render_lines(panel, LAYOUT.options.update(width=width))
    rows = [[*row[:-1], jump(from_column + width + 2), row[-1]] for row in rows]
    return [(Segment("  "), *line) for line in (top, *rows, bottom)]


def _machine(view: View, width: int) -> ScreenLine:
    gap, named = ("   ", Segment("gate  ")) if width >= _ROOMY_WIDTH else ("  ", Segment(""))
    spans = [Segment("  lamps  ")]
    for name, is_lit in view.lamps.items():
        spans += [_mark(name, is_lit, _LAMPS[name]), Segment(gap)]
    arm = Segment("▐      ▌ OPEN", Ink.GREEN) if view.is_open else Segment("▐══════▌ closed", Ink.BOLD)
    return (*spans, named, arm)


def _senses(view: View) -> ScreenLine:
    heard = view.heard
    notes = "" if heard is None else f"{'♪ ' * heard.beeps}{heard.name}"
    style = Ink.CYAN if heard is not None and heard.is_sounding else None
    spans = [Segment("  sound  "), Segment(fit(notes, _SOUND_CELLS), style)]
    for name, is_active in view.contacts.items():
        spans += [Segment("  "), _mark(name, is_active, Ink.YELLOW)]
    return tuple(spans)


def _mark(name: str, is_on: bool, style: Style) -> Segment:
    return Segment(f"● {name.upper()}", style) if is_on else Segment(f"○ {name}", Ink.DIM)


def _vouchers(view: View, width: int, rows: int) -> Iterator[ScreenLine]:
    column = (width - 3) // 2  # two blanks before, one between
    for row in range(rows):
        places = [place for place in (row, row + (len(view.vouchers) + 1) // 2) if place < len(view.vouchers)]
        yield (Segment("  " + " ".join(_voucher(place, view.vouchers[place], column) for place in places)),)


def _voucher(place: int, voucher: Holding, room: int) -> str:
    named = f"{place + 1:>2} {voucher.code:<12} "
    title = room - len(named) - _BALANCE_CELLS
    if title < _TITLE_CELLS:
        return fit(f"{named}{voucher.name}", room)
    left = "" if voucher.left is None else f"{voucher.left / 100:.2f}"
    return fit(f"{named}{fit(voucher.name, title)}{left:>{_BALANCE_CELLS}}", room)


def _latest(lines: Sequence[str], count: int) -> list[str]:
    shown = [visible(line) for line in lines[-count:]] if count else []
    return shown + [""] * (count - len(shown))


def _trouble(view: View, width: int) -> ScreenLine:
    style = Ink.YELLOW if view.trouble else Ink.DIM
    return (Segment("  fault  "), Segment(fit(view.trouble or "none", width - 10), style))


def _prompt(view: View, width: int) -> ScreenLine:
    room = width - 12
    typed = visible(view.typed[-room:])
    while cell_len(typed) > room:
        typed = typed[1:]
    hint = "" if typed or view.is_ending else _HINT
    return (Segment("  scan>  ", Ink.BOLD), Segment(typed), Segment(" ", Ink.CURSOR), Segment(hint, Ink.DIM))

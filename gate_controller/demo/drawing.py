"""
The demo's screen: what stands where in a terminal of a given size. Pure: a view and a size in, lines out, and the place
that is left free for the display's picture.

In 80 by 24 all of it has its place; in a smaller terminal the log goes first, then the picture, then vouchers; a
larger one shows a larger picture, and more of the log. The display's words are always there as text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from gate_controller.admission.words.messages import Signal
from gate_controller.demo.cells import fit, visible, wrap
from gate_controller.demo.cells import width as width_of
from gate_controller.demo.lines import Drawing, Line, Place, Span, Style
from gate_controller.texts import Text


@dataclass(frozen=True, slots=True)
class Holding:
    """A voucher to hold under the scanner: its code, what it is, and what is on it now."""

    code: str
    title: str
    balance: str


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
_LAMPS = {"yellow": Style.YELLOW, "green": Style.GREEN, "red": Style.RED}
_FRAMES = {
    Signal.ADMITTED: Style.GREEN,
    Signal.HELD_OPEN: Style.GREEN,
    Signal.REFUSED: Style.RED,
    Signal.OUT_OF_SERVICE: Style.RED,
    Signal.CHECKING: Style.YELLOW,
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
        return Drawing([(Span(fit("Make the terminal larger.", width)),)])
    plan = _planned(view, width, height)
    lines = _upper(view, plan, min(width - plan.beside, _WIDEST))
    width = min(width, _WIDEST)
    lines += [
        (Span(fit(f"  books  {visible(view.books)}", width)),),
        *([()] if plan.rows else []),
        *_vouchers(view, width, plan.rows),
        *((Span(fit(f"  {line}", width - 1), Style.DIM),) for line in _latest(view.log, plan.log)),
        _trouble(view, width),
        (Span(fit(f"  {_ENDING if view.is_ending else _KEYS}", width)),),
        _prompt(view, width),
    ]
    return Drawing(lines[:height], plan.place)


def _planned(view: View, width: int, height: int) -> _Plan:
    rows = (len(view.vouchers) + 1) // 2
    has_senses = height >= _SENSES_HEIGHT
    # The frame's two lines, lamps and arm, sound and contacts, books, a blank line, fault, keys, prompt.
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


def _upper(view: View, plan: _Plan, width: int) -> list[Line]:
    """Return the display, the words, lamps and sound: the picture or the letters to the left of the rest."""
    words = [*_words(view, plan, width), _machine(view, width), *([_senses(view)] if plan.has_senses else [])]
    if not plan.beside:
        return words
    display: list[Line] = list(_letters(view)) if plan.place is None else [()] * plan.place.rows
    return [
        # The words are where they are, whatever the terminal takes for the width of a symbol before them.
        (*(left or (Span(" " * plan.beside),)), *_moved(right, plan.beside + 1))
        for left, right in zip_longest(display, words, fillvalue=())
    ]


def _moved(line: Line, column: int) -> Line:
    return (replace(line[0], column=column), *line[1:]) if line else ()


def _words(view: View, plan: _Plan, width: int) -> Iterator[Line]:
    inside, room = width - 6, plan.box
    frame = _FRAMES.get(view.signal or Signal.IDLE, Style.CYAN)
    money = wrap(view.text.money, inside)[: room - 1]
    detail = wrap(view.text.detail, inside)
    part = max(0, room - 1 - len(money))
    pages = max(1, -(-len(detail) // part)) if part else 1
    page = int(view.seconds / PAGE_SECONDS) % pages
    texts = [(line, Style.PLAIN) for line in detail[page * part : (page + 1) * part]]
    texts = [(visible(view.text.title), Style.BOLD), *texts, *((line, Style.BOLD) for line in money)]
    texts += [("", Style.PLAIN)] * (room - len(texts))
    mark = f" {page + 1}/{pages} ─" if pages > 1 else ""
    right = plan.beside + width - 1
    yield (Span("  "), Span(f"╭{'─' * (inside + 2)}╮", frame))
    for text, style in texts:
        yield (Span("  "), Span("│ ", frame), Span(fit(text, inside), style), Span(" │", frame, column=right))
    yield (Span("  "), Span(f"╰{'─' * (inside + 2 - len(mark))}{mark}╯", frame))


def _letters(view: View) -> Iterator[Line]:
    edge = "─" * (len(view.letters[0]) + 2)
    right = len(view.letters[0]) + 5
    yield (Span("  "), Span(f"┌{edge}┐", Style.DIM))
    for row in view.letters:
        yield (Span("  "), Span("│ ", Style.DIM), Span(row, Style.BOLD), Span(" │", Style.DIM, column=right))
    yield (Span("  "), Span(f"└{edge}┘", Style.DIM))


def _machine(view: View, width: int) -> Line:
    gap, named = ("   ", Span("gate  ")) if width >= _ROOMY_WIDTH else ("  ", Span(""))
    spans = [Span("  lamps  ")]
    for name, is_lit in view.lamps.items():
        spans += [_mark(name, is_lit, _LAMPS[name]), Span(gap)]
    arm = Span("▐      ▌ OPEN", Style.GREEN) if view.is_open else Span("▐══════▌ closed", Style.BOLD)
    return (*spans, named, arm)


def _senses(view: View) -> Line:
    heard = view.heard
    notes = "" if heard is None else f"{'♪ ' * heard.beeps}{heard.name}"
    style = Style.CYAN if heard is not None and heard.is_sounding else Style.PLAIN
    spans = [Span("  sound  "), Span(fit(notes, _SOUND_CELLS), style)]
    for name, is_active in view.contacts.items():
        spans += [Span("  "), _mark(name, is_active, Style.YELLOW)]
    return tuple(spans)


def _mark(name: str, is_on: bool, style: Style) -> Span:
    return Span(f"● {name.upper()}", style) if is_on else Span(f"○ {name}", Style.DIM)


def _vouchers(view: View, width: int, rows: int) -> Iterator[Line]:
    column = (width - 3) // 2  # two blanks before, one between
    for row in range(rows):
        places = [place for place in (row, row + (len(view.vouchers) + 1) // 2) if place < len(view.vouchers)]
        yield (Span("  " + " ".join(_voucher(place, view.vouchers[place], column) for place in places)),)


def _voucher(place: int, voucher: Holding, room: int) -> str:
    named = f"{place + 1:>2} {voucher.code:<12} "
    title = room - len(named) - _BALANCE_CELLS
    if title < _TITLE_CELLS:
        return fit(f"{named}{voucher.title}", room)
    return fit(f"{named}{fit(voucher.title, title)}{voucher.balance:>{_BALANCE_CELLS}}", room)


def _latest(lines: Sequence[str], count: int) -> list[str]:
    shown = [visible(line) for line in lines[-count:]] if count else []
    return shown + [""] * (count - len(shown))


def _trouble(view: View, width: int) -> Line:
    style = Style.YELLOW if view.trouble else Style.DIM
    return (Span("  fault  "), Span(fit(view.trouble or "none", width - 10), style))


def _prompt(view: View, width: int) -> Line:
    room = width - 12
    typed = visible(view.typed[-room:])
    while width_of(typed) > room:
        typed = typed[1:]
    hint = "" if typed else _HINT
    return (Span("  scan>  ", Style.BOLD), Span(typed), Span(" ", Style.CURSOR), Span(hint, Style.DIM))

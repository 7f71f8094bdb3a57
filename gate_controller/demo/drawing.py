"""
The demo's picture: what stands where in a terminal of a given size. Pure: a view and a size in, lines out.

In 80 by 24 all of it has its place; in a smaller terminal the log goes first, then vouchers; a larger one shows more
of the log.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from gate_controller.admission.messages import Signal
from gate_controller.demo.cells import fit, visible, wrap
from gate_controller.demo.cells import width as width_of
from gate_controller.texts import Text


class Style(Enum):
    """How a piece of text looks; the value is its SGR code (ECMA-48)."""

    PLAIN = ""
    BOLD = "1"
    DIM = "2"
    GREEN = "1;32"
    RED = "1;31"
    YELLOW = "1;33"
    CYAN = "1;36"
    CURSOR = "7"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line. `column` (from 1) puts it there, however wide the terminal takes what stands before it."""

    text: str
    style: Style = Style.PLAIN
    column: int | None = None


Line = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Holding:
    """A voucher to hold under the scanner: its code, what it is, and what is on it now."""

    code: str
    title: str
    balance: str


@dataclass(frozen=True, slots=True)
class View:
    """All that the picture shows."""

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


PAGE_SECONDS = 2.5
"""How long each part of a long message stays: a verdict stays for two of them."""

# Under this, lamps and arm, or the line to type in, would have no room.
_LEAST_WIDTH, _LEAST_HEIGHT = 60, 10

_WIDEST = 100
_BOX_LINES, _BOX_LINES_MOST, _BOX_LINES_LEAST = 5, 7, 3
_LOG_LINES, _LOG_LINES_MOST = 3, 12
_TITLE_CELLS, _BALANCE_CELLS = 14, 8
_LAMPS = {"yellow": Style.YELLOW, "green": Style.GREEN, "red": Style.RED}
_FRAMES = {
    Signal.ADMITTED: Style.GREEN,
    Signal.REFUSED: Style.RED,
    Signal.OUT_OF_SERVICE: Style.RED,
    Signal.CHECKING: Style.YELLOW,
}
_KEYS = "number or code + Enter: scan   l: language   f: next fault   q: quit"
_ENDING = "ending: the visitor in the lane is served first; q once more ends at once"


def picture(view: View, width: int, height: int) -> list[Line]:
    """Return the lines of the screen, at most `height` of at most `width` cells."""
    if width < _LEAST_WIDTH or height < _LEAST_HEIGHT:
        return [(Span(fit("Make the terminal larger.", width)),)]
    width = min(width, _WIDEST)
    rows = (len(view.vouchers) + 1) // 2
    # The frame's two lines, lamps and arm, books, a blank line, fault, keys, prompt.
    spare = height - 8 - _BOX_LINES - rows
    log = max(0, min(spare, _LOG_LINES))
    if spare < 0:
        rows = max(0, rows + spare)
    box = max(_BOX_LINES_LEAST, min(_BOX_LINES, height - 8))
    spare -= log
    if spare > 0:
        box = min(_BOX_LINES_MOST, box + spare // 2)
        log = min(_LOG_LINES_MOST, log + spare - (box - _BOX_LINES))
    lines = [
        *_display(view, width, box),
        _machine(view),
        (Span(fit(f"  books  {visible(view.books)}", width)),),
        *([()] if rows else []),
        *_vouchers(view, width, rows),
        *((Span(fit(f"  {line}", width - 1), Style.DIM),) for line in _latest(view.log, log)),
        _trouble(view, width),
        (Span(fit(f"  {_ENDING if view.is_ending else _KEYS}", width)),),
        _prompt(view, width),
    ]
    return lines[:height]


def _display(view: View, width: int, room: int) -> Iterator[Line]:
    inside = width - 6
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
    yield (Span("  "), Span(f"╭{'─' * (inside + 2)}╮", frame))
    for text, style in texts:
        yield (Span("  "), Span("│ ", frame), Span(fit(text, inside), style), Span(" │", frame, column=width - 1))
    yield (Span("  "), Span(f"╰{'─' * (inside + 2 - len(mark))}{mark}╯", frame))


def _machine(view: View) -> Line:
    spans = [Span("  lamps  ")]
    for name, is_lit in view.lamps.items():
        spans.append(Span(f"● {name.upper()}", _LAMPS[name]) if is_lit else Span(f"○ {name}", Style.DIM))
        spans.append(Span("   "))
    arm = Span("▐      ▌ OPEN", Style.GREEN) if view.is_open else Span("▐══════▌ closed", Style.BOLD)
    return (*spans, Span("gate  "), arm)


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
    return (Span("  scan>  ", Style.BOLD), Span(typed), Span(" ", Style.CURSOR))

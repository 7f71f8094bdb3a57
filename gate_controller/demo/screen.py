"""
The gate in a terminal of 80 by 24 or more: display, lamps, arm, money, and vouchers to hold under the scanner.

Plain ANSI on the alternate screen, redrawn in place when something changes; however the demo ends, the terminal is
given back as it was.
"""

import asyncio
import logging
import os
import shutil
import sys
import termios
import textwrap
import tty
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from typing_extensions import override

from gate_controller.admission.messages import MoneyFate, Signal
from gate_controller.demo.stage import Stage, staged
from gate_controller.eguma.simulator import SAMPLES
from gate_controller.texts import Language, format_amount

TICK_SECONDS = 0.1
"""How often lamps and arm are looked at: fast enough for a pulse of half a second."""

_WIDTH, _HEIGHT = 80, 24
_BOX = 5
_LOG_LINES = 3
_COLOURS = {"yellow": "33", "green": "32", "red": "31"}
_FRAMES = {Signal.ADMITTED: "32", Signal.REFUSED: "31", Signal.OUT_OF_SERVICE: "31", Signal.CHECKING: "33"}
_ENTER, _BACKSPACE, _END = {"\r", "\n"}, {"\x7f", "\b"}, {"\x03", "\x04"}


class _LastLines(logging.Handler):
    """Keeps the newest lines of the log for the screen."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: deque[str] = deque(maxlen=_LOG_LINES)

    @override
    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if not text.startswith("display="):
            self.lines.append("".join(c if c.isprintable() else " " for c in text))


class Screen:
    """Draws a stage and takes keys."""

    def __init__(self, stage: Stage, log: _LastLines, language: Language) -> None:
        self._stage = stage
        self._log = log
        self._language = language
        self._typed = ""
        self._drawn = ""
        self.ended = asyncio.Event()

    def key(self, character: str) -> None:
        """Take one typed character."""
        if character in _END or (not self._typed and character in {"q", "Q"}):
            self.ended.set()
        elif not self._typed and character in {"l", "L"}:
            languages = list(Language)
            self._language = languages[(languages.index(self._language) + 1) % len(languages)]
        elif not self._typed and character in {"n", "N"}:
            self._stage.set_trouble(network=not self._stage.network_is_down, lost_answers=False)
        elif not self._typed and character in {"a", "A"}:
            self._stage.set_trouble(network=False, lost_answers=not self._stage.answers_get_lost)
        elif character in _ENTER:
            self._enter()
        elif character in _BACKSPACE:
            self._typed = self._typed[:-1]
        elif character.isprintable():
            self._typed = (self._typed + character)[-60:]
        self.draw()

    def _enter(self) -> None:
        typed, self._typed = self._typed.strip(), ""
        place = int(typed) - 1 if typed.isdecimal() and len(typed) <= len(str(len(SAMPLES))) else -1
        if 0 <= place < len(SAMPLES):
            self._stage.scan(SAMPLES[place].code)
        elif typed:
            self._stage.scan(typed)

    def draw(self) -> None:
        """Draw what has changed since the last time."""
        size = shutil.get_terminal_size((_WIDTH, _HEIGHT))
        lines = list(self._lines(min(size.columns, 100)))[: size.lines]
        frame = "\x1b[H" + "\r\n".join(f"{line}\x1b[0m\x1b[K" for line in lines) + "\x1b[J"
        if frame != self._drawn:
            self._drawn = frame
            sys.stdout.write(frame)
            sys.stdout.flush()

    def _lines(self, width: int) -> Iterator[str]:
        stage = self._stage
        yield from self._display(width)
        lamps = "   ".join(_lamp(name, lit=lit) for name, lit in stage.lamps.items())
        arm = "\x1b[1;32m/  OPEN  \x1b[0m" if stage.is_open else "\x1b[1m|==| closed\x1b[0m"
        yield f"  lamps  {lamps}      gate  {arm}"
        charged = format_amount(stage.charged, stage.settings.admission.currency, self._language)
        yield f"  E-GUMA's books: {charged} charged in all"
        yield ""
        yield from self._vouchers(width)
        yield ""
        for line in [*self._log.lines] + [""] * (_LOG_LINES - len(self._log.lines)):
            yield f"  \x1b[2m{line[: width - 4]}"
        network = "back" if stage.network_is_down else "down"
        answers = "kept" if stage.answers_get_lost else "lost"
        yield f"  number or code: scan  l: language  n: network {network}  a: answers {answers}  q: quit"
        yield f"  scan> {self._typed}\x1b[7m \x1b[0m"

    def _display(self, width: int) -> Iterator[str]:
        text, message = self._stage.text(self._language), self._stage.now.message
        colour = _FRAMES.get(message.signal or Signal.IDLE, "36")
        inside = width - 6
        body = [*textwrap.wrap(text.detail, inside)]
        money = textwrap.wrap(text.money, inside) if message.fate is not MoneyFate.NOTHING_YET else []
        room = _BOX - 1 - len(money)
        if len(body) > room:
            body = [*body[: room - 1], body[room - 1][: inside - 2] + " …"]
        lines = [f"\x1b[1m{text.title}\x1b[0m", *body, *(f"\x1b[1m{line}\x1b[0m" for line in money)]
        yield f"  \x1b[{colour}m╭{'─' * (inside + 2)}╮"
        for line in lines + [""] * (_BOX - len(lines)):
            plain = line.replace("\x1b[1m", "").replace("\x1b[0m", "")
            yield f"  \x1b[{colour}m│\x1b[0m {line}{' ' * (inside - len(plain))} \x1b[{colour}m│"
        yield f"  \x1b[{colour}m╰{'─' * (inside + 2)}╯"

    def _vouchers(self, width: int) -> Iterator[str]:
        half = (len(SAMPLES) + 1) // 2
        column = (width - 4) // 2
        for place in range(half):
            cells = [self._voucher(index) for index in (place, place + half) if index < len(SAMPLES)]
            fitted = [cell if len(cell) < column else f"{cell[: column - 2]}…" for cell in cells]
            yield "  " + "".join(f"{cell:<{column}}" for cell in fitted)

    def _voucher(self, index: int) -> str:
        sample = SAMPLES[index]
        return f"{index + 1:>2} {sample.code:<12} {sample.title}"


def _lamp(name: str, *, lit: bool) -> str:
    return f"\x1b[1;{_COLOURS[name]}m● {name.upper()}\x1b[0m" if lit else f"\x1b[2m○ {name}\x1b[0m"


async def show(language: Language) -> int:
    """Run the demo in this terminal until the person quits; return the exit code."""
    log = _LastLines()
    root = logging.getLogger()
    root.handlers[:] = [log]
    root.setLevel(logging.INFO)
    with _own_terminal():
        async with staged() as stage:
            screen = Screen(stage, log, language)
            stage.on_change = screen.draw
            keyboard = sys.stdin.fileno()
            asyncio.get_running_loop().add_reader(keyboard, lambda: _keys(keyboard, screen))
            try:
                while not screen.ended.is_set():
                    screen.draw()
                    try:
                        await asyncio.wait_for(screen.ended.wait(), TICK_SECONDS)
                    except TimeoutError:
                        continue
            finally:
                asyncio.get_running_loop().remove_reader(keyboard)
    return 0


def _keys(keyboard: int, screen: Screen) -> None:
    typed = os.read(keyboard, 1024).decode(errors="ignore")
    if not typed:  # the terminal is gone
        screen.ended.set()
    elif not typed.startswith("\x1b"):  # arrows and the like
        for character in typed:
            screen.key(character)


@contextmanager
def _own_terminal() -> Iterator[None]:
    keyboard = sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)
    tty.setraw(keyboard, termios.TCSANOW)
    sys.stdout.write("\x1b[?1049h\x1b[?25l\x1b[2J")
    try:
        yield
    finally:
        sys.stdout.write("\x1b[?25h\x1b[?1049l")
        sys.stdout.flush()
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)

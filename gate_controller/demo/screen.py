"""
The gate in a terminal: its display, lamps and arm, E-GUMA's books, and vouchers to hold under the scanner.

Redrawn when something happens and a few times a second; the log, and whatever else would write to the terminal, goes
into the picture.
"""

import asyncio
import io
import logging
import os
import signal
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr

from typing_extensions import override

from gate_controller.demo.drawing import picture
from gate_controller.demo.keyboard import PAUSE_SECONDS, Keyboard, Wish
from gate_controller.demo.stage import Stage, staged
from gate_controller.demo.terminal import Terminal, borrowed
from gate_controller.demo.viewing import Log, Viewer
from gate_controller.eguma.simulator import SAMPLES
from gate_controller.texts import Language

# How often lamps and arm are looked at: often enough for a pulse of half a second.
_TICK_SECONDS = 0.1

# A gate that ends by itself has said why just before.
_LAST_WORDS = 5


class _Stray(io.TextIOBase):
    """Takes what something writes to stderr, which would tear the picture."""

    def __init__(self, lines: deque[str]) -> None:
        self._lines = lines

    @override
    def write(self, text: str, /) -> int:
        self._lines.extend(line for line in text.splitlines() if line.strip())
        return len(text)


class Screen:
    """A stage on a terminal, for one person with a keyboard."""

    def __init__(self, stage: Stage, terminal: Terminal, log: Log, language: Language) -> None:
        self._stage = stage
        self._terminal = terminal
        self._viewer = Viewer(stage, log)
        self._language = language
        self._silence: asyncio.TimerHandle | None = None
        self._keyboard = Keyboard(self._scan, self._wish)
        self._is_ending = False
        stage.on_change = self.draw

    def read(self) -> None:
        """Take what has been typed."""
        try:
            data = os.read(sys.stdin.fileno(), 4096)
        except OSError:
            data = b""
        if not data:  # the terminal is gone
            asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
            self._end()
            return
        self._keyboard.feed(data)
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None
        if self._keyboard.wants_pause:
            self._silence = asyncio.get_running_loop().call_later(PAUSE_SECONDS, self._keyboard.pause)
        self.draw()

    def draw(self) -> None:
        """Show how things stand."""
        view = self._viewer.view(self._language, typed=self._keyboard.typed, is_ending=self._is_ending)
        self._terminal.draw(picture(view, *self._terminal.size))

    def resized(self) -> None:
        """Draw anew for a terminal of another size."""
        self._terminal.forget()
        self.draw()

    def _scan(self, typed: str) -> None:
        # A ShortCode is a number too: one with a 0 before it, or higher than the list is long, is a code.
        is_place = typed.isascii() and typed.isdecimal() and typed[0] != "0" and len(typed) <= len(str(len(SAMPLES)))
        place = int(typed) - 1 if is_place else len(SAMPLES)
        self._stage.scan(SAMPLES[place].code if place < len(SAMPLES) else typed)

    def _wish(self, wish: Wish) -> None:
        match wish:
            case Wish.LANGUAGE:
                languages = list(Language)
                self._language = languages[(languages.index(self._language) + 1) % len(languages)]
            case Wish.FAULT:
                self._stage.set_trouble(self._stage.trouble.following)
            case Wish.QUIT:
                self._end()
        self.draw()

    def _end(self) -> None:
        self._is_ending = True
        self._stage.app.stop()


async def show(language: Language) -> int:
    """Run the demo in this terminal until the person quits, or the gate ends; return the exit code."""
    log = Log()
    with borrowed() as terminal, _log_into(log):
        code = await _show(language, terminal, log)
    if code:
        print(*list(log.lines)[-_LAST_WORDS:], sep="\n", file=sys.stderr)
    return code


async def _show(language: Language, terminal: Terminal, log: Log) -> int:
    loop = asyncio.get_running_loop()
    async with staged() as stage:
        screen = Screen(stage, terminal, log, language)
        loop.add_reader(sys.stdin.fileno(), screen.read)
        loop.add_signal_handler(signal.SIGWINCH, screen.resized)
        try:
            while not stage.run.done():
                screen.draw()
                await asyncio.wait({stage.run}, timeout=_TICK_SECONDS)
            return await stage.run
        finally:
            loop.remove_signal_handler(signal.SIGWINCH)
            loop.remove_reader(sys.stdin.fileno())


@contextmanager
def _log_into(log: Log) -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers[:] = [log]
    root.setLevel(logging.INFO)
    try:
        with redirect_stderr(_Stray(log.lines)):
            yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)

"""
The gate in a terminal: its display, lamps and arm, E-GUMA's books, and vouchers to hold under the scanner.

Redrawn when a key is pressed and many times a second; the log, and whatever else would write to the terminal, goes onto
the screen.
"""

import asyncio
import io
import logging
import os
import signal
import socket
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from typing_extensions import override

from gate_controller.admission.words.events import Contact
from gate_controller.demo.display_models import Dots, Model
from gate_controller.demo.drawing import picture
from gate_controller.demo.keys import SILENCE_SECONDS, KeyReader, Wish
from gate_controller.demo.lines import Place
from gate_controller.demo.memory_display import MemoryDisplay
from gate_controller.demo.painting import Graphics, Painter, Painting, cell_of, graphics_of
from gate_controller.demo.stage import Stage, staged
from gate_controller.demo.terminal import Terminal, borrowed
from gate_controller.demo.viewing import LogLines, Viewer
from gate_controller.simulator import SAMPLES
from gate_controller.texts import Language

if TYPE_CHECKING:
    from PIL import Image

# How often lamps and buzzer are looked at: the shortest phase of a lamp is 0.2 s, of a sound 0.1 s.
_TICK_SECONDS = 0.05

# As `web.port` has it on a gate.
_USUAL_PORT = 8080

# A gate that ends by itself has said why just before.
_LAST_WORDS = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the person asked for."""

    language: Language
    model: Model | None = None
    """The display; None for none but the words."""
    image_file: Path | None = None
    graphics: Graphics | None = None
    """How pictures are shown; None: as the terminal can."""
    has_bell: bool = False


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

    def __init__(
        self, stage: Stage, terminal: Terminal, log: LogLines, *, painter: Painter, language: Language, has_bell: bool
    ) -> None:
        self._stage = stage
        self._terminal = terminal
        self._viewer = Viewer(stage, log)
        self._painter = painter
        self._painted: tuple[Image.Image, Painting] | None = None
        self._language = language
        self._has_bell = has_bell
        self._beeps = 0
        self._silence: asyncio.TimerHandle | None = None
        self._keyboard = KeyReader(self._scan, self._wish)
        self._is_ending = False

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
        self.take(data)

    def take(self, data: bytes) -> None:
        """Take keys."""
        self._keyboard.feed(data)
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None
        if self._keyboard.wants_pause:
            self._silence = asyncio.get_running_loop().call_later(SILENCE_SECONDS, self._keyboard.pause)
        self.draw()

    def tick(self) -> None:
        """Look at what changes by itself."""
        beeps, self._beeps = self._beeps, self._stage.wiring.beeps
        if self._has_bell and self._beeps > beeps:
            self._terminal.ring()
        self.draw()

    def draw(self) -> None:
        """Show how things stand."""
        view = self._viewer.view(
            self._language, typed=self._keyboard.shown, is_ending=self._is_ending, painter=self._painter
        )
        drawing = picture(view, *self._terminal.size)
        self._terminal.draw(drawing.lines, self._painting(drawing.place))

    def _painting(self, place: Place | None) -> Painting | None:
        display = self._stage.display
        if place is None or display is None or display.picture is None:
            return None
        image, painted = display.picture, self._painted
        if painted is None or painted[0] is not image or painted[1].place != place:
            painted = self._painted = (image, self._painter.paint(image, place))
        return painted[1]

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
            case Wish.EXIT:
                self._stage.move(Contact.EXIT_BUTTON)
            case Wish.ALARM:
                self._stage.move(Contact.FIRE)
            case Wish.KEY:
                self._stage.move(Contact.SERVICE_KEY)
            case Wish.FAULT:
                self._stage.set_trouble(self._stage.trouble.following)
            case Wish.LANGUAGE:
                languages = list(Language)
                self._language = languages[(languages.index(self._language) + 1) % len(languages)]
                if self._stage.display is not None:
                    self._stage.display.choose(self._language)
            case Wish.QUIT:
                self._end()
        self.draw()

    def _end(self) -> None:
        self._is_ending = True
        self._stage.app.stop()


async def show(wanted: Wanted) -> int:
    """Run the demo in this terminal until the person quits, or the gate ends; return the exit code."""
    log = LogLines()
    with borrowed() as terminal, _log_into(log):
        code = await _show(wanted, terminal, log)
    if code:
        print(*list(log.lines)[-_LAST_WORDS:], sep="\n", file=sys.stderr)
    return code


async def _show(wanted: Wanted, terminal: Terminal, log: LogLines) -> int:
    loop = asyncio.get_running_loop()
    painter, typed = _painter(wanted, terminal)
    display = None if wanted.model is None else MemoryDisplay(wanted.model, wanted.language, wanted.image_file)
    async with staged(display, web_port=_free_port()) as stage:
        screen = Screen(stage, terminal, log, painter=painter, language=wanted.language, has_bell=wanted.has_bell)
        if typed:
            screen.take(typed)
        loop.add_reader(sys.stdin.fileno(), screen.read)
        loop.add_signal_handler(signal.SIGWINCH, screen.resized)
        try:
            while not stage.run.done():
                screen.tick()
                await asyncio.wait({stage.run}, timeout=_TICK_SECONDS)
            return await stage.run
        finally:
            loop.remove_signal_handler(signal.SIGWINCH)
            loop.remove_reader(sys.stdin.fileno())


def _free_port() -> int:
    """Return where to serve the page: where it is on a gate, or where nobody else is."""
    for port in (_USUAL_PORT, 0):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)) as opened:
            return int(opened.getsockname()[1])
    return 0


def _painter(wanted: Wanted, terminal: Terminal) -> tuple[Painter, bytes]:
    """Return who shows pictures in this terminal, and what was typed meanwhile."""
    has_pixels = wanted.model is not None and wanted.model.dots is not Dots.LETTERS
    # Linux' own console has no graphics, nor a way to swallow questions that it does not know.
    if not has_pixels or wanted.graphics is Graphics.TEXT or os.environ.get("TERM") == "linux":
        return Painter(Graphics.TEXT), b""
    answers, typed = terminal.ask()
    graphics = wanted.graphics or graphics_of(answers, os.environ, is_unicode=terminal.is_unicode)
    cell = cell_of(answers) or terminal.cell
    return (Painter(graphics) if cell is None else Painter(graphics, cell)), typed


@contextmanager
def _log_into(log: LogLines) -> Iterator[None]:
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

"""
Takes the picture of the demo's screen for README: `python -m tests.docs.screen` writes docs/demo.svg.

It is the real demo at the moment the gate opens, with what the display shows as it is drawn by a terminal that has
graphics. `test_screen.py` compares the picture with another one it takes, so that it can't fall behind.
"""

import asyncio
import base64
import hashlib
import io
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from html import escape
from pathlib import Path

from PIL import Image
from rich.cells import cell_len

from gate_controller.admission.words.messages import Signal
from gate_controller.demo.display_models import MODELS
from gate_controller.demo.drawing import picture
from gate_controller.demo.lines import Drawing, Ink, Place, ScreenLine
from gate_controller.demo.memory_display import MemoryDisplay
from gate_controller.demo.painting import Graphics, Painter
from gate_controller.demo.stage import staged
from gate_controller.demo.viewing import LogLines, Viewer
from gate_controller.devices.display.typesetting.colours import BY_SIGNAL
from gate_controller.texts import Language
from tests.rig.drawn import column_of
from tests.rig.pins import mock_pins
from tests.rig.waiting import until

PICTURE = Path(__file__).parents[2] / "docs" / "demo.svg"
COLUMNS, LINES = 80, 24
PAGE = "http://127.0.0.1:8080/"

_CELL, _LINE, _MARGIN = 8.4, 17, 14
_PAINTER = Painter(Graphics.KITTY, cell=(84, 170))
_COLOURS = {
    None: "#d8dee9",
    Ink.BOLD: "#ffffff",
    Ink.DIM: "#8a93a3",
    Ink.GREEN: "#7ee787",
    Ink.RED: "#ff7b72",
    Ink.YELLOW: "#e3b341",
    Ink.CYAN: "#76e3ea",
    Ink.CURSOR: "#0d1117",
}
_BOLD = {Ink.BOLD, Ink.GREEN, Ink.RED, Ink.YELLOW, Ink.CYAN}


async def taken() -> str:
    """Return the picture of the screen just after a good voucher was scanned."""
    log = LogLines()
    logger = logging.getLogger("gate_controller")
    level = logger.level
    logger.addHandler(log)
    logger.setLevel(logging.INFO)
    try:
        with mock_pins():
            display = MemoryDisplay(MODELS["320x240"], Language.EN)
            async with staged(display) as stage:
                await stage.ready()
                await until(lambda: display.picture is not None)
                viewer = Viewer(stage, log)
                stage.scan("L4FU5LQTKJR3")
                await stage.verdict()
                await until(lambda: any("verdict=" in line for line in log.lines))
                pins = viewer.view(Language.EN, painter=_PAINTER)
                # By the time the display has drawn it, a slow machine's gate may be shut again.
                await until(lambda: _ground(display) == BY_SIGNAL[Signal.ADMITTED].ground)
                words = viewer.view(Language.EN, painter=_PAINTER)
                assert display.picture is not None
                view = replace(pins, text=words.text, signal=words.signal, page=PAGE)
                return svg(picture(view, COLUMNS, LINES), display.picture)
    finally:
        logger.removeHandler(log)
        logger.setLevel(level)


def svg(drawing: Drawing, display: Image.Image) -> str:
    """Return the screen as an SVG picture, with the display's own picture in its place."""
    wide, high = COLUMNS * _CELL + 2 * _MARGIN, LINES * _LINE + 2 * _MARGIN
    title = "The demo in a terminal: a voucher was scanned, the gate is open"
    drawn = "\n".join(text for row, line in enumerate(drawing.lines) for text in _texts(row, line))
    assert drawing.place is not None
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:g} {high:g}" role="img" aria-label="{title}">\n'
        f"<title>{title}</title>\n"
        f'<rect width="{wide:g}" height="{high:g}" rx="8" fill="#0d1117"/>\n'
        f"{_image(display, drawing.place)}\n"
        f'<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, DejaVu Sans Mono, monospace" font-size="14">\n'
        f"{drawn}\n</g>\n</svg>\n"
    )


def steady(drawn: str) -> str:
    """
    Return a picture without what differs from run to run: how long the verdict took, the port's number, the incident
    code, how far the sound had come, and how the display's pixels are packed.
    """
    numbered = re.sub(r"/dev/pts/\d+", "/dev/pts/N", re.sub(r"seconds=[\d.]+", "seconds=N", drawn))
    numbered = re.sub(r"incident=\w{5}", "incident=N", numbered)
    heard = re.sub(r'fill="#\w+"(?: font-weight="bold")?>(?:♪ )+', ">♪ ", numbered)
    unpacked = re.sub(r"base64,([^\"]+)", lambda found: _digest(found.group(1)), heard)
    return re.sub(r' textLength="[\d.]+"', "", unpacked)


def _ground(display: MemoryDisplay) -> object:
    return None if display.picture is None else display.picture.getpixel((0, 0))


def _image(display: Image.Image, place: Place) -> str:
    png = io.BytesIO()
    display.save(png, format="PNG", optimize=True)
    x, y = _MARGIN + (place.column - 1) * _CELL, _MARGIN + (place.row - 1) * _LINE
    return (
        f'<image x="{x:g}" y="{y:g}" width="{place.columns * _CELL:g}" height="{place.rows * _LINE:g}" '
        f'href="data:image/png;base64,{base64.b64encode(png.getvalue()).decode()}"/>'
    )


def _digest(packed: str) -> str:
    with Image.open(io.BytesIO(base64.b64decode(packed))) as image:
        return hashlib.sha256(image.convert("RGB").tobytes()).hexdigest()


def _texts(row: int, line: ScreenLine) -> Iterator[str]:
    cell = 0
    y = _MARGIN + row * _LINE + 13
    for segment in line:
        if (column := column_of(segment)) is not None:
            cell = column - 1
            continue
        start, cell = cell, cell + cell_len(segment.text)
        if segment.style is Ink.CURSOR:
            x = _MARGIN + start * _CELL
            yield f'<rect x="{x:g}" y="{y - 12}" width="{_CELL}" height="15" fill="{_COLOURS[None]}"/>'
            continue
        # Each word by itself, at the place of its cell, whatever the viewer's font makes of blanks and of what stands
        # before it.
        for word in re.finditer(r"\S+(?: \S+)*", segment.text):
            x = _MARGIN + (start + cell_len(segment.text[: word.start()])) * _CELL
            long = cell_len(word.group()) * _CELL
            bold = ' font-weight="bold"' if segment.style in _BOLD else ""
            yield (
                f'<text x="{x:g}" y="{y}" textLength="{long:g}" lengthAdjust="spacingAndGlyphs" '
                f'fill="{_COLOURS[segment.style or None]}"{bold}>{escape(word.group())}</text>'
            )


if __name__ == "__main__":
    PICTURE.write_text(asyncio.run(taken()), encoding="utf-8")

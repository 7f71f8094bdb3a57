"""
Draws what visitors see: every message in every language at the usual sizes, into `pictures/`.

`python -m tests.devices.display.pictures` draws all anew; `test_pictures.py` compares them. Look at what changed before
you commit it. A sheet shows one size in one language; each message's pages stand side by side.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image, ImageOps

from gate_controller.admission.words.money import Currency
from gate_controller.devices.display.card import Card
from gate_controller.devices.display.typesetting.canvas import Canvas
from gate_controller.devices.display.typesetting.characters import CharacterGrid
from gate_controller.shell.front import card_of
from gate_controller.texts import Language, Texts
from tests.texts.wording import examples

FOLDER = Path(__file__).with_suffix("")

Mode = Literal["1", "RGB"]
CANVASES: tuple[tuple[int, int, Mode], ...] = (
    (128, 32, "1"),
    (128, 64, "1"),
    (160, 128, "RGB"),
    (240, 240, "RGB"),
    (320, 240, "RGB"),
)
GRIDS = ((16, 2), (20, 4))

_AT = time.mktime((2026, 11, 30, 14, 32, 0, 0, 0, -1))
"""When each was told."""
_SHEET_WIDTH = 1000
_GAP = 4
_GROUND = (112, 112, 128)
# Sixteen steps of each colour keep a sheet within a palette, and the folder small.
_BITS = 4
_GLYPHS = str.maketrans(dict(enumerate("▥◷✓✗✋↑éè")))


@dataclass(frozen=True)
class Tile:
    """One page on a sheet."""

    message: str
    left: int
    top: int
    picture: Image.Image


def cards(*languages: Language) -> Iterator[tuple[str, Card]]:
    """Return every example as a card in these languages, and then what stays of it, under its name."""
    texts = Texts(languages, Currency.CHF)
    for name, message in examples():
        card = card_of(message, texts, _AT)
        yield name, card
        if card.afterwards is not None and "unknown" not in name:
            yield f"{name}, afterwards", card.afterwards


def tiles(canvas: Canvas, language: Language) -> list[Tile]:
    """Return the pages of a sheet, where they stand on it."""
    found: list[Tile] = []
    column = row = 0
    columns = _SHEET_WIDTH // (canvas.width + _GAP)
    for name, card in cards(language):
        pages = canvas.pages(card)
        if column and column + len(pages) > columns:
            column, row = 0, row + 1
        for page in pages:
            left, top = column * (canvas.width + _GAP), row * (canvas.height + _GAP)
            found.append(Tile(name, left, top, canvas.draw(page)))
            column, row = (column + 1, row) if column + 1 < columns else (0, row + 1)
    return found


def sheet(drawn: list[Tile]) -> Image.Image:
    """Return the picture of a sheet."""
    width = max(tile.left + tile.picture.width for tile in drawn)
    height = max(tile.top + tile.picture.height for tile in drawn)
    image = Image.new("RGB", (width, height), _GROUND)
    for tile in drawn:
        image.paste(coarse(tile.picture), (tile.left, tile.top))
    return image


def coarse(picture: Image.Image) -> Image.Image:
    """Return a picture as it is kept: in fewer colours."""
    return ImageOps.posterize(picture.convert("RGB"), _BITS)


def keep(image: Image.Image, path: Path) -> None:
    """Write a sheet with the palette it needs."""
    colours = image.getcolors(256)
    assert colours is not None, "more colours than a palette holds"
    with_palette = image.quantize(len(colours), method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    assert with_palette.convert("RGB").tobytes() == image.tobytes()
    with_palette.save(path, optimize=True)


def rows(grid: CharacterGrid, language: Language) -> str:
    """Return the page of a character display, its glyphs as the signs they stand for."""
    lines: list[str] = []
    for name, card in cards(language):
        drawn = [grid.draw(page) for page in grid.pages(card)]
        lines.append(name)
        lines += ("  ".join(f"|{page[row].translate(_GLYPHS)}|" for page in drawn) for row in range(grid.rows))
        lines.append("")
    return "\n".join(lines)


def png(width: int, height: int, language: Language) -> Path:
    """Return where the sheet of a size and a language is kept."""
    return FOLDER / f"{width}x{height}-{language}.png"


def txt(columns: int, lines: int, language: Language) -> Path:
    """Return where the rows of a character display are kept."""
    return FOLDER / f"{columns}x{lines}-{language}.txt"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for language in Language:
        for width, height, mode in CANVASES:
            keep(sheet(tiles(Canvas(width, height, mode), language)), png(width, height, language))
        for columns, lines in GRIDS:
            text = rows(CharacterGrid(columns, lines, "a00"), language)
            txt(columns, lines, language).write_text(text, encoding="utf-8")
    print(f"drew {FOLDER}")

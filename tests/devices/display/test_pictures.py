"""What visitors see is what was looked at: every message, every language, the usual sizes, pixel for pixel."""

from itertools import groupby, product

import pytest
from PIL import Image

from gate_controller.devices.display.typesetting.canvas import Canvas
from gate_controller.devices.display.typesetting.characters import CharacterGrid
from gate_controller.texts import Language
from tests.devices.display.pictures import CANVASES, FOLDER, GRIDS, Mode, coarse, png, rows, sheet, tiles, txt

ANEW = "look at the change, then: python -m tests.devices.display.pictures"


@pytest.mark.parametrize(
    ("size", "language"),
    list(product(CANVASES, Language)),
    ids=lambda value: f"{value[0]}x{value[1]}" if isinstance(value, tuple) else value,
)
def test_every_message_looks_as_in_the_committed_sheet(size: tuple[int, int, Mode], language: Language) -> None:
    width, height, mode = size
    drawn = tiles(Canvas(width, height, mode), language)
    kept = Image.open(png(width, height, language)).convert("RGB")

    changed = [
        message
        for message, pages in groupby(drawn, key=lambda tile: tile.message)
        if any(
            coarse(tile.picture).tobytes()
            != kept.crop((tile.left, tile.top, tile.left + width, tile.top + height)).tobytes()
            for tile in pages
        )
    ]
    assert changed == [], ANEW
    assert sheet(drawn).size == kept.size, ANEW


@pytest.mark.parametrize(("size", "language"), list(product(GRIDS, Language)))
def test_every_message_reads_as_in_the_committed_text(size: tuple[int, int], language: Language) -> None:
    columns, lines = size
    kept = txt(columns, lines, language).read_text(encoding="utf-8")

    assert rows(CharacterGrid(columns, lines, "a00"), language) == kept, ANEW


def test_nothing_else_lies_among_the_pictures() -> None:
    wanted = {png(width, height, language) for (width, height, _), language in product(CANVASES, Language)}
    wanted |= {txt(columns, lines, language) for (columns, lines), language in product(GRIDS, Language)}
    assert set(FOLDER.iterdir()) == wanted

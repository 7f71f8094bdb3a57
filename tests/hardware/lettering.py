"""
Lets the words of a drawing fit their boxes in any font: `python -m tests.hardware.lettering` goes over every diagram.

Whoever lacks Arial is shown another font, which may be a sixth wider, and its words run over their boxes. So each text
says how long it is in Arial (or in Liberation Sans, whose letters are as wide), and a browser without either narrows
another font's letters to that. It is measured in a real browser.
"""

import asyncio
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.async_api import Browser

from tests.rig.browser import browser

FOLDER = Path(__file__).parents[2] / "hardware" / "wiring"
DEJAVU = Path(__file__).parents[2] / "gate_controller" / "devices" / "display" / "typesetting" / "fonts"
"""The package's own font, which is wide: all that a machine without Arial may have."""

_TEXT = re.compile(r'<text ([^>]*?)(?: textLength="[^"]*" lengthAdjust="spacingAndGlyphs")?>')

_LENGTHS = """() => [...document.querySelectorAll('text')].map(text => {
    text.removeAttribute('textLength');
    return text.getComputedTextLength();
})"""

# A text belongs to the smallest box that its middle lies in.
_RUNNING_OVER = """() => {
    const boxes = [...document.querySelectorAll('polygon, rect')].map(box => box.getBBox());
    const seen = document.documentElement.viewBox.baseVal;
    const said = [];
    for (const text of document.querySelectorAll('text')) {
        const at = text.getBBox(), x = at.x + at.width / 2, y = at.y + at.height / 2;
        const around = boxes
            .filter(box => box.x <= x && x <= box.x + box.width && box.y <= y && y <= box.y + box.height)
            .sort((one, other) => one.width * one.height - other.width * other.height)[0] || seen;
        const over = Math.max(around.x - at.x, at.x + at.width - around.x - around.width);
        if (text.textContent.trim() && over > 0.5) said.push(`${text.textContent.trim()}: ${over.toFixed(1)}`);
    }
    return said;
}"""


@contextmanager
def only_fonts_in(folder: Path) -> Iterator[dict[str, str]]:
    """Yield the environment of a browser that has no other fonts than those in a folder."""
    with tempfile.TemporaryDirectory() as directory:
        settings = Path(directory, "fonts.conf")
        settings.write_text(f"<fontconfig><dir>{folder}</dir><cachedir>{directory}</cachedir></fontconfig>")
        yield {**os.environ, "FONTCONFIG_FILE": str(settings)}


async def fit(drawings: Iterable[Path]) -> None:
    """Write into drawings how long each of their texts is in Arial."""
    async with browser() as started:
        for drawing in drawings:
            lengths = await _told(started, drawing, _LENGTHS)
            drawing.write_text(_with_lengths(drawing.read_text(encoding="utf-8"), lengths), encoding="utf-8")


def _with_lengths(svg: str, lengths: Sequence[float]) -> str:
    told = iter(lengths)
    return _TEXT.sub(
        lambda found: f'<text {found[1]} textLength="{next(told):.1f}" lengthAdjust="spacingAndGlyphs">', svg
    )


async def running_over(started: Browser, drawing: Path) -> list[str]:
    """Return the texts of a drawing that run over their boxes, each with how far."""
    return list(map(str, await _told(started, drawing, _RUNNING_OVER)))


async def _told(started: Browser, drawing: Path, asked: str) -> list[float]:
    page = await started.new_page()
    await page.goto(drawing.as_uri())
    told: list[float] = await page.evaluate(asked)
    await page.close()
    return told


if __name__ == "__main__":
    asyncio.run(fit(sorted(FOLDER.glob("*.svg"))))

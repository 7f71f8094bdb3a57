"""
Takes the picture of the demo's page for README: `python -m tests.docs.page` writes docs/page.png.

It is the real page in a real browser, just after a good voucher was scanned. `test_page.py` compares the picture with
another one it takes, as far as two machines' letters are alike, so that it can't fall behind.
"""

import asyncio
import io
from pathlib import Path

from PIL import Image, ImageChops, ImageStat

from gate_controller.demo.display_models import MODELS
from gate_controller.demo.memory_display import MemoryDisplay
from gate_controller.demo.stage import staged
from gate_controller.texts import Language
from tests.rig.browser import browser
from tests.rig.page import answers, free_port
from tests.rig.pins import mock_pins
from tests.rig.waiting import until

PICTURE = Path(__file__).parents[2] / "docs" / "page.png"
WIDE, HIGH = 1180, 960

_COLOURS = 64
_COARSE = 40


async def taken() -> bytes:
    """Return the picture of the page while the gate is open, as a PNG."""
    with mock_pins():
        async with staged(MemoryDisplay(MODELS["320x240"], Language.EN), web_port=free_port()) as stage:
            await stage.ready()
            await until(lambda: answers(stage.settings.web.port))
            async with browser() as started:
                page = await started.new_page(
                    viewport={"width": WIDE, "height": HIGH}, locale="en", color_scheme="light"
                )
                await page.goto(stage.page)
                await page.click("[data-play=scan]")
                await page.wait_for_selector(".arm.is-open")
                await page.wait_for_selector(".now.admitted")
                await page.mouse.move(0, 0)
                await page.wait_for_function("document.querySelectorAll('[aria-busy=true]').length === 0")
                return small(await page.screenshot())


def small(png: bytes) -> bytes:
    """Return a picture in few colours: a page has few."""
    written = io.BytesIO()
    with Image.open(io.BytesIO(png)) as image:
        few = image.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
        few.save(written, format="PNG", optimize=True)
    return written.getvalue()


def difference(one: bytes, other: bytes) -> float:
    """Return how far two pictures are apart, seen from afar: 0 for alike, 255 for black and white."""
    seen = []
    for png in (one, other):
        with Image.open(io.BytesIO(png)) as image:
            seen.append(
                image.convert("L").resize((image.width // _COARSE, image.height // _COARSE), Image.Resampling.BOX)
            )
    return float(ImageStat.Stat(ImageChops.difference(*seen)).mean[0])


if __name__ == "__main__":
    PICTURE.write_bytes(asyncio.run(taken()))

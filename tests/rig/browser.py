"""A real browser for the staff's page: Debian's Chromium, driven by Playwright, with what it complained of."""

import asyncio
import atexit
import json
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import axe_core_python
import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

# What is expected comes at once, or a machine is busy with other tests.
expect.set_options(timeout=20_000)

PHONE, TABLET, WALL, SMALLEST = (390, 844), (1024, 768), (1920, 1080), (320, 640)

AXE = Path(axe_core_python.__file__).with_name("axe.min.js")

# What a window of Chromium brings along, and no page has to do with. Each context has a window: two processes that draw
# the lists under its address bar, ready before anybody types there, took 0.5 of the 1.0 s of a processor's time that a
# page took to open; another is kept ready for the next site, and there is one site (all by Chromium 156).
_UNUSED = [
    "WebUIOmniboxPopup",
    "WebUIOmniboxFullPopup",
    "WebUIOmniboxAimPopup",
    "AimEnabled",
    "SpareRendererForSitePerProcess",
]

# As root, Chromium has no sandbox of its own; and it is to ask nobody but the gate.
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    f"--disable-features={','.join(_UNUSED)}",
]

_AS_LAUNCHED = [
    "--hide-scrollbars",
    "--mute-audio",
    "--force-color-profile=srgb",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-popup-blocking",
    "--blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4",
]
"""What Playwright launches one with, as far as a page shows it."""

# The first window, closed in the moment in which Playwright comes, kept one connection in ten waiting for ever.
_UNSEEN = ["--headless", "--no-startup-window", "--remote-debugging-port=0"]

_LISTENS = re.compile(r"DevTools listening on (ws://\S+)")


@dataclass
class Visit:
    """One page in a browser of its own."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    """What the browser has said of errors: none is wanted."""
    loaded_bytes: int = 0
    """What came over the network."""
    asked: list[str] = field(default_factory=list)
    """Which addresses it has asked for."""


def chromium() -> str:
    """Return where Chromium is; a machine without it fails in one line."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    assert found, "chromium is missing, and the page is tested in a real browser: apt-get install chromium"
    return found


@cache
def _address(whose: str) -> str:
    """
    Start a browser for all that this process shows in one, and return where it is spoken to; it ends with it. Whoever
    keeps a connection has another than those who come and go: each connection attaches to whatever any of them opens.
    """
    folder = tempfile.TemporaryDirectory(prefix=f"chromium-{whose}-", ignore_cleanup_errors=True)
    told = [*_ARGUMENTS, *_AS_LAUNCHED, *_UNSEEN, f"--user-data-dir={folder.name}"]
    process = subprocess.Popen([chromium(), *told], stderr=subprocess.PIPE, text=True)  # noqa: S603 - Debian's own
    assert process.stderr is not None
    found = next(filter(None, map(_LISTENS.search, process.stderr)))

    def end() -> None:
        process.kill()
        process.communicate()
        folder.cleanup()

    atexit.register(end)
    threading.Thread(target=process.stderr.read, daemon=True).start()  # a pipe that is full would hold it up
    return found[1]


IN_ONE_BROWSER = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("one_browser")]
"""
For modules that look at pages only: their tests run in one event loop, whose driver (0.3 s of a processor's time to
start) and whose connection to the browser (as much again) are kept from one to the next.
"""

_kept: dict[asyncio.AbstractEventLoop, Browser] = {}


@asynccontextmanager
async def kept_browser() -> AsyncIterator[None]:
    """Keep a connection to the browser that tests of this process share, for all that this event loop shows in it."""
    loop = asyncio.get_running_loop()
    async with _connected("kept") as started:
        _kept[loop] = started
        try:
            yield
        finally:
            del _kept[loop]


@asynccontextmanager
async def _connected(whose: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        started = await playwright.chromium.connect_over_cdp(await asyncio.to_thread(_address, whose))
        try:
            yield started
        finally:
            await started.close()


@asynccontextmanager
async def browser(*more: str, environment: dict[str, str] | None = None) -> AsyncIterator[Browser]:
    """
    Return a browser: the one that all tests of this process share, each with contexts of its own. With `more`
    arguments, or where an `environment` stands in place of this process's, it is started for this alone.
    """
    if not more and not environment:
        if (kept := _kept.get(asyncio.get_running_loop())) is not None:
            yield kept
        else:
            async with _connected("passing") as started:
                yield started
        return
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=chromium(), args=[*_ARGUMENTS, *more], env={**environment} if environment else None
        )
        try:
            yield started
        finally:
            await started.close()


@asynccontextmanager
async def visit(
    started: Browser, size: tuple[int, int] = PHONE, *, locale: str = "en-GB", **options: Any
) -> AsyncIterator[Visit]:
    """Open a page of its own, with nobody's cookies."""
    context = await started.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale=locale,
        color_scheme="light",
        reduced_motion="reduce",
        **options,
    )
    made = Visit(await context.new_page())
    made.page.on("console", lambda said: made.complaints.append(said.text) if said.type == "error" else None)
    made.page.on("pageerror", lambda error: made.complaints.append(str(error)))
    made.page.on("request", lambda request: made.asked.append(request.url))
    made.page.set_default_timeout(15_000)
    try:
        yield made
    finally:
        await context.close()


_ENDS = {"\r": ("Enter", 13, "\r"), "\n": ("Enter", 13, "\r"), "\t": ("Tab", 9, "")}


async def scan(page: Page, text: str) -> None:
    """Type as a scanner does, a key every 5 ms by the time that each bears: however long a busy machine takes."""
    keyboard = await page.context.new_cdp_session(page)
    at = time.time()
    for place, letter in enumerate(text):
        key, number, sent = _ENDS.get(letter, (letter, ord(letter), letter))
        pressed = {"key": key, "windowsVirtualKeyCode": number, "timestamp": at + place * 0.005}
        await keyboard.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": sent, **pressed})
        await keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", **pressed})
    await keyboard.detach()


_EVERY_RULE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}

# Of those rules the only one that asks for colours: axe leaves out its two others of that category, the one for AAA and
# the one that is experimental. What is there, what it is called and how large it is, no scheme changes.
_COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}

_LOOK = """async (rules) => {
  const told = await axe.run(rules);
  const [left, top] = [scrollX, scrollY];
  const isUnder = (button) => {
    button.scrollIntoView({ block: "center", behavior: "instant" });
    const at = button.getBoundingClientRect();
    const hit = document.elementFromPoint(at.x + at.width / 2, at.y + at.height / 2);
    return !hit || !button.contains(hit);
  };
  const under = [...(document.querySelector("dialog[open]") ?? document).querySelectorAll("button, .button")]
    .filter((each) => each.offsetParent && !each.disabled && isUnder(each))
    .map((each) => each.outerHTML.slice(0, 90));
  scrollTo({ left, top, behavior: "instant" });
  return {
    under,
    wrong: told.violations.map((each) => [each.id, each.nodes.map((node) => node.html.slice(0, 120))]),
    small: [...document.querySelectorAll("button, input, .button")]
      .filter((each) => each.offsetParent && each.offsetHeight < 44)
      .map((each) => each.outerHTML.slice(0, 90)),
    wide: document.documentElement.scrollWidth - innerWidth,
  };
}"""


async def can_be_used(page: Page, where: str, *, rules: dict[str, Any] = _EVERY_RULE) -> None:
    """
    Find nothing that keeps anybody from using it, no button that a thumb misses or that lies under
    something, and nothing that sticks out.
    """
    if not await page.evaluate("'axe' in window"):
        # Through the debugger: the page's own rules let no script in.
        await page.evaluate(AXE.read_text(encoding="utf-8"))
    seen = await page.evaluate(_LOOK, rules)
    assert seen["wrong"] == [], f"{where}: {json.dumps(seen['wrong'], indent=1)}"
    assert seen["small"] == [], f"{where}: too small for a thumb: {seen['small']}"
    assert seen["under"] == [], f"{where}: something lies over {seen['under']}"
    assert seen["wide"] <= 0, f"{where}: {seen['wide']} pixels stick out"


async def can_be_used_at_every_size(
    page: Page, where: str, sizes: Sequence[tuple[int, int]] = (SMALLEST, PHONE, TABLET, WALL)
) -> None:
    """
    Look at a page in all these sizes, light and dark, as `can_be_used` does; it is light and as large as before then.

    It is loaded once, for all that a page makes of its size and scheme is in its styles: `test_scripts.py` holds that.
    Each size is looked at whole, since styles may hide and show; dark, what colours are looked at for.
    """
    before = page.viewport_size
    assert before is not None
    for width, height in sizes:
        await page.set_viewport_size({"width": width, "height": height})
        await page.emulate_media(color_scheme="light")
        await can_be_used(page, f"{where} at {width}x{height}, light")
        await page.emulate_media(color_scheme="dark")
        await can_be_used(page, f"{where} at {width}x{height}, dark", rules=_COLOURS)
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size(before)

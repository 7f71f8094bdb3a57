"""A real browser for the staff's page: Debian's Chromium, driven by Playwright, with what it complained of."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

PHONE, TABLET, WALL, SMALLEST = (390, 844), (1024, 768), (1920, 1080), (320, 640)

# As root, Chromium has no sandbox of its own; and it is to ask nobody but the gate.
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


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


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Start a browser."""
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=chromium(), args=_ARGUMENTS)
        try:
            yield started
        finally:
            await started.close()


@asynccontextmanager
async def visit(
    started: Browser, size: tuple[int, int] = PHONE, *, locale: str = "en-GB", dark: bool = False, **options: Any
) -> AsyncIterator[Visit]:
    """Open a page of its own, with nobody's cookies."""
    context = await started.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale=locale,
        color_scheme="dark" if dark else "light",
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

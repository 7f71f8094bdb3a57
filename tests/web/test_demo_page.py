"""The demo's page as people play with it: in a real browser, before the demo's own gate."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import expect

from gate_controller.admission.words.messages import MessageKind
from gate_controller.demo.display_models import MODELS
from gate_controller.demo.memory_display import MemoryDisplay
from gate_controller.demo.stage import Stage, staged
from gate_controller.demo.trouble import Trouble
from gate_controller.texts import Language
from tests.rig.browser import (
    IN_ONE_BROWSER,
    TABLET,
    Visit,
    browser,
    can_be_used_at_every_size,
    visit,
)
from tests.rig.page import answers, free_port
from tests.rig.pins import mock_pins
from tests.rig.waiting import until

pytestmark = IN_ONE_BROWSER


@asynccontextmanager
async def demo(display: str = "320x240", locale: str = "en") -> AsyncIterator[tuple[Stage, Visit]]:
    """Open the page of a demo."""
    with mock_pins():
        async with staged(MemoryDisplay(MODELS[display], Language.EN), web_port=free_port()) as stage:
            await stage.ready()
            await until(lambda: answers(stage.settings.web.port))
            async with browser() as started, visit(started, TABLET, locale=locale) as seen:
                await seen.page.goto(stage.page)
                await expect(seen.page.locator(".live")).to_contain_text(":")
                yield stage, seen
                assert seen.complaints == []


async def test_a_click_on_a_voucher_opens_the_gate_before_ones_eyes() -> None:
    async with demo() as (stage, seen):
        await expect(seen.page.locator(".arm")).to_contain_text("shut")
        await seen.page.click("text=CHF 500.00")

        assert (await stage.verdict()).message.kind is MessageKind.ADMITTED
        await expect(seen.page.locator(".arm")).to_contain_text("open")
        await expect(seen.page.locator(".lamps .is-on")).to_have_text("Green on")
        await expect(seen.page.locator(".fan li").first).to_contain_text("CHF 475.00")
        await expect(seen.page.locator(".arm")).to_contain_text("shut")


async def test_the_picture_on_the_page_is_the_displays() -> None:
    async with demo() as (stage, seen):
        before = await seen.page.get_attribute(".glass img", "src")
        stage.scan("hello")
        await stage.verdict()

        await expect(seen.page.locator(".glass img")).not_to_have_attribute("src", before or "")
        await expect(seen.page.locator(".glass img")).to_have_js_property("naturalWidth", 320)


async def test_a_display_of_letters_is_on_the_page_too() -> None:
    async with demo("20x4") as (_, seen):
        await expect(seen.page.locator(".glass pre")).to_contain_text("CHF 25.00")  # in whichever language


async def test_what_is_moved_in_the_terminal_is_seen_on_the_page_and_the_other_way_round() -> None:
    async with demo() as (stage, seen):
        stage.set_trouble(Trouble.NETWORK)
        await expect(seen.page.get_by_role("button", name="No network")).to_have_attribute("aria-pressed", "true")
        await seen.page.get_by_role("button", name="None").click()
        await until(lambda: stage.trouble is Trouble.NONE)
        await seen.page.get_by_role("button", name="Fire alarm").focus()
        await asyncio.gather(
            seen.page.keyboard.press("Enter"),
            expect(seen.page.get_by_role("button", name="Fire alarm")).to_have_attribute("aria-pressed", "true"),
        )
        await expect(seen.page.get_by_role("button", name="Fire alarm")).to_be_focused()


@pytest.mark.parametrize("locale", ["de", "fr"])
async def test_everybody_can_play_at_every_size(locale: str) -> None:
    async with demo(locale=locale) as (_, seen):
        await can_be_used_at_every_size(seen.page, "the demo's page")

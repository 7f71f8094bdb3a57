"""Scanners at the desk, as they are: quick, twice, at the wrong moment, into the wrong field."""

import asyncio
from pathlib import Path

from playwright.async_api import Route, expect

from gate_controller.simulator import Simulator
from tests.rig.browser import IN_ONE_BROWSER, TABLET
from tests.rig.gate import GOOD, LOW, PRICE
from tests.rig.pins import Pins
from tests.web.test_browser import page_of
from tests.web.test_desk_page import look_up
from tests.web.test_errand_api import DEPOT, UNKNOWN, left_on

pytestmark = IN_ONE_BROWSER


async def test_a_code_that_is_scanned_while_another_is_asked_about_is_the_next_one(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    """It was put behind the one before: twenty-four letters, and neither was looked up."""
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET) as (_, seen, origin):
        page, held = seen.page, asyncio.Event()

        async def hold_the_first(route: Route) -> None:
            if not held.is_set():
                held.set()
                await page.keyboard.type(f"{LOW}\n")
            await route.continue_()

        await page.route("**/desk/voucher*", hold_the_first)
        await page.goto(f"{origin}/desk")
        await page.keyboard.type(f"{GOOD}\n")
        await expect(page.locator("#shown")).to_contain_text(f"…{LOW[-4:]}")
        assert await page.input_value("#code") == ""


async def test_enter_twice_asks_once(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    """A scanner that ends in CR and LF."""
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET) as (gate, seen, origin):
        before = gate.requests("balance")
        await look_up(seen.page, origin, f"{GOOD}\n")
        await expect(seen.page.locator("#voucher")).to_contain_text("500.00")
        assert gate.requests("balance") == before + 1


async def test_a_mistyped_code_is_put_back_but_not_over_what_has_been_scanned_since(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET) as (_, seen, origin):
        page = seen.page

        async def type_meanwhile(route: Route) -> None:
            await page.keyboard.type("L4")
            await route.continue_()

        await page.route("**/desk/voucher*", type_meanwhile)
        await page.goto(f"{origin}/desk")
        await page.keyboard.type("L4FU-5LQT-KJR\n")
        await expect(page.locator("#mistake")).to_contain_text("These are 11 characters")
        assert await page.input_value("#code") == "L4"


SCANNERS_PACE_MS = 50
GAPS = """() => { let last = 0; addEventListener("keydown", (event) => {
  window.gaps.push(event.timeStamp - last); last = event.timeStamp; }, true); }"""


async def test_a_voucher_that_is_scanned_into_an_amount_leaves_the_amount_as_it_was(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    """The field has room for twelve letters: fourteen were taken away, and an empty one means the whole charge."""
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET) as (gate, seen, origin):
        page = seen.page
        incident = (await gate.admit()).message.incident
        await page.goto(f"{origin}/attempts/{incident}")
        await page.click("[data-ask=give-back]")
        await page.fill("#reason-give-back", "a child")
        await page.evaluate(GAPS)
        for _ in range(20):
            await page.fill("#amount-give-back", "10")
            await page.wait_for_timeout(60)  # nobody goes on as fast as a scanner
            await page.evaluate("() => { window.gaps = []; }")
            await page.keyboard.type("L4FU-5LQT-KJR3\n")
            if await page.evaluate("() => Math.max(...window.gaps.slice(1))") < SCANNERS_PACE_MS:
                break  # else a busy machine has typed as a person does
        assert await page.input_value("#amount-give-back") == "10"
        send = page.locator("#ask-give-back [type=submit]")
        await expect(send).to_have_text("Give back: 10.00")
        await send.click()
        await expect(page.locator("#ask-give-back [data-told]")).to_have_class("told good")
        assert left_on(simulator, GOOD) == 50_000 - PRICE + 1_000


async def test_a_code_that_e_guma_does_not_know_is_read_once_more_as_at_another_keyboard(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    """Without a dash nothing shows that y and z were exchanged."""
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET) as (_, seen, origin):
        await look_up(seen.page, origin, "MSN5ZF9HLX3C")
        await expect(seen.page.locator("#voucher")).to_contain_text("Balance")
        await expect(seen.page.locator("#shown")).to_contain_text("…LX3C")


async def test_an_unsold_depot_voucher_and_an_unknown_code_are_not_asked_for_their_details(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET) as (gate, seen, origin):
        for code in (DEPOT, UNKNOWN):
            await look_up(seen.page, origin, code)
        assert gate.requests("info") == 0
        await look_up(seen.page, origin, GOOD)
        assert gate.requests("info") == 1

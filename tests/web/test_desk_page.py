"""The desk as staff use it: in a real browser, before a real gate and the simulator's books."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from gate_controller.simulator import Endpoint, FaultKind, Simulator
from gate_controller.web.people import Role
from tests.rig.browser import IN_ONE_BROWSER, SMALLEST, TABLET, browser, can_be_used_at_every_size, visit
from tests.rig.fake_printer import network_printer
from tests.rig.gate import GOOD, PRICE, fault
from tests.rig.page import gate_with_page
from tests.rig.pins import Pins
from tests.rig.programs import bearer
from tests.rig.site import logged_in
from tests.web.test_browser import CREDITS, add, an_open_item, page_of
from tests.web.test_errand_api import DEPOT, FREE_DEPOT, SOLD_DEPOT, UNKNOWN, left_on

pytestmark = IN_ONE_BROWSER

USED_UP = "USD7PV3XK9RA"


async def look_up(page: Page, origin: str, code: str) -> None:
    """Open the desk and scan a code there."""
    await page.goto(f"{origin}/desk")
    await expect(page.locator("#code")).to_be_focused()
    await page.keyboard.type(f"{code}\n")
    await expect(page.locator("#shown h2").last).to_be_visible()


async def order(page: Page, do: str, *, amount: str | None = None, reason: str | None = None) -> None:
    """Give an order in its dialog."""
    await page.click(f"[data-ask={do}]")
    dialog = page.locator(f"#ask-{do}")
    if amount is not None:
        await dialog.locator("[name=amount]").fill(amount)
    if reason is not None:
        await dialog.locator("[name=reason]").fill(reason)
    await dialog.locator("[type=submit]").click()
    await expect(dialog.locator("[data-told]")).to_be_visible()


@pytest.mark.parametrize("typed", [GOOD, "L4FU-5LQT-KJR3", "l4fu 5lqt kjr3", "]C0L4FU-5LQT-KJR3", "L4FU'5LQT'KJR3"])
async def test_a_code_is_looked_up_however_it_is_typed_and_the_field_is_empty_for_the_next(
    state_dir: Path, pins: Pins, simulator: Simulator, typed: str
) -> None:
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET) as (gate, seen, origin):
        incident = (await gate.admit()).message.incident
        await look_up(seen.page, origin, typed)
        shown = seen.page.locator("#shown")
        await expect(shown.locator(".now")).to_have_class("now card admitted")
        await expect(shown).to_contain_text("Balance CHF\u00a0475.00")
        await expect(shown).to_contain_text("31.12.2099")
        await expect(shown.locator(".lane")).to_contain_text("as of ")
        await expect(shown.locator(".visits li")).to_contain_text(incident)
        assert await seen.page.input_value("#code") == ""
        assert GOOD not in await shown.inner_text()
        assert not any(GOOD in asked for asked in seen.asked)
        await expect(seen.page.locator("#code")).to_be_focused()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("L4FU-5LQT-KJR", "These are 11 characters"),
        ("L4FU-5LQT-KJR33", "These are 13 characters"),
        ("L4FU-5LQT-KJÄ/", "No voucher code has Ä / in it"),
        ("7", "These are 1 characters"),
    ],
)
async def test_a_mistyped_code_stays_in_its_field_and_is_explained(
    state_dir: Path, pins: Pins, simulator: Simulator, typed: str, said: str
) -> None:
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET) as (gate, seen, origin):
        await seen.page.goto(f"{origin}/desk")
        await seen.page.fill("#code", typed)
        await seen.page.keyboard.press("Enter")
        await expect(seen.page.locator("#mistake")).to_contain_text(said)
        assert await seen.page.input_value("#code") == typed
        assert gate.requests(typed.replace("-", "")) == 0
        await seen.page.keyboard.type("X")
        await expect(seen.page.locator("#mistake")).to_be_hidden()


async def test_the_keypad_groups_a_code_as_it_is_printed(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with page_of(state_dir, pins, simulator, opened=False, size=SMALLEST) as (_, seen, origin):
        page = seen.page
        await page.goto(f"{origin}/desk")
        await page.click("#keypad-switch")
        for key in "L4FU5X":
            await page.click(f"[data-key='{key}']")
        assert await page.input_value("#code") == "L4FU-5X"
        await page.click("[data-key=back]")
        for key in "LQT-KJR3":
            await page.click(f"[data-key='{key}']")
        assert await page.input_value("#code") == "L4FU-5LQT-KJR3"
        await page.click("#desk button")
        await expect(page.locator("#shown")).to_contain_text("Balance CHF")
        assert await page.locator("[data-key='.']").count() == 1


async def test_a_whole_code_is_seen_at_once_on_the_narrowest_phone(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with page_of(state_dir, pins, simulator, opened=False, size=SMALLEST) as (_, seen, origin):
        await seen.page.goto(f"{origin}/desk")
        await seen.page.fill("#code", "MWQM-WMQW-WMQ")
        assert await seen.page.evaluate("(f => f.scrollWidth <= f.clientWidth)(document.querySelector('#code'))")


@pytest.mark.parametrize(
    ("code", "signal", "title", "can"),
    [
        (GOOD, "admitted", "Balance CHF\u00a0500.00", ["top-up"]),
        (USED_UP, "refused", "Cannot be redeemed", ["top-up"]),
        (UNKNOWN, "refused", "Cannot be redeemed", []),
        (DEPOT, "idle", "Can be sold for CHF\u00a050.00", ["sell"]),
        (FREE_DEPOT, "idle", "Can be sold", ["sell-for"]),
        (SOLD_DEPOT, "admitted", "Balance CHF\u00a050.00", ["top-up", "take-back"]),
    ],
)
async def test_what_can_be_done_is_what_e_guma_says(
    state_dir: Path, pins: Pins, simulator: Simulator, code: str, signal: str, title: str, can: list[str]
) -> None:
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET) as (_, seen, origin):
        await look_up(seen.page, origin, code)
        await expect(seen.page.locator("#shown .now")).to_have_class(f"now card {signal}")
        await expect(seen.page.locator("#voucher")).to_have_text(title)
        if code in {UNKNOWN, FREE_DEPOT}:
            await expect(seen.page.locator("#shown")).not_to_contain_text("0.00")
        if signal == "idle":  # Balance says that there is no such voucher, and it can be sold
            await expect(seen.page.locator("#shown .money")).to_have_count(0)
        buttons = await seen.page.locator("#shown [data-ask]").all()
        assert [await each.get_attribute("data-ask") for each in buttons] == can


async def test_a_top_up_says_what_it_came_to_and_the_balance_is_the_new_one(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET) as (gate, seen, origin):
        page = seen.page
        await look_up(page, origin, GOOD)
        await page.click("[data-ask=top-up]")
        await page.fill("#amount-top-up", "12.5")
        await expect(page.locator("#ask-top-up [type=submit]")).to_have_text("Top up: 12.50")
        await page.evaluate(
            "() => { const f = document.querySelector('#ask-top-up form'); f.requestSubmit(); f.requestSubmit(); }"
        )
        told = page.locator("#ask-top-up [data-told]")
        await expect(told).to_contain_text("New balance: CHF\u00a0512.50.")
        incident = gate.records[0].incident
        await expect(told).to_contain_text(incident)
        await expect(told.locator("a")).to_have_attribute("href", f"/attempts/{incident}")
        assert left_on(simulator, GOOD) == 51_250
        await page.click("#ask-top-up [data-close]")
        await expect(page.locator("#voucher")).to_have_text("Balance CHF\u00a0512.50")
        await expect(page.locator("#shown .visits li")).to_have_count(1)


@pytest.mark.parametrize(("typed", "is_good"), [("25.-", True), ("1'000.50", False), ("0", False), ("12.345", False)])
async def test_an_amount_that_is_none_or_too_much_moves_nothing(
    state_dir: Path, pins: Pins, simulator: Simulator, typed: str, is_good: bool
) -> None:
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET) as (gate, seen, origin):
        page = seen.page
        await look_up(page, origin, GOOD)
        await page.click("[data-ask=top-up]")
        await page.fill("#amount-top-up", typed)
        await page.click("#ask-top-up [type=submit]")
        told = page.locator("#ask-top-up [data-told]")
        if is_good:
            await expect(told).to_contain_text("New balance")
        elif typed.startswith("1'"):
            await expect(told).to_contain_text("50000 cents that you may move at a time")
        else:
            assert not await page.evaluate("document.querySelector('#amount-top-up').validity.valid")
        assert left_on(simulator, GOOD) == 50_000 + 2_500 * is_good
        assert len(gate.records) == is_good


async def test_a_depot_voucher_is_sold_and_taken_back_at_the_desk(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET, locale="de-CH") as (_, seen, origin):
        page = seen.page
        await look_up(page, origin, FREE_DEPOT)
        await order(page, "sell-for", amount="70")
        await expect(page.locator("#ask-sell-for [data-told]")).to_contain_text("Vorfall")
        assert left_on(simulator, FREE_DEPOT) == 7_000
        await page.click("#ask-sell-for [data-close]")
        await expect(page.locator("#voucher")).to_have_text("Guthaben CHF\u00a070.00")
        await order(page, "take-back", reason="zurückgebracht")
        await expect(page.locator("#ask-take-back [data-told]")).to_have_class("told good")
        await page.click("#ask-take-back [data-close]")
        await expect(page.locator("#voucher")).to_have_text("Kann verkauft werden")


async def test_a_lost_answer_of_e_gumas_is_told_as_what_the_balance_shows(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET) as (_, seen, origin):
        await look_up(seen.page, origin, GOOD)
        simulator.faults.add(fault(FaultKind.RESET, Endpoint.CHARGE, effect=True))
        await order(seen.page, "top-up", amount="15")
        await expect(seen.page.locator("#ask-top-up [data-told]")).to_contain_text("New balance: CHF\u00a0515.00")
        assert left_on(simulator, GOOD) == 51_500


async def test_a_balance_is_printed_as_e_guma_says_it_then_and_without_its_code(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    with network_printer() as (printer, port):
        way: dict[str, Any] = {"printer__driver": "network", "printer__host": "127.0.0.1", "printer__tcp_port": port}
        async with page_of(state_dir, pins, simulator, opened=False, size=TABLET, **way) as (gate, seen, origin):
            await look_up(seen.page, origin, UNKNOWN)
            await expect(seen.page.locator("[data-print]")).to_have_count(0)
            await look_up(seen.page, origin, GOOD)
            await gate.admit()  # meanwhile
            await seen.page.evaluate(
                "() => { const b = document.querySelector('[data-print]'); b.click(); b.click(); }"
            )
            await expect(seen.page.locator("[data-printed]")).to_contain_text("Done at", timeout=20_000)
            [paper] = printer.receipts
            assert "475.00" in paper
            assert "L4FU" not in paper
            assert not any(GOOD in asked for asked in seen.asked)


async def test_what_is_not_known_says_not_to_repeat_it_and_leads_to_its_story(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET, admission__settle_seconds=60) as (
        gate,
        seen,
        origin,
    ):
        page = seen.page
        await look_up(page, origin, GOOD)
        simulator.faults.add(fault(FaultKind.RESET, Endpoint.CHARGE, effect=False))
        simulator.faults.add(fault(FaultKind.STATUS, Endpoint.BALANCE, status=500, skip=1, times=None))
        await order(page, "top-up", amount="15")
        told = page.locator("#ask-top-up [data-told]")
        await expect(told).to_contain_text("Do not repeat it", timeout=30_000)
        await expect(told).to_have_class("told bad")
        await expect(page.locator("#ask-top-up [type=submit]")).to_be_hidden()
        incident = gate.records[0].incident
        await told.locator("a").click()
        await page.wait_for_url(f"{origin}/attempts/{incident}")
        assert left_on(simulator, GOOD) == 50_000


async def test_an_order_whose_answer_did_not_reach_the_browser_is_the_same_order_when_it_is_given_anew(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    """Whoever closed the dialog without an answer, and opened it again, would have topped up twice."""
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET) as (_, seen, origin):
        page = seen.page
        await look_up(page, origin, GOOD)
        reached = asyncio.Event()

        async def lose_the_first(route: Route) -> None:
            if reached.is_set():
                await route.continue_()
                return
            await route.fetch()  # the gate has it, the browser does not
            reached.set()
            await route.abort()

        await page.route("**/api/v1/actions/top-up*", lose_the_first)
        await page.click("[data-ask=top-up]")
        await page.fill("#amount-top-up", "15")
        await page.click("#ask-top-up [type=submit]")
        await reached.wait()
        await page.keyboard.press("Escape")
        await order(page, "top-up", amount="15")
        await expect(page.locator("#ask-top-up [data-told]")).to_contain_text("New balance: CHF\u00a0515.00")
        assert left_on(simulator, GOOD) == 51_500


async def test_e_guma_away_is_told_and_nothing_that_it_does_is_offered(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET) as (gate, seen, origin):
        await gate.admit()
        simulator.faults.add(fault(FaultKind.STATUS, Endpoint.BALANCE, status=500, times=None))
        await look_up(seen.page, origin, GOOD)
        await expect(seen.page.locator("#voucher")).to_have_text("E-GUMA gave no answer")
        await expect(seen.page.locator("#shown .now")).to_have_class("now card checking")
        await expect(seen.page.locator("#shown [data-ask]")).to_have_count(0)
        await expect(seen.page.locator("#shown .visits li")).to_have_count(1)


async def test_a_charge_is_given_back_in_part_and_then_whole_on_its_own_page(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET) as (gate, seen, origin):
        page = seen.page
        incident = (await gate.admit()).message.incident
        await page.goto(f"{origin}/attempts/{incident}")
        await expect(page.locator("[data-ask=refund]")).to_have_count(0)
        await order(page, "give-back", amount="10", reason="a child")
        await expect(page.locator("#ask-give-back [data-told]")).to_have_class("told good")
        assert left_on(simulator, GOOD) == 50_000 - PRICE + 1_000
        await page.click("#ask-give-back [data-close]")
        await expect(page.locator(".story")).to_contain_text("a child")
        await order(page, "give-back", reason="went home")
        await expect(page.locator("#ask-give-back [data-told]")).to_have_class("told good")
        assert left_on(simulator, GOOD) == 50_000
        await page.click("#ask-give-back [data-close]")
        await expect(page.locator("[data-ask=give-back]")).to_have_count(0)


async def test_only_what_a_role_may_is_offered(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    rules: dict[str, Any] = {"desk__top_up_role": "technician", "desk__void_role": "technician"}
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET, **rules) as (gate, seen, origin):
        incident = (await gate.admit()).message.incident
        await look_up(seen.page, origin, SOLD_DEPOT)
        await expect(seen.page.locator("#shown [data-ask]")).to_have_count(1)
        await seen.page.goto(f"{origin}/attempts/{incident}")
        await expect(seen.page.locator(".story")).to_be_visible()
        await expect(seen.page.locator("[data-ask=give-back]")).to_have_count(0)


@pytest.mark.parametrize(("role", "offered"), [(Role.STAFF, 0), (Role.TECHNICIAN, 1)])
async def test_giving_an_open_item_back_is_offered_only_to_whom_the_house_lets(
    state_dir: Path, pins: Pins, simulator: Simulator, role: Role, offered: int
) -> None:
    rules: dict[str, Any] = {**CREDITS, "desk__void_role": "technician"}
    async with page_of(state_dir, pins, simulator, size=TABLET, role=role, **rules) as (gate, seen, origin):
        incident = await an_open_item(gate, simulator)
        for where in (seen.page.locator("[data-part=need]"), seen.page.locator("main")):
            await expect(where.locator("[data-ask=settle]")).to_have_count(1)
            await expect(where.locator("[data-ask=refund]")).to_have_count(offered)
            await seen.page.goto(f"{origin}/attempts/{incident}")


async def test_the_desk_is_for_staff_and_takes_no_question_from_another_site(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_page(state_dir, pins, simulator) as (gate, client):
        add(state_dir, "Vera", Role.VIEWER)
        add(state_dir, "Anna", Role.STAFF)
        await logged_in(client, "vera")
        assert (await client.get("/desk")).status_code == 403
        assert "/desk" not in (await client.get("/")).text
        await logged_in(client, "anna")
        asked = {"code": GOOD}
        before = gate.requests("balance")
        away = await client.post("/desk/voucher", json=asked, headers={"Origin": "https://example.com"})
        assert (away.status_code, gate.requests("balance")) == (403, before)
        assert (await client.post("/desk/voucher", json=asked)).status_code == 200
        assert (await client.post("/desk/voucher", json=["x"])).status_code == 400
        half: dict[str, Any] = {
            "content": rb'{"code": "\ud83dabc", "text": "\ud83dabc"}',
            "headers": {"Content-Type": "application/json"},
        }
        assert (await client.post("/desk/voucher", **half)).status_code == 400
        assert (await client.post("/find", **half)).status_code == 200
        assert "/desk" in (await client.get("/")).text


async def test_it_is_read_without_javascript(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with (
        gate_with_page(state_dir, pins, simulator, display__languages="en") as (_, client),
        browser() as started,
        visit(started, java_script_enabled=False, extra_http_headers=bearer(state_dir, "x", Role.STAFF)) as seen,
    ):
        page = seen.page
        await page.goto(f"{client.base_url}/desk")
        await page.fill("#code", "l4fu-5lqt-kjr")
        await page.click("#desk button")
        await expect(page.locator("#mistake")).to_contain_text("These are 11 characters")
        assert await page.input_value("#code") == "l4fu-5lqt-kjr"
        await page.fill("#code", "l4fu-5lqt-kjr3")
        await page.click("#desk button")
        await expect(page.locator("#voucher")).to_have_text("Balance CHF\u00a0500.00")
        assert "Orders need JavaScript." in await page.content()
        assert not any("l4fu" in asked.lower() for asked in seen.asked)
        await page.goto(f"{client.base_url}/desk?code={GOOD}")
        await expect(page.locator("#shown")).to_be_empty()


async def test_a_form_asks_only_where_a_page_of_this_gate_has_sent_it(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_page(state_dir, pins, simulator, display__languages="en") as (gate, client):
        add(state_dir, "Anna", Role.STAFF)
        proof = (await logged_in(client, "anna")).headers.pop("X-Gate-Proof")
        before = gate.requests("balance")
        for lured in ({"code": GOOD}, {"code": GOOD, "proof": "x"}, {"code": GOOD, "proof": ""}):
            assert (await client.post("/desk", data=lured)).status_code == 403
        sent = {"code": GOOD, "proof": proof}
        assert (await client.post("/desk", data=sent, headers={"Origin": "https://example.com"})).status_code == 403
        assert gate.requests("balance") == before
        answer = await client.post("/desk", data=sent)
        assert (answer.status_code, "CHF\u00a0500.00" in answer.text) == (200, True)


async def test_the_desk_can_be_used_by_everybody_at_every_size(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with page_of(state_dir, pins, simulator, role=Role.TECHNICIAN, opened=False) as (gate, seen, origin):
        page = seen.page
        incident = (await gate.admit()).message.incident
        for code in (SOLD_DEPOT, UNKNOWN, GOOD):
            await look_up(page, origin, code)
            await page.click("#keypad-switch")
            await can_be_used_at_every_size(page, f"{code[-4:]} at the desk")
        await page.click("[data-ask=top-up]")
        await can_be_used_at_every_size(page, "top-up")
        await page.goto(f"{origin}/attempts/{incident}")
        await page.click("[data-ask=give-back]")
        await can_be_used_at_every_size(page, "give-back")

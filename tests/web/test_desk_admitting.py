"""Visitors let in from the desk's page: in a real browser, charged as by a scan, asked once more for more than one."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from gate_controller.admission.words.messages import MessageKind
from gate_controller.simulator import Endpoint, FaultKind, Simulator
from gate_controller.web.people import Role
from tests.rig.browser import IN_ONE_BROWSER, SMALLEST, TABLET, browser, can_be_used_at_every_size, scan, visit
from tests.rig.gate import GOOD, LOW, PRICE, fault
from tests.rig.page import gate_with_page
from tests.rig.pins import Pins
from tests.rig.programs import bearer
from tests.rig.site import logged_in
from tests.web.test_browser import add, page_of
from tests.web.test_desk_page import USED_UP, look_up
from tests.web.test_errand_api import DEPOT, SOLD_DEPOT, UNKNOWN, audited

pytestmark = IN_ONE_BROWSER

TOLD = "#ask-admit [data-told]"
TWO_OF_GOOD: dict[str, Any] = {"admission__price_cents": 20_000, "desk__most_cents": 100_000}
"""A price that leaves two persons on the good voucher, and staff who may let in five."""


async def admit(page: Page, persons: int = 1) -> None:
    """Have so many let in on the voucher that is shown, and say it once more where that is asked."""
    for _ in range(persons - 1):
        await page.click("[data-step='1']")
    await page.click("[data-admit] button.main")
    if persons > 1:
        await page.click("#ask-admit [type=submit]")


async def test_one_is_let_in_by_one_press_and_the_balance_is_the_new_one(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET) as (gate, seen, origin):
        page = seen.page
        await look_up(page, origin, GOOD)
        await expect(page.locator("#cost")).to_have_text("CHF\u00a025.00")
        await expect(page.locator("#reach")).to_have_text("The balance is enough for 20.")
        await admit(page)
        told = page.locator(TOLD)
        await expect(told).to_contain_text("1 of 1 let in.")
        await expect(told).to_have_class("told good")
        incident = gate.records[0].incident
        await expect(told.locator("a")).to_have_attribute("href", f"/attempts/{incident}")
        await expect(page.locator("#ask-admit [type=submit]")).to_be_hidden()
        await page.click("#ask-admit [data-close]")
        await expect(page.locator("#voucher")).to_have_text("Balance CHF\u00a0475.00")
        await expect(page.locator("#shown .visits li")).to_contain_text(incident)
        assert (gate.charged, len(gate.pulses)) == (PRICE, 1)
        assert not any(GOOD in asked for asked in seen.asked)


async def test_more_than_one_are_asked_about_once_more_with_what_they_cost(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    slow: dict[str, Any] = {"relay__pulse_seconds": 1.5}
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET, **slow) as (gate, seen, origin):
        page = seen.page
        await look_up(page, origin, GOOD)
        await page.fill("#persons", "2")
        await expect(page.locator("#cost")).to_have_text("2 × CHF\u00a025.00 = CHF\u00a050.00")
        await page.click("[data-admit] button.main")
        await expect(page.locator("#ask-admit [data-about]")).to_contain_text("2 × CHF\u00a025.00 = CHF\u00a050.00")
        await expect(page.locator("#ask-admit [type=submit]")).to_have_text("Admit: 2")
        await page.click("#ask-admit [data-close]")
        assert gate.charged == 0
        await page.click("[data-admit] button.main")
        await page.click("#ask-admit [type=submit]")
        await expect(page.locator(TOLD)).to_contain_text("It is under way.")
        await expect(page.locator(TOLD)).to_contain_text("2 of 2 let in.")
        await gate.lane_is_free()
        assert (gate.charged, len(gate.pulses)) == (2 * PRICE, 2)


@pytest.mark.parametrize(
    ("locale", "hint", "said"),
    [
        ("en-GB", "The balance is enough for 2 only.", ("2 of 3 let in. Balance too low", "Incident ")),
        ("de-CH", "Das Guthaben reicht nur für 2.", ("2 von 3 eingelassen. ", "Vorfall ")),
        ("fr-CH", "Le solde ne suffit que pour 2.", ("2 sur 3 sont entrés. ", "Incident ")),
        ("it-CH", "Il saldo basta solo per 2.", ("2 di 3 sono entrati. ", "Caso ")),
    ],
)
async def test_a_party_of_whom_the_last_is_refused_is_told_how_many_are_in(
    state_dir: Path, pins: Pins, simulator: Simulator, locale: str, hint: str, said: tuple[str, str]
) -> None:
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET, locale=locale, **TWO_OF_GOOD) as (
        gate,
        seen,
        origin,
    ):
        page = seen.page
        await look_up(page, origin, GOOD)
        await admit(page, 3)
        await expect(page.locator("#reach")).to_have_text(hint)
        for part in said:
            await expect(page.locator(TOLD)).to_contain_text(part)
        await expect(page.locator(TOLD)).to_have_class("told bad")
        await expect(page.locator("#ask-admit [type=submit]")).to_be_hidden()  # two are in: it is not pressed again
        [refused] = [each.incident for each in gate.records if each.reason == "balance_too_low"]
        await expect(page.locator(f"{TOLD} a")).to_have_attribute("href", f"/attempts/{refused}")
        assert (gate.charged, len(gate.pulses)) == (40_000, 2)


async def test_pressing_twice_lets_in_once_and_confirms_nothing(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with page_of(state_dir, pins, simulator, opened=False, size=SMALLEST) as (gate, seen, origin):
        page = seen.page
        await look_up(page, origin, GOOD)
        twice = "(() => { const f = document.querySelector('[data-admit]'); f.requestSubmit(); f.requestSubmit(); })()"
        await page.evaluate(twice)
        await expect(page.locator(TOLD)).to_contain_text("1 of 1 let in.")
        await page.click("#ask-admit [data-close]")
        await expect(page.locator("#voucher")).to_have_text("Balance CHF\u00a0475.00")
        await page.fill("#persons", "2")
        await page.evaluate(f"() => {{ {twice}; document.querySelector('#ask-admit [type=submit]').click(); }}")
        await expect(page.locator("#ask-admit [type=submit]")).to_be_enabled()
        assert gate.charged == PRICE


async def test_a_lost_answer_of_e_gumas_that_is_found_lets_in(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    rules: dict[str, Any] = {"admission__verdict_seconds": 5}
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET, **rules) as (gate, seen, origin):
        await look_up(seen.page, origin, GOOD)
        simulator.faults.add(fault(FaultKind.RESET, effect=True))
        await admit(seen.page)
        await expect(seen.page.locator(TOLD)).to_contain_text("1 of 1 let in.")
        assert gate.charged == PRICE


async def test_an_order_whose_answer_did_not_reach_the_browser_lets_in_once(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET) as (gate, seen, origin):
        page = seen.page
        await look_up(page, origin, GOOD)
        lost = asyncio.Event()

        async def lose_the_first(route: Route) -> None:
            if lost.is_set():
                await route.continue_()
                return
            await route.fetch()  # the gate has it, the browser does not
            lost.set()
            await route.abort()

        await page.route("**/api/v1/actions/admit*", lose_the_first)
        await admit(page)
        await expect(page.locator(TOLD)).to_contain_text("1 of 1 let in.")
        assert lost.is_set()
        assert (gate.charged, len(gate.pulses)) == (PRICE, 1)


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
        simulator.faults.add(fault(FaultKind.HANG, effect=False))
        await admit(page, 3)
        told = page.locator(TOLD)
        await expect(told).to_contain_text("Do not repeat it", timeout=30_000)
        await expect(told).to_contain_text("0 of 3 let in.")
        await expect(told).to_have_class("told bad")
        await expect(page.locator("#ask-admit [type=submit]")).to_be_hidden()
        incident = gate.records[0].incident
        await told.locator("a").click()
        await page.wait_for_url(f"{origin}/attempts/{incident}")


async def test_e_guma_away_is_told_and_nobody_is_let_in(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET) as (gate, seen, origin):
        page = seen.page
        simulator.faults.add(fault(FaultKind.STATUS, Endpoint.BALANCE, status=500, times=None))
        await look_up(page, origin, GOOD)
        await expect(page.locator("#voucher")).to_have_text("E-GUMA gave no answer")
        await expect(page.locator("#reach")).to_be_empty()
        await admit(page)
        await expect(page.locator(TOLD)).to_contain_text("0 of 1 let in.", timeout=30_000)
        await expect(page.locator(TOLD)).to_have_class("told bad")
        assert (gate.charged, gate.pulses) == (0, [])


async def test_a_lane_that_is_taken_says_so_and_the_next_press_lets_in(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    rules: dict[str, Any] = {"relay__pulse_seconds": 8}
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET, locale="de-CH", **rules) as (
        gate,
        seen,
        origin,
    ):
        page = seen.page
        await look_up(page, origin, GOOD)
        gate.scan(SOLD_DEPOT)
        await gate.shows(MessageKind.ADMITTED)
        await admit(page)
        await expect(page.locator(TOLD)).to_contain_text("Warten Sie, bis der Durchgang frei ist.", timeout=20_000)
        before = gate.charged
        await gate.lane_is_free()
        await page.click("#ask-admit [type=submit]")
        await expect(page.locator(TOLD)).to_contain_text("1 von 1 eingelassen.", timeout=20_000)
        assert gate.charged == before + PRICE


async def test_a_voucher_that_is_scanned_into_the_persons_is_no_number_of_them(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET) as (gate, seen, origin):
        page = seen.page
        await look_up(page, origin, GOOD)
        await page.fill("#persons", "3")
        await page.focus("#persons")
        await page.wait_for_timeout(60)  # nobody goes on as fast as a scanner
        await scan(page, "LWB4HK7T2MNQ\n")
        assert await page.input_value("#persons") == "3"
        await expect(page.locator("#cost")).to_have_text("3 × CHF\u00a025.00 = CHF\u00a075.00")
        await expect(page.locator("#ask-admit")).to_be_hidden()
        assert gate.charged == 0


@pytest.mark.parametrize(
    ("code", "offered", "reach"),
    [
        (GOOD, 1, "The balance is enough for 20."),
        (LOW, 1, "The balance is not enough."),
        (USED_UP, 0, ""),
        (UNKNOWN, 0, ""),
        (DEPOT, 0, ""),
        (SOLD_DEPOT, 1, "The balance is enough for 2."),
    ],
)
async def test_whom_it_is_offered_for_is_what_e_guma_says(
    state_dir: Path, pins: Pins, simulator: Simulator, code: str, offered: int, reach: str
) -> None:
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET) as (_, seen, origin):
        await look_up(seen.page, origin, code)
        await expect(seen.page.locator("[data-admit]")).to_have_count(offered)
        if offered:
            await expect(seen.page.locator("#reach")).to_have_text(reach)


@pytest.mark.parametrize(
    ("table", "cost", "reach"),
    [
        ({"price_cents": 1_000}, "CHF\u00a010.00", "The balance is enough for 50."),
        ({"free": True}, "CHF\u00a00.00", ""),
        ({"kind": "maison", "free": True}, "CHF\u00a025.00", "Another price may hold for this voucher."),
        ({"whole_balance": True}, "CHF\u00a025.00", "Another price may hold for this voucher."),
    ],
)
async def test_what_it_costs_is_the_price_of_now_and_the_hint_knows_where_a_voucher_has_its_own(
    state_dir: Path, pins: Pins, simulator: Simulator, table: dict[str, Any], cost: str, reach: str
) -> None:
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET, prices=json.dumps([table])) as (
        _,
        seen,
        origin,
    ):
        await look_up(seen.page, origin, GOOD)
        await expect(seen.page.locator("#cost")).to_have_text(cost)
        await expect(seen.page.locator("#reach")).to_have_text(reach)


async def test_no_more_are_offered_than_the_house_lets_staff_move(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET, desk__most_cents=3 * PRICE) as (
        _,
        seen,
        origin,
    ):
        page = seen.page
        await look_up(page, origin, GOOD)
        assert await page.get_attribute("#persons", "max") == "3"
        await page.fill("#persons", "3")
        await expect(page.locator("[data-step='1']")).to_be_disabled()
        await page.fill("#persons", "4")
        await expect(page.locator("#cost")).to_be_empty()
        assert not await page.evaluate("document.querySelector('#persons').validity.valid")


async def test_only_whom_the_house_lets_admit_is_offered_it_and_may(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with page_of(state_dir, pins, simulator, opened=False, desk__admit_role="technician") as (_, seen, origin):
        await look_up(seen.page, origin, GOOD)
        await expect(seen.page.locator("[data-admit]")).to_have_count(0)
        await expect(seen.page.locator("[data-ask=top-up]")).to_have_count(1)
    async with gate_with_page(state_dir, pins, simulator, desk__admit_role="technician") as (gate, client):
        add(state_dir, "Bea", Role.STAFF)
        proof = (await logged_in(client, "bea")).headers.pop("X-Gate-Proof")
        sent = {"code": GOOD, "id": "f1", "persons": "1", "proof": proof}
        assert (await client.post("/desk/admit", data=sent)).status_code == 403
        assert gate.charged == 0


async def test_it_works_without_javascript_and_asks_once_more(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    rules: dict[str, Any] = {"display__languages": "en", "admission__price_cents": 20_000, "desk__most_cents": 100_000}
    async with (
        gate_with_page(state_dir, pins, simulator, **rules) as (gate, client),
        browser() as started,
        visit(started, java_script_enabled=False, extra_http_headers=bearer(state_dir, "x", Role.STAFF)) as seen,
    ):
        page = seen.page
        await page.goto(f"{client.base_url}/desk")
        await page.fill("#code", "l4fu-5lqt-kjr3")
        await page.click("#desk button")
        await expect(page.locator("[data-step]")).to_have_count(0)
        await page.fill("#persons", "3")
        await page.click("[data-admit] button")
        await expect(page.locator(".sum-of-all")).to_have_text("3 × CHF\u00a0200.00 = CHF\u00a0600.00")
        assert gate.charged == 0
        await page.click("#shown form button")
        while await page.get_by_role("button", name="Ask again").count():
            await page.click("#shown form button")
        told = page.locator("#shown .told")
        await expect(told).to_contain_text("2 of 3 let in. Balance too low")
        [refused] = [each.incident for each in gate.records if each.reason == "balance_too_low"]
        await expect(told.locator("a")).to_have_attribute("href", f"/attempts/{refused}")
        assert gate.charged == 40_000
        await page.reload()  # the browser sends the form again: it is the same order
        await expect(page.locator("#shown .told")).to_contain_text("2 of 3 let in. Balance too low")
        assert gate.charged == 40_000
        await page.click("#shown form button")
        await expect(page.locator("#voucher")).to_have_text("Balance CHF\u00a0100.00")
        assert not any("l4fu" in asked.lower() for asked in seen.asked)
        assert len(await audited(state_dir, "admitted from the desk: 3")) >= 1


async def test_the_form_takes_no_nonsense_and_nothing_from_elsewhere(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_page(state_dir, pins, simulator, display__languages="de") as (gate, client):
        add(state_dir, "Anna", Role.STAFF)
        proof = (await logged_in(client, "anna")).headers.pop("X-Gate-Proof")
        sent = {"code": GOOD, "id": "f1", "persons": "1", "proof": proof}
        assert (await client.post("/desk/admit", data={**sent, "proof": "x"})).status_code == 403
        assert (await client.post("/desk/admit", data=sent, headers={"Origin": "https://x.example"})).status_code == 403
        for wrong in ({"persons": "0"}, {"persons": "51"}, {"persons": "1e1"}, {"persons": ""}, {"id": ""}):
            answer = await client.post("/desk/admit", data={**sent, **wrong, "sure": "1"})
            assert answer.status_code == 400, wrong
        assert (
            "Sagen Sie, wie viele: 1 bis 50." in (await client.post("/desk/admit", data={**sent, "persons": "51"})).text
        )
        answer = await client.post("/desk/admit", data={**sent, "code": "L4FU"})
        assert (answer.status_code, "Das sind 4 Zeichen" in answer.text) == (400, True)
        assert gate.charged == 0


async def test_admitting_can_be_used_by_everybody_at_every_size(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with page_of(state_dir, pins, simulator, opened=False, locale="de-CH", **TWO_OF_GOOD) as (_, seen, origin):
        page = seen.page
        await look_up(page, origin, GOOD)
        await page.fill("#persons", "3")
        await can_be_used_at_every_size(page, "form")
        await page.click("[data-admit] button.main")
        await expect(page.locator("#ask-admit")).to_be_visible()
        await expect(page.locator("#ask-admit [type=submit]")).to_be_enabled()
        await can_be_used_at_every_size(page, "asked once more")
        await page.click("#ask-admit [type=submit]")
        await expect(page.locator("#ask-admit [type=submit]")).to_be_hidden(timeout=20_000)
        await can_be_used_at_every_size(page, "told")

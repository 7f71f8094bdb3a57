"""Tickets at the desk, and who is inside on the staff's page: in a real browser, before a real gate."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from gate_controller.simulator import Endpoint, FaultKind, Simulator
from gate_controller.web.people import Role
from tests.rig.browser import IN_ONE_BROWSER, SMALLEST, TABLET, browser, can_be_used_at_every_size, visit
from tests.rig.gate import fault
from tests.rig.page import gate_with_page
from tests.rig.pins import Pins
from tests.rig.programs import bearer
from tests.web.test_browser import page_of
from tests.web.test_desk_page import look_up
from tests.web.test_ticket_desk_api import DELETED, NOBODYS, TICKET, USED, effects

pytestmark = IN_ONE_BROWSER

FULL: dict[str, Any] = {"occupancy__limit": 2}


@pytest.mark.parametrize(
    "typed", [TICKET, "1000 0000 0000 0000 001", "1000-0000-0000-0000-001", "]C01000000000000000001"]
)
async def test_a_ticket_is_shown_however_it_is_typed_and_its_number_stays_off_the_page_and_the_addresses(
    state_dir: Path, pins: Pins, simulator: Simulator, typed: str
) -> None:
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET, tickets__taken=True) as (
        gate,
        seen,
        origin,
    ):
        await look_up(seen.page, origin, typed)
        shown = seen.page.locator("#shown")
        await expect(shown.locator("#ticket")).to_have_text("Not checked in")
        await expect(shown).to_contain_text("CHF\u00a025.00")
        await expect(shown).to_contain_text("7c2f90aa-museum")
        await expect(shown).to_contain_text("Nothing yet.")
        assert TICKET not in await shown.inner_text()
        assert not any(TICKET in asked for asked in seen.asked)
        assert await seen.page.input_value("#code") == ""
        gate.scan(TICKET)
        await gate.lane_is_free()
        await look_up(seen.page, origin, typed)
        await expect(shown.locator("#ticket")).to_have_text("Checked in")
        await expect(shown.locator(".visits li")).to_contain_text("…0001")


@pytest.mark.parametrize(
    ("number", "signal", "can"),
    [(TICKET, "idle", ["check-in"]), (USED, "admitted", ["check-out"]), (NOBODYS, "refused", [])],
)
async def test_what_can_be_done_is_what_e_guma_says_of_the_ticket(
    state_dir: Path, pins: Pins, simulator: Simulator, number: str, signal: str, can: list[str]
) -> None:
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET) as (_, seen, origin):
        await look_up(seen.page, origin, number)
        await expect(seen.page.locator("#shown .now")).to_have_class(f"now card {signal}")
        buttons = await seen.page.locator("#shown [data-ask]").all()
        assert [await each.get_attribute("data-ask") for each in buttons] == can


async def test_a_ticket_is_checked_in_once_and_out_again_and_each_says_what_happened(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET) as (gate, seen, origin):
        page = seen.page
        await look_up(page, origin, TICKET)
        await page.click("[data-ask=check-in]")
        assert effects(simulator) == []  # it asks once more
        await page.evaluate(
            "() => { const f = document.querySelector('#ask-check-in form'); f.requestSubmit(); f.requestSubmit(); }"
        )
        told = page.locator("#ask-check-in [data-told]")
        await expect(told).to_contain_text("Ticket checked in.")
        await expect(told).to_contain_text(gate.records[0].incident)
        assert effects(simulator) == [True]
        await page.click("#ask-check-in [data-close]")
        await expect(page.locator("#ticket")).to_have_text("Checked in")
        await page.click("[data-ask=check-out]")
        await page.click("#ask-check-out [type=submit]")
        await expect(page.locator("#ask-check-out [data-told]")).to_contain_text("Ticket checked out.")
        await page.click("#ask-check-out [data-close]")
        await expect(page.locator("#ticket")).to_have_text("Not checked in")
        assert effects(simulator) == [True, False]
        assert gate.pulses == []


async def test_e_gumas_no_is_told_as_nothing_changed(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET, locale="de-CH") as (_, seen, origin):
        page = seen.page
        await look_up(page, origin, DELETED)
        await expect(page.locator("#ticket")).to_have_text("Nicht eingecheckt")
        await page.click("[data-ask=check-in]")
        await page.click("#ask-check-in [type=submit]")
        told = page.locator("#ask-check-in [data-told]")
        await expect(told).to_have_class("told bad")
        await expect(told).to_contain_text("Es hat sich nichts geändert.")
        assert effects(simulator) == []


async def test_a_lost_answer_of_a_check_in_is_told_as_how_the_ticket_stands(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET) as (_, seen, origin):
        await look_up(seen.page, origin, TICKET)
        simulator.faults.add(fault(FaultKind.RESET, Endpoint.CHECKIN, effect=True))
        await seen.page.click("[data-ask=check-in]")
        await seen.page.click("#ask-check-in [type=submit]")
        await expect(seen.page.locator("#ask-check-in [data-told]")).to_have_class("told good")
        assert effects(simulator) == [True]


async def test_a_page_that_has_grown_old_does_what_its_button_says_or_nothing(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    """Attendize/Attendize#477, fossasia/open-event-frontend#3082: it did the opposite, or failed without a word."""
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET, tickets__taken=True) as (
        gate,
        seen,
        origin,
    ):
        await look_up(seen.page, origin, TICKET)
        gate.scan(TICKET)  # meanwhile
        await gate.lane_is_free()
        await seen.page.click("[data-ask=check-in]")
        await seen.page.click("#ask-check-in [type=submit]")
        await expect(seen.page.locator("#ask-check-in [data-told]")).to_contain_text("Nothing has changed.")
        assert effects(simulator) == [True]
        await seen.page.click("#ask-check-in [data-close]")
        await expect(seen.page.locator("#ticket")).to_have_text("Checked in")


async def test_e_guma_away_offers_nothing_for_a_ticket(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET) as (_, seen, origin):
        simulator.faults.add(fault(FaultKind.STATUS, Endpoint.TICKET_INFO, status=500, times=None))
        await look_up(seen.page, origin, TICKET)
        await expect(seen.page.locator("#ticket")).to_have_text("E-GUMA gave no answer")
        await expect(seen.page.locator("#shown [data-ask]")).to_have_count(0)


async def test_only_whom_the_house_lets_is_offered_to_check_tickets(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET, desk__ticket_role="technician") as (
        _,
        seen,
        origin,
    ):
        await look_up(seen.page, origin, TICKET)
        await expect(seen.page.locator("#ticket")).to_be_visible()
        await expect(seen.page.locator("#shown [data-ask]")).to_have_count(0)


async def test_a_ticket_is_read_without_javascript(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with (
        gate_with_page(state_dir, pins, simulator, display__languages="en", **FULL) as (_, client),
        browser() as started,
        visit(started, java_script_enabled=False, extra_http_headers=bearer(state_dir, "x", Role.STAFF)) as seen,
    ):
        page = seen.page
        await page.goto(f"{client.base_url}/desk")
        await page.fill("#code", USED)
        await page.click("#desk button")
        await expect(page.locator("#ticket")).to_have_text("Checked in")
        assert "Orders need JavaScript." in await page.content()
        assert not any(USED in asked for asked in seen.asked)
        await page.goto(f"{client.base_url}/")
        await expect(page.locator("[data-inside]")).to_have_text("0")


# -- who is inside


async def test_how_many_are_inside_is_followed_and_set_right(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with page_of(state_dir, pins, simulator, **FULL) as (gate, seen, _):
        page = seen.page
        inside = page.locator("[data-part=inside]")
        await expect(inside.locator("[data-inside]")).to_have_text("0")
        await gate.admit()
        await expect(inside.locator("[data-inside]")).to_have_text("1")
        await page.click("[data-ask=occupancy]")
        await page.fill("#inside-occupancy", "2")
        await page.click("#ask-occupancy [type=submit]")
        await expect(page.locator("#ask-occupancy [data-told]")).to_contain_text("counted on from this number")
        await expect(inside).to_contain_text("Full")
        await expect(inside.locator("dd").last).to_have_text("2")
        assert gate.app.gate.occupancy.inside == 2


async def test_what_is_no_number_counts_nobody(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with page_of(state_dir, pins, simulator, **FULL) as (gate, seen, _):
        await gate.admit()
        await seen.page.click("[data-ask=occupancy]")
        for typed in ("", "-1", "two", "1.5"):
            await seen.page.fill("#inside-occupancy", typed)
            await seen.page.click("#ask-occupancy [type=submit]")
            assert not await seen.page.evaluate("document.querySelector('#inside-occupancy').validity.valid")
        assert gate.app.gate.occupancy.inside == 1


@pytest.mark.parametrize(
    ("settings", "shown"),
    [({}, 0), (FULL, 1), ({"exit_button__pin": 6}, 1), ({"lane__direction": "out", "tickets__taken": True}, 0)],
)
async def test_how_many_are_inside_is_shown_only_where_it_is_counted(
    state_dir: Path, pins: Pins, simulator: Simulator, settings: dict[str, Any], shown: int
) -> None:
    async with page_of(state_dir, pins, simulator, **settings) as (_, seen, __):
        await expect(seen.page.locator("[data-part=inside]")).to_have_count(shown)


async def test_who_only_looks_sees_how_many_are_inside_and_sets_nothing_right(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with page_of(state_dir, pins, simulator, role=Role.VIEWER, **FULL) as (_, seen, __):
        await expect(seen.page.locator("[data-inside]")).to_have_text("0")
        await expect(seen.page.locator("[data-ask]")).to_have_count(0)


async def test_tickets_and_who_is_inside_can_be_used_by_everybody_at_every_size(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with page_of(state_dir, pins, simulator, locale="it-CH", **FULL) as (gate, seen, origin):
        page = seen.page
        await gate.admit()
        await expect(page.locator("[data-inside]")).to_have_text("1")
        await can_be_used_at_every_size(page, "inside")
        await page.click("[data-ask=occupancy]")
        await can_be_used_at_every_size(page, "occupancy")
        for number, do in ((TICKET, "check-in"), (USED, "check-out"), (NOBODYS, "")):
            await look_up(page, origin, number)
            await can_be_used_at_every_size(page, number)
            if do:
                await page.click(f"[data-ask={do}]")
                await can_be_used_at_every_size(page, do)
                await page.keyboard.press("Escape")
        await page.set_viewport_size({"width": SMALLEST[0], "height": SMALLEST[1]})
        assert await page.evaluate("(f => f.scrollWidth <= f.clientWidth)(document.querySelector('#code'))")

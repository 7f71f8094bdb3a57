"""Days as staff see them: a list, one day beside E-GUMA's list, closed once, as CSV and on paper."""

import csv
import io
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from playwright.async_api import expect

from gate_controller.desk.moments import date_of
from gate_controller.simulator import Simulator
from gate_controller.web.people import Role
from tests.rig.browser import IN_ONE_BROWSER, PHONE, SMALLEST, can_be_used_at_every_size
from tests.rig.fake_printer import network_printer
from tests.rig.gate import LOW
from tests.rig.pins import Pins
from tests.rig.programs import gate_with_api
from tests.rig.simulator import running_simulator
from tests.web.test_browser import Seen, page_of
from tests.web.test_days import closed

pytestmark = IN_ONE_BROWSER

DAY_SECONDS = 86_400.0


@asynccontextmanager
async def the_day_after(state_dir: Path, pins: Pins, **settings: Any) -> AsyncIterator[tuple[Seen, str]]:
    """Show the page of a gate on the day after one admission and one refusal; return it with that day's date."""
    async with (
        running_simulator(clock_offset_seconds=-DAY_SECONDS) as simulator,
        page_of(state_dir, pins, simulator, opened=False, **settings) as seen,
    ):
        gate, day = seen[0], date_of(time.time() - DAY_SECONDS)
        await gate.admit()
        gate.scan(LOW)
        await gate.stand("admitted", "refused")
        simulator.change_behaviour(clock_offset_seconds=0.0)
        for _ in range(2):
            await gate.admit()  # a jump of the clock is believed when two answers agree
        yield seen, day


async def test_a_day_is_closed_once_from_its_page(state_dir: Path, pins: Pins) -> None:
    async with the_day_after(state_dir, pins, size=SMALLEST, eguma__user_id="gate-1") as ((_, seen, origin), day):
        page = seen.page
        await page.goto(f"{origin}/days")
        rows = page.locator(".days li")
        await expect(rows).to_have_count(2)
        await expect(rows.first).to_contain_text("goes on")
        await expect(rows.last).to_contain_text("not closed yet")
        await expect(rows.last).to_contain_text("1 admitted, CHF\u00a025.00")
        await can_be_used_at_every_size(page, "days")
        await rows.last.locator("a").click()
        await expect(page.locator(".sum dd").first).to_have_text("1")
        await can_be_used_at_every_size(page, "a day that is over")
        await page.click("[data-ask=close-day]")
        await can_be_used_at_every_size(page, "to close it")
        await page.click("#ask-close-day [type=submit]")
        await expect(page.locator("#ask-close-day [data-told]")).to_contain_text("Done at", timeout=25_000)
        await page.click("#ask-close-day [data-close]")
        await expect(page.locator("main")).to_contain_text("Closed by Anna")
        booked = page.locator(".sums tbody tr")
        await expect(booked.filter(has_text="Admitted on a charge")).to_contain_text("CHF\u00a025.00")
        await expect(booked.filter(has_text="Refused: Balance too low")).to_contain_text("1")
        await expect(page.locator("[data-ask=close-day]")).to_have_count(0)
        await can_be_used_at_every_size(page, "a closed day")
        async with page.expect_download() as begun:
            await page.click("a[download]")
        file = await (await begun.value).path()
        text = file.read_text(encoding="utf-8")
        assert text.startswith("\ufeffdate,entry")
        lines = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
        assert {line["date"] for line in lines} == {day}
        assert {line["entry"]: line["amount_cents"] for line in lines}["charged"] == "2500"
        await page.goto(f"{origin}/days")
        await expect(page.locator(".days li").last).to_contain_text("closed")


async def test_today_is_shown_and_cannot_be_closed_and_a_viewer_closes_nothing(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with page_of(state_dir, pins, simulator, role=Role.VIEWER, locale="de-CH") as (gate, seen, origin):
        page = seen.page
        await gate.admit()
        await page.click("[data-part=today] a")
        await page.click(".days a")
        today = date_of(time.time())
        await expect(page).to_have_url(f"{origin}/days/{today}")
        await expect(page.locator("main")).to_contain_text("läuft noch")
        await expect(page.locator("[data-ask]")).to_have_count(0)
        yesterday = date.fromisoformat(today) - timedelta(days=1)
        await page.goto(f"{origin}/days/{yesterday}")
        await expect(page.locator("main")).to_contain_text("noch nicht abgeschlossen")
        await expect(page.locator("[data-ask]")).to_have_count(0)
        for none in ("yesterday", "2026-02-30", f"{today}.csv"):
            assert (await page.goto(f"{origin}/days/{none}")).status == 404  # type: ignore[union-attr]  # a page answers
            await expect(page.locator("main")).to_contain_text("Diesen Tag gibt es nicht.")


async def test_a_closing_is_printed_from_its_page_as_it_was_written(state_dir: Path, pins: Pins) -> None:
    with network_printer() as (printer, port):
        way: dict[str, Any] = {"printer__driver": "network", "printer__host": "127.0.0.1", "printer__tcp_port": port}
        async with the_day_after(state_dir, pins, size=PHONE, printer__languages="de", **way) as (seen, day):
            gate, page, origin = seen[0], seen[1].page, seen[2]
            await page.goto(f"{origin}/days/{day}")
            await expect(page.locator("[data-print]")).to_have_count(0)
            written = await gate.asked("close_day", date=day, by="Bea")
            await page.reload()
            await page.click("[data-print]")
            await expect(page.locator("[data-printed]")).to_contain_text("Done at", timeout=20_000)
            [paper] = printer.receipts
            assert "Tagesabschluss" in paper
            assert "1 Belastet" in paper
            assert "Abgeschlossen von Bea" in paper.replace("\n", " ")
            assert written["revenue_cents"] == 2_500
            printer.has_paper = False
            await page.click("[data-print]")
            await expect(page.locator("[data-printed]")).to_have_class("told bad", timeout=20_000)
            await expect(page.locator("[data-printed]")).to_contain_text("paper")


async def test_programs_list_days_and_print_each_order_once(state_dir: Path, pins: Pins) -> None:
    with network_printer() as (printer, port):
        way: dict[str, Any] = {"printer__driver": "network", "printer__host": "127.0.0.1", "printer__tcp_port": port}
        async with (
            running_simulator(clock_offset_seconds=-DAY_SECONDS) as simulator,
            gate_with_api(state_dir, pins, simulator, **way) as (gate, client),
        ):
            await gate.admit()
            day = date_of(time.time() - DAY_SECONDS)
            simulator.change_behaviour(clock_offset_seconds=0.0)
            for _ in range(2):
                await gate.admit()
            listed = (await client.get("/days")).json()["days"]
            assert [(each["date"], each["is_over"], each["is_due"]) for each in listed[1:]] == [(day, True, True)]
            early = await client.post(f"/days/{day}/print", json={"id": "early"})
            assert (early.status_code, "is not closed" in early.json()["error"]) == (409, True)
            await closed(client, day, "close")
            [one] = (await client.get("/days", params={"before": date_of(time.time())})).json()["days"]
            assert (one["closed_by"], one["is_due"], one["admissions"]) == ("staff", False, 1)
            for _ in range(2):
                order = {"id": "once"}
                while (answer := await client.post(f"/days/{day}/print", json=order)).status_code == 202:
                    pass
                assert answer.json() == {"id": "once", "state": "done", "is_copy": None}
            assert len(printer.receipts) == 1

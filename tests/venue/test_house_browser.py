"""The page of a house as people use it: in a real browser, with as many gates as a large house has."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Page, Route, expect

from gate_controller.shell.joining import JoinRequest, open_answer, read_code
from gate_controller.venue.enrolment import Enrolment
from gate_controller.venue.tiles import HouseItem, Presence
from gate_controller.web.people import Role
from tests.rig.browser import (
    IN_ONE_BROWSER,
    PHONE,
    SMALLEST,
    TABLET,
    WALL,
    Visit,
    browser,
    can_be_used,
    can_be_used_at_every_size,
    visit,
)
from tests.rig.enrolling import Joinable, ListedAccounts
from tests.rig.house_of_gates import HouseByHand, an_open_item, served_house
from tests.rig.site import PASSWORD

pytestmark = IN_ONE_BROWSER

MANY = 1000


@asynccontextmanager
async def seen_house(
    state_dir: Path,
    house: HouseByHand,
    *,
    size: tuple[int, int] = PHONE,
    role: Role = Role.STAFF,
    enrolment: Enrolment | None = None,
    **options: Any,
) -> AsyncIterator[tuple[Visit, str]]:
    async with (
        served_house(state_dir, house, enrolment=enrolment) as site,
        browser() as started,
        visit(started, size, **options) as seen,
    ):
        site.add("Anna", role)
        await seen.page.goto(f"{site.origin}/login")
        await seen.page.fill("#name", "anna")
        await seen.page.fill("#password", PASSWORD)
        await seen.page.click("#login button")
        await expect(seen.page.locator("#now")).to_be_visible()
        await expect(seen.page.locator(".live")).to_contain_text(":")
        yield seen, site.origin
        assert [said for said in seen.complaints if "Failed to load resource" not in said] == []


def a_busy_house(number: int) -> HouseByHand:
    """Return a house in which something needs somebody."""
    house = HouseByHand.of(number)
    now = time.time()
    house.gates["gate-3"] = replace(house.gates["gate-3"], presence=Presence.STALE, heard_at=now - 1500)
    house.gates["gate-5"] = replace(
        house.gates["gate-5"], state="out of service", needs=("relay: GPIO17 is held by another program",)
    )
    house.gates["gate-7"] = replace(house.gates["gate-7"], open_items=1, open_cents=2500, needs=("open items: 1",))
    house.items = [HouseItem("gate-7", "K7Q2M", 4, now - 2000, "open item", True, "why", "…9TXA", 2500, "CHF")]
    house.told_of = {("gate-7", "K7Q2M"): an_open_item("K7Q2M", 1)}
    house.most_inside = 500
    return house


async def test_every_page_can_be_used_and_nothing_sticks_out(state_dir: Path) -> None:
    paths = (
        "/",
        "/gates/gate-7",
        "/gates/gate-7/attempts/K7Q2M",
        "/items",
        "/orders",
        "/days/2026-11-25",
        "/enrolment",
    )
    async with seen_house(state_dir, a_busy_house(12), role=Role.TECHNICIAN) as (seen, origin):
        for path in paths:
            await seen.page.goto(f"{origin}{path}")
            await can_be_used_at_every_size(seen.page, path, (SMALLEST, TABLET, WALL))


async def test_a_thousand_gates_are_there_at_once_and_follow_without_a_stall(state_dir: Path) -> None:
    """
    First view under 1 s; no update keeps the browser for 200 ms: a few gates, a third of them, all at once.

    Measured up to three times, and the best counts, in time that the browser had: the rest says what else this
    machine was doing.
    """
    house = a_busy_house(MANY)
    shown, longest = [], []
    async with seen_house(state_dir, house, size=WALL) as (seen, origin):
        for _ in range(3):
            shown.append(await first_view(seen.page, origin) / await slowness(seen.page))
            longest.append(await longest_stall(seen.page, house) / await slowness(seen.page))
            if shown[-1] < 1000 and longest[-1] < 200:
                break
        assert min(shown) < 1000
        assert min(longest) < 200
        await expect(seen.page.locator(".tile")).to_have_count(MANY)


async def slowness(page: Page) -> float:
    """Return how many times as long as alone the browser takes for the same now, beside whatever else runs here."""
    found: float = await page.evaluate(
        "(() => { const took = []; let sum = 0; for (let turn = 0; turn < 60; turn += 1) { const at ="
        " performance.now(); for (let i = 0; i < 2e6; i += 1) sum += Math.sqrt(i); took.push(performance.now() - at); }"
        " return took.reduce((a, b) => a + b) / took.length / Math.min(...took); })()"
    )
    return max(1.0, found)


async def first_view(page: Page, origin: str) -> float:
    """Return after how many ms somebody sees it who has been here before: styles and scripts are there."""
    await page.goto(origin)
    await expect(page.locator(".tile")).to_have_count(MANY)
    await expect(page.locator(".live")).to_contain_text("live")
    found: float = await page.evaluate(
        "Math.max(...performance.getEntriesByType('paint').map(e => e.startTime),"
        " performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd)"
    )
    return found


async def longest_stall(page: Page, house: HouseByHand) -> float:
    """Return for how many ms the browser was kept at most while gates changed."""
    await page.evaluate(
        "window.long = []; new PerformanceObserver(list => long.push(...list.getEntries().map(e => e.duration)))"
        ".observe({type: 'longtask', buffered: false})"
    )
    everything = list(house.gates)
    for gates in (everything[20:23], everything[20:353], everything):
        wanted = house.gates[gates[-1]].admitted + 1
        for gate in gates:
            house.gates[gate] = replace(house.gates[gate], admitted=house.gates[gate].admitted + 1)
        house.tell(*gates)
        await expect(page.locator(f'[data-gate="{gates[-1]}"]')).to_contain_text(f"{wanted} admitted")
    return max(await page.evaluate("long"), default=0.0)


async def test_a_gate_moves_to_the_top_when_it_needs_somebody_and_back_again(state_dir: Path) -> None:
    house = HouseByHand.of(9)
    async with seen_house(state_dir, house) as (seen, _):
        page, needing = seen.page, seen.page.locator(".needing")
        await expect(needing).to_be_hidden()
        house.change("gate-6", state="out of service", needs=("relay: broken",))
        house.change("gate-2", presence=Presence.STALE)
        await expect(needing.locator(".tile b")).to_have_text(["Gate 6", "Gate 2"])
        await expect(page.locator("#now")).to_have_text("2 of 9 gates need you")
        assert await page.title() == "(2) Museum"
        house.change("gate-6", state="takes scans", needs=())
        house.change("gate-2", presence=Presence.LIVE)
        await expect(needing).to_be_hidden()
        garden = page.locator('[data-section="=Garden"] .tile b')
        await expect(garden).to_have_text(["Gate 2", "Gate 5", "Gate 8"])


async def test_a_broken_stream_greys_the_wall_and_it_catches_up_by_itself(state_dir: Path) -> None:
    house = HouseByHand.of(6)
    async with browser() as started, visit(started) as seen:
        async with served_house(state_dir, house) as site:
            site.add("Anna", Role.VIEWER)
            await seen.page.goto(f"{site.origin}/login")
            await seen.page.fill("#name", "anna")
            await seen.page.fill("#password", PASSWORD)
            await seen.page.click("#login button")
            await expect(seen.page.locator(".live")).to_contain_text("live")
        await expect(seen.page.locator(".live")).to_contain_text("no connection since", timeout=10_000)
        assert "stale" in (await seen.page.get_attribute("body", "class") or "")


async def test_what_is_typed_leaves_the_gates_of_that_name_and_enter_finds_a_visit(state_dir: Path) -> None:
    async with seen_house(state_dir, a_busy_house(30), size=TABLET) as (seen, _):
        page = seen.page
        await page.fill("#find", "gate 2")
        await expect(page.locator(".tile:visible")).to_have_count(11)
        await expect(page.locator("[data-matching]")).to_contain_text("11 gates of that name")
        await page.fill("#find", "k7q2m")
        await page.press("#find", "Enter")
        await expect(page).to_have_url(re.compile("/gates/gate-7/attempts/K7Q2M$"))
        await expect(page.locator(".story li").first).to_contain_text("…9TXA")


async def test_an_open_item_is_seen_to_from_the_wall_and_acts_once(state_dir: Path) -> None:
    house = a_busy_house(12)
    async with seen_house(state_dir, house) as (seen, _):
        page = seen.page
        await page.click("[data-part=items] [data-ask=settle]")
        dialog = page.locator("#ask-settle")
        await expect(dialog).to_contain_text("Gate 7")
        await page.click("#ask-settle [data-reason]")
        await page.dblclick("#ask-settle [type=submit]")
        await expect(dialog.locator("[data-told]")).to_contain_text("The gate opened.")  # the hand-made house's answer
        [(gates, do, _, fields)] = house.orders_seen
        assert (gates, do, fields) == (("gate-7",), "settle", {"incident": "K7Q2M"})


async def test_an_order_to_a_group_says_which_gates_did_not_answer(state_dir: Path) -> None:
    house = HouseByHand.of(6)
    house.outcomes = {"gate-4": "unanswered"}
    async with seen_house(state_dir, house, role=Role.TECHNICIAN) as (seen, origin):
        page = seen.page
        await page.goto(f"{origin}/orders")
        await page.click("[data-ask=hold-open][data-to='groups/Tower']")
        await page.click("#ask-hold-open [data-until='15']")
        await page.click("#ask-hold-open [data-reason]")
        await page.click("#ask-hold-open [type=submit]")
        told = page.locator("#ask-hold-open [data-told]")
        await expect(told).to_contain_text("Done at 1 gates. No answer from Gate 4: it may have been done.")
        await expect(page.locator("#ask-hold-open [type=submit]")).to_be_hidden()
        await page.click("#ask-hold-open [data-close]")
        await expect(page.locator(".visits li")).to_have_count(1)  # loaded anew, with what was given
        await expect(page.locator(".visits li")).to_contain_text("No answer from Gate 4")
        await page.click("[data-ask=close][data-to='house']")
        await page.click("#ask-close [data-path$='out-of-service']")
        await page.click("#ask-close [data-reason]")
        await page.click("#ask-close [type=submit]")
        await expect(page.locator("#ask-close [data-told]")).to_contain_text("Done at 5 gates.")
        assert [each[1] for each in house.orders_seen] == ["hold_open", "out_of_service"]


async def test_a_price_is_set_at_a_gate_by_a_technician_alone(state_dir: Path) -> None:
    house = HouseByHand.of(2)
    async with seen_house(state_dir, house, role=Role.TECHNICIAN) as (seen, origin):
        await seen.page.goto(f"{origin}/gates/gate-2")
        await seen.page.click("[data-ask=price]")
        await seen.page.fill("#amount-price", "27.50")
        await seen.page.fill("#reason-price", "summer")
        await expect(seen.page.locator("#ask-price [type=submit]")).to_have_text("Set the price: 27.50")
        await seen.page.click("#ask-price [type=submit]")
        await expect(seen.page.locator("#ask-price [data-told]")).to_be_visible()
        assert house.orders_seen[0][3] == {"price_cents": 2750, "from": None}


async def test_who_has_focus_on_a_tile_keeps_it_when_it_changes(state_dir: Path) -> None:
    house = HouseByHand.of(6)
    async with seen_house(state_dir, house, size=WALL) as (seen, _):
        await seen.page.focus('[data-gate="gate-4"] a')
        house.change("gate-4", admitted=99)
        await expect(seen.page.locator('[data-gate="gate-4"]')).to_contain_text("99 admitted")
        assert await focused(seen.page) == "/gates/gate-4"
        house.change("gate-4", presence=Presence.OFFLINE)
        await expect(seen.page.locator('.needing [data-gate="gate-4"]')).to_be_visible()
        assert await focused(seen.page) == "/gates/gate-4"


async def focused(page: Page) -> str:
    found: str = await page.evaluate("document.activeElement.getAttribute('href')")
    return found


async def test_a_page_that_nobody_saw_catches_up_and_keeps_what_was_typed(state_dir: Path) -> None:
    """As a tablet does that slept: it gives its stream back, and is told what it has missed when it is seen again."""
    house = HouseByHand.of(6)
    async with seen_house(state_dir, house, size=TABLET) as (seen, _):
        page = seen.page
        await page.fill("#find", "gate 3")
        await expect(page.locator(".tile:visible")).to_have_count(1)
        await look(page, is_hidden=True)
        await asyncio.sleep(1.2)  # what it waits before it gives its stream back
        house.change("gate-3", admitted=333)
        house.change("gate-4", admitted=444)
        await look(page, is_hidden=False)
        await expect(page.locator('[data-gate="gate-3"]')).to_contain_text("333 admitted")
        await expect(page.locator('[data-gate="gate-4"]')).to_contain_text("444 admitted")
        await expect(page.locator(".tile:visible")).to_have_count(1)  # of what was typed
        assert await page.input_value("#find") == "gate 3"
        assert await page.evaluate("document.activeElement.id") == "find"


async def look(page: Page, *, is_hidden: bool) -> None:
    said = "true" if is_hidden else "false"
    await page.evaluate(f"Object.defineProperty(document, 'hidden', {{get: () => {said}, configurable: true}})")
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


async def test_a_gates_page_follows_it_and_keeps_what_is_being_written(state_dir: Path) -> None:
    house = a_busy_house(9)
    async with seen_house(state_dir, house, role=Role.TECHNICIAN) as (seen, origin):
        page = seen.page
        await page.goto(f"{origin}/gates/gate-7")
        await expect(page.locator("#now")).to_have_text("Takes visitors")
        await expect(page.locator(".live")).to_contain_text("live")
        await page.fill("#gate-name", "North")
        house.told_of["gate-7", "4M7PD"] = an_open_item("4M7PD", 5)
        house.change("gate-7", lane="releasing", admitted=78)
        await expect(page.locator("#now")).to_have_text("Open")
        await expect(page.locator("[data-part=told] li").first).to_contain_text("4M7PD")
        await expect(page.locator("[data-part=figures]")).to_contain_text("78")
        assert await page.input_value("#gate-name") == "North"


async def test_a_code_is_made_seen_once_and_a_gate_joins_by_it(state_dir: Path) -> None:
    joinable = Joinable(accounts=ListedAccounts(), now=time.time())
    house = HouseByHand.of(2)
    async with seen_house(state_dir, house, role=Role.TECHNICIAN, enrolment=joinable.enrolment) as (seen, origin):
        page = seen.page
        await page.goto(f"{origin}/enrolment")
        await page.fill("#code-name", "East")
        await page.click("[data-form='enrolment/codes'] button")
        await expect(page.locator("[data-code]")).to_contain_text("-")
        code = read_code(await page.locator("[data-code]").inner_text())
        await expect(page.locator("[data-command]")).to_have_text(f"gate-controller join {origin} {code.text}")
        await expect(page.locator("[data-qr] svg")).to_be_visible()
        await can_be_used(page, "a code")
        key = code.key()
        request = JoinRequest.made(code.name, "east", "1.0", looks=False)
        async with httpx.AsyncClient(base_url=origin) as gate:
            answer = await gate.post("/api/v1/enrol", content=request.packed(key))
        assert open_answer(key, request, answer.content)["gate"] == "east"
        await page.reload()
        assert code.secret not in (await page.content()).replace("-", "")
        await expect(page.locator("tbody tr").first).to_contain_text("used by east")
        await page.fill("#code-gate", "west")
        await page.click("[data-form='enrolment/codes'] button")
        await expect(page.locator("[data-qr] svg")).to_be_visible()
        await page.reload()
        await page.click("[data-form$=withdraw] button")
        await expect(page.locator("[data-form$=withdraw]")).to_have_count(0)
        audit = (state_dir / "audit.jsonl").read_text()
        assert "/api/v1/enrolment/codes" in audit
        assert code.secret not in audit.replace("-", "")


def with_items(house: HouseByHand, number: int) -> list[HouseItem]:
    """Return so many open items, the newest first, by gates in turn."""
    now = time.time()
    gates = list(house.gates)
    return [
        HouseItem(gates[each % len(gates)], f"K{each:04d}", each, now - 60 * each, "open item", True, f"why {each}",
                  "…9TXA", 2500, "CHF")
        for each in range(number)
    ]  # fmt: skip


async def test_a_thousand_open_items_come_change_and_go_on_their_page_and_keep_no_browser(state_dir: Path) -> None:
    house = HouseByHand.of(50)
    house.items = with_items(house, MANY)
    house.gates["gate-1"] = replace(house.gates["gate-1"], open_items=MANY, open_cents=2500 * MANY)
    house.gates["gate-2"] = replace(house.gates["gate-2"], presence=Presence.OFFLINE)  # and is never waited for
    async with seen_house(state_dir, house, size=TABLET) as (seen, origin):
        page = seen.page
        await page.goto(f"{origin}/items")
        await expect(page.locator("#items")).to_have_text(f"Open items ({MANY})")
        await expect(page.locator(".live")).to_contain_text("live")
        rows = page.locator("[data-items] li")
        await expect(rows).to_have_count(100)
        await page.evaluate(
            "window.long = []; new PerformanceObserver(list => long.push(...list.getEntries().map(e => e.duration)))"
            ".observe({type: 'longtask', buffered: false})"
        )
        kept = '[data-key="gate-6/K0005"]'
        await page.focus(f"{kept} [data-ask=settle]")
        await page.evaluate(f"document.querySelector('{kept}').isTheSame = true")
        new = [replace(item, incident=f"N{item.number:04d}") for item in house.items[10:13]]
        house.items = [*new, *house.items[3:]]
        house.tell()
        await expect(rows.first).to_contain_text("incident N0010")
        await expect(page.locator('[data-key="gate-1/K0000"]')).to_have_count(0)
        assert await page.evaluate(f"document.querySelector('{kept}').isTheSame")
        assert await page.evaluate("document.activeElement.closest('[data-key]').dataset.key") == "gate-6/K0005"
        house.items = [replace(item, amount=3000) for item in house.items]  # all at once
        house.tell()
        await expect(page.locator(kept)).to_contain_text("30.00")
        assert await page.evaluate("document.activeElement.closest('[data-key]').dataset.key") == "gate-6/K0005"
        assert max(await page.evaluate("long"), default=0.0) / await slowness(page) < 200
        house.items = []
        house.gates["gate-1"] = replace(house.gates["gate-1"], open_items=0)
        house.tell()
        await expect(rows).to_have_count(0)
        await expect(page.locator("[data-part=head]")).to_contain_text("Nothing here.")


async def test_a_list_that_a_proxy_has_cut_off_is_there_again_by_itself_and_keeps_no_ghosts(state_dir: Path) -> None:
    """What answers 502 instead of a stream would have a browser give it up for good; what went meanwhile is gone."""
    house = HouseByHand.of(6)
    house.items = with_items(house, 5)
    async with seen_house(state_dir, house, size=TABLET) as (seen, origin):
        page, asked = seen.page, list[str]()

        async def cut_off(route: Route) -> None:
            asked.append(route.request.url)
            await (route.continue_() if len(asked) > 2 else route.fulfill(status=502, body="<h1>Bad gateway</h1>"))

        await page.goto(f"{origin}/items")
        await expect(page.locator(".live")).to_contain_text("live")
        await page.route("**/live?*", cut_off)
        await look(page, is_hidden=True)
        await asyncio.sleep(1.2)  # what it waits before it gives its stream back
        house.items = [replace(house.items[0], incident="NEW01"), *house.items[2:]]
        house.tell()
        await look(page, is_hidden=False)
        rows = page.locator("[data-items] li")
        await expect(rows.first).to_contain_text("NEW01", timeout=30_000)
        await expect(rows).to_have_count(4)
        await expect(page.locator(".live")).to_contain_text("live")
        assert len(asked) >= 3

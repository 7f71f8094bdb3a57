"""The staff's page as people use it: in a real browser, before a real gate whose relay is a mock pin."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, Response, Route, expect

from gate_controller.admission.words.codes import Code
from gate_controller.admission.words.facts import Refused
from gate_controller.journal.store import Store
from gate_controller.simulator import FaultKind, Simulator
from gate_controller.simulator.misbehaviour import Endpoint
from gate_controller.web.people import Role
from gate_controller.web.users import Member, add_member
from tests.rig.browser import (
    IN_ONE_BROWSER,
    PHONE,
    SMALLEST,
    TABLET,
    Visit,
    browser,
    can_be_used_at_every_size,
    scan,
    visit,
)
from tests.rig.gate import GOOD, LOW, RELAY, GateInProcess, fault, open_items
from tests.rig.page import gate_with_page
from tests.rig.pins import Pins
from tests.rig.site import PASSWORD, cheap_hashing
from tests.rig.waiting import until

pytestmark = IN_ONE_BROWSER

Seen = tuple[GateInProcess, Visit, str]


def add(state_dir: Path, name: str, role: Role) -> None:
    add_member(state_dir, Member(name, role, cheap_hashing().hash(PASSWORD)))


@asynccontextmanager
async def page_of(
    state_dir: Path,
    pins: Pins,
    simulator: Simulator,
    *,
    role: Role = Role.STAFF,
    size: tuple[int, int] = PHONE,
    locale: str = "en-GB",
    opened: bool = True,
    **settings: Any,
) -> AsyncIterator[Seen]:
    """Run a gate, and look at its page as somebody of this role; not yet, unless it is `opened`."""
    fast: dict[str, Any] = {"display__languages": "en,de,fr,it", "display__gate_name": "East", **settings}
    async with gate_with_page(state_dir, pins, simulator, **fast) as (gate, client), browser() as started:
        add(state_dir, "Anna", role)
        async with visit(started, size, locale=locale) as seen:
            origin = str(client.base_url)
            await log_in_beforehand(seen.page, origin)
            if opened:
                await seen.page.goto(origin)
                await expect(seen.page.locator("[data-part=now]")).to_be_visible()
            yield gate, seen, origin
            assert [said for said in seen.complaints if "Failed to load resource" not in said] == []


async def log_in(page: Page, origin: str) -> None:
    """Log in as people do."""
    await page.goto(origin)
    await page.fill("#name", "anna")
    await page.fill("#password", PASSWORD)
    await page.click("#login button")
    await expect(page.locator("[data-part=now]")).to_be_visible()
    await page.wait_for_load_state("load")  # its scripts are there, and what is pressed is heard


async def log_in_beforehand(page: Page, origin: str) -> None:
    """Give the browser its session without a look at the page where people log in."""
    answer = await page.request.post(
        f"{origin}/login", data={"name": "anna", "password": PASSWORD}, headers={"Origin": origin}
    )
    assert answer.ok, await answer.text()


async def an_open_item(gate: GateInProcess, simulator: Simulator) -> str:
    """Let somebody be charged whom nobody lets in and whose money E-GUMA does not take back; return the incident."""
    refusing = fault(FaultKind.STATUS, Endpoint.CANCEL_REDEMPTION, status=400, times=None)
    simulator.faults.add(refusing)
    gate.scan(GOOD)
    await until(lambda: bool(open_items(gate.settings.state_dir)), seconds=15)
    simulator.faults.clear()
    [item] = open_items(gate.settings.state_dir)
    return str(item.incident)


CREDITS: dict[str, Any] = {"passage__pin": 5, "passage__seconds": 0.1, "admission__credit_minutes": 0.002}


# -- live


async def test_a_real_scan_is_seen_as_it_happens(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with page_of(state_dir, pins, simulator, display__verdict_seconds=3, admission__hold_seconds=3) as (
        gate,
        seen,
        _,
    ):
        page = seen.page
        await expect(page.locator("#now")).to_have_text("Scan here")
        await expect(page.locator(".live")).to_contain_text("live")
        gate.scan(GOOD)
        await expect(page.locator("[data-part=now] .now")).to_have_class("card now admitted")
        await expect(page.locator("[data-part=now] .money")).to_contain_text("25.00")
        await expect(page.locator(".visits li").first).to_contain_text("…KJR3")
        await expect(page.locator(".visits li").first).to_contain_text("Admitted")
        await expect(page.locator("[data-part=today] dd").first).to_have_text("1")
        gate.scan(LOW)
        await expect(page.locator(".visits li").first).to_contain_text("Balance too low")
        assert GOOD not in await page.content()


async def test_what_is_old_says_so_and_the_page_comes_back_by_itself(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with browser() as started, visit(started) as seen:
        page = seen.page
        async with gate_with_page(state_dir, pins, simulator, display__languages="en") as (_, client):
            add(state_dir, "Anna", Role.STAFF)
            origin = str(client.base_url)
            await log_in(page, origin)
            await expect(page.locator(".live")).to_contain_text("live")
        await expect(page.locator(".live")).to_contain_text("no connection since", timeout=10_000)
        assert "stale" in (await page.get_attribute("body", "class") or "")
        port = httpx.URL(origin).port
        async with gate_with_page(state_dir, pins, simulator, port=port, display__languages="en"):
            # Sessions end with the gate: whoever looks logs in again, without having to load the page.
            await expect(page.locator("#login")).to_be_visible(timeout=20_000)


async def test_more_pages_than_a_browser_has_connections_are_open_and_live(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    """Each has a stream, a browser six connections to one host: those that nobody sees give theirs back."""
    async with page_of(state_dir, pins, simulator, **CREDITS) as (gate, seen, origin):
        first, others = seen.page, []
        for _ in range(8):
            others.append(await first.context.new_page())
            await others[-1].goto(origin)
            await expect(others[-1].locator(".live")).to_contain_text("live")
            await _hide(others[-1])
        gate.scan(LOW)
        await expect(first.locator(".visits li").first).to_contain_text("Balance too low")
        await _hide(others[0], hidden=False)
        await expect(others[0].locator(".visits li").first).to_contain_text("Balance too low")


async def _hide(page: Page, *, hidden: bool = True) -> None:
    """Let a page believe that it is in the background; wait until it has given its connection back."""
    await page.evaluate(
        "(hidden) => { Object.defineProperty(document, 'hidden', { get: () => hidden, configurable: true });"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        hidden,
    )
    if hidden:
        await page.wait_for_timeout(1_300)


async def test_a_page_that_stays_open_goes_along_with_the_clocks(
    state_dir: Path, pins: Pins, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A quarter of an hour, by the clock of the summer that has ended, was until tomorrow."""
    monkeypatch.setenv("TZ", "Europe/Zurich")
    time.tzset()
    try:
        async with page_of(state_dir, pins, simulator, size=TABLET) as (gate, seen, _):
            page = seen.page
            monkeypatch.setenv("TZ", "Europe/London")
            time.tzset()
            here = time.strftime("%H:")
            await expect(page.locator(".live")).to_contain_text(f"live, {here}", timeout=10_000)
            await order(page, "hold-open", minutes="15")
            await expect(page.locator("#ask-hold-open [data-told]")).to_contain_text("Done at")
            until_then = (await gate.asked("status"))["regime"]["until"]
            assert 800 < until_then - time.time() < 1_000
    finally:
        monkeypatch.undo()
        time.tzset()


async def test_a_new_day_begins_though_nothing_happens(
    state_dir: Path, pins: Pins, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two zones whose dates are never the same: midnight for whoever cannot wait for it."""
    monkeypatch.setenv("TZ", "Etc/GMT+12")
    time.tzset()
    try:
        async with page_of(state_dir, pins, simulator, size=TABLET) as (gate, seen, _):
            gate.scan(LOW)
            at = seen.page.locator(".visits li time").first
            await expect(at).not_to_be_empty()
            scanned = gate.facts()[0][0].at
            await expect(at).to_have_text(time.strftime("%H:%M", time.localtime(scanned)))
            monkeypatch.setenv("TZ", "Pacific/Kiritimati")
            time.tzset()
            await expect(at).to_have_text(time.strftime("%H:%M", time.localtime(scanned)), timeout=10_000)
    finally:
        monkeypatch.undo()
        time.tzset()


async def test_what_cannot_be_read_is_not_told_as_nothing(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with page_of(state_dir, pins, simulator, size=TABLET) as (gate, seen, _):
        page = seen.page
        gate.scan(LOW)
        await expect(page.locator(".visits li")).to_have_count(1)
        [journal] = state_dir.glob("journal.sqlite3")
        journal.rename(state_dir / "away")
        gate.app.board.changed()
        await expect(page.locator("[data-part=scans]")).to_have_text("The journal cannot be read just now.")
        await expect(page.locator("[data-part=need]")).to_contain_text("The journal cannot be read just now.")
        assert "Nobody" not in await page.inner_text("main")
        (state_dir / "away").rename(journal)
        await expect(page.locator(".visits li")).to_have_count(1, timeout=10_000)


async def test_who_logged_out_leaves_nothing_for_the_back_button(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with page_of(state_dir, pins, simulator) as (gate, seen, _):
        page = seen.page
        gate.scan(LOW)
        await expect(page.locator(".visits li")).to_have_count(1)
        await page.click(".visits a")
        await expect(page.locator(".story")).to_be_visible()
        await page.click("[data-log-out]")
        await expect(page.locator("#login")).to_be_visible()
        await page.go_back()
        await expect(page.locator("#login")).to_be_visible()
        assert await page.locator(".visits, .story").count() == 0


async def test_the_tabs_title_counts_what_needs_a_person(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with page_of(state_dir, pins, simulator, **CREDITS) as (gate, seen, _):
        assert await seen.page.title() == "East"
        await an_open_item(gate, simulator)
        await expect(seen.page).to_have_title("(1) East")


# -- orders, down to the pin


async def order(page: Page, do: str, *, reason: str | None = "Trial for a test", minutes: str | None = None) -> None:
    await page.click(f"[data-ask={do}]")
    dialog = page.locator(f"#ask-{do}")
    await expect(dialog).to_be_visible()
    if reason is not None:
        await dialog.locator("[name=reason]").fill(reason)
    if minutes is not None:
        await dialog.locator(f"[data-until='{minutes}']").click()
    await dialog.locator("[type=submit]").click()
    await expect(dialog.locator("[data-told]")).to_be_visible()


async def test_open_once_moves_the_relay_and_says_so(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with page_of(state_dir, pins, simulator) as (gate, seen, _):
        await order(seen.page, "open-once", reason="pram, wide gate needed")
        await expect(seen.page.locator("#ask-open-once [data-told]")).to_contain_text("Done at")
        assert sum(edge.high for edge in gate.relay_edges) == 1
        await expect(seen.page.locator(".visits li").first).to_contain_text("Opened by Anna: pram, wide gate needed")


async def test_a_button_pressed_twice_acts_once(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with page_of(state_dir, pins, simulator) as (gate, seen, _):
        page = seen.page
        await page.click("[data-ask=open-once]")
        await page.fill("#reason-open-once", "pram")
        await page.evaluate(
            "() => { const f = document.querySelector('#ask-open-once form'); f.requestSubmit(); f.requestSubmit(); }"
        )
        await expect(page.locator("#ask-open-once [data-told]")).to_contain_text("Done at")
        assert sum(edge.high for edge in gate.relay_edges) == 1


async def test_an_answer_that_is_lost_is_asked_for_again_and_the_gate_opens_once(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with page_of(state_dir, pins, simulator) as (gate, seen, _):
        page = seen.page
        lost: list[Any] = []

        async def lose_the_first(route: Route) -> None:
            if not lost:
                lost.append(await route.fetch())  # the gate has it, the browser does not
                await route.abort()
            else:
                await route.continue_()

        await page.route("**/api/v1/actions/open-once*", lose_the_first)
        await order(page, "open-once")
        await expect(page.locator("#ask-open-once [data-told]")).to_contain_text("Done at")
        assert len(lost) == 1
        assert sum(edge.high for edge in gate.relay_edges) == 1


async def test_what_the_gate_refuses_is_told_in_words(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with page_of(state_dir, pins, simulator, locale="de-CH") as (gate, seen, _):
        await gate.asked("hold_open", by="Bea", reason="open day", until="1h")
        await order(seen.page, "open-once")
        told = seen.page.locator("#ask-open-once [data-told]")
        await expect(told).to_have_text("Der Eingang steht schon offen.")
        await expect(told).to_have_class("told bad")


async def test_held_open_until_a_moment_and_back_to_normal(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with page_of(state_dir, pins, simulator) as (_, seen, __):
        page = seen.page
        await order(page, "hold-open", minutes="60")
        assert pins.is_high(RELAY)
        await expect(page.locator("[data-part=now] .now")).to_have_class("card now held-open")
        await expect(page.locator("[data-part=now] .lane")).to_contain_text("by Anna")
        await page.click("#ask-hold-open [data-close]")
        await order(page, "resume", reason=None)
        await until(lambda: not pins.is_high(RELAY))
        await expect(page.locator("#now")).to_have_text("Scan here")


async def test_out_of_service_with_words_for_the_visitor(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with page_of(state_dir, pins, simulator) as (_, seen, __):
        page = seen.page
        await page.click("[data-ask=close]")
        await page.click("#ask-close [data-path='actions/out-of-service']")
        await page.fill("#text-close", "Bitte Eingang West")
        await page.fill("#reason-close", "belt torn")
        await page.click("#ask-close [type=submit]")
        await expect(page.locator("[data-part=now]")).to_contain_text("Bitte Eingang West")
        await expect(page.locator("[data-part=now] .now")).to_have_class("card now out-of-service")


async def test_an_open_item_is_let_in_and_off_the_list(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with page_of(state_dir, pins, simulator, **CREDITS) as (gate, seen, _):
        page = seen.page
        await an_open_item(gate, simulator)
        before = sum(edge.high for edge in gate.relay_edges)
        await expect(page.locator(".need")).to_contain_text("CHF")
        await order(page, "let-in", reason="stood outside")
        await expect(page.locator(".need")).to_have_count(0)
        assert sum(edge.high for edge in gate.relay_edges) == before + 1
        assert open_items(state_dir) == []


async def test_an_open_item_is_given_back(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with page_of(state_dir, pins, simulator, **CREDITS) as (gate, seen, _):
        await an_open_item(gate, simulator)
        await order(seen.page, "refund", reason="ride was closed")
        await expect(seen.page.locator(".need")).to_have_count(0)
        assert gate.charged == 0


async def test_who_only_looks_has_no_buttons(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with page_of(state_dir, pins, simulator, role=Role.VIEWER, **CREDITS) as (gate, seen, _):
        await an_open_item(gate, simulator)
        await expect(seen.page.locator(".need")).to_be_visible()
        assert await seen.page.locator("[data-ask]").count() == 0


async def test_a_dialog_tells_of_its_own_order_alone(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    """Whoever closed one that took long and opened it again was told of the first, and took it for the second."""
    async with page_of(state_dir, pins, simulator) as (gate, seen, _):
        page = seen.page
        go_on = asyncio.Event()

        async def slow(route: Route) -> None:
            await go_on.wait()
            await route.continue_()

        await page.route("**/api/v1/actions/open-once*", slow, times=1)
        await page.click("[data-ask=open-once]")
        await page.fill("#reason-open-once", "the first")
        await page.click("#ask-open-once [type=submit]")
        await page.keyboard.press("Escape")
        await page.click("[data-ask=open-once]")
        go_on.set()
        await until(lambda: any(edge.high for edge in gate.relay_edges))
        await expect(page.locator(".visits li").first).to_contain_text("the first")
        await expect(page.locator("#ask-open-once [type=submit]")).to_be_enabled()
        await expect(page.locator("#ask-open-once [data-told]")).to_be_hidden()


async def test_one_visits_page_is_as_it_is_after_an_order(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with page_of(state_dir, pins, simulator, opened=False, **CREDITS) as (gate, seen, origin):
        incident = await an_open_item(gate, simulator)
        await seen.page.goto(f"{origin}/attempts/{incident}")
        await order(seen.page, "settle", reason="paid in cash")
        await expect(seen.page.locator("#ask-settle [data-told]")).to_contain_text("Done at")
        await seen.page.click("#ask-settle [data-close]")
        await expect(seen.page.locator(".story")).to_contain_text("paid in cash")
        await expect(seen.page.locator("[data-ask=settle]")).to_have_count(0)


async def test_what_anybody_writes_is_shown_as_he_wrote_it(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with page_of(state_dir, pins, simulator, size=SMALLEST) as (gate, seen, _):
        page = seen.page
        evil = "<img src=x onerror=alert(1)>&amp;\"'</script>"
        await gate.asked("out_of_service", by="<b>Bea</b>", reason=evil, text="<i>West</i>")
        await expect(page.locator("[data-part=now]")).to_contain_text(evil)
        await gate.asked("resume", by="Bea")
        await gate.asked("release", by="Bea", reason="W" * 300)
        await expect(page.locator(".visits li").first).to_contain_text("WWW")
        assert await page.locator("main img, main b b, main i").count() == 0
        assert await page.evaluate("document.documentElement.scrollWidth") <= SMALLEST[0]
        await page.click(".visits li a >> nth=0")
        await expect(page.locator(".story")).to_contain_text("WWW")
        assert await page.evaluate("document.documentElement.scrollWidth") <= SMALLEST[0]


async def test_whoever_wants_it_light_or_dark_gets_it_with_one_press(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    """The page's scripts ran twice, and took back each press with the next."""
    async with page_of(state_dir, pins, simulator, size=TABLET) as (_, seen, __):
        await seen.page.click("[data-theme-switch]")
        assert await seen.page.get_attribute("html", "data-theme") == "dark"
        modules = [asked for asked in seen.asked if "every.js" in asked]
        assert len(set(modules)) == 1


# -- finding, and one visit's story


async def test_a_scanned_code_finds_its_visit_and_the_field_is_empty_for_the_next(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with page_of(state_dir, pins, simulator, size=TABLET) as (gate, seen, origin):
        page = seen.page
        gate.scan(GOOD)
        verdict = await gate.verdict()
        await expect(page.locator(".visits li")).to_have_count(1)
        await expect(page.locator("#find")).to_be_focused()
        await page.keyboard.type("nothing-there\n")
        await expect(page.locator("[data-found]")).to_contain_text("Nothing found for …here")
        assert await page.input_value("#find") == ""
        await page.keyboard.type(f"{GOOD}\n")
        await page.wait_for_url(f"{origin}/attempts/{verdict.message.incident}")
        story = page.locator(".story")
        await expect(story).to_contain_text("Voucher …KJR3 was scanned")
        await expect(story).to_contain_text("The gate was opened")
        assert GOOD not in await page.content()
        assert not any(GOOD in asked for asked in seen.asked)
        await page.click("[data-whole]")
        await expect(page.locator("[data-voucher]")).to_have_text(GOOD)
        await page.click("[data-back]")
        await expect(page.locator("#now")).to_be_visible()


async def test_older_scans_come_by_paging(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    state_dir.mkdir()
    store = Store(state_dir)
    for number in range(60):
        attempt, incident = store.numbering.next()
        code = Code(f"NOBODY{number:06}")
        store.append([Refused(attempt, 0, 1e9 + number, incident, code, "not_redeemable")], synced=False)
    store.close()
    async with page_of(state_dir, pins, simulator, opened=False) as (_, seen, origin):
        await seen.page.goto(f"{origin}/attempts")
        await expect(seen.page.locator(".visits li")).to_have_count(50)
        await expect(seen.page.locator(".visits li").first).to_contain_text("…0059")
        await seen.page.click("text=Earlier")
        await expect(seen.page.locator(".visits li")).to_have_count(10)
        await expect(seen.page.locator(".visits li").last).to_contain_text("…0000")


async def test_a_code_is_found_as_scanners_type_it(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    """With a prefix, at another keyboard, in two lines, or with Tab at its end."""
    async with page_of(state_dir, pins, simulator, opened=False, size=TABLET) as (gate, seen, origin):
        page = seen.page
        gate.app._runner.scanned(b"ZY12YZ34XXYZ")
        await until(lambda: bool(gate.stands))
        for typed in ("]C0ZY12YZ34XXYZ\n", "YZ12'ZY34'XXZY\n", "ZY12YZ34XXYZ\r\n", "ZY12YZ34XXYZ\t"):
            await page.goto(origin)
            await expect(page.locator("#find")).to_be_focused()
            await scan(page, typed)
            await page.wait_for_url(f"{origin}/attempts/*")


async def test_what_is_scanned_while_somebody_gives_a_reason_is_neither_reason_nor_order(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with page_of(state_dir, pins, simulator, size=TABLET) as (gate, seen, _):
        page = seen.page
        await page.click("[data-ask=open-once]")
        await page.focus("#reason-open-once")
        await page.keyboard.type("a pram", delay=120)
        await page.wait_for_timeout(200)
        await scan(page, f"{GOOD}\n")
        assert await page.input_value("#reason-open-once") == "a pram"
        assert not any(edge.high for edge in gate.relay_edges)
        await page.wait_for_timeout(200)  # nobody is as quick as the second of a scanner's two line ends
        await page.keyboard.press("Enter")
        await expect(page.locator("#ask-open-once [data-told]")).to_contain_text("Done at")


# -- everybody


async def test_every_page_can_be_used_by_everybody_at_every_size(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with page_of(state_dir, pins, simulator, role=Role.TECHNICIAN, display__driver="image", **CREDITS) as (
        gate,
        seen,
        origin,
    ):
        page = seen.page
        gate.scan(LOW)
        incident = await an_open_item(gate, simulator)
        await expect(page.locator(".need")).to_be_visible()
        for path in ("/attempts", f"/attempts/{incident}", "/tools", "/find?text=ZZZZZ", "/nowhere", "/"):
            await page.goto(f"{origin}{path}")
            if path == "/":
                await expect(page.locator(".live")).to_contain_text("live")
            await can_be_used_at_every_size(page, path)
        for do in ("open-once", "hold-open", "close", "let-in"):
            await page.click(f"[data-ask={do}]")
            await can_be_used_at_every_size(page, do)
            await page.keyboard.press("Escape")


async def test_a_technician_has_the_settings_read_again_at_the_press_of_a_button(
    state_dir: Path, pins: Pins, simulator: Simulator, tmp_path: Path
) -> None:
    file = tmp_path / "gate.toml"
    file.write_text("[admission]\nprice_cents = 2500\n")
    async with page_of(state_dir, pins, simulator, opened=False, role=Role.TECHNICIAN, file=file) as (
        gate,
        seen,
        origin,
    ):
        await seen.page.goto(f"{origin}/tools")
        file.write_text("[admission]\nprice_cents = 2700\n")
        await seen.page.click("[data-reload]")
        await expect(seen.page.locator("[data-reloaded]")).to_have_text("settings: changed: admission.price_cents")
        assert gate.app.gate.policy.price == 2_700


@pytest.mark.parametrize(
    ("locale", "said"), [("de-CH", "Letzte Scans"), ("fr-CH", "Derniers scans"), ("it-CH", "Ultime")]
)
async def test_every_person_reads_it_in_a_language_of_the_house(
    state_dir: Path, pins: Pins, simulator: Simulator, locale: str, said: str
) -> None:
    async with page_of(state_dir, pins, simulator, locale=locale) as (_, seen, __):
        page = seen.page
        await expect(page.locator("main")).to_contain_text(said)
        assert await page.get_attribute("html", "lang") == locale[:2]
        await page.click("text=English")
        await expect(page.locator("main")).to_contain_text("Last scans")
        await page.goto(page.url.partition("?")[0])
        await expect(page.locator("main")).to_contain_text("Last scans")


async def test_it_is_read_without_javascript(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with (
        gate_with_page(state_dir, pins, simulator, display__languages="en") as (gate, client),
        browser() as started,
        visit(started, java_script_enabled=False) as seen,
    ):
        gate.scan(LOW)
        await gate.verdict()
        await until(lambda: bool(gate.stands))
        await seen.page.goto(str(client.base_url))
        await expect(seen.page.locator(".visits li").first).to_contain_text("Balance too low")
        await expect(seen.page.locator("noscript, .notice").first).to_be_visible()


async def test_the_first_load_is_small_and_asks_nobody_else(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with gate_with_page(state_dir, pins, simulator) as (_, client), browser() as started, visit(started) as seen:
        sizes: list[int] = []

        async def weigh(response: Response) -> None:
            if "/live" not in response.url:
                sizes.append(len(await response.body()))

        pending: list[asyncio.Task[None]] = []
        seen.page.on("response", lambda response: pending.append(asyncio.ensure_future(weigh(response))))
        await seen.page.goto(str(client.base_url), wait_until="load")
        await expect(seen.page.locator(".live")).to_contain_text("live")
        await asyncio.gather(*pending)
        assert sum(sizes) < 100 * 1024
        assert all(asked.startswith(str(client.base_url)) for asked in seen.asked)

"""The receipt on an attempt's page: drawn when somebody looks, printed again as a copy."""

import io
from pathlib import Path
from typing import Any

import zxingcpp
from PIL import Image
from playwright.async_api import expect

from gate_controller.simulator import Simulator
from gate_controller.web.people import Role
from tests.rig.browser import IN_ONE_BROWSER, PHONE, can_be_used
from tests.rig.fake_printer import network_printer
from tests.rig.gate import GOOD
from tests.rig.page import gate_with_page
from tests.rig.pins import Pins
from tests.rig.programs import bearer
from tests.web.test_browser import add, page_of

pytestmark = IN_ONE_BROWSER


async def test_a_receipt_is_drawn_when_its_page_is_asked_for_it_and_printed_again_as_a_copy(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    with network_printer() as (printer, port):
        way: dict[str, Any] = {"printer__driver": "network", "printer__host": "127.0.0.1", "printer__tcp_port": port}
        async with page_of(state_dir, pins, simulator, opened=False, size=PHONE, **way) as (gate, seen, origin):
            page, incident = seen.page, (await gate.admit()).message.incident
            await page.goto(f"{origin}/attempts/{incident}")
            assert not any(asked.endswith(".png") for asked in seen.asked)
            await page.click(".paper summary")
            await expect(page.locator(".paper img")).to_have_js_property("naturalWidth", 42 * 12 + 48)
            await can_be_used(page, "receipt")
            assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
            for _ in range(2):
                await page.click("[data-print]")
                await expect(page.locator("[data-printed]")).to_contain_text("Done at", timeout=20_000)
            assert ["Copy" in paper for paper in printer.receipts] == [False, True]


async def test_the_picture_is_for_whoever_may_look_and_has_no_whole_code(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_page(state_dir, pins, simulator) as (gate, client):
        incident = (await gate.admit()).message.incident
        add(state_dir, "Anna", Role.STAFF)
        viewer = bearer(state_dir, "v", Role.VIEWER)
        assert (await client.get(f"/attempts/{incident}/receipt.png")).status_code == 401
        answer = await client.get(f"/attempts/{incident}/receipt.png", headers=viewer)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        with Image.open(io.BytesIO(answer.content)) as picture:
            assert [read.text for read in zxingcpp.read_barcodes(picture)] == [incident]
        text = (await gate.asked("receipt_show", incident=incident))["text"]
        assert GOOD[:4] not in text
        assert (await client.get("/attempts/0000Z/receipt.png", headers=viewer)).status_code == 404

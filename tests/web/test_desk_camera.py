"""A code by the camera of the desk's device: a real browser with a film for a camera."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import segno
from playwright.async_api import Page, expect

from gate_controller.simulator import Simulator
from gate_controller.web.people import Role
from tests.rig.browser import IN_ONE_BROWSER, PHONE, Visit, browser, can_be_used, visit
from tests.rig.gate import GOOD
from tests.rig.page import gate_with_page
from tests.rig.pins import Pins
from tests.rig.site import logged_in
from tests.web.test_browser import add, log_in

pytestmark = IN_ONE_BROWSER

WIDE, HIGH = 640, 480


def film_of(text: str, file: Path) -> Path:
    """Write a film of one picture: a QR code in the middle of a grey field."""
    matrix = [list(row) for row in segno.make_qr(text, error="m").matrix_iter(scale=8, border=4)]
    side = len(matrix)
    left, top = (WIDE - side) // 2, (HIGH - side) // 2
    luma = bytearray(b"\xb4" * (WIDE * HIGH))
    for y, row in enumerate(matrix):
        at = (top + y) * WIDE + left
        luma[at : at + side] = bytes(16 if dark else 235 for dark in row)
    frame = b"FRAME\n" + bytes(luma) + b"\x80" * (WIDE * HIGH // 2)
    file.write_bytes(b"YUV4MPEG2 W%d H%d F10:1 Ip A1:1 C420jpeg\n" % (WIDE, HIGH) + frame * 5)
    return file


@asynccontextmanager
async def a_desk(
    state_dir: Path, pins: Pins, simulator: Simulator, *more: str, script: str = ""
) -> AsyncIterator[tuple[Visit, str]]:
    """Show the desk in a browser with `more` arguments, after a script of the test's."""
    async with (
        gate_with_page(state_dir, pins, simulator, display__languages="en") as (_, client),
        browser(*more) as started,
        visit(started, PHONE) as seen,
    ):
        add(state_dir, "Anna", Role.STAFF)
        if script:
            await seen.page.add_init_script(script)
        await log_in(seen.page, str(client.base_url))
        await seen.page.goto(f"{client.base_url}/desk")
        yield seen, str(client.base_url)


async def is_off(page: Page) -> None:
    await expect(page.locator("#camera-picture")).to_be_hidden()
    await expect(page.locator("#camera")).to_have_text("By camera")
    assert await page.evaluate("document.querySelector('video').srcObject === null")


async def test_a_code_that_the_camera_sees_is_looked_up_and_the_camera_is_off_again(
    state_dir: Path, pins: Pins, simulator: Simulator, tmp_path: Path
) -> None:
    film = film_of("L4FU-5LQT-KJR3", tmp_path / "film.y4m")
    camera = ("--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}")
    async with a_desk(state_dir, pins, simulator, *camera, "--use-fake-ui-for-media-stream") as (seen, _):
        page = seen.page
        assert not any("zxing" in asked for asked in seen.asked)  # a megabyte, for who wants it
        await page.click("#camera")
        await expect(page.locator("#voucher")).to_have_text("Balance CHF\u00a0500.00", timeout=30_000)
        await is_off(page)
        assert not any(GOOD in asked for asked in seen.asked)
        assert seen.complaints == []


async def test_the_camera_is_turned_off_by_a_touch_and_with_the_page(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    camera = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")  # shows no code
    async with a_desk(state_dir, pins, simulator, *camera) as (seen, _):
        page = seen.page
        await page.click("#camera")
        await expect(page.locator("#camera")).to_have_text("Stop the camera")
        await expect(page.locator("#camera-picture")).to_be_visible()
        await can_be_used(page, "camera")
        await page.click("#camera")
        await is_off(page)
        await page.click("#camera")
        await expect(page.locator("#camera")).to_have_text("Stop the camera")
        await page.evaluate(
            "() => { Object.defineProperty(document, 'hidden', { get: () => true });"
            " document.dispatchEvent(new Event('visibilitychange')); }"
        )
        await is_off(page)


@pytest.mark.parametrize(
    ("more", "script", "said"),
    [
        (("--use-fake-device-for-media-stream", "--deny-permission-prompts"), "", "may not use the camera"),
        (("--use-fake-ui-for-media-stream",), "", "No camera can be used here"),
        ((), "Object.defineProperty(window, 'isSecureContext', { value: false })", "opened by https"),
        ((), "Object.defineProperty(navigator, 'mediaDevices', { value: undefined })", "opened by https"),
    ],
    ids=["refused", "none", "insecure", "old"],
)
async def test_why_there_is_no_camera_is_said_and_the_field_remains(
    state_dir: Path, pins: Pins, simulator: Simulator, more: tuple[str, ...], script: str, said: str
) -> None:
    async with a_desk(state_dir, pins, simulator, *more, script=script) as (seen, _):
        page = seen.page
        await page.click("#camera")
        await expect(page.locator("#mistake")).to_contain_text(said)
        await is_off(page)
        await page.fill("#code", GOOD)
        await page.keyboard.press("Enter")
        await expect(page.locator("#voucher")).to_contain_text("500.00")
        await expect(page.locator("#mistake")).to_be_hidden()


async def test_the_desk_alone_may_use_the_camera_and_compile_webassembly(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_page(state_dir, pins, simulator) as (_, client):
        add(state_dir, "Anna", Role.STAFF)
        await logged_in(client, "anna")
        for path in ("/", "/desk", "/days", "/attempts", "/static/camera.js"):
            headers = (await client.get(path)).headers
            is_desk = path == "/desk"
            assert ("'wasm-unsafe-eval'" in headers["content-security-policy"]) == is_desk, path
            assert ("camera=(self)" in headers["permissions-policy"]) == is_desk, path
            assert "'unsafe-eval'" not in headers["content-security-policy"]
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
        reader = await client.get("/static/zxing/zxing_reader.wasm")
        assert reader.headers["content-type"] == "application/wasm"

"""The demo's page: the gate with its lamps and arm, vouchers to scan, contacts to move and faults to choose."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gate_controller.admission.words.messages import MessageKind, Signal
from gate_controller.demo.display_models import MODELS
from gate_controller.demo.memory_display import MemoryDisplay
from gate_controller.demo.stage import Stage, staged
from gate_controller.demo.trouble import Trouble
from gate_controller.simulator import SAMPLES, Simulator
from gate_controller.texts import Language
from gate_controller.texts.phrases import phrase
from gate_controller.web.playground import PLAYER
from tests.rig.page import answers, free_port, gate_with_page
from tests.rig.pins import Pins, mock_pins
from tests.rig.waiting import PATIENCE_SECONDS, until

GOOD = "L4FU5LQTKJR3"
WAYS = ("scan", "contact", "fault")


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    with mock_pins():
        async with staged(MemoryDisplay(MODELS["320x240"], Language.EN), web_port=free_port()) as stage:
            await stage.ready()
            await until(lambda: answers(stage.settings.web.port))
            yield stage


@pytest.fixture
async def client(stage: Stage) -> AsyncIterator[httpx.AsyncClient]:
    """Return whoever sits at the demo's machine, with its page open."""
    manners = {"Origin": stage.page.rstrip("/"), "Accept-Language": "en"}
    async with httpx.AsyncClient(base_url=stage.page, headers=manners, timeout=20) as client:
        await know_the_proof(client)
        yield client


async def know_the_proof(client: httpx.AsyncClient) -> str:
    """Read the page as its script does; return it."""
    page = (await client.get("/")).text
    client.headers["X-Gate-Proof"] = page.split('data-proof="')[1].split('"')[0]
    return page


async def told(client: httpx.AsyncClient, words: str) -> None:
    """Wait until the page says something."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while words not in (await client.get("/")).text:  # noqa: ASYNC110 - the page is another process to its reader
            await asyncio.sleep(0.05)


async def test_a_voucher_of_the_fan_is_scanned(stage: Stage, client: httpx.AsyncClient) -> None:
    assert (await client.post("/playground/scan", json={"scan": GOOD})).status_code == 204

    assert (await stage.verdict()).message.kind is MessageKind.ADMITTED
    await told(client, "CHF\u00a025.00 charged in all")
    assert "CHF\u00a0475.00" in (await client.get("/")).text


async def test_the_lamps_and_the_arm_are_those_of_the_gate(stage: Stage, client: httpx.AsyncClient) -> None:
    assert "The gate is shut" in (await client.get("/")).text
    await client.post("/playground/scan", json={"scan": GOOD})
    await stage.verdict()

    await until(lambda: stage.arm_is_open)
    await told(client, "The gate is open")
    assert '<li class="green is-on">' in (await client.get("/")).text
    assert stage.signal is Signal.ADMITTED


async def test_a_contact_is_moved_and_moved_back(stage: Stage, client: httpx.AsyncClient) -> None:
    for is_active in (True, False):
        assert (await client.post("/playground/contact", json={"contact": "fire"})).status_code == 204
        await until(lambda wanted=is_active: stage.app.gate.is_held_open is wanted)  # type: ignore[misc]  # of this turn


async def test_a_fault_is_chosen_in_place_of_the_one_before(stage: Stage, client: httpx.AsyncClient) -> None:
    for trouble in (Trouble.NETWORK, Trouble.NONE):
        assert (await client.post("/playground/fault", json={"fault": trouble.title})).status_code == 204
        assert stage.trouble is trouble


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("sent", [None, [], {}, {"scan": 1, "contact": 1, "fault": 1}, dict.fromkeys(WAYS, "AAAA")])
async def test_what_the_page_does_not_show_is_refused(client: httpx.AsyncClient, way: str, sent: Any) -> None:
    assert (await client.post(f"/playground/{way}", json=sent)).status_code == 400


@pytest.mark.parametrize("way", WAYS)
async def test_nobody_else_s_page_plays(client: httpx.AsyncClient, way: str) -> None:
    asked = {"scan": GOOD, "contact": "fire", "fault": "none"}
    assert (await client.post(f"/playground/{way}", json=asked, headers={"X-Gate-Proof": ""})).status_code == 403
    elsewhere = {"Origin": "https://example.org"}
    assert (await client.post(f"/playground/{way}", json=asked, headers=elsewhere)).status_code == 403


async def test_whoever_sits_at_the_demo_is_a_technician_with_a_name(client: httpx.AsyncClient) -> None:
    page = (await client.get("/")).text

    assert f'<span class="who">{PLAYER}</span>' in page
    assert "data-log-out" not in page
    assert 'data-ask="open-once"' in page
    assert (await client.get("/api/v1/sessions")).status_code == 200  # a technician's
    assert (await client.get("/", headers={"X-Forwarded-For": "192.0.2.1"})).status_code == 403


async def test_an_order_given_on_the_demos_page_has_a_name(stage: Stage, client: httpx.AsyncClient) -> None:
    order = {"id": "order-1", "reason": "a pram"}
    assert (await client.post("/api/v1/actions/open-once", json=order)).status_code == 200

    assert stage.arm_is_open or stage.pulses
    await told(client, f"Opened by {PLAYER}")


async def test_the_stream_goes_on_for_whoever_sits_at_the_demo(client: httpx.AsyncClient) -> None:
    async with client.stream("GET", "/live?lang=en") as stream:
        lines = stream.aiter_lines()
        await client.post("/playground/contact", json={"contact": "service_key"})
        async for line in lines:
            if 'data-value=\\"service_key\\" aria-pressed=\\"true\\"' in line:
                break
        else:
            pytest.fail("the stream ended")


async def test_a_gate_has_nothing_to_play_with(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with gate_with_page(state_dir, pins, simulator) as (_, client):
        page = await know_the_proof(client)
        assert "playground" not in page
        assert 'data-part="stage"' not in page
        for way in WAYS:
            assert (await client.post(f"/playground/{way}", json={way: GOOD})).status_code == 404


@pytest.mark.parametrize("language", list(Language))
def test_everything_to_play_with_has_words_in_every_language(language: Language) -> None:
    for words in (*(sample.name for sample in SAMPLES), *(trouble.title for trouble in Trouble)):
        assert phrase(words, language)

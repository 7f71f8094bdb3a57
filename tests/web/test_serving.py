"""The page beside the gate: it is served whatever the gate does, and nothing of it ends or holds up the gate."""

import asyncio
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from gate_controller.admission.words.messages import MessageKind
from gate_controller.desk.control_socket import ControlError
from gate_controller.simulator import Simulator
from gate_controller.web.keeping import PAGE
from gate_controller.web.web_server import listening, serve
from tests.rig.gate import GOOD, running_gate
from tests.rig.page import gate_with_page
from tests.rig.pins import Pins
from tests.rig.site import cheap_hashing, some_house
from tests.rig.waiting import PATIENCE_SECONDS, until


async def test_a_running_gate_serves_its_page(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with gate_with_page(state_dir, pins, simulator) as (_, client):
        assert (await client.get("/healthz")).text == "alive\n"
        assert (await client.get("/readyz")).status_code == 200
        assert (await client.get("/")).status_code == 200


async def test_the_date_that_answers_bear_goes_on_with_the_clock(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_page(state_dir, pins, simulator) as (_, client):
        first = (await client.get("/healthz")).headers["date"]
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (date := (await client.get("/healthz")).headers["date"]) == first:
                pass
        assert timedelta(0) < parsedate_to_datetime(date) - parsedate_to_datetime(first)


async def test_a_gate_out_of_service_serves_its_page_all_the_same(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    state_dir.mkdir()
    (state_dir / "journal.sqlite3").mkdir()  # no journal can be opened there
    async with gate_with_page(state_dir, pins, simulator, ready=False) as (gate, client):
        assert gate.app.gate.faults
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/readyz")).status_code == 503
        assert (await client.get("/")).status_code == 200


async def test_a_port_that_is_taken_leaves_the_gate_without_its_page(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with running_gate(state_dir, pins, simulator, web__port=port) as gate:
            await until(lambda: any(ailment.what == PAGE for ailment in gate.app.board.status().missing))
            [page] = [ailment for ailment in gate.app.board.status().missing if ailment.what == PAGE]
            assert f"127.0.0.1 port {port}" in page.why
            gate.scan(GOOD)
            await gate.shows(MessageKind.ADMITTED)


async def test_a_site_that_has_ended_follows_the_gate_no_more(tmp_path: Path) -> None:
    """A page that fails is served anew every half minute: each time another one had followed the gate for ever."""
    following: list[object] = []

    def follow(told: object) -> Callable[[], None]:
        following.append(told)
        return lambda: following.remove(told)

    house, settings = some_house(tmp_path)
    house = replace(house, follow=follow, follow_facts=follow)
    opened = listening("127.0.0.1", 0)
    serving = asyncio.create_task(serve(house, opened, settings, hashing=cheap_hashing()))
    await until(lambda: len(following) > 1)
    serving.cancel()
    await asyncio.wait([serving])
    assert not following


async def test_only_what_no_gate_has_is_nothing_of_the_kind(tmp_path: Path) -> None:
    async def mistaken(request: dict[str, Any]) -> None:
        raise KeyError(request["incident"])

    house, _ = some_house(tmp_path, desk={"mistaken": mistaken})
    with pytest.raises(ControlError, match="nothing of the kind"):
        await house.ask("missing")
    with pytest.raises(KeyError):
        await house.ask("mistaken", incident="K7M2Q")

"""The page beside the gate: it is served whatever the gate does, and nothing of it ends or holds up the gate."""

import socket
from pathlib import Path

from gate_controller.admission.words.messages import MessageKind
from gate_controller.simulator import Simulator
from gate_controller.web.keeping import PAGE
from tests.rig.gate import GOOD, running_gate
from tests.rig.page import gate_with_page
from tests.rig.pins import Pins
from tests.rig.waiting import until


async def test_a_running_gate_serves_its_page(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with gate_with_page(state_dir, pins, simulator) as (_, client):
        assert (await client.get("/healthz")).text == "alive\n"
        assert (await client.get("/readyz")).status_code == 200
        assert (await client.get("/")).status_code == 200


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

"""The staff's page of a gate under test: where it is, and a client that asks it over a real socket."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from gate_controller.simulator import Simulator
from tests.rig.gate import GateInProcess, running_gate
from tests.rig.pins import Pins
from tests.rig.waiting import until


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@asynccontextmanager
async def gate_with_page(
    state_dir: Path, pins: Pins, simulator: Simulator, *, ready: bool = True, port: int | None = None, **settings: Any
) -> AsyncIterator[tuple[GateInProcess, httpx.AsyncClient]]:
    """Run a gate that serves its page, and return it with a client of a browser's manners."""
    port = port or free_port()
    async with running_gate(state_dir, pins, simulator, ready=ready, web__port=port, **settings) as gate:
        origin = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient(base_url=origin, headers={"Origin": origin}, timeout=20) as client:
            await until(lambda: answers(port))
            yield gate, client


def answers(port: int) -> bool:
    """Whether somebody listens on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0

"""The staff's page of a gate under test: where it is, and a client that asks it over a real socket."""

import contextlib
import itertools
import os
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

# Below those that the kernel gives to whoever asks for any (from 32,768 on): another test's simulator would get one
# that was free a moment ago. Each process begins elsewhere.
_PORTS = itertools.cycle(range(20_000, 32_000))
_begun = itertools.islice(_PORTS, (os.getpid() * 37) % 12_000, None)


def free_port() -> int:
    """Return a port of this machine that nobody listens on, and that nobody else is given."""
    for port in _begun:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


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

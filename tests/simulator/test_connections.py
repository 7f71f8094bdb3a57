"""The simulator's connections: kept, dropped, crowded and abused."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator

import pytest

from gate_controller.simulator import Endpoint, FaultKind, Misbehaviour, Simulator
from tests.rig.simulator import KEY, Wire, running_simulator, wire_to
from tests.rig.waiting import PATIENCE_SECONDS, until

GOOD = "L4FU5LQTKJR3"
BALANCE = f"/v1/vouchers/{GOOD}/balance.json?apikey={KEY}"


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    async with running_simulator() as simulator:
        yield simulator


@pytest.fixture
async def wire(simulator: Simulator) -> AsyncIterator[Wire]:
    async with wire_to(simulator) as wire:
        yield wire


def charged(simulator: Simulator) -> int:
    return sum(redemption.left for redemption in simulator.ledger.redemptions())


async def another_request_is_answered(simulator: Simulator) -> None:
    async with wire_to(simulator) as other:
        other.send(BALANCE)
        status, _ = await other.answer()
        assert status == 200


async def test_idle_connections_can_be_dropped(simulator: Simulator, wire: Wire) -> None:
    wire.send(BALANCE)
    await wire.answer()
    assert simulator.drop_connections() == 1
    assert await wire.rest() == b""
    await until(lambda: simulator.open_connections == 0)


async def test_idle_connections_can_be_reset(simulator: Simulator, wire: Wire) -> None:
    wire.send(BALANCE)
    await wire.answer()
    simulator.drop_connections(reset=True)
    with pytest.raises(ConnectionResetError):
        await wire.rest()


async def test_requests_sent_at_once_are_answered_in_turn(simulator: Simulator, wire: Wire) -> None:
    simulator.faults.add(Misbehaviour(FaultKind.DELAY, Endpoint.REDEEM, delay_seconds=0.02))
    wire.redeem()
    wire.send(BALANCE)
    assert json.loads((await wire.answer())[1])["balance_in_cents"] == 47_500
    assert json.loads((await wire.answer())[1])["balance_in_cents"] == 47_500


async def test_a_request_in_single_bytes_is_one_request(simulator: Simulator, wire: Wire) -> None:
    for byte in f"GET {BALANCE} HTTP/1.1\r\nHost: simulator\r\n\r\n".encode():
        wire.writer.write(bytes([byte]))
        await wire.writer.drain()
    assert (await wire.answer())[0] == 200
    assert len(simulator.requests) == 1


@pytest.mark.parametrize(
    ("noise", "status"),
    [
        (b"\x00\xff\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n" + b"x" * 2_000_000, 413),
    ],
)
async def test_what_is_no_proper_request_is_turned_away(wire: Wire, noise: bytes, status: int) -> None:
    wire.writer.write(noise)
    assert (await wire.head())[0] == status


async def test_stop_ends_hanging_requests_and_a_start_keeps_port_and_books(simulator: Simulator, wire: Wire) -> None:
    base_url = simulator.base_url
    simulator.faults.add(Misbehaviour(FaultKind.HANG, effect=True))
    wire.redeem()
    await until(lambda: bool(simulator.requests))
    await simulator.stop()
    with pytest.raises(ConnectionResetError):
        await wire.rest()
    await simulator.start()
    assert simulator.base_url == base_url
    await another_request_is_answered(simulator)
    assert charged(simulator) == 2_500


async def test_the_list_of_requests_is_bounded_and_holds_no_key(simulator: Simulator, wire: Wire) -> None:
    for _ in range(1_100):
        wire.send(BALANCE)
        await wire.answer()
    assert len(simulator.requests) == 1_000
    assert KEY not in str(simulator.requests)


@pytest.mark.parametrize("turns", range(6))
async def test_stop_ends_clients_that_are_just_being_accepted(turns: int) -> None:
    simulator = Simulator()
    await simulator.start()
    port = int(simulator.base_url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS) as client:
        for _ in range(turns):
            await asyncio.sleep(0)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await simulator.stop()
        assert simulator.open_connections == 0
        with pytest.raises(ConnectionResetError):
            client.recv(1)

"""The simulator's faults as a client meets them on a bare socket: each kind does what it says."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from gate_controller.simulator import Endpoint, FaultKind, Misbehaviour, Simulator
from tests.rig.simulator import KEY, Wire, running_simulator, wire_to
from tests.rig.waiting import PATIENCE_SECONDS, until

GOOD = "L4FU5LQTKJR3"
REDEEM = f"/v1/vouchers/{GOOD}/redeem.json?apikey={KEY}"
BALANCE = f"/v1/vouchers/{GOOD}/balance.json?apikey={KEY}"
LIST = f"/v1/vouchers/redemptions.json?apikey={KEY}&from=1971-01-01T00:00:00&to=2999-01-01T00:00:00"


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


both = pytest.mark.parametrize("effect", [True, False])


@both
async def test_hang_never_answers(simulator: Simulator, wire: Wire, effect: bool) -> None:
    simulator.faults.add(Misbehaviour(FaultKind.HANG, Endpoint.REDEEM, effect=effect))
    wire.redeem()
    await until(lambda: bool(simulator.requests))
    await another_request_is_answered(simulator)
    assert charged(simulator) == (2_500 if effect else 0)
    simulator.drop_connections()
    assert await wire.rest() == b""


@both
async def test_reset_is_a_real_reset_before_or_after_the_effect(simulator: Simulator, wire: Wire, effect: bool) -> None:
    simulator.faults.add(Misbehaviour(FaultKind.RESET, Endpoint.REDEEM, effect=effect))
    wire.redeem()
    with pytest.raises(ConnectionResetError):
        await wire.rest()
    assert charged(simulator) == (2_500 if effect else 0)


async def test_late_takes_effect_after_the_delay_and_gives_no_answer(simulator: Simulator, wire: Wire) -> None:
    simulator.faults.add(Misbehaviour(FaultKind.LATE, Endpoint.REDEEM, delay_seconds=0.05))
    wire.redeem()
    await until(lambda: bool(simulator.requests))
    assert charged(simulator) == 0
    assert await wire.rest() == b""
    assert charged(simulator) == 2_500


async def test_late_takes_effect_even_when_the_client_has_given_up(simulator: Simulator) -> None:
    simulator.faults.add(Misbehaviour(FaultKind.LATE, Endpoint.REDEEM, delay_seconds=0.05))
    async with wire_to(simulator) as impatient:
        impatient.redeem()
        await until(lambda: bool(simulator.requests))
    await until(lambda: simulator.open_connections == 0)
    assert charged(simulator) == 0
    await until(lambda: charged(simulator) == 2_500)


async def test_late_without_effect_only_closes(simulator: Simulator, wire: Wire) -> None:
    simulator.faults.add(Misbehaviour(FaultKind.LATE, Endpoint.REDEEM, delay_seconds=0.01, effect=False))
    wire.redeem()
    assert await wire.rest() == b""
    assert charged(simulator) == 0


@both
@pytest.mark.parametrize("status", [302, 400, 401, 404, 408, 429, 500, 502, 503, 504])
async def test_status_answers_with_it_and_keeps_the_connection(
    simulator: Simulator, wire: Wire, status: int, effect: bool
) -> None:
    simulator.faults.add(
        Misbehaviour(
            FaultKind.STATUS,
            Endpoint.REDEEM,
            status=status,
            effect=effect,
            body="genau so",
            headers={"retry-after": "2", "location": "https://portal.invalid/"},
        )
    )
    wire.redeem()
    got, headers = await wire.head()
    assert got == status
    assert (headers["Retry-After"], headers["Location"]) == ("2", "https://portal.invalid/")
    assert await wire.reader.readexactly(int(headers["Content-Length"])) == b"genau so"
    assert charged(simulator) == (2_500 if effect else 0)
    wire.send(BALANCE)
    assert (await wire.answer())[0] == 200


@both
async def test_html_is_a_page_with_status_200(simulator: Simulator, wire: Wire, effect: bool) -> None:
    simulator.faults.add(Misbehaviour(FaultKind.HTML, Endpoint.REDEEM, effect=effect))
    wire.redeem()
    status, headers = await wire.head()
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert charged(simulator) == (2_500 if effect else 0)


@both
async def test_broken_json_is_no_json(simulator: Simulator, wire: Wire, effect: bool) -> None:
    simulator.faults.add(Misbehaviour(FaultKind.BROKEN_JSON, Endpoint.REDEEM, effect=effect))
    wire.redeem()
    status, body = await wire.answer()
    assert status == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)
    assert charged(simulator) == (2_500 if effect else 0)


@both
async def test_empty_has_no_body(simulator: Simulator, wire: Wire, effect: bool) -> None:
    simulator.faults.add(Misbehaviour(FaultKind.EMPTY, Endpoint.REDEEM, effect=effect))
    wire.redeem()
    assert await wire.answer() == (200, b"")
    assert charged(simulator) == (2_500 if effect else 0)


@both
async def test_drip_sends_the_right_answer_byte_by_byte(simulator: Simulator, wire: Wire, effect: bool) -> None:
    simulator.faults.add(Misbehaviour(FaultKind.DRIP, Endpoint.REDEEM, interval_seconds=0.001, effect=effect))
    wire.redeem()
    _, headers = await wire.head()
    length = int(headers["Content-Length"])
    async with asyncio.timeout(PATIENCE_SECONDS):
        first = await wire.reader.read(length)
        body = first + await wire.reader.readexactly(length - len(first))
    assert len(first) < length
    assert json.loads(body)["balance_in_cents"] == 47_500
    assert charged(simulator) == (2_500 if effect else 0)


async def test_a_client_that_leaves_during_a_drip_is_forgotten(simulator: Simulator) -> None:
    simulator.faults.add(Misbehaviour(FaultKind.DRIP, interval_seconds=3_600.0))
    async with wire_to(simulator) as leaver:
        leaver.send(BALANCE)
        await leaver.head()
    await until(lambda: simulator.open_connections == 0)


@both
async def test_truncated_ends_before_the_declared_length(simulator: Simulator, wire: Wire, effect: bool) -> None:
    simulator.faults.add(Misbehaviour(FaultKind.TRUNCATED, Endpoint.REDEEM, effect=effect))
    wire.redeem()
    _, headers = await wire.head()
    assert 0 < len(await wire.rest()) < int(headers["Content-Length"])
    assert charged(simulator) == (2_500 if effect else 0)


@both
async def test_delay_gives_the_right_answer_after_the_effect(simulator: Simulator, wire: Wire, effect: bool) -> None:
    simulator.faults.add(Misbehaviour(FaultKind.DELAY, Endpoint.REDEEM, delay_seconds=0.05, effect=effect))
    loop = asyncio.get_running_loop()
    began = loop.time()
    wire.redeem()
    await until(lambda: bool(simulator.requests))
    assert charged(simulator) == (2_500 if effect else 0)
    status, body = await wire.answer()
    assert loop.time() - began >= 0.05
    assert (status, json.loads(body)["balance_in_cents"]) == (200, 47_500)


@both
async def test_wrong_code_changes_the_code_alone(simulator: Simulator, wire: Wire, effect: bool) -> None:
    simulator.faults.add(Misbehaviour(FaultKind.WRONG_CODE, Endpoint.REDEEM, effect=effect))
    wire.redeem()
    _, body = await wire.answer()
    answer = json.loads(body)
    assert (answer["code"], answer["balance_in_cents"]) == ("WRNG2C4D6E8F", 47_500)
    assert charged(simulator) == (2_500 if effect else 0)


async def test_wrong_code_changes_every_entry_of_the_list(simulator: Simulator, wire: Wire) -> None:
    wire.redeem()
    await wire.answer()
    simulator.faults.add(Misbehaviour(FaultKind.WRONG_CODE, Endpoint.REDEMPTIONS, body="ELSE"))
    wire.send(LIST)
    _, body = await wire.answer()
    assert [entry["code"] for entry in json.loads(body)] == ["ELSE"]


@both
async def test_missing_token_leaves_out_the_token_alone(simulator: Simulator, wire: Wire, effect: bool) -> None:
    simulator.faults.add(Misbehaviour(FaultKind.MISSING_TOKEN, Endpoint.REDEEM, effect=effect))
    wire.redeem()
    _, body = await wire.answer()
    assert json.loads(body).keys() == {"code", "balance_in_cents"}
    assert charged(simulator) == (2_500 if effect else 0)


async def test_a_fault_with_effect_does_not_make_a_refused_charge_take_effect(simulator: Simulator, wire: Wire) -> None:
    simulator.faults.add(Misbehaviour(FaultKind.STATUS, Endpoint.REDEEM, effect=True))
    wire.send(REDEEM, {"amount_in_cents": 50_001})
    assert (await wire.answer())[0] == 500
    assert charged(simulator) == 0


async def test_a_fault_with_effect_needs_a_valid_key_to_take_effect(simulator: Simulator, wire: Wire) -> None:
    simulator.faults.add(Misbehaviour(FaultKind.EMPTY, Endpoint.REDEEM, effect=True))
    wire.send(f"/v1/vouchers/{GOOD}/redeem.json?apikey=none", {"amount_in_cents": 2_500})
    await wire.answer()
    assert charged(simulator) == 0


async def test_a_fault_for_a_voucher_meets_its_short_code(simulator: Simulator, wire: Wire) -> None:
    simulator.faults.add(Misbehaviour(FaultKind.EMPTY, voucher_code="SHC7GK3NVP9D"))
    wire.send(BALANCE)
    assert (await wire.answer())[1] != b""
    wire.send(f"/v1/vouchers/42/balance.json?apikey={KEY}")
    assert (await wire.answer())[1] == b""

"""A key that E-GUMA does not accept puts the gate out of service, and the gate comes back by itself."""

from pathlib import Path

import pytest

from gate_controller.admission.words.messages import Fault, MessageKind
from gate_controller.simulator import Endpoint, FaultKind, Simulator
from tests.rig.gate import GOOD, PRICE, fault, running_gate
from tests.rig.pauses import shorten
from tests.rig.pins import Pins
from tests.rig.waiting import until


@pytest.fixture(autouse=True)
def tried_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    shorten(monkeypatch, "KEY_RETRY_SECONDS", 0.1)


async def test_a_wrong_key_puts_the_gate_out_of_service_before_anybody_scans(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    wrong = "wrong-key-of-nobody"
    async with running_gate(state_dir, pins, simulator, ready=False, eguma__api_key=wrong) as gate:
        await until(lambda: Fault.KEY in gate.app.gate.faults)
        assert "check eguma.api_key" in gate.app.gate.faults[Fault.KEY]
        assert wrong not in gate.app.gate.faults[Fault.KEY]
        await until(lambda: set(gate.app.gate.faults) == {Fault.KEY})
        gate.scan(GOOD)
        verdict = await gate.verdict()
        assert verdict.kind is MessageKind.REFUSED_OUT_OF_SERVICE
        assert "The voucher system does not recognise this gate." in verdict.words
        assert gate.requests() == 0


async def test_the_gate_is_back_when_the_key_works(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    simulator.faults.add(fault(FaultKind.STATUS, Endpoint.ANY, status=401, times=None))
    async with running_gate(state_dir, pins, simulator, ready=False) as gate:
        await until(lambda: Fault.KEY in gate.app.gate.faults)
        simulator.faults.clear()
        await gate.takes_scans()
        await gate.admit(GOOD)
        assert gate.charged == PRICE


async def test_a_key_withdrawn_in_mid_charge_refuses_without_a_charge(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        simulator.faults.add(fault(FaultKind.STATUS, Endpoint.REDEEM, status=401))
        gate.scan(GOOD)
        verdict = await gate.verdict()
        assert verdict.kind is MessageKind.REFUSED_OUT_OF_SERVICE
        assert gate.charged == 0
        await gate.tells(["Intended", "Approved", "Doubted", "NotCharged"])
        await gate.takes_scans()

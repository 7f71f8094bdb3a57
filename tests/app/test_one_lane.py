"""One lane, one person: what happens to a scan while another is served."""

from pathlib import Path

from gate_controller.admission.words.messages import MessageKind
from gate_controller.simulator import Endpoint, FaultKind, Simulator
from tests.rig.gate import EXPIRED, GOOD, LOW, PRICE, PULSE_SECONDS, fault, running_gate
from tests.rig.pins import Pins
from tests.rig.waiting import until

NOTED = "NTE4XC6QJM8R"


async def test_a_scan_during_anothers_check_waits_and_is_served_next(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        simulator.faults.add(fault(FaultKind.DELAY, Endpoint.BALANCE, delay_seconds=0.3))
        gate.scan(GOOD)
        await until(lambda: gate.requests("balance.json") == 1)
        gate.type(EXPIRED.encode() + b"\r")
        await gate.shows(MessageKind.ONE_MOMENT)
        await gate.shows(MessageKind.ADMITTED)
        await gate.shows(MessageKind.ADMITTED)
        assert [r.voucher_code for r in simulator.ledger.redemptions()] == [GOOD, EXPIRED]
        assert len(gate.pulses) + pins.is_high(17) == 2


async def test_while_one_is_served_no_other_voucher_is_charged(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, admission__hold_seconds=0.3) as gate:
        gate.scan(GOOD)
        await gate.shows(MessageKind.ADMITTED)
        gate.type(EXPIRED.encode() + b"\r")
        await gate.shows(MessageKind.ONE_MOMENT)
        assert gate.charged == PRICE
        await gate.shows(MessageKind.ADMITTED)
        first, second = (edge.at for edge in gate.relay_edges if edge.high)
        assert second - first >= 0.3


async def test_the_latest_of_two_waiting_scans_is_served(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        simulator.faults.add(fault(FaultKind.DELAY, Endpoint.BALANCE, delay_seconds=0.5))
        gate.scan(GOOD)
        await until(lambda: gate.requests("balance.json") == 1)
        gate.type(LOW.encode() + b"\r")
        gate.type(NOTED.encode() + b"\r")
        await gate.shows(MessageKind.ADMITTED)
        await gate.shows(MessageKind.ADMITTED)
        assert [r.voucher_code for r in simulator.ledger.redemptions()] == [GOOD, NOTED]
        assert gate.requests(LOW) == 0


async def test_the_same_code_again_during_its_own_check_is_one_admission(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        simulator.faults.add(fault(FaultKind.DELAY, Endpoint.REDEEM, delay_seconds=0.4))
        for _ in range(3):
            gate.type(GOOD.encode() + b"\r")
        await gate.shows(MessageKind.ADMITTED)
        await gate.lane_is_free()
        assert gate.charged == PRICE
        assert len(gate.pulses) == 1


async def test_the_same_code_just_after_its_admission_is_not_charged_again(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, admission__repeat_seconds=30) as gate:
        await gate.admit(GOOD)
        gate.scan(GOOD)
        verdict = await gate.verdict()
        assert verdict.kind is MessageKind.SCAN_AGAIN_LATER
        assert gate.charged == PRICE
        assert len(gate.pulses) == 1


async def test_pulses_never_overlap(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator, relay__pulse_seconds=0.2) as gate:
        gate.scan(GOOD)
        await gate.shows(MessageKind.ADMITTED)
        gate.scan(EXPIRED)
        await gate.shows(MessageKind.ADMITTED)
        await gate.lane_is_free()
        assert len(gate.pulses) == 2
        assert min(gate.pulses) >= 0.2
        assert gate.charged == 2 * PRICE
        assert PULSE_SECONDS < 0.2

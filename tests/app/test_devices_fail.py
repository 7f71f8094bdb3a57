"""Scanner, relay and lamps that fail or are missing: out of service where the gate cannot do without, and back."""

from pathlib import Path

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory

from gate_controller.admission.words.messages import Fault, MessageKind
from gate_controller.simulator import Simulator
from tests.rig.gate import EXPIRED, GOOD, GREEN, PRICE, RED, RELAY, YELLOW, running_gate
from tests.rig.pauses import shorten
from tests.rig.pins import Pins
from tests.rig.waiting import until


@pytest.fixture(autouse=True)
def tried_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    shorten(monkeypatch, "DEVICE_RETRY_SECONDS", 0.1)


async def test_a_scanner_that_is_unplugged_puts_the_gate_out_of_service(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        gate.scanner.unplug()
        shown = await gate.shows(MessageKind.OUT_OF_SERVICE)
        while shown.message.fault is not Fault.SCANNER or gate.app.gate.faults.keys() != {Fault.SCANNER}:
            shown = await gate.shows(MessageKind.OUT_OF_SERVICE)
        assert "The scanner is not ready." in shown.words
        await until(lambda: pins.is_high(RED))


async def test_a_scanner_plugged_in_again_works_again(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        gate.scanner.unplug()
        await until(lambda: Fault.SCANNER in gate.app.gate.faults)
        gate.scanner.replug()
        await gate.takes_scans()
        await gate.admit(GOOD)
        assert gate.charged == PRICE


async def test_what_was_scanned_while_nobody_listened_is_never_charged(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        gate.scanner.unplug()
        await until(lambda: Fault.SCANNER in gate.app.gate.faults)
        gate.scanner.replug()
        gate.scanner.type(GOOD.encode() + b"\r")
        await gate.takes_scans()
        await gate.admit(EXPIRED)
        assert [redemption.voucher_code for redemption in simulator.ledger.redemptions()] == [EXPIRED]


async def test_a_gate_without_a_gpio_back_end_is_out_of_service_and_says_what_to_do(
    state_dir: Path, pins: Pins, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "none-such")
    monkeypatch.setattr(Device, "pin_factory", None)
    async with running_gate(state_dir, pins, simulator, ready=False) as gate:
        await until(lambda: set(gate.app.gate.faults) == {Fault.RELAY})
        why = gate.app.gate.faults[Fault.RELAY]
        assert why.startswith("no GPIO back end works: sudo apt-get install python3-lgpio")
        assert "set GPIOZERO_PIN_FACTORY" in why
        gate.scan(GOOD)
        verdict = await gate.verdict()
        assert verdict.kind is MessageKind.REFUSED_OUT_OF_SERVICE
        assert verdict.message.fault is Fault.RELAY
        assert gate.requests() == 0


async def test_a_relay_that_can_be_had_again_puts_the_gate_back_in_service(
    state_dir: Path, pins: Pins, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "none-such")
    monkeypatch.setattr(Device, "pin_factory", None)
    async with running_gate(state_dir, pins, simulator, ready=False) as gate:
        await until(lambda: set(gate.app.gate.faults) == {Fault.RELAY})
        monkeypatch.setattr(Device, "pin_factory", MockFactory())
        await gate.takes_scans()
        gate.scan(GOOD)
        await gate.shows(MessageKind.ADMITTED)
        assert gate.charged == PRICE


async def test_a_relay_that_fails_to_open_takes_no_more_money_until_it_works(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        pins.break_pin(RELAY)
        gate.scan(GOOD)
        assert (await gate.verdict()).kind is MessageKind.PAID_BUT_SHUT
        gate.scan(EXPIRED)
        assert (await gate.verdict()).kind is MessageKind.REFUSED_OUT_OF_SERVICE
        assert gate.charged == PRICE
        pins.mend(RELAY)
        await gate.takes_scans()
        gate.scan(GOOD)
        assert (await gate.verdict()).kind is MessageKind.ADMITTED_ON_CREDIT
        assert gate.charged == PRICE


async def test_lamps_that_fail_hold_up_nobody(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        for lamp in (GREEN, RED, YELLOW):
            pins.break_pin(lamp)
        await gate.admit(GOOD)
        assert len(gate.pulses) == 1
        for lamp in (GREEN, RED, YELLOW):
            pins.mend(lamp)

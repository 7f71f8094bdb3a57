"""Whatever goes wrong with a charge: a verdict in time, never a second charge, and books that agree."""

import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from gate_controller.admission.words.messages import MessageKind, MoneyFate
from gate_controller.simulator import FaultKind, Misbehaviour, Simulator
from tests.rig.gate import GOOD, PRICE, fault, running_gate
from tests.rig.pins import Pins
from tests.rig.waiting import until

ADMITTED, CHECKED, REFUSED = MessageKind.ADMITTED, MessageKind.BEING_CHECKED, MessageKind.REFUSED_BY_EGUMA
LATEST = 2.0
"""Seconds from scan to verdict that are in time: the setting says 1, a busy machine may say a little later."""

FAULTS: Mapping[str, tuple[Misbehaviour, set[MessageKind], int]] = {
    "hang": (fault(FaultKind.HANG), {CHECKED}, 0),
    # Where the time is nearly used up, the look-up may come too late for this verdict.
    "hang after the effect": (fault(FaultKind.HANG, effect=True), {ADMITTED, CHECKED}, 1),
    "drip": (fault(FaultKind.DRIP), {ADMITTED, CHECKED}, 1),
    "reset before the effect": (fault(FaultKind.RESET), {CHECKED}, 0),
    "reset after the effect": (fault(FaultKind.RESET, effect=True), {ADMITTED}, 1),
    "400": (fault(FaultKind.STATUS, status=400), {REFUSED}, 0),
    # A proxy sent the request twice: the first took effect, and the second's refusal arrives.
    "400 with effect": (fault(FaultKind.STATUS, status=400, effect=True), {CHECKED}, 1),
    "401": (fault(FaultKind.STATUS, status=401), {MessageKind.REFUSED_OUT_OF_SERVICE}, 0),
    # What is not E-GUMA's own word says nothing about the charge.
    "404": (fault(FaultKind.STATUS, status=404), {CHECKED}, 0),
    "403 page after the effect": (fault(FaultKind.STATUS, status=403, body="<html>", effect=True), {ADMITTED}, 1),
    "400 page after the effect": (fault(FaultKind.STATUS, status=400, body="<html>", effect=True), {ADMITTED}, 1),
    "404 with effect": (fault(FaultKind.STATUS, status=404, effect=True), {ADMITTED}, 1),
    "408 without effect": (fault(FaultKind.STATUS, status=408), {CHECKED}, 0),
    "408 with effect": (fault(FaultKind.STATUS, status=408, effect=True), {ADMITTED}, 1),
    "429": (fault(FaultKind.STATUS, status=429), {CHECKED}, 0),
    "500 without effect": (fault(FaultKind.STATUS, status=500), {CHECKED}, 0),
    "500 with effect": (fault(FaultKind.STATUS, status=500, effect=True), {ADMITTED}, 1),
    "502 with effect": (fault(FaultKind.STATUS, status=502, effect=True), {ADMITTED}, 1),
    "503 without effect": (fault(FaultKind.STATUS, status=503), {CHECKED}, 0),
    "HTML without effect": (fault(FaultKind.HTML), {CHECKED}, 0),
    "HTML with effect": (fault(FaultKind.HTML, effect=True), {ADMITTED}, 1),
    "broken JSON": (fault(FaultKind.BROKEN_JSON), {ADMITTED}, 1),
    "no body": (fault(FaultKind.EMPTY), {ADMITTED}, 1),
    "half a body": (fault(FaultKind.TRUNCATED), {ADMITTED}, 1),
    "another voucher's answer": (fault(FaultKind.WRONG_CODE), {ADMITTED}, 1),
    "no token": (fault(FaultKind.MISSING_TOKEN), {ADMITTED}, 1),
}
"""Each fault of Redeem, the verdicts that are right for it, and how often the voucher is charged then."""


@pytest.mark.parametrize(("trouble", "verdicts", "charges"), FAULTS.values(), ids=FAULTS.keys())
async def test_a_charge_gone_wrong_is_sent_once_and_told_in_time(
    state_dir: Path, pins: Pins, simulator: Simulator, trouble: Misbehaviour, verdicts: set[MessageKind], charges: int
) -> None:
    async with running_gate(state_dir, pins, simulator, admission__verdict_seconds=1) as gate:
        simulator.faults.add(trouble)
        began = time.monotonic()
        gate.scan(GOOD)
        verdict = await gate.verdict()
        await gate.lane_is_free()
        assert verdict.at - began < LATEST
        assert verdict.kind in verdicts
        assert gate.requests("redeem.json") == 1
        assert gate.charged == PRICE * charges
        assert len(gate.pulses) == (verdict.kind is ADMITTED)
        assert gate.books_agree()


async def test_a_charge_without_a_trace_is_settled_as_not_charged(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        simulator.faults.add(fault(FaultKind.STATUS, status=500))
        gate.scan(GOOD)
        verdict = await gate.verdict()
        assert verdict.message.fate is MoneyFate.BEING_CHECKED
        assert verdict.message.incident in verdict.words
        await gate.tells(["Intended", "Approved", "Doubted", "NotCharged"])
        assert gate.charged == 0
        assert gate.pulses == []


async def test_a_charge_that_takes_effect_late_is_found_and_opens_the_gate_on_the_next_scan(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        simulator.faults.add(fault(FaultKind.LATE, delay_seconds=1.2))
        gate.scan(GOOD)
        assert (await gate.verdict()).kind is CHECKED
        await gate.tells(["Intended", "Approved", "Doubted", "Redeemed", "CreditOpened"])
        gate.scan(GOOD)
        assert (await gate.verdict()).kind is MessageKind.ADMITTED_ON_CREDIT
        await gate.lane_is_free()
        assert gate.charged == PRICE
        assert len(gate.pulses) == 1
        assert gate.requests("redeem.json") == 1


async def test_a_voucher_in_doubt_is_not_charged_by_another_scan(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, admission__settle_seconds=60) as gate:
        simulator.faults.add(fault(FaultKind.HANG))
        gate.scan(GOOD)
        await gate.shows(CHECKED)
        gate.scan(GOOD)
        await gate.shows(CHECKED)
        assert gate.requests("redeem.json") == 1
        assert gate.charged == 0


async def test_a_voucher_in_doubt_holds_up_no_other(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator, admission__settle_seconds=60) as gate:
        simulator.faults.add(fault(FaultKind.HANG))
        gate.scan(GOOD)
        await gate.shows(CHECKED)
        await gate.admit("EXP6NT2VKD8Q")
        assert gate.charged == PRICE


async def test_a_server_that_is_not_there_charges_nothing(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        await simulator.stop()
        gate.scan(GOOD)
        verdict = await gate.verdict()
        assert verdict.kind is MessageKind.UNREACHABLE
        assert gate.charged == 0
        await simulator.start()
        await gate.admit(GOOD)
        assert gate.charged == PRICE


async def test_a_balance_that_hangs_is_refused_in_time(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        simulator.change_behaviour(latency_seconds=30)
        began = time.monotonic()
        gate.scan(GOOD)
        verdict = await gate.verdict()
        assert verdict.kind is MessageKind.UNREACHABLE
        assert verdict.at - began < LATEST


async def test_a_relay_that_fails_after_the_charge_leaves_a_credit(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        pins.break_pin(17)
        gate.scan(GOOD)
        verdict = await gate.verdict()
        assert verdict.kind is MessageKind.PAID_BUT_SHUT
        assert "CHF 25.00 charged, good for one admission. CHF 475.00 left." in verdict.words
        await until(lambda: gate.story() == [["Intended", "Approved", "Redeemed", "CreditOpened"]])
        pins.mend(17)
        assert gate.charged == PRICE

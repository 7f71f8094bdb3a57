"""
What the next scan is for, on a whole gate: buttons on mock pins, service cards down the scanner's line, E-GUMA away.

A balance is told by one request, and nothing of it is charged or in the journal.
"""

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest

from gate_controller.admission.words.messages import Fault, MessageKind
from gate_controller.simulator import Endpoint, FaultKind, Simulator
from tests.rig.gate import GOOD, LOW, PRICE, GateInProcess, fault, running_gate
from tests.rig.pauses import shorten
from tests.rig.pins import Pins
from tests.rig.waiting import until

BALANCE, SECOND = 18, 7
SECOND_PRICE = 1_500
BALANCE_CARD, PRICE_CARD = "House-Card-7q2m9x4k", "House-Card-3f8r1t6w"
BUTTONS: dict[str, Any] = {
    "balance_button__pin": BALANCE,
    "price_button__pin": SECOND,
    "admission__second_price_cents": SECOND_PRICE,
}
CARDS: dict[str, Any] = {
    "service_cards__balance": BALANCE_CARD,
    "service_cards__price": PRICE_CARD,
    "admission__second_price_cents": SECOND_PRICE,
}


async def presses(gate: GateInProcess, pin: int) -> None:
    """Press a button for as long as a finger does."""
    gate.pins.connect(pin)
    await asyncio.sleep(0.1)
    gate.pins.disconnect(pin)


async def test_the_button_makes_the_next_scan_tell_the_balance_by_one_request(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, **BUTTONS) as gate:
        await presses(gate, BALANCE)
        await gate.shows(MessageKind.CHECK_BALANCE)
        gate.scan(LOW)
        told = await gate.shows(MessageKind.BALANCE_TOLD)
        assert "CHF 5.00 of " in told.words
        assert told.words.endswith("Not charged.")
        await gate.shows(MessageKind.IDLE)
        assert (gate.requests(), gate.requests("balance.json"), gate.charged, gate.pulses) == (1, 1, 0, [])
        assert gate.story() == []
        await gate.admit(GOOD)
        await gate.stand("admitted")


async def test_what_cannot_be_redeemed_is_told_with_e_gumas_words(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, **BUTTONS) as gate:
        await presses(gate, BALANCE)
        gate.scan("NOSUCHCODE12")
        told = await gate.shows(MessageKind.BALANCE_NOT_REDEEMABLE)
        assert told.message.eguma_text
        assert told.message.balance is None
        assert (gate.story(), gate.charged) == ([], 0)


async def test_without_a_scan_it_ends_by_itself(
    state_dir: Path, pins: Pins, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorten(monkeypatch, "PURPOSE_SECONDS", 0.5)
    async with running_gate(state_dir, pins, simulator, **BUTTONS) as gate:
        for pin, kind in ((BALANCE, MessageKind.CHECK_BALANCE), (SECOND, MessageKind.OTHER_PRICE)):
            await presses(gate, pin)
            await gate.shows(kind)
            await gate.shows(MessageKind.IDLE)
        await gate.admit(GOOD)
        assert gate.charged == PRICE


async def test_an_eguma_that_is_away_is_told_and_a_voucher_that_lies_there_is_not_charged_when_it_is_back(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, **BUTTONS) as gate:
        simulator.faults.add(fault(FaultKind.STATUS, Endpoint.BALANCE, status=503, times=None))
        await presses(gate, BALANCE)
        gate.scan(GOOD)
        await gate.shows(MessageKind.UNREACHABLE)
        simulator.faults.clear()
        asked = gate.requests()
        for _ in range(8):
            gate.scan(GOOD)
            await gate.scanner_pauses()
        assert gate.shown[-1].kind in {MessageKind.BALANCE_TOLD, MessageKind.IDLE}
        assert MessageKind.BALANCE_TOLD in {seen.kind for seen in gate.shown}
        assert (gate.requests() - asked, gate.charged, gate.story()) == (0, 0, [])


async def test_a_card_does_what_the_button_does_and_reaches_neither_e_guma_nor_the_log(
    state_dir: Path, pins: Pins, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with running_gate(state_dir, pins, simulator, **CARDS) as gate:
        gate.scan(BALANCE_CARD)
        await gate.shows(MessageKind.CHECK_BALANCE)
        gate.scan(GOOD)
        await gate.shows(MessageKind.BALANCE_TOLD)
        gate.scan(PRICE_CARD)
        await gate.shows(MessageKind.OTHER_PRICE)
        gate.scan(LOW)
        assert (await gate.verdict()).kind is MessageKind.BALANCE_TOO_LOW
        await gate.shows(MessageKind.IDLE)
        gate.scan(BALANCE_CARD[:-1])
        assert (await gate.verdict()).kind is MessageKind.NOT_A_VOUCHER
    for card in (BALANCE_CARD, PRICE_CARD):
        assert card.lower() not in caplog.text.lower()
        assert not any(card.lower() in record.path.lower() for record in simulator.requests)
        kept = b"".join(path.read_bytes() for path in state_dir.rglob("*") if path.is_file())
        assert card.encode() not in kept


async def test_the_second_price_is_charged_once_and_stands_in_the_journal(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, **BUTTONS) as gate:
        await presses(gate, SECOND)
        shown = await gate.shows(MessageKind.OTHER_PRICE)
        assert "CHF 15.00" in shown.words
        admitted = await gate.admit(GOOD)
        assert "CHF 15.00 charged. CHF 485.00 left." in admitted.words
        await gate.admit(GOOD)
        assert gate.charged == SECOND_PRICE + PRICE
        prices = [facts[0].price for facts in gate.facts()]  # type: ignore[attr-defined]
        assert prices == [SECOND_PRICE, PRICE]
        await gate.stand("admitted", "admitted")


async def test_a_lost_answer_at_the_second_price_is_found_at_that_price(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, **BUTTONS) as gate:
        simulator.faults.add(fault(FaultKind.RESET, effect=True))
        await presses(gate, SECOND)
        gate.scan(GOOD)
        assert (await gate.verdict()).kind is MessageKind.ADMITTED
        assert gate.charged == SECOND_PRICE


async def test_while_somebody_is_served_a_button_changes_nothing(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, admission__hold_seconds=1, **BUTTONS) as gate:
        gate.scan(GOOD)
        await gate.shows(MessageKind.ADMITTED)
        await presses(gate, BALANCE)
        await presses(gate, SECOND)
        await gate.lane_is_free()
        await gate.admit(GOOD)
        assert gate.charged == 2 * PRICE


async def test_at_a_gate_out_of_service_a_button_changes_nothing(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, **BUTTONS) as gate:
        await gate.asked("out_of_service", by="Anna", reason="belt torn")
        await presses(gate, BALANCE)
        await presses(gate, SECOND)
        await gate.asked("resume", by="Anna")
        await until(lambda: not gate.app.gate.faults)
        await gate.admit(GOOD)
        assert gate.charged == PRICE
        assert not {MessageKind.CHECK_BALANCE, MessageKind.OTHER_PRICE} & {seen.kind for seen in gate.shown}
        assert Fault.WITHDRAWN not in gate.app.gate.faults


async def test_a_button_that_is_stuck_from_the_start_begins_nothing(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    pins.connect(BALANCE, SECOND)
    async with running_gate(state_dir, pins, simulator, **BUTTONS) as gate:
        await gate.admit(GOOD)
        assert gate.charged == PRICE

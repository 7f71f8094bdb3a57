"""From a barcode to an open gate: bytes on a serial port, real HTTP, a relay's pin, and a journal on disk."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gate_controller.admission.words.facts import Approved, Intended, Redeemed
from gate_controller.admission.words.messages import MessageKind
from gate_controller.devices.framing import STILLNESS_SECONDS
from gate_controller.journal.store import FILE_NAME
from gate_controller.simulator import SAMPLES, Endpoint, FaultKind, Simulator
from tests.rig.gate import EXPIRED, GOOD, GREEN, LOW, PRICE, PULSE_SECONDS, RED, RELAY, YELLOW, fault, running_gate
from tests.rig.pins import Pins
from tests.rig.waiting import until

ADMITTED, TOO_LOW, NOT_REDEEMABLE = MessageKind.ADMITTED, MessageKind.BALANCE_TOO_LOW, MessageKind.NOT_REDEEMABLE

VERDICTS = {
    "L4FU5LQTKJR3": ADMITTED,
    "LWB4HK7T2MNQ": TOO_LOW,
    "USD7PV3XK9RA": NOT_REDEEMABLE,
    "NPD2QX8LFT5W": NOT_REDEEMABLE,
    "PRF9WJ4CYH6K": NOT_REDEEMABLE,
    "DLT3ZR7MBG5X": NOT_REDEEMABLE,
    "EXP6NT2VKD8Q": ADMITTED,
    "MSN5YF9HLX3C": TOO_LOW,
    "PKG8BT4RWQ2J": TOO_LOW,
    "42": ADMITTED,
    "NTE4XC6QJM8R": ADMITTED,
    "UNC9LH2WTF7B": ADMITTED,
    "43": ADMITTED,
    "EUR3MV8KZQ6T": MessageKind.WRONG_CURRENCY,
    "NFD2KR6WPX4M": NOT_REDEEMABLE,
}
"""What each sample of the simulator gets at a gate whose price is CHF 25.00."""


async def test_a_good_voucher_is_charged_once(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        await gate.admit(GOOD)
        assert gate.charged == PRICE
        assert gate.requests("redeem.json") == 1
        (redemption,) = simulator.ledger.redemptions()
        assert redemption.voucher_code == GOOD


async def test_an_admission_pulses_the_relay_exactly_once_for_the_time_set(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        await gate.admit(GOOD)
        (pulse,) = gate.pulses
        assert PULSE_SECONDS <= pulse < PULSE_SECONDS + 0.05


async def test_an_admission_is_in_the_journal_with_all_that_names_it_at_e_guma(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        await gate.admit(GOOD)
        await gate.tells(["Intended", "Approved", "Redeemed", "Released"])
        ((intended, approved, redeemed, _),) = gate.facts()
        (redemption,) = simulator.ledger.redemptions()
    assert isinstance(intended, Intended)
    assert isinstance(redeemed, Redeemed)
    assert isinstance(approved, Approved)
    assert approved.voucher_code == GOOD
    assert intended.reference == redemption.reference_number
    assert redeemed.token == redemption.token


async def test_the_intent_is_on_disk_before_the_charge_is_sent_and_the_charge_before_the_relay_moves(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        simulator.faults.add(fault(FaultKind.DELAY, delay_seconds=0.1))
        gate.scan(GOOD)
        await until(lambda: gate.charged == PRICE)
        assert gate.story() == [["Intended", "Approved"]]
        await until(lambda: pins.is_high(RELAY))
        assert gate.story()[0][:3] == ["Intended", "Approved", "Redeemed"]


async def test_the_lamps_follow_the_visitor(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    simulator.change_behaviour(latency_seconds=0.03)
    async with running_gate(state_dir, pins, simulator) as gate:
        await gate.shows(MessageKind.IDLE)
        began = len(pins.edges(RED))  # it blinked while the gate was starting
        await gate.admit(GOOD)
        await until(lambda: not pins.is_high(GREEN))
        gate.scan(LOW)
        await gate.shows(TOO_LOW)
        await gate.shows(MessageKind.IDLE)
        await until(lambda: not pins.is_high(RED))
        lamps = {YELLOW: "yellow", GREEN: "green", RED: "red"}
        edges = [(edge.at, lamps[pin], edge.high) for pin in (YELLOW, GREEN) for edge in pins.edges(pin)]
        edges += [(edge.at, "red", edge.high) for edge in pins.edges(RED)[began:]]
    assert [(lamp, high) for _, lamp, high in sorted(edges)] == [
        ("yellow", True),
        ("yellow", False),
        ("green", True),
        ("green", False),
        ("yellow", True),
        ("yellow", False),
        ("red", True),
        ("red", False),
    ]


async def test_the_visitor_reads_what_was_charged_and_what_is_left(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        gate.scan(GOOD)
        verdict = await gate.verdict()
    assert verdict.words == "Welcome\nPlease go through.\nCHF 25.00 charged. CHF 475.00 left."


async def test_the_visitor_with_too_little_left_reads_both_amounts(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        gate.scan(LOW)
        verdict = await gate.verdict()
    assert "has CHF 5.00 left; admission is CHF 25.00." in verdict.words
    assert verdict.words.endswith("\nNot charged.")


async def test_a_refused_visitor_reads_e_gumas_own_words(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        gate.scan("NPD2QX8LFT5W")
        verdict = await gate.verdict()
    assert verdict.text.detail == "The voucher can not be redeemed, as it has not been paid."


SHORT_CODE = 2
"""Digits of a ShortCode."""


@pytest.mark.parametrize("code", [sample.code for sample in SAMPLES])
async def test_each_sample_gets_its_verdict(state_dir: Path, pins: Pins, simulator: Simulator, code: str) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        if len(code) == SHORT_CODE:
            await asyncio.sleep(1.2 * STILLNESS_SECONDS)  # a port just opened may be in the middle of a text
        gate.scan(code)
        verdict = await gate.verdict()
        await gate.lane_is_free()
        admitted = VERDICTS[code] is ADMITTED
        assert verdict.kind is VERDICTS[code]
        assert gate.charged == (PRICE if admitted else 0)
        assert len(gate.pulses) == admitted


async def test_several_people_enter_on_one_voucher(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        for _ in range(3):
            await gate.admit(EXPIRED)
        assert gate.charged == 3 * PRICE
        assert len(gate.pulses) == 3


async def test_a_voucher_is_charged_only_while_the_price_is_left(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        for _ in range(4):
            await gate.admit(EXPIRED)
        gate.scan(EXPIRED)
        verdict = await gate.verdict()
        assert verdict.kind in {TOO_LOW, NOT_REDEEMABLE}
        assert gate.charged == 4 * PRICE


@pytest.mark.parametrize("printed", ["L4FU-5LQT-KJR3", "l4fu5lqtkjr3", "]C0L4FU5LQTKJR3", "\x02L4FU5LQTKJR3\x03"])
async def test_a_code_is_read_however_it_is_printed_or_prefixed(
    state_dir: Path, pins: Pins, simulator: Simulator, printed: str
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        await gate.admit(printed)
        assert gate.charged == PRICE


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b""], ids=["CR", "LF", "CR LF", "silence"])
async def test_a_scan_may_end_in_cr_lf_both_or_silence(
    state_dir: Path, pins: Pins, simulator: Simulator, end: bytes
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        gate.scanner.type(GOOD.encode() + end)
        await gate.shows(ADMITTED)
        await gate.lane_is_free()
        assert len(gate.pulses) == 1


async def test_a_hiccup_of_balance_is_not_seen_by_the_visitor(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        simulator.faults.add(fault(FaultKind.STATUS, Endpoint.BALANCE, status=503))
        await gate.admit(GOOD)
        assert gate.charged == PRICE


async def test_nothing_of_an_admission_is_only_in_memory(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        await gate.admit(GOOD)
        await gate.tells(["Intended", "Approved", "Redeemed", "Released"])
        with closing(sqlite3.connect(f"file:{state_dir / FILE_NAME}?mode=ro", uri=True)) as db:
            assert db.execute("SELECT count(*) FROM pending").fetchone() == (0,)
            assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)

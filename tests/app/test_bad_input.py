"""What is no voucher is refused at once, costs no request, and leaves the scanner as good as before."""

import asyncio
import logging
import time
from pathlib import Path

import pytest

from gate_controller.admission.words.messages import MessageKind
from gate_controller.devices.framing import STILLNESS_SECONDS
from gate_controller.journal.reader import Reader
from gate_controller.simulator import Endpoint, FaultKind, Simulator
from tests.rig.gate import EXPIRED, GOOD, PRICE, GateInProcess, fault, running_gate
from tests.rig.pins import Pins
from tests.rig.waiting import until

PROMPTLY = 0.1
"""Seconds from the scanner's bytes to the refusal (the gate's promise)."""

TRIES = 5
"""A busy machine may hold up one refusal; the fastest of so many tells how long the gate itself takes."""

BAD = {
    "an empty frame": b"\r",
    "blanks": b"   \r",
    "dashes": b"----\r",
    "dots": b"............\r",
    "5,000 bytes without an end": b"A" * 5_000,
    "NUL bytes": b"\0" * 12 + b"\r",
    "a NUL in a code": b"L4FU5L\0TKJR3\r",
    "0xFF bytes": b"\xff" * 12 + b"\r",
    "UTF-8": "Grüezi ñandú".encode() + b"\r",
    "another script": "用心招待我们的客人".encode() + b"\r",
    "SQL": b"' OR 1=1; --\r",
    "a table dropped": b"'; DROP TABLE fact; --\r",
    "a path": b"../../../etc/passwd\r",
    "a path of 12": b"../balance.j\r",
    "a percent-encoded path": b"%2e%2e%2f123\r",
    "a query": b"L4FU5?apikey\r",
    "a QR code with a URL": b"https://www.example.com/voucher/L4FU5LQTKJR3?utm=1\r",
    "a long QR code": b"https://www.example.com/" + b"x" * 200 + b"\r",
    "one character short": b"L4FU5LQTKJR\r",
    "one character long": b"L4FU5LQTKJR33\r",
    "a ticket's 19 digits": b"1234567890123456789\r",
}


async def refused_after(gate: GateInProcess, data: bytes) -> float:
    """Scan; return the seconds until the visitor reads that this is no voucher."""
    await gate.scanner_pauses()
    if not data.strip(b"\0\r "):
        await asyncio.sleep(STILLNESS_SECONDS)  # an empty scan sooner after another is its second end
    began = time.monotonic()
    gate.type(data)
    return (await gate.shows(MessageKind.NOT_A_VOUCHER)).at - began


@pytest.mark.parametrize("data", BAD.values(), ids=BAD.keys())
async def test_what_is_no_voucher_is_refused_at_once_and_the_next_scan_works(
    state_dir: Path, pins: Pins, simulator: Simulator, data: bytes
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        seconds = []
        for _ in range(TRIES):
            seconds.append(await refused_after(gate, data))
            if min(seconds) < PROMPTLY:
                break
            if not data.endswith(b"\r"):
                gate.type(b"\r")
        assert min(seconds) < PROMPTLY
        assert gate.requests() == 0
        assert gate.pulses == []
        if not data.endswith(b"\r"):
            gate.type(b"\r")  # the end of what had none; the next scan is another frame
        verdict = await gate.admit(GOOD)
        assert verdict.kind is MessageKind.ADMITTED
        assert gate.charged == PRICE


async def test_the_refusal_says_that_nothing_was_charged(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        gate.scan("https://www.example.com/")
        verdict = await gate.verdict()
    assert verdict.words == ("Not a voucher\nPlease scan the code on your voucher.\nNot charged.")


async def test_a_short_code_in_an_address_is_no_scan_and_one_that_stands_alone_is(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    simulator.ledger.hand_out(GOOD, lapses_at=None, short_code="28")
    async with running_gate(state_dir, pins, simulator) as gate:
        gate.type(b"Grosse Gasse\n28\n9400\n\r")
        await gate.shows(MessageKind.NOT_A_VOUCHER)
        await asyncio.sleep(0.7)  # after which a ShortCode would be asked for
        assert gate.requests() == 0
        gate.scan("28")
        await gate.shows(MessageKind.ADMITTED)
        assert gate.charged == PRICE


async def test_a_voucher_behind_a_first_line_is_no_scan(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        gate.type(b"not-a-voucher\r" + GOOD.encode() + b"\r")
        await gate.shows(MessageKind.NOT_A_VOUCHER)
        await gate.admit(EXPIRED)
        assert gate.requests(GOOD) == 0


async def test_one_frame_in_ten_reads_is_one_scan(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    frame = GOOD.encode() + b"\r"
    async with running_gate(state_dir, pins, simulator, scanner__gap_seconds=0.3) as gate:
        pieces = [frame[:4], *(frame[at : at + 1] for at in range(4, 13))]
        for piece in pieces:
            gate.scanner.type(piece)
            await until(lambda: gate.scanner.unread == 0)
        await gate.shows(MessageKind.ADMITTED)
        await gate.lane_is_free()
        assert len(pieces) == 10
        assert gate.requests("redeem.json") == 1
        assert MessageKind.NOT_A_VOUCHER not in gate.kinds


async def test_what_is_no_voucher_leaves_nothing_in_the_journal(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        for data in BAD.values():
            await refused_after(gate, data if data.endswith(b"\r") else data + b"\r")
        assert gate.facts() == []


async def test_a_code_in_egumas_own_words_is_masked_for_visitors_staff_and_log(
    state_dir: Path, pins: Pins, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with running_gate(state_dir, pins, simulator) as gate:
        body = f"Voucher {GOOD[:4]}-{GOOD[4:8]}-{GOOD[8:]} ({GOOD.lower()}) was cancelled."
        simulator.faults.add(fault(FaultKind.STATUS, Endpoint.BALANCE, status=400, body=body))
        gate.scan(GOOD)
        shown = await gate.verdict()
        await gate.tells(["Intended", "Refused"])
        [refused] = Reader(state_dir).page()
    assert shown.message.eguma_text == "Voucher …KJR3 (…KJR3) was cancelled."
    assert GOOD not in refused.reason
    assert GOOD not in caplog.text.upper().replace("-", "")

"""Receipts of a whole gate that prints them by itself: after the commit, once, and in nobody's way."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gate_controller.admission.words.messages import MessageKind
from gate_controller.shell.receipt_book import RECEIPTS_FILE
from gate_controller.simulator import Simulator
from tests.rig.fake_printer import FakePrinter, network_printer
from tests.rig.gate import GOOD, LOW, GateInProcess, running_gate
from tests.rig.pauses import shorten
from tests.rig.pins import Pins
from tests.rig.waiting import until

PASSAGE = 5
Fitted = tuple[FakePrinter, dict[str, Any]]


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    for pause in ("FIRST_LOOK_SECONDS", "IDLE_LOOK_SECONDS", "TRY_AGAIN_SECONDS"):
        shorten(monkeypatch, pause, 0.1)


@pytest.fixture
def fitted() -> Iterator[Fitted]:
    with network_printer() as (printer, port):
        way = {"driver": "network", "host": "127.0.0.1", "tcp_port": port, "prints": "admissions", "languages": "en"}
        yield printer, {f"printer__{name}": value for name, value in way.items()}


def missing(gate: GateInProcess) -> str:
    return "; ".join(ailment.why for ailment in gate.app.board.status().missing if ailment.what == "printer")


async def listed(gate: GateInProcess) -> list[str]:
    return [f"{entry['incident']} {entry['state']}" for entry in await gate.asked("receipt_list")]


async def test_who_is_let_in_gets_one_receipt_and_who_is_not_gets_none(
    state_dir: Path, pins: Pins, simulator: Simulator, fitted: Fitted
) -> None:
    printer, way = fitted
    async with running_gate(state_dir, pins, simulator, **way) as gate:
        gate.scan(LOW)
        await gate.shows(MessageKind.BALANCE_TOO_LOW)
        await gate.admit()
        await until(lambda: len(printer.receipts) == 1)
        await gate.admit()
        await until(lambda: len(printer.receipts) == 2)

        assert await listed(gate) == []
    first, second = printer.receipts
    assert "L4FU-5LQT-KJR3" in first
    assert [text for text in ("475.00", "450.00") if text in first] == ["475.00"]
    assert "450.00" in second
    assert "Copy" not in first + second


async def test_a_gate_with_a_sensor_prints_once_somebody_went_through(
    state_dir: Path, pins: Pins, simulator: Simulator, fitted: Fitted
) -> None:
    printer, way = fitted
    sensor: dict[str, Any] = {"passage__pin": PASSAGE, "passage__seconds": 20, "passage__ignore_seconds": 0}
    async with running_gate(state_dir, pins, simulator, **way, **sensor) as gate:
        gate.scan(GOOD)
        await gate.shows(MessageKind.ADMITTED)
        assert printer.receipts == []
        pins.connect(PASSAGE)
        await gate.stand("admitted")
        await until(lambda: len(printer.receipts) == 1)


async def test_a_printer_without_paper_is_told_of_and_its_receipts_come_with_the_new_roll(
    state_dir: Path, pins: Pins, simulator: Simulator, fitted: Fitted
) -> None:
    printer, way = fitted
    printer.has_paper = False
    async with running_gate(state_dir, pins, simulator, **way) as gate:
        await until(lambda: "is out of paper: put a new roll in" in missing(gate))
        await gate.admit()
        await gate.admit()
        await until((state_dir / RECEIPTS_FILE).exists)
        assert printer.receipts == []

        printer.has_paper = True
        await until(lambda: len(printer.receipts) == 2)
        await until(lambda: missing(gate) == "")
        assert "Copy" not in "".join(printer.receipts)
        assert await listed(gate) == []


async def test_what_cannot_be_printed_within_a_minute_is_kept_for_whoever_asks(
    state_dir: Path, pins: Pins, simulator: Simulator, fitted: Fitted, monkeypatch: pytest.MonkeyPatch
) -> None:
    printer, way = fitted
    shorten(monkeypatch, "WAITS_FOR_PRINTER_SECONDS", 0)
    printer.cover_is_open = True
    async with running_gate(state_dir, pins, simulator, **way) as gate:
        await gate.admit()
        incident = gate.records[0].incident
        await until((state_dir / RECEIPTS_FILE).exists)
        assert await listed(gate) == [f"{incident} not printed"]
        written = (state_dir / RECEIPTS_FILE).stat().st_size

        printer.cover_is_open = False
        await until(lambda: missing(gate) == "")
        assert (printer.receipts, (state_dir / RECEIPTS_FILE).stat().st_size) == ([], written)
        assert (await gate.asked("receipt_print", incident=incident))["is_copy"] is False
    assert len(printer.receipts) == 1


async def test_a_printer_that_answers_too_late_is_sent_nothing_again(
    state_dir: Path, pins: Pins, simulator: Simulator, fitted: Fitted, monkeypatch: pytest.MonkeyPatch
) -> None:
    printer, way = fitted
    shorten(monkeypatch, "PRINT_SECONDS", 0.5)
    async with running_gate(state_dir, pins, simulator, **way) as gate:
        await gate.admit()
        await until(lambda: len(printer.receipts) == 1)
        printer.is_slow = True
        await gate.admit()
        incident = gate.records[0].incident
        await until(lambda: "has not said that it printed all" in missing(gate))
        taken, printer.is_slow = printer.taken, False
        await until(lambda: missing(gate) == "")

        assert printer.taken - taken < 50  # asked how it is, and no more
        assert await listed(gate) == [f"{incident} perhaps printed"]
        assert (await gate.asked("receipt_print", incident=incident))["is_copy"] is True


async def test_after_a_restart_nothing_is_printed_and_what_was_not_is_listed(
    state_dir: Path, pins: Pins, simulator: Simulator, fitted: Fitted
) -> None:
    printer, way = fitted
    printer.has_paper = False
    async with running_gate(state_dir, pins, simulator, **way) as gate:
        await gate.admit()
        incident = gate.records[0].incident
    printer.has_paper = True

    async with running_gate(state_dir, pins, simulator, **way) as gate:
        await until(lambda: printer.taken > 0 and missing(gate) == "")
        assert await listed(gate) == [f"{incident} not printed"]
    assert printer.receipts == []


async def test_a_gate_that_dies_between_release_and_passage_prints_nothing_when_it_starts(
    state_dir: Path, pins: Pins, simulator: Simulator, fitted: Fitted
) -> None:
    printer, way = fitted
    sensor: dict[str, Any] = {"passage__pin": PASSAGE, "passage__seconds": 20}
    async with running_gate(state_dir, pins, simulator, **sensor) as gate:
        gate.scan(GOOD)
        await gate.shows(MessageKind.ADMITTED)
        await until(lambda: gate.story()[-1][-1] == "ReleasedToSensor")
        gate.app.stop()
        gate.app.stop()
        await gate.run

    async with running_gate(state_dir, pins, simulator, **way, **sensor) as gate:
        await until(lambda: "Released" in gate.story()[-1])
        await until(lambda: printer.taken > 0)
        assert await listed(gate) == []
    assert printer.receipts == []


async def test_a_roll_that_is_near_its_end_is_told_and_printed_on(
    state_dir: Path, pins: Pins, simulator: Simulator, fitted: Fitted
) -> None:
    printer, way = fitted
    printer.is_near_end = True
    async with running_gate(state_dir, pins, simulator, **way) as gate:
        await gate.admit()
        await until(lambda: len(printer.receipts) == 1)
        await until(lambda: "the paper is near its end: have a new roll ready" in missing(gate))
        assert "printer" in gate.app.board.status().devices


async def test_an_idle_gate_with_a_printer_writes_nothing(
    state_dir: Path, pins: Pins, simulator: Simulator, fitted: Fitted
) -> None:
    printer, way = fitted
    async with running_gate(state_dir, pins, simulator, **way):
        await until(lambda: printer.taken > 20)
        assert not (state_dir / RECEIPTS_FILE).exists()

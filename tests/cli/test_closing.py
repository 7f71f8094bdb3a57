"""`gate-controller journal close`: a day of a real gate, against E-GUMA's books."""

import asyncio
import csv
import json
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gate_controller.desk.closing_table import COLUMNS
from gate_controller.desk.moments import date_of
from gate_controller.simulator import Endpoint, FaultKind, Simulator
from tests.rig.fake_printer import network_printer
from tests.rig.forked import forked
from tests.rig.gate import GOOD, LOW, PRICE, GateInProcess, fault, running_gate
from tests.rig.pins import Pins
from tests.rig.simulator import KEY, running_simulator

DAY_SECONDS = 86_400.0
DEPOT = "DPF4KX7TQ2MR"


@pytest.fixture(autouse=True)
def in_zurich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Zurich")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


async def close(directory: Path, day: str, *words: str, base_url: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, with the loop of the gate going on."""
    environment = {
        "GATE_EGUMA__API_KEY": KEY,
        "GATE_ADMISSION__PRICE_CENTS": str(PRICE),
        "GATE_EGUMA__BASE_URL": base_url,
        "PATH": "/usr/bin:/bin",
        "TZ": "Europe/Zurich",
    }
    line = ["journal", "close", "--date", day, *words, "--set", f"state_dir={directory}", "--by", "Anna"]
    return await asyncio.to_thread(forked, line, environment)


def told(answer: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert answer.returncode == 0, answer.stderr
    said: dict[str, Any] = json.loads(answer.stdout)
    return said


def days_of(offset: float) -> tuple[str, str]:
    """Return the day of a clock that is so far ahead, and the one after it."""
    day = datetime.fromtimestamp(time.time() + offset, UTC).astimezone(ZoneInfo("Europe/Zurich")).date()
    return day.isoformat(), (day + timedelta(days=1)).isoformat()


async def come_to(gate: GateInProcess, offset: float) -> None:
    """Let E-GUMA's clock, and so the gate's, come to another day: a jump is believed once two answers agree."""
    gate.simulator.change_behaviour(clock_offset_seconds=offset)
    for _ in range(2):
        gate.scan(LOW)
        await gate.verdict()
        await gate.lane_is_free()


async def test_the_closings_of_a_real_gate_are_what_egumas_books_say(state_dir: Path, pins: Pins) -> None:
    yesterday, today = days_of(-2 * DAY_SECONDS)
    async with (
        running_simulator(clock_offset_seconds=-2 * DAY_SECONDS) as simulator,
        running_gate(state_dir, pins, simulator) as gate,
    ):
        url, who = simulator.base_url, {"by": "Anna", "reason": "a child"}
        incidents = [(await gate.admit()).message.incident for _ in range(4)]
        gate.scan(LOW)
        await gate.verdict()
        await gate.asked("void", incident=incidents[0], amount_cents=1_000, **who)
        await gate.asked("refund", incident=incidents[1], **who)
        await gate.asked("top_up", code=GOOD, amount_cents=5_000, by="Anna")
        sold = await gate.asked("sell", code=DEPOT, by="Anna")
        early = await close(state_dir, yesterday, base_url=url)
        assert (early.returncode, early.stdout) == (1, "")
        assert f"day {yesterday}: is not over yet" in early.stderr

        await come_to(gate, -DAY_SECONDS)
        first = told(await close(state_dir, yesterday, "--json", base_url=url))

        times = {one["entry"]: one["times"] for one in first["entries"] if one["reason"] == ""}
        assert (times["admitted_on_charge"], times["charged"], times["open_item"]) == (4, 4, 0)
        assert (first["charged_cents"], first["refunded_cents"], first["voided_cents"]) == (4 * PRICE, PRICE, 1_000)
        assert (first["topped_up_cents"], first["sold_cents"]) == (5_000, sold["amount_cents"])
        assert first["revenue_cents"] == gate.charged == 3 * PRICE - 1_000
        assert (first["eguma"]["is_compared"], first["eguma"]["differences"]) == (True, 0)

        await gate.asked("refund", incident=incidents[2], **who)
        await gate.asked("void", incident=incidents[0], **who)  # all that is left of it
        await gate.admit()
        await come_to(gate, 0.0)
        second = told(await close(state_dir, today, "--json", base_url=url))
        again = told(await close(state_dir, yesterday, "--json", base_url=url))

        assert again == {**first, "is_new": False}
        assert (second["charged_cents"], second["refunded_cents"]) == (PRICE, PRICE + PRICE - 1_000)
        assert first["revenue_cents"] + second["revenue_cents"] == gate.charged == 2 * PRICE


async def test_a_closing_is_told_in_words_and_as_csv(state_dir: Path, pins: Pins, tmp_path: Path) -> None:
    day, _ = days_of(-DAY_SECONDS)
    async with (
        running_simulator(clock_offset_seconds=-DAY_SECONDS) as simulator,
        running_gate(state_dir, pins, simulator) as gate,
    ):
        await gate.admit()
        gate.scan(LOW)
        await gate.verdict()
        await come_to(gate, 0.0)
        file = tmp_path / "day.csv"

        answer = await close(state_dir, day, "--csv", str(file), base_url=simulator.base_url)
        again = await close(state_dir, day, base_url=simulator.base_url)
        twice = await close(state_dir, day, "--csv", str(file), base_url=simulator.base_url)

    assert (answer.returncode, answer.stderr) == (0, "")
    lines = [" ".join(line.split()) for line in answer.stdout.splitlines()]
    assert f"{day}: closed by Anna, " in lines[0]
    assert "admitted on charge 1 CHF 25.00" in lines
    assert "charged CHF 25.00" in lines
    assert "= revenue CHF 25.00" in lines
    assert lines[-1] == "no difference"
    assert f"{day}: was closed by Anna, " in again.stdout
    assert again.stdout.splitlines()[1:] == answer.stdout.splitlines()[1:]
    assert (twice.returncode, "is already there" in twice.stderr) == (1, True)
    with file.open(newline="") as csv_file:
        rows = list(csv.DictReader(csv_file))
    assert tuple(rows[0]) == COLUMNS
    assert {row["date"] for row in rows} == {day}
    amounts = {row["entry"]: (row["times"], row["amount_cents"]) for row in rows}
    assert amounts["charged"] == amounts["listed_by_eguma"] == ("1", str(PRICE))


async def test_a_closing_is_printed_too_beside_a_gate_and_on_a_stopped_ones_journal(
    state_dir: Path, pins: Pins
) -> None:
    with network_printer() as (printer, port):
        way: dict[str, Any] = {"driver": "network", "host": "127.0.0.1", "tcp_port": port, "languages": "de"}
        prints = ("--print", *(word for name, value in way.items() for word in ("--set", f"printer.{name}={value}")))
        settings = {f"printer__{name}": value for name, value in way.items()}
        async with running_simulator(clock_offset_seconds=-DAY_SECONDS) as simulator:
            async with running_gate(state_dir, pins, simulator, **settings) as gate:
                day, _ = days_of(-DAY_SECONDS)
                await gate.admit()
                await come_to(gate, 0.0)
                beside = await close(state_dir, day, *prints, base_url=simulator.base_url)
            stopped = await close(state_dir, day, *prints, base_url=simulator.base_url)
            assert (beside.returncode, stopped.returncode) == (0, 0), (beside.stderr, stopped.stderr)
            assert len(printer.receipts) == 2
            assert all("von Anna" in " ".join(paper.split()) for paper in printer.receipts)
            printer.has_paper = False
            without = await close(state_dir, day, *prints, base_url=simulator.base_url)
            assert (without.returncode, "out of paper" in without.stderr) == (1, True)
            assert "was closed by Anna" in without.stdout


async def test_a_stopped_gates_day_is_closed_too_without_a_list_that_is_refused(state_dir: Path, pins: Pins) -> None:
    day, _ = days_of(-DAY_SECONDS)
    async with (
        running_simulator(clock_offset_seconds=-DAY_SECONDS) as simulator,
        running_gate(state_dir, pins, simulator) as gate,
    ):
        await gate.admit()
        await gate.stop()
        simulator.change_behaviour(clock_offset_seconds=0.0)
        simulator.faults.add(fault(FaultKind.STATUS, Endpoint.REDEMPTIONS, status=400, times=None))

        answer = await close(state_dir, day, base_url=simulator.base_url)

    assert answer.returncode == 0, answer.stderr
    assert "= revenue" in answer.stdout
    assert answer.stdout.splitlines()[-1].startswith("not compared with E-GUMA's list: E-GUMA refused the list")


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30", ""])
async def test_what_is_no_date_ends_with_2(state_dir: Path, simulator: Simulator, day: str) -> None:
    answer = await close(state_dir, day, base_url=simulator.base_url)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "option --date: write 2026-11-30" in answer.stderr


async def test_the_day_that_is_not_over_ends_with_1(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator):
        answer = await close(state_dir, date_of(time.time() + DAY_SECONDS), base_url=simulator.base_url)
    assert (answer.returncode, answer.stdout) == (1, "")
    assert "is not over yet: close it after midnight" in answer.stderr
    assert answer.stderr.count("\n") == 1

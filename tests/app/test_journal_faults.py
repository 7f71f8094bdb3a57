"""A gate that cannot write its journal takes no money and says why, until it can again."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gate_controller.admission.words.messages import Fault, MessageKind, MoneyFate
from gate_controller.journal.archive import set_aside
from gate_controller.journal.store import FILE_NAME, Store
from gate_controller.simulator import Endpoint, FaultKind, Simulator
from tests.rig.disk import forced_read_only, full_disk
from tests.rig.gate import EXPIRED, GOOD, PRICE, GateInProcess, fault, open_items, running_gate
from tests.rig.pauses import shorten
from tests.rig.pins import Pins
from tests.rig.waiting import until


@pytest.fixture(autouse=True)
def tried_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    shorten(monkeypatch, "JOURNAL_RETRY_SECONDS", 0.05)


async def says_why(gate: GateInProcess) -> str:
    """Wait until the visitor reads that the records fail; return what staff read."""
    shown = await gate.shows(MessageKind.OUT_OF_SERVICE)
    while shown.message.fault is not Fault.JOURNAL:
        shown = await gate.shows(MessageKind.OUT_OF_SERVICE)
    assert "cannot keep its records" in shown.words
    return gate.app.gate.faults[Fault.JOURNAL]


async def test_a_directory_that_cannot_be_made_puts_the_gate_out_of_service(pins: Pins, simulator: Simulator) -> None:
    nowhere = Path("/proc/gate-controller")  # nobody can make a directory in /proc, not even root
    async with running_gate(nowhere, pins, simulator, ready=False) as gate:
        why = await says_why(gate)
        assert "/proc/gate-controller" in why
        assert "check state_dir" in why
        gate.scan(GOOD)
        assert gate.requests() == 0
        assert gate.ready_lines == []


async def test_a_journal_held_by_another_gate_is_waited_for(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    other = Store(state_dir)
    async with running_gate(state_dir, pins, simulator, ready=False) as gate:
        why = await says_why(gate)
        assert "another gate-controller is using this journal" in why
        assert "set another state_dir" in why
        assert gate.ready_lines == []
        other.close()
        await gate.takes_scans()
        await gate.admit(GOOD)


async def test_a_journal_of_a_newer_version_is_left_alone(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    Store(state_dir).close()
    with closing(sqlite3.connect(state_dir / FILE_NAME)) as db:
        db.execute("PRAGMA user_version = 99")
    async with running_gate(state_dir, pins, simulator, ready=False) as gate:
        assert "install the newer version again" in await says_why(gate)
        assert gate.requests() == 0


async def test_a_corrupt_journal_is_set_aside_and_staff_are_told(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    state_dir.mkdir()
    (state_dir / FILE_NAME).write_bytes(b"this is no database" * 1000)
    async with running_gate(state_dir, pins, simulator) as gate:
        await gate.admit(GOOD)
        (item,) = open_items(state_dir)
        (aside,) = state_dir.glob("corrupt-*")
        assert str(aside) in item.reason
        assert (aside / FILE_NAME).read_bytes().startswith(b"this is no database")


async def test_an_intent_that_cannot_be_written_is_never_sent(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        await gate.admit(GOOD)
        with full_disk(state_dir):
            gate.scan(EXPIRED)
            verdict = await gate.verdict()
            assert verdict.kind is MessageKind.REFUSED_OUT_OF_SERVICE
            assert verdict.message.fault is Fault.JOURNAL
            assert FILE_NAME in gate.app.gate.faults[Fault.JOURNAL]
            assert gate.requests(f"{EXPIRED}/redeem.json") == 0


async def test_a_journal_that_stays_unwritable_refuses_scans_without_asking_e_guma(
    state_dir: Path, pins: Pins, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        await gate.admit(GOOD)
        with forced_read_only(monkeypatch):
            gate.scan(EXPIRED)
            await gate.verdict()
            asked = gate.requests()
            gate.scan(EXPIRED)
            assert (await gate.verdict()).kind is MessageKind.REFUSED_OUT_OF_SERVICE
            assert gate.requests() == asked


async def test_whom_staff_let_in_meanwhile_is_recorded_when_the_journal_works_again(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        await gate.admit(GOOD)
        with full_disk(state_dir):
            gate.scan(EXPIRED)
            await gate.verdict()
            await gate.asked("release", by="Anna", reason="school class")
        await gate.stand("admitted", "not charged", "opened by staff")


async def test_whom_staff_let_in_meanwhile_is_recorded_by_a_gate_that_ends_before_it_tries_again(
    state_dir: Path, pins: Pins, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorten(monkeypatch, "JOURNAL_RETRY_SECONDS", 60)
    async with running_gate(state_dir, pins, simulator) as gate:
        await gate.admit(GOOD)
        with full_disk(state_dir):
            gate.scan(EXPIRED)
            await gate.verdict()
            await gate.asked("release", by="Anna", reason="school class")
        assert await gate.stop() == 0
        assert gate.stands == ["admitted", "not charged", "opened by staff"]


async def test_what_a_gate_that_ends_could_not_record_is_counted_in_its_log(
    state_dir: Path,
    pins: Pins,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        with forced_read_only(monkeypatch):
            await gate.asked("release", by="Anna", reason="school class")
            await until(lambda: Fault.JOURNAL in gate.app.gate.faults)
            assert await gate.stop() == 0
        (line,) = [line for line in caplog.messages if line.startswith("journal=not_recorded")]
        assert line.startswith("journal=not_recorded facts=1 why=")


async def test_a_gate_takes_money_again_when_there_is_room_again(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        await gate.admit(GOOD)
        with full_disk(state_dir):
            gate.scan(EXPIRED)
            await gate.verdict()
        await gate.takes_scans()
        await gate.admit(EXPIRED)
        assert gate.charged == 2 * PRICE
        assert gate.books_agree()


async def test_a_charge_that_cannot_be_written_is_cancelled_at_once(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        await gate.admit(GOOD)
        simulator.faults.add(fault(FaultKind.DELAY, delay_seconds=0.1))
        gate.scan(EXPIRED)
        await until(lambda: gate.requests(f"{EXPIRED}/redeem.json") == 1)
        with full_disk(state_dir):
            verdict = await gate.verdict()
            assert verdict.kind is MessageKind.CHARGE_CANCELLED
            assert verdict.message.fate is MoneyFate.CANCELLED
            assert gate.charged == PRICE  # the first visitor's
            assert len(gate.pulses) == 1


async def test_a_cancelled_charge_is_told_to_the_journal_when_there_is_room_again(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        simulator.faults.add(fault(FaultKind.DELAY, delay_seconds=0.1))
        gate.scan(GOOD)
        await until(lambda: gate.requests("redeem.json") == 1)
        with full_disk(state_dir):
            await gate.shows(MessageKind.CHARGE_CANCELLED)
        await gate.tells(["Intended", "Approved", "Redeemed", "RefundBegun", "Refunded"])
        assert gate.charged == 0
        await gate.takes_scans()


async def test_a_cancellation_that_is_lost_is_repeated_until_accepted(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        simulator.faults.add(fault(FaultKind.DELAY, delay_seconds=0.1))
        simulator.faults.add(fault(FaultKind.RESET, Endpoint.CANCEL_REDEMPTION))
        gate.scan(GOOD)
        await until(lambda: gate.requests("redeem.json") == 1)
        with full_disk(state_dir):
            assert (await gate.verdict()).message.fate in {MoneyFate.BEING_CHECKED, MoneyFate.REFUND_UNDER_WAY}
        await until(lambda: gate.charged == 0)
        await gate.tells(["Intended", "Approved", "Redeemed", "RefundBegun", "Refunded"])
        assert gate.requests("cancel_redemption.json") == 2


async def test_a_charge_that_went_with_a_corrupt_journal_is_not_taken_for_a_later_one(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        await gate.admit()
    set_aside(state_dir)
    async with running_gate(state_dir, pins, simulator) as gate:
        simulator.faults.add(fault(FaultKind.RESET, effect=False))
        before = len(gate.pulses)
        gate.scan(GOOD)

        verdict = await gate.verdict()

        assert verdict.kind is MessageKind.BEING_CHECKED
        assert len(gate.pulses) == before
        await until(lambda: "NotCharged" in gate.story()[-1], seconds=15)
        assert gate.charged == PRICE


async def test_the_log_does_not_grow_though_every_write_ends_while_the_lane_is_taken(
    state_dir: Path, pins: Pins, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorten(monkeypatch, "CHECKPOINT_FRAMES", 6)
    async with running_gate(state_dir, pins, simulator, admission__hold_seconds=0.1) as gate:
        sizes = []
        for _ in range(12):
            await gate.admit()
            sizes.append((state_dir / f"{FILE_NAME}-wal").stat().st_size)
        assert max(sizes) < 2 * max(sizes[:3])


async def test_a_disk_that_was_forced_read_only_takes_no_money(
    state_dir: Path, pins: Pins, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        with forced_read_only(monkeypatch):
            gate.scan(GOOD)
            assert "has become read-only" in await says_why(gate)
            assert gate.charged == 0
            assert gate.pulses == []
        await gate.takes_scans()
        await gate.admit()

"""What ails the machine is said with a remedy and since when, once, and again when it is over."""

import logging
from pathlib import Path

import pytest

from gate_controller.devices.health import Vitals
from gate_controller.shell.watching_machine import MachineWatch
from gate_controller.simulator import FaultKind, Simulator
from tests.rig.gate import GOOD, fault, running_gate
from tests.rig.pins import Pins
from tests.rig.waiting import until


class Watched:
    """A machine under watch, its clock, and how often a change was told."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.told = 0
        self.watch = MachineWatch(Vitals, is_clock_sure=lambda: True, on_change=self._tell, wall=lambda: self.now)

    def _tell(self) -> None:
        self.told += 1

    def takes(self, **vitals: float | bool) -> list[tuple[str, float]]:
        self.now += 30
        self.watch.take(Vitals(**vitals))  # type: ignore[arg-type]  # the fields are of both kinds
        return [(ailment.what, ailment.since) for ailment in self.watch.status().ailments]


def test_an_ailment_has_the_moment_since_when_it_holds_and_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    machine = Watched()
    assert machine.takes(is_undervolted=False) == []
    assert machine.takes(is_undervolted=True) == [("supply", 1_060.0)]
    assert machine.takes(is_undervolted=True) == [("supply", 1_060.0)]
    assert machine.takes(is_undervolted=False, was_undervolted=True) == []
    assert machine.told == 2
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert "use one of 3 A" in caplog.text


def test_the_disk_the_heat_and_a_slowed_processor_are_ailments() -> None:
    machine = Watched()
    assert [what for what, _ in machine.takes(disk_free=0.04, is_writable=True, celsius=81.0)] == [
        "disk",
        "temperature",
    ]
    assert [what for what, _ in machine.takes(disk_free=0.5, is_writable=False, is_slowed=True)] == ["disk", "speed"]
    assert machine.takes(disk_free=0.05, is_writable=True, celsius=76.9, is_slowed=False) == []


def test_a_processor_at_the_edge_is_told_of_once() -> None:
    machine = Watched()
    for celsius in (79.9, 80.0, 79.0, 77.5, 80.1, 76.9):
        machine.takes(celsius=celsius)
    assert machine.told == 2


async def test_the_gate_s_status_has_its_machine_and_who_is_in_the_lane(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        await until(lambda: gate.app.board.status().machine.looked_at is not None)
        machine = gate.app.board.status().machine
        assert machine.is_writable is True
        assert machine.disk_free is not None
        assert gate.app.board.status().lane.since is None
        simulator.faults.add(fault(FaultKind.DELAY, delay_seconds=0.5))
        gate.scan(GOOD)
        await until(lambda: gate.requests("redeem.json") == 1)
        status = gate.app.board.status()
        assert (status.lane.voucher, status.machine.is_clock_sure) == ("…KJR3", True)
        assert status.lane.since is not None
        assert 0 <= status.at - status.lane.since + 0.1 < 10
        assert (await gate.asked("status"))["machine"]["disk_free"] is not None

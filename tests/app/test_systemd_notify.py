"""What systemd is told, through a datagram socket like its own (sd_notify(3))."""

import os
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gate_controller.admission.words.messages import Fault
from gate_controller.journal.store import Store
from gate_controller.simulator import Simulator
from tests.rig.disk import full_disk
from tests.rig.gate import GOOD, running_gate
from tests.rig.gate_process import gate_process
from tests.rig.pauses import shorten
from tests.rig.pins import Pins
from tests.rig.scanner import PtyScanner
from tests.rig.waiting import until

WATCHDOG_SECONDS = 0.3
FIRE = 13


class Systemd:
    """The receiving end."""

    def __init__(self, listening: socket.socket) -> None:
        self._listening = listening
        self._told: list[str] = []

    @property
    def told(self) -> list[str]:
        """Every assignment so far, in order."""
        while True:
            try:
                self._told += self._listening.recv(65_536).decode().split("\n")
            except BlockingIOError:
                return self._told

    async def hears(self, words: str) -> None:
        await until(lambda: any(words in line for line in self.told))


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Systemd]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as listening:
        listening.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", str(int(WATCHDOG_SECONDS * 1e6)))
        monkeypatch.delenv("WATCHDOG_PID", raising=False)
        yield Systemd(listening)


async def test_systemd_hears_once_that_the_gate_is_ready(
    state_dir: Path, pins: Pins, simulator: Simulator, systemd: Systemd
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        await systemd.hears("READY=1")
        gate.scanner.unplug()
        await systemd.hears("STATUS=out of service: scanner: ")
        gate.scanner.replug()
        await gate.takes_scans()
        await until(lambda: systemd.told[-1] == "STATUS=takes scans" or "WATCHDOG" in systemd.told[-1])
        assert systemd.told.count("READY=1") == 1


async def test_systemd_reads_what_keeps_a_gate_from_starting(
    state_dir: Path, simulator: Simulator, plugged: PtyScanner, systemd: Systemd
) -> None:
    with closing(Store(state_dir)), gate_process(state_dir, simulator, plugged) as gate:
        assert await gate.ended() == 2
    assert "READY=1" not in systemd.told
    (status,) = systemd.told
    assert status.startswith(
        f"STATUS=journal {state_dir}/journal.lock cannot be used: another gate-controller is using"
    )
    assert f"it is process {os.getpid()} (" in status


async def test_systemd_reads_what_a_gate_that_takes_scans_does_without(
    state_dir: Path, pins: Pins, simulator: Simulator, systemd: Systemd
) -> None:
    async with running_gate(state_dir, pins, simulator, display__driver="ssd1306", display__bus=19):
        await systemd.hears("STATUS=takes scans; display ssd1306: /dev/i2c-19 is not there: turn I2C on")
        told = systemd.told
        assert told[0].startswith("STATUS=out of service: starting")  # and not ready, which the display would have said
        assert told.count("READY=1") == 1


async def test_systemd_hears_at_once_that_staff_have_ended_an_alarm(
    state_dir: Path, pins: Pins, simulator: Simulator, systemd: Systemd
) -> None:
    async with running_gate(
        state_dir, pins, simulator, ready=False, fire_contact__pin=FIRE, fire_contact__resume="staff"
    ) as gate:
        await systemd.hears("STATUS=out of service: fire: the fire contact is open")
        pins.connect(FIRE)
        await systemd.hears("STATUS=out of service: fire: the alarm has cleared: staff have to say so")
        await until(lambda: gate.app.gate.faults.keys() == {Fault.FIRE} and bool(simulator.requests))
        assert "READY=1" not in systemd.told
        await gate.asked("resume", by="Anna")
        await systemd.hears("READY=1")
        assert len(gate.ready_lines) == 1


async def test_systemd_reads_that_the_journal_fails_and_that_it_works_again(
    state_dir: Path, pins: Pins, simulator: Simulator, systemd: Systemd, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorten(monkeypatch, "JOURNAL_RETRY_SECONDS", 0.5)
    async with running_gate(state_dir, pins, simulator) as gate:
        await gate.admit()
        with full_disk(state_dir):
            gate.scan(GOOD)
            await systemd.hears("STATUS=out of service: journal: ")
        seen = len(systemd.told)
        await until(lambda: "STATUS=takes scans" in systemd.told[seen:])


async def test_the_watchdog_is_fed_while_the_gate_works(
    state_dir: Path, pins: Pins, simulator: Simulator, systemd: Systemd
) -> None:
    async with running_gate(state_dir, pins, simulator):
        await until(lambda: systemd.told.count("WATCHDOG=1") >= 3)


async def test_systemd_hears_that_the_gate_is_stopping(
    state_dir: Path, pins: Pins, simulator: Simulator, systemd: Systemd
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        await gate.stop()
    # On a busy machine the watchdog may be fed once more before the gate is gone.
    assert [told for told in systemd.told if told != "WATCHDOG=1"][-1] == "STOPPING=1"


async def test_a_gate_works_though_systemd_does_not_listen_any_more(
    state_dir: Path, pins: Pins, simulator: Simulator, systemd: Systemd, tmp_path: Path
) -> None:
    (tmp_path / "notify").unlink()
    async with running_gate(state_dir, pins, simulator) as gate:
        await gate.admit()
        assert systemd.told == []

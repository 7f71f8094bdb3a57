"""The real `gate-controller run`: ready, stopped, killed at the worst moment, and started beside another."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

from gate_controller.simulator import FaultKind, Simulator
from tests.rig.gate import EXPIRED, GOOD, LOW, PRICE, charged, fault, running_gate
from tests.rig.gate_process import gate_process
from tests.rig.notes import FakePi
from tests.rig.pins import Pins
from tests.rig.scanner import PtyScanner
from tests.rig.simulator import KEY
from tests.rig.waiting import until

FRAME = GOOD.encode() + b"\r"
APART_SECONDS = 0.3
"""Between two readings, as from a real scanner: lines that come closer are one text, and no scans."""


def redeems(simulator: Simulator) -> int:
    return sum("redeem.json" in record.path for record in simulator.requests)


async def test_a_gate_says_that_it_is_ready_admits_and_ends_on_sigterm_with_its_secrets_kept(
    state_dir: Path, plugged: PtyScanner, simulator: Simulator
) -> None:
    with gate_process(state_dir, simulator, plugged) as gate:
        await gate.ready()
        plugged.type(FRAME)
        await until(lambda: gate.story() == [["Intended", "Approved", "Redeemed", "Released"]])
        gate.send(signal.SIGTERM)
        assert await gate.ended() == 0
        assert charged(simulator) == PRICE
        assert "verdict=admitted" in gate.log
        assert KEY not in gate.log
        assert GOOD not in gate.log
        assert "Traceback" not in gate.log


async def test_the_log_of_a_good_day_has_no_warning_says_ready_once_and_that_it_has_stopped(
    state_dir: Path, plugged: PtyScanner, simulator: Simulator
) -> None:
    with gate_process(state_dir, simulator, plugged, log__level="info", passage__pin=5, fire_contact__pin=None) as gate:
        await gate.ready()
        gate.send(signal.SIGTERM)
        assert await gate.ended() == 0
        lines = [line.split(" ", 2)[1:] for line in gate.log.splitlines()]
        assert lines == [["info", "stopped gate=gate-under-test"]]
        assert gate.said.count("ready") == 1


async def test_a_healthy_gate_writes_one_line_for_each_verdict_and_nothing_else(
    state_dir: Path, plugged: PtyScanner, simulator: Simulator
) -> None:
    with gate_process(state_dir, simulator, plugged, log__level="info", fire_contact__pin=None) as gate:
        await gate.ready()
        for code, verdict in (
            (GOOD, "verdict=admitted reason=admitted"),
            (LOW, "verdict=refused reason=balance_too_low"),
        ):
            plugged.type(code.encode() + b"\r")
            await gate.logs(verdict)
            await asyncio.sleep(APART_SECONDS)
        gate.send(signal.SIGTERM)
        assert await gate.ended() == 0
        levels, texts = zip(*(line.split(" ", 2)[1:] for line in gate.log.splitlines()), strict=True)
        assert levels == ("info",) * 3
        assert [text.split()[0] for text in texts] == ["verdict=admitted", "verdict=refused", "stopped"]
        assert "\\" not in gate.log
        assert GOOD not in gate.log


async def test_a_machine_without_gpio_says_so_in_one_line_whatever_is_fitted(
    state_dir: Path, plugged: PtyScanner, simulator: Simulator
) -> None:
    fitted: dict[str, Any] = {"passage__pin": 5, "exit_button__pin": 13, "fire_contact__pin": 6, "buzzer__pin": 12}
    with gate_process(
        state_dir, simulator, plugged, environ={"GPIOZERO_PIN_FACTORY": "no-such-back-end"}, **fitted
    ) as gate:
        await gate.logs("scanner=connected")
        (line,) = [line for line in gate.log.splitlines() if " warning " in line]
        assert "fault=raised what=relay why=" in line
        assert line.count("no GPIO back end works: sudo apt-get install python3-lgpio") == 1


async def test_sigterm_while_an_attempt_runs_lets_it_finish(
    state_dir: Path, plugged: PtyScanner, simulator: Simulator
) -> None:
    simulator.faults.add(fault(FaultKind.DELAY, delay_seconds=0.3))
    with gate_process(state_dir, simulator, plugged) as gate:
        await gate.ready()
        plugged.type(FRAME)
        await until(lambda: redeems(simulator) == 1)
        gate.send(signal.SIGTERM)
        assert await gate.ended() == 0
        assert gate.story() == [["Intended", "Approved", "Redeemed", "Released"]]
        assert charged(simulator) == PRICE


async def test_sigterm_while_a_second_visitor_waits_charges_him_nothing_and_tells_him_so(
    state_dir: Path, plugged: PtyScanner, simulator: Simulator
) -> None:
    simulator.faults.add(fault(FaultKind.DELAY, delay_seconds=1.5))
    with gate_process(state_dir, simulator, plugged, log__level="debug", admission__verdict_seconds=5) as gate:
        await gate.ready()
        plugged.type(FRAME)
        await until(lambda: redeems(simulator) == 1)
        await asyncio.sleep(APART_SECONDS)
        plugged.type(EXPIRED.encode() + b"\r")
        await gate.logs("display=one_moment")
        gate.send(signal.SIGTERM)
        await gate.logs("reason=out_of_service fault=stopping")
        assert "reason=admitted" not in gate.log  # he is told at once, before the one in the lane has his verdict
        await gate.logs("display=refused_out_of_service")
        await asyncio.sleep(APART_SECONDS)
        plugged.type(LOW.encode() + b"\r")
        await until(lambda: gate.log.count("reason=out_of_service fault=stopping") == 2)
        assert await gate.ended() == 0
        assert "money='Not charged.'" in gate.log
        assert gate.story() == [["Intended", "Approved", "Redeemed", "Released"]]
        assert charged(simulator) == PRICE


async def test_a_gate_killed_after_the_charge_finds_it_and_never_charges_again(
    state_dir: Path, plugged: PtyScanner, simulator: Simulator
) -> None:
    admitted = ["Intended", "Approved", "Redeemed", "Released"]  # which proves under which user this key charges
    with gate_process(state_dir, simulator, plugged) as gate:
        await gate.ready()
        plugged.type(EXPIRED.encode() + b"\r")
        await until(lambda: gate.story() == [admitted])
        simulator.faults.add(fault(FaultKind.HANG, effect=True))
        await asyncio.sleep(APART_SECONDS)
        plugged.type(FRAME)
        await until(lambda: charged(simulator) == 2 * PRICE)
        await gate.kill()
        assert gate.story() == [admitted, ["Intended", "Approved"]]
    with gate_process(state_dir, simulator, plugged) as gate:
        await gate.ready()
        await until(lambda: gate.story() == [admitted, ["Intended", "Approved", "Redeemed", "CreditOpened"]])
        plugged.type(FRAME)
        await until(
            lambda: gate.story() == [admitted, ["Intended", "Approved", "Redeemed", "CreditOpened", "Released"]]
        )
        await gate.logs("reason=admitted_on_credit")
        assert redeems(simulator) == 2
        assert charged(simulator) == 2 * PRICE


async def test_a_gate_killed_before_the_charge_settles_it_as_not_charged(
    state_dir: Path, plugged: PtyScanner, simulator: Simulator
) -> None:
    simulator.faults.add(fault(FaultKind.HANG))
    with gate_process(state_dir, simulator, plugged) as gate:
        await gate.ready()
        plugged.type(FRAME)
        await until(lambda: redeems(simulator) == 1)
        await gate.kill()
    with gate_process(state_dir, simulator, plugged) as gate:
        await gate.ready()
        await until(lambda: gate.story() == [["Intended", "Approved", "NotCharged"]])
        assert charged(simulator) == 0


async def test_a_second_gate_on_the_same_journal_ends_at_once_and_touches_nothing(
    state_dir: Path, pins: Pins, plugged: PtyScanner, simulator: Simulator, tmp_path: Path
) -> None:
    pi, picture = FakePi(tmp_path / "notes"), tmp_path / "display.png"
    async with running_gate(state_dir, pins, simulator) as first:
        environ = pi.environment(GATE_DISPLAY__DRIVER="image", GATE_DISPLAY__IMAGE_FILE=str(picture))
        with gate_process(state_dir, simulator, plugged, environ=environ) as second:
            assert await second.ended() == 2
        (line,) = second.log.splitlines()
        assert "another gate-controller is using this journal: stop it, or set another state_dir" in line
        assert f"; it is process {os.getpid()} (" in line
        assert pi.calls == []
        assert not picture.exists()
        await first.admit()
        assert first.charged == PRICE

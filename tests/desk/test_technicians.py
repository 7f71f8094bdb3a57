"""Technicians try devices of a gate that runs: beside visitors, and never in their way."""

import asyncio
import signal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from gate_controller.admission.words.facts import Occurred, Occurrence
from gate_controller.admission.words.messages import MessageKind
from gate_controller.desk.control_socket import ControlError, ask
from gate_controller.devices.display.typesetting.canvas import Canvas
from gate_controller.shell.front import card_of
from gate_controller.simulator import FaultKind, Simulator
from gate_controller.texts import Language, Texts
from tests.rig.command import PROGRAM, environment
from tests.rig.gate import GOOD, GREEN, LOW, RED, RELAY, GateInProcess, SeenMessage, fault, running_gate
from tests.rig.pins import Pins
from tests.rig.waiting import until

BUZZER, FIRE, BUTTON = 12, 13, 6


async def asked(gate: GateInProcess, do: str, **request: Any) -> Any:
    return await asyncio.to_thread(ask, gate.settings.state_dir, do, **request)


async def command(gate: GateInProcess, *arguments: str, **variables: str) -> tuple[int, str, str]:
    """Run `gate-controller test` beside the gate; return its exit code, output and errors."""
    process = await started(gate, *arguments, **variables)
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def started(gate: GateInProcess, *arguments: str, **variables: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        PROGRAM,
        "test",
        *arguments,
        env=environment(GATE_STATE_DIR=str(gate.settings.state_dir), **variables),
        cwd=gate.settings.state_dir,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_without_the_option_every_test_is_refused_in_one_line(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        code, out, err = await command(gate, "relay")
        assert (code, out) == (1, "")
        (line,) = err.splitlines()
        assert f"a gate runs on {state_dir}: stop it" in line
        assert "--through-gate" in line
        assert gate.pulses == []


async def test_a_release_is_recorded_with_the_name_of_the_person(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        code, out, err = await command(gate, "relay", "--through-gate", "--by", "Anna")
        assert (code, err) == (0, "")
        assert out == "relay: released, and recorded as opened by Anna\n"
        await until(lambda: len(gate.pulses) == 1)
        await gate.tells(["Occurred"])
        ((occurred,),) = gate.facts()
        assert isinstance(occurred, Occurred)
        assert (occurred.what, occurred.by, occurred.reason) == (Occurrence.OPENED_BY_STAFF, "Anna", "test")
        assert gate.charged == 0


async def test_lamps_show_every_signal_and_then_what_they_showed_before(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, lamps__mode="traffic") as gate:
        await until(lambda: pins.is_high(RED))
        code, out, err = await command(gate, "lamps", "--each=0.1", "--through-gate", GATE_LAMPS__MODE="traffic")
        assert (code, err) == (0, "")
        assert [line.split("  ")[0] for line in out.splitlines()] == [
            "idle",
            "checking",
            "admitted",
            "refused",
            "out of service",
            "held open",
        ]
        assert any(edge.high for edge in pins.edges(GREEN))
        assert not pins.is_high(GREEN)
        assert pins.is_high(RED)


async def test_every_sound_is_played(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator, buzzer__pin=BUZZER) as gate:
        code, out, err = await command(gate, "buzzer", "--through-gate", GATE_BUZZER__PIN=str(BUZZER))
        assert (code, err) == (0, "")
        assert len(out.splitlines()) == 4
        assert len(pins.pulses(BUZZER)) == 8


async def test_quiet_hours_are_kept(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator, buzzer__pin=BUZZER, buzzer__quiet="00:00-00:00") as gate:
        with pytest.raises(ControlError, match=r"quiet hours of buzzer\.quiet"):
            await asked(gate, "try_buzzer", sound="ERROR", seconds=0.1)
        assert pins.pulses(BUZZER) == []


async def test_the_display_shows_every_picture_and_then_the_idle_gate_at_once(
    state_dir: Path, pins: Pins, simulator: Simulator, tmp_path: Path
) -> None:
    file = tmp_path / "gate.png"
    async with running_gate(state_dir, pins, simulator, display__driver="image", display__image_file=file) as gate:
        idle = picture_of(await gate.shows(MessageKind.IDLE), gate)
        await until(lambda: picture_in(file) == idle)
        seen: set[bytes] = set()
        running = asyncio.create_task(
            command(gate, "display", "--each=1", "--through-gate", GATE_DISPLAY__DRIVER="image")
        )
        while not running.done():
            seen.add(picture_in(file))
            await asyncio.sleep(0.02)
        assert await running == (0, "test picture en\nadmitted\nrefused\nidle\n", "")
        assert len(seen - {idle}) >= 3
        await until(lambda: picture_in(file) == idle)


def picture_of(shown: SeenMessage, gate: GateInProcess) -> bytes:
    """Return the picture of a message that fits on one page, as it should be drawn."""
    canvas = Canvas(320, 240, "RGB")
    (page,) = canvas.pages(card_of(shown.message, Texts([Language.EN], gate.settings.admission.currency)))
    return canvas.draw(page).tobytes()


def picture_in(file: Path) -> bytes:
    if not file.exists():
        return b""
    with Image.open(file) as image:
        return image.convert("RGB").tobytes()


async def test_nothing_is_tried_while_a_visitor_is_served(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    simulator.faults.add(fault(FaultKind.DELAY, delay_seconds=0.5))
    async with running_gate(state_dir, pins, simulator, display__verdict_seconds=0.2) as gate:
        gate.scan(GOOD)
        await gate.shows(MessageKind.CHECKING)
        with pytest.raises(ControlError, match="a visitor is being served: wait until the lane is free"):
            await asked(gate, "try_lamps", signal="REFUSED", seconds=0.1)
        await gate.shows(MessageKind.ADMITTED)
        await gate.shows(MessageKind.IDLE)
        await asked(gate, "try_lamps", signal="REFUSED", seconds=0.1)


async def test_a_verdict_that_is_still_shown_is_not_replaced(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator, display__verdict_seconds=30) as gate:
        gate.scan(LOW)
        await gate.shows(MessageKind.BALANCE_TOO_LOW)
        await gate.lane_is_free()
        with pytest.raises(ControlError, match="a visitor is being served"):
            await asked(gate, "try_lamps", signal="ADMITTED", seconds=0.1)


async def test_a_visitor_ends_a_trial_and_is_served_as_ever(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        trial = asyncio.create_task(asked(gate, "try_lamps", signal="HELD_OPEN", seconds=30))
        await until(lambda: pins.is_high(GREEN))
        gate.scan(LOW)
        await gate.shows(MessageKind.BALANCE_TOO_LOW)
        with pytest.raises(ControlError, match="broken off: a visitor came"):
            await trial
        await until(lambda: not pins.is_high(GREEN))
        gate.scan(GOOD)
        await gate.shows(MessageKind.ADMITTED)
        assert len(gate.relay_edges) >= 1


async def test_two_tests_do_not_mix(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        first = asyncio.create_task(asked(gate, "try_lamps", signal="ADMITTED", seconds=1))
        await until(lambda: pins.is_high(GREEN))
        with pytest.raises(ControlError, match="another test is under way"):
            await asked(gate, "try_lamps", signal="REFUSED", seconds=0.1)
        await first


async def test_a_gate_that_stands_open_goes_on_saying_so(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    pins.pin(FIRE)
    async with running_gate(state_dir, pins, simulator, ready=False, fire_contact__pin=FIRE) as gate:
        await gate.shows(MessageKind.OUT_OF_SERVICE)
        await until((state_dir / "control.sock").exists)
        with pytest.raises(ControlError, match="stands open for everybody"):
            await asked(gate, "try_lamps", signal="REFUSED", seconds=0.1)


async def test_an_alarm_ends_a_trial(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator, ready=False, fire_contact__pin=FIRE) as gate:
        await gate.shows(MessageKind.OUT_OF_SERVICE)
        pins.pin(FIRE).drive_low()
        await gate.shows(MessageKind.IDLE)
        trial = asyncio.create_task(asked(gate, "try_lamps", signal="REFUSED", seconds=30))
        await until(lambda: pins.is_high(RED))
        pins.pin(FIRE).drive_high()
        with pytest.raises(ControlError, match="broken off"):
            await trial
        await until(lambda: pins.is_high(GREEN) and pins.is_high(RELAY))


async def test_a_stop_ends_a_trial(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        trial = asyncio.create_task(asked(gate, "try_lamps", signal="ADMITTED", seconds=60))
        await until(lambda: pins.is_high(GREEN))
        assert await gate.stop() == 0
        with pytest.raises(ControlError, match="the gate is being stopped"):
            await trial
        assert not pins.is_high(GREEN)


@pytest.mark.parametrize(
    ("do", "request_", "words"),
    [
        ("try_display", {"picture": "idle", "seconds": 1}, "no display: display.driver is none"),
        ("try_buzzer", {"sound": "WAIT", "seconds": 1}, "no buzzer: buzzer.pin is not set"),
        ("try_lamps", {"signal": "PURPLE", "seconds": 1}, "is it of another version"),
        ("try_display", {"picture": "purple", "seconds": 1}, "is it of another version"),
        ("try_lamps", {"signal": "IDLE", "seconds": 1e9}, "at most 60 s"),
        ("try_lamps", {"signal": "IDLE", "seconds": None}, "at most 60 s"),
    ],
)
async def test_what_cannot_be_tried_is_refused_with_the_reason(
    state_dir: Path, pins: Pins, simulator: Simulator, do: str, request_: dict[str, Any], words: str
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        with pytest.raises(ControlError, match=words):
            await asked(gate, do, **request_)


async def test_inputs_of_a_running_gate_are_shown_as_they_change(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, exit_button__pin=BUTTON, passage__pin=5) as gate:
        wired = {"GATE_EXIT_BUTTON__PIN": str(BUTTON), "GATE_PASSAGE__PIN": "5"}
        process = await started(gate, "inputs", "--through-gate", **wired)
        assert process.stdout is not None
        assert await process.stdout.readline() == b"passage sensor: not shown through the gate\n"
        assert (await process.stdout.readline()).endswith(b"exit button     at rest: not pressed\n")
        pins.pin(BUTTON).drive_low()
        assert (await process.stdout.readline()).endswith(b"exit button     ACTIVE: pressed\n")
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 0
        await until(lambda: len(gate.pulses) == 1)


async def test_through_a_gate_that_does_not_run_is_said(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        PROGRAM, "test", "lamps", "--through-gate", env=environment(), cwd=tmp_path, stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    _, err = await process.communicate()
    assert process.returncode == 1
    assert b"no gate runs on state: option --through-gate: start it, or leave the option out" in err

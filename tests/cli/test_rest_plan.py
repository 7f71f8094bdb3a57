"""
`gate-controller relay safe` after a gate's end: it carries out the plan that the gate has left, and asks nobody else.

The gates here are processes on a fake Raspberry Pi, killed as nobody can prepare for.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gate_controller.cli import main
from gate_controller.devices.rest_plan import FILE_NAME, Resting, RestPlan, leave, left_in
from gate_controller.simulator import Simulator
from tests.rig.command import PROGRAM
from tests.rig.gate import GOOD
from tests.rig.gate_process import gate_process
from tests.rig.notes import FakePi
from tests.rig.pins import Pins
from tests.rig.scanner import PtyScanner
from tests.rig.waiting import PATIENCE_SECONDS, until

RELAY, GREEN, RED, YELLOW = 5, 22, 27, 24
"""The relay is neither where the defaults have it nor on at the level that they say."""

DEFAULT_RELAY = 17


@pytest.fixture
def pi(tmp_path: Path) -> FakePi:
    return FakePi(tmp_path / "notes")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """The unit's runtime directory."""
    (tmp_path / "run").mkdir()
    return tmp_path / "run"


@pytest.fixture
def left(run: Path) -> Path:
    """The plan of such a gate, as it has left it."""
    lamps = ((GREEN, "green"), (RED, "red"), (YELLOW, "yellow"))
    outputs = (
        Resting("relay", RELAY, True, True),
        *(Resting(f"{colour} lamp", pin, False, False) for pin, colour in lamps),
    )
    leave(RestPlan("lgpio", 0, outputs), str(run))
    return run / FILE_NAME


def relay_safe(pi: FakePi, *arguments: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run it as the unit does: without any setting, and with credentials that cannot be read any more."""
    in_force = {"PATH": os.environ["PATH"], "CREDENTIALS_DIRECTORY": str(cwd / "gone"), **pi.environment(**environ)}
    del in_force["GPIOZERO_PIN_FACTORY"]
    return subprocess.run(  # noqa: S603 - our own program
        [*(arguments or (PROGRAM,)), "relay", "safe"],
        cwd=cwd,
        env=in_force,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


async def test_what_a_killed_gate_drove_comes_to_rest_whatever_the_settings(
    pi: FakePi, run: Path, state_dir: Path, simulator: Simulator, plugged: PtyScanner, tmp_path: Path
) -> None:
    in_memory = f"{run}:/elsewhere"
    environ = pi.environment(RUNTIME_DIRECTORY=in_memory)
    with gate_process(
        state_dir,
        simulator,
        plugged,
        environ=environ,
        relay__pulse_seconds=5,
        relay__pin=RELAY,
        relay__active_high=False,
    ) as gate:
        await gate.ready()
        plugged.type(GOOD.encode() + b"\r")
        await until(lambda: pi.levels(RELAY)[-1] == 0, seconds=PATIENCE_SECONDS)
        await gate.kill()
    pi.forget()
    done = relay_safe(pi, cwd=tmp_path, RUNTIME_DIRECTORY=in_memory)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert {pin: pi.levels(pin) for pin in (RELAY, GREEN, RED, YELLOW, DEFAULT_RELAY)} == {
        RELAY: [1],  # in one step: an active-low relay is on at any other level
        GREEN: [0],
        RED: [0],
        YELLOW: [0],
        DEFAULT_RELAY: [],
    }
    assert [call.call for call in pi.calls] == ["open", *["output"] * 4, "close"]


@pytest.mark.usefixtures("left")
def test_it_brings_in_nothing_that_is_slow(pi: FakePi, run: Path, tmp_path: Path) -> None:
    python = (sys.executable, "-X", "importtime", "-m", "gate_controller")
    done = relay_safe(pi, *python, cwd=tmp_path, RUNTIME_DIRECTORY=str(run))
    brought_in = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "lgpio" in brought_in
    assert not brought_in & {"typer", "click", "pydantic", "pydantic_settings", "gpiozero", "dataclasses", "asyncio"}


@pytest.mark.usefixtures("left")
def test_a_relay_that_does_not_come_to_rest_is_an_error_and_keeps_nothing_else_on(
    pi: FakePi, run: Path, tmp_path: Path
) -> None:
    done = relay_safe(pi, cwd=tmp_path, RUNTIME_DIRECTORY=str(run), FAKE_PI_BUSY=str(RELAY))
    assert done.returncode == 1
    assert done.stderr == (
        "gate-controller: error: relay on GPIO5: another program holds the pin: stop it, or set another pin "
        "(error: GPIO busy)\n"
    )
    assert [pi.levels(pin) for pin in (GREEN, RED, YELLOW)] == [[0], [0], [0]]


@pytest.mark.usefixtures("left")
def test_a_lamp_that_does_not_come_to_rest_is_a_warning(pi: FakePi, run: Path, tmp_path: Path) -> None:
    done = relay_safe(pi, cwd=tmp_path, RUNTIME_DIRECTORY=str(run), FAKE_PI_BUSY=str(RED))
    assert done.returncode == 0
    assert done.stderr.startswith("gate-controller: warning: red lamp on GPIO27: another program holds the pin")
    assert pi.levels(RELAY) == [1]


@pytest.mark.usefixtures("left")
def test_a_chip_that_cannot_be_opened_is_an_error(pi: FakePi, run: Path, tmp_path: Path) -> None:
    done = relay_safe(pi, cwd=tmp_path, RUNTIME_DIRECTORY=str(run), FAKE_PI_LACKS="0")
    assert done.returncode == 1
    assert "gate-controller: error: relay on GPIO5: " in done.stderr
    assert pi.levels(RELAY) == []


@pytest.mark.usefixtures("left")
def test_a_plan_of_an_earlier_boot_is_not_carried_out(pi: FakePi, run: Path, tmp_path: Path) -> None:
    told = json.loads((run / FILE_NAME).read_text())
    (run / FILE_NAME).write_text(json.dumps({**told, "boot": "00000000-0000-0000-0000-000000000000"}))
    done = relay_safe(pi, cwd=tmp_path, RUNTIME_DIRECTORY=str(run))
    assert done.returncode == 1
    assert "the credentials cannot be read" in done.stderr
    assert pi.calls == []


@pytest.mark.usefixtures("left")
@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "[" * 9000, "\xff\x00", "{}", "cut short", "another kind"],
)
def test_a_plan_that_is_damaged_is_told_and_not_carried_out(pi: FakePi, run: Path, tmp_path: Path, text: str) -> None:
    whole = (run / FILE_NAME).read_text()
    text = {"cut short": whole[:-9], "another kind": whole.replace('"pin": 5', '"pin": "5"')}.get(text, text)
    (run / FILE_NAME).write_bytes(text.encode("latin-1"))
    done = relay_safe(pi, cwd=tmp_path, RUNTIME_DIRECTORY=str(run))
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == (
        f"gate-controller: warning: rest plan {run}/{FILE_NAME}: cannot be used (it is damaged): "
        "start the gate, which leaves another; meanwhile the settings tell what to do"
    )
    assert pi.calls == []


@pytest.mark.usefixtures("left")
@pytest.mark.parametrize("kind", ["a symbolic link", "a FIFO", "a directory"])
def test_what_is_no_file_is_no_plan(pi: FakePi, run: Path, tmp_path: Path, kind: str) -> None:
    plan = run / FILE_NAME
    plan.rename(tmp_path / "elsewhere")
    if kind == "a symbolic link":
        plan.symlink_to(tmp_path / "elsewhere")
    elif kind == "a FIFO":
        os.mkfifo(plan)
    else:
        plan.mkdir()
    done = relay_safe(pi, cwd=tmp_path, RUNTIME_DIRECTORY=str(run))
    assert done.returncode == 1
    assert f"gate-controller: warning: rest plan {plan}: cannot be used (" in done.stderr
    assert pi.calls == []


@pytest.mark.usefixtures("left")
def test_settings_that_are_given_as_arguments_go_over_the_plan(
    run: Path, pins: Pins, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(run))
    monkeypatch.setenv("GATE_CONFIG", os.devnull)
    monkeypatch.chdir(tmp_path)
    pins.pin(6).output_with_state(True)
    assert main(["relay", "safe", "--set", "relay.pin=6", "--set", "relay.active_high=true"]) == 0
    assert not pins.is_high(6)
    assert pins.edges(RELAY) == []


async def test_without_a_place_in_memory_the_plan_is_in_the_state_directory_and_written_once(
    pi: FakePi, state_dir: Path, simulator: Simulator, plugged: PtyScanner, tmp_path: Path
) -> None:
    environ = pi.environment()
    written = []
    for _ in range(2):
        with gate_process(
            state_dir, simulator, plugged, environ=environ, relay__pin=RELAY, relay__active_high=False
        ) as gate:
            await gate.ready()
            await gate.kill()
        written.append((state_dir / FILE_NAME).stat())
    first, second = written
    assert (first.st_ino, first.st_mtime_ns) == (second.st_ino, second.st_mtime_ns)
    assert first.st_mode & 0o777 == 0o600
    for place in ({"GATE_STATE_DIR": str(state_dir)}, {"STATE_DIRECTORY": str(state_dir)}):
        pi.forget()
        done = relay_safe(pi, cwd=tmp_path, **place)
        assert (done.returncode, done.stderr) == (0, "")
        assert pi.levels(RELAY) == [1]


async def test_a_gate_that_ended_by_itself_is_at_rest_already(
    pi: FakePi, run: Path, state_dir: Path, simulator: Simulator, plugged: PtyScanner, tmp_path: Path
) -> None:
    environ = pi.environment(RUNTIME_DIRECTORY=str(run))
    with gate_process(
        state_dir, simulator, plugged, environ=environ, relay__pin=RELAY, relay__active_high=False
    ) as gate:
        await gate.ready()
        gate.process.terminate()
        assert await gate.ended() == 0
    done = relay_safe(pi, cwd=tmp_path, RUNTIME_DIRECTORY=str(run))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert set(pi.levels(RELAY)) == {1}


def plan(*outputs: Resting) -> RestPlan:
    return RestPlan("mock", None, outputs)


def test_outputs_of_another_back_end_come_to_rest_through_gpiozero(
    pins: Pins, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for pin, is_on in ((5, False), (6, True)):
        pins.pin(pin).output_with_state(is_on)
    leave(plan(Resting("relay", 5, True, True), Resting("green lamp", 6, False, False)), str(tmp_path))
    monkeypatch.setenv("GATE_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    assert main(["relay", "safe"]) == 0
    assert pins.is_high(5)
    assert not pins.is_high(6)
    assert capsys.readouterr() == ("", "")


def test_a_plan_takes_the_place_of_whatever_has_its_name(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("somebody else's")
    (tmp_path / FILE_NAME).symlink_to(elsewhere)
    (tmp_path / f".{FILE_NAME}.new").symlink_to(elsewhere)
    left = plan(Resting("relay", 5, True, True))
    leave(left, str(tmp_path))
    assert left_in(str(tmp_path)) == left
    assert elsewhere.read_text() == "somebody else's"
    assert not (tmp_path / FILE_NAME).is_symlink()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_plan_that_root_has_left_is_the_gates(tmp_path: Path) -> None:
    os.chown(tmp_path, 4321, 4321)
    leave(plan(), str(tmp_path))
    told = (tmp_path / FILE_NAME).stat()
    assert (told.st_uid, told.st_gid, told.st_mode & 0o777) == (4321, 4321, 0o600)

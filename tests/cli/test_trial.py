"""`gate-controller test` on a stopped gate: each device by itself, in this process on mock pins, or in a terminal."""

import os
import re
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import pytest
from PIL import Image

from gate_controller.cli import main
from gate_controller.cli.trial import bench
from gate_controller.devices.framing import STILLNESS_SECONDS
from gate_controller.journal.failures import JournalInUse
from gate_controller.journal.lock import locked
from gate_controller.journal.store import FILE_NAME, Store
from tests.rig.command import gate_controller
from tests.rig.pins import Pins
from tests.rig.scanner import PtyScanner
from tests.rig.terminal import in_terminal
from tests.rig.waiting import PATIENCE_SECONDS

RELAY, CLOSE, EXIT, GREEN, RED, YELLOW, BUZZER = 17, 23, 16, 22, 27, 24, 12
PASSAGE, BUTTON, FIRE = 5, 6, 13
OUTPUTS = (RELAY, CLOSE, EXIT, GREEN, RED, YELLOW, BUZZER)
GOOD = "L4FU5LQTKJR3"
INTERRUPTED, TERMINATED = 130, 143


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings but those of the test, and no file of this machine's own gate."""
    for name in os.environ:
        if name.startswith(("GATE_", "CREDENTIALS_DIRECTORY", "RUNTIME_DIRECTORY")):
            monkeypatch.delenv(name)
    empty = tmp_path / "gate.toml"
    empty.touch()
    monkeypatch.setenv("GATE_CONFIG", str(empty))
    monkeypatch.setenv("GATE_STATE_DIR", str(tmp_path / "state"))


def settings(**values: object) -> list[str]:
    return [f"--set={name.replace('__', '.')}={value}" for name, value in values.items()]


class Beside:
    """Somebody beside the command that runs in the main thread: waits for what it does, and does something."""

    def __init__(self, capsys: pytest.CaptureFixture[str], acts: Callable[["Beside"], None]) -> None:
        self.out = ""
        self._capsys = capsys
        self._acts = acts
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join()
        self.out += self._capsys.readouterr().out
        if self._failure is not None:
            raise self._failure

    def waits(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < end, f"waited in vain; it said {self.out}"
            time.sleep(0.002)

    def reads(self, pattern: str) -> None:
        def is_there() -> bool:
            self.out += self._capsys.readouterr().out
            return re.search(pattern, self.out) is not None

        self.waits(is_there)

    def _run(self) -> None:
        try:
            self._acts(self)
        except BaseException as failure:  # noqa: BLE001 - raised again in the test's own thread
            self._failure = failure


def error_of(capsys: pytest.CaptureFixture[str]) -> str:
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("gate-controller: error: ")
    return line


# -- relay


def test_the_relay_is_released_once_and_off_again(pins: Pins, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "relay", *settings(relay__pulse_seconds=0.1)]) == 0
    (pulse,) = pins.pulses(RELAY)
    assert pulse >= 0.1
    assert not pins.is_high(RELAY)
    assert capsys.readouterr().out == "relay on GPIO17: on for 0.1 s\nat rest\n"


def test_the_exit_relay_alone_is_released_with_exit(pins: Pins) -> None:
    assert main(["test", "relay", "--exit", *settings(relay__pulse_seconds=0.1, drive__exit_pin=EXIT)]) == 0
    assert len(pins.pulses(EXIT)) == 1
    assert pins.pulses(RELAY) == []


def test_a_motor_is_closed_opened_and_closed_and_never_both_at_once(pins: Pins) -> None:
    drive = settings(drive__kind="motor", drive__close_pin=CLOSE, drive__open_seconds=0.5, relay__pulse_seconds=0.1)
    assert main(["test", "relay", *drive]) == 0
    (opened,) = [edge.at for edge in pins.edges(RELAY) if edge.high]
    closed = [edge.at for edge in pins.edges(CLOSE) if edge.high]
    assert len(closed) == 2
    assert closed[0] < opened < closed[1]


def test_a_barrier_is_open_for_its_time(pins: Pins) -> None:
    assert main(["test", "relay", *settings(drive__kind="hold", drive__open_seconds=0.5)]) == 0
    (open_for,) = pins.pulses(RELAY)
    assert open_for >= 0.5


def test_a_magnet_is_locked_unlocked_and_locked_and_free_at_the_end(
    pins: Pins, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["test", "relay", *settings(drive__kind="maglock", drive__open_seconds=0.5)]) == 0
    assert [edge.high for edge in pins.edges(RELAY)][-3:] == [False, True, False]
    assert not pins.is_high(RELAY)
    assert "the way is free" in capsys.readouterr().out


def test_a_relay_that_does_not_obey_is_an_error(pins: Pins, capsys: pytest.CaptureFixture[str]) -> None:
    pins.break_pin(RELAY)
    assert main(["test", "relay"]) == 1
    assert "relay" in error_of(capsys)
    pins.mend(RELAY)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, INTERRUPTED), (signal.SIGTERM, TERMINATED)])
def test_a_barrier_is_shut_when_the_test_is_cut_short(
    pins: Pins, capsys: pytest.CaptureFixture[str], number: signal.Signals, code: int
) -> None:
    def interrupt(beside: Beside) -> None:
        beside.waits(lambda: pins.is_high(RELAY))
        os.kill(os.getpid(), number)

    with Beside(capsys, interrupt):
        assert main(["test", "relay", *settings(drive__kind="hold", drive__open_seconds=30)]) == code
    assert not pins.is_high(RELAY)


def test_a_motors_gate_is_closed_when_the_test_is_cut_short(pins: Pins, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(beside: Beside) -> None:
        beside.waits(lambda: pins.is_high(RELAY))
        os.kill(os.getpid(), signal.SIGTERM)

    drive = settings(drive__kind="motor", drive__close_pin=CLOSE, drive__open_seconds=30, relay__pulse_seconds=0.1)
    with Beside(capsys, interrupt):
        assert main(["test", "relay", *drive]) == TERMINATED
    assert pins.edges(CLOSE)[-1].at > pins.edges(RELAY)[-1].at
    assert not any(pins.is_high(pin) for pin in (RELAY, CLOSE))


# -- lamps, buzzer, display


def test_every_signal_is_shown_and_named_with_its_rhythm(pins: Pins, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "lamps", "--each", "0.1"]) == 0
    assert all(any(edge.high for edge in pins.edges(pin)) for pin in (GREEN, RED, YELLOW))
    assert not any(pins.is_high(pin) for pin in (GREEN, RED, YELLOW))
    assert capsys.readouterr().out.splitlines() == [
        "idle            dark",
        "checking        yellow lamp: 0.5 s lit, 0.5 s dark",
        "admitted        green lamp: steady",
        "refused         red lamp: 0.2 s lit, 0.2 s dark, 0.2 s lit, 0.2 s dark, 0.2 s lit, 1 s dark",
        "out of service  red lamp: 0.5 s lit, 1.5 s dark",
        "held open       green lamp: 1.7 s lit, 0.3 s dark",
    ]


def test_a_lamp_that_is_not_fitted_is_named(pins: Pins, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "lamps", "--each", "0.1", *settings(lamps__yellow_pin="")]) == 0
    assert "0.5 s dark (not fitted: yellow lamp)" in capsys.readouterr().out
    assert not pins.is_high(RED)


def test_a_lamp_that_fails_is_an_error_after_all_have_been_tried(
    pins: Pins, capsys: pytest.CaptureFixture[str]
) -> None:
    pins.break_pin(GREEN)
    assert main(["test", "lamps", "--each", "0.1"]) == 1
    assert "green lamp on GPIO22" in error_of(capsys)
    assert any(edge.high for edge in pins.edges(RED))
    pins.mend(GREEN)


def test_every_sound_is_played(pins: Pins, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "PAUSE_SECONDS", 0.1)
    assert main(["test", "buzzer", *settings(buzzer__pin=BUZZER)]) == 0
    assert len(pins.pulses(BUZZER)) == 8
    assert not pins.is_high(BUZZER)
    assert "refused         3 beeps: 0.25 s, 0.25 s, 0.25 s" in capsys.readouterr().out


def test_in_quiet_hours_the_buzzer_stays_silent_and_says_so(pins: Pins, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "buzzer", *settings(buzzer__pin=BUZZER, buzzer__quiet="00:00-00:00")]) == 1
    assert "buzzer.quiet" in error_of(capsys)
    assert pins.pulses(BUZZER) == []


def test_the_display_shows_each_language_and_is_blank_at_the_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "gate.png"
    seen: dict[str, bytes] = {}

    def look(beside: Beside) -> None:
        for name in ("test picture it", "test picture de", "admitted", "refused", "idle"):
            beside.reads(rf"(?m)^{name}$")
            beside.waits(lambda: picture.exists() and picture.read_bytes() not in (*seen.values(), b""))
            seen[name] = picture.read_bytes()

    shown = settings(display__driver="image", display__image_file=picture, display__languages="it,de")
    with Beside(capsys, look) as beside:
        assert main(["test", "display", "--each", "1", *shown]) == 0
    assert beside.out.splitlines()[0] == f"the picture is in {picture}"
    assert len(set(seen.values())) == 5
    with Image.open(picture) as image:
        assert image.convert("L").getextrema() == (0, 0)


def test_a_display_that_cannot_be_had_is_an_error_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nowhere = tmp_path / "not-there" / "gate.png"
    began = time.monotonic()
    assert (
        main(["test", "display", "--each", "20", *settings(display__driver="image", display__image_file=nowhere)]) == 1
    )
    assert time.monotonic() - began < 15
    assert "display.image_file" in error_of(capsys)


@pytest.mark.parametrize(
    ("command", "told", "without"),
    [
        (["buzzer"], "no buzzer: buzzer.pin is not set", ()),
        (["display"], "no display: display.driver is none", ()),
        (["inputs"], "no inputs: none of passage.pin, exit_button.pin", ()),
        (["relay", "--exit"], "no exit relay: drive.exit_pin is not set", ()),
        (
            ["lamps"],
            "no lamps: lamps.green_pin, lamps.red_pin and lamps.yellow_pin are not set",
            ("green", "red", "yellow"),
        ),
    ],
)
def test_a_device_that_is_not_fitted_is_said(
    capsys: pytest.CaptureFixture[str], command: list[str], told: str, without: tuple[str, ...]
) -> None:
    assert main(["test", *command, *(f"--set=lamps.{colour}_pin=" for colour in without)]) == 1
    assert told in error_of(capsys)


# -- inputs


def test_inputs_are_shown_as_they_are_and_as_they_change(pins: Pins, capsys: pytest.CaptureFixture[str]) -> None:
    def use(beside: Beside) -> None:
        beside.reads("fire contact +ACTIVE: open")
        beside.reads("exit button +at rest: not pressed")
        beside.reads("passage sensor +at rest")
        pins.pin(FIRE).drive_low()
        beside.reads("fire contact +at rest: closed, no alarm")
        pins.pin(BUTTON).drive_low()
        beside.reads(r"\d\d:\d\d:\d\d\.\d\d\d  exit button +ACTIVE: pressed")
        pins.pin(PASSAGE).drive_low()
        beside.reads("passage sensor +ACTIVE\n.*passage sensor +one person")
        os.kill(os.getpid(), signal.SIGINT)

    fitted = settings(passage__pin=PASSAGE, exit_button__pin=BUTTON, fire_contact__pin=FIRE)
    with Beside(capsys, use):
        assert main(["test", "inputs", *fitted]) == 0


def test_an_input_that_cannot_be_had_is_an_error(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    said = gate_controller(
        "test", "inputs", "--seconds=0.2", cwd=tmp_path, GATE_PASSAGE__PIN="5", GPIOZERO_PIN_FACTORY="none-such"
    )
    assert said.returncode == 1
    assert "no GPIO back end works" in said.stderr
    assert capsys.readouterr().err == ""


# -- the gate beside it


def test_no_gate_can_open_the_journal_meanwhile(pins: Pins, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    refused: list[bool] = []

    def start_a_gate(beside: Beside) -> None:
        beside.waits(lambda: pins.is_high(RELAY))
        try:
            Store(tmp_path / "state")
        except JournalInUse:
            refused.append(True)

    with Beside(capsys, start_a_gate):
        assert main(["test", "relay"]) == 0
    assert refused == [True]
    Store(tmp_path / "state").close()


def test_it_is_refused_while_the_journal_is_in_use(
    pins: Pins, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with locked(tmp_path / "state"):
        assert main(["test", "relay"]) == 1
    assert "wait for its end, or stop it" in error_of(capsys)
    assert pins.edges(RELAY) == []


def test_the_state_directory_is_made_as_the_gate_would_and_no_journal_begun(pins: Pins, tmp_path: Path) -> None:
    assert main(["test", "relay", *settings(relay__pulse_seconds=0.05)]) == 0
    assert not pins.is_high(RELAY)
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700
    assert not (tmp_path / "state" / FILE_NAME).exists()


def test_faults_in_the_settings_touch_nothing(pins: Pins, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "relay", *settings(relay__pin=99)]) == 2
    assert "relay.pin is 99" in error_of(capsys)
    assert not pins.is_output(RELAY)


def test_the_scanner_cannot_be_tried_through_the_gate(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", "scanner", "--through-gate"]) == 2
    assert "the running gate has the scanner for itself" in error_of(capsys)


# -- scanner, in a terminal


def scanned(tmp_path: Path, plugged: PtyScanner, data: bytes, *options: str, **variables: str) -> str:
    """Return what is said of bytes that are scanned; the test is ended with Ctrl-C."""
    with in_terminal(
        "test", "scanner", *options, cwd=tmp_path, GATE_SCANNER__PORT=plugged.port, **variables
    ) as terminal:
        terminal.says("scan something, Ctrl-C ends")
        time.sleep(1.2 * STILLNESS_SECONDS)  # a port that has just been opened may be in the middle of a text
        plugged.type(data)
        terminal.says(r"no voucher|code \S+:|service card|no scan")
        terminal.type("\x03")
        terminal.send(signal.SIGINT)
        assert terminal.ends() == 0
        return terminal.said


def test_a_scan_is_shown_byte_by_byte_and_its_code_masked(tmp_path: Path, plugged: PtyScanner) -> None:
    said = scanned(tmp_path, plugged, b"]C0L4FU-5LQT-KJR3\r\n")
    assert f"scanner {plugged.port}, 9600 baud (scanner.baud): scan something" in said
    assert "19 bytes" in said
    assert "  hex  5D  43  30  ··  ··  ··  ··  2D  ··  ··  ··  ··  2D  4B  4A  52\n" in said
    assert "  char ]   C   0   ·   ·   ·   ·   -   ·   ·   ·   ·   -   K   J   R\n" in said
    assert "  hex  33  0D  0A\n  char 3   CR  LF\n" in said
    assert "  code …KJR3: the gate would ask E-GUMA for it" in said
    assert "L4FU" not in said


def test_a_code_is_shown_whole_where_it_is_asked_for(tmp_path: Path, plugged: PtyScanner) -> None:
    said = scanned(tmp_path, plugged, GOOD.encode() + b"\r", "--full")
    assert "  char L   4   F   U   5   L   Q   T   K   J   R   3   CR\n" in said
    assert f"  code {GOOD}: " in said


def test_a_short_code_is_hidden_whole(tmp_path: Path, plugged: PtyScanner) -> None:
    assert "  char ·   ·   CR\n  code …: " in scanned(tmp_path, plugged, b"42\r")


def test_a_code_behind_another_is_masked_too(tmp_path: Path, plugged: PtyScanner) -> None:
    said = scanned(tmp_path, plugged, b"HELLO\rL4FU5LQTKJR3\r")
    assert "no voucher: 5 characters" in said
    assert "  char H   E   L   L   O   CR  ·   ·" in said


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"HELLO\r", "no voucher: 5 characters that no voucher code has"),
        (b"\x82\xff\r", "no voucher: not ASCII text"),
        (b"\r", "no voucher: empty"),
        (b"A" * 70 + b"\r", "no voucher: over 64 bytes"),
    ],
)
def test_what_is_no_voucher_is_shown_with_the_reason(
    tmp_path: Path, plugged: PtyScanner, data: bytes, why: str
) -> None:
    said = scanned(tmp_path, plugged, data)
    assert why in said
    assert "scanner.baud)" in said


def test_a_service_card_is_told_by_what_it_does_and_hidden(tmp_path: Path, plugged: PtyScanner) -> None:
    card = "House-Card_9x7Q2m4K"
    said = scanned(tmp_path, plugged, f"{card}\r".encode(), GATE_SERVICE_CARDS__BALANCE=card)
    assert "service card (check balance): the gate would ask nobody for it" in said
    assert "H   o   u" not in said


def test_a_scanner_that_sends_no_end_mark_is_told(tmp_path: Path, plugged: PtyScanner) -> None:
    assert "ended by silence: let the scanner send CR" in scanned(tmp_path, plugged, GOOD.encode())


def test_nothing_scanned_in_time_is_no(tmp_path: Path, plugged: PtyScanner) -> None:
    said = gate_controller("test", "scanner", "--seconds=0.5", cwd=tmp_path, GATE_SCANNER__PORT=plugged.port)
    assert said.returncode == 1
    assert said.stderr == ""


def test_a_scanner_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    said = gate_controller("test", "scanner", cwd=tmp_path, GATE_SCANNER__PORT="/dev/serial/by-id/none")
    assert said.returncode == 1
    assert "scanner /dev/serial/by-id/none is not there" in said.stderr


def test_a_scanner_that_is_unplugged_and_plugged_in_again_goes_on(tmp_path: Path, plugged: PtyScanner) -> None:
    with in_terminal("test", "scanner", cwd=tmp_path, GATE_SCANNER__PORT=plugged.port) as terminal:
        terminal.says("scan something")
        plugged.unplug()
        terminal.says("was unplugged or switched off")
        plugged.replug()
        terminal.says("scan something")
        plugged.type(b"HELLO\r")
        terminal.says("no voucher")
        terminal.send(signal.SIGTERM)
        assert terminal.ends() == TERMINATED

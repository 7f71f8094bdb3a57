"""`gate-controller relay safe`: outputs at rest, whatever state settings and machine are in."""

import os
from pathlib import Path

import pytest
from gpiozero import Device

from gate_controller.cli import main
from tests.rig.pins import Pins

RELAY, GREEN, RED, YELLOW = 17, 22, 27, 24


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings but those of the test, and no file of this machine's own gate."""
    for name in os.environ:
        if name.startswith(("GATE_", "CREDENTIALS_DIRECTORY")):
            monkeypatch.delenv(name)
    empty = tmp_path / "gate.toml"
    empty.touch()
    monkeypatch.setenv("GATE_CONFIG", str(empty))


def left_on(pins: Pins, *numbers: int, high: bool = True) -> None:
    """Leave pins driven, as a killed gate does under some kernels."""
    for number in numbers:
        pins.pin(number).output_with_state(high)


def test_relay_and_lamps_that_were_left_on_go_off(pins: Pins, capsys: pytest.CaptureFixture[str]) -> None:
    left_on(pins, RELAY, GREEN, RED, YELLOW)
    assert main(["relay", "safe"]) == 0
    assert not any(pins.is_high(pin) for pin in (RELAY, GREEN, RED, YELLOW))
    assert capsys.readouterr() == ("", "")


def test_it_needs_no_key_and_no_price(pins: Pins, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["relay", "safe", "--set", "relay.pin=5"]) == 0
    assert pins.edges(5) == []
    assert capsys.readouterr().err == ""


def test_a_relay_that_low_pulls_goes_high(pins: Pins) -> None:
    left_on(pins, RELAY, high=False)
    assert main(["relay", "safe", "--set", "relay.active_high=false"]) == 0
    assert pins.is_high(RELAY)


def test_the_pins_of_the_settings_are_taken(pins: Pins, monkeypatch: pytest.MonkeyPatch) -> None:
    left_on(pins, 5, 6)
    monkeypatch.setenv("GATE_RELAY__PIN", "5")
    monkeypatch.setenv("GATE_LAMPS__GREEN_PIN", "6")
    assert main(["relay", "safe"]) == 0
    assert not pins.is_high(5)
    assert not pins.is_high(6)


def test_a_lamp_that_is_turned_off_is_left_alone(pins: Pins) -> None:
    left_on(pins, GREEN)
    assert main(["relay", "safe", "--set", "lamps.green_pin="]) == 0
    assert pins.is_high(GREEN)


def test_a_key_that_is_gone_with_the_unit_is_not_missed(pins: Pins, monkeypatch: pytest.MonkeyPatch) -> None:
    left_on(pins, RELAY)
    monkeypatch.setenv("GATE_EGUMA__API_KEY_FILE", "/run/credentials/gate-controller.service/eguma.api_key")
    assert main(["relay", "safe"]) == 0
    assert not pins.is_high(RELAY)


def test_with_a_fault_in_the_settings_no_pin_is_touched(
    pins: Pins, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    left_on(pins, RELAY)
    monkeypatch.setenv("GATE_RELAY__PIN", "99")
    assert main(["relay", "safe"]) == 2
    assert pins.is_high(RELAY)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("gate-controller: error: relay.pin is 99")


def test_a_relay_that_cannot_be_had_is_an_error(
    pins: Pins, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not pins.is_high(RELAY)
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "none-such")
    monkeypatch.setattr(Device, "pin_factory", None)
    assert main(["relay", "safe"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("gate-controller: error: relay on GPIO17: ")
    assert "GPIOZERO_PIN_FACTORY" in line


def test_a_lamp_that_fails_does_not_keep_the_others_lit(pins: Pins, capsys: pytest.CaptureFixture[str]) -> None:
    left_on(pins, RELAY, GREEN, RED, YELLOW)
    pins.break_pin(GREEN)
    assert main(["relay", "safe"]) == 0
    assert not any(pins.is_high(pin) for pin in (RELAY, RED, YELLOW))
    (line,) = capsys.readouterr().err.splitlines()
    assert "green lamp on GPIO22" in line
    pins.mend(GREEN)

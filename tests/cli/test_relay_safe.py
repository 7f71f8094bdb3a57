"""`gate-controller relay safe`: outputs at rest, whatever state settings and machine are in."""

import os
from pathlib import Path

import pytest
from gpiozero import Device

from gate_controller.cli import main
from tests.rig.pins import Pins

RELAY, GREEN, RED, YELLOW = 17, 22, 27, 24
CLOSE, EXIT, BUZZER = 5, 6, 13
ALL = (RELAY, CLOSE, EXIT, GREEN, RED, YELLOW, BUZZER)
FITTED = ("--set", f"drive.close_pin={CLOSE}", "--set", f"drive.exit_pin={EXIT}", "--set", f"buzzer.pin={BUZZER}")


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings but those of the test, and no file of this machine's own gate."""
    for name in os.environ:
        if name.startswith(("GATE_", "CREDENTIALS_DIRECTORY", "RUNTIME_DIRECTORY", "STATE_DIRECTORY")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
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


def test_every_output_of_the_settings_goes_off(pins: Pins) -> None:
    left_on(pins, *ALL)
    assert main(["relay", "safe", *FITTED, "--set", "drive.kind=motor"]) == 0
    assert not any(pins.is_high(pin) for pin in ALL)


def test_outputs_that_low_turns_on_go_high(pins: Pins) -> None:
    left_on(pins, *ALL, high=False)
    levels = [f"--set={section}.active_high=false" for section in ("relay", "lamps", "buzzer")]
    assert main(["relay", "safe", *FITTED, *levels]) == 0
    assert all(pins.is_high(pin) for pin in ALL)


@pytest.mark.parametrize("active_high", [True, False])
def test_a_magnet_is_unlocked(pins: Pins, active_high: bool) -> None:
    left_on(pins, RELAY, high=active_high)
    assert main(["relay", "safe", "--set=drive.kind=maglock", f"--set=relay.active_high={active_high}"]) == 0
    assert pins.is_high(RELAY) is not active_high


@pytest.mark.parametrize(
    "fault",
    [
        "--set=scanner.baud=1",
        "--set=admission.price_cents=none",
        "--set=drive.kind=windmill",
        "--set=passage.pin=99",
        "--set=eguma.api_key=",
    ],
)
def test_a_fault_in_another_setting_keeps_no_output_on(
    pins: Pins, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    left_on(pins, *ALL)
    assert main(["relay", "safe", *FITTED, fault]) == 0
    assert not any(pins.is_high(pin) for pin in ALL)
    assert "error" not in capsys.readouterr().err


def test_a_name_that_is_no_setting_is_a_warning(pins: Pins, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    left_on(pins, RELAY)
    (tmp_path / "gate.toml").write_text("zebra = 1\n[relay]\nactive_hihg = false\n")
    assert main(["relay", "safe"]) == 0
    assert not pins.is_high(RELAY)
    lines = capsys.readouterr().err.splitlines()
    assert [line.split()[:3] for line in lines] == [
        ["gate-controller:", "warning:", "zebra"],
        ["gate-controller:", "warning:", "relay.active_hihg"],
    ]


def test_a_pin_that_two_settings_name_is_put_at_the_relays_rest(pins: Pins) -> None:
    left_on(pins, RELAY)
    assert main(["relay", "safe", f"--set=lamps.red_pin={RELAY}", "--set=lamps.active_high=false"]) == 0
    assert not pins.is_high(RELAY)


def test_a_relay_whose_pin_is_not_known_is_an_error_and_the_others_go_off(
    pins: Pins, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    left_on(pins, *ALL)
    monkeypatch.setenv("GATE_RELAY__PIN", "99")
    assert main(["relay", "safe", *FITTED]) == 1
    assert [pin for pin in ALL if pins.is_high(pin)] == [RELAY]
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("gate-controller: error: relay.pin is 99")


def test_relays_whose_level_is_not_known_are_not_touched(pins: Pins, capsys: pytest.CaptureFixture[str]) -> None:
    left_on(pins, *ALL)
    assert main(["relay", "safe", *FITTED, "--set=relay.active_high=perhaps"]) == 1
    assert [pin for pin in ALL if pins.is_high(pin)] == [RELAY, CLOSE, EXIT]
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("gate-controller: error: relay.active_high is perhaps")


def test_a_lamp_whose_pin_is_not_known_is_a_warning(pins: Pins, capsys: pytest.CaptureFixture[str]) -> None:
    left_on(pins, *ALL)
    assert main(["relay", "safe", *FITTED, "--set=lamps.red_pin=99"]) == 0
    assert [pin for pin in ALL if pins.is_high(pin)] == [RED]
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("gate-controller: warning: lamps.red_pin is 99")


def test_with_a_file_that_cannot_be_read_no_pin_is_guessed(
    pins: Pins, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    left_on(pins, RELAY)
    (tmp_path / "gate.toml").write_text("[relay\npin = 5\n")
    assert main(["relay", "safe"]) == 2
    assert pins.is_high(RELAY)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("gate-controller: error: the settings file is no TOML")


def test_a_relay_that_is_given_beside_a_file_that_cannot_be_read_goes_off(pins: Pins, tmp_path: Path) -> None:
    left_on(pins, RELAY)
    (tmp_path / "gate.toml").write_text("[relay\n")
    assert main(["relay", "safe", f"--set=relay.pin={RELAY}", "--set=relay.active_high=true"]) == 1  # others unknown
    assert not pins.is_high(RELAY)


def test_what_may_stand_in_credentials_that_are_gone_is_left_alone(
    pins: Pins, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    left_on(pins, *ALL)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "gone"))
    assert main(["relay", "safe"]) == 1
    assert all(pins.is_high(pin) for pin in ALL)
    why, left = capsys.readouterr().err.splitlines()
    assert why == (
        "gate-controller: error: the credentials cannot be read, and may hold any setting: "
        f"{tmp_path}/gone: give what matters with --set, or in the environment"
    )
    assert left.startswith("gate-controller: error: left as they are: relay, close relay, exit relay, green lamp, ")


def test_what_goes_over_credentials_that_are_gone_is_known(
    pins: Pins, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    left_on(pins, *ALL)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "gone"))
    monkeypatch.setenv("GATE_RELAY__PIN", str(RELAY))
    monkeypatch.setenv("GATE_RELAY__ACTIVE_HIGH", "true")
    assert main(["relay", "safe"]) == 1
    assert [pin for pin in ALL if pins.is_high(pin)] == [pin for pin in ALL if pin != RELAY]
    assert "left as they are: close relay, exit relay, green lamp" in capsys.readouterr().err


def test_a_credential_that_cannot_be_read_is_not_guessed(
    pins: Pins, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    left_on(pins, *ALL)
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "relay.pin").symlink_to("/proc/self/mem")  # which not even root can read from its beginning
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "given"))
    assert main(["relay", "safe"]) == 1
    assert [pin for pin in ALL if pins.is_high(pin)] == [RELAY, CLOSE, EXIT, BUZZER]  # two of which are not fitted
    why, left = capsys.readouterr().err.splitlines()
    assert "relay.pin cannot be read" in why
    assert left == "gate-controller: error: left as they are: relay"


def test_a_settings_file_that_cannot_be_read_is_not_guessed(
    pins: Pins, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    left_on(pins, *ALL)
    monkeypatch.setenv("GATE_CONFIG", "/proc/self/mem")
    assert main(["relay", "safe"]) == 1
    assert all(pins.is_high(pin) for pin in ALL)
    assert "the settings file cannot be read" in capsys.readouterr().err


def test_a_relay_that_cannot_be_had_is_an_error(
    pins: Pins, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not pins.is_high(RELAY)
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "none-such")
    monkeypatch.setattr(Device, "pin_factory", None)
    assert main(["relay", "safe"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 4
    assert all("GPIOZERO_PIN_FACTORY" in line for line in lines)
    assert lines[-1].startswith("gate-controller: error: no GPIO back end works: ")


def test_a_lamp_that_fails_does_not_keep_the_others_lit(pins: Pins, capsys: pytest.CaptureFixture[str]) -> None:
    left_on(pins, RELAY, GREEN, RED, YELLOW)
    pins.break_pin(GREEN)
    assert main(["relay", "safe"]) == 0
    assert not any(pins.is_high(pin) for pin in (RELAY, RED, YELLOW))
    (line,) = capsys.readouterr().err.splitlines()
    assert "green lamp on GPIO22" in line
    pins.mend(GREEN)


@pytest.mark.parametrize("broken", [RELAY, CLOSE, EXIT])
def test_a_relay_that_fails_does_not_keep_the_others_on(
    pins: Pins, capsys: pytest.CaptureFixture[str], broken: int
) -> None:
    left_on(pins, *ALL)
    pins.break_pin(broken)
    assert main(["relay", "safe", *FITTED]) == 1
    pins.mend(broken)
    assert not any(pins.is_high(pin) for pin in ALL if pin != broken)
    (line,) = capsys.readouterr().err.splitlines()
    assert f"relay on GPIO{broken}" in line

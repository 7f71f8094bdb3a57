"""All mistakes at once, what is only worth a warning, and what no line ever shows."""

import socket
from collections.abc import Mapping
from pathlib import Path

import pytest

from gate_controller.settings import SettingsError, load_settings, read_alone
from gate_controller.settings.installed import state_dir_by_default
from gate_controller.settings.models import FIELDS
from tests.rig.settings import LEAST, SECRET, loaded, mistakes


def test_a_missing_price_and_a_missing_key_say_every_way_to_set_them() -> None:
    key, price = mistakes(GATE_ADMISSION__PRICE_CENTS="-", GATE_EGUMA__API_KEY="-")

    assert key == (
        "eguma.api_key is not set: no source gives it and it has no default: write it into "
        "/etc/gate-controller/eguma.api_key (chmod 600), from where the service gets it too, or set GATE_EGUMA__API_KEY"
    )
    assert price == (
        "admission.price_cents is not set: no source gives it and it has no default: set GATE_ADMISSION__PRICE_CENTS, "
        "or price_cents under [admission] in /etc/gate-controller/gate.toml"
    )


def test_all_mistakes_of_all_sources_are_reported_at_once(tmp_path: Path) -> None:
    path = tmp_path / "gate.toml"
    path.write_text("zebra = 1\n[scanner]\nbaud = 1\n")

    lines = mistakes("nothing=1", "relay.pin=22", config=path, GATE_HORSE="1", GATE_ADMISSION__PRICE_CENTS="0")

    text = "\n".join(lines)
    for name in ("nothing", "GATE_HORSE", "zebra", "scanner.baud", "admission.price_cents", "relay.pin"):
        assert f"{name} " in text
    assert len(lines) == 6


def test_each_mistake_is_one_line_whatever_the_value_holds() -> None:
    [line] = mistakes("id=two\nlines\x1b[31m\x00")

    assert line.isprintable()


def test_a_long_value_is_cut() -> None:
    [line] = mistakes(f"log.level={'x' * 5000}")

    assert len(line) < 300


def test_the_origin_of_every_setting_is_known() -> None:
    assert set(loaded().origins) == set(FIELDS)


def test_the_gate_is_named_after_its_host_by_default() -> None:
    result = loaded()

    assert result.settings.id == socket.gethostname()
    assert result.origins["id"] == "default (host name)"


@pytest.mark.parametrize(
    ("environ", "path", "origin"),
    [
        ({}, "state", "default"),
        ({"STATE_DIRECTORY": "/var/lib/gate"}, "/var/lib/gate", "environment STATE_DIRECTORY"),
        ({"STATE_DIRECTORY": "/var/lib/gate:/var/lib/x"}, "/var/lib/gate", "environment STATE_DIRECTORY"),
        ({"STATE_DIRECTORY": "/var/lib/gate", "GATE_STATE_DIR": "/data"}, "/data", "environment GATE_STATE_DIR"),
    ],
)
def test_the_state_directory_is_systemds_unless_set(environ: Mapping[str, str], path: str, origin: str) -> None:
    result = load_settings(config=None, overrides=(), environ={**LEAST, **environ})

    assert (result.settings.state_dir, result.origins["state_dir"]) == (Path(path), origin)


@pytest.mark.parametrize(
    ("prefix", "path"),
    [
        ("/opt/gate-controller/releases/0.1.0", "/var/lib/gate-controller"),
        ("/opt/gate-controller-copy/.venv", "state"),
        ("/home/anna/gate-controller/.venv", "state"),
    ],
)
def test_the_program_of_the_package_finds_the_state_directory_of_the_service(prefix: str, path: str) -> None:
    assert state_dir_by_default(prefix) == path


def test_a_state_directory_that_is_a_file_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "state").touch()

    assert mistakes() == ("state_dir is state, which is a file: default: name a directory",)


def test_loading_makes_nothing(tmp_path: Path) -> None:
    loaded()

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("overrides", "mistake"),
    [
        (
            ("drive.kind=motor",),
            "drive.kind is motor, and no relay closes it: argument: set GATE_DRIVE__CLOSE_PIN, or another drive.kind",
        ),
        (
            ("display.driver=st7789",),
            "display.driver is st7789, which has SPI only: argument: set GATE_DISPLAY__INTERFACE to spi",
        ),
        (
            ("display.driver=hd44780", "display.interface=spi"),
            "display.driver is hd44780, which has I2C only: argument: set GATE_DISPLAY__INTERFACE to i2c",
        ),
        (
            ("display.driver=ssd1306", "display.interface=spi"),
            "display.driver is ssd1306 on SPI, and no pin tells data from commands: argument: set GATE_DISPLAY__DC_PIN",
        ),
        (
            ("display.driver=ssd1306", "display.dc_pin=25"),
            (
                "display.dc_pin is 25, and ssd1306 is on I2C: argument: leave it out, "
                "or set GATE_DISPLAY__INTERFACE to spi"
            ),
        ),
        (
            ("display.driver=hd44780", "display.reset_pin=5"),
            "display.reset_pin is 5, and hd44780 has no reset: argument: leave it out",
        ),
        (
            ("display.driver=sh1106", "display.column_offset=left"),
            (
                "display.column_offset is left, which is no whole number: argument: "
                "give a column from 0 on; or none for the driver's usual one"
            ),
        ),
        (
            ("display.driver=ssd1306", "display.column_offset=2"),
            "display.column_offset is 2, and ssd1306 begins at the first column: argument: leave it out",
        ),
        (
            ("display.driver=hd44780", "display.rotate=2"),
            "display.rotate is 2, and a display of characters cannot be turned: argument: leave it out",
        ),
        (
            ("display.driver=st7735", "display.interface=spi", "display.dc_pin=25", "display.address=0x3c"),
            "display.address is 0x3c, and SPI has no addresses: argument: leave it out",
        ),
        (
            ("display.driver=ssd1306", "display.width=100"),
            (
                "display.driver is ssd1306, which does not come in 100 x 64 pixels: argument: "
                "set GATE_DISPLAY__WIDTH and GATE_DISPLAY__HEIGHT to one of 128 x 64, 128 x 32"
            ),
        ),
        (
            ("display.driver=ssd1306", "buzzer.pin=2"),
            "buzzer.pin is 2, which the display's I2C bus uses: argument: set GATE_BUZZER__PIN to another BCM number",
        ),
        (
            ("display.driver=st7735", "display.interface=spi", "display.dc_pin=25", "relay.pin=10"),
            "relay.pin is 10, which the display's SPI bus uses: argument: set GATE_RELAY__PIN to another BCM number",
        ),
    ],
)
def test_settings_that_cannot_be_together_are_a_mistake(overrides: tuple[str, ...], mistake: str) -> None:
    assert mistakes(*overrides) == (mistake,)


def test_a_bus_that_no_display_uses_leaves_its_pins_free() -> None:
    assert loaded("buzzer.pin=2", "relay.pin=10", "display.driver=image").settings.buzzer.pin == 2


@pytest.mark.parametrize("name", sorted(set(FIELDS) - {"eguma.api_key", "eguma.api_key_file"}))
@pytest.mark.parametrize(
    "value", [SECRET, f"{SECRET} ", f"x{SECRET}\n{SECRET}y", f"http://{SECRET}:{SECRET}@h/?{SECRET}"]
)
def test_the_key_in_a_wrong_place_is_never_shown(name: str, value: str) -> None:
    try:
        result = load_settings(config=None, overrides=[f"{name}={value}", f"no.{name}={value}"], environ=LEAST)
    except SettingsError as error:
        lines = error.mistakes
    else:
        lines = result.warnings

    assert SECRET not in "\n".join(lines)


def test_a_broken_key_is_not_shown_in_parts_either() -> None:
    first, second = "first-half", "second-half"

    lines = mistakes(f"id=has {first}", f"log.level={second}", GATE_EGUMA__API_KEY=f"{first} {second}")

    assert len(lines) == 3
    assert first not in "\n".join(lines)
    assert second not in "\n".join(lines)


# -- some settings alone


RELAYS = ("relay.pin", "relay.active_high", "drive.close_pin")


def alone(*overrides: str, config: Path | None = None, **environ: str) -> tuple[dict[str, object], tuple[str, ...]]:
    read = read_alone(RELAYS, config=config, overrides=overrides, environ=environ)
    return read.values, read.mistakes


def test_settings_are_read_alone_from_all_sources_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "gate.toml"
    path.write_text("[relay]\npin = 5\nactive_high = false\n[drive]\nclose_pin = 6\n")
    (tmp_path / "relay.pin").write_text("7\n")

    found, wrong = alone("relay.pin=9", config=path, GATE_RELAY__PIN="8", CREDENTIALS_DIRECTORY=str(tmp_path))
    assert found == {"relay.pin": 9, "relay.active_high": False, "drive.close_pin": 6}
    assert wrong == ()
    found, _ = alone(config=path, GATE_RELAY__PIN="8", CREDENTIALS_DIRECTORY=str(tmp_path))
    assert found["relay.pin"] == 8
    found, _ = alone(config=path, CREDENTIALS_DIRECTORY=str(tmp_path))
    assert found["relay.pin"] == 7


def test_settings_that_are_not_given_have_their_defaults_when_read_alone() -> None:
    assert alone() == ({"relay.pin": 17, "relay.active_high": True, "drive.close_pin": None}, ())


def test_what_the_other_settings_hold_does_not_matter_to_those_read_alone() -> None:
    found, wrong = alone("scanner.baud=1", "id=", "eguma.api_key_file=/nowhere", GATE_ADMISSION__PRICE_CENTS="x")
    assert found["relay.pin"] == 17
    assert wrong == ()


def test_a_setting_read_alone_that_cannot_be_used_is_left_out_with_its_mistake() -> None:
    found, wrong = alone("relay.pin=99", GATE_RELAY__ACTIVE_HIGH="perhaps")
    assert found == {"drive.close_pin": None}
    pin, level = wrong
    assert pin.startswith("relay.pin is 99, which is no GPIO of the 40-pin header: argument: give a BCM number")
    assert level == (
        "relay.active_high is perhaps, which is neither true nor false: environment GATE_RELAY__ACTIVE_HIGH: "
        "give true or false"
    )


def test_with_a_file_that_cannot_be_read_only_what_goes_over_it_is_known(tmp_path: Path) -> None:
    path = tmp_path / "gate.toml"
    path.write_text("[relay\n")

    found, wrong = alone("relay.pin=5", config=path)

    assert found == {"relay.pin": 5}
    [line] = wrong
    assert line.startswith("the settings file is no TOML")


def test_names_that_are_no_settings_are_told_beside_what_is_read_alone() -> None:
    found, wrong = alone("zebra=1", GATE_HORSE="1")
    assert found["relay.pin"] == 17
    assert [line.split()[0] for line in wrong] == ["zebra", "GATE_HORSE"]


def test_no_line_about_settings_read_alone_shows_the_key() -> None:
    _, wrong = alone(f"relay.pin={SECRET}", GATE_EGUMA__API_KEY=SECRET)
    assert SECRET not in "".join(wrong)
    assert wrong

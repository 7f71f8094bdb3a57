"""What setup finds by itself, displays on their buses and ports of scanners; and how people write prices."""

import errno
from pathlib import Path

import pytest

from gate_controller.cli.setup import display_search, keeping_settings, scanner_search
from gate_controller.cli.setup.display_search import Answering
from gate_controller.cli.setup.interview import price_of
from gate_controller.devices.usb import SerialPort
from gate_controller.settings import encrypted_secret
from gate_controller.settings.values import UnusableError
from tests.rig.fake_i2c import FakeI2C


class Silent:
    """A device that takes whatever it is sent."""

    def receive(self, data: bytes) -> None:
        del data


def dev(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).touch()
    return folder


def test_what_answers_where_displays_are_is_found_and_the_rest_is_left_alone(tmp_path: Path) -> None:
    bus = FakeI2C({0x27: Silent(), 0x3C: Silent(), 0x50: Silent(), 0x68: Silent()})
    found, wrong = display_search.search(dev(tmp_path, "i2c-1", "i2c-x"), open_bus=bus.open)
    assert (found, wrong) == ([Answering(1, 0x27), Answering(1, 0x3C)], [])
    assert bus.sent == [], "something was written to a device"
    assert bus.opened == 0


def test_an_oled_that_answers_no_reading_is_found_by_a_byte_that_means_nothing(tmp_path: Path) -> None:
    bus = FakeI2C({0x3C: Silent(), 0x27: Silent()})
    bus.unreadable = {0x3C, 0x27}
    found, _ = display_search.search(dev(tmp_path, "i2c-1"), open_bus=bus.open)
    assert found == [Answering(1, 0x3C)]
    assert bus.sent == [(0x3C, b"\x00")]


def test_a_bus_that_something_holds_is_told_at_once_and_not_asked_at_each_address(tmp_path: Path) -> None:
    bus = FakeI2C({})
    bus.error = errno.ETIMEDOUT
    found, [line] = display_search.search(dev(tmp_path, "i2c-1"), open_bus=bus.open)
    assert found == []
    assert "something holds the bus" in line
    assert bus.openings == 1


def test_without_a_bus_it_is_said_how_to_turn_one_on(tmp_path: Path) -> None:
    assert "dtparam=i2c_arm=on" in display_search.search(tmp_path)[1][0]


def test_what_answers_at_an_oleds_address_makes_an_oled_likely_and_a_backpacks_a_character_display() -> None:
    assert display_search.likely([Answering(1, 0x3C)]) == "ssd1306"
    assert display_search.likely([Answering(1, 0x27)]) == "hd44780"
    assert display_search.likely([]) == "none"
    names = [choice.value for choice in display_search.choices([Answering(1, 0x3F)])]
    assert names[0] == "hd44780"
    assert names[-1] == "none"


def test_the_port_of_the_settings_is_listened_to_first_and_each_but_once(tmp_path: Path) -> None:
    port, link = tmp_path / "ttyACM0", tmp_path / "by-id"
    port.touch()
    link.symlink_to(port)
    assert scanner_search.candidates(str(link), may_take_keyboards=False)[0] == str(link)
    assert scanner_search.as_setting(str(port)) == str(port)


def test_ports_of_other_devices_are_left_alone_where_a_scanner_is_known_by_its_name() -> None:
    scanner = SerialPort("/dev/ttyACM0", 0x0C2E, 1, "Barcode Scanner")
    control, printer = (
        SerialPort("/dev/ttyUSB0", 0x1A86, 2, "turnstile"),
        SerialPort("/dev/ttyUSB1", 0x0403, 3, "prints"),
    )

    def found(*ports: SerialPort, widely: bool) -> list[str]:
        others = [printer.path]
        look = {"may_take_keyboards": False, "widely": widely, "others": others}
        return scanner_search.candidates("auto", list_serial_ports=lambda: ports, **look)  # type: ignore[arg-type]

    assert found(scanner, control, printer, widely=False) == [scanner.path]
    assert found(scanner, control, printer, widely=True) == [scanner.path, control.path]
    assert found(control, printer, widely=False) == [control.path]


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("25", 2500),
        ("25.00", 2500),
        ("25,50", 2550),
        ("CHF 25.-", 2500),
        ("25.50 EUR", 2550),
        ("€ 9", 900),
        ("1’250.00", 125000),
    ],
)
def test_a_price_is_read_as_people_write_it(typed: str, cents: int) -> None:
    assert price_of(typed) == cents


@pytest.mark.parametrize("typed", ["", "free", "25.005", "-5", "0", "1e9", "nan", "25 30", "inf"])
def test_what_is_no_price_is_refused_with_how_to_write_one(typed: str) -> None:
    with pytest.raises(UnusableError) as refused:
        price_of(typed)
    assert "25.00" in refused.value.remedy


def test_a_key_that_cannot_be_encrypted_goes_into_a_file_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(encrypted_secret, "STORE", tmp_path / "store")
    monkeypatch.setattr(encrypted_secret, "DROP_INS", tmp_path / "drop-ins")
    draft = keeping_settings.Draft(tmp_path / "etc" / "gate.toml", "", "", {"eguma.api_key": "k3y-of-the-gate"})
    [written] = keeping_settings.write(draft, keeping_settings.ENCRYPTED)
    assert written.endswith("eguma.api_key (for root alone)")
    assert (tmp_path / "etc" / "eguma.api_key").read_text() == "k3y-of-the-gate\n"
    said = capsys.readouterr().err
    assert "meanwhile it is kept in a file" in said
    assert "k3y" not in said

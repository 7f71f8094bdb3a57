from pathlib import Path

import pytest

from gate_controller.devices.usb import (
    KEYBOARD,
    ScannerNotFound,
    SerialPort,
    SeveralScanners,
    find_scanner,
    is_keyboard,
    serial_ports,
)

HONEYWELL = SerialPort("/dev/ttyACM0", 0x0C2E, 0x0CAA, "Voyager 1450g", "/dev/serial/by-id/usb-Honeywell_Voyager-if00")
NEWLAND = SerialPort("/dev/ttyACM1", 0x1EAB, 0x0D06, "FM430", "/dev/serial/by-id/usb-Newland_FM430-if00")
NAMELESS_SCANNER = SerialPort("/dev/ttyACM2", 0x0483, 0x5740, "2D BarCode Module")
ADAPTER = SerialPort("/dev/ttyUSB0", 0x1A86, 0x7523, "USB Serial", "/dev/serial/by-id/usb-1a86_USB_Serial-if00")
MODEM = SerialPort("/dev/ttyUSB1", 0x12D1, 0x1001, "HUAWEI Mobile")
PI_UART = SerialPort("/dev/ttyAMA0")


def found(*ports: SerialPort) -> str:
    return find_scanner("auto", list_serial_ports=lambda: ports)


def test_a_path_is_taken_as_it_is() -> None:
    assert find_scanner("/dev/ttyS7", list_serial_ports=lambda: [HONEYWELL]) == "/dev/ttyS7"


def test_a_scanner_is_known_by_its_maker_and_named_by_id() -> None:
    assert found(HONEYWELL) == "/dev/serial/by-id/usb-Honeywell_Voyager-if00"


def test_a_scanner_wins_over_other_usb_ports() -> None:
    assert found(ADAPTER, HONEYWELL, MODEM, PI_UART) == HONEYWELL.by_id


def test_a_scanner_with_a_chip_makers_id_is_known_by_its_product_name() -> None:
    assert found(ADAPTER, NAMELESS_SCANNER) == "/dev/ttyACM2"


def test_the_only_usb_port_is_taken_for_the_scanner() -> None:
    assert found(PI_UART, ADAPTER) == ADAPTER.by_id


def test_the_pis_own_uart_is_not_taken_for_a_scanner() -> None:
    with pytest.raises(ScannerNotFound):
        found(PI_UART)


def test_no_scanner_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(ScannerNotFound, match=r"^no scanner found: plug it in, .*USB-COM.*scanner\.port$"):
        found()


def test_several_scanners_are_an_error_that_lists_them() -> None:
    with pytest.raises(SeveralScanners) as error:
        found(HONEYWELL, NEWLAND, ADAPTER)
    text = str(error.value)
    assert "set scanner.port to one of" in text
    assert f"{HONEYWELL.by_id} (0c2e:0caa Honeywell (Metrologic) Voyager 1450g)" in text
    assert str(NEWLAND.by_id) in text
    assert str(ADAPTER.by_id) not in text


def test_several_unknown_ports_are_an_error() -> None:
    with pytest.raises(SeveralScanners, match=r"/dev/ttyUSB1 \(12d1:1001 HUAWEI Mobile\)"):
        found(ADAPTER, MODEM)


def test_this_machines_ports_can_be_listed() -> None:
    assert all(isinstance(port, SerialPort) for port in serial_ports())


@pytest.mark.parametrize(
    ("port", "meant"),
    [
        ("/dev/input/by-id/usb-Honeywell_Voyager-event-kbd", True),
        ("/dev/input/event3", True),
        ("/dev//input/../input/event3", True),
        ("/dev/input/../ttyACM0", False),
        ("/dev/serial/by-id/usb-Honeywell_Voyager-if00", False),
        ("/dev/ttyACM0", False),
        ("/dev/inputs", False),
        ("/dev/gate-scanner-kbd", True),
        ("/dev//gate-scanner-kbd", True),
        ("/dev/gate-scanner", False),
        ("auto", False),
    ],
)
def test_a_path_under_dev_input_and_the_name_of_the_udev_rules_mean_a_keyboard(port: str, meant: bool) -> None:
    assert is_keyboard(port) is meant


def test_a_link_to_a_device_under_dev_input_means_a_keyboard(tmp_path: Path) -> None:
    (tmp_path / "scanner").symlink_to("/dev/input/event3")
    assert is_keyboard(str(tmp_path / "scanner"))


def test_the_name_of_a_keyboard_is_the_one_that_the_udev_rules_make() -> None:
    rules = Path(__file__).parents[2] / "hardware" / "udev" / "70-gate-controller.rules"
    assert f'SYMLINK+="{KEYBOARD.removeprefix("/dev/")}"' in rules.read_text()

"""The printer's settings: what is needed for each way to it, and what cannot be."""

import pytest

from tests.rig.settings import loaded, mistakes


def test_a_gate_has_no_printer_unless_one_is_named() -> None:
    assert loaded().settings.printer.driver == "none"


@pytest.mark.parametrize(
    ("driver", "remedy"), [("network", "set GATE_PRINTER__HOST"), ("serial", "set GATE_PRINTER__PORT")]
)
def test_a_printer_that_is_nowhere_is_a_mistake(driver: str, remedy: str) -> None:
    [line] = mistakes(f"printer.driver={driver}")
    assert line == f"printer.driver is {driver}, and nobody says where it is: argument: {remedy}"


def test_receipts_that_nothing_can_print_are_a_mistake() -> None:
    [line] = mistakes("printer.prints=admissions")
    assert line == "printer.prints is admissions, and there is no printer: argument: set GATE_PRINTER__DRIVER"


@pytest.mark.parametrize(
    "given",
    ["printer.port=lp0", "printer.host=a b", "printer.columns=80", "printer.languages=de,xx", "printer.cut=half"],
)
def test_what_no_printer_has_is_a_mistake(given: str) -> None:
    [line] = mistakes(given)
    assert line.startswith(f"{given.partition('=')[0]} is ")


def test_a_usb_printer_needs_no_more_than_its_driver() -> None:
    printer = loaded("printer.driver=usb").settings.printer
    assert (printer.port, printer.code_page, printer.languages) == ("auto", 16, ())

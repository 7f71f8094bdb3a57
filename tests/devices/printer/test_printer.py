"""The printer on real lines: whole receipts, half ones that are known as such, and why it does not print."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from gate_controller.devices.printer.escpos import TextLine, encoded
from gate_controller.devices.printer.printer import NotPrinted, PerhapsPrinted, Printer
from gate_controller.devices.printer.printer_line import PrinterLine, network_line, serial_line, usb_line
from tests.rig.fake_printer import FakePrinter, network_printer, serial_printer

RECEIPT = encoded([TextLine("Grüezi, 25 €")], page=16, cut="partial")
LONG = encoded([TextLine(f"line {n}") for n in range(100)], page=16, cut="partial")

Rig = tuple[FakePrinter, Callable[[], PrinterLine]]


@pytest.fixture(params=["network", "serial", "usb"])
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    with ExitStack() as stack:
        if request.param == "network":
            fake, port = stack.enter_context(network_printer())
            yield fake, partial(network_line, "127.0.0.1", port)
        else:
            fake, path = stack.enter_context(serial_printer())
            yield (
                fake,
                partial(usb_line, path) if request.param == "usb" else partial(serial_line, path, 115200, "none"),
            )


def of(rig: Rig, *, answers: bool = True) -> Printer:
    # As long as a busy machine needs to answer, but no test waits for what a person would wait for.
    return Printer(rig[1], answers=answers, answer_seconds=1, print_seconds=1.5)


def test_a_receipt_is_printed_once_and_whole(rig: Rig) -> None:
    printer = of(rig)

    printer.print(RECEIPT)
    printer.print(RECEIPT)

    assert rig[0].receipts == ["Grüezi, 25 €\n"] * 2


@pytest.mark.parametrize(
    ("fault", "why"),
    [("has_paper", "is out of paper: put a new roll in"), ("cover_is_open", "stands open: close its cover")],
)
def test_a_printer_that_cannot_print_is_sent_nothing(rig: Rig, fault: str, why: str) -> None:
    setattr(rig[0], fault, fault != "has_paper")
    begun: list[str] = []

    with pytest.raises(NotPrinted, match=why):
        of(rig).print(RECEIPT, on_begin=lambda: begun.append("begun"))

    assert (rig[0].paper, begun) == (b"", [])


def test_a_roll_that_ends_soon_is_told_and_printed_on(rig: Rig) -> None:
    rig[0].is_near_end = True
    printer = of(rig)

    assert "the paper is near its end" in printer.look()
    printer.print(RECEIPT)

    assert len(rig[0].receipts) == 1


def test_a_roll_that_ends_within_a_receipt_leaves_one_that_is_not_taken_for_whole(rig: Rig) -> None:
    printer = of(rig)
    printer.print(RECEIPT)
    rig[0].runs_out_at = rig[0].taken + 300

    with pytest.raises(PerhapsPrinted, match="is out of paper"):
        printer.print(LONG)


def test_a_printer_that_forgets_within_a_receipt_has_not_printed_it(rig: Rig) -> None:
    printer = of(rig)
    printer.print(RECEIPT)
    # Asked twice how it is, then the receipt; its last bytes are those that ask whether it is done.
    rig[0].forgets_at = rig[0].taken + 6 + len(LONG) + 2

    with pytest.raises(PerhapsPrinted, match="has not said that it printed all"):
        printer.print(LONG)


def test_what_a_broken_receipt_left_in_the_printer_does_not_stand_on_the_next(rig: Rig) -> None:
    printer = of(rig)
    printer.print(RECEIPT)
    rig[0].runs_out_at = rig[0].taken + 300
    with pytest.raises(PerhapsPrinted):
        printer.print(LONG)
    half, rig[0].has_paper = rig[0].paper, True

    printer.print(RECEIPT)

    after = rig[0].paper.removeprefix(half)
    assert b"line 99" not in after
    assert after.count(b"\x1dV\x42\x00") == 1


def test_an_answer_that_another_job_was_owed_is_none_to_this_one(rig: Rig) -> None:
    printer = of(rig)
    printer.print(RECEIPT)
    rig[0].late_answers = b"\x00\x00"
    rig[0].forgets_at = rig[0].taken + 6 + len(RECEIPT) + 2

    with pytest.raises(PerhapsPrinted):
        printer.print(RECEIPT)


def test_a_printer_that_prints_after_the_wait_has_perhaps_printed_and_does_not_confirm_the_next(rig: Rig) -> None:
    printer = of(rig)
    printer.print(RECEIPT)
    rig[0].is_slow = True
    with pytest.raises(PerhapsPrinted, match="look at the paper"):
        printer.print(RECEIPT)
    rig[0].is_slow = False

    printer.print(LONG)  # what the late one says is none of its answers

    assert [receipt.count("\n") for receipt in rig[0].receipts if "line 0" in receipt] == [100]
    assert sum("Grüezi" in receipt for receipt in rig[0].receipts) <= 2


def test_a_printer_that_never_answers_is_not_printed_on_unless_the_settings_say_so(rig: Rig) -> None:
    rig[0].is_silent = True

    with pytest.raises(NotPrinted, match=r"does not answer: .* set printer\.answers = false"):
        of(rig).print(RECEIPT)
    of(rig, answers=False).print(RECEIPT)


def test_a_network_printer_that_hangs_up_within_a_receipt_leaves_a_half_one() -> None:
    with network_printer() as (fake, port):
        printer = of((fake, partial(network_line, "127.0.0.1", port)))
        printer.print(RECEIPT)
        fake.closes_at = fake.taken + 300

        with pytest.raises(PerhapsPrinted):
            printer.print(LONG)


def test_a_printer_that_stops_taking_bytes_is_given_up() -> None:
    with network_printer() as (fake, port):
        printer = of((fake, partial(network_line, "127.0.0.1", port)))
        printer.print(RECEIPT)
        fake.stops_at = fake.taken + 100

        with pytest.raises(PerhapsPrinted):
            printer.print(LONG)
        fake.stops_at = None
        printer.print(RECEIPT)

        assert fake.receipts[-1].endswith("Grüezi, 25 €\n")


@pytest.mark.parametrize(
    ("open_line", "why"),
    [
        (partial(usb_line, "/dev/usb/lp99"), "printer /dev/usb/lp99 is not there: plug the printer in"),
        (partial(serial_line, "/dev/ttyUSB99", 9600, "none"), "printer /dev/ttyUSB99 "),
        (partial(network_line, "127.0.0.1", 1), "printer 127.0.0.1:1 does not answer"),
    ],
)
def test_a_printer_that_is_not_there_is_told_with_what_to_do(open_line: Callable[[], PrinterLine], why: str) -> None:
    with pytest.raises(NotPrinted, match=why):
        Printer(open_line, answers=True, print_seconds=1).look()


def test_a_path_that_may_not_be_opened_names_the_group(tmp_path: Path) -> None:
    (tmp_path / "lp0").mkdir()

    with pytest.raises(NotPrinted, match="cannot be opened"):
        Printer(partial(usb_line, str(tmp_path / "lp0")), answers=True, print_seconds=1).look()

"""The bytes of a receipt: whole commands, nothing left over from another job, and no data that is a command."""

import pytest

from gate_controller.devices.printer.escpos import (
    BAND_ROWS,
    LONGEST_COMMAND,
    PrintItem,
    QrCode,
    Raster,
    TextLine,
    encoded,
)


def sent(*items: PrintItem, cut: str = "partial", page: int = 16) -> bytes:
    return encoded(items, page=page, cut=cut)


def test_a_receipt_begins_with_all_that_it_depends_on() -> None:
    assert sent(page=16).startswith(b"\x1b@" + b"\x1c.\x00" + b"\x1bR\x00" + b"\x1bt\x10")
    assert sent(page=32).startswith(b"\x1b@\x1c.\x00\x1bR\x00\x1bt\x20")


def test_every_line_says_all_that_it_is_so_that_nothing_leaks_into_the_next() -> None:
    data = sent(TextLine("A", is_bold=True, is_large=True, is_centred=True), TextLine("B"))

    assert b"\x1ba\x01\x1bE\x01\x1d!\x11A\n" in data
    assert b"\x1ba\x00\x1bE\x00\x1d!\x00B\n" in data


def test_a_receipt_leaves_the_printer_as_the_next_job_expects_it() -> None:
    assert sent(TextLine("A", is_bold=True)).endswith(b"A\n" + b"\x1ba\x00\x1bE\x00\x1d!\x00" + b"\x1dV\x42\x00")


@pytest.mark.parametrize(
    ("cut", "end"), [("partial", b"\x1dV\x42\x00"), ("full", b"\x1dV\x41\x00"), ("none", b"\x1bd\x04")]
)
def test_the_cut_is_a_whole_command_behind_a_line_that_has_ended(cut: str, end: bytes) -> None:
    assert sent(TextLine("A"), cut=cut).endswith(b"\n\x1ba\x00\x1bE\x00\x1d!\x00" + end)


def test_a_qr_code_is_the_printers_own() -> None:
    data = sent(QrCode("KRVG1"))

    model, size, level, stored, shown = (
        b"\x1d(k\x04\x001A2\x00",
        b"\x1d(k\x03\x001C\x06",
        b"\x1d(k\x03\x001E1",
        b"\x1d(k\x08\x001P0KRVG1",
        b"\x1d(k\x03\x001Q0",
    )
    assert model + size + level + stored + shown in data


def test_the_text_of_a_qr_code_is_no_command_either() -> None:
    assert b"1P0KRVG1@" in sent(QrCode("KRVG1\x1b@\x10\x04"))


def test_a_picture_is_sent_in_bands_that_are_each_whole() -> None:
    data = sent(Raster(2, bytes(range(32, 92))))  # 30 rows of 16 dots

    assert b"\x1dv0\x00\x02\x00\x18\x00" + bytes(range(32, 32 + 2 * BAND_ROWS)) in data
    assert b"\x1dv0\x00\x02\x00\x06\x00" + bytes(range(80, 92)) in data


@pytest.mark.parametrize("second", [0x04, 0x05, 0x14])
def test_a_picture_holds_no_real_time_command(second: int) -> None:
    dots = bytes([0x10, second, 0x10, 0x10, second, 0x01])

    [_, picture] = sent(Raster(1, dots)).split(b"\x1dv0\x00\x01\x00\x06\x00")

    assert not any(bytes([0x10, each]) in picture for each in (0x04, 0x05, 0x14))
    assert sum((was ^ now).bit_count() for was, now in zip(dots, picture, strict=False)) == 2


def test_zeros_end_the_longest_command() -> None:
    widest = 72  # bytes of a row on the widest roll, 576 dots
    assert BAND_ROWS * widest + 8 < LONGEST_COMMAND

"""Receipts drawn from the printer's bytes: a decoder reads their QR codes back, and what is large or bold is so."""

import random
import sys
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageChops

from gate_controller.devices.errors import DeviceError
from gate_controller.devices.printer.escpos import LONGEST_QR, PrintItem, QrCode, TextLine, encoded
from gate_controller.devices.printer.logo import MOST_ROWS, LogoError, read_logo
from gate_controller.devices.printer.receipt_picture import MARGIN_DOTS, draw_receipt


def drawn(*items: PrintItem, columns: int = 42) -> Image.Image:
    return draw_receipt(encoded(items, page=16, cut="partial"), columns)


def inked(picture: Image.Image) -> tuple[int, int, int, int]:
    box = ImageChops.invert(picture).getbbox()
    assert box is not None
    return box


@pytest.mark.parametrize("text", ["KRVG1", "https://example.org/?a=1&b=2", "Zürich – 25 €", "x" * LONGEST_QR, "0"])
def test_a_qr_code_is_read_back(text: str) -> None:
    [code] = zxingcpp.read_barcodes(drawn(TextLine("above"), QrCode(text), TextLine("below")))

    assert code.bytes.decode("cp1252") == text


@pytest.mark.parametrize("columns", [24, 32, 42, 48, 64])
def test_the_longest_line_stays_on_the_paper(columns: int) -> None:
    left, _, right, _ = inked(drawn(TextLine("W" * columns, is_bold=True), columns=columns))

    assert (left >= MARGIN_DOTS - 1, right <= columns * 12 + MARGIN_DOTS + 1) == (True, True)


def test_large_letters_are_twice_as_wide_and_high() -> None:
    small, large = inked(drawn(TextLine("HHHH"))), inked(drawn(TextLine("HHHH", is_large=True)))

    assert large[2] - large[0] == pytest.approx(2 * (small[2] - small[0]), abs=3)
    assert large[3] - large[1] == pytest.approx(2 * (small[3] - small[1]), abs=3)


def test_what_is_centred_stands_in_the_middle() -> None:
    picture = drawn(TextLine("HH", is_centred=True))
    left, _, right, _ = inked(picture)
    assert left + right == pytest.approx(picture.width, abs=2)


def test_a_logo_is_drawn_dot_by_dot(tmp_path: Path) -> None:
    noise = random.Random(7)  # noqa: S311 - any dots will do
    logo = Image.frombytes("1", (40, 30), noise.randbytes(5 * 30))
    logo.save(tmp_path / "logo.png")

    picture = drawn(read_logo(tmp_path / "logo.png", 42))

    left, top = MARGIN_DOTS + (42 * 12 - 40) // 2, MARGIN_DOTS
    difference = ImageChops.difference(picture.crop((left, top, left + 40, top + 30)), logo.convert("L"))
    assert sum(difference.histogram()[1:]) <= 2  # a dot is turned over where dots would be a command


def test_a_logo_is_made_to_fit_and_what_is_transparent_stays_white(tmp_path: Path) -> None:
    Image.new("RGBA", (2000, 1000), (0, 0, 0, 0)).save(tmp_path / "wide.png")
    Image.new("L", (100, 2000)).save(tmp_path / "high.png")

    wide, high = read_logo(tmp_path / "wide.png", 32), read_logo(tmp_path / "high.png", 32)

    assert (wide.row_bytes, set(wide.dots)) == (32 * 12 // 8, {0})
    assert len(high.dots) // high.row_bytes == MOST_ROWS


def test_a_logo_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    Image.new("1", (5000, 5000)).save(tmp_path / "huge.png")
    with pytest.raises(LogoError, match="it has 5000x5000 pixels: make it smaller"):
        read_logo(tmp_path / "huge.png", 42)


def test_a_logo_that_was_cut_off_is_told(tmp_path: Path) -> None:
    Image.effect_noise((200, 200), 50).save(tmp_path / "whole.png")
    (tmp_path / "half.png").write_bytes((tmp_path / "whole.png").read_bytes()[:2000])
    with pytest.raises(LogoError, match="it "):
        read_logo(tmp_path / "half.png", 42)


@pytest.mark.parametrize("library", ["PIL", "segno"])
def test_without_the_libraries_it_is_said_what_to_install(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(DeviceError, match=r"need .*: pip install 'gate-controller\[receipts\]'"):
        drawn(TextLine("x"))


def test_what_is_no_command_of_ours_is_not_drawn() -> None:
    with pytest.raises(ValueError, match="byte 2 of the receipt is no command"):
        draw_receipt(b"\x1b@\x1bp\x00", 42)

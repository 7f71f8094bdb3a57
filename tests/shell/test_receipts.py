"""Receipts off the settings: what stands on them, and templates that cannot be used."""

from pathlib import Path

import pytest
from PIL import Image

from gate_controller.devices.printer.escpos import QrCode, Raster
from gate_controller.shell.receipts import ReceiptMaker, UnusableReceipt
from tests.rig.facts import admission
from tests.rig.settings import loaded

ORIGINAL = {"is_copy": False, "is_full": True}


def maker(*overrides: str) -> ReceiptMaker:
    return ReceiptMaker(loaded("printer.driver=usb", "id=east", *overrides).settings)


def text(*overrides: str, is_copy: bool = False) -> list[str]:
    made = maker(*overrides)
    items = made.items(admission(7), "KRVG1", is_copy=is_copy, is_full=True)
    return made.text(items).replace("\N{NO-BREAK SPACE}", " ").splitlines()


def test_a_receipt_stands_in_columns_as_wide_as_the_paper() -> None:
    rows = text("printer.columns=32", "printer.languages=de")

    assert "Gutschein         L4FU-5LQT-KJR3" in rows
    assert "Betrag                 CHF 25.00" in rows
    assert "Rest                    CHF 4.75" in rows
    assert max(map(len, rows)) <= 32


def test_each_language_has_its_line_and_what_reads_alike_stands_there_once(tmp_path: Path) -> None:
    (tmp_path / "template.txt").write_text("{amount_label} {amount}\n{voucher}\n[qr]{incident}")

    rows = text(f"printer.template_file={tmp_path / 'template.txt'}", "printer.languages=de,it")

    assert rows == ["Betrag CHF 25.00", "Importo CHF 25.00", "L4FU-5LQT-KJR3", "[QR KRVG1]"]


def test_only_a_copy_is_marked_as_one() -> None:
    assert not any("Kopie" in row for row in text())
    assert any("Kopie" in row for row in text(is_copy=True))


def test_the_qr_code_is_the_incident_code() -> None:
    assert QrCode("KRVG1") in list(maker().items(admission(7), "KRVG1", is_copy=False, is_full=True))


def test_a_sentence_that_is_too_long_goes_on_in_the_next_line() -> None:
    rows = text("printer.columns=24", "printer.languages=de")
    assert [row.strip() for row in rows if "Eintritt" in row or "belastet" in row] == [
        "Eintritt, dem Gutschein",
        "belastet.",
    ]


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"{nobody}", "line 1: {nobody} is no field"),
        (b"x" * 43, "line 1: it may have 43 letters, and the paper has room for 42"),
        (b"\xff\xfe", "it is no text in UTF-8"),
        (None, "it cannot be read (No such file or directory)"),
    ],
)
def test_a_template_that_cannot_be_used_says_why(tmp_path: Path, content: bytes | None, wrong: str) -> None:
    path = tmp_path / "template.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UnusableReceipt) as caught:
        maker(f"printer.template_file={path}")
    assert caught.value.mistakes[0].startswith(f"printer.template_file {path}: {wrong}")


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"GIF", "it is no picture that Pillow knows: give a PNG"),
        (b"", "it is no picture that Pillow knows: give a PNG"),
        (None, "it cannot be read (No such file or directory)"),
    ],
)
def test_a_logo_that_cannot_be_used_says_why(tmp_path: Path, content: bytes | None, wrong: str) -> None:
    path = tmp_path / "logo.png"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UnusableReceipt) as caught:
        maker(f"printer.logo_file={path}")
    assert caught.value.mistakes == (f"printer.logo_file {path}: {wrong}",)


def test_a_logo_stands_at_the_top_of_the_gates_own_receipt_and_nowhere_without_one(tmp_path: Path) -> None:
    Image.new("1", (16, 8)).save(tmp_path / "logo.png")

    first = next(maker(f"printer.logo_file={tmp_path / 'logo.png'}").items(admission(7), "K", **ORIGINAL))

    assert first == Raster(2, b"\xff" * 16)
    assert not any(isinstance(item, Raster) for item in maker().items(admission(7), "K", **ORIGINAL))


def test_no_template_and_no_name_can_command_the_printer(tmp_path: Path) -> None:
    (tmp_path / "template.txt").write_text("\x1b@{title}\x1dV\x00")
    made = maker(f"printer.template_file={tmp_path / 'template.txt'}")
    commands = made.commands(made.items(admission(7), "K", is_copy=False, is_full=True))
    assert (commands.count(b"\x1b@"), commands.count(b"\x1dV")) == (1, 1)

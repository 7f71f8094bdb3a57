"""Which receipts were printed: known after a restart and a torn line, and small for ever."""

from pathlib import Path

import pytest

from gate_controller.shell import receipt_book
from gate_controller.shell.receipt_book import RECEIPTS_FILE, ReceiptBook, ReceiptEntry, ReceiptState

NOON = 1_800_000_000.0


def entry(incident: str, state: ReceiptState, at: float = NOON) -> ReceiptEntry:
    return ReceiptEntry(incident, state, at)


def test_a_receipt_that_was_begun_is_a_copy_after_a_restart_and_stays_listed(tmp_path: Path) -> None:
    ReceiptBook(tmp_path).note(entry("KRVG1", ReceiptState.SENT))

    book = ReceiptBook(tmp_path)
    assert book.is_copy("KRVG1", NOON)
    assert [each.incident for each in book.to_print()] == ["KRVG1"]


def test_a_receipt_of_which_nothing_was_sent_is_no_copy(tmp_path: Path) -> None:
    ReceiptBook(tmp_path).note(entry("KRVG1", ReceiptState.KEPT))

    assert not ReceiptBook(tmp_path).is_copy("KRVG1", NOON)


def test_a_printed_receipt_is_off_the_list(tmp_path: Path) -> None:
    book = ReceiptBook(tmp_path)
    book.note(entry("KRVG1", ReceiptState.SENT))
    book.note(entry("KRVG1", ReceiptState.PRINTED))

    assert ReceiptBook(tmp_path).to_print() == []


def test_a_line_that_a_power_cut_has_torn_is_passed_over(tmp_path: Path) -> None:
    ReceiptBook(tmp_path).note(entry("KRVG1", ReceiptState.PRINTED))
    with (tmp_path / RECEIPTS_FILE).open("a") as file:
        file.write('\n{"incident":"K')
    ReceiptBook(tmp_path).note(entry("H7Q2M", ReceiptState.PRINTED))

    book = ReceiptBook(tmp_path)
    assert book.is_copy("KRVG1", NOON)
    assert book.is_copy("H7Q2M", NOON)


def test_what_was_forgotten_may_be_on_paper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipt_book, "MOST_BYTES", 2_000)
    book = ReceiptBook(tmp_path)
    for number in range(100):
        book.note(entry(f"K{number}", ReceiptState.PRINTED, NOON + number))

    again = ReceiptBook(tmp_path)
    assert (tmp_path / RECEIPTS_FILE).stat().st_size < 2_200
    assert again.is_copy("K0", NOON)
    assert not again.is_copy("NEW", NOON + 200)


def test_nothing_is_written_by_who_only_asks(tmp_path: Path) -> None:
    book = ReceiptBook(tmp_path)
    assert (book.is_copy("KRVG1", NOON), book.to_print()) == (False, [])
    assert list(tmp_path.iterdir()) == []

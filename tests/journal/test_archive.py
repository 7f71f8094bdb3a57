import json
import sqlite3
from contextlib import closing
from pathlib import Path

from gate_controller.admission.words.codes import Code, VoucherCode
from gate_controller.admission.words.facts import (
    Approved,
    Doubted,
    Evidence,
    Intended,
    OpenItem,
    Redeemed,
    Released,
    Standing,
)
from gate_controller.admission.words.ids import AttemptId
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.journal import archive
from gate_controller.journal.reader import Reader
from gate_controller.journal.store import FILE_NAME, Store
from tests.campaign.disk import ATTEMPTS, write_journal
from tests.rig.core import core
from tests.rig.facts import approved, intended, redeemed

LATER = 1.9e9


def test_old_attempts_move_to_the_archive_and_unfinished_ones_stay(tmp_path: Path) -> None:
    write_journal(tmp_path)
    store = Store(tmp_path)

    moved = 0
    while step := archive.prune(store, LATER):
        moved += step

    kept = store.pending(Standing.UNFINISHED)
    assert moved == ATTEMPTS - len(kept)
    (file,) = (tmp_path / "archive").iterdir()
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert len(lines) == moved
    assert {line["stands"] for line in lines} == {"admitted"}
    assert len(lines[0]["facts"]) == 4
    store.close()
    assert Reader(tmp_path).verify() == []


def test_numbers_are_not_given_again_after_the_newest_attempt_was_archived(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first, _ = store.numbering.next()
    store.append([Released(first, 0, 1.7e9)])
    archive.prune(store, LATER)
    store.close()

    again = Store(tmp_path)

    assert again.numbering.next()[0] != first
    again.close()


def test_nothing_young_is_archived(tmp_path: Path) -> None:
    write_journal(tmp_path)
    store = Store(tmp_path)

    assert archive.prune(store, 1.6e9) == 0
    store.close()


def test_a_corrupt_journal_is_kept_and_its_unfinished_attempts_are_saved(tmp_path: Path) -> None:
    write_journal(tmp_path)
    store = Store(tmp_path)
    before = store.pending(Standing.UNFINISHED)
    tag = store.numbering.tag
    store.close()

    aside = archive.set_aside(tmp_path)
    fresh = Store(tmp_path)

    assert (aside / FILE_NAME).exists()
    assert fresh.numbering.tag == tag
    assert fresh.numbering.last >= ATTEMPTS + archive.NUMBERS_SKIPPED
    assert fresh.pending(Standing.UNFINISHED) == before
    ((item,),) = fresh.pending(Standing.OPEN)
    assert isinstance(item, OpenItem)
    assert str(aside) in item.reason
    fresh.close()
    assert Reader(tmp_path).verify() == []


def test_looking_at_the_copy_that_is_kept_does_not_change_it(tmp_path: Path) -> None:
    store = Store(tmp_path)
    _charged(store, 1.8e9)
    corrupt = {name: (tmp_path / name).read_bytes() for name in (FILE_NAME, f"{FILE_NAME}-wal")}
    store.close()
    for name, content in corrupt.items():
        (tmp_path / name).write_bytes(content)

    aside = archive.set_aside(tmp_path)

    assert {path.name: path.read_bytes() for path in aside.iterdir()} == corrupt
    assert not (tmp_path / "corrupt.looked-at").exists()
    with closing(Store(tmp_path)) as fresh:
        assert len(fresh.pending(Standing.UNFINISHED)) == 1


def test_a_file_that_is_no_journal_at_all_is_set_aside_too(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"\x00garbage" * 999)

    archive.set_aside(tmp_path)
    fresh = Store(tmp_path)

    assert len(fresh.pending(Standing.OPEN)) == 1
    fresh.close()


def _charged(store: Store, at: float) -> AttemptId:
    attempt, code = store.numbering.next()
    voucher, price = VoucherCode("L4FU5LQTKJR3"), Cents(2_500)
    store.append(
        [
            Intended(attempt, 0, at, code, Code(voucher), price, Currency.CHF, "r"),
            Approved(attempt, 1, at, voucher, Cents(4_000)),
            Redeemed(attempt, 2, at, Evidence.ANSWER, "token"),
        ]
    )
    return attempt


def _spoil(directory: Path, table: str) -> None:
    """Overwrite a table's first page."""
    with closing(sqlite3.connect(directory / FILE_NAME)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    with (directory / FILE_NAME).open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)


def test_charges_saved_from_a_corrupt_journal_still_explain_what_egumas_list_shows(tmp_path: Path) -> None:
    store = Store(tmp_path)
    _charged(store, 1.8e9)
    store.close()

    archive.set_aside(tmp_path)
    fresh = Store(tmp_path)
    doubted = _charged(fresh, 1.8e9 + 60)

    assert fresh.count_charges("L4FU5LQTKJR3", Cents(2_500), (1.8e9, 1.8e9), but=doubted)[1] == 1
    fresh.close()


def test_a_journal_that_replaces_a_corrupt_one_knows_until_when_it_may_lack_charges(tmp_path: Path) -> None:
    store = Store(tmp_path)
    _charged(store, LATER)  # by a clock that ran ahead
    assert not store.may_lack_charges_since(0.0)
    store.close()

    archive.set_aside(tmp_path)
    fresh = Store(tmp_path)

    assert fresh.may_lack_charges_since(LATER - 1)
    assert not fresh.may_lack_charges_since(LATER)
    fresh.close()


def test_a_setting_aside_that_was_cut_off_is_finished_by_the_next_start(tmp_path: Path) -> None:
    """The power goes when the old log is gone and the old file is still in its place."""
    store = Store(tmp_path)
    attempt = _charged(store, 1.8e9)
    corrupt = {name: (tmp_path / name).read_bytes() for name in (FILE_NAME, f"{FILE_NAME}-wal")}
    store.close()
    for name, content in corrupt.items():
        (tmp_path / name).write_bytes(content)
    archive.note_damage(tmp_path)
    aside = archive.set_aside(tmp_path)
    (tmp_path / FILE_NAME).replace(tmp_path / f"{FILE_NAME}.ready")
    (tmp_path / FILE_NAME).write_bytes(corrupt[FILE_NAME])

    assert archive.is_noted_damaged(tmp_path)
    assert archive.set_aside(tmp_path) == aside
    fresh = Store(tmp_path)

    ((intent, _, redeemed),) = fresh.pending(Standing.UNFINISHED)
    assert intent.attempt == redeemed.attempt == attempt
    assert not archive.is_noted_damaged(tmp_path)
    fresh.close()


def test_unfinished_attempts_are_saved_from_a_journal_that_lost_its_tag(tmp_path: Path) -> None:
    store = Store(tmp_path)
    _charged(store, 1.8e9)
    store.close()
    _spoil(tmp_path, "meta")

    archive.set_aside(tmp_path)
    fresh = Store(tmp_path)

    assert len(fresh.pending(Standing.UNFINISHED)) == 1
    fresh.close()


def test_names_are_not_given_again_where_the_newest_number_is_lost(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.numbering.last = 2 * archive.NUMBERS_SKIPPED
    _charged(store, 1.8e9)
    tag = store.numbering.tag
    store.close()
    _spoil(tmp_path, "fact")
    _spoil(tmp_path, "sqlite_autoindex_fact_1")

    archive.set_aside(tmp_path)
    fresh = Store(tmp_path)

    assert fresh.numbering.tag != tag
    fresh.close()


def test_an_intent_whose_later_facts_are_damaged_is_looked_up(tmp_path: Path) -> None:
    """The intent alone would say that Redeem was never sent."""
    with closing(Store(tmp_path)) as store:
        for fact in (intended, approved, redeemed):
            store.append([fact(1, tag=store.numbering.tag)])
    content = (tmp_path / FILE_NAME).read_bytes()
    for body in (b'{"voucher_code"', b'{"evidence"'):
        content = content.replace(body, b"\x01" * len(body))
    (tmp_path / FILE_NAME).write_bytes(content)

    archive.set_aside(tmp_path)

    with closing(Store(tmp_path)) as fresh:
        [history] = fresh.pending(Standing.UNFINISHED)
    assert [type(fact) for fact in history] == [Intended, Doubted]
    gate = core(boot="a boot")
    gate.recovers([history])
    assert gate.story == []  # in doubt, and not "not charged"
    assert gate.gate.visitors.unfinished

import json
from pathlib import Path

from gate_controller.admission.facts import OpenItem, Released, Standing
from gate_controller.journal import upkeep
from gate_controller.journal.reader import Reader
from gate_controller.journal.store import FILE_NAME, Store
from tests.campaign.disk import ATTEMPTS, write_journal

LATER = 1.9e9


def test_old_attempts_move_to_the_archive_and_unfinished_ones_stay(tmp_path: Path) -> None:
    write_journal(tmp_path)
    store = Store(tmp_path)

    moved = 0
    while step := upkeep.prune(store, LATER):
        moved += step

    kept = store.pending(Standing.UNFINISHED)
    assert moved == ATTEMPTS - len(kept)
    (archive,) = (tmp_path / "archive").iterdir()
    lines = [json.loads(line) for line in archive.read_text().splitlines()]
    assert len(lines) == moved
    assert {line["stands"] for line in lines} == {"admitted"}
    assert len(lines[0]["facts"]) == 3
    store.close()
    assert Reader(tmp_path).verify() == []


def test_numbers_are_not_given_again_after_the_newest_attempt_was_archived(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first, _ = store.numbering.next()
    store.append([Released(first, 0, 1.7e9)])
    upkeep.prune(store, LATER)
    store.close()

    again = Store(tmp_path)

    assert again.numbering.next()[0] != first
    again.close()


def test_nothing_young_is_archived(tmp_path: Path) -> None:
    write_journal(tmp_path)
    store = Store(tmp_path)

    assert upkeep.prune(store, 1.6e9) == 0
    store.close()


def test_a_corrupt_journal_is_kept_and_its_unfinished_attempts_are_saved(tmp_path: Path) -> None:
    write_journal(tmp_path)
    store = Store(tmp_path)
    before = store.pending(Standing.UNFINISHED)
    tag = store.numbering.tag
    store.close()

    aside = upkeep.set_aside(tmp_path)
    fresh = Store(tmp_path)

    assert (aside / FILE_NAME).exists()
    assert fresh.numbering.tag == tag
    assert fresh.numbering.last >= ATTEMPTS + upkeep.NUMBERS_SKIPPED
    assert fresh.pending(Standing.UNFINISHED) == before
    ((item,),) = fresh.pending(Standing.OPEN)
    assert isinstance(item, OpenItem)
    assert str(aside) in item.reason
    fresh.close()
    assert Reader(tmp_path).verify() == []


def test_a_file_that_is_no_journal_at_all_is_set_aside_too(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"\x00garbage" * 999)

    upkeep.set_aside(tmp_path)
    fresh = Store(tmp_path)

    assert len(fresh.pending(Standing.OPEN)) == 1
    fresh.close()

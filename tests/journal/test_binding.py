"""A journal knows the machine that it was written on."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gate_controller.admission.words.facts import Adopted, OpenItem, Standing
from gate_controller.journal import archive, binding
from gate_controller.journal.binding import Bound
from gate_controller.journal.reader import Reader
from gate_controller.journal.store import FILE_NAME, Store
from tests.rig.facts import NOON, intended

ONE, OTHER = "10000000a1b2c3d4", "100000005e6f7081"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(tmp_path)) as store:
        yield store


def left_to_a_person(store: Store, *, is_foreign: bool) -> None:
    store.append([intended(1), OpenItem(intended(1).attempt, 1, NOON, reason="look", is_foreign=is_foreign)])


def test_a_new_journal_belongs_nowhere_until_it_is_bound(store: Store) -> None:
    assert binding.bound(store, ONE) is Bound.NOWHERE
    binding.bind(store, ONE)
    assert (binding.bound(store, ONE), binding.bound(store, OTHER)) == (Bound.HERE, Bound.ELSEWHERE)


def test_without_a_number_of_the_machine_nothing_is_told_apart(store: Store) -> None:
    binding.bind(store, ONE)
    assert binding.bound(store, "") is Bound.HERE


def test_a_new_tag_names_new_attempts_and_old_ones_keep_theirs(tmp_path: Path) -> None:
    with closing(Store(tmp_path)) as store:
        first, incident = store.numbering.next()
        store.append([intended(int(first[4:]), tag=first[:4])])
        tag = store.numbering.tag
        store.take_new_tag()
        second, _ = store.numbering.next()
        store.append([intended(int(second[4:]), tag=second[:4])])
        assert store.numbering.tag != tag
        assert [facts[0].attempt for facts in store.pending(Standing.UNFINISHED)] == [first, second]
    with closing(Store(tmp_path)) as again:
        assert [facts[0].attempt for facts in again.pending(Standing.UNFINISHED)] == [first, second]
    assert Reader(tmp_path).page()[-1].attempt == first
    assert Reader(tmp_path).verify() == [] or incident


def test_what_another_machine_left_is_adopted_on_a_stopped_gate(store: Store) -> None:
    binding.bind(store, ONE)
    left_to_a_person(store, is_foreign=True)

    assert binding.adopt(store, OTHER, "Anna", NOON) == 1

    [facts] = store.pending(Standing.UNFINISHED)
    assert isinstance(facts[-1], Adopted)
    assert facts[-1].by == "Anna"
    assert binding.bound(store, OTHER) is Bound.HERE
    assert binding.adopt(store, OTHER, "Anna", NOON) == 0


def test_two_attempts_of_one_voucher_are_not_adopted_at_once(store: Store) -> None:
    left_to_a_person(store, is_foreign=True)
    store.append([intended(2), OpenItem(intended(2).attempt, 1, NOON, reason="look", is_foreign=True)])
    assert binding.adopt(store, ONE, "Anna", NOON) == 1
    assert binding.adopt(store, ONE, "Anna", NOON) == 0


def test_an_open_item_of_this_machines_own_is_not_adopted(store: Store) -> None:
    left_to_a_person(store, is_foreign=False)
    assert binding.adopt(store, ONE, "Anna", NOON) == 0


def test_a_corrupt_journal_that_is_set_aside_stays_its_machines(tmp_path: Path) -> None:
    with closing(Store(tmp_path)) as store:
        binding.bind(store, ONE)
        store.append([intended(1)])
        store.take_new_tag()
    archive.note_damage(tmp_path)
    archive.set_aside(tmp_path)
    with closing(Store(tmp_path)) as fresh:
        assert binding.bound(fresh, OTHER) is Bound.ELSEWHERE
        [facts] = fresh.pending(Standing.UNFINISHED)
        assert not facts[0].attempt.startswith(fresh.numbering.tag)


@pytest.mark.parametrize("machine", [ONE, OTHER, ""])
def test_a_backup_that_is_put_back_belongs_to_no_machine_until_it_is_bound(tmp_path: Path, machine: str) -> None:
    with closing(Store(tmp_path)) as store:
        binding.bind(store, ONE)
    Reader(tmp_path).backup(tmp_path / "copy")
    with closing(Store(tmp_path)) as store:
        assert binding.bound(store, ONE) is Bound.HERE
    (tmp_path / "copy").replace(tmp_path / FILE_NAME)
    with closing(Store(tmp_path)) as store:
        tag = store.numbering.tag
        assert not store.may_lack_charges_since(NOON)
        assert binding.take_over(store, machine, NOON + 1) is Bound.ELSEWHERE
        assert store.numbering.tag != tag
        assert store.may_lack_charges_since(NOON)
        assert not store.may_lack_charges_since(NOON + 1)
        binding.bind(store, machine)
        assert binding.take_over(store, machine, NOON + 2) is Bound.HERE
        assert not store.may_lack_charges_since(NOON + 1)


def test_a_journal_from_another_machine_lacks_no_charges(store: Store) -> None:
    binding.bind(store, ONE)
    assert binding.take_over(store, OTHER, NOON + 1) is Bound.ELSEWHERE
    assert not store.may_lack_charges_since(NOON)

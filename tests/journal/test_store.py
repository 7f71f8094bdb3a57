"""The journal's file: facts that stay, a list of unfinished attempts that is right, and failures in words."""

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.facts import (
    Approved,
    Fact,
    Intended,
    NotCharged,
    OpenItem,
    Redeemed,
    Refunded,
    Released,
    Settled,
    Standing,
    approval,
    voucher_of,
)
from gate_controller.admission.words.ids import (
    ALPHABET,
    FIRST_SHIFTED,
    AttemptId,
    Incident,
    IncidentCodes,
    Numbering,
)
from gate_controller.admission.words.money import Cents
from gate_controller.journal import charges
from gate_controller.journal.failures import CorruptJournal, JournalError, JournalInUse
from gate_controller.journal.lock import LOCK_NAME, locked
from gate_controller.journal.reader import Reader
from gate_controller.journal.schema import MIGRATIONS
from gate_controller.journal.store import (
    CHECKPOINT_FRAMES,
    FILE_NAME,
    SECONDS_OF_A_NUMBER,
    SKIPPED_AT_AN_OPENING,
    Store,
)
from tests.rig.facts import NOON, PRICE, VOUCHER, admission, any_fact, approved, intended, redeemed, released

HOUR = 3600.0


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def store(directory: Path) -> Iterator[Store]:
    store = Store(directory)
    yield store
    store.close()


def tagged(store: Store, facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """Return facts as the gate of this journal would write them."""
    return tuple(replace(fact, attempt=AttemptId(store.numbering.tag + fact.attempt[4:])) for fact in facts)


def pending_numbers(store: Store, standing: Standing) -> list[int]:
    return [int(facts[0].attempt[4:]) for facts in store.pending(standing)]


# -- the file


def test_a_new_journal_is_made_with_its_directory(directory: Path) -> None:
    Store(directory).close()
    with closing(sqlite3.connect(directory / FILE_NAME)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)


def test_nobody_else_may_look_into_the_directory(directory: Path) -> None:
    Store(directory).close()
    assert directory.stat().st_mode & 0o077 == 0


def test_a_journal_keeps_its_tag(directory: Path) -> None:
    first = Store(directory)
    first.close()
    second = Store(directory)
    second.close()
    assert second.numbering.tag == first.numbering.tag
    assert set(first.numbering.tag) <= set(ALPHABET)


def test_two_journals_have_different_tags(tmp_path: Path) -> None:
    tags = set()
    for name in "abcde":
        store = Store(tmp_path / name)
        tags.add(store.numbering.tag)
        store.close()
    assert len(tags) > 1


def begins_after(directory: Path, *, gate: str = "gate 1", now: float = 0.0) -> Numbering:
    """Open a gate's journal at a moment, and return its numbering as it is then."""
    store = Store(directory, gate=gate, now=lambda: now)
    store.close()
    return store.numbering


def codes_given(directory: Path, *, gate: str = "gate 1", now: float = NOON, admissions: int = 3) -> list[Incident]:
    """Return the incident codes that a gate gives from a start on, and records."""
    store = Store(directory, gate=gate, now=lambda: now)
    codes = []
    for _ in range(admissions):
        attempt, code = store.numbering.next()
        begun = replace(intended(1, tag=store.numbering.tag), attempt=attempt, incident=code)
        store.append([begun])
        codes.append(code)
    store.close()
    return codes


def test_a_new_journal_begins_where_the_clock_is(directory: Path) -> None:
    assert begins_after(directory, now=NOON).last == NOON // SECONDS_OF_A_NUMBER


def test_after_a_start_numbers_are_left_out_for_a_power_cut_may_have_taken_their_records(directory: Path) -> None:
    codes_given(directory, now=NOON)
    newest = begins_after(directory, now=0).last - SKIPPED_AT_AN_OPENING
    assert newest == NOON // SECONDS_OF_A_NUMBER + 3


@pytest.mark.parametrize("later", [8.0, 60.0, 86_400.0, 31 * 86_400.0])
def test_two_journals_of_one_gate_give_no_code_twice_within_a_month(tmp_path: Path, later: float) -> None:
    most = int(later / SECONDS_OF_A_NUMBER)
    first = codes_given(tmp_path / "lost", now=NOON, admissions=min(most, 100))
    second = codes_given(tmp_path / "new", now=NOON + later, admissions=100)
    assert not {*first} & {*second}


def test_an_older_copy_of_a_journal_that_is_put_back_gives_no_code_twice(tmp_path: Path) -> None:
    codes_given(tmp_path / "copied")
    shutil.copytree(tmp_path / "copied", tmp_path / "put back")
    since = codes_given(tmp_path / "copied", now=NOON + HOUR, admissions=100)
    assert not {*since} & {*codes_given(tmp_path / "put back", now=NOON + 2 * HOUR, admissions=100)}


def test_two_gates_that_start_at_once_give_other_codes(tmp_path: Path) -> None:
    east = codes_given(tmp_path / "east", gate="east", admissions=100)
    assert not {*east} & {*codes_given(tmp_path / "west", gate="west", admissions=100)}


def test_a_gate_that_is_renamed_keeps_its_codes(directory: Path) -> None:
    (code,) = codes_given(directory, gate="gate 1", admissions=1)
    codes_given(directory, gate="gate 2")
    assert Reader(directory).one(code)[0].incident == code
    assert Reader(directory).verify() == []


def test_attempts_of_older_versions_are_found_by_the_codes_that_they_had(directory: Path) -> None:
    store = Store(directory)
    store.append(admission(7))
    store.close()
    (new,) = codes_given(directory, admissions=1)
    old = IncidentCodes().of(7)
    assert [Reader(directory).one(code)[0].incident for code in (old, new)] == [old, new]
    assert Reader(directory).verify() == []
    store = Store(directory)
    assert store.number_of(old) == 7
    store.close()


def test_a_clock_that_is_years_behind_gives_numbers_of_this_version(directory: Path) -> None:
    assert begins_after(directory, now=0).next()[1] != IncidentCodes().of(FIRST_SHIFTED)


def test_an_empty_file_becomes_a_journal(directory: Path) -> None:
    directory.mkdir()
    (directory / FILE_NAME).touch()
    store = Store(directory)
    store.append(admission(1))
    assert len(store.facts_of(1)) == 4
    store.close()


def test_a_file_of_version_0_is_brought_to_this_version(directory: Path) -> None:
    directory.mkdir()
    with closing(sqlite3.connect(directory / FILE_NAME)) as db:
        db.execute("PRAGMA user_version = 0")
    Store(directory).close()
    with closing(sqlite3.connect(directory / FILE_NAME)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {"fact", "pending", "meta"} <= tables


def test_facts_of_an_older_file_are_numbered_and_read(directory: Path) -> None:
    """Version 1 had no numbers, and an intent held what Balance had said."""
    directory.mkdir()
    body = {"incident": "KRVG1", "code": "42", "voucher_code": VOUCHER, "price": PRICE, "currency": "CHF"}
    with closing(sqlite3.connect(directory / FILE_NAME)) as db:
        db.executescript(MIGRATIONS[0])
        db.execute("PRAGMA user_version = 1")
        db.execute("INSERT INTO meta VALUES ('tag', 'ABCD')")
        said = json.dumps({**body, "balance_before": 4_000, "reference": "gateABCD1"})
        db.execute("INSERT INTO fact VALUES (1, 0, 'Intended', ?, ?)", (NOON, said))
        db.execute("INSERT INTO fact VALUES (1, 1, 'Redeemed', ?, ?)", (NOON, '{"evidence":"answer","token":"t"}'))
        db.execute("INSERT INTO pending VALUES (1, 'unfinished')")
        db.commit()

    store = Store(directory)

    [facts] = store.pending(Standing.UNFINISHED)
    approved = approval(facts)
    assert approved is not None
    assert (voucher_of(facts), approved.balance_before) == (VOUCHER, 4_000)
    assert store.charges_since(NOON) == [(VOUCHER, PRICE)]
    assert store.count_charges(VOUCHER, PRICE, (NOON, NOON), but=AttemptId("ABCD9"))[0] == 1
    store.close()
    assert numbers_in(directory) == [1, 2]


def numbers_in(directory: Path) -> list[int]:
    with closing(sqlite3.connect(directory / FILE_NAME)) as db:
        return [seq for (seq,) in db.execute("SELECT seq FROM fact ORDER BY seq")]


def test_facts_are_numbered_without_a_gap_in_the_order_of_the_disk(directory: Path) -> None:
    store = Store(directory)
    store.append([intended(2)])
    store.append(admission(1))
    store.append([intended(2)])  # written again, it is the same
    with pytest.raises(AttributeError):
        store.append([intended(3), None])  # type: ignore[list-item]  # fails half-way
    store.append([approved(2)], synced=False)
    store.close()

    assert numbers_in(directory) == [1, 2, 3, 4, 5, 6]


def test_no_number_is_given_again_after_the_archive(directory: Path) -> None:
    """The newest fact stays, even one of the oldest attempt."""
    store = Store(directory)
    store.append(admission(1))
    store.append([intended(2)])
    store.append([NotCharged(intended(2).attempt, 1, NOON, reason="no")])
    store.append([Settled(intended(1).attempt, 4, NOON, by="Anna", reason="seen")])
    assert store.closed_before(NOON + 1, 10) == [2]

    store.forget([2])
    store.append([intended(3)])
    store.close()

    assert numbers_in(directory) == [1, 2, 3, 4, 7, 8]


def test_what_is_not_synced_is_read_by_another_process_all_the_same(directory: Path) -> None:
    """Of a process that dies the kernel keeps what was written."""
    store = Store(directory)
    store.append([intended(1)])
    store.append([approved(1)], synced=False)

    assert [type(fact) for fact in Reader(directory).facts(intended(1).incident)] == [Intended, Approved]
    store.close()


def test_a_file_of_this_version_is_left_as_it_is(directory: Path) -> None:
    store = Store(directory)
    store.append(admission(1))
    store.close()
    store = Store(directory)
    assert store.facts_of(1) == tagged(store, admission(1))
    store.close()


def test_a_file_of_a_newer_version_is_refused_and_not_touched(directory: Path) -> None:
    Store(directory).close()
    with closing(sqlite3.connect(directory / FILE_NAME)) as db:
        db.execute("PRAGMA user_version = 99")
    before = (directory / FILE_NAME).read_bytes()
    with pytest.raises(JournalError, match=r"its version is 99, this program knows \d: install the newer version"):
        Store(directory)
    assert (directory / FILE_NAME).read_bytes() == before


def test_only_one_process_has_the_journal(store: Store, directory: Path) -> None:
    store.append(())
    with pytest.raises(JournalError, match="another gate-controller is using this journal: stop it, or set another"):
        Store(directory)


def test_a_journal_that_is_locked_is_not_opened_nor_begun(directory: Path) -> None:
    with locked(directory):
        with pytest.raises(JournalInUse), locked(directory):
            pass
        with pytest.raises(JournalInUse):
            Store(directory)
    assert [path.name for path in directory.iterdir()] == [LOCK_NAME]
    Store(directory).close()


def test_a_lock_that_root_makes_belongs_to_the_owner_of_the_directory(directory: Path) -> None:
    directory.mkdir()
    owner = 12_345 if os.geteuid() == 0 else os.geteuid()
    os.chown(directory, owner, -1)
    with locked(directory):
        pass
    assert (directory / LOCK_NAME).stat().st_uid == owner


def test_a_closed_journal_can_be_had(directory: Path) -> None:
    Store(directory).close()
    Store(directory).close()


def test_a_refused_journal_is_not_kept_from_others(directory: Path) -> None:
    directory.mkdir()
    (directory / FILE_NAME).write_bytes(b"no database" * 1000)
    with pytest.raises(CorruptJournal):
        Store(directory)
    (directory / FILE_NAME).unlink()
    Store(directory).close()


# -- facts


def test_facts_come_back_in_their_order(store: Store) -> None:
    store.append(admission(1))
    assert store.facts_of(1) == tagged(store, admission(1))


def test_an_attempt_that_never_was_has_no_facts(store: Store) -> None:
    assert store.facts_of(1) == ()


def test_a_fact_written_again_changes_nothing(store: Store) -> None:
    store.append(admission(1))
    store.append(admission(1))
    assert store.facts_of(1) == tagged(store, admission(1))


def test_a_fact_is_never_replaced_by_another(store: Store) -> None:
    store.append([intended(1)])
    store.append([intended(1, at=NOON + HOUR)])
    (fact,) = store.facts_of(1)
    assert fact.at == NOON


def test_facts_are_written_all_or_none(store: Store) -> None:
    nameless = Released(AttemptId("ABCDx"), 0, NOON)
    with pytest.raises(JournalError):
        store.append([intended(1), nameless])
    assert store.facts_of(1) == ()
    store.append([intended(1)])
    assert len(store.facts_of(1)) == 1


def test_what_append_has_taken_is_in_the_files_at_once(store: Store, directory: Path, tmp_path: Path) -> None:
    """A power cut may come right after: the files as they are must do, without being closed."""
    store.append(admission(1))
    after = tmp_path / "after-the-power-cut"
    after.mkdir()
    for suffix in ("", "-wal"):
        shutil.copy(directory / f"{FILE_NAME}{suffix}", after)
    found = Store(after)
    assert len(found.facts_of(1)) == 4
    found.close()


# -- who still has work


def test_an_attempt_is_unfinished_until_its_last_fact_closes_it(store: Store) -> None:
    store.append([intended(1)])
    assert pending_numbers(store, Standing.UNFINISHED) == [1]
    store.append([redeemed(1), released(1)])
    assert pending_numbers(store, Standing.UNFINISHED) == []


def test_an_open_item_stays_until_a_person_settles_it(store: Store) -> None:
    store.append([intended(1), redeemed(1), OpenItem(intended(1).attempt, 2, NOON, reason="no token")])
    assert pending_numbers(store, Standing.OPEN) == [1]
    assert pending_numbers(store, Standing.UNFINISHED) == []
    store.append([Settled(intended(1).attempt, 3, NOON, by="Ada", reason="paid back in cash")])
    assert pending_numbers(store, Standing.OPEN) == []


def test_unfinished_attempts_come_oldest_first_with_their_facts(store: Store) -> None:
    store.append([intended(12)])
    store.append([intended(3), redeemed(3)])
    assert [len(facts) for facts in store.pending(Standing.UNFINISHED)] == [2, 1]


def test_a_fact_kept_back_by_a_failing_disk_does_not_reopen_what_its_successor_closed(store: Store) -> None:
    store.append([intended(1), released(1)])
    store.append([redeemed(1)])
    assert pending_numbers(store, Standing.UNFINISHED) == []


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 5), any_fact), max_size=12), st.randoms())
@settings(max_examples=40)
def test_the_lists_of_unfinished_and_open_attempts_follow_from_the_facts(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[int, int, Fact]], order: object
) -> None:
    facts = {(number, n): replace(fact, attempt=AttemptId(f"ABCD{number}"), n=n) for number, n, fact in drawn}
    writes = [*facts.values(), *facts.values()]  # each twice, in any order
    order.shuffle(writes)  # type: ignore[attr-defined]  # a random.Random
    store = Store(tmp_path_factory.mktemp("journal"))
    try:
        for fact in writes:
            store.append([fact])
        last = {number: facts[number, max(n for m, n in facts if m == number)] for number, _ in facts}
        for standing in (Standing.UNFINISHED, Standing.OPEN):
            expected = sorted(number for number, fact in last.items() if fact.leaves is standing)
            assert pending_numbers(store, standing) == expected
    finally:
        store.close()


# -- counts for look-ups


def test_a_vouchers_charges_are_counted_with_or_without_the_refunded(store: Store) -> None:
    store.append(admission(1))
    store.append([*admission(2), Refunded(intended(2).attempt, 4, NOON, how="confirmed")])
    store.append([intended(3)])  # not known to be charged
    but = AttemptId("ABCD9")
    assert store.count_charges(VOUCHER, PRICE, (NOON, NOON), but=but)[0] == 1
    assert store.count_charges(VOUCHER, PRICE, (NOON, NOON), but=but)[1] == 2


def test_charges_of_another_amount_do_not_count(store: Store) -> None:
    """The price was set to another since: the list's entries are counted at one amount, so the journal's are too."""
    store.append(admission(1))
    but = AttemptId("ABCD9")
    assert store.count_charges(VOUCHER, Cents(PRICE + 500), (NOON, NOON), but=but)[1] == 0


def test_only_this_vouchers_charges_count(store: Store) -> None:
    store.append([intended(1, voucher=VoucherCode("EXP6NT2VKD8Q")), redeemed(1)])
    assert store.count_charges(VOUCHER, PRICE, (NOON, NOON), but=AttemptId("ABCD9"))[1] == 0


@pytest.mark.parametrize("code", ['A"B\\C', "GÜLTIG42", "L4FU%_*?[", "A\nB", "\u2028X"])
def test_a_voucher_is_found_by_whatever_its_code_is_written_with(store: Store, code: str) -> None:
    voucher = VoucherCode(code)
    store.append([intended(1), replace(approved(1), voucher_code=voucher), redeemed(1)])
    store.append([*admission(2)])
    assert store.count_charges(voucher, PRICE, (NOON, NOON), but=AttemptId("ABCD9")) == (1, 1)
    assert store.explained_since(NOON)[voucher, PRICE] == 1


def test_what_was_scanned_does_not_count_where_balance_named_another_voucher(store: Store) -> None:
    store.append([intended(1), replace(approved(1), voucher_code=VoucherCode("EXP6NT2VKD8Q")), redeemed(1)])
    assert store.count_charges(VOUCHER, PRICE, (NOON, NOON), but=AttemptId("ABCD9")) == (0, 0)


@pytest.mark.parametrize("since", [0, 1])
def test_of_a_journal_of_years_the_newest_facts_count(
    store: Store, monkeypatch: pytest.MonkeyPatch, since: int
) -> None:
    store.append([intended(1), redeemed(1)])
    store.append([intended(2), redeemed(2)])
    monkeypatch.setattr(charges, "LOOKED_BACK", 4 - since)
    assert store.count_charges(VOUCHER, PRICE, (NOON, NOON), but=AttemptId("ABCD9"))[1] == 2 - since
    assert store.explained_since(NOON)[VOUCHER, PRICE] == 2 - since
    assert len(store.charges_since(NOON)) == 2


def test_charges_from_before_do_not_count_nor_does_the_attempt_in_question(store: Store) -> None:
    store.append(admission(1, at=NOON - HOUR))
    store.append(admission(2))
    assert store.count_charges(VOUCHER, PRICE, (NOON, NOON), but=AttemptId("ABCD2"))[1] == 0
    assert store.count_charges(VOUCHER, PRICE, (NOON, NOON - 2 * HOUR), but=AttemptId("ABCD2")) == (0, 1)


def test_a_charge_is_dated_by_what_balance_said_for_the_clock_was_right_by_then(store: Store) -> None:
    """The first visitor after a start: the intent was written while the clock was a year behind."""
    early = replace(intended(1), at=NOON - 365 * 24 * HOUR, is_dated=False)
    store.append([early, approved(1), redeemed(1)])
    assert store.count_charges(VOUCHER, PRICE, (NOON, NOON), but=AttemptId("ABCD9"))[0] == 1
    assert store.explained_since(NOON)[VOUCHER, PRICE] == 1


def test_charges_with_a_token_tell_vouchers_and_prices(store: Store) -> None:
    store.append(admission(1, at=NOON - HOUR))
    store.append(admission(2))
    without_token = Redeemed(intended(3).attempt, 1, NOON, evidence=redeemed(3).evidence)
    store.append([intended(3, voucher=VoucherCode("EXP6NT2VKD8Q")), without_token])
    assert store.charges_since(NOON) == [(VOUCHER, PRICE)]


def test_charges_that_were_given_back_or_made_before_an_attempt_tell_nothing(store: Store) -> None:
    store.append(admission(1))
    store.append(admission(2))
    store.append([*admission(3), Refunded(intended(3).attempt, 4, NOON, how="confirmed")])
    assert store.charges_since(NOON, after=1) == [(VOUCHER, PRICE)]
    assert store.charges_since(NOON, after=2) == []


def test_what_is_remembered_stays(directory: Path) -> None:
    store = Store(directory)
    store.remember("own_user", "17")
    store.close()
    store = Store(directory)
    assert store.remembered("own_user") == "17"
    assert store.remembered("nothing") is None
    store.close()


# -- upkeep


def test_the_write_ahead_log_is_copied_into_the_file_when_it_has_grown(store: Store, directory: Path) -> None:
    file = directory / FILE_NAME
    before = file.stat().st_size
    store.append(admission(1))
    store.checkpoint_if_due()
    assert file.stat().st_size == before
    for number in range(2, CHECKPOINT_FRAMES):
        store.append(admission(number))
    store.checkpoint_if_due()
    assert file.stat().st_size > before


def test_the_write_ahead_log_does_not_grow_for_ever(store: Store, directory: Path) -> None:
    log, sizes = directory / f"{FILE_NAME}-wal", []
    for number in range(1, CHECKPOINT_FRAMES):
        store.append([intended(number)])
        store.checkpoint_if_due()
        sizes.append(log.stat().st_size)
    # A commit is some three frames, so the log was copied after a third of them, and is written over from then on.
    assert max(sizes) < 2 * sizes[CHECKPOINT_FRAMES // 3]


def test_a_log_that_a_killed_gate_has_left_counts_too(store: Store, directory: Path, tmp_path: Path) -> None:
    for number in range(1, CHECKPOINT_FRAMES):
        store.append([intended(number)])
    left = tmp_path / "left"
    left.mkdir()
    for suffix in ("", "-wal"):
        (left / f"{FILE_NAME}{suffix}").write_bytes((directory / f"{FILE_NAME}{suffix}").read_bytes())
    with closing(Store(left)) as again:
        size = (left / f"{FILE_NAME}-wal").stat().st_size
        again.checkpoint_if_due()
        again.append([intended(CHECKPOINT_FRAMES)])
        assert (left / f"{FILE_NAME}-wal").stat().st_size <= size


def test_a_log_that_grew_while_somebody_read_shrinks_again(store: Store, directory: Path) -> None:
    log, most = directory / f"{FILE_NAME}-wal", 2_000_000
    with closing(sqlite3.connect(directory / FILE_NAME, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM fact").fetchone()
        number = 0
        while log.stat().st_size < most:
            number += 1
            store.append(admission(number))
            store.checkpoint_if_due()
    store.checkpoint_if_due()
    for more in (number + 1, number + 2):
        store.append(admission(more))
        store.checkpoint_if_due()
    assert log.stat().st_size < most


@pytest.mark.parametrize("first", [10, 150])
def test_a_log_that_a_killed_gate_has_left_is_not_played_into_a_backup_that_is_put_back(
    directory: Path, tmp_path: Path, first: int
) -> None:
    with closing(Store(directory)) as before:
        before.append([intended(1)])
    Reader(directory).backup(tmp_path / "copy")
    later, killed = Store(directory), tmp_path / "killed"
    later.append([intended(number) for number in range(2, first)])
    later.checkpoint_if_due(0)  # from here on the log holds the newest pages alone
    later.append([intended(first)])
    shutil.copytree(directory, killed)  # as a `kill -9` leaves it
    later.close()
    shutil.copyfile(tmp_path / "copy", killed / "journal.sqlite3")

    with closing(Store(killed)) as restored:
        assert pending_numbers(restored, Standing.UNFINISHED) == [1]
    assert Reader(killed).verify() == []
    kept = [path.name for path in killed.iterdir() if ".left-over-" in path.name]
    assert len(kept) == 1

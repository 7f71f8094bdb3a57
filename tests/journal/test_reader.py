"""Attempts are found by voucher, day and reason, fast and without a trace on disk."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gate_controller.admission.words.codes import Code, VoucherCode
from gate_controller.admission.words.facts import (
    CreditOpened,
    Fact,
    Intended,
    NotCharged,
    Occurred,
    Occurrence,
    OpenItem,
    Passed,
    RefundBegun,
    Refunded,
    Refused,
    Regime,
    RegimeBegun,
    ReleasedToSensor,
    Settled,
    Standing,
    StrayPassage,
)
from gate_controller.admission.words.ids import AttemptId, IncidentCodes
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.journal import catalogue
from gate_controller.journal.catalogue import Search
from gate_controller.journal.failures import JournalError
from gate_controller.journal.reader import Reader, UnknownAttempt
from gate_controller.journal.records import VerdictClass, record
from gate_controller.journal.store import Store
from tests.rig.facts import NOON, TAG, VOUCHER, admission, approved, intended, redeemed

OTHER = VoucherCode("LWB4HK7T2MNQ")


def refused(number: int, reason: str = "balance_too_low", *, at: float = NOON, voucher: str = OTHER) -> Refused:
    return Refused(AttemptId(f"{TAG}{number}"), 0, at, IncidentCodes().of(number), Code(voucher), reason)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path)
    yield store
    store.close()


@pytest.fixture
def reader(store: Store) -> Reader:
    return Reader(store.path.parent)


def numbers(reader: Reader, **wanted: Any) -> list[int]:
    return [told.number for told in reader.found(Search(**wanted))]


@pytest.mark.parametrize(
    "typed", [VOUCHER, "l4fu-5lqt-kjr3", " L4FU 5LQT KJR3 ", "KJR3", "…KJR3", "kjr3", "]Q1L4FU5LQTKJR3"]
)
def test_a_voucher_s_attempts_are_found_however_its_code_is_typed(store: Store, reader: Reader, typed: str) -> None:
    for facts in (admission(1), (refused(2),), admission(3)):
        store.append(facts)
    assert numbers(reader, voucher=typed) == [3, 1]


def test_a_whole_code_finds_no_other_voucher_with_the_same_end(store: Store, reader: Reader) -> None:
    store.append([refused(1, voucher="XXXXXXXXKJR3")])
    assert numbers(reader, voucher=VOUCHER) == []
    assert numbers(reader, voucher="KJR3") == [1]


def test_a_scan_of_a_short_code_is_found_by_its_voucher(store: Store, reader: Reader) -> None:
    scanned = Intended(AttemptId(f"{TAG}1"), 0, NOON, IncidentCodes().of(1), Code("28"), Cents(1), Currency.CHF, "ref")
    store.append([scanned])
    assert numbers(reader, voucher=VOUCHER) == []
    store.append([approved(1)])
    assert numbers(reader, voucher=VOUCHER) == [1]


@pytest.mark.parametrize("text", ["28", "KRVG1", "…", "a voucher", "L4FU5LQTKJR", "ÄÖÜß"])
def test_what_is_no_voucher_code_is_said_without_repeating_it(store: Store, reader: Reader, text: str) -> None:
    store.append(admission(1))
    with pytest.raises(JournalError, match="this is no voucher code: give the whole code, or its last four characters"):
        numbers(reader, voucher=text)


def test_attempts_of_a_span_are_found_though_a_clock_was_put_right(store: Store, reader: Reader) -> None:
    for number, at in ((1, NOON), (2, NOON - 90_000), (3, NOON + 90_000), (4, NOON + 1)):
        store.append([refused(number, at=at)])
    assert numbers(reader, since=NOON, until=NOON + 90_000) == [4, 1]
    assert numbers(reader, since=NOON, until=NOON + 90_000, reason="balance") == [4, 1]


def test_a_reason_is_found_in_any_case_and_with_blanks(store: Store, reader: Reader) -> None:
    store.append([refused(1), refused(2, "unreachable")])
    attempt, names = AttemptId(f"{TAG}3"), IncidentCodes().of(3)
    store.append([Occurred(attempt, 0, NOON, names, Occurrence.OPENED_BY_STAFF, "Anna", "Pram with twins")])
    store.append([intended(4), NotCharged(AttemptId(f"{TAG}4"), 1, NOON, "key not accepted")])
    assert numbers(reader, reason="Balance too low") == [1]
    assert numbers(reader, reason="balance_too") == [1]
    assert numbers(reader, reason="pram") == [3]
    assert numbers(reader, reason="opened by staff") == [3]
    assert numbers(reader, reason="KEY NOT") == [4]


def test_open_items_are_found_together_with_all_else(store: Store, reader: Reader) -> None:
    store.append([*admission(1), intended(2), OpenItem(AttemptId(f"{TAG}2"), 1, NOON, "anything")])
    assert numbers(reader, is_open=True, voucher=VOUCHER) == [2]
    store.append([Settled(AttemptId(f"{TAG}2"), 2, NOON, by="Anna", reason="cash")])
    assert numbers(reader, is_open=True, voucher=VOUCHER) == []


def test_pages_follow_each_other_without_a_gap(store: Store, reader: Reader) -> None:
    store.append([refused(number) for number in range(1, 10)])
    first = reader.found(Search(voucher=OTHER), limit=4)
    second = reader.found(Search(voucher=OTHER), before=first[-1].number, limit=4)
    assert [told.number for told in (*first, *second)] == [9, 8, 7, 6, 5, 4, 3, 2]


def test_what_comes_later_is_found_too_and_what_was_archived_is_not(
    store: Store, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "SWEPT_AFTER", 3)
    store.append([refused(1)])
    assert numbers(reader, voucher=OTHER) == [1]
    store.append([refused(2), refused(3)])
    assert numbers(reader, voucher=OTHER) == [3, 2, 1]
    store.forget([1])
    assert numbers(reader, voucher=OTHER) == [3, 2]
    store.append([refused(number) for number in range(4, 8)])
    assert numbers(reader, voucher=OTHER) == [7, 6, 5, 4, 3, 2]


def test_getting_ready_takes_many_small_steps(store: Store, reader: Reader) -> None:
    store.append([refused(number) for number in range(1, 8)])
    assert [reader.catch_up(3), reader.catch_up(3), reader.catch_up(3)] == [True, True, False]
    assert numbers(reader, reason="balance") == [7, 6, 5, 4, 3, 2, 1]


def test_a_voucher_code_in_place_of_an_incident_is_its_newest_attempt(store: Store, reader: Reader) -> None:
    store.append([*admission(1), *admission(2)])
    assert reader.one("L4FU-5LQT-KJR3")[0].number == 2
    assert reader.one(IncidentCodes().of(1))[0].number == 1
    for unknown in (OTHER, "KJR3", "28", "…KJR3", "ZZZZZ"):
        with pytest.raises(UnknownAttempt) as told:
            reader.one(unknown)
        assert OTHER not in str(told.value)


def test_what_a_person_types_into_a_search_names_attempts(store: Store, reader: Reader) -> None:
    store.append([*admission(1), *admission(2)])
    assert [told.number for told in reader.named(VOUCHER, 10)] == [2, 1]
    assert [told.number for told in reader.named("KJR3", 1)] == [2]
    assert [told.number for told in reader.named(IncidentCodes().of(1).lower(), 10)] == [1]
    assert reader.named("ZZZZZ", 10) == reader.named("no such thing", 10) == reader.named("", 10) == []


VERDICTS: dict[str, tuple[VerdictClass, tuple[Fact, ...]]] = {
    "admitted": (VerdictClass.ADMITTED, admission(1)),
    "refused": (VerdictClass.REFUSED, (refused(1),)),
    "scanned": (VerdictClass.CHECKING, (intended(1), approved(1))),
    "charged": (VerdictClass.CHECKING, (intended(1), approved(1), redeemed(1))),
    "before the sensor": (VerdictClass.ADMITTED, (intended(1), ReleasedToSensor(AttemptId(f"{TAG}1"), 1, NOON))),
    "passed": (VerdictClass.ADMITTED, (intended(1), Passed(AttemptId(f"{TAG}1"), 1, NOON))),
    "credit": (VerdictClass.OTHER, (intended(1), CreditOpened(AttemptId(f"{TAG}1"), 1, NOON, "nobody passed", NOON))),
    "given back": (VerdictClass.OTHER, (intended(1), Refunded(AttemptId(f"{TAG}1"), 1, NOON, "confirmed"))),
    "given back after the admission": (
        VerdictClass.ADMITTED,
        (*admission(1), RefundBegun(AttemptId(f"{TAG}1"), 4, NOON), Refunded(AttemptId(f"{TAG}1"), 5, NOON, "")),
    ),
    "not charged": (VerdictClass.REFUSED, (intended(1), NotCharged(AttemptId(f"{TAG}1"), 1, NOON, ""))),
    "open item": (VerdictClass.CHECKING, (intended(1), OpenItem(AttemptId(f"{TAG}1"), 1, NOON, ""))),
    "let in": (VerdictClass.ADMITTED, (intended(1), Settled(AttemptId(f"{TAG}1"), 1, NOON, "Anna", "", let_in=True))),
    "settled": (VerdictClass.OTHER, (intended(1), Settled(AttemptId(f"{TAG}1"), 1, NOON, "Anna", ""))),
    "stray": (VerdictClass.OTHER, (StrayPassage(AttemptId(f"{TAG}1"), 0, NOON, IncidentCodes().of(1)),)),
    "regime": (
        VerdictClass.OTHER,
        (RegimeBegun(AttemptId(f"{TAG}1"), 0, NOON, IncidentCodes().of(1), Regime.LOCKED, "Anna"),),
    ),
}


@pytest.mark.parametrize(("verdict", "facts"), VERDICTS.values(), ids=VERDICTS.keys())
def test_a_record_says_how_it_ended_for_its_visitor(verdict: VerdictClass, facts: tuple[Fact, ...]) -> None:
    assert record(1, "KRVG1", facts).verdict == verdict.value


def test_a_search_leaves_nothing_on_disk(store: Store, reader: Reader) -> None:
    store.append(admission(1))
    before = {path.name: path.stat().st_mtime_ns for path in store.path.parent.iterdir() if "-shm" not in path.name}
    assert numbers(reader, voucher=VOUCHER) == [1]
    after = {path.name: path.stat().st_mtime_ns for path in store.path.parent.iterdir() if "-shm" not in path.name}
    assert after == before


def test_of_many_open_items_the_newest_are_had_apart(store: Store, reader: Reader) -> None:
    for number in range(1, 6):
        item = OpenItem(AttemptId(f"{TAG}{number}"), 3, NOON, "E-GUMA refused the refund")
        store.append((*admission(number)[:3], item))
    assert [told.number for told in reader.standing(Standing.OPEN, 2)] == [4, 5]
    assert [told.number for told in reader.standing(Standing.OPEN)] == [1, 2, 3, 4, 5]

"""Free entries and outages as a start reads them back: of the last days, each with what followed."""

from dataclasses import replace
from pathlib import Path

from gate_controller.admission.words.codes import Code
from gate_controller.admission.words.facts import Fact, Occurred, Occurrence, Released
from gate_controller.admission.words.free_facts import FreeEntry, FreeEntryUnused, FreeGrounds
from gate_controller.admission.words.ids import AttemptId, IncidentCodes
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.journal.reader import Reader
from gate_controller.journal.rows import RECENT_FACTS
from gate_controller.journal.store import Store
from tests.rig.facts import NOON, TAG, VOUCHER, admission


def free(number: int, grounds: FreeGrounds = FreeGrounds.RULE) -> FreeEntry:
    return FreeEntry(
        AttemptId(f"{TAG}{number}"),
        0,
        NOON,
        IncidentCodes().of(number),
        Code(VOUCHER),
        grounds,
        Cents(2_500),
        Currency.CHF,
        voucher_code=VOUCHER,
    )


def occurred(number: int, what: Occurrence) -> Occurred:
    return Occurred(AttemptId(f"{TAG}{number}"), 0, NOON, IncidentCodes().of(number), what)


def test_they_come_back_with_what_followed_and_nothing_else_does(tmp_path: Path) -> None:
    facts: list[Fact] = [
        *admission(1),
        occurred(2, Occurrence.OUTAGE),
        free(3),
        Released(AttemptId(f"{TAG}3"), 1, NOON),
        occurred(4, Occurrence.EXIT),
        free(5, FreeGrounds.OUTAGE),
        FreeEntryUnused(AttemptId(f"{TAG}5"), 1, NOON, why="nobody passed"),
        occurred(6, Occurrence.OUTAGE_ENDED),
    ]
    store = Store(tmp_path)
    for fact in facts:
        tag = store.numbering.tag
        store.append([replace(fact, attempt=AttemptId(f"{tag}{fact.attempt.removeprefix(TAG)}"))])
    kinds = [[type(fact).__name__ for fact in history] for history in store.free_entries()]
    store.close()
    assert kinds == [
        ["Occurred"],
        ["FreeEntry", "Released"],
        ["FreeEntry", "FreeEntryUnused"],
        ["Occurred"],
    ]


def test_an_empty_journal_holds_none(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.free_entries() == ()
    store.close()


def test_a_record_of_one_says_that_nothing_was_charged(tmp_path: Path) -> None:
    store = Store(tmp_path)
    attempt = AttemptId(f"{store.numbering.tag}1")
    granted = replace(free(1), attempt=attempt, product_id="7", note="from the director")
    store.append([granted, Released(attempt, 1, NOON)])
    store.close()
    [record] = Reader(tmp_path).page()
    assert (record.stands, record.verdict, record.free) == ("admitted", "admitted", "rule")
    assert (record.amount_cents, record.charged, record.product_id) == (0, False, "7")
    assert record.note == "from the director"


def test_a_day_of_thousands_is_within_what_is_looked_at() -> None:
    assert RECENT_FACTS >= 10_000 * 4

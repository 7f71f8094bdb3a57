"""A day in numbers: each fact once, in its own day and quarter, across midnight, wrong clocks and other zones."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gate_controller.admission.words.codes import Code
from gate_controller.admission.words.errand_facts import PartVoided
from gate_controller.admission.words.facts import (
    CreditOpened,
    Fact,
    NotCharged,
    OpenItem,
    Passed,
    RefundBegun,
    Refunded,
    Refused,
    ReleasedToSensor,
    Settled,
)
from gate_controller.admission.words.ids import AttemptId, Incident, IncidentCodes
from gate_controller.admission.words.money import Cents
from gate_controller.desk.moments import date_of, span_of_day
from gate_controller.journal.counting import HANDED_OVER
from gate_controller.journal.reader import Reader
from gate_controller.journal.store import Store
from gate_controller.shell.today import Days
from gate_controller.simulator import Simulator
from gate_controller.texts.story_wording import Cause
from tests.rig.facts import NOON, PRICE, TAG, VOUCHER, admission, approved, intended, redeemed
from tests.rig.gate import LOW, running_gate
from tests.rig.pins import Pins

HOUR = 3_600.0


@pytest.fixture
def in_zurich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Zurich")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path)
    yield store
    store.close()


@pytest.fixture
def days(store: Store) -> Days:
    return Days(Reader(store.path.parent))


SINCE, UNTIL = span_of_day(date_of(NOON))


def refused(number: int, at: float, reason: str = "balance_too_low") -> Refused:
    return Refused(AttemptId(f"{TAG}{number}"), 0, at, IncidentCodes().of(number), Code(VOUCHER), reason)


def money(day: dict[str, Any]) -> tuple[int, int, int, int]:
    return day["admissions"], day["refused"], day["charged_cents"], day["given_back_cents"]


def test_admissions_refusals_and_money_are_counted_as_they_come(store: Store, days: Days) -> None:
    assert money(days.today(SINCE, UNTIL)) == (0, 0, 0, 0)
    store.append(admission(1, at=NOON))
    store.append([refused(2, NOON), refused(3, NOON, "unreachable"), refused(4, NOON, "unreachable")])
    day = days.today(SINCE, UNTIL)
    assert money(day) == (1, 3, PRICE, 0)
    assert day["refusals"] == {"unreachable": 2, "balance_too_low": 1}
    one = AttemptId(f"{TAG}1")
    store.append([RefundBegun(one, 4, NOON + 60, by="Anna"), Refunded(one, 5, NOON + 61, how="confirmed by E-GUMA")])
    day = days.today(SINCE, UNTIL)
    assert money(day) == (1, 3, PRICE, PRICE)
    assert day["revenue_cents"] == 0
    assert day == days.today(SINCE, UNTIL) == days.past(SINCE, UNTIL)


def test_a_part_of_a_charge_counts_when_it_is_given_back_and_the_rest_with_the_refund(store: Store, days: Days) -> None:
    one = AttemptId(f"{TAG}1")
    part = PartVoided(one, 4, NOON, Cents(1_000), "Anna", "a child", errand_incident=Incident("KRVG1"))
    store.append([*admission(1, at=NOON), part])
    assert money(days.today(SINCE, UNTIL)) == (1, 0, PRICE, 1_000)
    store.append([RefundBegun(one, 5, NOON + 60), Refunded(one, 6, NOON + 61, how="confirmed by E-GUMA")])
    assert money(days.today(SINCE, UNTIL)) == money(days.past(SINCE, UNTIL)) == (1, 0, PRICE, PRICE)


def test_a_charge_that_was_recorded_twice_is_one(store: Store, days: Days) -> None:
    found_again = replace(redeemed(1), n=3)
    store.append([intended(1), approved(1), redeemed(1), found_again, Passed(AttemptId(f"{TAG}1"), 4, NOON)])
    assert money(days.today(SINCE, UNTIL)) == (1, 0, PRICE, 0)


def test_a_visitor_is_counted_once_however_often_the_gate_opened_for_him(store: Store, days: Days) -> None:
    one = AttemptId(f"{TAG}1")
    facts: list[Fact] = [intended(1), approved(1), redeemed(1), ReleasedToSensor(one, 3, NOON)]
    store.append([*facts, CreditOpened(one, 4, NOON, "nobody passed", NOON + 600)])
    assert money(days.today(SINCE, UNTIL)) == (0, 0, PRICE, 0)
    store.append([ReleasedToSensor(one, 5, NOON), Passed(one, 6, NOON)])
    assert money(days.today(SINCE, UNTIL)) == (1, 0, PRICE, 0)
    two, three = AttemptId(f"{TAG}2"), AttemptId(f"{TAG}3")
    store.append([intended(2), NotCharged(two, 1, NOON, "its voucher's money is on its way in KRVG1")])
    store.append([intended(3), NotCharged(three, 1, NOON, "the disk was slow")])
    store.append([OpenItem(AttemptId(f"{TAG}4"), 0, NOON, "x"), Settled(AttemptId(f"{TAG}4"), 1, NOON, "A", "", True)])
    day = days.today(SINCE, UNTIL)
    assert money(day) == (2, 1, PRICE, 0)
    assert day["refusals"] == {"not_charged": 1}


def test_each_quarter_has_its_own_and_together_they_are_the_day(store: Store, days: Days) -> None:
    for number, at in enumerate((SINCE, SINCE + 899, SINCE + 900, UNTIL - 1), start=1):
        store.append(admission(number, at=at))
    day = days.today(SINCE, UNTIL)
    counted = [quarter["admissions"] for quarter in day["quarters"]]
    assert (len(counted), counted[0], counted[1], counted[-1], sum(counted)) == (96, 2, 1, 1, 4)
    assert day["quarters"][1]["at"] == SINCE + 900
    assert sum(quarter["revenue_cents"] for quarter in day["quarters"]) == day["revenue_cents"] == 4 * PRICE


def test_midnight_begins_a_new_day_and_the_old_one_can_still_be_asked_for(store: Store, days: Days) -> None:
    store.append([refused(1, UNTIL - 1)])
    assert money(days.today(SINCE, UNTIL)) == (0, 1, 0, 0)
    store.append([refused(2, UNTIL), refused(3, UNTIL + 1)])
    assert money(days.today(SINCE, UNTIL)) == (0, 1, 0, 0)
    assert money(days.today(*span_of_day(date_of(UNTIL)))) == (0, 2, 0, 0)
    assert money(days.past(SINCE, UNTIL)) == (0, 1, 0, 0)


def test_a_refund_of_yesterday_s_charge_counts_on_the_day_it_was_given(store: Store, days: Days) -> None:
    one = AttemptId(f"{TAG}1")
    store.append(admission(1, at=SINCE - HOUR))
    store.append([RefundBegun(one, 4, NOON), Refunded(one, 5, NOON, how="confirmed by E-GUMA")])
    day = days.today(SINCE, UNTIL)
    assert money(day) == (0, 0, 0, PRICE)
    assert day["revenue_cents"] == -PRICE


@pytest.mark.usefixtures("in_zurich")
def test_a_day_on_which_the_clocks_change_has_fewer_or_more_quarters(store: Store, days: Days) -> None:
    store.append([refused(1, NOON)])
    assert len(days.past(*span_of_day("2026-03-29"))["quarters"]) == 92
    assert len(days.past(*span_of_day("2026-10-25"))["quarters"]) == 100


def test_a_day_is_found_among_many_with_some_facts_of_a_wrong_clock(store: Store, days: Days) -> None:
    number, wanted = 0, 0
    for day in range(40):
        for hour in range(24):
            at = SINCE - (30 - day) * 24 * HOUR + hour * HOUR
            number += 1
            is_wrong = number % 50 == 0
            store.append([refused(number, at - 400 * 24 * HOUR if is_wrong else at)])
            wanted += SINCE <= at < UNTIL and not is_wrong
    assert wanted >= 23
    assert days.past(SINCE, UNTIL)["refused"] == wanted
    assert days.today(SINCE, UNTIL)["refused"] == wanted


async def test_the_desk_tells_of_the_day_in_the_gate_s_zone(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        await gate.admit()
        gate.scan(LOW)
        await gate.tells(["Intended", "Approved", "Redeemed", "Released"], ["Intended", "Refused"])
        day = await gate.asked("day")
        assert (day["date"], day["currency"]) == (date_of(time.time()), "CHF")
        assert money(day) == (1, 1, PRICE, 0)
        assert money(await gate.asked("day", date="2020-02-29")) == (0, 0, 0, 0)


def test_who_was_served_by_an_earlier_attempt_is_known_by_the_core_s_own_words() -> None:
    assert Cause.ELSEWHERE.value.startswith(HANDED_OVER)

"""The house's prices: the first rule that holds decides, by product, kind, day and time, in summer and in winter."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from gate_controller.admission.words.calls import Balance
from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.events import Instant
from gate_controller.admission.words.local_time import Day, Greenwich, LocalMoment, LocalTime
from gate_controller.admission.words.money import Cents
from gate_controller.admission.words.tariff import PriceRule, Tariff, Terms, TimeOfWeek, VoucherKind

USUAL = Cents(2_500)
ZURICH = ZoneInfo("Europe/Zurich")


class InZurich:
    def local(self, wall: float) -> LocalTime:
        at = datetime.fromtimestamp(min(max(wall, 0.0), 1e11), ZURICH)
        midnight = at.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        seconds = (at.replace(tzinfo=None) - midnight).total_seconds()
        return LocalTime(Day(at.date().isoformat()), at.weekday(), seconds)

    def wall(self, moment: LocalMoment) -> float:
        return wall(moment.written())


CHILD = PriceRule(Terms.PRICE, Cents(1_000), products=frozenset({"child"}))
EVENING = PriceRule(Terms.PRICE, Cents(1_500), time=TimeOfWeek(since=18 * 60))
LATE_ON_FRIDAY = PriceRule(Terms.PRICE, Cents(900), time=TimeOfWeek(frozenset({4}), since=22 * 60, until=2 * 60))


def wall(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZURICH).timestamp()


def voucher(code: str = "L4FU5LQTKJR3", left: int = 5_000, product: str = "") -> Balance:
    return Balance(VoucherCode(code), is_redeemable=True, balance=Cents(left), product_id=product)


def of(*rules: PriceRule) -> Tariff:
    return Tariff(rules, InZurich())


NOON, NIGHT = wall("2026-06-03 12:00"), wall("2026-06-03 20:00")


def test_without_rules_everything_is_as_usual() -> None:
    tariff = Tariff()
    assert tariff.rule_for(voucher(), NOON) is None
    assert tariff.price_before_balance(USUAL, Instant(0.0, NOON, is_sure=False)) == USUAL
    assert tariff.price_of_now(USUAL, NOON) == USUAL
    assert tariff.changes_within(NOON) is None


def test_the_first_rule_that_holds_decides() -> None:
    assert of(CHILD, EVENING).rule_for(voucher(product="child"), NIGHT) == CHILD
    assert of(EVENING, CHILD).rule_for(voucher(product="child"), NIGHT) == EVENING
    assert of(EVENING, CHILD).rule_for(voucher(product="child"), NOON) == CHILD
    assert of(CHILD, EVENING).rule_for(voucher(product="adult"), NOON) is None


@pytest.mark.parametrize(
    ("kind", "holds"), [(VoucherKind.MAISON, ["MAISON123456"]), (VoucherKind.PACKAGE, ["L4FU5LQTKJR3", "MAISON123456"])]
)
def test_a_kind_is_known_by_its_letter_or_by_having_nothing_on_it(kind: VoucherKind, holds: list[str]) -> None:
    tariff = of(PriceRule(Terms.FREE, kind=kind))
    empty = ("L4FU5LQTKJR3", "MAISON123456")
    assert [code for code in empty if tariff.rule_for(voucher(code, 0), NOON) is not None] == holds
    assert tariff.rule_for(voucher("L4FU5LQTKJR3", 100), NOON) is None


def test_a_span_over_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    tariff = of(LATE_ON_FRIDAY)
    moments = ("2026-06-05 21:59", "2026-06-05 22:00", "2026-06-06 01:59", "2026-06-06 02:00", "2026-06-06 22:30")
    assert [tariff.price_of_now(USUAL, wall(moment)) for moment in moments] == [2_500, 900, 900, 2_500, 2_500]


def test_what_begins_in_the_hour_that_is_left_out_holds_from_its_end_and_the_repeated_hour_holds_twice() -> None:
    tariff = of(PriceRule(Terms.PRICE, Cents(700), time=TimeOfWeek(since=150, until=240)))  # 02:30 to 04:00
    forward = datetime(2026, 3, 29, 0, 59, tzinfo=UTC).timestamp()  # 01:59; a minute later it is 03:00
    assert [tariff.price_of_now(USUAL, forward + more) for more in (0, 60, 3_600, 3_660)] == [2_500, 700, 700, 2_500]
    back = datetime(2026, 10, 25, 0, 45, tzinfo=UTC).timestamp()  # 02:45, and again an hour later
    assert [tariff.price_of_now(USUAL, back + more) for more in (0, 1_800, 3_600)] == [700, 2_500, 700]


def test_the_price_is_known_before_the_balance_only_where_the_voucher_has_no_say() -> None:
    noon, night = Instant(0.0, NOON), Instant(0.0, NIGHT)
    assert of(EVENING).price_before_balance(USUAL, noon) == 2_500
    assert of(EVENING).price_before_balance(USUAL, night) == 1_500
    assert of(EVENING, CHILD).price_before_balance(USUAL, night) == 1_500
    assert of(EVENING, CHILD).price_before_balance(USUAL, noon) is None
    assert of(PriceRule(Terms.FREE)).price_before_balance(USUAL, noon) is None


def test_a_clock_that_is_not_sure_names_no_price() -> None:
    assert of(EVENING).price_before_balance(USUAL, Instant(0.0, NIGHT, is_sure=False)) is None
    assert of(PriceRule(Terms.PRICE, Cents(800))).price_before_balance(USUAL, Instant(0.0, 0.0, is_sure=False)) == 800


def test_what_most_vouchers_pay_is_the_price_of_now() -> None:
    assert of(CHILD, EVENING).price_of_now(USUAL, NIGHT) == 1_500
    assert of(CHILD).price_of_now(USUAL, NIGHT) == USUAL
    assert of(PriceRule(Terms.FREE)).price_of_now(USUAL, NIGHT) == 0


def test_the_next_look_is_no_later_than_the_next_change_and_no_later_than_a_clock_may_be_put_right() -> None:
    assert of(EVENING).changes_within(wall("2026-06-03 17:59:30")) == 30.0
    assert of(EVENING).changes_within(wall("2026-06-03 18:00")) == 900.0
    assert of(EVENING).changes_within(wall("2026-06-03 23:59")) == 60.0


@pytest.mark.parametrize("clock", [-1e12, 0.0, 1e18])
def test_a_clock_that_is_years_off_breaks_nothing(clock: float) -> None:
    tariff = of(EVENING)
    assert tariff.price_of_now(USUAL, clock) in {1_500, 2_500}
    assert tariff.changes_within(clock) is not None


@pytest.mark.parametrize("day", ["1970-01-01", "1999-12-31", "2000-02-29", "2024-02-29", "2026-03-01", "2100-03-01"])
def test_by_the_clock_of_the_records_each_day_is_that_of_the_calendar(day: str) -> None:
    noon = datetime.fromisoformat(f"{day}T12:34:56").replace(tzinfo=UTC)
    told = Greenwich().local(noon.timestamp())
    assert (told.day, told.weekday, told.seconds) == (day, noon.weekday(), 45_296.0)
    assert told.minute == 12 * 60 + 34

"""Several vouchers pay one admission together, where the house takes that."""

from collections.abc import Sequence

import pytest

from gate_controller.admission.words.calls import Cancel, Cancelled, ListedRedemption, Redeem, Redemptions
from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.errand_facts import ErrandKind
from gate_controller.admission.words.events import Contact, ErrandOrdered, OpenOrdered, Stopping
from gate_controller.admission.words.facts import (
    CreditOpened,
    Fact,
    Intended,
    NotCharged,
    OpenItem,
    PaidAlong,
    Redeemed,
    Refunded,
    Refused,
    Released,
    ReleasedToSensor,
)
from gate_controller.admission.words.messages import MessageKind, MoneyFate
from gate_controller.admission.words.money import Cents
from tests.rig.core import LOST, NOT_SENT, OTHER, PRICE, REFUSED, VOUCHER, WALL, Core, balance, charged, core, listed

SMALL, REST = 1_000, PRICE - 1_000
THIRD = "ZZ99YY88XX77"


def house(*, sensor: bool = False) -> Core:
    return core(sensor=sensor, takes_several=True)


def with_one_held(*, sensor: bool = False) -> Core:
    gate = house(sensor=sensor)
    gate.scan(VOUCHER)
    gate.answer(balance(SMALL))
    return gate


def with_both_intended(*, sensor: bool = False) -> Core:
    gate = with_one_held(sensor=sensor)
    gate.after(3.0)
    gate.scan(OTHER)
    gate.answer(balance(4_000, OTHER))
    return gate


def admitted(*, sensor: bool = False) -> Core:
    gate = with_both_intended(sensor=sensor)
    gate.answer(charged(0, "token-a"), charged(2_500, "token-b"))
    return gate


def kinds_of(facts: Sequence[Fact]) -> list[str]:
    return [type(fact).__name__ for fact in facts]


def redeems(gate: Core) -> list[tuple[str, int]]:
    return [(ask.voucher_code, ask.amount) for ask in gate.asked if isinstance(ask, Redeem)]


def listed_of(code: str, amount: int) -> Redemptions:
    entry = ListedRedemption(VoucherCode(code), Cents(amount), "gate", WALL)
    return Redemptions((entry,), "gate", 0, 0)


def test_a_balance_below_the_price_is_held_and_nothing_is_charged() -> None:
    gate = with_one_held()

    told = gate.shown[-1]
    assert (told.kind, told.balance, told.price) == (MessageKind.MORE_NEEDED, SMALL, REST)
    assert told.fate is MoneyFate.NOT_CHARGED
    assert gate.asked == []


def test_a_house_that_takes_one_voucher_only_refuses_it() -> None:
    gate = core()
    gate.scan(VOUCHER)
    gate.answer(balance(SMALL))

    assert gate.told() is MessageKind.BALANCE_TOO_LOW


def test_two_vouchers_pay_one_admission_with_four_requests() -> None:
    gate = house()
    asks = []

    gate.scan(VOUCHER)
    asks += gate.asks
    gate.answer(balance(SMALL))
    gate.scan(OTHER)
    asks += gate.asks
    gate.answer(balance(4_000, OTHER))
    assert redeems(gate) == [(VOUCHER, SMALL)]
    asks += gate.asks
    gate.answer(charged(0))
    assert redeems(gate) == [(OTHER, REST)]
    asks += gate.asks
    gate.answer(charged(2_500))

    assert asks == ["AskBalance", "AskBalance", "Redeem", "Redeem"]
    told = gate.shown[-1]
    assert (told.kind, told.price, told.balance, gate.pulses) == (MessageKind.ADMITTED, PRICE, 2_500, 1)


def test_each_charge_is_on_disk_before_the_next_and_all_before_the_relay() -> None:
    gate = with_both_intended()
    assert [fact.price for fact in gate.facts if isinstance(fact, Intended) and fact.leader] == [SMALL, REST]

    gate.disk = "hangs"
    gate.answer(charged(0))
    assert gate.asked == []
    gate.disk_answers()
    gate.disk = "hangs"
    gate.answer(charged(2_500))
    assert gate.pulses == 0
    gate.disk_answers()

    assert gate.pulses == 1


def test_the_use_of_all_charges_is_one_commit() -> None:
    gate = admitted()

    assert kinds_of(gate.facts)[-2:] == [Released.__name__, PaidAlong.__name__]


def test_three_vouchers_pay_together_and_the_last_pays_only_the_rest() -> None:
    gate = with_one_held()
    gate.scan(OTHER)
    gate.answer(balance(SMALL, OTHER))
    assert (gate.told(), gate.shown[-1].price, gate.shown[-1].balance) == (MessageKind.MORE_NEEDED, 500, 2_000)

    gate.scan(THIRD)
    gate.answer(balance(9_000, THIRD), charged(0), charged(0), charged(8_500))

    assert [fact.price for fact in gate.facts if isinstance(fact, Intended) and fact.leader] == [1_000, 1_000, 500]
    assert (gate.told(), gate.pulses) == (MessageKind.ADMITTED, 1)


def test_an_empty_voucher_is_refused_and_the_held_one_stays() -> None:
    gate = with_one_held()
    gate.scan(OTHER)
    gate.answer(balance(0, OTHER))
    assert gate.told() is MessageKind.BALANCE_TOO_LOW

    gate.after(6.0)
    assert gate.told() is MessageKind.MORE_NEEDED
    gate.scan(THIRD)
    gate.answer(balance(REST, THIRD), charged(0), charged(0))

    assert gate.pulses == 1


@pytest.mark.parametrize("code", [VOUCHER, "L4FU-5LQT-KJR3"])
def test_the_held_voucher_again_is_no_other_one(code: str) -> None:
    gate = with_one_held()
    gate.after(5.0)

    gate.scan(code)

    assert gate.asked == []
    assert (gate.told(), gate.shown[-1].price) == (MessageKind.MORE_NEEDED, REST)


def test_the_short_code_of_the_held_voucher_is_no_other_one() -> None:
    gate = with_one_held()
    gate.scan("42")
    gate.answer(balance(SMALL))

    assert (gate.told(), gate.shown[-1].balance, gate.shown[-1].price) == (MessageKind.MORE_NEEDED, SMALL, REST)


def test_the_short_code_of_a_held_voucher_that_was_topped_up_since_is_no_other_one() -> None:
    gate = with_one_held()
    gate.scan("42")
    gate.answer(balance(9_000))

    assert (gate.told(), gate.asked) == (MessageKind.MORE_NEEDED, [])


def test_whoever_finds_no_other_voucher_in_time_is_told_that_nothing_was_charged() -> None:
    gate = with_one_held()

    gate.after(19.0)
    assert gate.told() is MessageKind.MORE_NEEDED
    gate.after(2.0)

    assert (gate.told(), gate.shown[-1].fate) == (MessageKind.MORE_LAPSED, MoneyFate.NOT_CHARGED)
    gate.after(10.0)
    assert gate.told() is MessageKind.IDLE
    assert [type(fact) for fact in gate.facts][-1] is Refused


def test_after_it_has_lapsed_the_next_voucher_pays_for_itself() -> None:
    gate = with_one_held()
    gate.after(30.0)

    gate.scan(OTHER)
    gate.answer(balance(4_000, OTHER))

    assert redeems(gate) == [(OTHER, PRICE)]


def test_the_lane_is_kept_from_orders_while_a_voucher_is_held() -> None:
    gate = with_one_held()

    assert "being served" in gate.order(OpenOrdered, "a friend").objection


def test_if_the_first_is_refused_the_second_is_not_charged() -> None:
    gate = with_both_intended()

    gate.answer(NOT_SENT)

    assert (gate.told(), gate.shown[-1].fate, gate.asked) == (MessageKind.UNREACHABLE, MoneyFate.NOT_CHARGED, [])
    assert [type(fact) for fact in gate.facts[-2:]] == [NotCharged, NotCharged]
    gate.after(60.0)
    assert gate.gate.visitors.unfinished == {}


def test_if_the_second_fails_the_first_is_given_back_at_once() -> None:
    gate = with_both_intended()
    gate.answer(charged(0, "token-a"))

    gate.answer(NOT_SENT)

    assert (gate.told(), gate.shown[-1].fate) == (MessageKind.GIVEN_BACK, MoneyFate.GIVING_BACK)
    gate.after(0.1)
    gate.answer(balance(0), Cancelled(Cents(SMALL)))
    assert gate.pulses == 0
    assert [type(fact) for fact in gate.facts][-1] is Refunded
    assert gate.gate.visitors.unfinished == {}


def test_if_the_fate_of_the_second_is_unknown_the_first_is_given_back_and_the_second_looked_up() -> None:
    gate = with_both_intended()
    gate.answer(charged(0, "token-a"))
    gate.answer(LOST)
    assert gate.asks == ["AskRedemptions"]

    gate.after(5.0)

    assert gate.told() is MessageKind.BEING_CHECKED
    cancelled = [ask for ask in gate.asked if isinstance(ask, Cancel)]
    assert cancelled == [] or cancelled[0].token == "token-a"
    assert "AskBalance" in gate.asks or cancelled


def test_a_second_charge_that_is_found_in_time_opens() -> None:
    gate = with_both_intended()
    gate.answer(charged(0, "token-a"))
    gate.answer(LOST)

    gate.answer(listed_of(OTHER, REST))

    assert (gate.told(), gate.pulses) == (MessageKind.ADMITTED, 1)


def test_a_charge_without_a_token_that_cannot_be_given_back_is_left_to_staff() -> None:
    gate = with_both_intended()
    gate.answer(LOST)
    gate.answer(listed_of(VOUCHER, SMALL))
    gate.answer(NOT_SENT)

    gate.after(1.0)

    [item] = [fact for fact in gate.facts if isinstance(fact, OpenItem)]
    assert "without a token" in item.reason


def test_a_second_that_e_guma_refuses_gives_the_first_back() -> None:
    gate = with_both_intended()
    gate.answer(charged(0, "token-a"), REFUSED, listed(0), balance(4_000, OTHER))

    assert gate.told() is MessageKind.GIVEN_BACK


def test_a_relay_that_fails_gives_all_back() -> None:
    gate = with_both_intended()
    gate.relay_works = False

    gate.answer(charged(0, "token-a"), charged(2_500, "token-b"))

    assert gate.told() is MessageKind.GIVEN_BACK
    assert len([fact for fact in gate.facts if isinstance(fact, CreditOpened)]) == 2


def test_nobody_passed_gives_all_back() -> None:
    gate = admitted(sensor=True)

    gate.after(9.0)

    assert gate.told() is MessageKind.GIVEN_BACK
    assert gate.asks == ["AskBalance", "AskBalance"]


def test_what_all_paid_in_vain_is_kept_in_one_commit() -> None:
    """Or a process that is killed between two would take the one charge for used, and give the other back."""
    gate = admitted(sensor=True)
    gate.disk = "hangs"

    gate.after(9.0)

    assert [kinds_of(write.facts) for write in gate.held] == [[CreditOpened.__name__] * 2]


def test_what_a_failing_relay_leaves_is_kept_in_one_commit() -> None:
    gate = with_both_intended()
    gate.answer(charged(0, "token-a"))
    gate.disk, gate.relay_works = "hangs", False
    gate.answer(charged(2_500, "token-b"))

    gate.disk_answers(hangs_again=True)

    assert [kinds_of(write.facts) for write in gate.held] == [[CreditOpened.__name__] * 2]


def test_somebody_passed_ends_all() -> None:
    gate = admitted(sensor=True)
    assert kinds_of(gate.facts)[-2:] == [ReleasedToSensor.__name__, PaidAlong.__name__]

    gate.somebody_passes()

    assert gate.gate.visitors.unfinished == {}
    assert gate.asked == []


def test_each_of_the_vouchers_again_is_told_that_its_visitor_is_admitted() -> None:
    gate = admitted()

    for code in (VOUCHER, OTHER):
        gate.after(0.2)
        gate.scan(code)
        assert gate.told() is MessageKind.ALREADY_ADMITTED
    assert gate.asked == []


def test_what_is_being_given_back_opens_nothing() -> None:
    gate = with_both_intended()
    gate.answer(charged(0, "token-a"), NOT_SENT)

    gate.scan(VOUCHER)

    assert gate.pulses == 0
    assert gate.shown[-1].fate in {MoneyFate.REFUND_UNDER_WAY, MoneyFate.GIVING_BACK}


def test_a_crash_between_the_charges_gives_the_first_back() -> None:
    gate = with_both_intended()
    gate.answer(charged(0, "token-a"))

    again = gate.restarts()

    assert again.pulses == 0
    again.after(1.0)
    assert [type(ask) for ask in again.asked if isinstance(ask, Cancel)] == [Cancel]


def test_a_crash_after_all_charges_gives_all_back() -> None:
    gate = with_both_intended()
    gate.relay_works = False
    gate.disk = "hangs"
    gate.answer(charged(0, "token-a"))
    gate.disk_answers()
    gate.answer(charged(2_500, "token-b"))
    assert len([fact for fact in gate.facts if isinstance(fact, Redeemed)]) == 2

    again = gate.restarts()
    again.after(1.0)

    assert len([ask for ask in again.asked if isinstance(ask, Cancel)]) == 2


def test_a_crash_while_the_gate_was_open_counts_all_as_used() -> None:
    again = admitted(sensor=True).restarts()

    again.after(60.0)

    assert again.asked == []
    assert again.gate.visitors.unfinished == {}


def test_staff_that_change_a_held_voucher_end_the_collection() -> None:
    gate = with_one_held()

    gate.order(ErrandOrdered, ErrandKind.TOP_UP, VOUCHER, Cents(500))

    assert gate.told() is MessageKind.AT_THE_DESK
    gate.answer(balance(SMALL))
    gate.scan(OTHER)
    assert gate.asks[-1] == "AskBalance"


def test_a_gate_that_stops_tells_whoever_has_a_voucher_held() -> None:
    gate = with_one_held()

    gate.happens(Stopping(gate.at))

    assert (gate.told(), gate.shown[-1].fate) == (MessageKind.REFUSED_OUT_OF_SERVICE, MoneyFate.NOT_CHARGED)


def test_a_fire_alarm_ends_the_collection() -> None:
    gate = with_one_held()

    gate.contact(Contact.FIRE)

    assert gate.gate.visitors.collection is None
    assert gate.asked == []


def test_an_alarm_between_the_charges_gives_the_first_back() -> None:
    gate = with_both_intended()
    gate.contact(Contact.FIRE)

    gate.answer(charged(0, "token-a"))

    assert redeems(gate) == []
    assert gate.shown[-1].fate is MoneyFate.GIVING_BACK


def test_a_slow_first_charge_leaves_no_time_for_the_second() -> None:
    gate = with_both_intended()
    gate.after(3.9)

    gate.answer(charged(0, "token-a"))

    assert redeems(gate) == []
    assert gate.told() is MessageKind.GIVEN_BACK


def test_a_disk_that_does_not_take_the_intents_charges_nothing() -> None:
    gate = with_one_held()
    gate.scan(OTHER)
    gate.disk = "fails"
    gate.answer(balance(4_000, OTHER))

    assert redeems(gate) == []
    assert gate.shown[-1].fate is MoneyFate.NOT_CHARGED


def test_a_first_charge_that_cannot_be_recorded_is_cancelled_and_the_second_not_made() -> None:
    gate = with_both_intended()
    gate.disk = "fails"

    gate.answer(charged(0, "token-a"))

    assert [type(ask) for ask in gate.asked] == [Cancel]


def test_a_part_in_doubt_that_is_found_after_a_crash_opens_nothing_for_whoever_scans_again() -> None:
    gate = with_both_intended()
    gate.answer(LOST)
    again = gate.restarts()
    again.scan(VOUCHER)
    again.asked = [ask for ask in again.asked if ask.attempt == again.gate.lane.id]  # type: ignore[union-attr]
    again.answer(listed_of(VOUCHER, SMALL), balance(0))

    assert again.pulses == 0
    assert again.shown[-1].fate is MoneyFate.GIVING_BACK


def test_a_part_in_doubt_that_is_found_when_its_visitor_is_back_is_given_back() -> None:
    gate = with_both_intended()
    gate.answer(charged(0, "token-a"), LOST)
    gate.after(5.0)
    gate.asked.clear()
    gate.after(5.0)
    gate.asked.clear()
    gate.scan(OTHER)
    gate.asked = [ask for ask in gate.asked if ask.attempt == gate.gate.lane.id]  # type: ignore[union-attr]

    gate.answer(listed_of(OTHER, REST))

    assert gate.pulses == 0
    assert gate.told() is MessageKind.GIVEN_BACK


def test_the_time_for_another_voucher_ends_while_one_is_being_checked() -> None:
    gate = with_one_held()
    gate.after(19.9)
    gate.scan(OTHER)
    gate.after(2.0)

    gate.answer(balance(4_000, OTHER))

    assert redeems(gate) == [(VOUCHER, SMALL)]


def test_whoever_comes_between_with_a_charge_that_is_kept_is_told_of_it_and_not_of_the_voucher_that_was_held() -> None:
    gate = core(takes_several=True, sensor=True)
    gate.admits()
    gate.after(10.0)  # nobody passes, and the charge is kept
    gate.scan(OTHER)
    gate.answer(balance(SMALL, OTHER))
    assert gate.told() is MessageKind.MORE_NEEDED

    gate.relay_works = False
    gate.scan(VOUCHER)

    assert (gate.told(), gate.shown[-1].fate) == (MessageKind.PAID_BUT_SHUT, MoneyFate.CREDIT)
    assert gate.gate.visitors.collection is None

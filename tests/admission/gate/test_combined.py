"""What a house may want at once: vouchers held, parties from the desk, tickets, prices, free entries, outages."""

import pytest

from gate_controller.admission.words.calls import AskRedemptions, Redeem
from gate_controller.admission.words.codes import Code, VoucherCode
from gate_controller.admission.words.commands import Answer
from gate_controller.admission.words.errand_facts import ErrandKind
from gate_controller.admission.words.events import AdmitOrdered, Contact, ErrandOrdered
from gate_controller.admission.words.free_facts import FreeEntry
from gate_controller.admission.words.messages import MessageKind
from gate_controller.admission.words.money import Cents
from gate_controller.admission.words.outage_rules import OutageConduct, OutageRules
from gate_controller.admission.words.tariff import PriceRule, Tariff, Terms, VoucherKind
from tests.rig.core import LOST, OTHER, PRICE, SHORT_CODE, VOUCHER, Core, balance, charged, core, listed, with_credit

TICKET, MAISON = "1234567890123456789", "MAISON123456"
FREE = PriceRule(Terms.FREE, kind=VoucherKind.MAISON)
CHILD = PriceRule(Terms.PRICE, Cents(1_000), products=frozenset({"child"}))


def admit(gate: Core, persons: int = 1, code: str = VOUCHER, most: int | None = None) -> Answer:
    return gate.order(AdmitOrdered, Code(code), persons, None if most is None else Cents(most))


def redeems(gate: Core) -> list[tuple[str, int]]:
    return [(ask.voucher_code, ask.amount) for ask in gate.asked if isinstance(ask, Redeem)]


# -- a full house, and a lane that leads out


def test_a_full_house_admits_nobody_from_the_desk_until_somebody_leaves() -> None:
    gate = core(most_inside=1)
    gate.admits()
    gate.after(6.0)

    answer = admit(gate, code=OTHER)

    assert ("inside" in answer.objection, answer.is_put_off, gate.asks) == (True, True, [])


@pytest.mark.parametrize("sensor", [False, True])
def test_a_party_ends_when_the_house_is_full(*, sensor: bool) -> None:
    gate = core(sensor=sensor, most_inside=2)
    admit(gate, persons=3)
    for left in (9_000, 6_500):
        gate.answer(balance(left), charged(left - PRICE))
        if sensor:
            gate.after(1.0)
            gate.somebody_passes()
        gate.after(0.5 if sensor else 4.0)
    gate.after(30.0)

    assert (gate.pulses, gate.asks) == (2, [])


def test_whoever_has_paid_already_is_admitted_from_the_desk_into_a_full_house() -> None:
    gate = with_credit()
    gate.gate.occupancy.inside = 5
    gate.gate.policy = core(sensor=True, most_inside=5).gate.policy

    assert admit(gate).objection == ""
    assert gate.pulses == 2


def test_whoever_waits_for_the_lane_is_not_let_into_a_house_that_the_one_before_him_has_filled() -> None:
    gate = core(sensor=True, most_inside=1)
    gate.admits()
    gate.scan(OTHER)
    gate.after(3.0)

    gate.somebody_passes()
    gate.after(5.0)

    assert gate.asks == []
    assert gate.pulses == 1


def test_a_lane_that_leads_out_admits_nobody_from_the_desk() -> None:
    gate = core(is_way_out=True, takes_tickets=True)

    answer = admit(gate)

    assert ("leads out" in answer.objection, gate.asks) == (True, [])


# -- the price of whoever is served anew, because an earlier scan has charged nothing after all


def until_redeem(gate: Core) -> None:
    """Let E-GUMA know of no charge, and of enough on the voucher, until the next one is sent."""
    for _ in range(8):
        if gate.asked and not redeems(gate):
            gate.answer(listed(0) if isinstance(gate.asked[0], AskRedemptions) else balance(9_000))


def in_old_doubt(gate: Core) -> None:
    """Leave a charge in doubt whose visitor has gone, and which is looked up by now."""
    gate.scan()
    gate.answer(balance(9_000), LOST)
    gate.after(125.0)
    gate.answer(listed(0), balance(9_000))
    gate.after(2.0)


@pytest.mark.parametrize("code", [VOUCHER, SHORT_CODE])
def test_a_price_chosen_for_an_earlier_scan_is_not_that_of_the_next(code: str) -> None:
    gate = core(tariff=Tariff((CHILD,)), second_price=Cents(500))
    gate.press(Contact.PRICE_BUTTON)
    in_old_doubt(gate)

    gate.scan(code)
    until_redeem(gate)

    assert redeems(gate) == [(VOUCHER, PRICE)]


def test_a_price_chosen_for_the_next_scan_is_that_of_whoever_is_served_anew() -> None:
    gate = core(tariff=Tariff((CHILD,)), second_price=Cents(500))
    in_old_doubt(gate)
    gate.press(Contact.PRICE_BUTTON)

    gate.scan(SHORT_CODE)
    until_redeem(gate)

    assert redeems(gate) == [(VOUCHER, 500)]


def test_a_second_price_as_high_as_the_usual_one_goes_before_the_price_of_a_rule() -> None:
    gate = core(second_price=Cents(PRICE), tariff=Tariff((PriceRule(Terms.PRICE, Cents(4_000)),)))
    gate.press(Contact.PRICE_BUTTON)
    assert (gate.told(), gate.shown[-1].price) == (MessageKind.OTHER_PRICE, PRICE)

    gate.scan()
    gate.answer(balance(9_000))

    assert redeems(gate) == [(VOUCHER, PRICE)]


# -- free entries that nobody used, and codes left lying there


def free_entry_unused(repeat_seconds: float = 5.0) -> Core:
    gate = core(sensor=True, tariff=Tariff((FREE,)), repeat_seconds=repeat_seconds)
    gate.scan(MAISON)
    gate.answer(balance(0, MAISON))
    gate.after(8.0)
    assert gate.story[-1] == "FreeEntryUnused"
    return gate


def test_a_free_entry_that_nobody_used_opens_again_at_once_however_long_a_repeat_lasts() -> None:
    gate = free_entry_unused(repeat_seconds=60.0)

    gate.after(4.0)
    gate.scan(MAISON)
    gate.answer(balance(0, MAISON))

    assert (gate.told(), gate.pulses) == (MessageKind.ADMITTED_FREE, 2)


def test_a_code_left_lying_there_is_not_told_that_its_free_entry_is_used_up_when_nobody_passed() -> None:
    gate = core(sensor=True, tariff=Tariff((FREE,)))
    gate.scan(MAISON)
    gate.answer(balance(0, MAISON))
    for _ in range(40):
        gate.after(0.5)
        gate.scan(MAISON)

    assert MessageKind.FREE_USED_UP not in [message.kind for message in gate.shown]
    assert (gate.told(), gate.pulses) == (MessageKind.FREE_UNUSED, 1)


def test_a_charged_voucher_left_lying_there_is_not_told_of_the_free_entry_behind_it() -> None:
    gate = core(tariff=Tariff((FREE,)))
    gate.scan()
    gate.answer(balance(9_000), charged(6_500))
    for _ in range(8):
        gate.after(0.5)
        gate.scan()
    gate.scan(MAISON)
    gate.answer(balance(0, MAISON))
    for _ in range(12):
        gate.after(0.5)
        gate.scan()

    assert gate.told() is MessageKind.SCAN_AGAIN_LATER


def test_a_ticket_left_lying_there_in_balance_mode_is_told_the_same_all_the_while() -> None:
    gate = core(takes_tickets=True)
    gate.press(Contact.BALANCE_BUTTON)
    for _ in range(20):
        gate.scan(TICKET)
        gate.after(0.5)

    told = {message.kind for message in gate.shown}
    assert told == {MessageKind.CHECK_BALANCE, MessageKind.NOT_A_VOUCHER, MessageKind.IDLE}
    assert gate.asks == []


def test_a_free_entry_in_an_outage_is_worth_the_price_that_was_chosen() -> None:
    gate = core(second_price=Cents(500), outage=OutageRules(OutageConduct.FREE))
    gate.press(Contact.PRICE_BUTTON)
    gate.scan()
    gate.answer(LOST)

    assert [fact.worth for fact in gate.facts if isinstance(fact, FreeEntry)] == [500]


def test_info_that_does_not_come_is_no_outage_where_balance_has_been_answered() -> None:
    gate = core(refuses_expired=True, outage=OutageRules(OutageConduct.FREE))
    gate.scan()
    gate.answer(balance(9_000))
    gate.after(5.0)

    assert (gate.told(), gate.occurred, gate.pulses) == (MessageKind.UNREACHABLE, [], 0)


# -- vouchers that are held


def test_who_was_to_pay_the_rest_is_not_charged_the_whole_when_what_was_held_is_not_any_more() -> None:
    gate = core(takes_several=True)
    gate.scan()
    gate.answer(balance(1_000))
    gate.after(3.0)
    gate.scan(OTHER)
    gate.order(ErrandOrdered, ErrandKind.TOP_UP, VoucherCode(VOUCHER), Cents(1_000))

    gate.answer(balance(9_000, OTHER))

    assert (gate.told(), redeems(gate)) == (MessageKind.AT_THE_DESK, [])


# -- what somebody at the desk may have charged


@pytest.mark.parametrize(("left", "charges"), [(5_000, [(VOUCHER, 5_000)]), (5_001, [])])
def test_all_that_is_on_a_voucher_is_charged_from_the_desk_up_to_what_its_giver_may_move(
    left: int, charges: list[tuple[str, int]]
) -> None:
    gate = core(tariff=Tariff((PriceRule(Terms.WHOLE_BALANCE, products=frozenset({"rest"})),)))
    admit(gate, persons=2, most=10_000)

    gate.answer(balance(left, product_id="rest"))

    assert redeems(gate) == charges
    assert charges or (gate.told(), gate.story) == (MessageKind.HOUSE_REFUSES, ["Refused"])

"""The second charge: Redeem was answered, and more than the price had gone."""

import pytest

from gate_controller.admission.words.calls import CallFailed, Cancelled, ListedRedemption, Redemptions
from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.events import RefundOrdered
from gate_controller.admission.words.facts import OpenItem
from gate_controller.admission.words.messages import MessageKind
from gate_controller.admission.words.money import Cents
from tests.rig.core import LOST, PRICE, REFUSED, VOUCHER, Core, balance, charged, core, listed

TOLD_TWICE = "charged twice for one admission: the request was sent a second time on the way"
NOT_TOLD = "more than the price was taken, and E-GUMA's list does not tell by whom"


def charged_with_more(gone: int = 2 * PRICE, *, sensor: bool = False) -> Core:
    """Return a gate whose visitor was let in, and so much had gone from his voucher."""
    gate = core(sensor=sensor)
    gate.asks_redeem(left=10_000)
    gate.answer(charged(10_000 - gone))
    assert (gate.pulses, gate.told()) == (1, MessageKind.ADMITTED)
    return gate


def looked_up(gate: Core, found: Redemptions | CallFailed, seconds: float) -> None:
    """Answer every look-up alike for so long."""
    for _ in range(int(seconds)):
        gate.after(1.0)
        while gate.asked:
            assert gate.asks == ["AskRedemptions"]
            gate.answer(found)


def with_till(*amounts: int) -> Redemptions:
    """Return a list with one charge of this gate, and others of a till."""
    tills = tuple(ListedRedemption(VoucherCode(VOUCHER), Cents(amount), "till", 1.0) for amount in amounts)
    return Redemptions((*listed(1).listed, *tills), "gate", 0, 0)


def last_reason(gate: Core) -> str:
    last = gate.facts[-1]
    return last.reason if isinstance(last, OpenItem) else ""


@pytest.mark.parametrize("found", [listed(2), Redemptions(listed(1).listed * 2, "gate", 0, 0)])
def test_a_request_that_was_sent_twice_on_the_way_is_an_open_item(found: Redemptions) -> None:
    """Both in one second look like one entry that is listed twice; but here the balance shows both."""
    gate = charged_with_more()

    gate.after(4.0)
    gate.answer(found)

    assert gate.story == ["Intended", "Approved", "Redeemed", "Released", "SecondChargeFeared", "OpenItem"]
    assert last_reason(gate) == TOLD_TWICE
    assert not gate.gate.visitors.unfinished


def test_the_visitor_is_let_in_before_anything_is_looked_up() -> None:
    assert charged_with_more().asks == []


def test_what_another_till_took_at_the_same_moment_is_no_second_charge() -> None:
    gate = charged_with_more(3_500)

    looked_up(gate, with_till(1_000), 200.0)

    assert gate.story[-1] == "SecondChargeRuledOut"
    assert not gate.gate.visitors.unfinished


@pytest.mark.parametrize(
    "found", [LOST, REFUSED, listed(0), listed(1), with_till(1_000), listed(2, user=None), listed(2, at_most=1)]
)
def test_a_list_that_does_not_tell_who_took_it_is_for_a_person(found: Redemptions | CallFailed) -> None:
    gate = charged_with_more()

    looked_up(gate, found, 300.0)

    assert last_reason(gate) == NOT_TOLD


def test_a_list_that_comes_late_settles_nothing_before_the_settling_time() -> None:
    gate = charged_with_more()

    looked_up(gate, listed(1), 100.0)

    assert gate.story[-1] == "SecondChargeFeared"


def test_exactly_the_price_less_leaves_nothing_to_look_up() -> None:
    gate = charged_with_more(PRICE)

    gate.after(600.0)

    assert (gate.story, gate.asks) == (["Intended", "Approved", "Redeemed", "Released"], [])


@pytest.mark.parametrize("passes", [True, False])
def test_a_power_cut_forgets_no_second_charge(passes: bool) -> None:
    gate = charged_with_more(sensor=True)
    if passes:
        gate.somebody_passes()

    again = gate.restarts()
    again.after(0.1)
    again.answer(listed(2))

    assert last_reason(again) == TOLD_TWICE


def test_a_charge_that_was_given_back_may_have_been_made_twice_as_well() -> None:
    gate = charged_with_more(sensor=True)
    gate.after(8.0 + 600.0)
    gate.answer(balance(5_000), Cancelled(Cents(7_500)))
    assert gate.story[-2:] == ["Refunded", "SecondChargeFeared"]

    gate.answer(listed(2))

    assert last_reason(gate) == TOLD_TWICE


def test_the_next_person_on_the_voucher_does_not_wait_for_it() -> None:
    gate = charged_with_more()
    gate.after(6.0)

    gate.scan()

    assert gate.told() is MessageKind.CHECKING
    assert gate.asks == ["AskRedemptions", "AskBalance"]


def test_it_is_not_given_back_while_it_is_looked_up() -> None:
    gate = charged_with_more()
    gate.after(6.0)

    answer = gate.order(RefundOrdered, tuple(gate.facts))

    assert (answer.objection, answer.is_put_off) == ("a second charge of it is being looked for", True)

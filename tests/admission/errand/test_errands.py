"""Errands in the core: nothing is done twice, nothing is lost, and two movements of a voucher never cross."""

from collections.abc import Sequence

import pytest

from gate_controller.admission.words import events as on
from gate_controller.admission.words.calls import CallFailed
from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.commands import Answer
from gate_controller.admission.words.desk_calls import Activation, CancelPart, Deactivation, NewAmount, NewBalance
from gate_controller.admission.words.errand_facts import (
    ErrandBegun,
    ErrandDone,
    ErrandKind,
    ErrandNotDone,
    ErrandRefused,
    PartVoided,
)
from gate_controller.admission.words.facts import Fact, OpenItem
from gate_controller.admission.words.messages import MessageKind
from gate_controller.admission.words.money import Cents
from tests.rig.core import (
    LOST,
    NO_KEY,
    NOT_SENT,
    PRICE,
    REFUSED,
    SHORT_CODE,
    VOUCHER,
    Core,
    balance,
    charged,
    core,
    with_credit,
)

CODE = VoucherCode(VOUCHER)
SETTLE_SECONDS = 120.0


def ordered(gate: Core, kind: ErrandKind, amount: int | None = 1_000, facts: Sequence[Fact] = ()) -> Answer:
    cents = None if amount is None else Cents(amount)
    return gate.order(on.ErrandOrdered, kind, CODE, cents, "wished for", "", tuple(facts))


def sellable(*, free: bool = False, amount: int | None = 5_000, can: bool = True, message: str = "") -> Activation:
    return Activation(CODE, can, free, None if amount is None else Cents(amount), message)


def returnable(*, can: bool = True, amount: int = 5_000) -> Deactivation:
    return Deactivation(CODE, can, Cents(amount))


def topping_up() -> Core:
    """Return a gate whose top-up of 10.00 has been sent, from 25.00."""
    gate = core()
    assert not ordered(gate, ErrandKind.TOP_UP).objection
    gate.answer(balance(2_500))
    assert gate.asks == ["TopUp"]
    return gate


def admitted() -> Core:
    """Return a gate that has admitted somebody, and whose lane is free again."""
    gate = core()
    gate.admits(left=4_000)
    gate.after(60.0)
    return gate


# -- a top-up


def test_a_top_up_is_on_disk_before_it_is_sent_and_done_when_it_is_answered() -> None:
    gate = core()
    answer = ordered(gate, ErrandKind.TOP_UP)
    assert answer.incident
    assert gate.story == []
    gate.answer(balance(2_500))
    assert gate.story == ["ErrandBegun"]
    gate.answer(NewBalance(Cents(3_500)))
    done = gate.facts[-1]
    assert isinstance(done, ErrandDone)
    assert done.balance_after == 3_500


def test_a_top_up_that_the_disk_does_not_take_is_never_sent() -> None:
    gate = core()
    ordered(gate, ErrandKind.TOP_UP)
    gate.disk = "fails"
    gate.answer(balance(2_500))
    assert gate.asks == []


@pytest.mark.parametrize(
    ("after", "ends"),
    [(3_500, ErrandDone), (2_500, ErrandNotDone), (1_000, OpenItem), (4_500, OpenItem)],
    ids=["risen by exactly that", "as before", "less", "more"],
)
def test_the_balance_tells_a_lost_answer_or_a_person_decides(after: int, ends: type[Fact]) -> None:
    gate = topping_up()
    gate.answer(LOST)
    for _ in range(60):
        if gate.asks:
            gate.answer(balance(after))
        gate.after(5.0)
    assert isinstance(gate.facts[-1], ends)
    assert [type(fact) for fact in gate.facts].count(ErrandBegun) == 1


def test_a_lost_top_up_is_not_called_undone_before_the_settling_time() -> None:
    gate = topping_up()
    gate.answer(LOST, balance(2_500))
    gate.after(SETTLE_SECONDS - 20.0)
    assert gate.story[-1] == "ErrandDoubted"
    while gate.asks:
        gate.answer(balance(3_500))
    assert isinstance(gate.facts[-1], ErrandDone)


@pytest.mark.parametrize("said", [REFUSED, NO_KEY], ids=["refused", "key"])
def test_a_refusal_after_a_yes_is_looked_up_once(said: CallFailed) -> None:
    gate = topping_up()
    gate.answer(said)
    assert gate.asks == ["AskBalance"]
    gate.answer(balance(2_500))
    assert isinstance(gate.facts[-1], ErrandNotDone)


def test_a_refusal_of_the_second_of_two_that_a_proxy_made_is_no_refusal() -> None:
    gate = topping_up()
    gate.answer(REFUSED, balance(3_500))
    assert isinstance(gate.facts[-1], ErrandDone)


def test_what_was_surely_not_sent_is_not_done() -> None:
    gate = topping_up()
    gate.answer(NOT_SENT)
    assert isinstance(gate.facts[-1], ErrandNotDone)


def test_a_top_up_that_took_effect_twice_is_done_and_an_open_item() -> None:
    gate = topping_up()
    gate.answer(NewBalance(Cents(4_500)))
    assert gate.story[-2:] == ["ErrandDone", "OpenItem"]


def test_a_crash_after_the_record_is_looked_up_and_sends_nothing() -> None:
    before = topping_up()
    gate = core()
    gate.carry_out(gate.gate.recover(gate.at, [tuple(before.facts)]))
    gate.after(0.0)
    assert gate.asks == ["AskBalance"]
    gate.answer(balance(3_500))
    assert isinstance(gate.facts[-1], ErrandDone)


def test_in_a_journal_from_another_machine_it_is_an_open_item() -> None:
    before = topping_up()
    gate = core()
    gate.carry_out(gate.gate.recover(gate.at, [tuple(before.facts)], is_foreign=True))
    assert gate.story == ["OpenItem"]
    assert gate.asks == []


def test_a_short_code_is_asked_again_by_the_name_that_e_guma_answers() -> None:
    gate = core()
    gate.order(on.ErrandOrdered, ErrandKind.TOP_UP, VoucherCode(SHORT_CODE), Cents(1_000))
    gate.answer(balance(2_500), balance(2_500))
    begun = gate.facts[-1]
    assert isinstance(begun, ErrandBegun)
    assert begun.voucher_code == VOUCHER


def test_an_amount_of_nothing_and_none_at_all_are_refused() -> None:
    gate = core()
    assert ordered(gate, ErrandKind.TOP_UP, 0).objection
    assert ordered(gate, ErrandKind.TOP_UP, -5).objection
    assert ordered(gate, ErrandKind.TOP_UP, None).objection
    assert gate.asks == []


# -- two movements of one voucher never cross


def test_an_errand_waits_until_the_visitor_of_its_voucher_is_served() -> None:
    gate = core()
    gate.scan()
    gate.answer(balance(5_000))
    assert ordered(gate, ErrandKind.TOP_UP).is_put_off
    gate.answer(charged(2_500))
    gate.after(10.0)
    assert not ordered(gate, ErrandKind.TOP_UP).objection


def test_an_errand_waits_for_a_credit_of_its_voucher() -> None:
    assert ordered(with_credit(), ErrandKind.TOP_UP).is_put_off


def test_nobody_is_charged_on_a_voucher_while_an_errand_is_under_way() -> None:
    gate = topping_up()
    gate.scan()
    assert gate.asks == ["TopUp", "AskBalance"]
    gate.asked.reverse()
    gate.answer(balance(2_500))
    assert gate.told() is MessageKind.AT_THE_DESK
    gate.answer(NewBalance(Cents(3_500)))
    gate.after(10.0)
    gate.scan()
    gate.answer(balance(3_500))
    assert gate.asks == ["Redeem"]


def test_a_short_code_of_that_voucher_is_not_charged_either() -> None:
    gate = topping_up()
    gate.scan(SHORT_CODE)
    gate.asked.reverse()
    gate.answer(balance(2_500))
    assert gate.told() is MessageKind.AT_THE_DESK


def test_a_balance_from_before_the_end_of_an_errand_is_asked_again() -> None:
    gate = topping_up()
    gate.scan()
    gate.answer(NewBalance(Cents(3_500)))
    gate.answer(balance(2_500))
    assert gate.asks == ["AskBalance"]
    gate.answer(balance(3_500))
    [redeem] = gate.asks
    assert redeem == "Redeem"


def test_two_errands_of_one_voucher_follow_each_other() -> None:
    gate = topping_up()
    assert ordered(gate, ErrandKind.TOP_UP).is_put_off
    gate.answer(NewBalance(Cents(3_500)))
    assert not ordered(gate, ErrandKind.TOP_UP).objection


def test_a_refund_waits_for_an_errand_of_its_voucher() -> None:
    gate = admitted()
    facts = tuple(gate.facts)
    ordered(gate, ErrandKind.TOP_UP)
    assert gate.order(on.RefundOrdered, facts, "wrong").is_put_off


# -- a part of a charge


def test_a_part_is_given_back_once_and_told_in_the_charge_itself() -> None:
    gate = admitted()
    assert not ordered(gate, ErrandKind.PART_VOID, 1_000, gate.facts).objection
    gate.answer(balance(4_000))
    [command] = gate.asked
    assert isinstance(command, CancelPart)
    assert (command.amount, command.token) == (1_000, "token-1")
    gate.answer(NewBalance(Cents(5_000)))
    assert gate.story[-2:] == ["ErrandDone", "PartVoided"]
    voided = gate.facts[-1]
    assert isinstance(voided, PartVoided)
    assert voided.attempt == gate.facts[0].attempt


def test_a_part_whose_answer_was_lost_is_never_sent_again() -> None:
    gate = admitted()
    ordered(gate, ErrandKind.PART_VOID, 1_000, gate.facts)
    gate.answer(balance(4_000), LOST)
    for _ in range(60):
        assert "CancelPart" not in gate.asks
        if gate.asks:
            gate.answer(balance(4_700))
        gate.after(5.0)
    assert gate.story[-2:] == ["OpenItem", "PartVoided"]
    told = gate.facts[-1]
    assert isinstance(told, PartVoided)
    assert told.amount == 0


def test_never_more_than_was_charged_and_the_rest_only_whole() -> None:
    gate = admitted()
    charge = list(gate.facts)
    assert "left" in ordered(gate, ErrandKind.PART_VOID, PRICE + 1, charge).objection
    assert "whole" in ordered(gate, ErrandKind.PART_VOID, PRICE, charge).objection
    ordered(gate, ErrandKind.PART_VOID, 1_000, charge)
    gate.answer(balance(4_000), NewBalance(Cents(5_000)))
    charge.append(gate.facts[-1])
    assert "left" in ordered(gate, ErrandKind.PART_VOID, PRICE - 999, charge).objection
    assert ordered(gate, ErrandKind.PART_VOID, 100, charge[:-1]).is_put_off  # it had not seen the first part
    gate.order(on.RefundOrdered, tuple(charge), "all of it")
    gate.answer(balance(5_000))
    [cancel] = [fact for fact in gate.facts if type(fact).__name__ == "RefundBegun"]
    assert cancel.attempt == charge[0].attempt


def test_a_refund_after_a_part_gives_back_what_is_left() -> None:
    gate = admitted()
    charge = list(gate.facts)
    ordered(gate, ErrandKind.PART_VOID, 1_000, charge)
    gate.answer(balance(4_000), NewBalance(Cents(5_000)))
    gate.order(on.RefundOrdered, (*charge, gate.facts[-1]), "all of it")
    gate.answer(balance(5_000))
    [cancel] = [command for command in gate.asked if type(command).__name__ == "Cancel"]
    assert getattr(cancel, "amount") == PRICE - 1_000  # noqa: B009 - of whichever call it is


def test_nothing_is_given_back_in_part_of_what_was_given_back() -> None:
    gate = with_credit()
    gate.after(700.0)
    assert ordered(gate, ErrandKind.PART_VOID, 1_000, gate.facts).objection


# -- depot vouchers


@pytest.mark.parametrize(("most", "asks"), [(4_999, []), (5_000, ["Activate"])])
def test_what_e_guma_says_a_sale_comes_to_is_no_more_than_whoever_ordered_it_may_move(
    most: int, asks: Sequence[str]
) -> None:
    gate = core()
    gate.order(on.ErrandOrdered, ErrandKind.SALE, CODE, None, "", "", (), Cents(most))
    gate.answer(sellable(amount=5_000))
    assert gate.asks == asks
    assert gate.story == ["ErrandBegun" if asks else "ErrandRefused"]


def test_a_depot_voucher_is_sold_for_what_e_guma_says() -> None:
    gate = core()
    ordered(gate, ErrandKind.SALE, None)
    gate.answer(sellable(), NewAmount(Cents(5_000)))
    begun, done = gate.facts
    assert isinstance(begun, ErrandBegun)
    assert isinstance(done, ErrandDone)
    assert (begun.amount, begun.says_amount) == (5_000, False)


def test_the_seller_says_the_amount_where_it_is_free() -> None:
    gate = core()
    ordered(gate, ErrandKind.SALE, 7_000)
    gate.answer(sellable(free=True, amount=None))
    [activate] = gate.asked
    assert getattr(activate, "amount") == 7_000  # noqa: B009 - of whichever call it is


@pytest.mark.parametrize(
    ("wished", "said"),
    [
        (None, sellable(can=False, message="sold already")),
        (None, sellable(free=True, amount=None)),
        (7_000, sellable()),
        (None, sellable(amount=None)),
    ],
    ids=["cannot be sold", "no amount said", "another amount", "worth unknown"],
)
def test_what_cannot_be_sold_is_refused_with_why_and_nothing_is_sent(wished: int | None, said: Activation) -> None:
    gate = core()
    ordered(gate, ErrandKind.SALE, wished)
    gate.answer(said)
    assert gate.asks == []
    refused = gate.facts[-1]
    assert isinstance(refused, ErrandRefused)
    assert refused.text == said.message


@pytest.mark.parametrize(
    ("looks", "ends"),
    [
        ((sellable(),), ErrandNotDone),
        ((sellable(can=False), returnable()), ErrandDone),
        ((sellable(can=False), returnable(can=False)), OpenItem),
    ],
    ids=["can still be sold", "can be taken back", "neither"],
)
def test_a_lost_sale_is_looked_up_by_what_can_be_done_with_it(looks: Sequence[Activation], ends: type[Fact]) -> None:
    gate = core()
    ordered(gate, ErrandKind.SALE, None)
    gate.answer(sellable(), LOST)
    for _ in range(60):
        for look in looks:
            if gate.asks:
                gate.answer(look)
        gate.after(5.0)
    assert isinstance(gate.facts[-1], ends)


@pytest.mark.parametrize(
    ("looks", "ends"),
    [
        ((returnable(),), ErrandNotDone),
        ((returnable(can=False), balance(0, redeemable=False)), ErrandDone),
        ((returnable(can=False), balance(4_000)), OpenItem),
    ],
    ids=["can still be taken back", "worth nothing", "somebody redeemed of it"],
)
def test_a_lost_taking_back_is_looked_up_too(looks: Sequence[Deactivation], ends: type[Fact]) -> None:
    gate = core()
    ordered(gate, ErrandKind.TAKING_BACK, None)
    gate.answer(returnable(), LOST)
    for _ in range(60):
        for look in looks:
            if gate.asks:
                gate.answer(look)
        gate.after(5.0)
    assert isinstance(gate.facts[-1], ends)


def test_looks_that_fail_settle_nothing() -> None:
    gate = topping_up()
    gate.answer(LOST)
    for _ in range(60):
        if gate.asks:
            gate.answer(NOT_SENT)
        gate.after(60.0)
    assert gate.story[-1] == "ErrandDoubted"
    for _ in range(24 * 60):
        if gate.asks:
            gate.answer(NOT_SENT)
        gate.after(60.0)
    assert gate.story[-1] == "OpenItem"


# -- what fresh eyes found


def test_a_refused_taking_back_of_a_spent_voucher_is_no_taking_back() -> None:
    """A till had redeemed all of it between the question and the request: the clerk must not pay it out."""
    gate = core()
    ordered(gate, ErrandKind.TAKING_BACK, None)
    gate.answer(returnable(), REFUSED, returnable(can=False), balance(0, redeemable=False))
    assert gate.story[-1] == "OpenItem"


def test_a_sale_for_another_amount_is_not_this_gates_sale() -> None:
    gate = core()
    ordered(gate, ErrandKind.SALE, 7_000)
    gate.answer(sellable(free=True, amount=None), LOST)
    for _ in range(60):
        for look in (sellable(can=False), returnable(amount=2_000)):
            if gate.asks:
                gate.answer(look)
        gate.after(5.0)
    assert gate.story[-1] == "OpenItem"


@pytest.mark.parametrize("topped_up", [PRICE, 700], ids=["exactly the price", "another amount"])
def test_a_top_up_in_between_neither_makes_a_refund_nor_hides_one(topped_up: int) -> None:
    gate = admitted()
    charge = tuple(gate.facts)
    ordered(gate, ErrandKind.TOP_UP, topped_up)
    gate.answer(balance(4_000), NewBalance(Cents(4_000 + topped_up)))
    gate.order(on.RefundOrdered, charge, "closed")
    gate.answer(balance(4_000 + topped_up), REFUSED, balance(4_000 + topped_up))
    assert gate.story[-1] == "OpenItem"


def test_nothing_is_sent_while_the_end_of_an_earlier_errand_may_not_be_on_disk() -> None:
    gate = core()
    ordered(gate, ErrandKind.TOP_UP)
    gate.answer(balance(2_500))
    gate.disk = "hangs"
    gate.answer(NOT_SENT)
    ordered(gate, ErrandKind.TOP_UP)
    gate.disk_answers(works=False)
    gate.disk = "works"
    gate.answer(balance(2_500))
    assert gate.asks == []


def test_what_another_machine_left_unfinished_keeps_its_voucher_from_errands() -> None:
    before = topping_up()
    gate = core()
    gate.carry_out(gate.gate.recover(gate.at, [tuple(before.facts)], is_foreign=True))
    assert ordered(gate, ErrandKind.TOP_UP).is_put_off
    item = (*before.facts, gate.facts[-1])
    gate.order(on.SettleOrdered, tuple(item), "it was done there")
    assert not ordered(gate, ErrandKind.TOP_UP).objection


def test_it_keeps_it_so_after_a_restart_too_and_an_open_item_is_not_taken_up_again() -> None:
    before = topping_up()
    first = core()
    first.carry_out(first.gate.recover(first.at, [tuple(before.facts)], is_foreign=True))
    gate = core()
    gate.carry_out(gate.gate.recover(gate.at, [(*before.facts, first.facts[-1])]))
    gate.after(1.0)
    assert gate.asks == []
    assert ordered(gate, ErrandKind.TOP_UP).is_put_off


def test_a_balance_of_another_voucher_is_no_look() -> None:
    gate = topping_up()
    gate.answer(LOST, balance(3_500, code="AB12CD34EF56"))
    assert gate.story[-1] == "ErrandDoubted"


def test_a_voucher_that_e_guma_does_not_name_is_not_topped_up() -> None:
    gate = core()
    ordered(gate, ErrandKind.TOP_UP)
    gate.answer(balance(0, code="", redeemable=False, message="not found"))
    assert gate.asks == []
    assert gate.story == ["ErrandRefused"]


def test_looks_that_e_guma_refuses_are_left_to_a_person_in_the_end() -> None:
    gate = topping_up()
    gate.answer(LOST)
    for _ in range(60):
        if gate.asks:
            gate.answer(REFUSED)
        gate.after(5.0)
    assert gate.story[-1] == "OpenItem"

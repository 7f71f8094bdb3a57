"""The refund: repeated until it is accepted, else an open item; and what the visitor is told on the way."""

import pytest

from gate_controller.admission.attempt.states import Cancelling
from gate_controller.admission.words import events as on
from gate_controller.admission.words.calls import BalanceAnswered, CallFailed, Cancelled
from gate_controller.admission.words.facts import Approved, OpenItem, Refunded
from gate_controller.admission.words.messages import Fault, MessageKind, MoneyFate
from gate_controller.admission.words.money import Cents
from tests.rig.core import (
    CREDIT_SECONDS,
    LOST,
    NO_KEY,
    NOT_SENT,
    OTHER,
    REFUSED,
    SHORT_CODE,
    Core,
    balance,
    charged,
    core,
    listed,
    refunding,
    with_credit,
)

GIVEN_BACK = Cancelled(Cents(4_000))


def test_a_cancellation_is_recorded_before_it_is_sent() -> None:
    gate = with_credit()
    gate.disk = "hangs"

    gate.after(CREDIT_SECONDS)
    gate.answer(balance(1_500))
    assert gate.asks == []
    gate.disk_answers()

    assert gate.asks == ["Cancel"]
    assert gate.story[-1] == "RefundBegun"


@pytest.mark.parametrize("outcome", [LOST, NOT_SENT, NO_KEY])
def test_a_refund_is_repeated_until_it_is_accepted(outcome: CallFailed) -> None:
    gate = refunding()

    for _ in range(12):
        gate.answer(outcome)
        assert gate.asks == []
        gate.after(300.0)
        assert gate.asks == ["Cancel"]
    gate.answer(GIVEN_BACK)

    assert isinstance(gate.facts[-1], Refunded)


def test_a_refund_that_finds_the_key_refused_says_so() -> None:
    gate = refunding()

    gate.answer(NO_KEY)

    assert Fault.KEY in gate.gate.faults


def test_a_refused_refund_that_the_balance_shows_was_none_is_an_open_item() -> None:
    gate = refunding()

    gate.answer(REFUSED, balance(1_500))

    last = gate.facts[-1]
    assert isinstance(last, OpenItem)
    assert "E-GUMA says no" in last.reason


def test_a_first_cancellation_that_was_sent_twice_on_the_way_is_done_though_it_is_refused() -> None:
    gate = refunding()

    gate.answer(REFUSED, balance(4_000))

    assert isinstance(gate.facts[-1], Refunded)


def test_nobody_is_let_in_on_a_first_refusal_that_the_balance_does_not_explain() -> None:
    gate = refunding()

    gate.answer(REFUSED, balance(700))

    last = gate.facts[-1]
    assert isinstance(last, OpenItem)
    assert last.perhaps_back


def test_a_refusal_after_a_lost_answer_is_checked_against_the_balance() -> None:
    gate = refunding()
    gate.answer(LOST)
    gate.after(300.0)

    gate.answer(REFUSED)
    assert gate.asks == ["AskBalance"]
    gate.answer(balance(4_000))

    assert isinstance(gate.facts[-1], Refunded)


def test_a_refusal_that_the_balance_does_not_explain_is_an_open_item() -> None:
    gate = refunding()
    gate.answer(LOST)
    gate.after(300.0)

    gate.answer(REFUSED, balance(1_500))

    assert isinstance(gate.facts[-1], OpenItem)


def test_a_balance_that_rose_for_another_reason_does_not_count_as_given_back() -> None:
    """The cancellation was lost on the way, and somebody charged the voucher up."""
    gate = refunding()
    gate.answer(LOST)
    gate.after(300.0)

    gate.answer(REFUSED, balance(5_000))

    assert isinstance(gate.facts[-1], OpenItem)


def test_the_balance_is_weighed_before_the_first_cancellation_so_that_other_tills_do_not_blur_it() -> None:
    gate = with_credit()
    gate.after(CREDIT_SECONDS)
    gate.answer(balance(500), LOST)  # another till took 10.00 since
    gate.after(300.0)

    gate.answer(REFUSED, balance(3_000))

    assert isinstance(gate.facts[-1], Refunded)


@pytest.mark.parametrize("outcome", [LOST, NOT_SENT, REFUSED, NO_KEY])
def test_a_voucher_that_cannot_be_weighed_is_given_back_all_the_same(outcome: CallFailed) -> None:
    gate = with_credit()
    gate.after(CREDIT_SECONDS)

    gate.answer(outcome)

    assert (gate.story[-1], gate.asks) == ("RefundBegun", ["Cancel"])


def test_a_scan_while_the_voucher_is_weighed_is_told_that_it_is_given_back() -> None:
    gate = with_credit()
    gate.after(CREDIT_SECONDS)

    gate.scan()

    assert (gate.told(), gate.asks) == (MessageKind.REFUND_UNDER_WAY, ["AskBalance"])


def tried(gate: Core, hours: float) -> None:
    """Let every cancellation go unaccepted for so long."""
    end = gate.now + hours * 3_600
    while gate.now < end:
        gate.answer(*(NOT_SENT for _ in gate.asked))
        gate.after(300.0)


def test_a_refund_that_is_not_accepted_within_a_day_is_an_open_item_besides() -> None:
    gate = refunding()

    tried(gate, 23.9)
    assert gate.story[-1] == "RefundBegun"
    tried(gate, 24.2)

    last = gate.facts[-1]
    assert isinstance(last, OpenItem)
    assert last.repeats
    assert gate.story.count("OpenItem") == 1
    assert gate.asks == ["Cancel"]


def test_a_refund_that_is_accepted_after_a_day_closes_its_open_item() -> None:
    gate = refunding()
    tried(gate, 24.5)

    gate.answer(GIVEN_BACK)

    assert gate.story[-2:] == ["OpenItem", "Refunded"]
    assert not gate.gate.visitors.unfinished


def test_a_balance_that_a_refund_may_have_changed_since_is_asked_again() -> None:
    """A ShortCode is scanned, and only its balance says which voucher that is."""
    gate = refunding()
    gate.scan(SHORT_CODE)
    cancel, asked = gate.asked
    gate.asked = [cancel]
    gate.answer(GIVEN_BACK)

    gate.asked = [asked]
    gate.answer(balance(1_500))

    assert gate.asks == ["AskBalance"]
    gate.answer(balance(4_000))
    assert gate.asks == ["Redeem"]
    approved = gate.facts[-1]
    assert isinstance(approved, Approved)
    assert approved.balance_before == 4_000


def test_a_balance_that_is_asked_again_has_only_the_rest_of_the_visitors_time() -> None:
    gate = refunding()
    gate.scan(SHORT_CODE)
    cancel, asked = gate.asked
    gate.asked = [cancel]
    gate.answer(GIVEN_BACK)
    gate.asked = [asked]
    gate.answer(balance(1_500))

    gate.after(5.0)

    assert gate.told() is MessageKind.UNREACHABLE


def test_a_refund_that_begins_while_a_short_code_is_asked_is_told_to_its_visitor() -> None:
    gate = core()
    gate.admits(left=4_000)
    gate.after(10.0)
    admitted = tuple(gate.facts)
    gate.scan(SHORT_CODE)
    gate.order(on.RefundOrdered, admitted)

    gate.answer(balance(1_500))

    assert gate.told() is MessageKind.REFUND_UNDER_WAY


def test_a_refund_of_another_voucher_costs_nobody_a_second_question() -> None:
    gate = refunding()
    gate.scan(OTHER)
    cancel, asked = gate.asked
    gate.asked = [cancel]
    gate.answer(GIVEN_BACK)

    gate.asked = [asked]
    gate.answer(balance(4_000, OTHER))

    assert gate.asks == ["Redeem"]


def test_a_scan_during_the_refund_is_told_so_and_charges_nothing() -> None:
    gate = refunding()

    gate.scan()

    assert (gate.told(), gate.shown[-1].fate) == (MessageKind.REFUND_UNDER_WAY, MoneyFate.REFUND_UNDER_WAY)
    assert gate.asks == ["Cancel"]


def test_the_visitor_of_a_charge_that_could_not_be_recorded_reads_that_it_was_given_back() -> None:
    gate = core()
    gate.asks_redeem()
    gate.disk = "fails"
    gate.answer(charged(1_500))

    gate.answer(GIVEN_BACK)

    assert (gate.told(), gate.shown[-1].fate) == (MessageKind.CHARGE_CANCELLED, MoneyFate.CANCELLED)


def test_what_the_failing_disk_did_not_take_is_written_when_it_works_again() -> None:
    gate = core()
    gate.asks_redeem()
    gate.disk = "fails"
    gate.answer(charged(1_500))
    gate.answer(GIVEN_BACK)

    gate.disk = "works"
    gate.after(6.0)

    assert gate.story == ["Intended", "Approved", "Redeemed", "RefundBegun", "Refunded"]
    assert not gate.gate.faults


def test_the_balance_of_a_look_up_from_before_says_nothing_about_a_refund() -> None:
    gate = core()
    gate.asks_redeem(left=4_000)
    redeem = gate.asked.pop()
    gate.after(4.9)  # the answer is overdue, and the look-up has begun
    gate.answer(listed(0))
    look_up = gate.asked.pop()
    gate.disk = "fails"
    gate.asked = [redeem]
    gate.answer(charged(1_500))
    assert gate.asks == ["Cancel"]

    gate.happens(BalanceAnswered(gate.at, look_up.attempt, balance(4_000)))

    assert isinstance(gate.only.state, Cancelling)

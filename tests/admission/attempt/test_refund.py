"""The refund: repeated until it is accepted, else an open item; and what the visitor is told on the way."""

import pytest

from gate_controller.admission.attempt.attempt import State
from gate_controller.admission.words import events as on
from gate_controller.admission.words.facts import OpenItem, Refunded
from gate_controller.admission.words.messages import Fault, MessageKind, MoneyFate
from gate_controller.admission.words.money import Cents
from gate_controller.admission.words.outcomes import CallFailed, Cancelled
from tests.rig.core import (
    CREDIT_SECONDS,
    LOST,
    NO_KEY,
    NOT_SENT,
    REFUSED,
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


def test_a_refused_refund_is_an_open_item() -> None:
    gate = refunding()

    gate.answer(REFUSED)

    last = gate.facts[-1]
    assert isinstance(last, OpenItem)
    assert "E-GUMA says no" in last.reason


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

    assert gate.story == ["Intended", "Redeemed", "RefundBegun", "Refunded"]
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

    gate.happens(on.BalanceAnswered(gate.at, look_up.attempt, balance(4_000)))

    assert gate.only.state is State.REFUNDING

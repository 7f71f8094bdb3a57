"""The unused charge: a credit, then a refund, else an open item; and what the visitor is told on the way."""

import pytest

from gate_controller.admission.attempt.attempt import State
from gate_controller.admission.words import events as on
from gate_controller.admission.words.commands import Cancel
from gate_controller.admission.words.facts import OpenItem, Refunded
from gate_controller.admission.words.messages import Fault, MessageKind, MoneyFate
from gate_controller.admission.words.money import Cents
from gate_controller.admission.words.outcomes import CallFailed, Cancelled
from tests.rig.core import (
    LOST,
    NO_KEY,
    NOT_SENT,
    OTHER,
    PRICE,
    REFUSED,
    TOKEN,
    VOUCHER,
    Core,
    balance,
    charged,
    core,
    listed,
)

GIVEN_BACK = Cancelled(Cents(4_000))
CREDIT_SECONDS = 600.0


def with_credit() -> Core:
    gate = core(sensor=True)
    gate.admits(left=4_000)
    gate.after(8.0)
    assert gate.story[-1] == "CreditOpened"
    return gate


def refunding() -> Core:
    gate = with_credit()
    gate.after(CREDIT_SECONDS)
    assert gate.asks == ["Cancel"]
    return gate


def test_a_credit_opens_the_gate_without_a_charge() -> None:
    gate = with_credit()

    gate.scan()

    assert (gate.pulses, gate.told(), gate.shown[-1].fate) == (
        2,
        MessageKind.ADMITTED_ON_CREDIT,
        MoneyFate.CHARGED_BEFORE,
    )
    assert gate.asks == []


def test_a_credit_opens_the_gate_for_the_short_code_of_its_voucher() -> None:
    gate = with_credit()

    gate.scan("42")
    gate.answer(balance(1_500))

    assert gate.told() is MessageKind.ADMITTED_ON_CREDIT
    assert gate.asks == []


def test_a_credit_opens_the_gate_for_no_other_voucher() -> None:
    gate = with_credit()

    gate.scan(OTHER)

    assert gate.asks == ["AskBalance"]
    assert gate.pulses == 1


def test_a_used_credit_opens_nothing_again() -> None:
    gate = with_credit()
    gate.scan()
    gate.somebody_passes()
    gate.after(10.0)

    gate.scan()

    assert gate.asks == ["AskBalance"]
    assert gate.pulses == 2


def test_a_credit_that_lapses_is_refunded_through_its_token() -> None:
    gate = refunding()

    [cancel] = gate.asked
    assert isinstance(cancel, Cancel)
    assert (cancel.voucher_code, cancel.token, cancel.amount) == (VOUCHER, TOKEN, PRICE)
    gate.answer(GIVEN_BACK)

    assert isinstance(gate.facts[-1], Refunded)
    assert not gate.gate.unfinished


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


def test_a_charge_without_a_token_becomes_an_open_item_when_its_credit_lapses() -> None:
    gate = core()
    gate.is_in_doubt()
    gate.after(5.0)
    gate.answer(listed(1))
    assert gate.story[-1] == "CreditOpened"

    gate.after(CREDIT_SECONDS)

    assert gate.asks == []
    assert isinstance(gate.facts[-1], OpenItem)


def test_a_scan_during_the_refund_is_told_so_and_charges_nothing() -> None:
    gate = refunding()

    gate.scan()

    assert (gate.told(), gate.shown[-1].fate) == (MessageKind.REFUND_UNDER_WAY, MoneyFate.REFUND_UNDER_WAY)
    assert gate.asks == ["Cancel"]


@pytest.mark.parametrize("fault", [Fault.RELAY, Fault.KEY])
def test_out_of_service_a_paid_voucher_is_not_told_that_it_was_not_charged(fault: Fault) -> None:
    gate = with_credit()
    gate.happens(on.FaultRaised(gate.at, fault, "broken"))
    gate.after(20.0)

    gate.scan()

    assert gate.told() is MessageKind.PAID_BUT_SHUT
    assert gate.shown[-1].incident


def test_out_of_service_a_voucher_in_doubt_is_told_that_it_is_being_checked() -> None:
    gate = core()
    gate.is_in_doubt()
    gate.after(10.0)
    gate.happens(on.FaultRaised(gate.at, Fault.RELAY, "broken"))

    gate.scan()

    assert gate.told() is MessageKind.BEING_CHECKED


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


def order_refund(gate: Core, attempt: str) -> None:
    facts = tuple(fact for fact in gate.facts if fact.attempt == attempt)
    gate.happens(on.RefundOrdered(gate.at, facts, "Anna"))


def test_staff_may_give_an_admission_back() -> None:
    gate = core()
    gate.admits()
    gate.after(10.0)

    order_refund(gate, "TAG01")
    gate.answer(GIVEN_BACK)

    assert gate.story[-2:] == ["RefundBegun", "Refunded"]


def test_a_refund_ordered_twice_is_sent_once() -> None:
    gate = core()
    gate.admits()
    gate.after(10.0)

    order_refund(gate, "TAG01")
    order_refund(gate, "TAG01")

    assert gate.asks == ["Cancel"]


def test_staff_do_not_refund_while_another_charge_of_the_voucher_is_in_doubt() -> None:
    """The refund would raise the balance by the price, and hide the drop that proves the charge in doubt."""
    gate = core()
    gate.admits(left=9_000)
    gate.after(10.0)
    gate.is_in_doubt(left=6_500)

    order_refund(gate, "TAG01")

    assert gate.asks == ["AskRedemptions"]


def test_an_order_is_not_taken_while_facts_of_its_attempt_are_on_their_way_to_disk() -> None:
    """Whoever gave it had not seen them: its own facts would get the same numbers, and be lost."""
    gate = core()
    gate.asks_redeem()
    gate.disk = "hangs"
    gate.answer(charged(1_500))
    gate.disk_answers(hangs_again=True)
    gate.after(10.0)
    assert [type(fact).__name__ for write in gate.held for fact in write.facts] == ["Released"]

    order_refund(gate, "TAG01")

    assert len(gate.held) == 1


def test_a_settled_item_stays_settled() -> None:
    gate = refunding()
    gate.answer(REFUSED)
    facts = tuple(gate.facts)

    gate.happens(on.SettleOrdered(gate.at, facts, "Anna", "paid back in cash"))

    assert gate.story[-1] == "Settled"


def test_staff_do_not_refund_while_the_journal_fails() -> None:
    """What is known of other charges may not be on disk: after a power cut the refund would blur their look-up."""
    gate = core()
    gate.admits()
    gate.after(10.0)
    gate.happens(on.FaultRaised(gate.at, Fault.JOURNAL, "disk full"))

    order_refund(gate, "TAG01")

    assert gate.asks == []
    assert gate.story[-1] == "Released"


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

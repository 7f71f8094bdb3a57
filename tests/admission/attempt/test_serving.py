"""The visitor's way: one test for each thing that can come of a scan."""

import pytest

from gate_controller.admission.words.calls import AskBalance, CallFailed, Redeem
from gate_controller.admission.words.facts import Approved, Intended, Redeemed
from gate_controller.admission.words.messages import Fault, MessageKind, MoneyFate
from tests.rig.core import LOST, NO_KEY, NOT_SENT, PRICE, REFUSED, SHORT_CODE, TOKEN, VOUCHER, balance, charged, core


def test_a_scan_asks_for_the_balance_and_says_so() -> None:
    gate = core()

    gate.scan("l4fu-5lqt-kjr3")

    assert gate.told() is MessageKind.CHECKING
    assert gate.asked == [AskBalance(gate.only.id, gate.only.code, gate.now + 3.0, urgent=True)]
    assert gate.only.code == VOUCHER


def test_enough_balance_is_charged_and_opens_the_gate() -> None:
    gate = core()

    gate.asks_redeem(left=4_000)
    gate.answer(charged(1_500))

    assert gate.pulses == 1
    assert (gate.told(), gate.shown[-1].balance, gate.shown[-1].fate) == (
        MessageKind.ADMITTED,
        1_500,
        MoneyFate.CHARGED,
    )
    assert gate.story == ["Intended", "Approved", "Redeemed", "Released"]


def test_a_balance_of_exactly_the_price_is_enough() -> None:
    gate = core()

    gate.admits(left=PRICE)

    assert gate.shown[-1].balance == 0


def test_the_journal_holds_all_that_a_look_up_needs_before_redeem_is_sent() -> None:
    gate = core()

    gate.asks_redeem(left=4_000)

    intent, approved = gate.facts
    assert isinstance(intent, Intended)
    assert isinstance(approved, Approved)
    assert (intent.code, intent.price) == (VOUCHER, PRICE)
    assert (approved.voucher_code, approved.balance_before) == (VOUCHER, 4_000)
    [redeem] = gate.asked
    assert isinstance(redeem, Redeem)
    assert redeem.reference == intent.reference
    assert redeem.reference.isalnum()


def test_redeem_waits_for_the_intent_to_be_on_disk() -> None:
    gate = core()
    gate.disk = "hangs"

    gate.scan()
    gate.answer(balance(4_000))
    assert gate.asks == []
    gate.disk_answers()

    assert gate.asks == ["Redeem"]


def test_the_relay_waits_for_the_redemption_to_be_on_disk() -> None:
    gate = core()
    gate.asks_redeem()
    gate.disk = "hangs"

    gate.answer(charged(1_500))
    assert gate.pulses == 0
    gate.disk_answers()

    assert gate.pulses == 1
    assert isinstance(gate.facts[2], Redeemed)


def test_a_short_code_is_charged_under_the_code_that_balance_returned() -> None:
    gate = core()

    gate.scan(SHORT_CODE)
    gate.answer(balance(4_000))

    [redeem] = gate.asked
    assert isinstance(redeem, Redeem)
    assert redeem.voucher_code == VOUCHER


def test_a_voucher_that_is_not_redeemable_is_refused_with_egumas_words() -> None:
    gate = core()

    gate.scan()
    gate.answer(balance(0, redeemable=False, message="The voucher has been redeemed."))

    assert (gate.told(), gate.shown[-1].eguma_text) == (MessageKind.NOT_REDEEMABLE, "The voucher has been redeemed.")
    assert gate.story == ["Intended", "Refused"]


def test_a_balance_below_the_price_is_refused_with_both_amounts() -> None:
    gate = core()

    gate.scan()
    gate.answer(balance(2_499))

    assert (gate.told(), gate.shown[-1].balance, gate.shown[-1].price) == (MessageKind.BALANCE_TOO_LOW, 2_499, PRICE)


def test_a_redeemable_voucher_with_nothing_on_it_is_too_low() -> None:
    gate = core()

    gate.scan()
    gate.answer(balance(0))

    assert gate.told() is MessageKind.BALANCE_TOO_LOW


def test_a_voucher_in_another_currency_is_refused() -> None:
    gate = core()

    gate.scan()
    gate.answer(balance(4_000, currency="EUR"))

    assert gate.told() is MessageKind.WRONG_CURRENCY


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        (LOST, MessageKind.UNREACHABLE),
        (NOT_SENT, MessageKind.UNREACHABLE),
        (REFUSED, MessageKind.REFUSED_BY_EGUMA),
        (NO_KEY, MessageKind.REFUSED_OUT_OF_SERVICE),
    ],
)
def test_a_balance_that_cannot_be_had_ends_uncharged(outcome: CallFailed, kind: MessageKind) -> None:
    gate = core()

    gate.scan()
    gate.answer(outcome)

    assert (gate.told(), gate.shown[-1].fate) == (kind, MoneyFate.NOT_CHARGED)
    assert gate.asks == []


def test_a_redeem_that_was_surely_not_sent_ends_uncharged() -> None:
    gate = core()

    gate.asks_redeem()
    gate.answer(NOT_SENT)

    assert (gate.told(), gate.shown[-1].fate) == (MessageKind.UNREACHABLE, MoneyFate.NOT_CHARGED)
    assert gate.story == ["Intended", "Approved", "NotCharged"]
    assert not gate.gate.visitors.unfinished


def test_a_key_that_is_not_accepted_puts_the_gate_out_of_service() -> None:
    gate = core()

    gate.asks_redeem()
    gate.answer(NO_KEY)

    assert set(gate.gate.faults) == {Fault.KEY}


def test_the_visitor_knows_in_time_when_eguma_never_answers() -> None:
    gate = core()

    gate.scan()
    gate.after(5.0)

    assert gate.shown[-1].fate is MoneyFate.NOT_CHARGED
    assert gate.told() is MessageKind.UNREACHABLE


def test_the_visitor_knows_in_time_when_redeem_never_answers() -> None:
    gate = core()

    gate.asks_redeem()
    gate.after(5.0)

    assert gate.shown[-1].fate is MoneyFate.BEING_CHECKED
    assert gate.shown[-1].incident


def test_a_disk_that_is_too_slow_for_the_intent_charges_nothing() -> None:
    gate = core()
    gate.disk = "hangs"

    gate.scan()
    gate.answer(balance(4_000))
    gate.after(4.0)
    gate.disk_answers()

    assert gate.asks == []
    assert gate.told() is MessageKind.UNREACHABLE
    assert gate.story == ["Intended", "Approved", "NotCharged"]


def test_an_intent_that_cannot_be_written_charges_nothing() -> None:
    gate = core()
    gate.disk = "fails"

    gate.scan()
    gate.answer(balance(4_000))

    assert gate.asks == []
    assert gate.told() is MessageKind.REFUSED_OUT_OF_SERVICE
    assert set(gate.gate.faults) == {Fault.JOURNAL}


def test_a_redemption_that_cannot_be_written_is_cancelled_at_once() -> None:
    gate = core()
    gate.asks_redeem()
    gate.disk = "fails"

    gate.answer(charged(1_500))

    assert gate.pulses == 0
    [cancel] = gate.asked
    assert getattr(cancel, "token", None) == TOKEN


def test_a_charge_whose_record_comes_too_late_becomes_a_credit() -> None:
    gate = core()
    gate.asks_redeem()
    gate.disk = "hangs"

    gate.answer(charged(1_500))
    gate.after(5.0)
    assert gate.told() is MessageKind.BEING_CHECKED
    gate.disk_answers()

    assert gate.pulses == 0
    assert gate.story == ["Intended", "Approved", "Redeemed", "CreditOpened"]


def test_a_visitor_who_comes_back_while_the_disk_hangs_is_let_in_when_it_answers() -> None:
    gate = core()
    gate.asks_redeem()
    gate.disk = "hangs"
    gate.answer(charged(1_500))
    gate.after(10.0)

    gate.scan()
    assert gate.told() is MessageKind.CHECKING
    gate.disk_answers()

    assert gate.pulses == 1
    assert gate.asks == []


def test_a_relay_that_fails_leaves_a_credit_and_a_gate_out_of_service() -> None:
    gate = core()
    gate.relay_works = False

    gate.asks_redeem()
    gate.answer(charged(1_500))

    assert (gate.told(), gate.shown[-1].fate) == (MessageKind.PAID_BUT_SHUT, MoneyFate.CREDIT)
    assert gate.story == ["Intended", "Approved", "Redeemed", "CreditOpened"]
    assert set(gate.gate.faults) == {Fault.RELAY}


def test_a_passage_closes_the_attempt() -> None:
    gate = core(sensor=True)

    gate.admits()
    gate.after(1.0)
    gate.somebody_passes()

    assert gate.story == ["Intended", "Approved", "Redeemed", "ReleasedToSensor", "Passed"]
    assert gate.gate.lane is None


def test_no_passage_leaves_a_credit() -> None:
    gate = core(sensor=True)

    gate.admits()
    gate.after(8.0)

    assert gate.told() is MessageKind.NOBODY_PASSED
    assert gate.story == ["Intended", "Approved", "Redeemed", "ReleasedToSensor", "CreditOpened"]


def test_without_a_sensor_the_lane_is_free_again_after_the_hold_time() -> None:
    gate = core()

    gate.admits()
    gate.after(2.9)
    assert gate.gate.lane is not None
    gate.after(0.2)

    assert gate.gate.lane is None

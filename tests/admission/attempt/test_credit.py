"""The credit: a charge that nobody used opens the gate once more for its voucher, for a limited time."""

from gate_controller.admission.words.calls import Cancel, Cancelled
from gate_controller.admission.words.facts import OpenItem, Refunded
from gate_controller.admission.words.messages import MessageKind, MoneyFate
from gate_controller.admission.words.money import Cents
from tests.rig.core import (
    CREDIT_SECONDS,
    OTHER,
    PRICE,
    TOKEN,
    VOUCHER,
    balance,
    core,
    listed,
    refunding,
    with_credit,
)

GIVEN_BACK = Cancelled(Cents(4_000))


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
    assert not gate.gate.visitors.unfinished


def test_a_charge_without_a_token_becomes_an_open_item_when_its_credit_lapses() -> None:
    gate = core()
    gate.is_in_doubt()
    gate.after(5.0)
    gate.answer(listed(1))
    assert gate.story[-1] == "CreditOpened"

    gate.after(CREDIT_SECONDS)

    assert gate.asks == []
    assert isinstance(gate.facts[-1], OpenItem)

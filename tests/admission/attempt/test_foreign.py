"""A journal that came from another machine: what was unfinished is a person's, until it is adopted."""

from collections.abc import Callable

import pytest

from gate_controller.admission.attempt.evidence import entries_of
from gate_controller.admission.words.calls import Cancelled
from gate_controller.admission.words.events import AdoptOrdered, SettleOrdered
from gate_controller.admission.words.facts import Fact, OpenItem, is_foreign
from gate_controller.admission.words.messages import MessageKind
from gate_controller.admission.words.money import Cents
from tests.rig.core import BOOT, LOST, OTHER, VOUCHER, Core, balance, charged, core, listed, refunding, with_credit


def in_doubt() -> Core:
    gate = core()
    gate.is_in_doubt()
    return gate


def on_another_machine(gate: Core) -> Core:
    """Return another gate that starts with the journal which this one left."""
    return gate.restarts(is_foreign=True)


def open_items(gate: Core) -> tuple[tuple[Fact, ...], ...]:
    histories = gate.histories().values()
    return tuple(facts for facts in histories if isinstance(facts[-1], OpenItem))


@pytest.mark.parametrize("left", [in_doubt, with_credit, refunding])
def test_what_another_machine_left_unfinished_is_an_open_item(left: Callable[[], Core]) -> None:
    again = on_another_machine(left())

    [item] = open_items(again)
    assert is_foreign(item)
    assert (again.asks, again.gate.wake_at, again.gate.visitors.unfinished) == ([], None, {})


def test_new_visitors_are_served_as_always() -> None:
    again = on_another_machine(with_credit())

    again.admits(code=OTHER)

    assert again.pulses == 1


def test_a_credit_of_another_machine_opens_nothing() -> None:
    again = on_another_machine(with_credit())

    again.scan()

    assert (again.pulses, again.asks) == (0, ["AskBalance"])


def test_what_is_an_open_item_already_stays_as_it_is() -> None:
    first = on_another_machine(with_credit())

    again = on_another_machine(first)

    assert again.story == first.story


def test_adopted_a_credit_opens_the_gate_again() -> None:
    again = on_another_machine(with_credit())

    answer = again.order(AdoptOrdered, open_items(again))

    assert answer.objection == ""
    again.scan()
    again.answer(balance(1_500))
    assert (again.pulses, again.told()) == (1, MessageKind.ADMITTED_ON_CREDIT)


def test_adopted_a_doubt_is_looked_up() -> None:
    again = on_another_machine(in_doubt())

    again.order(AdoptOrdered, open_items(again))
    again.after(0.0)

    assert again.asks == ["AskRedemptions"]
    again.answer(listed(1), balance(1_500))
    assert again.story[-2:] == ["Redeemed", "CreditOpened"]


def test_adopted_a_refund_goes_on() -> None:
    again = on_another_machine(refunding())

    again.order(AdoptOrdered, open_items(again))
    again.after(0.0)

    assert again.asks == ["Cancel"]
    again.answer(Cancelled(Cents(4_000)))
    assert again.story[-1] == "Refunded"


def test_what_was_adopted_goes_on_after_a_power_cut() -> None:
    first = on_another_machine(with_credit())
    first.order(AdoptOrdered, open_items(first))
    assert first.story[-1] == "Adopted"

    again = first.restarts()

    again.scan()
    again.answer(balance(1_500))
    assert again.pulses == 1


def test_what_a_person_has_settled_is_not_adopted() -> None:
    again = on_another_machine(with_credit())
    [item] = open_items(again)
    again.order(SettleOrdered, item, "given back in cash")

    again.order(AdoptOrdered, open_items(again))

    assert again.story[-1] == "Settled"


def test_what_is_of_a_voucher_that_is_being_served_is_adopted_after_that() -> None:
    again = on_another_machine(with_credit())
    [item] = open_items(again)
    again.asks_redeem(left=4_000, code=VOUCHER)

    again.order(AdoptOrdered, (item,))
    assert is_foreign(again.histories()[item[0].attempt])
    again.answer(charged(1_500))
    again.somebody_passes()
    again.after(10.0)
    again.order(AdoptOrdered, (item,))

    assert not is_foreign(again.histories()[item[0].attempt])


def test_two_attempts_of_one_voucher_are_not_adopted_at_once() -> None:
    """The card moved twice: each would find the other's charge."""
    second = on_another_machine(in_doubt())
    second.asks_redeem(left=10_000)
    second.answer(LOST)
    third = on_another_machine(second)

    third.order(AdoptOrdered, open_items(third))

    assert len(third.gate.visitors.unfinished) == 1
    assert len(open_items(third)) == 1


@pytest.mark.parametrize("left", [with_credit, refunding])
def test_what_another_machine_may_have_given_back_explains_no_entry_surely(left: Callable[[], Core]) -> None:
    [facts] = on_another_machine(left()).histories().values()

    assert entries_of(facts) == (0, 1)


def test_an_adopted_intent_is_looked_up_for_a_backup_may_have_been_made_before_the_next_fact() -> None:
    before = core()
    before.admits(left=4_000)
    before.facts = before.facts[:1]
    again = before.restarts(boot=BOOT, is_foreign=True)

    again.order(AdoptOrdered, open_items(again))
    again.after(0.0)

    assert again.asks == ["AskRedemptions"]

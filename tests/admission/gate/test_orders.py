"""What staff order, and what the gate answers."""

from gate_controller.admission.words import events as on
from gate_controller.admission.words.facts import Occurred, Occurrence
from gate_controller.admission.words.messages import Fault
from gate_controller.admission.words.money import Cents
from gate_controller.admission.words.outcomes import Cancelled
from tests.rig.core import (
    REFUSED,
    Core,
    charged,
    core,
    refunding,
)

GIVEN_BACK = Cancelled(Cents(4_000))


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


def test_staff_open_the_gate_once_and_their_name_and_reason_are_recorded() -> None:
    gate = core()

    gate.happens(on.OpenOrdered(gate.at, "Anna", "school class"))

    assert gate.moves == ["release in"]
    [fact] = gate.facts
    assert isinstance(fact, Occurred)
    assert (fact.what, fact.by, fact.reason) == (Occurrence.OPENED_BY_STAFF, "Anna", "school class")

"""What staff order: each order is carried out or not, and answered either way."""

import pytest

from gate_controller.admission.words import commands as do
from gate_controller.admission.words import events as on
from gate_controller.admission.words.calls import Cancelled
from gate_controller.admission.words.events import (
    Contact,
    LetInOrdered,
    OpenOrdered,
    RefundOrdered,
    ResumeOrdered,
    SettleOrdered,
)
from gate_controller.admission.words.facts import Fact, Intended, Occurred, Occurrence, Settled
from gate_controller.admission.words.messages import Fault, MessageKind, MoneyFate, Signal, Symbol
from gate_controller.admission.words.money import Cents
from tests.rig.core import LOST, NOT_SENT, REFUSED, Core, balance, charged, core, listed, refunding

GIVEN_BACK = Cancelled(Cents(4_000))
ADMITTED = "TAG01"


def facts_of(gate: Core, attempt: str) -> tuple[Fact, ...]:
    return tuple(fact for fact in gate.facts if fact.attempt == attempt)


def order_refund(gate: Core, attempt: str = ADMITTED) -> do.Answer:
    return gate.order(RefundOrdered, facts_of(gate, attempt))


def settle(gate: Core, attempt: str = ADMITTED) -> do.Answer:
    return gate.order(SettleOrdered, facts_of(gate, attempt), "paid back in cash")


def is_carried_out(answer: do.Answer) -> bool:
    return not answer.objection and not answer.is_put_off


def admitted(left: int = 4_000) -> Core:
    gate = core()
    gate.admits(left=left)
    gate.after(10.0)
    return gate


# -- a charge is to be given back


def test_staff_may_give_an_admission_back() -> None:
    gate = admitted()

    answer = order_refund(gate)
    gate.answer(balance(1_500), GIVEN_BACK)

    assert is_carried_out(answer)
    assert gate.story[-2:] == ["RefundBegun", "Refunded"]


def test_a_refund_ordered_twice_is_sent_once() -> None:
    gate = admitted()

    order_refund(gate)
    again = order_refund(gate)

    assert (again.objection, again.is_put_off) == ("it is being given back already", True)
    gate.answer(balance(1_500))
    assert gate.asks == ["Cancel"]


def test_staff_do_not_refund_while_another_charge_of_the_voucher_is_in_doubt() -> None:
    """The refund would raise the balance by the price, and hide the drop that proves the charge in doubt."""
    gate = admitted(left=9_000)
    gate.is_in_doubt(left=6_500)

    answer = order_refund(gate)

    assert answer.is_put_off
    assert answer.objection.endswith(", of the same voucher, is not settled yet")
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

    answer = order_refund(gate)

    assert answer.is_put_off
    assert len(gate.held) == 1


def test_a_charge_is_not_given_back_while_its_visitor_has_the_lane() -> None:
    gate = core()
    gate.admits()

    answer = order_refund(gate)
    assert (answer.objection, answer.is_put_off) == ("its visitor is being served", True)
    gate.after(10.0)

    assert is_carried_out(order_refund(gate))


def test_staff_do_not_refund_while_the_journal_fails() -> None:
    """What is known of other charges may not be on disk: after a power cut the refund would blur their look-up."""
    gate = admitted()
    gate.happens(on.FaultRaised(gate.at, Fault.JOURNAL, "disk full"))

    answer = order_refund(gate)

    assert (answer.objection, answer.is_put_off) == ("the journal cannot be written just now", True)
    assert gate.asks == []
    assert gate.story[-1] == "Released"


def test_a_credit_may_be_given_back_before_it_lapses() -> None:
    gate = core(sensor=True)
    gate.admits()
    gate.after(8.0)
    assert gate.story[-1] == "CreditOpened"

    assert is_carried_out(order_refund(gate))
    gate.answer(balance(1_500))
    assert gate.asks == ["Cancel"]


def test_a_refund_that_another_run_began_is_left_to_the_gate_that_takes_it_up() -> None:
    gate = refunding()
    facts = facts_of(gate, ADMITTED)

    answer = core().order(RefundOrdered, facts)

    assert answer.is_put_off


def test_what_was_given_back_is_not_given_back_again() -> None:
    gate = admitted()
    order_refund(gate)
    gate.answer(balance(1_500), GIVEN_BACK)

    answer = order_refund(gate)

    assert (answer.objection, answer.is_put_off) == ("has been given back already", False)
    assert gate.asks == []


def test_what_was_settled_by_hand_is_not_given_back_through_eguma() -> None:
    gate = refunding()
    gate.answer(REFUSED, balance(1_500))
    settle(gate)

    answer = order_refund(gate)

    assert answer.objection == "was settled by Anna (paid back in cash): a refund now would give it back twice"
    assert gate.asks == []


def test_without_a_charge_there_is_nothing_to_give_back() -> None:
    gate = core()
    gate.contact(Contact.EXIT_BUTTON)

    assert order_refund(gate).objection == "holds no charge: there is nothing to give back"


def test_a_charge_without_a_token_is_given_back_by_hand() -> None:
    gate = core()
    gate.is_in_doubt()
    gate.answer(listed(1))
    gate.after(10.0)

    answer = order_refund(gate)

    assert answer.objection == "has no redeem token, so E-GUMA cannot cancel it: give it back by hand, then settle it"


def test_a_charge_whose_intent_is_lost_is_not_given_back() -> None:
    gate = admitted()
    without = tuple(fact for fact in facts_of(gate, ADMITTED) if not isinstance(fact, Intended))

    answer = gate.order(RefundOrdered, without)

    assert answer.objection == "has no record of what was intended"
    assert gate.asks == []


# -- an open item is settled


def test_a_settled_item_stays_settled() -> None:
    gate = refunding()
    gate.answer(REFUSED, balance(1_500))

    assert is_carried_out(settle(gate))
    assert gate.story[-1] == "Settled"
    assert settle(gate).objection == "is not an open item: there is nothing to settle"
    assert gate.story.count("Settled") == 1


def test_an_open_item_is_not_settled_before_its_visitor_has_gone() -> None:
    gate = core()
    gate.is_in_doubt()
    gate.answer(listed(0), balance(1_500))
    assert gate.story[-1] == "OpenItem"

    answer = settle(gate)
    assert (answer.objection, answer.is_put_off) == ("the gate has still work with it", True)
    gate.after(10.0)

    assert is_carried_out(settle(gate))


def overdue() -> Core:
    """Return a gate whose refund E-GUMA has not accepted for a day: the next cancellation is out."""
    gate = refunding()
    while gate.story[-1] != "OpenItem":
        gate.answer(NOT_SENT)
        gate.after(300.0)
    assert gate.asks == ["Cancel"]
    return gate


def test_an_item_whose_cancellation_is_out_is_not_settled_before_its_answer() -> None:
    gate = overdue()

    answer = settle(gate)

    assert (answer.objection, answer.is_put_off) == ("a cancellation of it is under way, and may be accepted", True)


def test_whoever_settles_a_refund_that_is_not_accepted_ends_its_repetition() -> None:
    gate = overdue()
    gate.answer(NOT_SENT)

    assert is_carried_out(settle(gate))
    gate.after(3_600.0)

    assert (gate.story[-2:], gate.asks) == (["OpenItem", "Settled"], [])
    assert not gate.gate.visitors.unfinished


def test_a_refund_that_is_being_repeated_is_not_begun_a_second_time() -> None:
    gate = overdue()
    gate.answer(NOT_SENT)

    assert order_refund(gate).objection == "it is being given back already"


# -- whoever was charged and not let in is let in


def let_in(gate: Core, attempt: str = ADMITTED) -> do.Answer:
    return gate.order(LetInOrdered, facts_of(gate, attempt), "he stood outside")


def owed() -> Core:
    """Return a gate with an open item of a charge that is certain."""
    gate = refunding()
    gate.answer(REFUSED, balance(1_500))
    assert gate.story[-1] == "OpenItem"
    return gate


def test_letting_somebody_in_opens_once_and_settles_the_item() -> None:
    gate = owed()
    before = gate.pulses

    assert is_carried_out(let_in(gate))

    assert gate.pulses == before + 1
    settled = gate.facts[-1]
    assert isinstance(settled, Settled)
    assert (settled.by, settled.reason, settled.let_in) == ("Anna", "he stood outside", True)
    assert gate.occurred == [Occurrence.OPENED_BY_STAFF]
    assert let_in(gate).objection == "is not an open item: nobody is owed an admission for it"
    assert gate.pulses == before + 1


def test_who_could_not_be_let_in_is_still_owed_it() -> None:
    gate = owed()
    gate.relay_works = False

    assert let_in(gate).objection == "it did not open: stuck"

    assert "Settled" not in gate.story


def test_nobody_is_let_in_behind_a_visitor_who_is_served() -> None:
    gate = owed()
    gate.scan("AB12CD34EF56")

    assert let_in(gate).objection == "somebody is being served: wait until the lane is free"

    assert "Settled" not in gate.story


def test_only_a_charge_that_is_certain_lets_somebody_in() -> None:
    gate = core()
    gate.is_in_doubt()
    gate.answer(listed(0), balance(1_500))
    assert gate.story[-1] == "OpenItem"
    gate.after(10.0)
    pulses = gate.pulses

    answer = let_in(gate)

    assert answer.objection.endswith("open once if he shall go in, and settle this apart")
    assert not answer.is_put_off
    assert gate.pulses == pulses


def test_nobody_is_let_in_while_the_money_may_be_on_its_way_back() -> None:
    gate = overdue()
    pulses = gate.pulses

    answer = let_in(gate)

    assert (answer.objection, answer.is_put_off) == ("a cancellation of it is under way, and may be accepted", True)
    assert gate.pulses == pulses


def test_nobody_is_let_in_on_a_charge_that_a_lost_answer_may_have_given_back() -> None:
    gate = overdue()
    gate.answer(LOST)
    pulses = gate.pulses

    answer = let_in(gate)

    assert answer.objection == "may have been given back already: open once if he shall go in, and settle this apart"
    assert not answer.is_put_off
    assert gate.pulses == pulses
    assert is_carried_out(settle(gate))


def test_nobody_is_let_in_on_a_refund_that_eguma_refused_after_a_lost_answer() -> None:
    gate = refunding()
    gate.answer(LOST)
    gate.after(300.0)
    gate.answer(REFUSED, balance(9_999))
    assert gate.story[-1] == "OpenItem"
    pulses = gate.pulses

    assert let_in(gate).objection.startswith("may have been given back already")
    assert gate.pulses == pulses


def test_who_was_admitted_on_a_charge_is_not_let_in_on_it_again() -> None:
    """Staff wanted the money back, and E-GUMA said no: the item is about money, and its admission is used."""
    gate = admitted()
    order_refund(gate)
    gate.answer(balance(1_500), REFUSED, balance(1_500))
    assert gate.story[-1] == "OpenItem"
    pulses = gate.pulses

    answer = let_in(gate)

    assert "already" in answer.objection
    assert gate.pulses == pulses


def test_a_feared_second_charge_lets_nobody_in_a_second_time() -> None:
    gate = core()
    gate.asks_redeem(left=10_000)
    gate.answer(charged(5_000))
    for _ in range(400):
        gate.after(1.0)
        while gate.asked:
            gate.answer(listed(1))
    assert gate.story[-1] == "OpenItem"
    assert gate.pulses == 1

    assert let_in(gate).objection == "was let in on that charge already: settle this, or give the money back"
    assert gate.pulses == 1


@pytest.mark.parametrize("kind", [LetInOrdered, SettleOrdered, RefundOrdered])
def test_who_has_not_seen_what_another_has_just_ordered_decides_anew(kind: type[on.Order]) -> None:
    """Two press at once: the second has read the journal just before the first one's order came to disk."""
    gate = owed()
    seen = facts_of(gate, ADMITTED)
    assert is_carried_out(settle(gate))
    pulses, told = gate.pulses, len(gate.facts)

    answer = gate.order(kind, seen, "at the same moment")

    assert (answer.objection, answer.is_put_off) == ("the journal holds more of it by now", True)
    assert (gate.pulses, len(gate.facts), gate.asks) == (pulses, told, [])


# -- the gate is opened


def test_staff_open_the_gate_once_and_their_name_and_reason_are_recorded() -> None:
    gate = core()

    answer = gate.order(OpenOrdered, "school class")

    assert is_carried_out(answer)
    assert gate.moves == ["release in"]
    [fact] = gate.facts
    assert isinstance(fact, Occurred)
    assert (fact.what, fact.by, fact.reason) == (Occurrence.OPENED_BY_STAFF, "Anna", "school class")


def test_staff_do_not_open_the_gate_behind_a_visitor_who_is_served() -> None:
    gate = core()
    gate.scan()

    answer = gate.order(OpenOrdered, "school class")

    assert answer.objection == "somebody is being served: wait until the lane is free"
    assert (gate.moves, gate.occurred) == ([], [])


@pytest.mark.parametrize(
    ("contact", "objection"),
    [
        (
            Contact.IS_BLOCKED,
            "it cannot open: the gate's own contact says that it cannot move: look what is in its way",
        ),
        (Contact.FIRE, "it stands open already"),
    ],
)
def test_a_gate_that_cannot_open_or_stands_open_is_not_opened(contact: Contact, objection: str) -> None:
    gate = core()
    gate.contact(contact)

    answer = gate.order(OpenOrdered, "school class")

    assert answer.objection.startswith(objection)
    assert not answer.is_put_off
    assert gate.pulses == 0


def test_whoever_orders_it_is_told_that_the_gate_did_not_open() -> None:
    gate = core()
    gate.relay_works = False

    answer = gate.order(OpenOrdered, "school class")

    assert answer.objection == "it did not open: stuck"
    gate.after(1.0)
    assert gate.order(OpenOrdered, "school class").objection == "it cannot open: stuck"


def test_whoever_staff_let_in_is_sent_through_and_told_nothing_of_money() -> None:
    gate = core()

    gate.order(OpenOrdered, "school class")

    told = gate.shown[-1]
    assert (told.kind, told.fate) == (MessageKind.LET_IN, MoneyFate.NOTHING_YET)
    assert (told.signal, told.symbol) == (Signal.ADMITTED, Symbol.TICK)
    gate.after(gate.gate.policy.open_seconds)
    assert gate.told() is MessageKind.IDLE


def test_who_comes_behind_somebody_whom_staff_let_in_is_not_sent_through() -> None:
    gate = core(sensor=True)
    gate.order(OpenOrdered, "school class")

    gate.after(1.0)
    gate.somebody_passes()

    assert gate.told() is MessageKind.IDLE


def test_whoever_is_not_let_in_is_not_sent_through() -> None:
    gate = core()
    gate.relay_works = False

    gate.order(OpenOrdered, "school class")

    assert MessageKind.LET_IN not in [told.kind for told in gate.shown]


@pytest.mark.parametrize("is_ordered", [True, False], ids=["by staff", "by the exit button"])
def test_an_opening_that_the_relay_could_not_carry_out_is_recorded_as_that(is_ordered: bool) -> None:
    gate = core()
    gate.relay_works = False

    if is_ordered:
        gate.order(OpenOrdered, "school class")
    else:
        gate.contact(Contact.EXIT_BUTTON)

    begun, ended = (fact for fact in gate.facts if isinstance(fact, Occurred))
    assert (ended.attempt, ended.n, ended.incident, ended.order) == (begun.attempt, 1, begun.incident, begun.order)
    assert (ended.what, ended.by, ended.reason) == (Occurrence.NOT_RELEASED, begun.by, "stuck")


# -- an alarm is ended


def test_staff_end_an_alarm_only_when_there_is_one_and_its_contact_has_closed() -> None:
    gate = core(fire_resumes=False)
    nothing = gate.order(ResumeOrdered)
    assert nothing.objection == "there is no alarm, and nothing holds by order: nothing to resume from"

    gate.contact(Contact.FIRE)
    early = gate.order(ResumeOrdered)
    assert early.objection == "the fire contact still reports an alarm: it has to close first"
    gate.contact(Contact.FIRE, active=False)

    assert is_carried_out(gate.order(ResumeOrdered))
    assert gate.moves == ["HoldOpen", "LetGo"]

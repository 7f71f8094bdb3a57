"""After a crash or a power cut: each thing the journal may hold, and what the gate makes of it."""

from dataclasses import replace
from typing import Any

import pytest

from gate_controller.admission.attempt.states import Credit, InDoubt
from gate_controller.admission.words.calls import CallFailed, Cancel, Cancelled, ListedRedemption, Redemptions
from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.events import Contact, Instant
from gate_controller.admission.words.facts import Doubted, Evidence, OpenItem, Redeemed, Refunded, Released
from gate_controller.admission.words.messages import MessageKind
from gate_controller.admission.words.money import Cents
from tests.rig.core import (
    BOOT,
    CREDIT_SECONDS,
    LOST,
    NOT_SENT,
    PRICE,
    REFUSED,
    SHORT_CODE,
    VOUCHER,
    WALL,
    Core,
    balance,
    charged,
    core,
    listed,
    refunding,
    with_credit,
)


def cut(gate: Core, facts: int, *, boot: str = "another boot") -> Core:
    """Return the gate as it starts again with only so many of its facts on disk."""
    gate.facts = gate.facts[:facts]
    return gate.restarts(boot=boot)


def admitted(*, sensor: bool = False) -> Core:
    gate = core(sensor=sensor)
    gate.admits(left=4_000)
    return gate


def test_with_nothing_on_disk_there_is_nothing_to_do() -> None:
    gate = cut(admitted(), 0)

    assert not gate.gate.visitors.unfinished
    assert gate.gate.wake_at is None


def test_an_intent_without_an_outcome_is_looked_up_and_never_sent_again() -> None:
    gate = cut(admitted(), 2)
    assert isinstance(gate.only.state, InDoubt)

    gate.after(0.1)

    assert gate.asks == ["AskRedemptions"]


def test_a_charge_that_was_not_released_becomes_a_credit() -> None:
    gate = cut(admitted(), 3)

    assert gate.story == ["Intended", "Approved", "Redeemed", "CreditOpened"]
    assert gate.pulses == 0


def test_its_visitor_is_let_in_when_the_balance_proves_the_charge() -> None:
    gate = cut(admitted(), 3)

    gate.scan()
    gate.answer(balance(1_500))

    assert (gate.pulses, gate.told()) == (1, MessageKind.ADMITTED_ON_CREDIT)
    assert isinstance(gate.facts[-1], Released)


def test_a_credit_whose_charge_had_been_given_back_before_the_crash_opens_nothing() -> None:
    gate = cut(admitted(), 3)

    gate.scan()
    gate.after(2.5)
    gate.answer(balance(4_000), REFUSED, balance(4_000))

    assert (gate.pulses, gate.told()) == (0, MessageKind.NOT_CHARGED_AFTER_ALL)
    assert isinstance(gate.facts[-1], Refunded)


def test_a_crash_before_the_passage_keeps_the_doubt_about_an_unproven_credit() -> None:
    gate = cut(admitted(sensor=True), 3)
    gate.scan()
    gate.answer(LOST)
    assert (gate.pulses, gate.story[-1]) == (1, "ReleasedToSensor")

    again = gate.restarts()

    assert again.story[-2:] == ["Released", "OpenItem"]


def test_its_visitor_is_served_anew_while_there_is_time() -> None:
    gate = cut(admitted(), 3)

    gate.scan()
    gate.answer(balance(4_000), REFUSED, balance(4_000))
    assert (gate.pulses, gate.asks) == (0, ["AskBalance"])
    gate.answer(balance(4_000), charged(1_500))

    assert (gate.pulses, gate.told()) == (1, MessageKind.ADMITTED)


@pytest.mark.parametrize(
    ("contact", "told"),
    [(Contact.FIRE, MessageKind.PAID_NOT_NEEDED), (Contact.IS_BLOCKED, MessageKind.PAID_BUT_SHUT)],
)
def test_a_credit_that_an_alarm_or_a_block_came_upon_while_it_was_proven_is_kept(
    contact: Contact, told: MessageKind
) -> None:
    gate = cut(admitted(), 3)
    gate.scan()
    gate.contact(contact)

    gate.answer(balance(1_500))

    assert (gate.pulses, gate.told()) == (0, told)
    assert isinstance(gate.only.state, Credit)
    gate.contact(contact, active=False)
    gate.scan()
    assert (gate.pulses, gate.told()) == (1, MessageKind.ADMITTED_ON_CREDIT)


@pytest.mark.parametrize("left", [None, 200])
def test_where_the_charge_cannot_be_proven_the_visitor_enters_and_staff_are_told(left: int | None) -> None:
    gate = cut(admitted(), 3)

    gate.scan()
    gate.answer(LOST if left is None else balance(left))

    assert gate.pulses == 1
    assert isinstance(gate.facts[-1], OpenItem)


def test_a_release_counts_as_admitted() -> None:
    gate = cut(admitted(), 4)

    assert not gate.gate.visitors.unfinished


def test_a_release_whose_sensor_never_spoke_counts_as_admitted() -> None:
    gate = cut(admitted(sensor=True), 4)

    assert gate.story == ["Intended", "Approved", "Redeemed", "ReleasedToSensor", "Released"]
    assert not gate.gate.visitors.unfinished


# -- the intent is on disk, and what Balance said is not


def test_a_process_that_died_while_balance_was_asked_has_charged_nothing() -> None:
    """A process that dies keeps what it has written, and Redeem is sent after that."""
    gate = cut(admitted(), 1, boot=BOOT)

    assert gate.story == ["Intended", "NotCharged"]
    assert (gate.asks, gate.gate.wake_at) == ([], None)


@pytest.mark.parametrize("lost", [{"code": SHORT_CODE}, {"is_dated": False}])
def test_what_a_look_up_could_not_do_without_is_synced_before_redeem(lost: dict[str, Any]) -> None:
    before = admitted()
    before.facts[0] = replace(before.facts[0], **lost)

    gate = cut(before, 1)

    assert gate.story == ["Intended", "NotCharged"]


def settled_by(found: Redemptions | CallFailed) -> Core:
    """Return a gate that has looked up, after a power cut, what the list alone can tell."""
    gate = cut(admitted(), 1)
    gate.after(0.0)
    gate.answer(found)
    assert gate.story == ["Intended"]  # not before the settling time
    gate.after(130.0)
    while gate.asked:
        gate.answer(found)
        gate.after(60.0)
    return gate


def test_the_list_alone_shows_a_charge() -> None:
    gate = settled_by(listed(1))

    assert gate.story[:3] == ["Intended", "Redeemed", "CreditOpened"]
    gate.scan()
    assert (gate.pulses, gate.told(), gate.story[-1]) == (1, MessageKind.ADMITTED_ON_CREDIT, "Released")


def test_the_list_alone_shows_that_nothing_was_charged() -> None:
    assert settled_by(listed(0)).story == ["Intended", "NotCharged"]


@pytest.mark.parametrize("found", [REFUSED, LOST, listed(0, user=None), listed(1, surely=0, at_most=1)])
def test_where_the_list_does_not_help_either_a_person_decides(found: Redemptions | CallFailed) -> None:
    gate = settled_by(found)

    assert gate.story == ["Intended", "OpenItem"]
    assert gate.gate.wake_at is None


@pytest.mark.parametrize("found", [listed(2), listed(1, user=None)])
def test_more_entries_than_one_or_whose_is_not_known_leave_a_doubt(found: Redemptions) -> None:
    gate = settled_by(found)

    redeemed = next(fact for fact in gate.facts if isinstance(fact, Redeemed))
    assert redeemed.evidence is Evidence.UNSURE


def test_a_visitor_who_comes_meanwhile_is_told_that_it_is_being_checked() -> None:
    gate = cut(admitted(), 1)
    gate.after(0.0)
    gate.answer(listed(1))

    gate.scan()
    gate.answer(listed(1))
    gate.after(5.0)

    assert (gate.pulses, gate.told()) == (0, MessageKind.BEING_CHECKED)


def test_an_intent_of_an_older_version_is_looked_up_with_the_balance_that_it_holds() -> None:
    before = admitted()
    old = replace(before.facts[0], voucher_code=VOUCHER, balance_before=Cents(4_000), boot="")  # type: ignore[call-arg]
    before.facts[0] = old

    gate = cut(before, 1, boot="")
    gate.after(0.0)
    gate.answer(REFUSED)

    assert gate.asks == ["AskBalance"]


def test_a_doubt_goes_on() -> None:
    gate = core()
    gate.is_in_doubt()
    assert isinstance(gate.facts[-1], Doubted)

    again = gate.restarts()
    again.after(0.1)
    again.answer(listed(1), balance(1_500))

    assert again.story[-2:] == ["Redeemed", "CreditOpened"]


def looked_up_after_a_power_cut(found: Redemptions | CallFailed, left: int) -> Core:
    """Return a gate that lost its power while Redeem was under way and has settled what became of it."""
    gate = core()
    gate.asks_redeem(left=4_000)
    again = gate.restarts()
    for _ in range(300):
        again.after(1.0)
        while again.asked:
            again.answer(found if again.asks[0] == "AskRedemptions" else balance(left))
    return again


def test_a_listed_charge_that_the_balance_does_not_show_was_cancelled_before_the_crash() -> None:
    """The disk failed after the charge, the gate gave it back at once and was restarted; the list keeps it."""
    again = looked_up_after_a_power_cut(listed(1), 4_000)

    assert again.story == ["Intended", "Approved", "NotCharged"]


def test_a_listed_charge_that_the_balance_does_not_show_is_for_a_person_where_a_till_was_near() -> None:
    """It was cancelled before the crash, or it stands and the till has given back as much."""
    till = ListedRedemption(VoucherCode(VOUCHER), Cents(PRICE), "till")
    again = looked_up_after_a_power_cut(replace(listed(1), listed=(*listed(1).listed, till)), 4_000)

    assert again.story == ["Intended", "Approved", "Redeemed", "CreditOpened"]
    again.after(600.0)
    assert again.story[-1] == "OpenItem"


@pytest.mark.parametrize("left", [1_000, 2_000, 4_500])
def test_a_listed_charge_beside_another_difference_has_two_explanations(left: int) -> None:
    again = looked_up_after_a_power_cut(listed(1), left)

    assert next(fact.evidence for fact in again.facts if isinstance(fact, Redeemed)) is Evidence.UNSURE


@pytest.mark.parametrize("left", [1_500, 1_000])
def test_a_drop_seen_only_after_a_power_cut_has_two_explanations(left: int) -> None:
    """Whoever was charged had left by then, and a till may have been there in between."""
    again = looked_up_after_a_power_cut(REFUSED, left)
    again.scan()

    assert again.pulses == 0  # proven by the balance first
    again.answer(balance(left))
    assert again.pulses == 1
    assert again.story[-1] == "OpenItem"


def test_a_credit_keeps_the_time_that_is_left() -> None:
    gate = core(sensor=True)
    gate.admits()
    gate.after(8.0 + 500.0)

    again = gate.restarts(60.0)
    again.after(39.0)
    assert again.asks == []
    again.after(2.0)

    assert again.asks == ["Cancel"]


@pytest.mark.parametrize("clock", [-1e9, 1e9])
def test_a_wall_clock_wrong_by_years_neither_loses_nor_prolongs_a_credit(clock: float) -> None:
    gate = core(sensor=True)
    gate.admits()
    gate.after(8.0)
    again = core(sensor=True, last=1)
    again.carry_out(again.gate.recover(Instant(again.now, WALL + clock), [gate.facts]))

    again.after(600.0)

    assert again.asks == ["Cancel"]


def read_back(wall_error: float) -> Core:
    """Restart with a credit of which 100 s are left, by a clock that nobody has confirmed."""
    gate = core(sensor=True)
    gate.admits()
    gate.after(8.0 + 500.0)
    again = core(sensor=True, last=1)
    again.now, again.wall_error = gate.now, wall_error
    again.carry_out(again.gate.recover(again.at, [gate.facts]))
    return again


def test_a_clock_years_ahead_ends_no_credit_before_egumas_has_told_the_time() -> None:
    again = read_back(1e9)
    again.after(30.0)
    assert again.asks == []

    again.wall_error = None
    again.after(69.0)
    assert again.asks == []
    again.after(2.0)

    assert again.asks == ["Cancel"]


def test_a_credit_whose_time_is_over_ends_as_soon_as_egumas_clock_says_so() -> None:
    again = read_back(-1e9)
    again.after(150.0)
    assert again.asks == []

    again.wall_error = None
    again.after(1.0)

    assert again.asks == ["Cancel"]


def test_without_a_word_of_egumas_a_credit_lasts_as_long_as_it_was_given() -> None:
    again = read_back(1e9)
    again.after(599.0)
    assert again.asks == []
    again.after(1.0)

    assert again.asks == ["Cancel"]


def test_a_credit_opens_the_gate_while_no_clock_is_sure() -> None:
    again = read_back(1e9)
    again.scan()
    again.answer(balance(1_500))

    assert again.told() is MessageKind.ADMITTED_ON_CREDIT


def test_a_refund_under_way_is_repeated() -> None:
    gate = refunding()
    assert gate.story[-1] == "RefundBegun"

    again = gate.restarts()
    again.after(0.1)

    assert again.asks == ["Cancel"]
    again.answer(REFUSED, balance(4_000))
    assert isinstance(again.facts[-1], Refunded)


def test_what_was_weighed_before_the_first_cancellation_is_known_after_a_power_cut() -> None:
    """Another till took 5.00 between the charge and the refund: the balance never rises to what it was before."""
    gate = with_credit()
    gate.after(CREDIT_SECONDS)
    gate.answer(balance(1_000), LOST)

    again = gate.restarts()
    again.after(0.1)
    again.answer(REFUSED, balance(3_500))

    assert isinstance(again.facts[-1], Refunded)


def test_a_refund_that_an_older_version_began_is_judged_by_the_balance_after_the_charge() -> None:
    gate = refunding()
    gate.facts[-1] = replace(gate.facts[-1], balance=None)  # type: ignore[call-arg]  # RefundBegun

    again = gate.restarts()
    again.after(0.1)
    again.answer(REFUSED, balance(4_500))

    assert isinstance(again.facts[-1], OpenItem)


def test_a_refund_that_staff_have_been_told_of_goes_on_after_a_power_cut() -> None:
    gate = refunding()
    while gate.story[-1] != "OpenItem":
        gate.answer(NOT_SENT)
        gate.after(300.0)

    again = gate.restarts()
    again.after(0.1)
    assert again.asks == ["Cancel"]
    again.answer(NOT_SENT)
    again.after(2.0)
    again.answer(Cancelled(Cents(4_000)))

    assert again.story[-2:] == ["OpenItem", "Refunded"]
    assert not again.gate.visitors.unfinished


def test_an_open_item_that_is_only_a_persons_is_not_taken_up() -> None:
    gate = refunding()
    gate.answer(REFUSED, balance(1_500))
    assert gate.story[-1] == "OpenItem"

    again = gate.restarts()

    assert not again.gate.visitors.unfinished
    assert again.gate.wake_at is None


def test_an_attempt_whose_intent_is_missing_is_handed_to_staff() -> None:
    gate = admitted()

    again = core(last=1)
    again.recovers([gate.facts[1:2]])

    assert isinstance(again.facts[-1], OpenItem)
    assert not again.gate.visitors.unfinished


def test_a_charge_is_given_back_at_the_price_it_was_made_at() -> None:
    gate = core(sensor=True)
    gate.admits(left=4_000)
    gate.after(8.0)

    again = gate.restarts(price=3_000)
    again.after(700.0)

    [cancel] = again.asked
    assert isinstance(cancel, Cancel)
    assert cancel.amount == PRICE
    again.answer(Cancelled(Cents(4_000)))
    assert isinstance(again.facts[-1], Refunded)


def test_a_doubt_is_looked_up_at_the_price_it_was_about() -> None:
    gate = core()
    gate.is_in_doubt(left=4_000)

    again = gate.restarts(price=3_000)
    again.after(0.1)
    again.answer(REFUSED, balance(1_500))

    assert again.story[-2:] == ["Redeemed", "CreditOpened"]


def test_a_visitor_let_in_on_an_old_charge_reads_the_price_he_paid() -> None:
    gate = core()
    gate.asks_redeem(left=4_000)
    gate.relay_works = False
    gate.answer(charged(1_500))

    again = gate.restarts(price=3_000)
    again.scan()
    again.answer(balance(1_500))

    assert (again.told(), again.shown[-1].price) == (MessageKind.ADMITTED_ON_CREDIT, PRICE)


def test_a_start_with_many_doubts_looks_them_up_one_after_the_other() -> None:
    histories = []
    for number in range(1, 21):
        gate = core(last=number - 1)
        gate.asks_redeem()
        histories.append(gate.facts)
    again = core(last=20)
    again.recovers(histories)

    again.after(0.1)
    assert len(again.asked) == 1
    again.after(20.0)

    assert len(again.asked) == 20


def test_attempts_after_a_start_have_names_of_their_own() -> None:
    gate = admitted()

    again = gate.restarts()
    again.admits()

    assert len({fact.attempt for fact in again.facts}) == 2


def test_a_balance_that_another_till_has_raised_is_no_proof_of_a_refund() -> None:
    gate = cut(admitted(), 3)

    gate.scan()
    gate.answer(balance(4_500))
    assert (gate.story[-1], gate.asks) == ("RefundBegun", ["Cancel"])
    gate.answer(Cancelled(Cents(7_000)))

    assert gate.story[-2:] == ["Refunded", "Intended"]
    assert gate.asks == ["AskBalance"]

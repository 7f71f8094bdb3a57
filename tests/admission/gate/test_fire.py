"""A fire alarm: the gate stands open, nobody is charged, and what was charged just before is kept."""

import pytest

from gate_controller.admission.words.events import Contact, FaultCleared, ResumeOrdered
from gate_controller.admission.words.facts import Occurred, Occurrence
from gate_controller.admission.words.ids import Numbering
from gate_controller.admission.words.messages import Fault, MessageKind, MoneyFate, Signal, Sound, Symbol
from tests.rig.core import PRICE, balance, charged, core, listed

FIRE, KEY = Contact.FIRE, Contact.SERVICE_KEY


def test_a_fire_alarm_holds_the_gate_open_before_anything_else() -> None:
    gate = core()

    gate.contact(FIRE)

    assert gate.moves == ["HoldOpen"]
    assert gate.occurred == [Occurrence.FIRE]
    assert (gate.told(), gate.shown[-1].fault) == (MessageKind.OUT_OF_SERVICE, Fault.FIRE)
    assert (gate.shown[-1].signal, gate.shown[-1].symbol) == (Signal.HELD_OPEN, Symbol.ARROW)


def test_nobody_is_charged_during_an_alarm() -> None:
    gate = core()
    gate.contact(FIRE)

    gate.scan()

    assert gate.asked == []
    assert gate.shown[-1].fate is MoneyFate.NOT_CHARGED


def test_the_gate_lets_go_and_serves_again_when_the_contact_closes() -> None:
    gate = core()
    gate.contact(FIRE)
    gate.contact(FIRE, active=False)

    gate.scan()

    assert gate.moves == ["HoldOpen", "LetGo"]
    assert gate.occurred == [Occurrence.FIRE, Occurrence.FIRE_ENDED]
    assert gate.asks == ["AskBalance"]


def test_the_gate_lets_go_after_an_alarm_though_the_key_has_closed_it_for_vouchers() -> None:
    gate = core()
    gate.contact(Contact.SERVICE_KEY)
    gate.contact(FIRE)
    assert gate.gate.is_held_open

    gate.contact(FIRE, active=False)

    assert gate.moves == ["HoldOpen", "LetGo"]
    assert not gate.gate.is_held_open


def test_where_staff_end_alarms_the_gate_stays_open_until_they_do() -> None:
    gate = core(fire_resumes=False)
    gate.contact(FIRE)
    gate.contact(FIRE, active=False)
    assert gate.moves == ["HoldOpen"]
    assert Fault.FIRE in gate.gate.faults

    gate.order(ResumeOrdered)

    assert gate.moves == ["HoldOpen", "LetGo"]
    assert not gate.gate.faults


def test_staff_cannot_end_an_alarm_that_the_contact_still_reports() -> None:
    gate = core(fire_resumes=False)
    gate.contact(FIRE)

    gate.order(ResumeOrdered)

    assert gate.moves == ["HoldOpen"]


def test_an_alarm_that_comes_again_while_staff_are_waited_for_is_another() -> None:
    gate = core(fire_resumes=False)
    gate.contact(FIRE)
    gate.contact(FIRE, active=False)
    gate.contact(FIRE)

    gate.order(ResumeOrdered)

    assert gate.moves == ["HoldOpen", "HoldOpen"]
    assert Fault.FIRE in gate.gate.faults


def test_an_alarm_while_balance_is_asked_charges_nothing() -> None:
    gate = core()
    gate.scan()
    gate.contact(FIRE)

    gate.answer(balance(4_000))

    assert gate.asked == []
    assert (gate.told(), gate.shown[-1].fate) == (MessageKind.REFUSED_OUT_OF_SERVICE, MoneyFate.NOT_CHARGED)


def test_an_alarm_while_the_intent_is_written_charges_nothing() -> None:
    gate = core()
    gate.disk = "hangs"
    gate.scan()
    gate.answer(balance(4_000))
    gate.contact(FIRE)

    gate.disk_answers()

    assert gate.asked == []
    assert sorted(gate.story) == ["Approved", "Intended", "NotCharged", "Occurred"]


def test_a_charge_that_an_alarm_came_upon_is_kept_and_given_back() -> None:
    gate = core()
    gate.asks_redeem()
    gate.contact(FIRE)

    gate.answer(charged(1_500))
    assert gate.pulses == 0
    assert (gate.told(), gate.shown[-1].fate) == (MessageKind.PAID_NOT_NEEDED, MoneyFate.CREDIT)

    gate.after(700.0)
    gate.answer(balance(1_500))
    assert gate.asks == ["Cancel"]


def test_a_charge_found_during_an_alarm_is_not_used() -> None:
    gate = core()
    gate.is_in_doubt()
    gate.contact(FIRE)

    gate.answer(listed(1))

    assert (gate.pulses, gate.told()) == (0, MessageKind.PAID_NOT_NEEDED)


def test_whoever_was_released_just_before_an_alarm_still_counts_as_admitted() -> None:
    gate = core(sensor=True)
    gate.admits()
    gate.contact(FIRE)

    gate.somebody_passes()
    assert "Passed" in gate.story
    gate.somebody_passes()

    assert "StrayPassage" not in gate.story


def test_whoever_turned_back_before_an_alarm_is_not_told_that_the_gate_has_closed() -> None:
    gate = core(sensor=True)
    gate.admits()
    gate.contact(FIRE)

    gate.after(9.0)

    assert "CreditOpened" in gate.story
    assert MessageKind.NOBODY_PASSED not in [message.kind for message in gate.shown]


def test_a_scan_that_waits_for_the_lane_is_not_charged_after_an_alarm() -> None:
    gate = core()
    gate.admits()
    gate.scan("AB12CD34EF56")
    gate.contact(FIRE)

    gate.after(5.0)

    assert gate.asked == []
    assert gate.shown[-1].fault is Fault.FIRE


def test_an_alarm_from_before_the_journal_could_be_read_is_recorded_after_it() -> None:
    gate = core()
    gate.gate.numbering = Numbering("")
    gate.contact(FIRE)
    assert (gate.moves, gate.facts) == (["HoldOpen"], [])

    gate.gate.numbering = Numbering("TAG0", 7)
    gate.recovers([])

    [fact] = gate.facts
    assert isinstance(fact, Occurred)
    assert (fact.attempt, fact.what) == ("TAG08", Occurrence.FIRE)


def test_a_relay_that_works_again_holds_the_gate_open_again() -> None:
    gate = core()
    gate.relay_works = False
    gate.contact(FIRE)
    assert set(gate.gate.faults) == {Fault.FIRE, Fault.RELAY}

    gate.relay_works = True
    gate.happens(FaultCleared(gate.at, Fault.RELAY))

    assert gate.moves == ["HoldOpen"]


@pytest.mark.parametrize("left", [100, 0])
def test_an_alarm_is_told_at_once_to_whoever_still_reads_a_refusal(left: int) -> None:
    gate = core()
    gate.scan()
    gate.answer(balance(left))

    gate.contact(FIRE)

    assert (gate.told(), gate.shown[-1].signal) == (MessageKind.OUT_OF_SERVICE, Signal.HELD_OPEN)


def test_an_alarm_is_told_at_once_while_somebody_goes_through() -> None:
    gate = core(sensor=True)
    gate.admits()

    gate.contact(FIRE)

    assert (gate.told(), gate.shown[-1].fault) == (MessageKind.OUT_OF_SERVICE, Fault.FIRE)


def test_no_scan_makes_the_lamps_of_a_gate_held_open_red() -> None:
    gate = core(sensor=True)
    gate.admits()
    gate.after(9.0)  # nobody passed: a credit
    gate.scan("AB12CD34EF56")
    gate.after(2.0)
    gate.contact(FIRE)

    gate.answer(balance(PRICE, "AB12CD34EF56", redeemable=False))
    gate.scan()
    gate.after(6.0)
    gate.scan("https://example.org")

    told = [message for message in gate.shown[-4:] if message.kind is not MessageKind.OUT_OF_SERVICE]
    assert [message.kind for message in told] == [
        MessageKind.NOT_REDEEMABLE,
        MessageKind.PAID_BUT_SHUT,
        MessageKind.NOT_A_VOUCHER,
    ]
    assert {message.signal for message in told} == {Signal.HELD_OPEN}


def test_nobody_is_told_that_the_gate_is_open_once_it_is_shut_again() -> None:
    gate = core()
    gate.contact(FIRE)
    gate.scan()

    gate.contact(FIRE, active=False)

    assert (gate.told(), gate.moves[-1]) == (MessageKind.IDLE, "LetGo")


def test_what_was_charged_in_an_alarm_can_be_read_after_it() -> None:
    gate = core()
    gate.asks_redeem()
    gate.contact(FIRE)
    gate.answer(charged(1_500))

    gate.contact(FIRE, active=False)
    assert gate.told() is MessageKind.PAID_NOT_NEEDED
    gate.after(6.0)

    assert gate.told() is MessageKind.IDLE


def test_an_alarm_is_heard() -> None:
    gate = core()

    gate.contact(FIRE)

    assert gate.shown[-1].sound is Sound.ERROR


def test_the_amount_kept_in_an_alarm_is_the_price() -> None:
    gate = core()
    gate.asks_redeem()
    gate.contact(FIRE)

    gate.answer(charged(1_500))

    assert gate.shown[-1].price == PRICE

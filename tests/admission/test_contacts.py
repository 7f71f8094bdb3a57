"""Exits, alarms, keys and the gate's own contacts, in every state of the gate."""

import pytest

from gate_controller.admission.words.events import Contact, ContactChanged, FaultCleared, OpenOrdered, ResumeOrdered
from gate_controller.admission.words.facts import Occurred, Occurrence
from gate_controller.admission.words.ids import Numbering
from gate_controller.admission.words.messages import Fault, MessageKind, MoneyFate, Signal, Sound, Symbol
from tests.rig.core import PRICE, Core, balance, charged, core, listed

FIRE, KEY = Contact.FIRE, Contact.SERVICE_KEY


def occurred(gate: Core) -> list[Occurrence]:
    return [fact.what for fact in gate.facts if isinstance(fact, Occurred)]


# -- exits


def test_whoever_presses_the_exit_button_is_let_out_at_once_and_it_is_recorded() -> None:
    gate = core()

    gate.contact(Contact.EXIT_BUTTON)

    assert gate.moves == ["release out"]
    assert occurred(gate) == [Occurrence.EXIT]
    assert gate.asked == []


@pytest.mark.parametrize("fault", [Fault.JOURNAL, Fault.KEY, Fault.SCANNER, Fault.SERVICE])
def test_an_exit_opens_whatever_else_is_wrong(fault: Fault) -> None:
    gate = core()
    gate.gate.faults[fault] = "broken"

    gate.contact(Contact.EXIT_BUTTON)

    assert gate.moves == ["release out"]


def test_an_exit_that_a_failing_disk_does_not_take_is_recorded_when_it_works_again() -> None:
    gate = core()
    gate.disk = "fails"
    gate.contact(Contact.EXIT_BUTTON)
    assert (gate.moves, gate.facts) == (["release out"], [])

    gate.disk = "works"
    gate.after(6.0)

    assert occurred(gate) == [Occurrence.EXIT]


def test_a_button_that_stays_pressed_opens_once() -> None:
    gate = core()

    gate.contact(Contact.EXIT_BUTTON)
    gate.contact(Contact.EXIT_BUTTON)
    gate.contact(Contact.EXIT_BUTTON, active=False)
    gate.contact(Contact.EXIT_BUTTON)

    assert gate.moves == ["release out"] * 2


def test_a_button_that_is_pressed_when_the_gate_starts_opens_nothing() -> None:
    gate = core()

    gate.happens(ContactChanged(gate.at, Contact.EXIT_BUTTON, active=True))
    assert gate.moves == []
    assert any("stuck" in note for note in gate.notes)
    gate.contact(Contact.EXIT_BUTTON, active=False)
    gate.contact(Contact.EXIT_BUTTON)

    assert gate.moves == ["release out"]


def test_whoever_goes_out_is_no_stray_passage() -> None:
    gate = core(sensor=True)

    gate.contact(Contact.EXIT_BUTTON)
    gate.after(1.0)
    gate.somebody_passes()
    assert gate.story == ["Occurred"]

    gate.after(1.0)
    gate.somebody_passes()
    assert gate.story == ["Occurred", "StrayPassage"]


def test_an_entry_waits_until_the_shared_relay_has_let_somebody_out() -> None:
    gate = core(pulse_seconds=0.5)
    gate.contact(Contact.EXIT_BUTTON)

    gate.scan()
    assert gate.told() is MessageKind.ONE_MOMENT
    gate.after(0.5)

    assert gate.asks == ["AskBalance"]


def test_an_exit_with_a_relay_of_its_own_keeps_nobody_waiting() -> None:
    gate = core(pulse_seconds=0.5, exit_has_own_relay=True)
    gate.contact(Contact.EXIT_BUTTON)

    gate.scan()

    assert gate.asks == ["AskBalance"]


def test_staff_open_the_gate_once_and_their_name_and_reason_are_recorded() -> None:
    gate = core()

    gate.happens(OpenOrdered(gate.at, "Anna", "school class"))

    assert gate.moves == ["release in"]
    [fact] = gate.facts
    assert isinstance(fact, Occurred)
    assert (fact.what, fact.by, fact.reason) == (Occurrence.OPENED_BY_STAFF, "Anna", "school class")


def test_a_relay_that_fails_at_an_exit_puts_the_gate_out_of_service() -> None:
    gate = core()
    gate.relay_works = False

    gate.contact(Contact.EXIT_BUTTON)

    assert gate.gate.faults == {Fault.RELAY: "stuck"}


# -- fire


def test_a_fire_alarm_holds_the_gate_open_before_anything_else() -> None:
    gate = core()

    gate.contact(FIRE)

    assert gate.moves == ["HoldOpen"]
    assert occurred(gate) == [Occurrence.FIRE]
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
    assert occurred(gate) == [Occurrence.FIRE, Occurrence.FIRE_ENDED]
    assert gate.asks == ["AskBalance"]


def test_where_staff_end_alarms_the_gate_stays_open_until_they_do() -> None:
    gate = core(fire_resumes=False)
    gate.contact(FIRE)
    gate.contact(FIRE, active=False)
    assert gate.moves == ["HoldOpen"]
    assert Fault.FIRE in gate.gate.faults

    gate.happens(ResumeOrdered(gate.at, "Anna"))

    assert gate.moves == ["HoldOpen", "LetGo"]
    assert not gate.gate.faults


def test_staff_cannot_end_an_alarm_that_the_contact_still_reports() -> None:
    gate = core(fire_resumes=False)
    gate.contact(FIRE)

    gate.happens(ResumeOrdered(gate.at, "Anna"))

    assert gate.moves == ["HoldOpen"]


def test_an_alarm_that_comes_again_while_staff_are_waited_for_is_another() -> None:
    gate = core(fire_resumes=False)
    gate.contact(FIRE)
    gate.contact(FIRE, active=False)
    gate.contact(FIRE)

    gate.happens(ResumeOrdered(gate.at, "Anna"))

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
    assert sorted(gate.story) == ["Intended", "NotCharged", "Occurred"]


def test_a_charge_that_an_alarm_came_upon_is_kept_and_given_back() -> None:
    gate = core()
    gate.asks_redeem()
    gate.contact(FIRE)

    gate.answer(charged(1_500))
    assert gate.pulses == 0
    assert (gate.told(), gate.shown[-1].fate) == (MessageKind.PAID_NOT_NEEDED, MoneyFate.CREDIT)

    gate.after(700.0)
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
    gate.scan("https://example.org")

    told = gate.shown[-3:]
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


# -- the service key


def test_a_turned_key_closes_the_gate_for_vouchers() -> None:
    gate = core()
    gate.contact(KEY)

    gate.scan()
    assert (gate.asked, gate.shown[-1].fault) == ([], Fault.SERVICE)
    gate.contact(KEY, active=False)
    gate.scan()

    assert gate.asks == ["AskBalance"]
    assert occurred(gate) == [Occurrence.CLOSED, Occurrence.CLOSED_ENDED]


def test_whoever_has_paid_when_the_key_is_turned_goes_in() -> None:
    gate = core()
    gate.asks_redeem()
    gate.contact(KEY)

    gate.answer(charged(1_500))

    assert (gate.pulses, gate.told()) == (1, MessageKind.ADMITTED)


def test_a_key_may_hold_the_gate_open_instead() -> None:
    gate = core(key_opens=True)
    gate.contact(KEY)
    gate.scan()
    gate.contact(KEY, active=False)

    assert gate.moves == ["HoldOpen", "LetGo"]
    assert occurred(gate) == [Occurrence.HELD_OPEN, Occurrence.HELD_OPEN_ENDED]
    assert gate.asked == []


def test_an_alarm_outlasts_the_key_and_the_key_the_alarm() -> None:
    gate = core(key_opens=True)
    gate.contact(KEY)
    gate.contact(FIRE)
    gate.contact(FIRE, active=False)
    assert "LetGo" not in gate.moves

    gate.contact(FIRE)
    gate.contact(KEY, active=False)
    assert "LetGo" not in gate.moves

    gate.contact(FIRE, active=False)
    assert gate.moves[-1] == "LetGo"


# -- what the gate tells of itself


def test_an_opened_housing_is_recorded_and_told_staff() -> None:
    gate = core()

    gate.contact(Contact.TAMPER)
    gate.contact(Contact.TAMPER, active=False)

    assert occurred(gate) == [Occurrence.TAMPERED, Occurrence.TAMPERED_ENDED]
    assert gate.gate.faults == {}


def test_a_blocked_gate_takes_no_scans_until_it_is_free() -> None:
    gate = core()
    gate.contact(Contact.IS_BLOCKED)
    gate.scan()
    assert (gate.asked, gate.shown[-1].fault) == ([], Fault.BLOCKED)

    gate.contact(Contact.IS_BLOCKED, active=False)
    gate.scan()

    assert gate.asks == ["AskBalance"]


def test_a_charge_for_a_gate_that_was_blocked_meanwhile_is_kept() -> None:
    gate = core()
    gate.asks_redeem()
    gate.contact(Contact.IS_BLOCKED)

    gate.answer(charged(1_500))

    assert (gate.pulses, gate.told()) == (0, MessageKind.PAID_BUT_SHUT)


def test_a_gate_that_opens_without_a_release_is_told_staff() -> None:
    gate = core()
    gate.contact(Contact.IS_OPEN, active=False)

    gate.contact(Contact.IS_OPEN)

    assert occurred(gate) == [Occurrence.FORCED]


def test_a_gate_that_opens_and_shuts_as_it_should_is_nothing_to_tell() -> None:
    gate = core()
    gate.contact(Contact.IS_OPEN, active=False)
    gate.admits()
    gate.after(1.0)
    gate.contact(Contact.IS_OPEN)
    gate.after(3.0)
    gate.contact(Contact.IS_OPEN, active=False)

    gate.after(60.0)

    assert occurred(gate) == []


def test_a_gate_that_opens_on_the_credit_of_somebody_who_waited_was_released() -> None:
    gate = core(sensor=True)
    gate.contact(Contact.IS_OPEN, active=False)
    gate.admits()
    gate.contact(Contact.IS_OPEN)
    gate.contact(Contact.IS_OPEN, active=False)
    gate.after(60.0)  # nobody passed: a credit
    gate.scan("AB12CD34EF56")
    gate.scan()
    gate.answer(balance(0, "AB12CD34EF56"))

    gate.after(2.0)
    assert gate.pulses == 2
    gate.contact(Contact.IS_OPEN)

    assert occurred(gate) == []


def test_a_gate_that_does_not_open_is_told_staff() -> None:
    gate = core()
    gate.contact(Contact.IS_OPEN, active=False)
    gate.admits()

    gate.after(10.0)

    assert occurred(gate) == [Occurrence.STAYED_SHUT]
    assert gate.gate.contacts.trouble is Occurrence.STAYED_SHUT
    gate.contact(Contact.IS_OPEN)
    gate.contact(Contact.IS_OPEN, active=False)
    gate.admits()
    gate.contact(Contact.IS_OPEN)
    assert gate.gate.contacts.trouble is None


def test_a_gate_that_does_not_shut_is_told_staff_once() -> None:
    gate = core(closing_seconds=2.0)
    gate.contact(Contact.IS_OPEN, active=False)
    gate.admits()
    gate.contact(Contact.IS_OPEN)

    gate.after(60.0)

    assert occurred(gate) == [Occurrence.STAYED_OPEN]
    assert gate.gate.wake_at is None


def test_a_gate_held_open_is_open_rightly() -> None:
    gate = core()
    gate.contact(Contact.IS_OPEN, active=False)
    gate.contact(FIRE)
    gate.contact(Contact.IS_OPEN)
    gate.after(600.0)
    gate.contact(FIRE, active=False)
    gate.contact(Contact.IS_OPEN, active=False)
    gate.after(60.0)

    assert occurred(gate) == [Occurrence.FIRE, Occurrence.FIRE_ENDED]


# -- gates that stay open for one person


def test_a_gate_that_stays_open_is_shut_behind_whoever_passed() -> None:
    gate = core(sensor=True, closing_seconds=2.0)
    gate.admits()
    gate.somebody_passes()
    assert gate.moves == ["release in", "Shut"]

    gate.scan("AB12CD34EF56")
    assert gate.told() is MessageKind.ONE_MOMENT
    gate.after(2.0)

    assert gate.asks == ["AskBalance"]


def test_whoever_scans_after_somebody_whom_staff_let_in_waits_until_the_gate_is_shut() -> None:
    gate = core(stays_open_seconds=6.0, pulse_seconds=0.0, closing_seconds=2.0)
    gate.happens(OpenOrdered(gate.at, "Anna", "school class"))
    gate.scan()
    assert gate.told() is MessageKind.ONE_MOMENT

    gate.after(6.0)
    assert (gate.moves, gate.asks) == (["release in", "Shut"], [])
    gate.after(2.0)

    assert gate.asks == ["AskBalance"]


def test_somebody_whom_staff_let_in_and_who_has_passed_keeps_nobody_waiting() -> None:
    gate = core(sensor=True, stays_open_seconds=8.0, pulse_seconds=0.0, closing_seconds=2.0)
    gate.happens(OpenOrdered(gate.at, "Anna", "school class"))
    gate.somebody_passes()
    assert gate.moves == ["release in", "Shut"]
    gate.scan()
    gate.after(2.0)
    assert gate.asks == ["AskBalance"]

    gate.after(0.1)
    gate.answer(balance(PRICE), charged(0))
    gate.after(5.9)  # the time of whom staff let in ends now

    assert gate.moves == ["release in", "Shut", "release in"]


@pytest.mark.parametrize("pressed", ["before the release", "after the release"])
def test_a_gate_is_not_shut_on_whoever_goes_out_while_a_visitor_comes_in(pressed: str) -> None:
    gate = core(sensor=True, stays_open_seconds=8.0, pulse_seconds=0.0, closing_seconds=2.0)
    if pressed == "before the release":
        gate.asks_redeem()
        gate.contact(Contact.EXIT_BUTTON)
        gate.answer(charged(1_500))
    else:
        gate.admits()
        gate.contact(Contact.EXIT_BUTTON)
    gate.after(1.0)
    gate.somebody_passes()
    assert (sorted(gate.moves), gate.story[-1]) == (["release in", "release out"], "Passed")
    gate.scan("AB12CD34EF56")
    assert gate.told() is MessageKind.ONE_MOMENT

    gate.after(1.0)
    gate.somebody_passes()
    assert gate.moves[2:] == ["Shut"]
    gate.after(2.0)

    assert gate.asks == ["AskBalance"]
    assert "StrayPassage" not in gate.story


def test_nobody_pays_while_a_gate_is_open_to_whoever_goes_out() -> None:
    """The passage of one would be taken for that of the other, who has paid."""
    gate = core(sensor=True, stays_open_seconds=8.0, pulse_seconds=0.0, closing_seconds=2.0)
    gate.contact(Contact.EXIT_BUTTON)
    gate.scan()
    assert (gate.told(), gate.asked) == (MessageKind.ONE_MOMENT, [])

    gate.somebody_passes()
    gate.after(2.0)

    assert gate.moves == ["release out", "Shut"]
    assert gate.asks == ["AskBalance"]


def test_an_exit_through_its_own_relay_says_nothing_of_the_way_in() -> None:
    gate = core(exit_has_own_relay=True)
    gate.contact(Contact.IS_OPEN, active=False)

    gate.contact(Contact.EXIT_BUTTON)
    gate.after(10.0)

    assert occurred(gate) == [Occurrence.EXIT]


def test_an_alarm_is_heard() -> None:
    gate = core()

    gate.contact(FIRE)

    assert gate.shown[-1].sound is Sound.ERROR


def test_a_gate_is_shut_when_whoever_wanted_out_does_not_come() -> None:
    gate = core(sensor=True, stays_open_seconds=8.0, pulse_seconds=0.0, closing_seconds=2.0)
    gate.admits()
    gate.contact(Contact.EXIT_BUTTON)
    gate.somebody_passes()

    gate.after(7.9)
    assert gate.moves == ["release in", "release out"]
    gate.after(0.2)

    assert gate.moves == ["release in", "release out", "Shut"]


def test_a_gate_that_nobody_went_through_is_shut_too() -> None:
    gate = core(sensor=True)
    gate.admits()

    gate.after(8.0)

    assert gate.moves == ["release in", "Shut"]


def test_without_a_sensor_the_gate_is_shut_when_the_hold_time_is_over() -> None:
    gate = core()
    gate.admits()

    gate.after(3.0)

    assert gate.moves == ["release in", "Shut"]


def test_the_amount_kept_in_an_alarm_is_the_price() -> None:
    gate = core()
    gate.asks_redeem()
    gate.contact(FIRE)

    gate.answer(charged(1_500))

    assert gate.shown[-1].price == PRICE

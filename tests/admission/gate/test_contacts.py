"""Exit button, service key, tamper and blocked contact, in every state of the gate."""

import pytest

from gate_controller.admission.words.events import Contact, ContactChanged
from gate_controller.admission.words.facts import Occurrence
from gate_controller.admission.words.messages import Fault, MessageKind
from tests.rig.core import OTHER, balance, charged, core, with_credit

FIRE, KEY = Contact.FIRE, Contact.SERVICE_KEY


def test_whoever_presses_the_exit_button_is_let_out_at_once_and_it_is_recorded() -> None:
    gate = core()

    gate.contact(Contact.EXIT_BUTTON)

    assert gate.moves == ["release out"]
    assert gate.occurred == [Occurrence.EXIT]
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

    assert gate.occurred == [Occurrence.EXIT]


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


def test_a_relay_that_fails_at_an_exit_puts_the_gate_out_of_service() -> None:
    gate = core()
    gate.relay_works = False

    gate.contact(Contact.EXIT_BUTTON)

    assert gate.gate.faults == {Fault.RELAY: "stuck"}


def test_a_turned_key_closes_the_gate_for_vouchers() -> None:
    gate = core()
    gate.contact(KEY)

    gate.scan()
    assert (gate.asked, gate.shown[-1].fault) == ([], Fault.SERVICE)
    gate.contact(KEY, active=False)
    gate.scan()

    assert gate.asks == ["AskBalance"]
    assert gate.occurred == [Occurrence.CLOSED, Occurrence.CLOSED_ENDED]


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
    assert gate.occurred == [Occurrence.HELD_OPEN, Occurrence.HELD_OPEN_ENDED]
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


def test_an_opened_housing_is_recorded_and_told_staff() -> None:
    gate = core()

    gate.contact(Contact.TAMPER)
    gate.contact(Contact.TAMPER, active=False)

    assert gate.occurred == [Occurrence.TAMPERED, Occurrence.TAMPERED_ENDED]
    assert gate.gate.faults == {}


def test_a_blocked_gate_takes_no_scans_until_it_is_free() -> None:
    gate = core()
    gate.contact(Contact.IS_BLOCKED)
    gate.scan()
    assert (gate.asked, gate.shown[-1].fault) == ([], Fault.BLOCKED)

    gate.contact(Contact.IS_BLOCKED, active=False)
    gate.scan()

    assert gate.asks == ["AskBalance"]


def test_whoever_waits_goes_in_on_his_credit_in_the_moment_in_which_the_gate_is_free_again() -> None:
    gate = with_credit()
    gate.scan(OTHER)
    gate.scan()
    gate.contact(Contact.IS_BLOCKED)
    gate.answer(balance(0, OTHER, redeemable=False))
    assert gate.told() is MessageKind.NOT_REDEEMABLE

    gate.now += 1.5
    gate.contact(Contact.IS_BLOCKED, active=False)

    assert (gate.pulses, gate.told()) == (2, MessageKind.ADMITTED_ON_CREDIT)


def test_a_charge_for_a_gate_that_was_blocked_meanwhile_is_kept() -> None:
    gate = core()
    gate.asks_redeem()
    gate.contact(Contact.IS_BLOCKED)

    gate.answer(charged(1_500))

    assert (gate.pulses, gate.told()) == (0, MessageKind.PAID_BUT_SHUT)

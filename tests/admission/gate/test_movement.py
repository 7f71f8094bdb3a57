"""How the gate moves: shut behind whoever came last, and watched by its own contact."""

import pytest

from gate_controller.admission.words.events import Contact, OpenOrdered
from gate_controller.admission.words.facts import Occurrence
from gate_controller.admission.words.messages import MessageKind
from tests.rig.core import OTHER, PRICE, balance, charged, core

FIRE, KEY = Contact.FIRE, Contact.SERVICE_KEY


def test_a_gate_that_opens_without_a_release_is_told_staff() -> None:
    gate = core()
    gate.contact(Contact.IS_OPEN, active=False)

    gate.contact(Contact.IS_OPEN)

    assert gate.occurred == [Occurrence.FORCED]


def test_a_gate_that_opens_and_shuts_as_it_should_is_nothing_to_tell() -> None:
    gate = core()
    gate.contact(Contact.IS_OPEN, active=False)
    gate.admits()
    gate.after(1.0)
    gate.contact(Contact.IS_OPEN)
    gate.after(3.0)
    gate.contact(Contact.IS_OPEN, active=False)

    gate.after(60.0)

    assert gate.occurred == []


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

    assert gate.occurred == []


def test_a_gate_that_does_not_open_is_told_staff() -> None:
    gate = core()
    gate.contact(Contact.IS_OPEN, active=False)
    gate.admits()

    gate.after(10.0)

    assert gate.occurred == [Occurrence.STAYED_SHUT]
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

    assert gate.occurred == [Occurrence.STAYED_OPEN]
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

    assert gate.occurred == [Occurrence.FIRE, Occurrence.FIRE_ENDED]


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
    gate.order(OpenOrdered, "school class")
    gate.scan()
    assert gate.told() is MessageKind.ONE_MOMENT

    gate.after(6.0)
    assert (gate.moves, gate.asks) == (["release in", "Shut"], [])
    gate.after(2.0)

    assert gate.asks == ["AskBalance"]


def test_somebody_whom_staff_let_in_and_who_has_passed_keeps_nobody_waiting() -> None:
    gate = core(sensor=True, stays_open_seconds=8.0, pulse_seconds=0.0, closing_seconds=2.0)
    gate.order(OpenOrdered, "school class")
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


def test_the_next_visitor_waits_until_the_pulse_of_whoever_goes_out_behind_the_last_one_is_over() -> None:
    gate = core(hold_seconds=0.0)
    gate.admits()
    gate.after(0.1)
    gate.contact(Contact.EXIT_BUTTON)
    gate.after(0.5)
    assert gate.gate.lane is None

    gate.scan(OTHER)

    assert gate.told() is MessageKind.ONE_MOMENT
    gate.after(0.5)  # 0.5 s for each of the two, and 0.2 s between them: until 1.2 s
    assert gate.asks == []
    gate.after(0.15)
    assert gate.asks == ["AskBalance"]


def test_a_button_that_is_pressed_again_and_again_keeps_no_visitor_waiting_longer() -> None:
    gate = core(hold_seconds=0.0)
    for _ in range(20):
        gate.contact(Contact.EXIT_BUTTON)
        gate.contact(Contact.EXIT_BUTTON, active=False)
        gate.after(0.02)

    gate.after(0.11)
    gate.scan()

    assert gate.asks == ["AskBalance"]


def test_an_exit_through_its_own_relay_says_nothing_of_the_way_in() -> None:
    gate = core(exit_has_own_relay=True)
    gate.contact(Contact.IS_OPEN, active=False)

    gate.contact(Contact.EXIT_BUTTON)
    gate.after(10.0)

    assert gate.occurred == [Occurrence.EXIT]


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

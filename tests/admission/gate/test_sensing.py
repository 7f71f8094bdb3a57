"""What the passage sensor sees, and what of it bears on money: people, noise, and sensors that stick."""

import pytest

from gate_controller.admission.words import events as on
from gate_controller.admission.words.facts import Passed, Released, StrayPassage
from gate_controller.admission.words.messages import MessageKind
from tests.rig.core import OTHER, Core, core

START = float("-inf")


def fitted() -> Core:
    """Return a gate with a sensor that has said that it sees nobody."""
    gate = core(sensor=True, ignore_seconds=0.2)
    gate.sensor_sees(somebody=False, since=START)
    return gate


# -- the first instants after a release


def test_what_ends_in_the_first_instants_after_a_release_is_nobody() -> None:
    gate = fitted()
    gate.admits()
    gate.after(0.05)
    gate.sensor_sees(since=gate.now - 0.04)
    gate.after(0.1)
    gate.sensor_sees(somebody=False)

    gate.after(8.0)

    assert gate.told() is MessageKind.NOBODY_PASSED
    assert gate.story == ["Intended", "Approved", "Redeemed", "ReleasedToSensor", "CreditOpened"]


def test_what_lasts_beyond_them_is_a_person() -> None:
    gate = fitted()
    gate.admits()
    gate.after(0.05)
    gate.sensor_sees(since=gate.now - 0.04)
    assert "Passed" not in gate.story

    gate.after(0.2)

    assert isinstance(gate.facts[-1], Passed)
    gate.sensor_sees(somebody=False)
    assert gate.gate.wake_at is None or gate.gate.wake_at > gate.now


def test_they_count_from_an_exit_too() -> None:
    gate = fitted()
    gate.contact(on.Contact.EXIT_BUTTON)
    gate.sensor_sees()
    gate.after(0.1)
    gate.sensor_sees(somebody=False)

    gate.after(2.0)
    gate.sensor_sees()

    assert not any(isinstance(fact, StrayPassage) for fact in gate.facts)  # the exit is his, not the noise's


def test_a_shut_gate_takes_everybody_who_goes_through_for_somebody() -> None:
    gate = fitted()

    gate.sensor_sees()

    assert gate.story == ["StrayPassage"]


# -- a sensor that sees somebody for ever


def test_one_that_sees_somebody_from_the_start_is_told_of_and_is_no_passage() -> None:
    gate = core(sensor=True)

    gate.sensor_sees(since=START)

    assert gate.ailments == ["it sees somebody, since the start"]
    assert gate.story == []


def test_one_that_sees_somebody_for_longer_than_a_person_is_there_is_told_of_once_and_mended_when_it_moves() -> None:
    gate = fitted()
    gate.sensor_sees()
    gate.after(19.0)
    assert gate.ailments == []

    gate.after(600.0)

    assert gate.ailments == ["it sees somebody, since over 20 s"]
    gate.sensor_sees(somebody=False)
    assert gate.ailments == ["it sees somebody, since over 20 s", ""]
    assert gate.gate.wake_at is None


def test_while_it_sticks_a_visitor_counts_as_admitted_and_the_books_say_why() -> None:
    gate = core(sensor=True)
    gate.sensor_sees(since=START)

    gate.admits()
    gate.after(600.0)

    assert gate.story == ["Intended", "Approved", "Redeemed", "Released"]
    assert gate.facts[-1] == Released(gate.facts[-1].attempt, 3, gate.facts[-1].at, "it sees somebody, since the start")
    assert not gate.gate.visitors.unfinished
    assert any("passage=unwatched" in note for note in gate.notes)


def test_while_it_sticks_the_lane_is_taken_for_as_long_as_without_a_sensor() -> None:
    gate = core(sensor=True)
    gate.sensor_sees(since=START)
    gate.admits()

    gate.after(3.0)

    assert gate.gate.lane is None


def test_one_that_saw_somebody_when_the_gate_opened_may_have_seen_this_visitor() -> None:
    gate = fitted()
    gate.sensor_sees()
    gate.admits()
    gate.after(1.0)
    gate.sensor_sees(somebody=False)

    gate.after(10.0)

    assert gate.story == ["StrayPassage", "Intended", "Approved", "Redeemed", "ReleasedToSensor", "Released"]
    assert gate.told() is MessageKind.IDLE
    assert gate.ailments == []


def test_one_that_sees_somebody_until_the_end_of_a_release_is_told_of() -> None:
    gate = fitted()
    gate.sensor_sees()
    gate.admits()

    gate.after(8.0)

    assert gate.ailments == ["it saw somebody all the time while the gate was open"]
    assert gate.story[-1] == "Released"


def test_whoever_was_admitted_before_may_still_be_leaving_when_the_next_is_let_in() -> None:
    gate = fitted()
    gate.admits()
    gate.after(1.0)
    gate.sensor_sees()
    gate.admits(code=OTHER)
    gate.after(1.0)
    gate.sensor_sees(somebody=False)

    gate.after(8.0)

    assert (gate.told(), gate.story[-1]) == (MessageKind.NOBODY_PASSED, "CreditOpened")


def test_a_visitor_whom_it_sees_after_all_shuts_the_gate_and_is_recorded_once() -> None:
    gate = core(sensor=True)
    gate.sensor_sees(since=START)
    gate.admits()
    gate.sensor_sees(somebody=False)

    gate.somebody_passes()

    assert gate.story == ["Intended", "Approved", "Redeemed", "Released"]
    assert gate.moves[-1] == "Shut"
    assert gate.gate.lane is None


# -- a sensor that sees nobody, or cannot be read


def test_one_that_sees_nobody_in_three_releases_gives_no_credit_any_more() -> None:
    gate = fitted()
    gate.admits()
    for _ in range(2):
        gate.after(8.5)
        assert gate.told() is MessageKind.NOBODY_PASSED
        gate.scan()
        assert gate.told() is MessageKind.ADMITTED_ON_CREDIT

    gate.after(8.5)

    assert gate.ailments == ["it has seen nobody in 3 releases in a row"]
    assert (gate.pulses, gate.story[-1]) == (3, "Released")
    assert not gate.gate.visitors.unfinished
    gate.after(60.0)
    gate.admits()
    assert gate.story[-1] == "Released"


def test_one_that_sees_somebody_again_is_believed_again() -> None:
    gate = fitted()
    gate.admits()
    for _ in range(2):
        gate.after(8.5)
        gate.scan()
    gate.after(8.5)

    gate.somebody_passes()

    assert gate.ailments[-1] == ""
    gate.admits(code=OTHER)
    gate.after(8.5)
    assert gate.told() is MessageKind.NOBODY_PASSED


def test_people_who_turn_away_between_others_are_no_fault_of_the_sensor() -> None:
    gate = fitted()
    for _ in range(4):
        gate.admits(left=50_000)
        gate.after(8.5)
        assert gate.told() is MessageKind.NOBODY_PASSED
        gate.scan()
        gate.after(1.0)
        gate.somebody_passes()
        gate.after(10.0)

    assert gate.ailments == []


# -- a sensor that chatters


def chatters(gate: Core, times: int) -> None:
    """Let a loose contact tell of somebody, and of nobody, ten times a second."""
    for _ in range(times):
        gate.somebody_passes()
        gate.after(0.1)


def test_one_that_chatters_fills_no_journal_and_is_believed_again_when_it_is_quiet() -> None:
    gate = fitted()

    chatters(gate, 1_000)

    assert gate.ailments == ["it saw somebody 20 times within 5 s: it chatters"]
    assert gate.story == ["StrayPassage"] * 19
    gate.after(5.0)
    assert gate.ailments[-1] == ""
    assert gate.gate.wake_at is None
    gate.somebody_passes()
    assert gate.story == ["StrayPassage"] * 20


def test_one_that_chatters_neither_shuts_the_gate_on_a_visitor_nor_gives_him_a_credit() -> None:
    gate = fitted()
    chatters(gate, 30)
    gate.admits()

    chatters(gate, 40)

    assert [fact for fact in gate.story if fact != "StrayPassage"] == ["Intended", "Approved", "Redeemed", "Released"]
    assert gate.gate.lane is None
    assert not gate.gate.visitors.unfinished


def test_one_that_begins_to_chatter_for_good_while_it_sees_somebody_is_stuck_afterwards() -> None:
    gate = fitted()
    chatters(gate, 20)
    gate.sensor_sees()

    gate.after(30.0)

    assert gate.ailments[-1] == "it sees somebody, since over 20 s"


def test_one_that_cannot_be_read_any_more_is_no_better_when_it_would_have_been_quiet() -> None:
    gate = fitted()
    chatters(gate, 20)
    gate.happens(on.SensorFailed(gate.at, "Input/output error"))

    gate.after(30.0)

    assert gate.ailments[-1] == "Input/output error"


def test_a_class_of_children_on_one_release_is_no_chatter() -> None:
    gate = fitted()
    for _ in range(30):
        gate.somebody_passes()
        gate.after(0.5)

    assert gate.ailments == []
    assert len(gate.story) == 30


def test_one_that_cannot_be_read_is_told_of_and_gives_no_credit() -> None:
    gate = fitted()
    gate.happens(on.SensorFailed(gate.at, "Input/output error"))

    gate.admits()
    gate.after(600.0)

    assert gate.ailments == ["Input/output error"]
    assert gate.story == ["Intended", "Approved", "Redeemed", "Released"]
    gate.sensor_sees(somebody=False, since=START)
    assert gate.ailments == ["Input/output error", ""]


def test_one_that_could_not_be_read_for_a_while_may_have_missed_the_visitor() -> None:
    gate = fitted()
    gate.admits()
    gate.happens(on.SensorFailed(gate.at, "Input/output error"))
    gate.after(1.0)
    gate.sensor_sees(somebody=False, since=START)

    gate.after(8.0)

    assert gate.story == ["Intended", "Approved", "Redeemed", "ReleasedToSensor", "Released"]


@pytest.mark.parametrize("seconds", [0.0, 8.0])
def test_a_gate_without_a_sensor_hears_of_none(seconds: float) -> None:
    gate = core()
    gate.admits()
    gate.after(seconds)

    gate.somebody_passes()

    assert gate.story == ["Intended", "Approved", "Redeemed", "Released"]
    assert gate.ailments == []

"""A gate that is told to end: whoever waits or scans is refused, and the visitor in the lane is served."""

import pytest

from gate_controller.admission.words import events as on
from gate_controller.admission.words.messages import Fault, Message, MessageKind, MoneyFate, Signal
from tests.rig.core import LOST, OTHER, PRICE, REFUSED, VOUCHER, Core, balance, charged, core, listed


def stop(gate: Core) -> None:
    """Let SIGTERM come."""
    gate.happens(on.Stopping(gate.at))


def is_refused_for_the_stop(message: Message) -> bool:
    return message.kind is MessageKind.REFUSED_OUT_OF_SERVICE and message.fault is Fault.STOPPING


def test_whoever_waits_is_refused_at_once_and_not_charged() -> None:
    gate = core()
    gate.asks_redeem()
    gate.scan(OTHER)
    assert gate.told() is MessageKind.ONE_MOMENT

    stop(gate)

    assert is_refused_for_the_stop(gate.shown[-1])
    assert gate.shown[-1].fate is MoneyFate.NOT_CHARGED
    gate.answer(charged(1_500))
    gate.after(60.0)
    assert (gate.pulses, gate.asked) == (1, [])
    assert gate.story == ["Intended", "Approved", "Redeemed", "Released"]


def test_who_waits_for_the_gate_to_shut_is_refused_as_well() -> None:
    gate = core()
    gate.admits()
    gate.scan(OTHER)

    stop(gate)

    assert is_refused_for_the_stop(gate.shown[-1])
    gate.after(60.0)
    assert (gate.pulses, gate.asked) == (1, [])


@pytest.mark.parametrize("where", ["checking", "charged", "open", "free"])
def test_a_scan_after_the_stop_is_refused_wherever_the_one_before_him_stands(where: str) -> None:
    gate = core()
    if where == "checking":
        gate.scan()
    elif where == "charged":
        gate.asks_redeem()
    elif where == "open":
        gate.admits()
    asked = len(gate.asked)
    stop(gate)

    gate.scan(OTHER)

    assert is_refused_for_the_stop(gate.shown[-1])
    assert gate.shown[-1].fate is MoneyFate.NOT_CHARGED
    assert len(gate.asked) == asked


def test_the_lamps_stay_with_the_visitor_in_the_lane() -> None:
    gate = core()
    gate.admits()
    gate.scan(OTHER)

    stop(gate)

    assert [message.signal for message in gate.shown if message.signal is not None][-1] is Signal.ADMITTED


@pytest.mark.parametrize("left", [4_000, 100])
def test_the_visitor_who_is_being_checked_is_served_to_the_end(left: int) -> None:
    gate = core()
    gate.scan()

    stop(gate)

    gate.answer(balance(left))
    if left > PRICE:
        gate.answer(charged(left - PRICE))
    assert gate.told() is (MessageKind.ADMITTED if left > PRICE else MessageKind.BALANCE_TOO_LOW)


def test_a_visitor_whose_earlier_doubt_ends_without_a_charge_is_still_served() -> None:
    gate = core()
    gate.is_in_doubt()
    gate.after(5.0)
    gate.answer(REFUSED, LOST)
    gate.now += 130.0
    gate.scan()
    stop(gate)

    gate.answer(listed(0), balance(4_000), balance(4_000), charged(1_500))

    assert gate.told() is MessageKind.ADMITTED


def test_a_waiting_visitor_whose_own_money_is_on_its_way_is_not_told_that_he_was_not_charged() -> None:
    gate = core()
    gate.is_in_doubt()
    gate.after(5.0)
    gate.scan(OTHER)
    gate.scan(VOUCHER)

    stop(gate)

    assert gate.told() is MessageKind.BEING_CHECKED


def test_an_idle_gate_that_stops_says_that_it_takes_no_scans() -> None:
    gate = core()

    stop(gate)

    assert (gate.told(), gate.shown[-1].fault) == (MessageKind.OUT_OF_SERVICE, Fault.STOPPING)
    assert gate.notes == []


def test_a_fire_alarm_is_shown_before_the_stop() -> None:
    gate = core()
    stop(gate)

    gate.contact(on.Contact.FIRE)

    assert gate.shown[-1].fault is Fault.FIRE
    assert gate.moves == ["HoldOpen"]


def test_a_refusal_is_left_on_the_display_for_a_moment() -> None:
    gate = core()
    gate.admits()
    gate.scan(OTHER)

    stop(gate)

    assert gate.gate.readable_until == pytest.approx(gate.now + 1.5)

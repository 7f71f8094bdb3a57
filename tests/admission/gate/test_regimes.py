"""What staff order for a while: held open, locked, out of service; one at a time, across restarts, to its end."""

import pytest

from gate_controller.admission.words import commands as do
from gate_controller.admission.words.events import Contact, OpenOrdered, RegimeOrdered, ResumeOrdered, Stopping
from gate_controller.admission.words.facts import Regime, RegimeBegun, RegimeEnded
from gate_controller.admission.words.messages import REGIME_FAULTS, Fault, MessageKind
from tests.rig.core import WALL, Core, balance, charged, core

REGIMES = pytest.mark.parametrize("regime", Regime, ids=lambda regime: regime.name)
HOUR = 3_600.0


def order(
    gate: Core, regime: Regime, *, seconds: float | None = HOUR, text: str = "", reason: str = "school"
) -> do.Answer:
    until = None if seconds is None else gate.at.wall + seconds
    return gate.order(RegimeOrdered, regime, reason, until, text)


def begun(gate: Core) -> list[RegimeBegun]:
    return [fact for fact in gate.facts if isinstance(fact, RegimeBegun)]


def ended(gate: Core) -> list[RegimeEnded]:
    return [fact for fact in gate.facts if isinstance(fact, RegimeEnded)]


@REGIMES
def test_what_is_ordered_holds_and_is_recorded_with_who_and_why(regime: Regime) -> None:
    gate = core()

    assert not order(gate, regime).objection

    assert REGIME_FAULTS[regime] in gate.gate.faults
    [fact] = begun(gate)
    assert (fact.regime, fact.by, fact.reason, fact.until) == (regime, "Anna", "school", gate.at.wall + HOUR)
    assert gate.told() is MessageKind.OUT_OF_SERVICE
    assert gate.shown[-1].fault is REGIME_FAULTS[regime]
    assert gate.shown[-1].until == fact.until


@REGIMES
def test_it_ends_by_itself(regime: Regime) -> None:
    gate = core()
    order(gate, regime)

    gate.after(HOUR - 1)
    assert gate.gate.faults
    gate.after(1.0)

    assert not gate.gate.faults
    assert gate.told() is MessageKind.IDLE
    [fact] = ended(gate)
    assert (fact.by, fact.why) == ("", "its time was up")


@REGIMES
def test_a_person_ends_it(regime: Regime) -> None:
    gate = core()
    order(gate, regime, seconds=None)
    gate.after(10 * HOUR)

    assert not gate.order(ResumeOrdered).objection

    assert not gate.gate.faults
    assert [fact.by for fact in ended(gate)] == ["Anna"]
    gate.admits()


def test_a_gate_held_open_is_opened_once_and_let_go_at_the_end() -> None:
    gate = core()
    order(gate, Regime.HELD_OPEN)
    order(gate, Regime.HELD_OPEN, seconds=2 * HOUR)
    gate.after(HOUR)
    assert "LetGo" not in gate.moves
    gate.after(HOUR)
    assert gate.moves == ["HoldOpen", "HoldOpen", "LetGo"]


def test_whoever_wants_it_held_open_is_told_that_it_did_not_open() -> None:
    gate = core()
    gate.relay_works = False

    assert order(gate, Regime.HELD_OPEN).objection == "it did not open: stuck"

    assert Fault.HELD_BY_STAFF not in gate.gate.faults
    assert order(gate, Regime.HELD_OPEN).objection == "it cannot open: stuck"


def test_the_newest_order_takes_the_place_of_the_one_before() -> None:
    gate = core()
    order(gate, Regime.HELD_OPEN)

    order(gate, Regime.LOCKED)

    assert set(gate.gate.faults) == {Fault.LOCKED}
    assert gate.moves == ["HoldOpen", "LetGo"]
    assert [(fact.by, fact.why) for fact in ended(gate)] == [("Anna", "another order came")]
    gate.after(HOUR)
    assert not gate.gate.faults


@pytest.mark.parametrize("boot", ["this boot", "another boot"])
@REGIMES
def test_it_outlasts_a_restart(regime: Regime, boot: str) -> None:
    gate = core()
    order(gate, regime, text="Back soon")

    again = gate.restarts(boot=boot)

    assert set(again.gate.faults) == {REGIME_FAULTS[regime]}
    assert again.moves == (["HoldOpen"] if regime is Regime.HELD_OPEN else [])
    again.scan()
    assert again.told() is MessageKind.REFUSED_OUT_OF_SERVICE
    assert again.shown[-1].staff_text == "Back soon"
    again.after(HOUR)
    assert not again.gate.faults


@REGIMES
def test_what_ended_while_the_gate_was_off_holds_no_more(regime: Regime) -> None:
    gate = core()
    order(gate, regime)

    again = gate.restarts(seconds=2 * HOUR)

    assert not again.gate.faults
    assert len(ended(again)) == 1
    assert again.moves == []
    again.admits()


@REGIMES
def test_another_machine_is_not_ruled_by_what_was_ordered_here(regime: Regime) -> None:
    gate = core()
    order(gate, regime)

    again = gate.restarts(is_foreign=True)

    assert not again.gate.faults
    assert [fact.why for fact in ended(again)] == ["the journal came from another machine"]


@pytest.mark.parametrize("regime", [Regime.LOCKED, Regime.HELD_OPEN], ids=lambda regime: regime.name)
def test_nobody_is_charged_any_more_who_was_scanned_before(regime: Regime) -> None:
    gate = core()
    gate.scan()
    order(gate, regime)

    gate.answer(balance(4_000))

    assert (gate.pulses, gate.asks) == (0, [])
    assert gate.told() in {MessageKind.REFUSED_OUT_OF_SERVICE, MessageKind.OUT_OF_SERVICE}


def test_the_visitor_in_the_lane_is_served_before_the_gate_is_out_of_service() -> None:
    gate = core()
    gate.asks_redeem()
    order(gate, Regime.OUT_OF_SERVICE)

    gate.answer(charged(1_500))

    assert gate.told() is MessageKind.ADMITTED
    gate.after(10.0)
    assert gate.shown[-1].fault is Fault.WITHDRAWN


@REGIMES
def test_whoever_wants_out_is_let_out(regime: Regime) -> None:
    gate = core()
    order(gate, regime)
    gate.contact(Contact.EXIT_BUTTON)
    assert "release out" in gate.moves


@pytest.mark.parametrize("regime", [Regime.LOCKED, Regime.OUT_OF_SERVICE], ids=lambda regime: regime.name)
def test_staff_let_somebody_into_a_gate_that_they_have_closed(regime: Regime) -> None:
    gate = core()
    order(gate, regime)
    assert not gate.order(OpenOrdered, "the baker").objection
    assert gate.pulses == 1


def test_a_fire_alarm_opens_a_locked_gate_and_its_end_leaves_it_locked() -> None:
    gate = core()
    order(gate, Regime.LOCKED)
    gate.contact(Contact.FIRE)
    assert gate.moves == ["HoldOpen"]
    gate.contact(Contact.FIRE, active=False)
    assert gate.moves == ["HoldOpen", "LetGo"]
    assert [message.fault for message in gate.shown[-2:]] == [Fault.FIRE, Fault.LOCKED]


def test_a_fire_alarm_that_ends_leaves_what_staff_hold_open() -> None:
    gate = core()
    order(gate, Regime.HELD_OPEN)
    gate.contact(Contact.FIRE)
    gate.contact(Contact.FIRE, active=False)
    assert "LetGo" not in gate.moves
    gate.after(HOUR)
    assert gate.moves[-1] == "LetGo"


def test_a_gate_that_burns_is_not_locked() -> None:
    gate = core()
    gate.contact(Contact.FIRE)
    assert order(gate, Regime.LOCKED).objection == "the fire alarm holds it open: it cannot be locked"


@REGIMES
def test_an_end_that_has_passed_and_a_gate_that_stops_are_objected_to(regime: Regime) -> None:
    gate = core()
    assert order(gate, regime, seconds=0.0).objection == "its end has passed already: name a later one"
    gate.happens(Stopping(gate.at))
    assert order(gate, regime).objection == "it is being stopped"
    assert begun(gate) == []


# -- the clock


@pytest.mark.parametrize("error", [-5 * HOUR, 600.0])
def test_it_ends_at_its_moment_though_the_clock_is_put_right_meanwhile(error: float) -> None:
    """A Pi that starts has the time of its end: a gate locked until eight would stay so until one."""
    gate = core()
    opens_at = WALL + gate.now + HOUR
    gate.order(RegimeOrdered, Regime.LOCKED, "night", opens_at, "")
    gate = gate.restarts()
    gate.wall_error = error
    gate.recovers(gate.histories().values())
    gate.after(60.0)

    gate.wall_error = None
    gate.after(opens_at - gate.at.wall - 1.0)
    assert gate.gate.faults
    gate.after(62.0)

    assert not gate.gate.faults
    assert ended(gate)[-1].why == "its time was up"

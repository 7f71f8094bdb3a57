"""What needs somebody, from the gate's status and the time: after how long it does, and when it is over."""

from dataclasses import replace
from typing import Any

import pytest

from gate_controller.admission.gate.gate import Gate
from gate_controller.admission.words.events import Instant
from gate_controller.admission.words.facts import Regime
from gate_controller.admission.words.ids import Numbering
from gate_controller.shell.concerns import Concern, Concerns, Grace
from gate_controller.shell.degraded import Ailment, Degraded
from gate_controller.shell.policies import policy_of
from gate_controller.shell.status import EgumaStatus, GateStatus, RegimeStatus, StatusBoard
from gate_controller.shell.watching_machine import MachineStatus
from tests.rig.settings import loaded

MINUTE, HOUR = 60.0, 3600.0
GRACE = Grace(out_of_service=5 * MINUTE, ordered=12 * HOUR, eguma=15 * MINUTE)
WELL = MachineStatus(looked_at=1.0)
AT_REST: GateStatus = replace(
    StatusBoard(Gate(policy_of(loaded().settings), Numbering("")), Degraded(), wall=lambda: 0.0).status(),
    machine=WELL,
    eguma=EgumaStatus(answered_at=1.0),
)


class Seen:
    """A gate that is looked at, and its clock."""

    def __init__(self, grace: Grace = GRACE) -> None:
        self.concerns = Concerns(grace)
        self.mono = 1_000.0
        self.wall = 1_795_637_704.0

    @property
    def at(self) -> Instant:
        return Instant(self.mono, self.wall)

    @property
    def again_after(self) -> float | None:
        again = self.concerns.look_again
        return None if again is None else again - self.mono

    def looks(self, *faults: str, after: float = 0.0, **status: Any) -> list[Concern]:
        """Let time pass, look at a gate with these faults, and return what is told of."""
        self.mono += after
        self.wall += after
        ailments = tuple(Ailment(fault, f"{fault} is at fault", self.wall) for fault in faults)
        self.concerns.look(replace(AT_REST, faults=ailments, **status), self.at)
        return [concern for concern, spell in self.concerns.spells.items() if spell.until is None]


def test_a_gate_is_told_of_once_it_has_been_out_of_service_for_long_enough() -> None:
    seen = Seen()
    assert seen.looks() == []
    assert seen.looks("scanner") == []
    assert seen.looks("scanner", after=299) == []
    assert seen.looks("scanner", after=1) == [Concern.OUT_OF_SERVICE]


def test_one_fault_after_the_other_is_one_time_out_of_service() -> None:
    seen = Seen()
    seen.looks("scanner")
    seen.looks("scanner", "relay", after=4 * MINUTE)
    assert seen.looks("relay", after=MINUTE) == [Concern.OUT_OF_SERVICE]


def test_when_to_look_again_is_known_without_another_change() -> None:
    seen = Seen()
    seen.looks()
    found = [seen.again_after]
    for faults, after in ((("scanner",), 0.0), (("scanner",), 5 * MINUTE), ((), MINUTE)):
        seen.looks(*faults, after=after)
        found.append(seen.again_after)
    assert found == [None, 5 * MINUTE, None, MINUTE]


def test_what_comes_and_goes_is_over_when_it_has_been_away_for_a_while() -> None:
    seen = Seen()
    seen.looks("scanner")
    seen.looks("scanner", after=10 * MINUTE)
    assert seen.looks(after=10) == [Concern.OUT_OF_SERVICE]
    assert seen.looks("scanner", after=10) == [Concern.OUT_OF_SERVICE]
    assert seen.looks(after=10) == [Concern.OUT_OF_SERVICE]
    over_at = seen.mono
    assert seen.looks(after=MINUTE) == []
    spell = seen.concerns.spells[Concern.OUT_OF_SERVICE]
    assert (spell.number, spell.until) == (1, over_at)


def test_a_supply_that_sags_with_every_move_of_the_gate_is_one_concern() -> None:
    seen, sags = Seen(), replace(WELL, ailments=(Ailment("supply", "the supply sags", 0.0),))
    for _ in range(20):
        assert seen.looks(after=30, machine=sags) == [Concern.SUPPLY]
        assert seen.looks(after=600) == [Concern.SUPPLY]
    assert seen.looks(after=HOUR) == []
    assert seen.concerns.spells[Concern.SUPPLY].number == 1


@pytest.mark.parametrize("what", ["held_by_staff", "locked", "withdrawn", "held_open", "service"])
def test_what_staff_have_ordered_is_told_only_when_it_seems_forgotten(what: str) -> None:
    seen = Seen()
    assert seen.looks(what) == []
    assert seen.looks(what, after=11 * HOUR) == []
    assert seen.looks(what, after=HOUR) == [Concern.ORDERED]
    assert seen.looks(after=1) == []
    never = Seen(replace(GRACE, ordered=0.0))
    never.looks(what)
    assert never.looks(what, after=1000 * HOUR) == []


def test_an_order_is_as_old_as_the_journal_says_where_the_clock_is_sure() -> None:
    regime = RegimeStatus(Regime.LOCKED, "Anna", "", AT_REST.at - 13 * HOUR, None, "", "K7Q2P")
    assert Seen().looks("locked", regime=regime) == []
    sure = replace(WELL, is_clock_sure=True)
    assert Seen().looks("locked", regime=regime, machine=sure) == [Concern.ORDERED]


def test_an_order_that_ends_by_itself_is_never_told() -> None:
    seen = Seen()
    regime = RegimeStatus(Regime.LOCKED, "Anna", "", 0.0, 1e12, "", "K7Q2P")
    seen.looks("locked", regime=regime)
    assert seen.looks("locked", after=100 * HOUR, regime=regime) == []


def test_a_fault_beside_an_order_is_told_all_the_same() -> None:
    seen = Seen()
    seen.looks("locked", "scanner")
    assert seen.looks("locked", "scanner", after=5 * MINUTE) == [Concern.OUT_OF_SERVICE]


def test_a_gate_that_ends_is_told_of_by_nobody() -> None:
    seen = Seen()
    seen.looks("stopping")
    assert seen.looks("stopping", after=HOUR) == []


def test_eguma_is_told_of_when_it_has_been_silent_for_long() -> None:
    seen, silent = Seen(), EgumaStatus(1.0, 0.1, "no connection in time", 2.0)
    assert seen.looks(eguma=silent) == []
    assert seen.looks(after=15 * MINUTE, eguma=silent) == [Concern.EGUMA]
    assert seen.looks(after=1, eguma=EgumaStatus()) == [Concern.EGUMA]  # not asked: nobody knows


def test_a_wall_clock_that_jumps_makes_nothing_long_and_nothing_short() -> None:
    seen = Seen()
    seen.looks("scanner")
    seen.wall += 20 * 365 * 24 * HOUR
    assert seen.looks("scanner", after=MINUTE) == []
    seen.wall -= 40 * 365 * 24 * HOUR
    assert seen.looks("scanner", after=4 * MINUTE) == [Concern.OUT_OF_SERVICE]


def test_after_a_restart_what_was_told_goes_on_and_ends_once() -> None:
    seen = Seen()
    seen.concerns.take_up({Concern.OUT_OF_SERVICE: seen.wall - HOUR, Concern.DISK: seen.wall - HOUR}, seen.at)
    # What is not known yet neither goes on nor ends.
    seen.looks("starting", machine=MachineStatus())
    assert not any(spell.is_seen for spell in seen.concerns.spells.values())
    seen.looks("scanner", after=2 * HOUR, machine=MachineStatus())
    spells = seen.concerns.spells
    assert (spells[Concern.OUT_OF_SERVICE].is_seen, spells[Concern.DISK].is_seen) == (True, False)
    assert spells[Concern.OUT_OF_SERVICE].number == 0
    seen.looks(after=1)
    assert seen.looks(after=5 * MINUTE) == []
    assert {spell.number for spell in spells.values()} == {0}


def test_a_gate_that_does_not_finish_starting_is_told_of() -> None:
    seen = Seen()
    seen.looks("starting")
    assert seen.looks("starting", after=5 * MINUTE) == [Concern.OUT_OF_SERVICE]

"""What is counted for monitoring: verdicts, E-GUMA's answers, the way from scan to relay; and who hears of facts."""

from pathlib import Path

import pytest

from gate_controller.admission.words.facts import Fact, Intended, Redeemed, Refused, Released
from gate_controller.admission.words.messages import MessageKind
from gate_controller.shell.counts import VERDICTS, Counts, Durations
from gate_controller.simulator import Endpoint, FaultKind, Simulator
from tests.rig.gate import GOOD, LOW, fault, running_gate
from tests.rig.pins import Pins
from tests.rig.waiting import until


def counted(counts: Counts) -> dict[str, int]:
    """How many calls ended how, whatever they took."""
    return {f"{what} {ended}": sum(taken.counts) for (what, ended), taken in counts.eguma.items()}


async def test_a_scan_is_counted_once_by_what_came_of_it(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        gate.scan(GOOD)
        await gate.shows(MessageKind.ADMITTED)
        await gate.shows(MessageKind.IDLE)
        gate.scan(LOW)
        await gate.shows(MessageKind.BALANCE_TOO_LOW)
        counts = gate.app.board.counts
        verdicts = {kind: number for kind, number in counts.messages.items() if VERDICTS[kind] is not None}
        assert verdicts == {MessageKind.ADMITTED: 1, MessageKind.BALANCE_TOO_LOW: 1}
        assert counted(counts) == {"probe answered": 1, "balance answered": 2, "redeem answered": 1}


async def test_the_way_to_the_relay_is_counted_for_scans_and_for_no_order(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        await gate.asked("release", by="Anna", reason="pram")
        await gate.takes_scans()
        gate.scan(GOOD)
        await gate.shows(MessageKind.ADMITTED)
        taken = gate.app.board.counts.scan_to_relay
        assert sum(taken.counts) == 1
        assert 0 < taken.total < 5


async def test_a_call_without_an_answer_is_counted_by_its_fault(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        simulator.faults.add(fault(FaultKind.HANG, Endpoint.REDEEM))
        gate.scan(GOOD)
        await gate.shows(MessageKind.BEING_CHECKED)
        await gate.stand("not charged")
        counts = gate.app.board.counts
        assert counted(counts)["redeem unknown"] == 1
        await until(lambda: counted(counts).get("redemptions answered", 0) >= 1)


async def test_whoever_follows_facts_hears_of_those_on_disk(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        heard: list[Fact] = []
        unfollow = gate.app.board.follow_facts(heard.extend)
        gate.scan(GOOD)
        await gate.shows(MessageKind.ADMITTED)
        await until(lambda: any(isinstance(fact, Released) for fact in heard))
        assert {Intended, Redeemed, Released} <= {type(fact) for fact in heard}
        [record] = await gate.asked("attempts", attempts=[heard[0].attempt, "nobody's"])
        assert record["incident"] == gate.records[0].incident
        unfollow()
        gate.scan(LOW)
        await gate.shows(MessageKind.BALANCE_TOO_LOW)
        await gate.stand("admitted", "refused")
        assert Refused not in {type(fact) for fact in heard}


def test_every_message_says_whether_it_is_a_verdict() -> None:
    assert VERDICTS.keys() == set(MessageKind)


@pytest.mark.parametrize(("seconds", "place"), [(0.0, 0), (1.0, 0), (1.001, 1), (2.5, 2)])
def test_a_duration_counts_where_its_bound_is(seconds: float, place: int) -> None:
    durations = Durations((1.0, 2.0))
    durations.add(seconds)
    assert durations.counts[place] == 1
    assert sum(durations.counts) == 1
    assert durations.total == seconds


def test_a_copy_stays_as_it_was() -> None:
    counts = Counts()
    counts.asked("balance", None, 0.2)
    copied = counts.copy()
    counts.asked("balance", None, 0.2)
    counts.told(MessageKind.ADMITTED)
    assert counted(copied) == {"balance answered": 1}
    assert not copied.messages

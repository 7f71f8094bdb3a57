"""An order that is given twice is carried out once: by the same name, by another, at the same time, after a restart."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from gate_controller.admission.words.messages import Fault
from gate_controller.desk.control_socket import ControlError, JournalAway, PutOff
from gate_controller.desk.given_orders import MOST_REMEMBERED, GivenOrders
from gate_controller.journal.reader import Reader
from gate_controller.simulator import Simulator
from tests.rig.gate import RELAY, GateInProcess, running_gate
from tests.rig.pins import Pins
from tests.rig.waiting import until

OPEN: dict[str, Any] = {"id": "press-1", "by": "Anna", "reason": "pram"}


async def nothing_on_record() -> dict[str, str]:
    return {}


def openings(gate: GateInProcess) -> int:
    return sum(edge.high for edge in gate.relay_edges)


async def test_a_button_pressed_twice_opens_once(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        both = await asyncio.gather(gate.asked("release", **OPEN), gate.asked("release", **OPEN))
        assert set(both) == {"released"}
        await until(lambda: not pins.is_high(RELAY))
        assert await gate.asked("release", **OPEN) == "released"
        assert openings(gate) == 1


async def test_what_was_refused_is_refused_by_the_same_name_again(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        await gate.asked("hold_open", id="h", by="Anna", reason="open day", until="1h")
        for _ in range(2):
            with pytest.raises(ControlError, match="it stands open already"):
                await gate.asked("release", **OPEN)
        await gate.asked("resume", id="r", by="Anna")
        with pytest.raises(ControlError, match="it stands open already"):
            await gate.asked("release", **OPEN)


async def test_a_name_is_one_orders_own(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        await gate.asked("release", **OPEN)
        with pytest.raises(ControlError, match="was given to another order"):
            await gate.asked("release", **{**OPEN, "reason": "another"})
        with pytest.raises(ControlError, match="was given to another order"):
            await gate.asked("resume", id=OPEN["id"], by="Anna")
        assert openings(gate) == 1


async def test_an_order_from_before_a_restart_is_not_carried_out_again(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        await gate.asked("release", **OPEN)
        assert openings(gate) == 1
    async with running_gate(state_dir, pins, simulator) as gate:
        with pytest.raises(ControlError, match="was carried out earlier: incident"):
            await gate.asked("release", **OPEN)
        assert openings(gate) == 1


async def test_what_ended_a_regime_is_known_by_its_name_after_a_restart(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    """It had ended the next regime as well, which somebody had ordered since."""
    lock: dict[str, Any] = {"by": "Anna", "reason": "storm", "until": "1h"}
    async with running_gate(state_dir, pins, simulator) as gate:
        await gate.asked("lock", id="lock-1", **lock)
        await gate.asked("resume", id="end-1", by="Anna")
    async with running_gate(state_dir, pins, simulator) as gate:
        await gate.asked("lock", id="lock-2", **lock)
        with pytest.raises(ControlError, match="id end-1: was carried out earlier: incident"):
            await gate.asked("resume", id="end-1", by="Anna")
        assert Fault.LOCKED in gate.app.gate.faults


async def test_whoever_is_told_what_became_of_an_order_finds_it_in_the_journal(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    """A gate that was killed right after its answer had moved, and did not know of it any more."""
    async with running_gate(state_dir, pins, simulator) as gate:
        for number in range(5):
            await gate.asked("lock", by="Anna", reason="storm", until="1h", id=f"lock-{number}")
            assert Reader(state_dir).orders()[f"lock-{number}"].startswith("was carried out")
        await gate.asked("resume", by="Anna", id="end")
        await gate.asked("release", **OPEN)
        assert gate.stands[-1] == "opened by staff"


async def test_an_opening_that_failed_is_none_by_its_name_after_a_restart(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        pins.break_pin(RELAY)
        with pytest.raises(ControlError, match="it did not open"):
            await gate.asked("release", **OPEN)
        assert gate.stands == ["could not be opened"]
        pins.mend(RELAY)
    async with running_gate(state_dir, pins, simulator) as gate:
        with pytest.raises(ControlError, match="id press-1: did not open the gate"):
            await gate.asked("release", **OPEN)
        assert openings(gate) == 0


@pytest.mark.parametrize("name", ["", "x" * 65, 7, ["a"], "a\nb", {"a": 1}])
async def test_a_name_that_is_none_is_refused(state_dir: Path, pins: Pins, simulator: Simulator, name: object) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        with pytest.raises(ControlError, match="id"):
            await gate.asked("release", **{**OPEN, "id": name})
        assert openings(gate) == 0


async def test_an_order_goes_on_though_its_giver_goes_away() -> None:
    begun, let_go, done = asyncio.Event(), asyncio.Event(), []

    async def carry_out(_request: dict[str, Any]) -> str:
        begun.set()
        await let_go.wait()
        done.append(1)
        return "done"

    given = GivenOrders(nothing_on_record).once("release", carry_out)
    asking = asyncio.ensure_future(given({"id": "a"}))
    await begun.wait()
    asking.cancel()
    let_go.set()
    assert await given({"id": "a"}) == "done"
    assert done == [1]


async def test_an_order_that_could_not_begin_may_be_given_again_by_its_name() -> None:
    """The page sends the same name again where the journal could not be read: it had been refused for ever."""
    tries: list[str] = []

    async def carry_out(request: dict[str, Any]) -> str:
        tries.append(request["id"])
        if len(tries) == 1:
            raise JournalAway("journal: cannot be read")
        return "done"

    given = GivenOrders(nothing_on_record).once("settle", carry_out)
    with pytest.raises(JournalAway):
        await given({"id": "a"})
    assert [await given({"id": "a"}), await given({"id": "a"})] == ["done", "done"]
    assert tries == ["a", "a"]


async def test_an_order_that_was_put_off_while_nobody_listened_is_told_so_and_does_not_begin_anew() -> None:
    """A page that asks every second began it again and again, long after whoever wanted it had gone."""
    tries: list[str] = []

    async def carry_out(request: dict[str, Any]) -> str:
        tries.append(request["id"])
        await asyncio.sleep(0)
        raise PutOff("gate: somebody is being served: wait until the lane is free")

    given = GivenOrders(nothing_on_record).once("admit", carry_out)
    gone = asyncio.ensure_future(given({"id": "a"}))
    await asyncio.wait([gone])
    for _ in range(2):
        with pytest.raises(PutOff):
            await given({"id": "a"})
    assert tries == ["a"]


async def test_an_order_that_is_no_longer_remembered_is_found_in_the_journal() -> None:
    opened: list[str] = []

    async def carry_out(request: dict[str, Any]) -> str:
        opened.append(request["id"])
        return "released"

    async def on_record() -> dict[str, str]:
        return dict.fromkeys(opened, "was carried out earlier: incident K7M2Q")

    given = GivenOrders(on_record).once("release", carry_out)
    for number in range(MOST_REMEMBERED + 1):
        await given({"id": f"press-{number}"})
    with pytest.raises(ControlError, match="was carried out earlier"):
        await given({"id": "press-0"})
    assert opened.count("press-0") == 1


async def test_a_journal_that_can_be_read_again_is_asked_again() -> None:
    records: list[dict[str, str] | None] = [None, {"a": "was carried out earlier: incident K7M2Q"}]

    async def on_record() -> dict[str, str] | None:
        return records.pop(0)

    async def carry_out(_request: dict[str, Any]) -> str:
        return "done"

    given = GivenOrders(on_record).once("release", carry_out)
    assert await given({"id": "b"}) == "done"
    with pytest.raises(ControlError, match="was carried out earlier"):
        await given({"id": "a"})

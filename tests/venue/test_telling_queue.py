"""What waits to be written: what has just happened comes first, and what is caught up holds nobody up."""

from dataclasses import replace
from pathlib import Path

from gate_controller.venue.telling_queue import LEAST_LATE, MOST_WAITING, TellingQueue
from gate_controller.venue.told import GateEvent, GateTelling
from tests.rig.told_house import DAY, ToldGate, house_of, status


async def test_what_happens_while_a_gate_is_caught_up_is_kept_at_once(tmp_path: Path) -> None:
    """A visit in the west waits for one transaction, which has a piece of what is late, and not for all of it."""
    east, west = ToldGate("east"), ToldGate("west")
    for _ in range(2500):
        east.admits()
    async with house_of(tmp_path) as house:
        for gate in (east, west):
            house.hearing.hear_status(gate.gate_id, status(gate.gate_id))
        for after in range(0, 10_000, 200):
            assert house.hearing.hear_events(east.page(after=after))
        west.admits()
        house.hearing.hear_events(west.page())
        assert await house.hearing.keep_some()
        tiles = {tile.gate_id: tile.admitted for tile in house.tiles()}
        assert tiles == {"east": LEAST_LATE // 4, "west": 1}
        east.admits()
        house.hearing.hear_events(east.page(after=10_000))  # its own order stays: that is behind what is late
        while await house.hearing.keep_some():
            west.admits()
            house.hearing.hear_events(west.page(after=west.newest - 4))
        totals = await house.totals(DAY)
        tile = house.tile("east")
        assert tile is not None
        assert (tile.admitted, tile.missing) == (2501, 0)
        assert totals.admitted == 2501 + west.newest // 4


def telling(gate_id: str, after: int, events: int = 1, size: int = 300) -> GateTelling:
    told = tuple(GateEvent(after + 1 + number, 0.0, "", "Refused", {}) for number in range(events))
    return GateTelling(gate_id, "j", told, 0.0, after, after + events, size)


def test_a_gate_that_floods_leaves_room_for_the_others_however_it_does_it() -> None:
    for events, size in ((1, 300), (0, 300), (200, 50_000), (1, 1_000_000)):
        queue, first = TellingQueue(), telling("east", 0, events, size)
        taken = sum(queue.put(replace(first, after=number)) for number in range(2 * MOST_WAITING))
        assert taken * max(1, events, size // 4096) <= MOST_WAITING // 2 + 250
        assert queue.put(telling("west", 0))
        assert "west" in {told.gate_id for told in queue.take()}


def test_a_gate_that_is_behind_is_caught_up_in_a_house_that_is_busy_too() -> None:
    queue = TellingQueue()
    for number in range(50):
        assert queue.put(telling("east", 200 * number, 200))
    rounds = 0
    while any(told.gate_id == "east" for told in queue.take()):
        rounds += 1
        for gate in range(1000):  # each transaction takes so long that there is one more visit at each gate
            queue.put(telling(f"g{gate}", rounds))
    assert rounds <= 12


def test_what_was_taken_and_could_not_be_written_comes_first_again_and_in_order() -> None:
    queue = TellingQueue()
    queue.put(telling("east", 0, 200))
    queue.put(telling("east", 200, 200))
    queue.put(telling("east", 400, 200))
    queue.put(telling("east", 600))
    taken = queue.take()
    assert [told.after for told in taken] == [0, 200]
    queue.put_back(taken)
    order = []
    while queue:
        order += [told.after for told in queue.take()]
    assert order == [0, 200, 400, 600]
    assert queue.weight == 0

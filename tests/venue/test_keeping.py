"""What is kept while things go wrong: a store that dies, what no store takes, journals that change, clocks that lie."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, text

from gate_controller.shell.voucher_hash import voucher_hash
from gate_controller.venue.event_store import EventStore, StoreInUse
from gate_controller.venue.pruning import Pruning
from gate_controller.venue.tiles import Presence
from tests.rig.postgresql import RealPostgresql
from tests.rig.told_house import CODE, DAY, NOON, HandClock, ToldGate, house_of, status, told
from tests.rig.waiting import until


async def test_a_database_that_dies_and_comes_back_has_everything_once(server: RealPostgresql, tmp_path: Path) -> None:
    east = ToldGate("east")
    east.admits()
    async with house_of(tmp_path, east, url=server.database()) as house:
        server.kill()
        east.admits()
        await told(house, east.page(after=4))
        assert house.hearing.store_trouble
        assert house.hearing.is_busy
        tile = house.tile("east")
        assert tile is not None
        assert (tile.admitted, tile.missing) == (1, 4)
        server.start()
        await house.hearing.look()
        await told(house, east.page(after=0))
        tile = house.tile("east")
        assert tile is not None
        assert (tile.admitted, tile.missing, house.hearing.store_trouble) == (2, 0, "")
        assert (await house.totals(DAY)).admitted == 2


async def test_what_the_store_does_not_take_keeps_no_other_gates_events_out(tmp_path: Path) -> None:
    east, west = ToldGate("east"), ToldGate("west")
    async with house_of(tmp_path) as house:
        await told(house, [])
        for gate in (east, west):
            house.hearing.hear_status(gate.gate_id, status(gate.gate_id))
            gate.admits(reference="poison" if gate is east else "r")
        refuse = (
            "CREATE TRIGGER poison BEFORE INSERT ON event WHEN NEW.body LIKE '%poison%' BEGIN "
            "SELECT RAISE(ABORT, 'it is not taken'); END"
        )
        await house.hearing.store.write(lambda db: db.execute(text(refuse)).rowcount)
        await told(house, east.live(), west.live())
        found = {tile.gate_id: (tile.admitted, tile.needs) for tile in house.tiles()}
        assert found["west"] == (1, ())
        assert found["east"][0] == 0
        assert "cannot be kept" in found["east"][1][0]


async def test_words_that_no_text_column_takes_are_kept_all_the_same(tmp_path: Path, url: URL) -> None:
    east = ToldGate("east")
    east.happens(("Refused", {"code": "…\ud800\0", "reason": "half \udfff", "text": "\0", "balance": 2**70}))
    async with house_of(tmp_path, east, url=url) as house:
        events = await house.events("east", limit=5)
        assert (events[0]["text"], events[0]["balance"]) == ("\0", 2**70)
        tile = house.tile("east")
        assert tile is not None
        assert (tile.refused, tile.needs) == (1, ())


async def test_another_journal_is_followed_from_its_beginning_and_two_by_turns_are_told(
    tmp_path: Path, url: URL
) -> None:
    before, after = ToldGate("east"), ToldGate("east", journal="j-east-2")
    for gate in (before, after):
        gate.admits()
    async with house_of(tmp_path, before, url=url) as house:
        await told(house, after.page())
        tile = house.tile("east")
        assert tile is not None
        assert (tile.admitted, tile.missing) == (2, 0)
        events = await house.events("east", limit=50)
        assert [event["number"] for event in events] == [4, 3, 2, 1] * 2
        assert {event["journal"] for event in events[:4]} == {"j-east-2"}
        rest = await house.events("east", limit=50, before=events[5]["place"])
        assert [event["number"] for event in rest] == [2, 1]
        for _ in range(2):
            await told(house, before.page(after=4), after.page(after=4))
        tile = house.tile("east")
        assert tile is not None
        assert any("two machines" in need for need in tile.needs)


async def test_what_a_gate_has_archived_is_no_gap(tmp_path: Path, url: URL) -> None:
    east = ToldGate("east")
    for _ in range(3):
        east.admits()
    east.events = [event for event in east.events if not 2 <= event["number"] <= 6]
    async with house_of(tmp_path, url=url) as house:
        house.hearing.hear_status("east", status("east"))
        answer = east.page(after=0)
        await told(house, answer)
        tile = house.tile("east")
        assert tile is not None
        assert (tile.missing, tile.admitted) == (0, 2)


async def test_a_wrong_clock_orders_nothing_and_counts_for_the_day_on_which_it_came(tmp_path: Path) -> None:
    east = ToldGate("east")
    for at in (3600.0, NOON + 400 * 86_400, NOON):
        east.at = at
        east.admits()
    async with house_of(tmp_path, east) as house:
        assert [event["number"] for event in await house.events("east", limit=3)] == [12, 11, 10]
        assert (await house.totals(DAY)).admitted == 3


async def test_a_voucher_is_found_by_its_hash_its_last_four_and_its_incident(tmp_path: Path, url: URL) -> None:
    key, code, other = "k" * 32, "L4FU5LQTKJR3", "X9FU5LQTKJR3"
    east = ToldGate("east")
    mine = east.admits(voucher_hash=voucher_hash(key, code))
    others = east.admits(voucher_hash=voucher_hash(key, other))
    old = east.refuses()
    async with house_of(tmp_path, east, url=url, voucher_key=key) as house:

        async def found(typed: str) -> set[str]:
            return {item.incident for item in await house.search(typed, limit=10)}

        assert await found("l4fu-5lqt-kjr3") == {mine, old}
        assert await found(other) == {others, old}
        assert await found("KJR3") == {mine, others, old}
        assert await found(mine) == {mine}
        assert await found("' OR 1=1 --") == set()
        items = await house.search(mine, limit=1)
        assert items[0].voucher == CODE


async def test_two_heartbeats_without_a_word_make_a_gate_stale_and_a_kept_word_is_as_old_as_it_says(
    tmp_path: Path,
) -> None:
    clock = HandClock()
    async with house_of(tmp_path, clock=clock) as house:
        house.hearing.hear_status("east", status("east"))
        house.hearing.hear_status("west", status("west", NOON - 121), is_kept=True)
        house.hearing.hear_online("west", is_online=True)
        presences = {tile.gate_id: tile.presence for tile in house.tiles()}
        assert presences == {"east": Presence.LIVE, "west": Presence.STALE}
        changed: list[frozenset[str]] = []
        house.follow(changed.append)
        clock.at += 121
        await house.hearing.look()
        await until(lambda: bool(changed))
        assert changed[-1] >= {"east"}
        tile = house.tile("east")
        assert tile is not None
        assert (tile.presence, tile.heard_at) == (Presence.STALE, NOON)
        house.hearing.hear_online("east", is_online=False)
        tile = house.tile("east")
        assert tile is not None
        assert (tile.presence, tile.since) == (Presence.OFFLINE, clock.at)


async def test_a_gate_that_differs_from_its_group_stands_out(tmp_path: Path) -> None:
    async with house_of(tmp_path) as house:
        for number in (1, 2, 10):
            gate_id = f"g{number}"
            house.hearing.hear_status(gate_id, status(gate_id))
            said = {"gate": gate_id, "version": "1.0.0", "settings": "abc", "name": f"Gate {number}"}
            house.hearing.hear_about(gate_id, {**said, "settings": "xyz" if number == 2 else "abc"})
            await house.name_gate(gate_id, name="", group="hall")
        assert [(tile.name, tile.differs) for tile in house.tiles()] == [
            ("Gate 1", ()),
            ("Gate 2", ("settings",)),
            ("Gate 10", ()),
        ]


async def test_people_inside_are_counted_over_entrances_and_exits_and_set_right(tmp_path: Path) -> None:
    way_in, way_out = ToldGate("in"), ToldGate("out")
    for _ in range(3):
        way_in.admits()
    way_out.happens(("TicketIntended", {"ticket_number": "…"}), ("TicketLetOut", {}))
    async with house_of(tmp_path, way_in, way_out, most_inside=100) as house:
        totals = await house.totals(DAY)
        assert (totals.inside, totals.most_inside) == (2, 100)
        way_in.happens(("OccupancySet", {"inside": 10, "by": "Anna"}))
        way_in.admits()
        await told(house, way_in.page(after=12))
        assert (await house.totals(DAY)).inside == 10


async def test_a_database_has_one_venue_that_writes_also_after_its_connections_were_cut(
    server: RealPostgresql, tmp_path: Path
) -> None:
    url, east = server.database(), ToldGate("east")
    east.admits()
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    async with house_of(tmp_path, east, url=url) as house:
        other = EventStore(url)
        try:
            with pytest.raises(StoreInUse, match="another venue writes there"):
                await asyncio.to_thread(other.reach)
            await house.hearing.store.read(
                lambda db: db.execute(text(f"SELECT pg_terminate_backend(pid) {others}")).all()
            )
            for _ in range(3):
                east.admits()
                await told(house, east.page())
                await house.hearing.look()
            tile = house.tile("east")
            assert tile is not None
            assert (tile.admitted, house.hearing.store_trouble) == (4, "")
            with pytest.raises(StoreInUse):
                await asyncio.to_thread(other.reach)
        finally:
            other.close()


async def test_what_is_old_and_at_its_end_is_forgotten_and_its_day_stays(tmp_path: Path, url: URL) -> None:
    east, west = ToldGate("east"), ToldGate("west")
    for _ in range(150):
        east.admits()
    left = east.is_left()
    west.admits()
    async with house_of(tmp_path, east, west, url=url) as house:
        east.at = NOON + 90_000
        young = east.admits()
        await told(house, east.page(after=603, received=NOON + 90_000))
        pruning = Pruning(before=NOON + 60)
        while await house.hearing.store.write(pruning.step):
            pass
        assert {event["incident"] for event in await house.events("east", limit=1000)} == {left, young}
        assert await house.events("west", limit=10) == []
        assert [item.incident for item in (await house.open_items(limit=10))[0]] == [left]
        assert (await house.totals(DAY)).admitted == 151
        east.happens(("Settled", {"by": "Anna", "reason": "given back"}), incident=left)
        await told(house, east.page(after=607))
        assert (await house.open_items(limit=10))[0] == []
        tile = house.tile("east")
        assert tile is not None
        assert tile.missing == 0


async def test_a_transaction_that_fails_takes_no_events_with_it_whoever_keeps_at_the_same_time(tmp_path: Path) -> None:
    east = ToldGate("east")
    async with house_of(tmp_path) as house:
        house.hearing.hear_status("east", status("east"))
        east.refuses()
        await told(house, east.live(1))
        refuse = (
            "CREATE TRIGGER full BEFORE INSERT ON event WHEN NEW.body LIKE '%poison%' BEGIN "
            "SELECT RAISE(ABORT, 'it is not taken'); END"
        )
        await house.hearing.store.write(lambda db: db.execute(text(refuse)).rowcount)
        east.admits(reference="poison")
        house.hearing.hear_events(east.page(after=1))
        first = asyncio.create_task(house.hearing.keep())
        await asyncio.sleep(0)  # it has taken what waited, and writes
        east.refuses()
        house.hearing.hear_events(*east.live(6))
        second = asyncio.create_task(house.hearing.keep())
        await asyncio.sleep(0)
        house.hearing.store._writer.submit(lambda: None).result()  # the loop hears of neither before both are over
        await asyncio.gather(first, second)
        await house.hearing.store.write(lambda db: db.execute(text("DROP TRIGGER full")).rowcount)
        tile = house.tile("east")
        assert tile is not None
        assert (tile.admitted, tile.missing) == (0, 5)
        await told(house, east.page())
        assert (await house.totals(DAY)).admitted == 1
        assert len(await house.events("east", limit=9)) == 6


async def test_what_nobody_foresaw_in_one_gates_events_keeps_no_other_out(tmp_path: Path) -> None:
    east, west = ToldGate("east"), ToldGate("west")
    async with house_of(tmp_path) as house:
        for gate in (east, west):
            house.hearing.hear_status(gate.gate_id, status(gate.gate_id))
            gate.admits()
        page = east.page()
        deep: list[Any] = []
        for _ in range(100_000):
            deep = [deep]
        page.events[0].body["deep"] = deep  # no gate's word is read so, but it may be the next surprise
        await told(house, page, west.page())
        assert {tile.gate_id: tile.admitted for tile in house.tiles()} == {"east": 0, "west": 1}
        page.events[0].body.clear()
        await told(house, east.page())
        assert (await house.totals(DAY)).admitted == 2


async def test_whoever_follows_is_told_when_open_items_are_others_and_not_of_each_visit(tmp_path: Path) -> None:
    east = ToldGate("east")
    async with house_of(tmp_path, east) as house:
        seen = [house.items_version()]

        async def tells(happens: Callable[[], object]) -> bool:
            after = east.newest
            happens()
            await told(house, east.page(after=after))
            seen.append(house.items_version())
            return seen[-1] != seen[-2]

        left: list[str] = []
        assert not await tells(east.admits)
        assert await tells(lambda: left.append(east.is_left()))
        assert not await tells(east.refuses)
        assert await tells(lambda: east.happens(("Settled", {"by": "Anna", "reason": "seen to"}), incident=left[0]))
        assert not await tells(east.admits)

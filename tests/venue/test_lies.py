"""What gates, disks and people do that no house expects: lies, half characters, two at once, a disk that is full."""

import asyncio
import csv
import io
import json
import os
import resource
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import URL, select
from starlette.responses import JSONResponse

from gate_controller.admission.words.messages import MessageKind
from gate_controller.venue import house_hearing
from gate_controller.venue.catching_up import CatchingUp
from gate_controller.venue.counted_words import MOST_STRANGE
from gate_controller.venue.event_store import EventStore, StoreInUse
from gate_controller.venue.house_broker import HeardMessage
from gate_controller.venue.house_intake import MOST_OF_STRANGERS, MOST_TOGETHER, HouseIntake
from gate_controller.venue.house_orders import HouseOrders
from gate_controller.venue.page.house_days_page import closing_table
from gate_controller.venue.tables import COUNTED
from gate_controller.venue.tiles import Presence
from gate_controller.venue.told import Unreadable, read_events
from gate_controller.venue.venue_house import VenueHouse
from tests.rig.told_house import DAY, NOON, HandClock, ToldGate, house_of, status, told


@pytest.mark.parametrize(
    ("at", "shown"),
    [("9999-12-31T23:59:59-23:59", "2242-"), ("0001-01-01T00:00:00+23:59", "1970-"), ("1970-01-01T00:00:00Z", "1970-")],
)
async def test_a_clock_beyond_all_calendars_is_kept_and_shown(tmp_path: Path, at: str, shown: str) -> None:
    east = ToldGate("east")
    east.admits()
    for event in east.events:
        event["at"] = at
    async with house_of(tmp_path, east) as house:
        assert all(event["at"].startswith(shown) for event in await house.events("east", limit=9))
        assert (await house.totals(DAY)).admitted == 1


async def test_an_event_says_nothing_of_whose_it_is_and_holds_nothing_that_cannot_be_told(tmp_path: Path) -> None:
    east = ToldGate("east")
    lies = {"gate": "west", "journal": "other", "place": "x", "received": "y", "half": "\ud83d", "whole": "\U0001f600"}
    east.happens(("Refused", {"reason": "x", **lies}))
    async with house_of(tmp_path, east) as house:
        (event,) = await house.events("east", limit=5)
        assert (event["gate"], event["journal"], event["received"]) == ("east", east.journal, NOON)
        assert (event["half"], event["whole"]) == ("?", "\U0001f600")
        assert isinstance(event["place"], int)
        JSONResponse({"events": [event]})
    with pytest.raises(Unreadable):
        read_events("east", json.dumps(east.answer()).replace('"x"', "1e999").encode(), NOON)


def test_a_journal_that_ends_before_what_was_asked_for_can_be_read() -> None:
    assert read_events("east", json.dumps(ToldGate("east").answer(after=1000)).encode(), NOON).newest == 0


async def test_a_clock_that_is_set_back_makes_nobody_live(tmp_path: Path) -> None:
    clock = HandClock()
    async with house_of(tmp_path, ToldGate("east"), clock=clock) as house:
        clock.at -= 7200
        await house.hearing.look()
        tile = house.tile("east")
        assert tile is not None
        assert tile.presence is Presence.STALE
        house.hearing.hear_status("east", status("east", at=clock.at))
        tile = house.tile("east")
        assert tile is not None
        assert tile.presence is Presence.LIVE


def orders_of(house: Any, said: list[bytes] | None = None) -> HouseOrders:
    def ask(_gate: str, _leaf: str, payload: bytes, _correlation: bytes) -> bool:
        if said is not None:
            said.append(payload)
        return False

    return HouseOrders(house.hearing, Ed25519PrivateKey.generate(), ask)


@pytest.mark.parametrize(
    "reason", ["Poussette\u00a0!", "\u00ab\u202fici\u202f\u00bb", "so\u00adft", "a\nb", "a\u200db", "\ud83d"]
)
async def test_what_people_type_reaches_a_gate_in_letters_that_it_takes(tmp_path: Path, reason: str) -> None:
    heard: list[bytes] = []
    async with house_of(tmp_path, ToldGate("east")) as house:
        orders = orders_of(house, heard)
        for _ in range(2):  # the second is the same
            await orders.give(["east"], "release", order_id="o1", by="Anna\u00a0B", reason=reason, fields={})
        (payload,) = heard
        order = json.loads(json.loads(payload)["order"])
        assert order["by"] == "Anna B"
        assert order["reason"].isprintable()


async def test_an_id_that_another_order_had_is_refused_after_a_restart_too(tmp_path: Path) -> None:
    async with house_of(tmp_path, ToldGate("east")) as house:
        wanted: dict[str, Any] = {"order_id": "o1", "by": "Anna", "reason": "r"}
        await orders_of(house).give(["east"], "release", fields={}, **wanted)
        again = orders_of(house)
        (outcome,) = await again.give(["east"], "release", fields={}, **wanted)
        assert outcome.do == "release"
        with pytest.raises(ValueError, match="another order"):
            await again.give(["east"], "lock", fields={"until": NOON + 60}, **wanted)


async def test_answers_that_nobody_asked_for_come_at_a_pace(tmp_path: Path) -> None:
    async with house_of(tmp_path, ToldGate("east")) as house:
        catching_up = CatchingUp(house.hearing, lambda *_: True, monotonic=lambda: 0.0)
        taken: list[bytes] = []

        class Takes:
            def answered(self, gate_id: str, correlation: bytes, payload: bytes) -> bool:
                del gate_id, correlation
                taken.append(payload)
                return True

        intake = HouseIntake(house.hearing, catching_up, Takes(), monotonic=lambda: 0.0)
        for _ in range(2 * int(MOST_TOGETHER)):
            intake.take(HeardMessage("east", "answer", b"{}", is_kept=False, correlation=b"order x"))
        assert len(taken) == MOST_TOGETHER
        house.hearing.roll.get("east")
        catching_up.want("east")
        before = intake.dropped
        intake.take(HeardMessage("east", "answer", json.dumps(ToldGate("east").answer()).encode(), False, b"page 1"))
        assert intake.dropped == before


async def test_a_file_has_one_venue_that_writes(tmp_path: Path) -> None:
    async with house_of(tmp_path, ToldGate("east")) as house:
        other = EventStore(house.hearing.store._url)
        with pytest.raises(StoreInUse, match="another venue writes there"):
            await asyncio.to_thread(other.reach)
        other.close()
        await told(house, [])
    after = EventStore(house.hearing.store._url)
    await asyncio.to_thread(after.reach)
    after.close()


async def test_what_root_makes_of_a_store_belongs_to_the_venue(tmp_path: Path) -> None:
    folder = tmp_path / "venue"
    folder.mkdir()
    if os.geteuid() == 0:
        os.chown(folder, 65_534, 65_534)
    store = EventStore(URL.create("sqlite", database=str(folder / "venue.sqlite")))
    await asyncio.to_thread(store.reach)
    owner = folder.stat().st_uid
    found = {file.name: (file.stat().st_uid, file.stat().st_mode & 0o777) for file in folder.iterdir()}
    store.close()
    assert {"venue.sqlite", "venue.sqlite-lock"} <= found.keys()
    assert set(found.values()) == {(owner, 0o600)}


@contextmanager
def full(path: Path) -> Iterator[None]:
    """Let no file grow beyond this one: what writes more finds its disk full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_full_disk_is_told_as_the_stores_trouble_and_no_gate_is_blamed(tmp_path: Path) -> None:
    east = ToldGate("east")
    east.admits()
    async with house_of(tmp_path, east) as house:
        east.admits()
        with full(tmp_path / "venue.sqlite-wal"):
            await told(house, east.page(after=4))
            assert house.hearing.store_trouble
            tile = house.tile("east")
            assert tile is not None
            assert tile.needs == ()
        await house.hearing.look()
        await house.hearing.keep()
        assert ((await house.totals(DAY)).admitted, house.hearing.store_trouble) == (2, "")


async def test_a_gate_whose_lies_alternate_fills_no_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock = HandClock()
    async with house_of(tmp_path, ToldGate("east"), clock=clock) as house:
        for number in range(100):
            house.hearing.hear_nonsense("east", f"reason {number % 2}")
        assert len([line for line in caplog.messages if "gate=nonsense" in line]) == 2
        for number in range(100):
            house.hearing.hear_nonsense("east", f"another {number}")
        assert len([line for line in caplog.messages if "gate=nonsense" in line]) <= 20
        clock.at += 4000
        house.hearing.hear_nonsense("east", "reason 0")
        assert "reason 0" in caplog.messages[-1]


async def test_reasons_and_currencies_without_end_make_no_rows_without_end(
    tmp_path: Path, url: URL, caplog: pytest.LogCaptureFixture
) -> None:
    east, west = ToldGate("east"), ToldGate("west")
    for number in range(3 * MOST_STRANGE):
        east.refuses(reason=f"lie {number}")
        east.admits(currency=f"{chr(65 + number % 26)}{chr(65 + number // 26)}X")
    for kind in MessageKind.__members__:
        west.refuses(reason=kind.lower())
    async with house_of(tmp_path, east, west, url=url) as house:
        rows = await house.hearing.store.read(lambda db: db.execute(select(COUNTED)).all())
        honest, lying = sorted(Counter(row.gate for row in rows).values())
        assert honest == len(MessageKind.__members__)
        assert lying < 5 * MOST_STRANGE
        tiles = {tile.gate_id: tile for tile in house.tiles()}
        assert (tiles["east"].admitted, tiles["east"].refused) == (3 * MOST_STRANGE, 3 * MOST_STRANGE)
        assert any("too many" in need for need in tiles["east"].needs)
        assert tiles["west"].needs == ()
        east.refuses(reason="one more")
        await told(house, east.page(after=east.newest - 1))
        assert len([line for line in caplog.messages if "too many" in line]) == 1
        again = await house.hearing.store.read(lambda db: db.execute(select(COUNTED)).all())
        assert len(again) == len(rows)


def intake_of(house: VenueHouse, clock: HandClock) -> HouseIntake:
    return HouseIntake(
        house.hearing,
        CatchingUp(house.hearing, lambda *_: True, monotonic=clock),
        orders_of(house),
        monotonic=clock,
    )


def heard(gate_id: str, leaf: str = "status", **changed: Any) -> HeardMessage:
    return HeardMessage(gate_id, leaf, json.dumps(status(gate_id, **changed)).encode(), is_kept=False)


async def test_names_without_end_fill_nothing_and_a_gate_that_is_known_is_heard_all_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock, most = HandClock(), int(MOST_OF_STRANGERS)
    async with house_of(tmp_path, ToldGate("east")) as house:
        intake = intake_of(house, clock)
        tracemalloc.start()
        for number in range(most):
            intake.take(HeardMessage(f"{number}", "events", b"[]", is_kept=False))
        taken = tracemalloc.get_traced_memory()[0]
        for number in range(most, 2 * most):
            intake.take(HeardMessage(f"{number}", "events", b"[]", is_kept=False))
        assert tracemalloc.get_traced_memory()[0] < taken + 100_000
        tracemalloc.stop()
        assert len([line for line in caplog.messages if "gate=too_many_names" in line]) == 1
        intake.take(heard("east", state="locked"))
        assert [tile.state for tile in house.tiles()] == ["locked"]
        clock.at += 1
        intake.take(heard("west"))
        assert len(house.tiles()) == 2


async def test_more_gates_than_a_venue_can_follow_are_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(house_hearing, "MOST_GATES", 5)
    async with house_of(tmp_path, ToldGate("east")) as house:
        intake = intake_of(house, HandClock())
        for number in range(20):
            intake.take(heard(f"g{number}"))
        assert len(house.tiles()) == 5
        assert len([line for line in caplog.messages if "gate=one_too_many" in line]) == 1


LIES = ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1")


async def test_what_a_gate_calls_its_money_and_its_reasons_runs_in_no_spreadsheet(tmp_path: Path) -> None:
    east, clock = ToldGate("-east"), HandClock()
    east.admits()
    for lie in LIES:
        east.admits(currency=lie)
        east.refuses(reason=lie)
        east.happens(("FreeEntry", {"code": "…", "grounds": lie, "worth": 100, "currency": "=A1"}), ("Released", {}))
    async with house_of(tmp_path, east, clock=clock) as house:
        house.hearing.hear_status("-east", status("-east", currency="=A1"))
        tile = house.tile("-east")
        assert tile is not None
        assert (tile.currency, tile.admitted) == ("", 1 + 2 * len(LIES))
        clock.at += 86_400
        closing = await house.close_day(DAY, "Anna")
        assert [each["currency"] for each in closing["money"]] == ["CHF"]  # and no other is made up
        assert closing["admitted"] == 1 + 2 * len(LIES)
        older = {**closing, "gates": [*closing["gates"], *closing["gates"]]}  # one that was written before this
        older["gates"][-1] = {**older["gates"][-1], "name": "=1", "entries": [an_entry(lie) for lie in LIES]}
        for told_of in (closing, older):
            rows = list(csv.reader(io.StringIO(closing_table(told_of))))
            assert len(rows) > len(LIES)
            cells = [cell for row in rows for cell in row[:7]]  # behind them stand numbers
            assert [cell for cell in cells if cell[:1] in set("=+-@\t\r")] == []


def an_entry(lie: str) -> dict[str, Any]:
    return {"entry": lie, "reason": lie, "currency": lie, "times": 1, "amount_cents": -5}

"""The house over its store: each event once, in the gates' own order, whatever comes twice, late or not at all."""

from pathlib import Path

import pytest
from sqlalchemy import URL

from gate_controller.venue.house_closing import NotClosed
from gate_controller.venue.tiles import Presence
from tests.rig.told_house import CODE, DAY, NOON, HandClock, ToldGate, house_of, status, told


async def test_a_tile_tells_how_a_gate_is_and_what_its_day_came_to(tmp_path: Path, url: URL) -> None:
    east = ToldGate("east")
    east.admits()
    east.refuses()
    east.is_left()
    async with house_of(tmp_path, east, url=url) as house:
        tile = house.tile("east")
        assert tile is not None
        assert (tile.presence, tile.state, tile.lane) == (Presence.LIVE, "takes scans", "free")
        assert (tile.admitted, tile.refused, tile.charged, tile.missing) == (1, 1, 5000, 0)
        totals = await house.totals(DAY)
        assert (totals.admitted, totals.refused, totals.charged, totals.inside) == (1, 1, {"CHF": 5000}, 1)
        assert totals.hours == ((12, 1, 1),)
        items, more = await house.open_items(limit=10)
        assert [(item.gate_id, item.stands, item.amount, item.voucher) for item in items] == [
            ("east", "open item", 2500, CODE)
        ]
        assert more is None


async def test_what_comes_twice_or_in_no_order_is_kept_and_counted_once(tmp_path: Path, url: URL) -> None:
    east = ToldGate("east")
    for _ in range(3):
        east.admits()
    async with house_of(tmp_path, url=url) as house:
        house.hearing.hear_status("east", status("east"))
        await told(house, east.live(1, 2, 2, 5, 6, 8, 7), east.live(1, 2))
        tile = house.tile("east")
        assert tile is not None
        assert (tile.admitted, tile.missing) == (0, 10)
        await told(house, east.page(after=2, limit=3), east.live(12))
        await told(house, east.page(after=2), east.page(after=8), east.page(after=0))
        tile = house.tile("east")
        assert tile is not None
        assert (tile.admitted, tile.charged, tile.missing) == (3, 7500, 0)
        events = await house.events("east", limit=50)
        assert [event["number"] for event in events] == list(range(12, 0, -1))


async def test_a_venue_that_starts_again_goes_on_where_it_was(tmp_path: Path, url: URL) -> None:
    east = ToldGate("east")
    east.admits()
    async with house_of(tmp_path, east, url=url):
        pass
    east.happens(("PartVoided", {"amount": 500, "by": "Anna", "reason": "a child"}), incident="00001")
    async with house_of(tmp_path, url=url) as house:
        await told(house, east.page())
        totals = await house.totals(DAY)
        assert (totals.admitted, totals.charged, totals.refunded) == (1, {"CHF": 2500}, {"CHF": 500})
        assert [event["fact"] for event in await house.story("east", "00001")][-1] == "PartVoided"


async def test_a_day_is_closed_once_and_what_is_told_later_counts_for_the_next(tmp_path: Path, url: URL) -> None:
    clock, east = HandClock(), ToldGate("east")
    east.admits()
    async with house_of(tmp_path, east, url=url, clock=clock) as house:
        with pytest.raises(NotClosed, match="is not over"):
            await house.close_day(DAY, "Anna")
        clock.at = NOON + 86_400
        closing = await house.close_day(DAY, "Anna")
        assert (closing["admitted"], closing["money"][0]["revenue_cents"], closing["late"]) == (1, 2500, 0)
        assert closing["gates"][0]["is_complete"] is False
        east.admits()
        await told(house, east.page())
        assert await house.close_day(DAY, "Beat") == closing
        clock.at += 86_400
        following = await house.close_day("2026-11-27", "Beat")
        assert (following["admitted"], following["late"]) == (1, 2)
        assert [one["day"] for one in await house.closings(limit=5)] == ["2026-11-27", DAY]
        with pytest.raises(NotClosed, match="before"):
            await house.close_day("2026-11-25", "Beat")

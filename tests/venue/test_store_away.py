"""A house whose store is away: what is known from memory is shown, and it is there again by itself."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from gate_controller.venue.event_store import StoreGone
from gate_controller.venue.venue_house import VenueHouse
from gate_controller.web.people import Role
from tests.rig.following import Followed
from tests.rig.house_of_gates import served_house
from tests.rig.postgresql import RealPostgresql
from tests.rig.site import logged_in
from tests.rig.told_house import DAY, ToldGate, house_of, status, told
from tests.rig.waiting import PATIENCE_SECONDS, until

HERE = {"Accept": "text/html"}
AWAY = "What happened before cannot be read since 12:0"
PATHS = ("/", "/items", "/gates/east", "/days", f"/days/{DAY}", "/gates/east/attempts/00001")


@asynccontextmanager
async def tended(house: VenueHouse) -> AsyncIterator[None]:
    """Look at the clock and the store as the service does."""

    async def tend() -> None:
        while True:
            with contextlib.suppress(StoreGone):
                await house.hearing.keep()
                await house.hearing.look()
            await asyncio.sleep(0.05)

    tending = asyncio.create_task(tend())
    try:
        yield
    finally:
        tending.cancel()
        await asyncio.gather(tending, return_exceptions=True)


async def test_a_file_that_is_gone_is_told_and_used_again_once_it_is_back(tmp_path: Path) -> None:
    """As a disk does that is pulled out, and put in again."""
    east, folder = ToldGate("east"), tmp_path / "disk"
    east.admits()
    async with house_of(folder, east) as house:
        folder.rename(tmp_path / "away")
        folder.mkdir()  # the place where the disk was mounted is there, and is empty
        east.admits()
        await told(house, east.page(after=4))
        assert "it is gone: put it back" in house.is_store_reached()
        with pytest.raises(StoreGone, match="put it back"):
            await house.events("east", limit=5)
        with pytest.raises(StoreGone):
            await house.hearing.look()
        assert list(folder.iterdir()) == []  # and no empty store has been begun there
        folder.rmdir()
        (tmp_path / "away").rename(folder)
        await house.hearing.look()
        await house.hearing.keep()
        assert house.is_store_reached() == ""
        assert (await house.totals(DAY)).admitted == 2
        assert len(await house.events("east", limit=20)) == 8


async def test_an_older_copy_in_the_place_of_the_store_is_followed_from_where_it_ends(tmp_path: Path) -> None:
    east, folder = ToldGate("east"), tmp_path / "disk"
    east.admits()
    async with house_of(folder, east):
        pass
    copy = (folder / "venue.sqlite").read_bytes()
    async with house_of(folder) as house:
        east.admits()
        await told(house, east.page(after=4))
        (folder / "venue.sqlite").rename(tmp_path / "before")
        for file in folder.glob("venue.sqlite-[ws]*"):
            file.unlink()
        (folder / "venue.sqlite").write_bytes(copy)
        with pytest.raises(StoreGone, match="has taken its place"):
            await house.events("east", limit=5)
        await house.hearing.look()
        await told(house, east.page(after=8))
        tile = house.tile("east")
        assert tile is not None
        assert tile.missing == 4  # and is asked for
        await told(house, east.page(after=4))
        assert (await house.totals(DAY)).admitted == 2


async def shown(client: httpx.AsyncClient, path: str, words: str) -> httpx.Response:
    """Return a page once it says so: the wall is told of the store a moment after that was found out."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while words not in (page := await client.get(path, headers=HERE)).text:  # noqa: ASYNC110 - a page that another asks for
            await asyncio.sleep(0.05)
    return page


async def test_pages_show_what_is_known_while_the_server_is_down_and_history_is_there_again_by_itself(
    server: RealPostgresql, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gate_controller.venue.page.store_reading.READ_SECONDS", 0.1)
    monkeypatch.setattr("gate_controller.venue.venue_house.UNREAD_SECONDS", 0.1)
    east = ToldGate("east")
    incident, left = east.admits(), east.is_left()
    async with (
        house_of(tmp_path, east, url=server.database()) as house,
        tended(house),
        served_house(tmp_path / "site", house) as site,
    ):
        site.add("Anna", Role.STAFF)
        async with site.client() as plain:
            staff = await logged_in(plain, "Anna")
            money = {"open_items": 1, "open_cents": 2500, "in_doubt": 0, "in_doubt_cents": 0}
            house.hearing.hear_status("east", status("east", money=money))
            for path in ("/", "/items", "/gates/east"):
                assert left in (await staff.get(path, headers=HERE)).text, path
            server.kill()
            async with staff.stream("GET", "/live?gate=east") as answer:
                stream = Followed(answer)
                seen = {path: await shown(staff, path, AWAY) for path in PATHS}
                assert left in seen["/"].text  # what was read before stays
                assert 'href="/gates/east"' in seen["/items"].text
                assert "1 open item" in seen["/items"].text
                assert "Takes visitors" in seen["/gates/east"].text
                assert seen["/gates/east"].status_code == 200
                assert "<dt>Admitted</dt><dd>1</dd>" in seen["/days"].text  # from memory
                assert (seen["/days"].status_code, seen["/days"].headers["refresh"]) == (503, "15")
                house.hearing.hear_status("east", status("east", state="locked"))  # gates are heard all the same
                _, news = await stream.next("gate")
                while "Closed" not in news["parts"]["now"]:
                    _, news = await stream.next("gate")
                assert "cannot be read since" in news["parts"]["told"]
                east.admits()
                house.hearing.hear_events(east.page(after=7))
                server.start()
                while incident not in news["parts"]["told"]:
                    _, news = await stream.next("gate")
            await until(lambda: house.is_store_reached() == "" and not house.hearing.is_busy)
            for path in PATHS:
                assert "cannot be read" not in (await shown(staff, path, "Museum")).text, path
            assert (await house.totals(DAY)).admitted == 2

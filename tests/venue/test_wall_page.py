"""The wall of a house: what its tiles say, and what is told to whoever follows it."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from gate_controller.texts import Language
from gate_controller.venue.page.tile_views import CALM, tile_look
from gate_controller.venue.tiles import HouseItem, Presence
from gate_controller.web.people import Role
from tests.rig.following import Followed
from tests.rig.house_of_gates import HouseByHand, a_tile, served_house
from tests.rig.site import ServedSite, logged_in

HERE = {"Accept": "text/html"}


@pytest.fixture
def house() -> HouseByHand:
    return HouseByHand.of(6)


@pytest.fixture
async def site(state_dir: Path, house: HouseByHand) -> AsyncIterator[ServedSite]:
    async with served_house(state_dir, house) as site:
        yield site


@pytest.fixture
async def staff(site: ServedSite) -> AsyncIterator[httpx.AsyncClient]:
    site.add("Anna", Role.STAFF)
    async with site.client() as client:
        yield await logged_in(client, "Anna")


@pytest.mark.parametrize(
    ("changed", "signal", "word", "urgency"),
    [
        ({}, "idle", "Takes visitors", CALM),
        ({"lane": "checking"}, "checking", "Being served", CALM),
        ({"lane": "releasing"}, "admitted", "Open", CALM),
        ({"state": "held open", "needs": ("held_by_staff: Anna holds it open",)}, "admitted", "Held open", CALM),
        ({"state": "locked", "needs": ("locked: Anna has locked it",)}, "out-of-service", "Closed", CALM),
        ({"state": "out of service", "needs": ("withdrawn: Anna",)}, "out-of-service", "Out of service", CALM),
        ({"state": "out of service", "needs": ("relay: GPIO17 is held",)}, "refused", "Out of service", 1),
        ({"presence": Presence.STALE, "lane": "releasing"}, "old", "No word", 2),
        ({"presence": Presence.OFFLINE, "state": "held open"}, "old", "Gone", 2),
        ({"presence": Presence.UNHEARD, "state": "", "heard_at": None}, "old", "Not heard of yet", CALM),
        ({"open_items": 2, "open_cents": 5000, "needs": ("open items: 2",)}, "idle", "Takes visitors", 3),
        ({"needs": ("charges in doubt: 1",), "in_doubt": 1}, "idle", "Takes visitors", CALM),
        ({"needs": ("the printer has no paper",)}, "idle", "Takes visitors", 4),
        ({"clock_off": -900.0}, "idle", "Takes visitors", 4),
    ],
    ids=str,
)
def test_a_tile_says_one_thing_and_whether_it_needs_somebody(
    changed: dict[str, Any], signal: str, word: str, urgency: int
) -> None:
    look = tile_look(a_tile(1, **changed), Language.EN)
    assert (look.signal, look.word, look.urgency) == (signal, word, urgency)
    assert bool(look.details) == (urgency < CALM)


def test_what_is_old_says_since_when_it_is() -> None:
    look = tile_look(a_tile(1, presence=Presence.STALE, heard_at=time.time() - 1500), Language.DE)
    assert look.is_old
    assert look.since is not None
    assert look.since_words == "zuletzt um {time} (vor {age})"


async def test_gates_that_need_somebody_stand_before_the_others(house: HouseByHand, staff: httpx.AsyncClient) -> None:
    house.change("gate-4", state="out of service", needs=("relay: broken",))
    house.change("gate-2", presence=Presence.STALE)
    page = (await staff.get("/", headers=HERE)).text
    places = [page.index(f'data-gate="gate-{number}"') for number in (4, 2, 3)]
    assert places == sorted(places)
    assert "2 of 6 gates need you" in page
    assert "<title>(2) Museum</title>" in page


async def test_a_page_is_told_what_has_changed_and_nothing_else(house: HouseByHand, staff: httpx.AsyncClient) -> None:
    token = (await staff.get("/", headers=HERE)).text.partition("since=")[2].partition('"')[0]
    async with staff.stream("GET", f"/live?since={token}") as answer:
        stream = Followed(answer)
        _, first = await stream.next()
        assert first["tiles"] == {}
        assert not first["all"]
        house.change("gate-3", admitted=777)
        house.change("gate-3", admitted=778)
        seen, news = await stream.next()
        [(gate, tile)] = news["tiles"].items()
        assert gate == "gate-3"
        assert 'data-gate="gate-3"' in tile
        assert "778 admitted" in tile
    house.change("gate-5", presence=Presence.OFFLINE)
    async with staff.stream("GET", "/live", headers={"Last-Event-ID": seen}) as answer:
        _, news = await Followed(answer).next()
        assert list(news["tiles"]) == ["gate-5"]


async def test_a_page_of_another_run_is_told_everything_and_which_gates_there_are(staff: httpx.AsyncClient) -> None:
    async with staff.stream("GET", "/live?since=00000000-7") as answer:
        _, news = await Followed(answer).next()
    assert news["all"]
    assert len(news["tiles"]) == len(news["names"]) == 6


async def test_gates_come_and_go_while_a_page_is_open(house: HouseByHand, staff: httpx.AsyncClient) -> None:
    async with staff.stream("GET", "/live") as answer:
        stream = Followed(answer)
        await stream.next()
        house.gates = {"new": replace(a_tile(9), gate_id="new"), **house.gates}
        house.tell("new")
        _, news = await stream.next()
        assert "new" in news["tiles"]
        await house.revoke("gate-1", "Anna")
        _, news = await stream.next()
        assert news["gone"] == ["gate-1"]


async def test_a_store_that_cannot_be_read_leaves_the_tiles(house: HouseByHand, staff: httpx.AsyncClient) -> None:
    house.fails = True
    page = (await staff.get("/", headers=HERE)).text
    assert page.count("data-gate=") == 6
    assert "What happened before cannot be read since" in page


async def test_a_broker_that_is_away_is_the_large_thing(house: HouseByHand, staff: httpx.AsyncClient) -> None:
    house.broker = "connection refused"
    assert "No word from any gate" in (await staff.get("/", headers=HERE)).text
    assert (await staff.get("/readyz")).status_code == 503
    assert (await staff.get("/healthz")).status_code == 200


async def test_a_broker_that_comes_goes_or_keeps_something_back_is_told_to_whoever_follows(
    house: HouseByHand, staff: httpx.AsyncClient
) -> None:
    async with staff.stream("GET", "/live") as answer:
        stream = Followed(answer)
        await stream.next()
        for broker, refused, said in (
            ("", "it may not subscribe to gate-controller/+/events", "it may not subscribe to"),
            ("Connection refused", "", "No word from any gate"),
            ("", "", "All 6 gates are well"),
        ):
            house.broker, house.refused = broker, refused
            house.tell()  # no gate has changed
            _, news = await stream.next()
            assert said in news["parts"]["now"]
            assert news["tiles"] == {}
    house.refused = "it may not subscribe"
    for path, wanted in (("/readyz", "does not let"), ("/api/v1/gates", '"refused":"it may not subscribe"')):
        assert wanted in (await staff.get(path)).text


async def test_a_house_that_staff_have_closed_is_said_to_be(house: HouseByHand, staff: httpx.AsyncClient) -> None:
    house.change("gate-1", state="held open", needs=("held_by_staff: Anna",))
    house.change(*list(house.gates)[1:], state="locked", needs=("locked: Anna has locked it",))
    assert "5 closed by staff · 1 held open" in (await staff.get("/", headers=HERE)).text
    house.change("gate-1", state="locked")
    assert "All gates are closed" in (await staff.get("/", headers=HERE)).text


async def test_what_gates_call_themselves_is_shown_as_text(house: HouseByHand, staff: httpx.AsyncClient) -> None:
    nasty = '"><script>alert(1)</script>'
    house.change("gate-1", name=nasty, group=nasty, needs=(nasty,), state="out of service")
    page = (await staff.get("/", headers=HERE)).text
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)") >= 3


async def test_with_a_new_day_its_sums_begin_anew_and_what_is_from_yesterday_has_a_date(
    house: HouseByHand, staff: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gate_controller.venue.page.store_reading.READ_SECONDS", 0.0)
    monkeypatch.setattr("gate_controller.web.live.BEAT_SECONDS", 0.2)
    house.change("gate-2", presence=Presence.STALE, heard_at=house.now() - 60)
    async with staff.stream("GET", "/live") as answer:
        stream = Followed(answer)
        await stream.next()
        house.ahead += 86_400
        _, news = await stream.next()
    old = news["tiles"]["gate-2"]
    yesterday = time.localtime(house.now() - 86_400)
    assert time.strftime("last word %d.%m. ", yesterday) in old
    assert house.days_asked[-1] == time.strftime("%Y-%m-%d", time.localtime(house.now())) != house.days_asked[0]


async def test_those_who_follow_and_are_gone_or_do_not_read_cost_nobody_else_anything(
    house: HouseByHand, site: ServedSite, staff: httpx.AsyncClient
) -> None:
    """More than there are connections come and go without a word; one stays and reads nothing."""
    cookie = "; ".join(f"{name}={value}" for name, value in staff.cookies.items())
    asking = f"GET /live HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nCookie: {cookie}\r\n\r\n".encode()
    _, stalled = await asyncio.open_connection("127.0.0.1", site.port, limit=1)
    stalled.write(asking)
    for _ in range(110):
        reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
        writer.write(asking)
        await reader.readline()
        writer.transport.abort()
    async with staff.stream("GET", "/live") as answer:
        stream = Followed(answer)
        await stream.next()
        for turn in range(5):
            house.change(*house.gates, admitted=1000 + turn)
        _, news = await stream.next()
        assert "1004 admitted" in news["tiles"]["gate-1"]
    stalled.transport.abort()


async def test_a_gate_that_lies_about_its_page_leads_nowhere(house: HouseByHand, staff: httpx.AsyncClient) -> None:
    for page, is_shown in (("javascript:alert(1)", False), ("http://10.0.0.5:8080/", True)):
        house.change("gate-1", page=page)
        assert (page in (await staff.get("/gates/gate-1", headers=HERE)).text) is is_shown


async def test_programs_follow_all_gates_and_miss_nothing_when_they_come_again(
    house: HouseByHand, site: ServedSite
) -> None:
    headers = {"Authorization": f"Bearer {site.token('program', Role.VIEWER)}"}
    async with httpx.AsyncClient(base_url=site.origin, headers=headers) as program:
        async with program.stream("GET", "/api/v1/stream") as answer:
            stream = Followed(answer)
            _, first = await stream.next("gates")
            assert (first["all"], len(first["gates"])) == (True, 6)
            house.change("gate-2", admitted=22)
            seen, news = await stream.next("gates")
            assert [(each["gate_id"], each["admitted"]) for each in news["gates"]] == [("gate-2", 22)]
        house.change("gate-3", admitted=33)
        await house.revoke("gate-4", "Anna")
        async with program.stream("GET", "/api/v1/stream", headers={"Last-Event-ID": seen}) as answer:
            _, news = await Followed(answer).next("gates")
        assert (news["all"], [each["gate_id"] for each in news["gates"]], news["gone"]) == (
            False,
            ["gate-3"],
            ["gate-4"],
        )


async def test_half_a_character_is_looked_for_in_vain(staff: httpx.AsyncClient) -> None:
    asked = b'{"text": "\\ud83dabc"}'
    answer = await staff.post("/find", content=asked, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200, answer.text
    assert "?abc" in answer.json()["html"]


async def test_an_open_item_that_comes_a_moment_after_the_last_look_is_shown_all_the_same(
    house: HouseByHand, staff: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The house is quiet then: nothing else happens that would have the store looked at."""
    monkeypatch.setattr("gate_controller.venue.page.store_reading.READ_SECONDS", 0.5)
    async with staff.stream("GET", "/live") as answer:
        stream = Followed(answer)
        await stream.next()
        house.items = [HouseItem("gate-3", "K7Q2M", 4, house.now(), "open item", True, "why", "…9TXA", 2500, "CHF")]
        house.tell()
        _, news = await stream.next()
        while "K7Q2M" not in news["parts"]["items"]:
            _, news = await stream.next()
        assert news["tiles"] == {}


async def test_a_store_that_hangs_holds_no_tile_up(house: HouseByHand, staff: httpx.AsyncClient) -> None:
    async with staff.stream("GET", "/live") as answer:
        stream = Followed(answer)
        await stream.next()
        house.hangs = asyncio.Event()
        for number in (11, 12):
            house.change("gate-3", admitted=number)
            _, news = await stream.next()
            assert f"{number} admitted" in news["tiles"]["gate-3"]
        house.hangs.set()


async def test_open_items_are_followed_page_by_page(house: HouseByHand, staff: httpx.AsyncClient) -> None:
    now = house.now()
    house.items = [
        HouseItem("gate-3", f"{number:05d}", 4, now, "open item", True, "why", "…9TXA", 2500, "CHF")
        for number in range(250)
    ]
    page = (await staff.get("/items", headers=HERE)).text
    assert page.count("data-key=") == 100
    second = page.partition('href="/items?before=')[2].partition('"')[0]
    async with staff.stream("GET", f"/live?list=items&before={second}") as answer:
        stream = Followed(answer)
        _, news = await stream.next("items")
        assert news["order"][0] == "gate-3/00100"
        assert len(news["rows"]) == 100
        house.items[150] = replace(house.items[150], amount=3000)
        house.tell()
        _, news = await stream.next("items")
        assert list(news["rows"]) == ["gate-3/00150"]

"""The API's stream over a real socket: at once, within a second, to everybody, again where it broke, and bounded."""

import asyncio
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message

from gate_controller.admission.words.facts import Fact
from gate_controller.desk.control_socket import JournalAway
from gate_controller.simulator import Simulator
from gate_controller.web.broadcast import MOST_CHANGES, MOST_FOLLOWERS, MOST_WAITING, Broadcast, EventStream, Follower
from gate_controller.web.operations import TooMany
from gate_controller.web.people import Role
from gate_controller.web.users import revoke_token
from tests.rig.facts import intended
from tests.rig.gate import GOOD, LOW
from tests.rig.pins import Pins
from tests.rig.programs import bearer, following, gate_with_api
from tests.rig.site import some_house
from tests.rig.waiting import until


async def test_a_follower_hears_the_status_at_once_and_after_each_change(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with (
        gate_with_api(state_dir, pins, simulator, role=Role.VIEWER) as (gate, client),
        following(client) as stream,
    ):
        assert (await stream.next("status")).data["state"] == "takes scans"
        loop = asyncio.get_running_loop()
        began = loop.time()
        gate.scanner.unplug()
        while (told := await stream.next("status")).data["state"] == "takes scans":
            pass
        assert told.data["faults"][0]["what"] == "scanner"
        assert loop.time() - began < 2  # one is promised; this machine has other work


async def test_a_follower_hears_of_each_attempt_that_changes(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with (
        gate_with_api(state_dir, pins, simulator, role=Role.VIEWER) as (gate, client),
        following(client) as stream,
    ):
        await stream.next("status")
        gate.scan(GOOD)
        while (told := await stream.next("attempt")).data["stands"] != "admitted":
            pass
        listed = (await client.get("/attempts")).json()["attempts"][0]
        del listed["number"]
        assert told.data == listed
        assert GOOD not in str(told.data)


async def test_all_followers_hear_the_same(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with gate_with_api(state_dir, pins, simulator, role=Role.VIEWER) as (gate, client), AsyncExitStack() as stack:
        streams = [await stack.enter_async_context(following(client)) for _ in range(20)]
        for stream in streams:
            await stream.next("status")
        gate.scan(LOW)
        told = [await stream.next("attempt") for stream in streams]
        assert len({(each.id, each.data["incident"]) for each in told}) == 1


async def test_whoever_comes_again_hears_what_he_missed(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with gate_with_api(state_dir, pins, simulator, role=Role.VIEWER) as (gate, client):
        async with following(client) as stream:
            last = (await stream.next("status")).id
        gate.scan(GOOD)
        await gate.stand("admitted")
        await until(lambda: gate.app.gate.lane is None)
        async with following(client, **{"Last-Event-ID": last}) as stream:
            missed = await stream.next("attempt")
            assert missed.data["incident"] == gate.records[0].incident
        for other in (missed.id, "another-run-1", "", "-", "x" * 5000, last.replace("-", "-9")):
            async with following(client, **{"Last-Event-ID": other}) as stream:
                assert [(await stream.any()).kind for _ in range(2)] == ["retry", "status"], other


async def test_a_follower_whose_token_is_revoked_hears_no_more(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with gate_with_api(state_dir, pins, simulator) as (_, client):
        header = bearer(state_dir, "wall", Role.VIEWER)
        async with following(client, **header) as stream:
            await stream.next("status")
            revoke_token(state_dir, "wall")
            with pytest.raises(EOFError):
                await stream.next("never")


async def test_a_slow_reader_is_dropped_when_he_reads_again_and_holds_nobody_up(tmp_path: Path) -> None:
    house, _ = some_house(tmp_path)
    broadcast = Broadcast(house, beat_seconds=0.001)
    slow, first = await broadcast.join("")
    prompt, _ = await broadcast.join("")
    reads, sent = asyncio.Event(), list[Message]()

    async def send(message: Message) -> None:
        sent.append(message)
        if message.get("body"):
            await reads.wait()

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    streaming = asyncio.create_task(EventStream(slow, first, lambda: broadcast.leave(slow))({}, receive, send))
    heard = 0
    while not slow.is_dropped:
        await asyncio.sleep(0)
        heard += len(prompt.waiting)
        prompt.waiting.clear()
    assert heard >= MOST_WAITING
    assert len(sent) == 2  # the head, and what was not taken
    reads.set()
    await streaming
    assert sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}
    assert broadcast.number == 1
    broadcast.leave(prompt)


def test_a_follower_has_so_many_before_him_and_no_more() -> None:
    follower = Follower()
    for number in range(MOST_WAITING + 2):
        assert follower.is_dropped == (number > MOST_WAITING)
        follower.give(b"event: status\n\n")
    assert not follower.waiting


async def test_so_many_may_follow_and_no_more(tmp_path: Path) -> None:
    house, _ = some_house(tmp_path)
    broadcast = Broadcast(house)
    followers = [(await broadcast.join(""))[0] for _ in range(MOST_FOLLOWERS)]
    with pytest.raises(TooMany):
        await broadcast.join("")
    broadcast.leave(followers.pop())
    followers.append((await broadcast.join(""))[0])
    for follower in followers:
        broadcast.leave(follower)
    assert broadcast.number == 0


async def test_a_quiet_gate_is_heard_to_be_there(tmp_path: Path) -> None:
    house, _ = some_house(tmp_path)
    broadcast = Broadcast(house, beat_seconds=0.05)
    follower, _ = await broadcast.join("")
    await until(lambda: list(follower.waiting).count(b": beat\n\n") >= 2)
    broadcast.leave(follower)


class ToldHouse:
    """A house whose facts and changes a test tells, and whose journal may be away."""

    def __init__(self, tmp_path: Path) -> None:
        self.is_away = False
        self._facts: list[Callable[[Sequence[Fact]], None]] = []
        self._changes: list[Callable[[], None]] = []
        house, _ = some_house(tmp_path)
        self.house = replace(
            house,
            follow=lambda told: self._kept(self._changes, told),
            follow_facts=lambda told: self._kept(self._facts, told),
            desk={**house.desk, "attempts": self._attempts},
        )

    @staticmethod
    def _kept(kept: list[Any], told: Any) -> Callable[[], None]:
        kept.append(told)
        return lambda: kept.remove(told)

    async def _attempts(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        if self.is_away:
            raise JournalAway("the card is out")
        return [{"attempt": attempt} for attempt in request["attempts"]]

    def tell(self, *facts: Fact) -> None:
        for told in self._facts:
            told(facts)
        for changed in self._changes:
            changed()


def attempts_in(sent: Iterable[bytes]) -> list[str]:
    """Return the attempts that somebody was sent, by name."""
    return re.findall(r'"attempt":"(\w+)"', b"".join(sent).decode())


async def test_what_changed_while_the_journal_was_away_is_told_afterwards(tmp_path: Path) -> None:
    told = ToldHouse(tmp_path)
    broadcast = Broadcast(told.house)
    follower, _ = await broadcast.join("")
    told.is_away = True
    told.tell(intended(1))
    await asyncio.sleep(0.05)
    told.is_away = False
    told.tell(intended(2))
    await until(lambda: attempts_in(follower.waiting) == [intended(1).attempt, intended(2).attempt])
    broadcast.leave(follower)


async def test_who_was_away_for_long_reads_the_list_and_memory_stays_bounded(tmp_path: Path) -> None:
    told = ToldHouse(tmp_path)
    broadcast = Broadcast(told.house)
    follower, first = await broadcast.join("")
    last = re.findall(r"id: (\S+)", first.decode())[-1]
    broadcast.leave(follower)
    told.tell(*(intended(number) for number in range(1, MOST_CHANGES + 1)))
    follower, first = await broadcast.join(last)
    assert len(attempts_in([first])) == MOST_CHANGES
    broadcast.leave(follower)
    told.tell(intended(MOST_CHANGES + 1), intended(MOST_CHANGES + 2))
    follower, first = await broadcast.join(last)
    assert attempts_in([first]) == []
    broadcast.leave(follower)

"""A gate's request to join a house, before servers that are none: it ends, and holds little in memory."""

import asyncio
import gzip
import time
from contextlib import suppress

import httpx
import pytest

from gate_controller.shell import house_request
from gate_controller.shell.house_request import HouseAway, HouseRefuses, ask_house
from gate_controller.shell.joining import MOST_BYTES, JoinRequest, new_code
from tests.rig.raw_server import answer_of, raw_server
from tests.rig.waiting import until

CODE = new_code()
KEY = CODE.key()


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house_request, "_PAUSES", (0.01,))
    monkeypatch.setattr(house_request, "WHOLE_SECONDS", 1.0)


def asked(origin: str) -> "asyncio.Task[dict[str, object]]":
    request = JoinRequest.made(CODE.name, "east", "1.0", looks=True)
    return asyncio.create_task(ask_house(origin, CODE, KEY, request))


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (answer_of(b"<html>no venue</html>", status="404 Not Found"), "no venue answers there"),
        (answer_of(b"<html>no venue</html>"), "this is not the venue that made the code"),
        (answer_of(b"", "Location: http://127.0.0.1:9/", status="302 Found"), "no venue answers there"),
        (answer_of(b'{"error": "so\\nnot"}', status="403 Forbidden"), "the venue refuses (so not)"),
        (answer_of(b'{"answer": "AAAA"}'), "from nobody who knows the code"),
        (answer_of(b"[" * 4000), "this is not the venue"),
        (answer_of(b" " * (MOST_BYTES + 1)), "longer than any"),
        (answer_of(gzip.compress(b" " * 50_000_000), "Content-Encoding: gzip"), "longer than any"),
        (answer_of(gzip.compress(b" " * 5_000_000), "Content-Encoding: gzip"), "this is not the venue"),
    ],
)
async def test_who_is_no_house_is_told_in_words(answer: bytes, why: str) -> None:
    async with raw_server(answer) as raw:
        with pytest.raises(HouseRefuses) as refused:
            await asked(raw.base_url)
        assert why in str(refused.value)
        assert CODE.secret not in str(refused.value)
        assert CODE.secret.encode() not in b"".join(raw.requests)


@pytest.mark.parametrize("beginning", [b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: "])
async def test_who_sends_a_byte_now_and_then_keeps_the_gate_waiting_for_no_longer_than_who_says_nothing(
    beginning: bytes,
) -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(beginning)
        with suppress(ConnectionError):
            while True:
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.05)
        writer.close()
        gone.release()

    gone = asyncio.Semaphore(0)
    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    begun = time.monotonic()
    with pytest.raises(HouseAway, match="it takes too long"):
        await asked(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    assert time.monotonic() - begun < 20
    for _ in range(2):  # it was asked twice
        await gone.acquire()
    server.close()


async def test_it_can_be_ended_at_any_moment() -> None:
    async with raw_server(b"") as raw:
        task = asked(raw.base_url)
        await until(lambda: bool(raw.requests))
        task.cancel()
        with pytest.raises((asyncio.CancelledError, httpx.HTTPError)):
            await task

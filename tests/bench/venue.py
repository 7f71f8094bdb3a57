"""
A house of many gates, measured: what a venue costs, and how soon it shows what happens.

The gates are the gate's own telemetry with simulated lanes (`crowd.py`), the broker is Mosquitto, the page is looked at
by a browser. Processor time is each process's own; what else the machine does shows in the moments alone.
"""

import asyncio
import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from gate_controller.settings.mqtt_section import MqttSection
from tests.bench.crowd import SimulatedLane
from tests.bench.gates import environ
from tests.bench.measures import FULL, Bench
from tests.bench.process import Process
from tests.bench.table import Row, row_of
from tests.rig.mosquitto import mosquitto
from tests.rig.page import free_port

_MIB = 2**20
_EVERY_SECONDS, _LATE_EVENTS = 3.0, 10_000
_SETTLES_SECONDS, _LONGEST_SECONDS = 60.0, 120.0
_ADMITTED = re.compile(r'class="sums">(\d+) ')
# By the browser's own clock, from the beginning of the navigation to the frame behind the one that has all tiles.
_VIEWED = """window.viewed = 0; const look = () => document.querySelectorAll('.tile').length >= GATES
  ? requestAnimationFrame(() => { window.viewed = performance.now(); }) : requestAnimationFrame(look);
requestAnimationFrame(look);"""
_OBSERVE = """() => { window.longest = 0; window.told = 0;
new PerformanceObserver(seen => { for (const each of seen.getEntries())
  window.longest = Math.max(window.longest, each.duration); }).observe({type: 'longtask', buffered: false});
new MutationObserver(() => { window.told += 1; }).observe(document.body, {childList: true, subtree: true}); }"""


def venue(bench: Bench) -> Iterator[Row]:
    """Measure a venue of a thousand gates with an admission in three seconds each; of a hundred where it is quick."""
    gates, seconds = (1_000, 60.0) if bench.extent is FULL else (100, 15.0)
    folder = bench.directory / "venue"
    folder.mkdir()
    port, page = free_port(), free_port()
    with ExitStack() as stack:
        stack.enter_context(_broker(folder, port))
        house = stack.enter_context(_house(folder, port, page))
        crowd = [stack.enter_context(_crowd(port, gates // 2, first)) for first in (0, gates // 2)]
        _settle(folder, gates)
        began, used, had = time.monotonic(), house.cpu_seconds(), _events(folder)
        delays = asyncio.run(_delays(port, page, "probe-1", seconds))
        took, new = time.monotonic() - began, _events(folder) - had
        what = f"a venue of {gates:,} gates, {new / took:,.0f} events/s"
        yield Row(f"{what}: processor", "cores", 2, (house.cpu_seconds() - used) / took, goal=0.5)
        yield Row("… resident", "MiB", 1, house.resident_bytes() / _MIB, goal=250.0)
        yield row_of("… an event on disk at its gate to on the page (p95 counts)", "s", 2, delays, goal=1.0)
        yield from _looked_at(page, gates, seconds / 2)
        late = folder / "late"
        _say(crowd[0], f"burst g0000 {_LATE_EVENTS}\n")
        meanwhile = asyncio.run(_delays(port, page, "probe-2", seconds / 3, (folder, late)))
        yield Row(f"… {_LATE_EVENTS:,} events late: caught up", "s", 1, float(late.read_text()), goal=10.0)
        yield row_of("… meanwhile another gate's event to on the page", "s", 2, meanwhile, goal=1.0)


@contextmanager
def _broker(folder: Path, port: int) -> Iterator[None]:
    config = folder / "mosquitto.conf"
    lines = [f"listener {port} 127.0.0.1", "allow_anonymous true", "persistence false", "log_dest none", "user root"]
    config.write_text("\n".join(lines) + "\n")
    with subprocess.Popen([mosquitto(), "-c", config]) as broker:  # noqa: S603 - it is the broker
        try:
            yield
        finally:
            broker.terminate()


def _house(folder: Path, port: int, page: int) -> Process:
    ours = {name: value for name, value in environ().items() if not name.startswith("VENUE_")}
    said = {"MQTT__PORT": port, "WEB__PORT": page, "STATE_DIR": folder / "state", "MQTT__HEARTBEAT_SECONDS": 60}
    program = str(Path(sys.executable).with_name("gate-controller"))
    return Process(
        [program, "venue"], environ={**ours, **{f"VENUE_{name}": str(value) for name, value in said.items()}}
    )


@contextmanager
def _crowd(port: int, gates: int, first: int) -> Iterator[int]:
    """Let so many gates be; yields what they are told by."""
    hears, tells = os.pipe()
    command = [sys.executable, "-m", "tests.bench.crowd", "127.0.0.1", str(port)]
    command += ["--gates", str(gates), "--first", str(first), "--every", str(_EVERY_SECONDS), "--hears", str(hears)]
    try:
        with Process(command, environ=environ(), pass_fds=[hears]):
            yield tells
    finally:
        os.close(hears)
        os.close(tells)


def _say(to: int, line: str) -> None:
    os.write(to, line.encode())


def _asked(folder: Path, question: str) -> int:
    with sqlite3.connect(f"file:{folder}/state/venue.sqlite?mode=ro", uri=True) as db:
        return int(db.execute(question).fetchone()[0])


def _events(folder: Path) -> int:
    return _asked(folder, "SELECT count(*) FROM event")


def _settle(folder: Path, gates: int) -> None:
    """Wait until events of every gate have come."""
    until = time.monotonic() + _SETTLES_SECONDS
    while time.monotonic() < until:
        with suppress(sqlite3.OperationalError):  # not made yet
            if _asked(folder, "SELECT count(*) FROM journal WHERE have > 0") >= gates and _events(folder) > gates:
                return
        time.sleep(0.5)
    raise RuntimeError(f"not all of {gates} gates were heard within {_SETTLES_SECONDS:.0f} s")


async def _delays(
    port: int, page: int, gate: str, seconds: float, late: tuple[Path, Path] | None = None
) -> list[float]:
    """
    Let one more gate admit somebody again and again, and return after how many seconds the page told so; with `late`
    also write down when all of the late events are there.
    """
    lane = SimulatedLane(gate, MqttSection(host="127.0.0.1", port=port, tls=False, discovery="none"))
    told: asyncio.Queue[int] = asyncio.Queue()
    works = [asyncio.create_task(lane.telemetry.keep()), asyncio.create_task(_follow(page, gate, told))]
    if late is not None:
        works.append(asyncio.create_task(_watch(*late)))
    delays: list[float] = []
    try:
        await asyncio.sleep(5.0)
        end = time.monotonic() + seconds
        while time.monotonic() < end or (late is not None and not late[1].exists()):
            lane.admit()
            at = time.monotonic()
            async with asyncio.timeout(_LONGEST_SECONDS):
                while await told.get() < lane.attempts:
                    pass
            delays.append(time.monotonic() - at)
            await asyncio.sleep(0.5)
    finally:
        for work in works:
            work.cancel()
        await asyncio.gather(*works, return_exceptions=True)
    return delays


async def _follow(page: int, gate: str, told: "asyncio.Queue[int]") -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", page, limit=16 * _MIB)
    writer.write(f"GET /live?lang=en HTTP/1.1\r\nHost: 127.0.0.1:{page}\r\nAccept-Language: en\r\n\r\n".encode())
    while line := await reader.readline():
        if not line.startswith(b"data: {"):
            continue
        if (found := _ADMITTED.search(_read(line).get("tiles", {}).get(gate, ""))) is not None:
            told.put_nowait(int(found[1]))
    raise RuntimeError("the page's stream has ended")


def _read(line: bytes) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(line[len(b"data: ") :])
    return read


async def _watch(folder: Path, late: Path) -> None:
    began = time.monotonic()
    question = (
        "SELECT count(*) FROM event JOIN journal ON journal.id = event.journal JOIN gate ON gate.id = journal.gate "
        "WHERE gate.gate_id = 'g0000'"
    )
    wanted = await asyncio.to_thread(_asked, folder, question) + _LATE_EVENTS
    while await asyncio.to_thread(_asked, folder, question) < wanted:  # noqa: ASYNC110 - another process writes them
        await asyncio.sleep(0.1)
    late.write_text(str(time.monotonic() - began))


def _looked_at(page: int, gates: int, seconds: float) -> Iterator[Row]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        seen = browser.new_page(viewport={"width": 1920, "height": 1080})
        seen.add_init_script(_VIEWED.replace("GATES", str(gates)))
        seen.goto(f"http://127.0.0.1:{page}/?lang=en", wait_until="domcontentloaded")
        seen.wait_for_function("window.viewed > 0")
        yield Row(f"… first view of {gates:,} tiles", "s", 2, seen.evaluate("() => window.viewed") / 1e3, goal=1.0)
        seen.evaluate(_OBSERVE)
        seen.wait_for_timeout(1e3 * seconds)
        longest, told = seen.evaluate("() => [window.longest, window.told]")
        browser.close()
    yield Row(f"… longest task of {told:,} updates of the page (0: all below 50)", "ms", 0, longest, goal=200.0)

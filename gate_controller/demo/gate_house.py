"""
The demo's house: several gates, each a process, a real Mosquitto between, and the venue with its page in this process.

Everything is on this machine alone, and gone when it ends.
"""

import asyncio
import contextlib
import os
import select
import shutil
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final

from gate_controller.texts import Language
from gate_controller.venue.page.venue_server import serve_venue
from gate_controller.venue.tiles import GateTile, Presence
from gate_controller.venue.venue_house import VenueHouse
from gate_controller.venue.venue_key import order_key_line
from gate_controller.venue.venue_loading import load_venue
from gate_controller.venue.venue_service import VenueService
from gate_controller.venue.venue_settings import VenueSettings

MOST_GATES: Final = 12
"""Each takes some 80 MiB."""
PATIENCE_SECONDS: Final = 60.0
_USUAL_PORT: Final = 8090
_NAMES: Final = (
    *("East", "West", "North", "South", "Tower", "Garden"),
    *("Hall", "Harbour", "Lift", "Bridge", "Stairs", "Yard"),
)
_MOSQUITTO: Final = "/usr/sbin/mosquitto"
_LOOK_SECONDS = 0.2
_READ_SECONDS = 1.0


class HouseNotThere(Exception):
    """The house cannot be shown; the text says why, and what to do."""


async def show_house(number: int, *, is_seen: bool) -> int:
    """
    Show a house of so many gates until cancelled, or until nobody reads any more what is printed; where no person does
    (not `is_seen`), also how each gate stands once it has admitted somebody. Raises `HouseNotThere`.
    """
    with tempfile.TemporaryDirectory(prefix="gate-house-") as name:
        folder = Path(name)
        async with _broker(folder) as broker:
            settings = _settings(folder, broker)
            service = VenueService(settings)
            running = asyncio.ensure_future(service.run(partial(_page, settings)))
            try:
                async with _gates(number, folder, broker, order_key_line(service.key, settings.house.name)):
                    await _shown(service.house, number, settings, is_seen=is_seen)
            finally:
                running.cancel()
                await asyncio.wait([running])
    return 0


async def _shown(house: VenueHouse, number: int, settings: VenueSettings, *, is_seen: bool) -> None:
    print(f"A house of {number} gates, with a simulator for E-GUMA at each and a real Mosquitto between.")
    print(f"Its page: http://{settings.web.host}:{settings.web.port}/", flush=True)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while sum(tile.presence is Presence.LIVE for tile in house.tiles()) < number:  # noqa: ASYNC110 - by the broker
            await asyncio.sleep(_LOOK_SECONDS)
    if not is_seen:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while sum(tile.admitted > 0 for tile in house.tiles()) < number:  # noqa: ASYNC110 - as above
                await asyncio.sleep(_LOOK_SECONDS)
        for tile in house.tiles():
            print(_line(tile))
    print(f"Visitors come by themselves. Ctrl-C, or `kill {os.getpid()}`, ends it.", flush=True)
    while _is_read():  # noqa: ASYNC110 - by whom, no event tells
        await asyncio.sleep(_READ_SECONDS)


def _is_read() -> bool:
    """Whether somebody may read what is printed: behind a pipe that is closed nobody would end the house."""
    with contextlib.suppress(OSError, ValueError):  # it is no file: a test's, say
        looking = select.poll()
        looking.register(sys.stdout.fileno(), 0)
        return not looking.poll(0)
    return True


def _line(tile: GateTile) -> str:
    charged = f"{tile.currency} {tile.charged / 100:.2f}"
    needs = f"  needs somebody: {'; '.join(tile.needs)}" if tile.needs else ""
    return f"  {tile.name:8}  {tile.state:16}  {tile.admitted} admitted, {tile.refused} refused, {charged}{needs}"


@asynccontextmanager
async def _broker(folder: Path) -> AsyncIterator[int]:
    program = shutil.which("mosquitto") or shutil.which(_MOSQUITTO)
    if program is None:
        raise HouseNotThere(
            "mosquitto is not on this machine, which a house has between its gates: apt-get install mosquitto"
        )
    port = _free_port()
    config = folder / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nlog_dest none\n")
    running = await asyncio.create_subprocess_exec(
        program, "-c", str(config), stdin=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield port
    finally:
        with contextlib.suppress(ProcessLookupError):
            running.terminate()
        await running.wait()


@asynccontextmanager
async def _gates(number: int, folder: Path, broker: int, key_line: str) -> AsyncIterator[None]:
    keys = folder / "order.keys"
    keys.write_text(f"{key_line}\n")
    environ = {**os.environ, "GPIOZERO_PIN_FACTORY": "mock"}
    running = []
    try:
        for place, name in enumerate(_NAMES[:number]):
            troubled = "yes" if place == number - 1 and number > 1 else "no"
            words = [name.lower(), name, str(broker), str(_free_port()), str(keys), troubled]
            running.append(
                await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-m",
                    "gate_controller.demo.house_gate",
                    *words,
                    env=environ,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.DEVNULL,
                    stderr=asyncio.subprocess.DEVNULL,
                )
            )
        yield
    finally:
        for gate in running:
            if gate.stdin is not None:
                gate.stdin.close()  # by which it knows, whoever ends this process
        await asyncio.gather(*(_ended(gate) for gate in running))


async def _ended(gate: asyncio.subprocess.Process) -> None:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS / 4):
            await gate.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            gate.kill()
        await gate.wait()


async def _page(settings: VenueSettings, house: VenueHouse) -> None:
    await serve_venue(
        house,
        settings.web,
        name=settings.house.name,
        languages=[Language(code) for code in settings.house.languages],
        state_dir=settings.state_dir,
        is_played=True,
    )


def _settings(folder: Path, broker: int) -> VenueSettings:
    nothing = folder / "venue.toml"  # nothing of this machine's own venue is asked or touched
    nothing.touch()
    given: Sequence[str] = [
        f"state_dir={folder / 'venue'}",
        "house.name=Demo house",
        "house.languages=en,de,fr,it",
        "house.most_inside=500",
        f"web.port={_page_port()}",
        f"mqtt.port={broker}",
        "mqtt.heartbeat_seconds=5",
    ]
    return load_venue(config=nothing, overrides=given, environ={}).settings


def _page_port() -> int:
    for port in (_USUAL_PORT, 0):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)) as opened:
            return int(opened.getsockname()[1])
    return 0


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        return int(opened.getsockname()[1])

"""What the gate hears from its scanner, whichever kind that is, and waiting for it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Protocol

from gate_controller.devices.framing import STILLNESS_SECONDS
from tests.rig.waiting import PATIENCE_SECONDS

LONG_GAP_SECONDS = 1.0
"""A silence that a machine with other work does not make by itself."""


class Scanner(Protocol):
    """What listens for scans until it is cancelled."""

    async def run(self) -> None: ...


class Heard:
    """What the gate hears: frames, and changes of whether scans are taken."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.changes: list[tuple[bool, str]] = []
        self._heard = asyncio.Event()

    def on_frame(self, frame: bytes) -> None:
        self.frames.append(frame)
        self._heard.set()

    def on_change(self, takes_scans: bool, text: str) -> None:
        self.changes.append((takes_scans, text))
        self._heard.set()

    @property
    def listens(self) -> bool:
        return bool(self.changes) and self.changes[-1][0]

    async def until(self, condition: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                self._heard.clear()
                await self._heard.wait()

    async def until_it_listens(self) -> None:
        await self.until(lambda: self.listens)

    async def until_it_hears_short_codes(self) -> None:
        """Wait until it listens, and be silent for as long as has to lie before a ShortCode."""
        await self.until_it_listens()
        await asyncio.sleep(STILLNESS_SECONDS)

    async def until_it_does_not_listen(self) -> str:
        await self.until(lambda: bool(self.changes) and not self.listens)
        return self.changes[-1][1]

    async def until_frames(self, count: int) -> list[bytes]:
        await self.until(lambda: len(self.frames) >= count)
        return self.frames


@asynccontextmanager
async def running(heard: Heard, scanner: Scanner) -> AsyncIterator[Heard]:
    """Run the scanner that tells `heard`, for as long as the context lasts."""
    task = asyncio.create_task(scanner.run())
    try:
        yield heard
    finally:
        task.cancel()
        await asyncio.wait([task])

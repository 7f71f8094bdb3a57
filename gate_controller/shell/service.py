"""
The gate as a service of systemd: when it is ready, how it is in one line, and that it lives.

Ready is said once, with the first moment in which the gate takes scans, or its set-up codes; the status follows every
change of the gate's.
"""

import asyncio
import contextlib
import gc
import time
from collections.abc import Callable

from gate_controller.admission.words.messages import Fault
from gate_controller.journal.failures import JournalError
from gate_controller.journal.writer import Journal
from gate_controller.shell.status import StatusBoard
from gate_controller.systemd.notify import notify

_UNPROVISIONED = Fault.UNPROVISIONED.name.lower()


class Service:
    """Tells systemd of one gate."""

    def __init__(self, board: StatusBoard, journal: Journal, *, on_ready: Callable[[str], None] | None = None) -> None:
        """`on_ready` gets the line that says that the gate takes scans; it is for the log as well."""
        self._board = board
        self._journal = journal
        self._on_ready = on_ready
        self._is_ready = False
        self._headline = ""
        board.follow(self._look)

    def _look(self) -> None:
        status = self._board.status()
        waits = [fault.what for fault in status.faults] == [_UNPROVISIONED]
        becomes_ready = (status.takes_scans or waits) and not self._is_ready
        if status.headline == self._headline and not becomes_ready:
            return
        self._headline = status.headline
        notify(f"STATUS={status.headline}", *(("READY=1",) if becomes_ready else ()))
        if becomes_ready:
            self._is_ready = True
            # What the start has made stays for good: the collector need not walk it while a visitor waits.
            gc.collect()
            gc.freeze()
            if self._on_ready is not None:
                word = "waits to be set up" if waits else "ready"
                self._on_ready(f"{word} gate={status.gate_id} scanner={status.scanner}")

    async def keep_watchdog_fed(self, seconds: float, all_alive: Callable[[], bool]) -> None:
        """Ping systemd only while the loop runs this, the journal's thread answers and every other part is alive."""
        while True:
            with contextlib.suppress(JournalError):  # a journal that says no is alive; the gate shows what is wrong
                await self._journal.read(lambda _: None)
            if all_alive():
                notify("WATCHDOG=1")
            await asyncio.sleep(seconds)

    def reloading(self) -> None:
        """Say that settings are being read again (sd_notify(3) wants the time of it); call `reloaded` after it."""
        if self._is_ready:
            notify("RELOADING=1", f"MONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")

    def reloaded(self) -> None:
        """Say that the gate goes on."""
        if self._is_ready:
            notify("READY=1", f"STATUS={self._headline}")

    @staticmethod
    def stopping() -> None:
        """Say that the gate ends, and takes no scans any more."""
        notify("STOPPING=1")

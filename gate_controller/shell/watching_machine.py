"""
The machine watched: looked at in a calm pace, in a thread, and never written about to disk.

What ails it is said in a sentence with a remedy, since when, once in the log and again when it is over.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from gate_controller.admission.words.frozen import frozen
from gate_controller.devices.health import Vitals
from gate_controller.shell.degraded import Ailment

_log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 30.0

LEAST_FREE: Final = 0.05
"""The share of the disk below which somebody has to make room: the journal of weeks still fits."""

HOT_CELSIUS: Final = 80.0
"""From here on a Raspberry Pi slows itself down (raspberrypi.com, "Frequency management and thermal control")."""

COOLED_CELSIUS: Final = 3.0
"""By how much it must have cooled to be no longer hot, so that one at the edge is not told of twice a minute."""


@frozen
class MachineStatus:
    """The machine that the gate runs on. What it has no way to tell is None."""

    disk_free: float | None = None
    """A share: 0 to 1."""
    is_writable: bool | None = None
    celsius: float | None = None
    is_undervolted: bool | None = None
    was_undervolted: bool | None = None
    """At any time since the machine was started."""
    is_slowed: bool | None = None
    is_clock_sure: bool = False
    """Whether E-GUMA's answers have confirmed the time of day since the gate's start."""
    ailments: tuple[Ailment, ...] = ()
    looked_at: float | None = None
    """When this was so (wall clock); None: it has not been looked at yet."""


class MachineWatch:
    """Keeps the status of one machine."""

    def __init__(
        self,
        look: Callable[[], Vitals],
        *,
        is_clock_sure: Callable[[], bool],
        on_change: Callable[[], None],
        wall: Callable[[], float] = time.time,
    ) -> None:
        """`look` may take its time; `on_change` is called when something begins or ceases to ail the machine."""
        self._look = look
        self._is_clock_sure = is_clock_sure
        self._on_change = on_change
        self._wall = wall
        self._status = MachineStatus()

    def status(self) -> MachineStatus:
        """Return how the machine was a moment ago."""
        return replace(self._status, is_clock_sure=self._is_clock_sure())

    async def keep(self, seconds: float = LOOK_SECONDS) -> None:
        """Look again and again until cancelled."""
        while True:
            self.take(await asyncio.to_thread(self._look))
            await asyncio.sleep(seconds)

    def take(self, vitals: Vitals) -> None:
        """Take note of how the machine is now."""
        now, before = self._wall(), {ailment.what: ailment for ailment in self._status.ailments}
        is_hot = "temperature" in before
        found = {
            what: Ailment(what, why, before[what].since if what in before else now)
            for what, why in _ailing(vitals, is_hot=is_hot)
        }
        self._status = MachineStatus(
            disk_free=vitals.disk_free,
            is_writable=vitals.is_writable,
            celsius=vitals.celsius,
            is_undervolted=vitals.is_undervolted,
            was_undervolted=vitals.was_undervolted,
            is_slowed=vitals.is_slowed,
            ailments=tuple(found.values()),
            looked_at=now,
        )
        for what in found.keys() - before.keys():
            _log.warning("machine=ails what=%s why=%r", what, found[what].why)
        for what in before.keys() - found.keys():
            _log.info("machine=well what=%s", what)
        if found.keys() != before.keys():
            self._on_change()


def _ailing(vitals: Vitals, *, is_hot: bool) -> Iterator[tuple[str, str]]:
    """Yield what ails the machine, and why, with a remedy."""
    if vitals.is_writable is False:
        yield (
            "disk",
            "the disk takes no writes: look for its errors (journalctl -k), then mount it anew or replace the card",
        )
    elif vitals.disk_free is not None and vitals.disk_free < LEAST_FREE:
        yield "disk", f"the disk is nearly full ({100 * vitals.disk_free:.0f} % free): make room, or use a larger card"
    if vitals.is_undervolted:
        yield "supply", "the supply sags (under-voltage): use one of 3 A (Pi 5: 5 A), or feed the relay apart"
    hot_from = HOT_CELSIUS - (COOLED_CELSIUS if is_hot else 0.0)
    if vitals.celsius is not None and vitals.celsius >= hot_from:
        yield "temperature", f"the processor is hot (over {hot_from:.0f} °C): give the enclosure air or shade"
    elif vitals.is_slowed and not vitals.is_undervolted:
        yield "speed", "the processor has slowed itself down: look at its supply and its cooling"

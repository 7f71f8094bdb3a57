"""
The passage sensor: a light barrier, or the contact of a turnstile that has turned.

One person is one activation. A contact that bounces is one too: an activation counts only after the input has been
quiet for a moment.
"""

import asyncio
import time
from collections.abc import Callable

from gate_controller.devices.gpio import Input

# Contacts bounce for 1 to 20 ms; two people are never this close behind each other.
QUIET_SECONDS = 0.05


class PassageSensor:
    """Tells of each person who goes through. Made and called in the event loop."""

    def __init__(self, pin: int, *, active_low: bool, on_passage: Callable[[], None]) -> None:
        """`pin` is a BCM number; with `active_low`, connected to ground is active. Raises `DeviceError`."""
        self._on_passage = on_passage
        self._loop = asyncio.get_running_loop()
        self._quiet_since = float("-inf")
        self._input = Input(pin, name="passage sensor", active_low=active_low, on_edge=self._hand_over)

    def close(self) -> None:
        """Give the pin back."""
        self._input.close()

    def _hand_over(self, active: bool) -> None:
        # The moment is taken here, in the back end's thread: a loop that is late must not join two edges.
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._edge, active, time.monotonic())

    def _edge(self, active: bool, at: float) -> None:
        if not active:
            self._quiet_since = at
        elif at - self._quiet_since >= QUIET_SECONDS:
            self._on_passage()

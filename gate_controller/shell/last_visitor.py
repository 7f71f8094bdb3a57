"""The last visitor of a gate that is being stopped: served to the end, let through, and left to read his verdict."""

import asyncio
import contextlib

from gate_controller.devices.relay import RelayFault
from gate_controller.shell.mending import Mending
from gate_controller.shell.runner import Runner

# A visitor being served when the stop comes gets the rest of his time; systemd would wait for 90 s.
STOP_SECONDS = 6.0
_LOOK_SECONDS = 0.05


class LastVisitor:
    """Whoever is at the gate when the stop comes."""

    def __init__(self, runner: Runner, mending: Mending, hurry: asyncio.Event) -> None:
        """`hurry` ends every wait."""
        self._runner = runner
        self._mending = mending
        self._hurry = hurry

    async def finish(self) -> None:
        """Serve the visitor in the lane to the end, within his time, unless told to hurry."""
        served = asyncio.ensure_future(self._runner.visitor_served())
        hurried = asyncio.ensure_future(self._hurry.wait())
        await asyncio.wait({served, hurried}, timeout=STOP_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        # Whoever has been let in gets the time to go through; then a gate that does not shut by itself is shut.
        await self._drive_at_rest(STOP_SECONDS)
        with contextlib.suppress(RelayFault):
            self._mending.drive.shut()
        await self._drive_at_rest(STOP_SECONDS)
        served.cancel()
        hurried.cancel()

    async def read_refusal(self) -> None:
        """Leave the display to whoever has just been refused, a moment at most."""
        # The loop's clock is time.monotonic.
        left = self._runner.gate.readable_until - asyncio.get_running_loop().time()
        with contextlib.suppress(TimeoutError):
            if left > 0:
                async with asyncio.timeout(left):
                    await self._hurry.wait()

    async def _drive_at_rest(self, seconds: float) -> None:
        """Wait until the drive is at rest, for so long at most; not where it is held open, nor in a hurry."""
        for _ in range(int(seconds / _LOOK_SECONDS)):
            if not self._mending.drive.is_on or self._hurry.is_set() or self._runner.gate.is_held_open:
                return
            await asyncio.sleep(_LOOK_SECONDS)

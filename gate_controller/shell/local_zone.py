"""
The machine's time zone, which quiet hours and the log go by.

A gate runs for months, and somebody may set it meanwhile. The C library looks at it once, unless it is told to.
"""

import logging
import os
import time
from collections.abc import Callable
from pathlib import Path

_log = logging.getLogger(__name__)

LOOK_SECONDS = 60.0
"""How often is looked, at most."""

_ZONE = Path("/etc/localtime")


class LocalZone:
    """The time zone of this process. With `TZ` in its environment it stays as it is."""

    def __init__(self, path: Path = _ZONE, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._monotonic = monotonic
        self._look_at = monotonic() + LOOK_SECONDS
        self._seen = self._state()

    def look(self) -> None:
        """Take on another time zone, if the machine has been given one; call it as often as you like."""
        now = self._monotonic()
        if now < self._look_at:
            return
        self._look_at = now + LOOK_SECONDS
        state = self._state()
        if state != self._seen and "TZ" not in os.environ:
            time.tzset()
            _log.info("time_zone=changed to=%s", time.strftime("%Z%z"))
        self._seen = state

    def _state(self) -> tuple[tuple[int, int, int], ...]:
        """Tell one zone from another: whoever sets it changes the link, an update of the zones the file behind it."""
        found = []
        for follow in (False, True):
            try:
                status = self._path.stat(follow_symlinks=follow)
            except OSError:
                continue  # without one it is UTC
            found.append((status.st_dev, status.st_ino, status.st_mtime_ns))
        return tuple(found)

"""
What a gate does without: devices that are missing or fail, each since when.

Every change is a line of the log, save where the reason stands there already: without a GPIO back end, all pins fail.
"""

import logging
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from gate_controller.admission.words.frozen import frozen

if TYPE_CHECKING:
    from gate_controller.admission.words.messages import Fault

_log = logging.getLogger(__name__)


@frozen
class Ailment:
    """Something that is not as it should be, since a moment (wall clock); `why` says what, where and what to do."""

    what: str
    why: str
    since: float


class Degraded:
    """The devices that a gate does without."""

    def __init__(self, on_change: Callable[[], None] = lambda: None, *, wall: Callable[[], float] = time.time) -> None:
        self.on_change = on_change
        self.faults: Mapping[Fault, str] = {}
        """Why the gate takes no scans, told already."""
        self._wall = wall
        self._missing: dict[str, Ailment] = {}
        self._told: set[str] = set()

    def note_told(self, what: str, why: str | None) -> None:
        """The same as `note`, where a line of the log with more of it has been written already."""
        self._note(what, why, is_told=True)

    def note(self, what: str, why: str | None) -> None:
        """Note that a device is missing, or, with None, that it works again."""
        self._note(what, why, is_told=False)

    def _note(self, what: str, why: str | None, *, is_told: bool) -> None:
        if why == self.why(what) or (why is None and what not in self._missing):
            return
        if why is None:
            del self._missing[what]
            if what in self._told:
                self._told.remove(what)
                _log.info("device=mended what=%r", what)
        else:
            is_known = (
                is_told or why in self.faults.values() or any(why == known.why for known in self._missing.values())
            )
            since = self._missing[what].since if what in self._missing else self._wall()
            self._missing[what] = Ailment(what, why, since)
            if not is_known:
                self._told.add(what)
                _log.warning("device=missing what=%r why=%r", what, why)
        self.on_change()

    def why(self, what: str) -> str:
        """Return what is wrong with a device; empty where nothing is."""
        ailment = self._missing.get(what)
        return ailment.why if ailment is not None else ""

    @property
    def missing(self) -> tuple[Ailment, ...]:
        """Return all of them."""
        return tuple(self._missing.values())

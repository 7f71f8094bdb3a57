"""
Asks gates for the events that are missing here: those in a gap, and those at the end of which nothing tells.

A few gates at a time, one page each, by turns: a gate that comes back with ten thousand events has them told soon, and
no other waits for it. Whoever does not answer is asked for less, and later. Each gate is asked now and then even where
nothing seems to be missing, for the last event of all may have been lost on the way.
"""

import json
import logging
import random
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from gate_controller.venue.event_keeping import Kept
from gate_controller.venue.house_hearing import HouseHearing
from gate_controller.venue.told import GateTelling

_log = logging.getLogger(__name__)

MOST_ASKED: Final = 8
"""Gates that are asked at a time."""
PAGE: Final = 200
"""Events in one answer, which is the most that a gate gives."""
ANSWERED_WITHIN_SECONDS: Final = 10.0
AGAIN_SECONDS: Final = 300.0
"""After which a gate is asked where nothing seems to be missing."""
_AFTER_SILENCE: Final = (2.0, 10.0, 60.0)
_LESS: Final = (PAGE, 50, 10, 1)
"""Events that are asked for after so many silences: an answer may be too long for the broker."""


@dataclass(slots=True)
class _Course:
    """How far asking one gate has come."""

    due: float = 0.0
    """When it is to be asked, should nothing else lead to it."""
    silences: int = 0
    cursor: int | None = None
    """The last number of a page that has come and may not be written yet."""
    seen: int = -1
    """What was here when it was looked at last."""
    correlation: bytes = b""
    until: float = 0.0


class CatchingUp:
    """Asks, in the loop."""

    def __init__(
        self, hearing: HouseHearing, ask: Callable[[str, str, bytes, bytes], bool], *, monotonic: Callable[[], float]
    ) -> None:
        """`ask` says something to a gate: its id, the topic's leaf, payload, and what its answer is known by."""
        self._hearing = hearing
        self._ask = ask
        self._monotonic = monotonic
        self._courses: dict[str, _Course] = {}
        self._queue: OrderedDict[str, None] = OrderedDict()
        self._asked: dict[str, _Course] = {}
        self._number = 0

    def want(self, gate_id: str) -> None:
        """Have a gate asked as soon as it is its turn."""
        if gate_id not in self._asked:
            self._queue.setdefault(gate_id)
            self.go_on()

    def want_all(self) -> None:
        """Have all gates asked that may be there: the broker has been reached anew."""
        self._asked.clear()
        for gate in self._hearing.roll:
            self._course(gate.gate_id).cursor = None
            if gate.heard_at is not None and gate.gone_at is None:
                self._queue.setdefault(gate.gate_id)
        self.go_on()

    def go_on(self) -> None:
        """Ask whose turn it is."""
        while self._queue and len(self._asked) < MOST_ASKED and not self._hearing.is_busy:
            gate_id, _ = self._queue.popitem(last=False)
            gate = self._hearing.roll.get(gate_id)
            if gate is None or gate.revoked_at is not None or gate.gone_at is not None:
                continue
            course = self._course(gate_id)
            self._number += 1
            course.correlation = b"page %d" % self._number
            course.until = self._monotonic() + ANSWERED_WITHIN_SECONDS
            after = max(gate.have, course.cursor or 0)
            asked = {"after": after, "limit": _LESS[min(course.silences, len(_LESS) - 1)]}
            if not self._ask(gate_id, "request", json.dumps(asked).encode(), course.correlation):
                self._queue.clear()  # the broker is gone: all are asked once it is back
                return
            self._asked[gate_id] = course

    def awaits(self, gate_id: str, correlation: bytes) -> bool:
        """Whether an answer is one that was asked for."""
        course = self._asked.get(gate_id)
        return course is not None and course.correlation == correlation

    def answered(self, told: GateTelling) -> None:
        """Take note of a page that has come, and is on its way to the store."""
        course = self._asked.pop(told.gate_id, None)
        gate = self._hearing.roll.get(told.gate_id)
        if course is None or gate is None:
            return
        if not told.events and told.newest > told.after:  # the newest fact of a journal is never archived
            why = f"it says that its newest event is {told.newest}, and tells none after {told.after}"
            self._hearing.hear_nonsense(told.gate_id, why)
            self._silent(told.gate_id, course)
            self.go_on()
            return
        course.silences = 0
        course.due = self._monotonic() + AGAIN_SECONDS * random.uniform(0.8, 1.2)  # noqa: S311 - so that not all come together
        last = told.events[-1].number if told.events else told.newest
        is_same = told.journal == gate.journal or not gate.journal
        course.cursor = last if is_same and told.events else None
        if told.journal == gate.journal and told.newest < gate.have:
            why = f"its journal ends at event {told.newest}, and {gate.have} are here: has an older copy been put back?"
            self._hearing.hear_nonsense(told.gate_id, why)
        if is_same and last < told.newest:
            self._queue.setdefault(told.gate_id)
        self.go_on()

    def unreadable(self, gate_id: str) -> None:
        """Take note of an answer that cannot be read: the gate is asked again, later."""
        self._silent(gate_id, self._asked.pop(gate_id, None))
        self.go_on()

    def kept(self, kept: Sequence[Kept]) -> None:
        """Take note of what has been written."""
        for one in kept:
            course = self._course(one.gate_id)
            if course.cursor is not None and one.have >= course.cursor:
                course.cursor = None
            if not one.why_not and one.have < one.newest and course.cursor is None:
                self._want_unless_silent(one.gate_id, course)
        self.go_on()

    def look(self) -> None:
        """Look at the clock: who has not answered, and who is to be asked now."""
        now = self._monotonic()
        for gate_id, course in [(gate_id, course) for gate_id, course in self._asked.items() if course.until <= now]:
            del self._asked[gate_id]
            self._silent(gate_id, course)
        for gate in self._hearing.roll:
            course = self._course(gate.gate_id)
            if gate.gate_id in self._asked:
                continue
            stuck, course.seen = gate.missing > 0 and course.seen == gate.have, gate.have
            if stuck and course.cursor is None:
                self._want_unless_silent(gate.gate_id, course)
            if course.due <= now and gate.heard_at is not None:
                course.due = now + AGAIN_SECONDS
                course.cursor = None
                self._queue.setdefault(gate.gate_id)
        self.go_on()

    def _want_unless_silent(self, gate_id: str, course: _Course) -> None:
        if gate_id not in self._asked and (not course.silences or course.due <= self._monotonic()):
            self._queue.setdefault(gate_id)

    def _silent(self, gate_id: str, course: _Course | None) -> None:
        if course is None:
            return
        course.due = self._monotonic() + _AFTER_SILENCE[min(course.silences, len(_AFTER_SILENCE) - 1)]
        course.silences += 1
        course.cursor = None
        _log.info("events=not_told gate=%s silences=%d", gate_id, course.silences)

    def _course(self, gate_id: str) -> _Course:
        found = self._courses.get(gate_id)
        if found is None:
            found = self._courses[gate_id] = _Course(due=self._monotonic())
        return found

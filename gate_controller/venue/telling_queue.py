"""
What gates have told and the store has not got yet: what has just happened first, what is caught up in pieces behind it.

Rules: what one gate tells stays in its order, so a gate that is behind waits for itself, and no other does. All of it
is bounded by number and by bytes, and a single gate has half of that at most: what is dropped is asked for again.
"""

from collections import deque
from collections.abc import Iterable
from typing import Final

from gate_controller.venue.told import GateTelling

MOST_WAITING: Final = 20_000
"""Events that wait to be written; more are dropped, and asked for again."""
MOST_TOGETHER: Final = 3_000
"""Events in one transaction: others wait for it."""
LEAST_LATE: Final = 400
"""
Events that are caught up in one transaction: what happens meanwhile waits for it, some tenths of a second. Where more
has happened, as many as that: a house that is busy, or a machine, doubles what each waits for, and catches up all the
same.
"""
LIVE_EVENTS: Final = 20
"""In one piece: a visit has some ten. Whoever tells more at once tells what was before."""
_LIVE_OF_ONE: Final = 200
"""Events of one gate that wait: whoever has more is behind, in however many pieces it tells them."""
_BYTES_OF_ONE: Final = 4096
"""A telling counts as one more event for each of these: those of honest gates have a few hundred bytes each."""


class TellingQueue:
    """Tellings that wait. In the loop."""

    def __init__(self) -> None:
        self._live: deque[GateTelling] = deque()
        self._late: deque[GateTelling] = deque()
        self._late_of: dict[str, int] = {}
        """How many tellings of each gate wait behind."""
        self._weight_of: dict[str, int] = {}
        self.weight = 0
        """How many events wait; of long ones more than they are."""

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return bool(self._live or self._late)

    def put(self, told: GateTelling) -> bool:
        """Have a telling wait, and say whether that is so: not while too many do."""
        weight, gate_id = _weight(told), told.gate_id
        waiting = self._weight_of.get(gate_id, 0)
        if self.weight >= MOST_WAITING or waiting >= MOST_WAITING // 2:
            return False
        if len(told.events) > LIVE_EVENTS or waiting >= _LIVE_OF_ONE or gate_id in self._late_of:
            self._late.append(told)
            self._late_of[gate_id] = self._late_of.get(gate_id, 0) + 1
        else:
            self._live.append(told)
        self._weigh(gate_id, weight)
        return True

    def take(self) -> list[GateTelling]:
        """Return what is written together now: it waits no more."""
        taken = self._taken(self._live, MOST_TOGETHER)
        live = sum(map(_weight, taken))
        late = self._taken(self._late, max(LEAST_LATE, min(live, MOST_TOGETHER - live)))
        for told in late:
            self._late_of[told.gate_id] -= 1
            if not self._late_of[told.gate_id]:
                del self._late_of[told.gate_id]
        return [*taken, *late]

    def put_back(self, tellings: Iterable[GateTelling]) -> None:
        """Have tellings wait again, before all others."""
        for told in reversed(list(tellings)):
            self._live.appendleft(told)
            self._weigh(told.gate_id, _weight(told))

    def _taken(self, waiting: deque[GateTelling], most: int) -> list[GateTelling]:
        taken: list[GateTelling] = []
        while waiting and most > 0:
            told = waiting.popleft()
            most -= _weight(told)
            self._weigh(told.gate_id, -_weight(told))
            taken.append(told)
        return taken

    def _weigh(self, gate_id: str, weight: int) -> None:
        self.weight += weight
        left = self._weight_of.get(gate_id, 0) + weight
        if left:
            self._weight_of[gate_id] = left
        else:
            self._weight_of.pop(gate_id, None)


def _weight(told: GateTelling) -> int:
    return max(1, len(told.events), told.size // _BYTES_OF_ONE)

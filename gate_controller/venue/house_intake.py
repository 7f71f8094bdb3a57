"""
What comes from the broker, handed to whom it is for: checked, bounded, and never the reason that others wait.

The topic says who speaks. A gate that says more in a second than any gate has to say is passed over for a while; a
gate that is revoked is not heard at all; what is missing afterwards is asked for.
"""

import logging
from collections.abc import Callable
from typing import Final, Protocol

from gate_controller.venue.catching_up import CatchingUp
from gate_controller.venue.house_broker import HeardMessage
from gate_controller.venue.house_hearing import HouseHearing
from gate_controller.venue.told import Unreadable, is_gate_id, read_about, read_events, read_status

_log = logging.getLogger(__name__)

MOST_A_SECOND: Final = 50.0
"""Messages of one gate, but for what was asked for: a visit brings some ten."""
MOST_TOGETHER: Final = 500.0
"""Of one gate after a calm time: one that was cut off tells what happened meanwhile."""
MOST_OF_STRANGERS: Final = 12_000.0
"""Of all gates together that are not known here, after a calm time: those of a large house come all at once."""
_AGAIN_SECONDS: Final = 3600.0
"""Between two lines of the log about strangers."""
NOT_GATES: Final = frozenset({"venue"})
"""What stands in a gate's place of a topic and is none."""


class TakesAnswers(Protocol):
    """Who has given orders, and takes the answers."""

    def answered(self, gate_id: str, correlation: bytes, payload: bytes) -> bool:
        """Take an answer, and say whether it was one to an order."""


class HouseIntake:
    """Takes what comes, in the loop."""

    def __init__(
        self, hearing: HouseHearing, catching_up: CatchingUp, orders: TakesAnswers, *, monotonic: Callable[[], float]
    ) -> None:
        self._hearing = hearing
        self._catching_up = catching_up
        self._orders = orders
        self._monotonic = monotonic
        self.wish: Callable[[str, bytes], bool] = lambda _leaf, _payload: False
        """Takes Home Assistant's wishes, where the house wants them."""
        self._budgets: dict[str, tuple[float, float]] = {}
        """Of each gate that is known: how many messages it may send now, and since when."""
        self._strangers = MOST_OF_STRANGERS, monotonic()
        """The same of all others together, which may have any name."""
        self._flooded_at = -_AGAIN_SECONDS
        self.dropped = 0
        """Messages that were passed over, for the metrics."""

    def take(self, heard: HeardMessage) -> None:
        """Take one message. Nothing that a gate says makes this raise."""
        gate_id = heard.gate_id
        if not is_gate_id(gate_id) or gate_id in NOT_GATES:
            if gate_id not in NOT_GATES or heard.is_kept or not self.wish(heard.leaf, heard.payload):
                self.dropped += 1
            return
        gate = self._hearing.roll.get(gate_id)
        if gate is not None and gate.revoked_at is not None:
            self.dropped += 1
            return
        if gate is None:
            if not self._may_stranger_speak():
                self.dropped += 1
                return
        elif not heard.is_kept and not self._is_wanted(heard) and not self._may_speak(gate_id):
            self.dropped += 1
            self._hearing.hear_nonsense(gate_id, "it says more than a gate has to say: not all of it is heard")
            return
        try:
            self._hand_on(heard)
        except Unreadable as error:
            self.dropped += 1
            self._hearing.hear_nonsense(gate_id, f"what it says of its {heard.leaf} is not taken: {error}")
            if heard.leaf == "answer":
                self._catching_up.unreadable(gate_id)

    def _hand_on(self, heard: HeardMessage) -> None:
        gate_id, payload, hearing = heard.gate_id, heard.payload, self._hearing
        match heard.leaf:
            case "events" if not heard.is_kept:
                hearing.hear_events(read_events(gate_id, payload, hearing.wall()))
            case "status":
                is_first = (gate := hearing.roll.get(gate_id)) is None or gate.heard_at is None
                hearing.hear_status(gate_id, read_status(gate_id, payload), is_kept=heard.is_kept)
                if is_first:
                    self._catching_up.want(gate_id)
            case "about":
                hearing.hear_about(gate_id, read_about(gate_id, payload))
            case "online":
                is_online = payload == b"online"
                hearing.hear_online(gate_id, is_online=is_online)
                if is_online:
                    self._catching_up.want(gate_id)
            case "answer" if self._catching_up.awaits(gate_id, heard.correlation):
                page = read_events(gate_id, payload, hearing.wall())
                if hearing.hear_events(page):
                    self._catching_up.answered(page)
            case "answer" if self._orders.answered(gate_id, heard.correlation, payload):
                pass
            case _:
                self.dropped += 1

    def _is_wanted(self, heard: HeardMessage) -> bool:
        return heard.leaf == "answer" and self._catching_up.awaits(heard.gate_id, heard.correlation)

    def _may_speak(self, gate_id: str) -> bool:
        now = self._monotonic()
        budget = _left(*self._budgets.get(gate_id, (MOST_TOGETHER, now)), now, MOST_TOGETHER)
        self._budgets[gate_id] = max(0.0, budget - 1), now
        return budget >= 1

    def _may_stranger_speak(self) -> bool:
        now = self._monotonic()
        budget = _left(*self._strangers, now, MOST_OF_STRANGERS)
        self._strangers = max(0.0, budget - 1), now
        if budget < 1 and now - self._flooded_at >= _AGAIN_SECONDS:
            self._flooded_at = now
            _log.warning("gate=too_many_names why=%r", "more names speak than a house has gates: they are passed over")
        return budget >= 1


def _left(budget: float, since: float, now: float, most: float) -> float:
    return min(most, budget + (now - since) * MOST_A_SECOND)

"""
The passage sensor: a light barrier, or the contact of a turnstile that has turned.

One person is one activation. A contact that bounces is one too: an activation counts only after the input has been
quiet for a moment. It counts at once, and does not have to last: a person may take 20 ms through a light barrier.
"""

from collections.abc import Callable

from gate_controller.devices.contact import EdgesInLoop

# Contacts bounce for 1 to 20 ms; two people are never this close behind each other.
QUIET_SECONDS = 0.05


class PassageSensor:
    """Tells of each person who goes through. Made and called in the event loop."""

    def __init__(
        self,
        pin: int,
        *,
        active_low: bool,
        on_passage: Callable[[], None],
        on_edge: Callable[[bool], None] | None = None,
    ) -> None:
        """
        `pin` is a BCM number; with `active_low`, connected to ground is active. Raises `DeviceError`.

        `on_edge` is told of every edge, before a person is told for it: bounces too, and people who do not count.
        """
        self._on_passage = on_passage
        self._on_edge = on_edge
        self._quiet_since = float("-inf")
        self._edges = EdgesInLoop(pin, name="passage sensor", active_low=active_low, on_edge=self._edge)

    @property
    def is_active(self) -> bool:
        """Whether the sensor sees somebody now. Raises `DeviceError` when it cannot be read."""
        return self._edges.is_active

    def close(self) -> None:
        """Give the pin back."""
        self._edges.close()

    def _edge(self, active: bool, at: float) -> None:
        if self._on_edge is not None:
            self._on_edge(active)
        if not active:
            self._quiet_since = at
        elif at - self._quiet_since >= QUIET_SECONDS:
            self._on_passage()

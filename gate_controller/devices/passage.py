"""
The passage sensor: a light barrier, or the contact of a turnstile that has turned.

One person is one activation, and lasts for a moment: what is shorter is a spike, of the relay's coil or a lamp's
ballast beside the wire. Contacts that bounce are one activation, and so is a person whose bag lets light through for an
instant.
"""

from collections.abc import Callable

from gate_controller.devices.contact import POLL_SECONDS, ContactInput

LEAST_SECONDS = 0.03
"""
How long a person is before the sensor at least, in seconds: somebody who runs (3 m/s) is 0.1 m thick. A contact of the
gate's own is closed for longer.
"""

_UNSEEN = float("-inf")


class PassageSensor:
    """
    Tells of who is before it. Made and called in the event loop.

    `pin` is a BCM number; with `active_low`, connected to ground is active. `on_change` is called with True and since
    when (monotonic) once it has been active for `least_seconds`, and with False once it has been at rest for as long;
    and with how it is at the start, and when it can be read again after a fault: the moment is minus infinity then.
    `on_fault` is called with a text when it cannot be read. `on_edge` is told of every edge before that: bounces and
    spikes too. An edge can get lost, so that the level is looked at now and then. Raises `DeviceError` when there is no
    such pin.
    """

    def __init__(
        self,
        pin: int,
        *,
        active_low: bool,
        on_change: Callable[[bool, float], None],
        on_fault: Callable[[str], None],
        on_edge: Callable[[bool], None] | None = None,
        least_seconds: float = LEAST_SECONDS,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self._on_change = on_change
        self._on_fault = on_fault
        self._state: bool | None = None
        self._input = ContactInput(
            pin,
            name="passage sensor",
            active_low=active_low,
            on_change=self._changed,
            on_fault=self._failed,
            on_edge=on_edge,
            debounce_seconds=least_seconds,
            poll_seconds=poll_seconds,
        )

    def close(self) -> None:
        """Give the pin back; nothing is told any more."""
        self._input.close()

    def _changed(self, active: bool) -> None:
        self._state = active
        self._on_change(active, self._input.since)

    def _failed(self, why: str | None) -> None:
        if why is not None:
            self._on_fault(why)
        elif self._state is not None:
            self._on_change(self._state, _UNSEEN)  # whatever came and went meanwhile

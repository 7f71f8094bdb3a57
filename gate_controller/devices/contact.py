"""
Contacts that tell the gate something: exit button, fire alarm, housing, key switch, the gate's own feedback. The
passage sensor is looked at in the same way.

A contact bounces, so a state counts once it has lasted for a moment. An edge can get lost, and some GPIO chips tell of
none at all, so the level is looked at now and then as well.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable

from gate_controller.devices.errors import DeviceError
from gate_controller.devices.gpio import Input

# Contacts bounce for 1 to 20 ms; a finger is on a button for longer than this.
DEBOUNCE_SECONDS = 0.03

# The loop may call within this before the moment: its clock's resolution.
_CLOCK_SECONDS = 0.001

# Soon enough for a fire alarm whose edge was lost; a look costs some microseconds.
POLL_SECONDS = 0.5


class EdgesInLoop:
    """
    An input whose edges are told in the event loop, each with its moment (monotonic). Made in the event loop.

    The wiring is `Input`'s, and so are the errors.
    """

    def __init__(
        self,
        pin: int,
        *,
        name: str,
        active_low: bool,
        normally_closed: bool = False,
        on_edge: Callable[[bool, float], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_edge = on_edge
        self._closed = False
        self._input = Input(
            pin, name=name, active_low=active_low, normally_closed=normally_closed, on_edge=self._hand_over
        )

    @property
    def is_active(self) -> bool:
        """Whether the input is active now. Raises `DeviceError` when it cannot be read."""
        return self._input.is_active

    def close(self) -> None:
        """Give the pin back; `on_edge` is not called any more."""
        self._closed = True
        self._input.close()

    def _hand_over(self, active: bool) -> None:
        # The moment is taken here, in the back end's thread: a loop that is late must not join two edges.
        with contextlib.suppress(RuntimeError):  # a loop that has ended hears nothing any more
            self._loop.call_soon_threadsafe(self._tell, active, time.monotonic())

    def _tell(self, active: bool, at: float) -> None:
        if not self._closed:
            self._on_edge(active, at)


class ContactInput:
    """
    A contact between a pin and ground (or 3.3 V: `active_low` False). Made and called in the event loop.

    Closed is active. With `normally_closed`, for alarms, it is closed to ground while all is well: open is active, and
    so is a broken wire. `on_change` is called in the event loop with the state at the start, in the loop's next turn,
    and then with each state that has lasted for `debounce_seconds`. `on_fault` is called with a text when the pin
    cannot be read, and with None when it can be again. `on_edge` is called with every edge, bounces too, before what
    counts for it. Raises `DeviceError` when there is no such pin.
    """

    def __init__(
        self,
        pin: int,
        *,
        name: str,
        active_low: bool = True,
        normally_closed: bool = False,
        on_change: Callable[[bool], None],
        on_fault: Callable[[str | None], None] | None = None,
        on_edge: Callable[[bool], None] | None = None,
        debounce_seconds: float = DEBOUNCE_SECONDS,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self._on_change = on_change
        self._on_fault = on_fault
        self._on_edge = on_edge
        self._debounce_seconds = debounce_seconds
        self._poll_seconds = poll_seconds
        self._loop = asyncio.get_running_loop()
        # What counts, and what the pin shows since when (monotonic); None until it could be read once.
        self._state: bool | None = None
        self._level: bool | None = None
        self._since = float("-inf")
        self._failing = False
        self._settling: asyncio.TimerHandle | None = None
        self._edges = EdgesInLoop(
            pin, name=name, active_low=active_low, normally_closed=normally_closed, on_edge=self._edge
        )
        self._next_poll: asyncio.Handle = self._loop.call_soon(self._poll)

    @property
    def since(self) -> float:
        """Since when it shows what it does (monotonic); minus infinity for its state at the start."""
        return self._since

    def close(self) -> None:
        """Give the pin back; nothing is told any more."""
        self._next_poll.cancel()
        if self._settling is not None:
            self._settling.cancel()
        self._edges.close()

    def _poll(self) -> None:
        self._next_poll = self._loop.call_later(self._poll_seconds, self._poll)
        try:
            active = self._edges.is_active
        except DeviceError as error:
            self._fails(str(error))
            return
        self._fails(None)
        self._seen(active)

    def _fails(self, why: str | None) -> None:
        if self._failing is not (why is not None):
            self._failing = why is not None
            if self._on_fault is not None:
                self._on_fault(why)

    def _seen(self, active: bool) -> None:
        if self._state is not None and self._level is not self._state and active is not self._level:
            # It ended before it counted, and nobody told (joan2937/lg issue 18): how long it lasted is not known.
            self._begins(active, time.monotonic())
        else:
            self._edge(active, time.monotonic())

    def _edge(self, active: bool, at: float) -> None:
        if active is self._level:
            return
        if self._on_edge is not None:
            self._on_edge(active)
        if self._state is None:
            # The first look counts at once: a fire contact that is open at the start is an alarm.
            self._level = active
            self._count()
            return
        # The level until now may have lasted long enough while the loop was late.
        if at - self._since >= self._debounce_seconds:
            self._count()
        self._begins(active, at)

    def _begins(self, active: bool, at: float) -> None:
        self._level, self._since = active, at
        if self._settling is not None:
            self._settling.cancel()
        left = at + self._debounce_seconds - time.monotonic()
        self._settling = self._loop.call_later(max(0.0, left), self._settled)

    def _settled(self) -> None:
        with contextlib.suppress(DeviceError):  # the next look says that it cannot be read
            self._seen(self._edges.is_active)
        if self._since + self._debounce_seconds <= time.monotonic() + _CLOCK_SECONDS:
            self._count()

    def _count(self) -> None:
        if self._level is not None and self._level is not self._state:
            self._state = self._level
            self._on_change(self._state)

"""
The relay that releases the gate: pulses of an exact length, one at a time, never longer than a ceiling.

The OFF edge comes from a thread of the relay's own, so a stalled or dead event loop does not hold the gate
open. The thread is started with the relay and sleeps without a timeout while the relay is off: it costs
nothing until a pulse.
"""

import logging
import threading
import time
from collections.abc import Callable

from gate_controller.devices.errors import DeviceError
from gate_controller.devices.gpio import Output

MAX_ON_SECONDS = 10.0
"""The longest the relay is ever on, in seconds (design.md). No setting lifts it."""

# How soon an OFF that failed is tried again. Often enough that a passing fault adds little to the pulse, rare
# enough that a dead pin costs no CPU.
_RETRY_OFF_SECONDS = 0.1

# close() waits this long for the thread, which has nothing to do but to notice it.
_JOIN_SECONDS = 1.0

_log = logging.getLogger(__name__)


class RelayBusy(DeviceError):
    """The relay is still on from an earlier pulse; pulses never overlap, join or shorten each other."""


class RelayFault(DeviceError):
    """The relay's pin did not do what it was told: the gate may not have opened, or may not have shut."""


class Relay:
    """
    A relay on a GPIO pin, off from the start. Every method may be called from any thread.

    `max_on_seconds` may lower the ceiling, not lift it. `on_fault` is called with a text when the relay
    cannot be turned off at the end of a pulse: once, from the relay's thread (hand it over with
    `call_soon_threadsafe`), while the thread goes on trying. Raises `DeviceError` when there is no such pin.
    """

    def __init__(
        self,
        pin: int,
        *,
        active_high: bool = True,
        max_on_seconds: float = MAX_ON_SECONDS,
        on_fault: Callable[[str], None] | None = None,
    ) -> None:
        if not 0 < max_on_seconds <= MAX_ON_SECONDS:  # also false for NaN
            raise ValueError(f"max_on_seconds is {max_on_seconds}: set more than 0 and at most {MAX_ON_SECONDS}")
        self._max_on_seconds = max_on_seconds
        self._on_fault = on_fault
        self._output = Output(pin, name="relay", active_high=active_high)
        self._changed = threading.Condition()
        # Guarded by `_changed`: when to turn off (monotonic; None while off), and why that failed, if it did.
        self._off_at: float | None = None
        self._stuck: str | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._turn_off_in_time, name="relay", daemon=True)
        self._thread.start()

    @property
    def is_on(self) -> bool:
        """Whether the relay is on, or could not be turned off."""
        return self._off_at is not None

    def pulse(self, seconds: float) -> None:
        """
        Turn the relay on for `seconds`; returns at once.

        Raises `ValueError` for anything but more than 0 and at most the ceiling, `RelayBusy` while it is
        still on, and `RelayFault` when the pin fails.
        """
        if not 0 < seconds <= self._max_on_seconds:  # also false for NaN
            raise ValueError(f"a pulse of {seconds} s: ask for more than 0 and at most {self._max_on_seconds} s")
        with self._changed:
            if self._stuck is not None:
                raise RelayFault(self._stuck)
            if self._off_at is not None:
                raise RelayBusy("the relay is still on: wait for the end of its pulse")
            if not self._thread.is_alive():
                raise RelayFault("the relay is closed: nothing would turn it off again")
            try:
                self._output.on()
            except DeviceError as error:
                self._let_thread_turn_off(at=time.monotonic())  # it may have turned on all the same
                raise RelayFault(str(error)) from error
            # Counted from after the edge, so that the pulse is never shorter than asked.
            self._let_thread_turn_off(at=time.monotonic() + seconds)

    def off(self) -> None:
        """Turn the relay off now. Raises `RelayFault` when the pin fails; the thread then goes on trying."""
        with self._changed:
            try:
                self._output.off()
            except DeviceError as error:
                self._let_thread_turn_off(at=time.monotonic())
                raise RelayFault(str(error)) from error
            self._off_at = self._stuck = None

    def close(self) -> None:
        """Turn the relay off, end its thread and give the pin back. Raises `RelayFault` if the pin fails."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if threading.current_thread() is not self._thread:
            self._thread.join(_JOIN_SECONDS)
        try:
            self._output.close()
        except DeviceError as error:
            raise RelayFault(str(error)) from error
        self._off_at = None

    def _let_thread_turn_off(self, *, at: float) -> None:
        self._off_at = at
        self._changed.notify()

    def _turn_off_in_time(self) -> None:
        while True:
            with self._changed:
                if self._closed:
                    return
                left = None if self._off_at is None else self._off_at - time.monotonic()
                if left is None or left > 0:
                    self._changed.wait(left)
                    continue
                fault = self._turn_off()
            if fault is not None:
                self._tell(fault)

    def _turn_off(self) -> str | None:
        """Turn off, or arrange for another try; return the fault when it is a new one."""
        try:
            self._output.off()
        except DeviceError as error:
            known, self._stuck = self._stuck, f"the relay may be on and cannot be turned off: {error}"
            self._off_at = time.monotonic() + _RETRY_OFF_SECONDS
            return self._stuck if known is None else None
        self._off_at = self._stuck = None
        return None

    def _tell(self, fault: str) -> None:
        _log.critical("relay_fault=%r", fault)
        if self._on_fault is not None:
            try:
                self._on_fault(fault)
            except Exception:  # noqa: BLE001 - this thread turns the relay off: it outlives whom it tells
                _log.exception("relay_fault_not_told=%r", fault)

"""
Relays that follow a plan: which of them are on, and for how long, step by step.

The plan is played by a thread of the relays' own, so a stalled or dead event loop holds no gate open. The thread is
started with the relays and sleeps without a timeout while nothing is due: it costs nothing until then. Two rules hold
whatever the plan: what is to be off goes off before anything goes on, and relays that must never be on together have a
pause between them.
"""

import logging
import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import Enum, auto

from gate_controller.admission.words.frozen import frozen
from gate_controller.devices.errors import DeviceError
from gate_controller.devices.gpio import Output

MAX_ON_SECONDS = 10.0
"""The longest a pulse is, in seconds (design.md). No setting lifts it."""

# How soon a relay that did not obey is tried again. Often enough that a passing fault adds little to the pulse, rare
# enough that a dead pin costs no CPU.
_RETRY_SECONDS = 0.1

# close() waits this long for the thread, which has nothing to do but to notice it.
_JOIN_SECONDS = 1.0

_log = logging.getLogger(__name__)


class RelayBusy(DeviceError):
    """The gate is still released for somebody; releases never overlap, join or shorten each other."""


class RelayFault(DeviceError):
    """The relay's pin did not do what it was told: the gate may not have opened, or may not have shut."""


class Motion(Enum):
    """What a step of a plan is for."""

    REST = auto()
    RELEASED = auto()
    """For a person who comes in."""
    RELEASED_OUT = auto()
    """For a person who goes out."""
    HELD = auto()
    """Open for everybody."""
    CLOSING = auto()
    OFF = auto()
    """All relays off, wherever that leaves the gate."""


@frozen
class RelayStep:
    """Which relays are on, and for how long; None: until told otherwise."""

    motion: Motion
    on: frozenset[Output] = frozenset()
    seconds: float | None = None


Plan = tuple[RelayStep, ...]
"""Steps, one after the other. After the last one that ends, the relays rest."""


class Relays:
    """
    Relays that are switched together, and their thread. Every method may be called from any thread and returns at
    once; `lock` may be held to look and act in one.

    `first` is the step the relays are in already, `rest` the one every plan ends in. With `dead_seconds`, they are
    interlocked: one goes on only when the others have been off for that long. `on_fault` is called with a text when
    relays do not obey the thread: once, from the thread (hand it over with `call_soon_threadsafe`), while the thread
    goes on trying.
    """

    def __init__(
        self,
        outputs: Sequence[Output],
        *,
        first: RelayStep,
        rest: RelayStep,
        dead_seconds: float = 0.0,
        on_fault: Callable[[str], None] | None = None,
    ) -> None:
        self.lock = threading.RLock()
        self._changed = threading.Condition(self.lock)
        self._outputs = tuple(outputs)
        self._rest = rest
        self._dead_seconds = dead_seconds
        self._on_fault = on_fault
        # Guarded by `lock`. When the thread is to act (monotonic): to try again while the step is not entered, to go
        # on to the next one otherwise; None while there is nothing to do.
        self._due: float | None = None
        self._step = first
        self._entered = True
        self._later: Plan = ()
        self._stuck: str | None = None
        self._perhaps_on = set(first.on)
        # A gate that was killed may have left any of them on until now.
        self._off_since = dict.fromkeys(self._outputs, time.monotonic())
        self._closed = False
        self._thread = threading.Thread(target=self._play, name="relay", daemon=True)
        self._thread.start()

    @property
    def motion(self) -> Motion:
        """What the relays are at."""
        return self._step.motion

    @property
    def is_closed(self) -> bool:
        """Whether `close` has been called: the relays are off for good."""
        return self._closed

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing is under way, and nothing failed that is still being tried."""
        with self.lock:
            return self._entered and self._step.motion in {Motion.REST, Motion.OFF}

    @property
    def fault(self) -> str | None:
        """Why the relays are not where they should be, while the thread is trying to bring them there."""
        return self._stuck

    @property
    def motions(self) -> frozenset[Motion]:
        """What is under way or follows; nothing while the relays are not where they should be."""
        if self._stuck is not None:
            return frozenset()
        return frozenset([self._step.motion, *[step.motion for step in self._later]])

    @property
    def late_seconds(self) -> float:
        """For how long the present step is over by the clock, without the thread coming to it; below 0: it is not."""
        return time.monotonic() - self._due if self._entered and self._due is not None else -math.inf

    @property
    def left(self) -> Plan:
        """What is still to be done: the present step for the rest of its time, and those after it."""
        if not self._entered or self._due is None:
            return (self._step, *self._later)
        return (replace(self._step, seconds=max(0.0, self._due - time.monotonic())), *self._later)

    def start(self, plan: Plan, *, otherwise: Plan = ()) -> None:
        """
        Play a plan from now on. Raises `RelayFault` when a relay fails, now or since an earlier plan; it may have
        moved all the same, so that `otherwise` is played then.
        """
        with self.lock:
            self._refuse_if_closed()
            if self._stuck is not None:
                raise RelayFault(self._stuck)
            self._begin(plan)
            try:
                self._enter()
            except RelayFault:
                self._begin(otherwise)
                self._due = time.monotonic()
                raise
            finally:
                self._changed.notify()

    def insist(self, plan: Plan) -> None:
        """Play a plan from now on. Raises `RelayFault` when a relay fails; the thread then goes on trying."""
        with self.lock:
            self._refuse_if_closed()
            self._begin(plan)
            try:
                self._enter()
            except RelayFault:
                self._due = time.monotonic()
                raise
            finally:
                self._changed.notify()

    def off(self) -> None:
        """Turn all relays off now, until told otherwise. Raises and goes on trying as `insist` does."""
        with self.lock:
            if not self._closed:
                self.insist((RelayStep(Motion.OFF),))

    def close(self) -> None:
        """Turn all relays off, give the pins back and end the thread. Raises `RelayFault` if a pin fails."""
        faults = []
        with self.lock:
            self._closed = True
            for output in self._outputs:
                try:
                    output.close()
                except DeviceError as error:
                    faults.append(str(error))
            self._begin((RelayStep(Motion.OFF),))
            self._entered, self._stuck = True, None
            self._changed.notify()
        if threading.current_thread() is not self._thread:
            self._thread.join(_JOIN_SECONDS)
        if faults:
            raise RelayFault("; ".join(faults))

    def _refuse_if_closed(self) -> None:
        if self._closed or not self._thread.is_alive():
            raise RelayFault("the relay is closed: nothing would turn it off again")

    def _begin(self, plan: Plan) -> None:
        self._step, self._later = (plan[0], plan[1:]) if plan else (self._rest, ())
        self._entered, self._due = False, None

    def _enter(self) -> None:
        """Bring the relays to the present step; where one has to wait for another to let go, say until when."""
        on = self._step.on
        self._turn_off([output for output in self._outputs if output not in on])
        for output in on:
            others = (at for other, at in self._off_since.items() if other is not output)
            free = max(others, default=0.0) + self._dead_seconds
            if self._dead_seconds and free > time.monotonic():
                self._due = free
                return
        for output in on:
            self._perhaps_on.add(output)  # even when it fails
            try:
                output.on()
            except DeviceError as error:
                raise RelayFault(f"the relay cannot be turned on: {error}") from error
        self._entered, self._stuck = True, None
        # Counted from after the edge, so that a pulse is never shorter than asked.
        self._due = None if self._step.seconds is None else time.monotonic() + self._step.seconds

    def _turn_off(self, outputs: Sequence[Output]) -> None:
        faults = []
        for output in outputs:
            try:
                output.off()
            except DeviceError as error:
                faults.append(str(error))  # and the others go off all the same
                continue
            if output in self._perhaps_on:
                self._perhaps_on.discard(output)
                self._off_since[output] = time.monotonic()
        if faults:
            raise RelayFault(f"the relay may be on and cannot be turned off: {'; '.join(faults)}")

    def _play(self) -> None:
        while True:
            with self.lock:
                if self._closed:
                    return
                left = None if self._due is None else self._due - time.monotonic()
                if left is None or left > 0:
                    self._changed.wait(left)
                    continue
                fault = self._advance()
            if fault is not None:
                self._tell(fault)

    def _advance(self) -> str | None:
        """Go on to the next step, or try the present one again; return the fault when it is a new one."""
        if self._entered:
            self._begin(self._later)
        try:
            self._enter()
        except RelayFault as fault:
            known, self._stuck = self._stuck, str(fault)
            self._due = time.monotonic() + _RETRY_SECONDS
            return self._stuck if known is None else None
        return None

    def _tell(self, fault: str) -> None:
        _log.critical("relay=faulty why=%r", fault)
        if self._on_fault is not None:
            try:
                self._on_fault(fault)
            except Exception:  # noqa: BLE001 - this thread turns the relays off: it outlives whom it tells
                _log.exception("relay=fault_not_told why=%r", fault)

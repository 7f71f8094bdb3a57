"""
What moves the gate: one port for every kind of gate, over one relay, two, or three.

What each kind does is one table (`_plans`); the relays' own thread plays its plans (relay.py), so that no release
outlasts its time whatever becomes of the event loop. Only `hold_open` has no end of its own.
"""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from typing import assert_never

from gate_controller.admission.words.frozen import frozen
from gate_controller.devices.errors import DeviceError
from gate_controller.devices.gpio import Output
from gate_controller.devices.relay import MAX_ON_SECONDS, Motion, Plan, RelayBusy, RelayFault, Relays, RelayStep

MAX_OPEN_SECONDS = 60.0
"""The longest a gate stays open for one person, in seconds. No setting lifts it."""

DEAD_SECONDS = 0.2
"""
How long both relays of a motor are off before the other one goes on, in seconds. A relay lets go within 20 ms, a
contactor within 100 ms; a motor thrown from one direction into the other draws several times its current.
"""

GAP_SECONDS = 0.2
"""Between two pulses on one relay, in seconds: gate controls debounce their inputs for up to 100 ms."""


class DriveKind(StrEnum):
    """Kinds of gate, in the words of the setting `drive.kind`."""

    PULSE = "pulse"
    """Tripod or full-height turnstile: it lets one person through for each pulse."""
    HOLD = "hold"
    """Barrier or swing gate: open while the relay is on."""
    MOTOR = "motor"
    """A pulse on one relay opens, a pulse on another closes."""
    MAGLOCK = "maglock"
    """A magnet that holds while the relay is on: without power, the gate is open."""


class Drive:
    """
    The drive of a gate, shut from the start as far as it is the relay that shuts it. Every method may be called from
    any thread, returns at once, and raises `RelayFault` when a relay does not obey.

    `pin` is the relay's (a motor's: the one that opens), `close_pin` a motor's that closes, `exit_pin` the one that
    lets people out, which is given pulses whatever the kind. With `active_high` False, low pulls them. A pulse lasts
    `pulse_seconds`; the other kinds stay open for one person until `shut`, or `open_seconds` at most. `on_fault` is
    called with a text when a relay does not obey later on: once, from its thread (hand it over with
    `call_soon_threadsafe`), while that goes on trying. Raises `DeviceError` when there is no such pin.

    At the end of the program, and after `off` and `close`, all relays are off: that unlocks a magnet, and leaves a
    motor's gate where it is.
    """

    def __init__(
        self,
        pin: int,
        *,
        kind: DriveKind = DriveKind.PULSE,
        active_high: bool = True,
        pulse_seconds: float = 0.5,
        open_seconds: float = 8.0,
        close_pin: int | None = None,
        exit_pin: int | None = None,
        on_fault: Callable[[str], None] | None = None,
    ) -> None:
        _check("pulse_seconds", pulse_seconds, MAX_ON_SECONDS)
        _check("open_seconds", open_seconds, MAX_OPEN_SECONDS)
        if kind is DriveKind.MOTOR and close_pin is None:
            raise DeviceError("the motor has no relay that closes: set drive.close_pin, or another drive.kind")
        with contextlib.ExitStack() as made:  # what was made is given back if the next one cannot be had

            def output(pin: int, name: str, *, on: bool = False) -> Output:
                return made.enter_context(contextlib.closing(Output(pin, name=name, active_high=active_high, on=on)))

            relay = output(pin, "relay", on=kind is DriveKind.MAGLOCK)
            close = output(close_pin, "close relay") if kind is DriveKind.MOTOR and close_pin is not None else None
            exit_ = output(exit_pin, "exit relay") if exit_pin is not None else None
            made.pop_all()
        self._way_in = _Doorway(kind, relay, close, pulse_seconds, open_seconds, on_fault)
        self._way_out = None
        if exit_ is not None:
            self._way_out = _Doorway(DriveKind.PULSE, exit_, None, pulse_seconds, open_seconds, on_fault)

    @property
    def is_on(self) -> bool:
        """Whether anything is under way, in or out: a release, a closing, or the gate being held open."""
        return any(way.is_on for way in self._ways)

    def release(self) -> None:
        """
        Let one person in. Held open, the gate need not move for that.

        While the gate is released for somebody who goes out through the same relay, the person gets a pulse after
        that one, or the whole of `open_seconds` from now on. Raises `RelayBusy` while it is released for somebody
        else who comes in.
        """
        self._way_in.release()

    def release_exit(self) -> bool:
        """
        Let one person out, by the exit relay, or by the relay of the way in where that is the only one. Returns
        whether the gate moved for it: where the way is open already that person can go, and nothing is extended.
        """
        return (self._way_out or self._way_in).release_exit()

    def shut(self) -> None:
        """
        Close now: the person has passed, or nobody will. A pulse ends by itself, and held open the gate stays so.

        A motor whose gate may be anywhere, as at the start and after `off`, closes as well.
        """
        self._way_in.shut()

    def hold_open(self) -> None:
        """
        Open the gate for everybody, in and out, until `let_go`. Nothing refuses it, and a relay that fails does not
        keep the others from opening: they are all tried on, and it raises `RelayFault` after that.
        """
        self._each(_Doorway.hold_open)

    def let_go(self) -> None:
        """End `hold_open`: the gate closes."""
        self._each(_Doorway.let_go)

    def off(self) -> None:
        """Turn all relays off now, for a crash. Where that fails, their thread goes on trying."""
        self._each(_Doorway.off)

    def close(self) -> None:
        """Turn all relays off, end their threads and give the pins back."""
        self._each(_Doorway.close)

    @property
    def _ways(self) -> "tuple[_Doorway, ...]":
        return (self._way_in, self._way_out) if self._way_out is not None else (self._way_in,)

    def _each(self, act: "Callable[[_Doorway], None]") -> None:
        faults = []
        for way in self._ways:
            try:
                act(way)
            except RelayFault as fault:
                faults.append(str(fault))
        if faults:
            raise RelayFault("; ".join(faults))


@frozen
class _Plans:
    """What the relays of one way do."""

    first: RelayStep
    rest: RelayStep
    released: Plan
    held: Plan
    closing: Plan = ()


def _plans(kind: DriveKind, relay: Output, close: Output | None, pulse_seconds: float, open_seconds: float) -> _Plans:
    rest, on = RelayStep(Motion.REST), frozenset({relay})
    match kind:
        case DriveKind.PULSE:
            released = (RelayStep(Motion.RELEASED, on, pulse_seconds),)
            return _Plans(rest, rest, released, held=(RelayStep(Motion.HELD, on),))
        case DriveKind.HOLD:
            released = (RelayStep(Motion.RELEASED, on, open_seconds),)
            return _Plans(rest, rest, released, held=(RelayStep(Motion.HELD, on),))
        case DriveKind.MAGLOCK:
            locked = RelayStep(Motion.REST, on)
            released = (RelayStep(Motion.RELEASED, seconds=open_seconds),)
            return _Plans(locked, locked, released, held=(RelayStep(Motion.HELD),))
        case DriveKind.MOTOR:
            opening = min(pulse_seconds, open_seconds)
            closing = (RelayStep(Motion.CLOSING, frozenset({close} if close else ()), pulse_seconds),)
            open_ = (
                RelayStep(Motion.RELEASED, on, opening),
                RelayStep(Motion.RELEASED, seconds=open_seconds - opening),
            )
            held = (RelayStep(Motion.HELD, on, pulse_seconds), RelayStep(Motion.HELD))
            return _Plans(RelayStep(Motion.OFF), rest, (*open_, *closing), held, closing)
        case _:
            assert_never(kind)


class _Doorway:
    """One way through the gate, in or out or both."""

    def __init__(
        self,
        kind: DriveKind,
        relay: Output,
        close: Output | None,
        pulse_seconds: float,
        open_seconds: float,
        on_fault: Callable[[str], None] | None,
    ) -> None:
        self._kind = kind
        self._plans = _plans(kind, relay, close, pulse_seconds, open_seconds)
        self._relays = Relays(
            [relay] if close is None else [relay, close],
            first=self._plans.first,
            rest=self._plans.rest,
            dead_seconds=DEAD_SECONDS if kind is DriveKind.MOTOR else 0.0,
            on_fault=on_fault,
        )

    @property
    def is_on(self) -> bool:
        return not self._relays.is_at_rest

    def release(self) -> None:
        with self._relays.lock:
            plan, motions = self._plans.released, self._relays.motions
            if Motion.HELD in motions:
                return
            if Motion.RELEASED in motions and not self._has_run_out:
                raise RelayBusy("the gate is still released for somebody else: wait until it is shut")
            if motions & {Motion.RELEASED, Motion.RELEASED_OUT}:
                plan = self._joined(plan)
            self._relays.start(plan, otherwise=self._plans.closing)

    @property
    def _has_run_out(self) -> bool:
        """Whether the release before is over by the clock: only a busy machine has not ended it yet."""
        later = (step for step in self._relays.left[1:] if step.motion is Motion.RELEASED)
        return self._relays.late_seconds >= sum(step.seconds or 0.0 for step in later)

    def release_exit(self) -> bool:
        with self._relays.lock:
            motions = self._relays.motions
            if Motion.RELEASED_OUT in motions or Motion.HELD in motions:
                return False
            out = tuple(
                replace(step, motion=Motion.RELEASED_OUT) if step.motion is Motion.RELEASED else step
                for step in self._plans.released
            )
            if Motion.RELEASED in motions:
                if self._kind is not DriveKind.PULSE:
                    return False
                out = self._joined(out)
            self._relays.start(out, otherwise=self._plans.closing)
            return True

    def _joined(self, plan: Plan) -> Plan:
        """Return a plan for one more person, which neither shortens nor lengthens a pulse that is under way."""
        left = self._relays.left
        match self._kind:
            case DriveKind.PULSE:
                # A turnstile lets one person through for each pulse.
                return (*left, replace(plan[0], on=frozenset(), seconds=GAP_SECONDS), *plan)
            case DriveKind.MOTOR if left[0].on == plan[0].on:
                whole = (plan[0].seconds or 0.0) + (plan[1].seconds or 0.0)
                first = replace(plan[0], seconds=left[0].seconds)
                return (first, replace(plan[1], seconds=whole - (first.seconds or 0.0)), *plan[2:])
            case _:
                return plan

    def shut(self) -> None:
        with self._relays.lock:
            moved = self._relays.motion in {Motion.RELEASED, Motion.RELEASED_OUT, Motion.OFF}
            if moved and self._kind is not DriveKind.PULSE and not self._relays.is_closed:
                self._relays.insist(self._plans.closing)

    def hold_open(self) -> None:
        with self._relays.lock:
            if self._relays.motion is not Motion.HELD:
                self._relays.insist(self._plans.held)
            elif self._relays.fault is not None:
                raise RelayFault(self._relays.fault)

    def let_go(self) -> None:
        with self._relays.lock:
            if self._relays.motion is Motion.HELD:
                self._relays.insist(self._plans.closing)

    def off(self) -> None:
        self._relays.off()

    def close(self) -> None:
        self._relays.close()


def _check(name: str, seconds: float, most: float) -> None:
    if not 0 < seconds <= most:  # also false for NaN
        raise ValueError(f"{name} is {seconds}: give more than 0 and at most {most} s")

"""
Pins on gpiozero, and its errors in our words. This is the only module that names gpiozero, and it takes
whatever back end gpiozero chooses (`GPIOZERO_PIN_FACTORY`).
"""

import atexit
import logging
import os
import sys
import threading
import warnings
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import gpiozero

from gate_controller.devices.errors import DeviceError, remedy_of
from gate_controller.devices.lgpio_import import tidy

__all__ = [
    "DeviceError",
    "Input",
    "Output",
    "ToneOutput",
    "are_mocks",
    "back_end",
    "drive",
    "is_high",
    "prefer",
    "pulses",
]

_CHOICE = "GPIOZERO_PIN_FACTORY"
"""The variable in which gpiozero looks for the name of a back end."""

_log = logging.getLogger(__name__)


class Output:
    """
    One output pin: off when closed and when the interpreter ends, whatever ended it. Off when made as well, or `on`
    if it is to be that: the pin is given its level and its direction in one step, and shows no other level before.

    `name` says in errors what is connected to the pin. With `active_high` False, low is on. Every method may
    be called from any thread and raises `DeviceError` when the pin does not do it.
    """

    def __init__(self, pin: int, *, name: str, active_high: bool = True, on: bool = False) -> None:
        self._what = f"{name} on GPIO{pin}"
        self._lock = threading.Lock()
        self._closed = False
        try:
            _load_back_end()
            self._device = gpiozero.OutputDevice(pin, active_high=active_high, initial_value=on)
        except Exception as error:
            # The traceback would keep the half-made device, and that the pin: another try would find it in use.
            error.with_traceback(None)
            raise _explained(error, self._what) from error
        # gpiozero's own exit handler frees the pin and leaves it as it was; this one runs before it, for
        # handlers run last in, first out. Killed processes run none: the unit and the pull-down resistor are
        # for those.
        atexit.register(self.close)

    def on(self) -> None:
        """Turn the output on."""
        with self._lock:
            if self._closed:
                raise DeviceError(f"{self._what} is closed")
            self._write(value=True)

    def off(self) -> None:
        """Turn the output off. A closed one is off."""
        with self._lock:
            if not self._closed:
                self._write(value=False)

    def close(self) -> None:
        """Turn the output off and give the pin back; it is given back even when it does not turn off."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            atexit.unregister(self.close)
            try:
                self._write(value=False)
            finally:
                self._give_back()

    def _write(self, *, value: bool) -> None:
        try:
            self._device.value = value
        except Exception as error:
            raise _explained(error, self._what) from error

    def _give_back(self) -> None:
        try:
            self._device.close()
        except Exception as error:
            raise _explained(error, self._what) from error


class Input:
    """
    One input pin. With `active_low`, connected to ground is active, else connected to 3.3 V; the pull resistor keeps
    it inactive otherwise. With `normally_closed` in place of that, it is connected to ground while all is well, and
    active when it is not: the pull resistor makes a broken wire active.

    `on_edge` is called with True when the input becomes active and with False when it ends, from whatever
    thread the back end uses: hand it over with `call_soon_threadsafe`, and do nothing else in it. Raises
    `DeviceError` when there is no such pin.
    """

    def __init__(
        self,
        pin: int,
        *,
        name: str,
        active_low: bool = True,
        normally_closed: bool = False,
        on_edge: Callable[[bool], None],
    ) -> None:
        self._what = f"{name} on GPIO{pin}"
        # To gpiozero, a pin with a pull-up is active while it is low; with a closed contact that is when all is well.
        self._active = active = not normally_closed
        pulls_up = active_low or normally_closed

        def changed(_ticks: float, level: object) -> None:
            on_edge((bool(level) is not pulls_up) is active)

        self._changed = changed  # the pin itself keeps no callback alive
        try:
            _load_back_end()
            # Not gpiozero's DigitalInputDevice: after an edge that was lost it tells nothing of the next one, which it
            # takes for the same.
            self._device = gpiozero.InputDevice(pin, pull_up=pulls_up)
            self._device.pin.edges = "both"
            self._device.pin.when_changed = changed
        except Exception as error:
            error.with_traceback(None)  # as with Output: a kept traceback would keep the pin
            raise _explained(error, self._what) from error

    @property
    def is_active(self) -> bool:
        """Whether the input is active now."""
        try:
            return bool(self._device.is_active) is self._active
        except Exception as error:
            raise _explained(error, self._what) from error

    def close(self) -> None:
        """Give the pin back; `on_edge` is not called any more."""
        try:
            self._device.close()
        except Exception as error:
            raise _explained(error, self._what) from error


class ToneOutput:
    """
    One output pin that gives tones, as square waves; silent when made, when closed, and when the interpreter ends.

    `name` says in errors what is connected to the pin. With `active_high` False, its level is high while silent.
    Every method may be called from any thread and raises `DeviceError` when the pin does not do it.
    """

    def __init__(self, pin: int, *, name: str, active_high: bool = True) -> None:
        self._what = f"{name} on GPIO{pin}"
        self._lock = threading.Lock()
        self._closed = False
        # Not gpiozero's PWMOutputDevice: that one keeps the wave running while it is silent.
        self._output = Output(pin, name=name, active_high=active_high)
        self._pin = gpiozero.Device.pin_factory.pin(pin)
        # Runs before the output's own handler, which could not tell that a wave is running.
        atexit.register(self.close)

    def sound(self, hertz: int) -> None:
        """Give a tone of this pitch, in place of the one before."""
        with self._lock:
            if self._closed:
                raise DeviceError(f"{self._what} is closed")
            try:
                self._pin.frequency = hertz
                self._pin.state = 0.5  # as long high as low, which is loudest
            except gpiozero.PinPWMUnsupported as error:
                remedy = "this GPIO back end gives no tones: install lgpio, or fit an active buzzer and set its kind"
                raise DeviceError(f"{self._what}: {remedy} ({type(error).__name__}: {error})") from error
            except Exception as error:
                raise _explained(error, self._what) from error

    def off(self) -> None:
        """End the tone. A closed output is silent."""
        with self._lock:
            if not self._closed:
                self._end()

    def close(self) -> None:
        """End the tone and give the pin back; it is given back even when the tone does not end."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            atexit.unregister(self.close)
            try:
                self._end()
            finally:
                self._output.close()

    def _end(self) -> None:
        try:
            self._pin.frequency = None
        except Exception as error:
            raise _explained(error, self._what) from error
        finally:
            self._output.off()


def is_high(pin: int) -> bool:
    """Return a pin's level, for those who show a gate; False where there are no pins at all."""
    factory = gpiozero.Device.pin_factory
    return factory is not None and bool(factory.pin(pin).state)


def pulses(pin: int) -> list[float]:
    """Return how long a pin was high, each time it was and is not any more, in seconds; only mock pins remember."""
    factory = gpiozero.Device.pin_factory
    states = () if factory is None else getattr(factory.pin(pin), "states", ())
    return [end.timestamp for start, end in pairwise(states) if start.state and not end.state]


def are_mocks() -> bool:
    """Return whether the pins are gpiozero's mocks: nothing is connected to them, and `drive` can take its place."""
    try:
        _load_back_end()
    except Exception:  # noqa: BLE001 - a back end raises what it likes; whoever makes a device is told
        return False
    back_end = sys.modules.get("gpiozero.pins.mock")
    return back_end is not None and isinstance(gpiozero.Device.pin_factory, back_end.MockFactory)


def drive(pin: int, *, high: bool) -> None:
    """Put a level on a mock pin that is an input, as what is connected to a real one does."""
    mock = gpiozero.Device.pin_factory.pin(pin)
    (mock.drive_high if high else mock.drive_low)()


def back_end() -> tuple[str, int | None]:
    """
    Return gpiozero's name for the back end that drives the pins, and the number of the chip it has open, where it has
    one. Raises `DeviceError` where none works.
    """
    try:
        _load_back_end()
    except Exception as error:
        raise _explained(error, "GPIO") from error
    factory = gpiozero.Device.pin_factory
    package, _, module = type(factory).__module__.rpartition(".")
    name = module if package == "gpiozero.pins" else os.environ.get(_CHOICE, "")
    chip = getattr(factory, "chip", None)
    return name, chip if isinstance(chip, int) else None


def prefer(name: str) -> None:
    """Let gpiozero choose this back end, unless it has chosen already."""
    os.environ[_CHOICE] = name


def _load_back_end() -> None:
    """Let gpiozero choose its back end, if it has not yet; log which ones it passed over, and why."""
    if gpiozero.Device.pin_factory is None:
        with tidy(), warnings.catch_warnings(record=True) as passed_over:
            warnings.simplefilter("always")
            try:
                gpiozero.Device.ensure_pin_factory()
            except gpiozero.BadPinFactory as error:
                reasons = "; ".join(str(warning.message) for warning in passed_over)
                raise ImportError(reasons or str(error)) from error
        for warning in passed_over:
            _log.warning("gpio=warned why=%r", str(warning.message))
    _set_level_with_direction(gpiozero.Device.pin_factory)


def _set_level_with_direction(factory: Any) -> None:
    """
    Make gpiozero's lgpio back end turn a pin into an output at its level, in one step.

    By itself (2.0.1, pins/lgpio.py) it claims the pin as an output, which drives it low, and sets the level
    after that. On an active-low board this is a pulse: short for a relay's coil, long enough for a transistor.
    """
    back_end = sys.modules.get("gpiozero.pins.lgpio")
    if back_end is None or not isinstance(factory, back_end.LGPIOFactory):
        return
    if "output_with_state" in vars(factory.pin_class):
        return

    def output_with_state(pin: Any, state: int) -> None:
        # gpiozero has no public name for the chip's handle and the number of a pin on it.
        back_end.lgpio.gpio_claim_output(pin.factory._handle, pin._number, int(state))  # noqa: SLF001

    factory.pin_class = type("LevelWithDirection", (factory.pin_class,), {"output_with_state": output_with_state})


def _explained(error: Exception, what: str) -> DeviceError:
    """Return any back end's error as ours."""
    where = f"{what}: "
    match error:
        # Three that are no one pin's: every device says the same, and whoever logs it needs to but once.
        case ImportError() | PermissionError():
            where, remedy = "", remedy_of(error)
        case gpiozero.PinUnknownPi():
            where, remedy = "", "this is no Raspberry Pi that gpiozero knows: set GPIOZERO_PIN_FACTORY"
        case gpiozero.GPIOPinInUse():
            remedy = "the pin is used twice: give each device a pin of its own in the settings"
        case gpiozero.PinInvalidPin():
            remedy = "this board has no such pin: set another"
        case _:
            remedy = remedy_of(error)
    return DeviceError(f"{where}{remedy} ({type(error).__name__}: {error})")

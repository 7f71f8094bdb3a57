"""
The lamps: they show a signal as the table for their mode has it (`patterns.LOOKS`), played by one thread.

That thread sleeps without a timeout while a signal is steady; only a flashing one wakes it.
"""

import logging

from gate_controller.admission.words.messages import Signal
from gate_controller.devices.errors import DeviceError
from gate_controller.devices.gpio import Output
from gate_controller.devices.patterns import LOOKS, Lamp, Mode, PatternPlayer

_DARK: frozenset[Lamp] = frozenset()

_log = logging.getLogger(__name__)


class Lamps:
    """
    The gate's lamps by their pins (BCM); None for a lamp that is not fitted. All are dark from the start.

    `mode` is one of `patterns.Mode`; in "rgb", `yellow` is the pin of the blue colour. With `active_high`
    False, low is lit. A lamp that fails does not stop the others: its fault is raised once, by the next
    `show`, and again only after it has worked. A pin that cannot be had at all is such a fault, so making the
    lamps raises nothing but `ValueError`, for an unknown mode.
    """

    def __init__(
        self,
        *,
        green: int | None,
        red: int | None,
        yellow: int | None,
        mode: str = Mode.SEPARATE.value,
        active_high: bool = True,
    ) -> None:
        self._mode = Mode(mode)
        self._outputs: dict[Lamp, Output] = {}
        self._failing: set[Lamp] = set()
        self._untold: dict[Lamp, str] = {}
        self._signal: Signal | None = None
        for lamp, pin in ((Lamp.GREEN, green), (Lamp.RED, red), (_third(self._mode), yellow)):
            if pin is not None:
                self._fit(lamp, pin, active_high=active_high)
        self._player = PatternPlayer("lamps", self._light, _DARK)

    def show(self, signal: Signal) -> None:
        """
        Show a signal: its first step is lit when this returns. The same one again changes nothing.

        Raises `DeviceError` for lamps that have failed since the last call; the others show it all the same.
        """
        with self._player.lock:
            if signal is not self._signal:
                self._signal = signal
                self._player.start(LOOKS[self._mode][signal].steps)
            untold, self._untold = "; ".join(dict.fromkeys(self._untold.values())), {}
        if untold:
            raise DeviceError(untold)

    def change_mode(self, mode: str) -> None:
        """Show the signal of now, and all that follow, by the table of another mode."""
        with self._player.lock:
            before, self._mode = self._mode, Mode(mode)
            old, new = _third(before), _third(self._mode)
            if old is not new and old in self._outputs:
                self._outputs[new] = self._outputs.pop(old)
            if before is not self._mode and self._signal is not None:
                self._player.start(LOOKS[self._mode][self._signal].steps)

    @property
    def is_failing(self) -> bool:
        """Whether a lamp did not do what it was told last, or cannot be had."""
        return bool(self._failing)

    def close(self) -> None:
        """Turn all lamps off and give the pins back. After this, nothing is shown and nothing raised."""
        self._player.close()
        with self._player.lock:
            for output in self._outputs.values():
                try:
                    output.close()
                except DeviceError as error:
                    _log.warning("lamps=not_closed why=%r", str(error))
            self._outputs.clear()
            self._untold.clear()

    def _fit(self, lamp: Lamp, pin: int, *, active_high: bool) -> None:
        try:
            self._outputs[lamp] = Output(pin, name=lamp.value, active_high=active_high)
        except DeviceError as error:
            self._note(lamp, error)

    def _note(self, lamp: Lamp, error: DeviceError) -> None:
        if lamp not in self._failing:
            self._untold[lamp] = str(error)
        self._failing.add(lamp)

    def _light(self, lit: frozenset[Lamp]) -> bool:
        # First what goes dark, then what lights up: green and red are lit together only where both are asked for.
        for lamp in sorted(self._outputs, key=lambda lamp: lamp in lit):
            try:
                if lamp in lit:
                    self._outputs[lamp].on()
                else:
                    self._outputs[lamp].off()
            except DeviceError as error:
                self._note(lamp, error)
            else:
                self._failing.discard(lamp)
        return True


def _third(mode: Mode) -> Lamp:
    return Lamp.BLUE if mode is Mode.RGB else Lamp.YELLOW

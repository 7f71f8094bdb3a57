"""
The buzzer: it plays a sound as the table has it (`patterns.SOUNDS`), once, by a thread that sleeps in between.

An active buzzer sounds by itself and is turned on and off; a passive one is given its tone. In quiet hours
neither makes a sound.
"""

import logging
import time
from collections.abc import Callable
from enum import Enum

from gate_controller.admission.words.messages import Sound
from gate_controller.devices.errors import DeviceError
from gate_controller.devices.gpio import Output, ToneOutput
from gate_controller.devices.patterns import SOUNDS, PatternPlayer, steps_of

_log = logging.getLogger(__name__)


class BuzzerKind(Enum):
    """What makes a buzzer's tone."""

    ACTIVE = "active"
    """The buzzer itself, as soon as it has voltage."""
    PASSIVE = "passive"
    """The pin."""


def minute_of_day() -> int:
    """Return the minutes since local midnight."""
    now = time.localtime()
    return now.tm_hour * 60 + now.tm_min


class Buzzer:
    """
    A buzzer on a pin (BCM), silent from the start; without a pin (None) it is silent for ever.

    `kind` is one of `BuzzerKind`. `quiet` is a span of the day such as "22:00-07:00", its end not included, or ""; the
    same time twice is the whole day. `local_minute` tells the minutes since local midnight. A buzzer that fails
    stops nothing: its fault is raised once, by `play`, and again only after it has worked. A pin that cannot be
    had at all is such a fault, so making a buzzer raises nothing but `ValueError`, for an unknown kind or span.
    """

    def __init__(
        self,
        pin: int | None,
        *,
        kind: str = BuzzerKind.ACTIVE.value,
        active_high: bool = True,
        quiet: str = "",
        local_minute: Callable[[], int] = minute_of_day,
    ) -> None:
        make = Output if BuzzerKind(kind) is BuzzerKind.ACTIVE else ToneOutput
        self._quiet = _span(quiet)
        self._local_minute = local_minute
        self._failing = False
        self._untold = ""
        self._output: Output | ToneOutput | None = None
        if pin is not None:
            try:
                self._output = make(pin, name="buzzer", active_high=active_high)
            except DeviceError as error:
                self._note(error)
        self._player = PatternPlayer[int | None]("buzzer", self._put, None)

    @property
    def is_quiet(self) -> bool:
        """Whether these are quiet hours."""
        if self._quiet is None:
            return False
        begin, end = self._quiet
        now = self._local_minute()
        return begin <= now < end if begin < end else now >= begin or now < end

    def keep_quiet(self, quiet: str) -> None:
        """Have other quiet hours from the next sound on. Raises `ValueError` for what is no span."""
        self._quiet = _span(quiet)

    def play(self, sound: Sound) -> None:
        """
        Begin a sound and return; it takes the place of one that has not ended. In quiet hours it is silent.

        Raises `DeviceError` if the buzzer has failed since the last call.
        """
        with self._player.lock:
            if self._output is not None and not self.is_quiet:
                self._player.start(steps_of(SOUNDS[sound]))
            untold, self._untold = self._untold, ""
        if untold:
            raise DeviceError(untold)

    @property
    def is_failing(self) -> bool:
        """Whether it failed and has not sounded since."""
        return self._failing

    def close(self) -> None:
        """End the sound and give the pin back. After this, nothing is heard and nothing raised."""
        self._player.close()
        with self._player.lock:
            if self._output is not None:
                try:
                    self._output.close()
                except DeviceError as error:
                    _log.warning("buzzer=not_closed why=%r", str(error))
            self._output = None
            self._untold = ""

    def _put(self, hertz: int | None) -> bool:
        """Sound or be silent. A silence that failed is to be tried again, a beep is not."""
        try:
            match self._output:
                case None:
                    return True
                case output if hertz is None:
                    output.off()
                case ToneOutput() as output:
                    output.sound(hertz)
                case output:
                    output.on()
        except DeviceError as error:
            self._note(error)
            return hertz is not None
        if hertz is not None:  # silence proves nothing: a pin that gives no tones can be silent
            self._failing = False
        return True

    def _note(self, error: DeviceError) -> None:
        if not self._failing:
            self._untold = str(error)
        self._failing = True


def _span(quiet: str) -> tuple[int, int] | None:
    """Return a span of the day as the minutes of its begin and end; None for no span."""
    if not quiet:
        return None
    try:
        begin, end = (time.strptime(at, "%H:%M") for at in quiet.split("-"))
    except ValueError as error:
        raise ValueError(f"quiet hours {quiet!r}: give two times such as 22:00-07:00, or nothing") from error
    return begin.tm_hour * 60 + begin.tm_min, end.tm_hour * 60 + end.tm_min

"""
A keyboard as the scanner. Where the kernel makes virtual keyboards (/dev/uinput), it is one of those; else it is a
FIFO that carries the kernel's own `struct input_event`, and answers the two ioctls as the kernel does. Its name is a
link, as under /dev/input/by-id, so it outlives unplugging.
"""

import asyncio
import errno
import fcntl
import os
import struct
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from typing_extensions import override

from gate_controller.devices.key_events import EVENT, EVIOCGBIT_KEY, EVIOCGRAB, Keyboard

SHIFT, ALTGR, ALT, CTRL, CAPS_LOCK, NUM_LOCK = 42, 100, 56, 29, 58, 69
ENTER, KEYPAD_ENTER, ESCAPE, BACKSPACE, FUNCTION_1 = 28, 96, 1, 14, 59
KEYPAD = dict(zip("0123456789", (82, 79, 80, 81, 75, 76, 77, 71, 72, 73), strict=True))

_EV_SYN, _EV_KEY, _EV_MSC = 0, 1, 4
_SYN_DROPPED = 3
_MSC_SCAN = 4
# A third of what evdev keeps, for the loop may run two pieces late.
_EVENTS_AT_ONCE = 20


class Event(NamedTuple):
    """A `struct input_event` without its time."""

    kind: int
    code: int
    value: int


REPORT = Event(_EV_SYN, 0, 0)


class Typed(NamedTuple):
    """How a layout types what codes hold: keys in the order of the alphabet and of the digits, and (key, modifier)."""

    letters: tuple[int, ...]
    digits: tuple[int, ...]
    digits_need: int | None
    signs: dict[str, tuple[int, int | None]]

    def stroke(self, character: str) -> tuple[int, int | None]:
        """Return the key of a character and what is held meanwhile."""
        if character.isdigit():
            return self.digits[int(character)], self.digits_need
        if character in self.signs:
            return self.signs[character]
        return self.letters[ord(character.upper()) - ord("A")], SHIFT if character.isupper() else None


_QWERTY = (30, 48, 46, 32, 18, 33, 34, 35, 23, 36, 37, 38, 50, 49, 24, 25, 16, 19, 31, 20, 22, 47, 17, 45, 21, 44)
_QWERTZ = (*_QWERTY[:24], 44, 21)
_AZERTY = (16, 48, 46, 32, 18, 33, 34, 35, 23, 36, 37, 38, 39, 49, 24, 25, 30, 19, 31, 20, 22, 47, 44, 45, 21, 17)
_DIGITS = (11, *range(2, 11))

# Read off the key maps that ckbcomp makes of xkb-data 2.35.1 (gb for uk), not off the gate's own tables.
XKB: dict[str, Typed] = {
    "us": Typed(_QWERTY, _DIGITS, None, {".": (52, None), "-": (12, None), "]": (27, None)}),
    "uk": Typed(_QWERTY, _DIGITS, None, {".": (52, None), "-": (12, None), "]": (27, None)}),
    "de": Typed(_QWERTZ, _DIGITS, None, {".": (52, None), "-": (53, None), "]": (10, ALTGR)}),
    "ch": Typed(_QWERTZ, _DIGITS, None, {".": (52, None), "-": (53, None), "]": (27, ALTGR)}),
    "fr": Typed(_AZERTY, _DIGITS, SHIFT, {".": (51, SHIFT), "-": (7, None), "]": (12, ALTGR)}),
    "it": Typed(_QWERTY, _DIGITS, None, {".": (52, None), "-": (53, None), "]": (27, ALTGR)}),
}


def down(key: int) -> list[Event]:
    """Return what the kernel reports when a key goes down."""
    return [Event(_EV_MSC, _MSC_SCAN, 0x70000 + key), Event(_EV_KEY, key, 1), REPORT]


def up(key: int) -> list[Event]:
    """Return what the kernel reports when a key goes up."""
    return [Event(_EV_MSC, _MSC_SCAN, 0x70000 + key), Event(_EV_KEY, key, 0), REPORT]


def held(key: int) -> list[Event]:
    """Return one repeat of a key that is held down."""
    return [Event(_EV_KEY, key, 2), Event(_EV_SYN, 0, 1)]


def press(*keys: int, while_holding: int | None = None) -> list[Event]:
    """Return keys pressed one after the other, with a modifier or without."""
    strokes = [event for key in keys for event in (*down(key), *up(key))]
    return strokes if while_holding is None else [*down(while_holding), *strokes, *up(while_holding)]


def text(characters: str, layout: str = "us") -> list[Event]:
    """Return what a scanner set to `layout` types for letters, digits, dot, dash and bracket; `\\r` is Enter."""
    strokes = ((ENTER, None) if character == "\r" else XKB[layout].stroke(character) for character in characters)
    return [event for key, modifier in strokes for event in press(key, while_holding=modifier)]


def recording(name: str) -> list[Event]:
    """Return the events of a recorded scan."""
    lines = (Path(__file__).parent.parent / "devices/recordings" / f"{name}.events").read_text().splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    return [Event(int(kind), int(code), int(value)) for _, kind, code, value in rows]


class RigKeyboard(ABC):
    """A scanner that is a keyboard, plugged in from the start; `port` is its path for as long as this object lives."""

    def __init__(self) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="keyboard-")
        self._link = Path(self._directory.name) / "usb-Test_Scanner-event-kbd"
        self.port = str(self._link)
        self._end: int | None = None
        self.replug()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.unplug()
        self._directory.cleanup()

    def unplug(self) -> None:
        """Pull the plug: who reads the keyboard is told, and its name is gone."""
        if self._end is not None:
            self._link.unlink()
            os.close(self._end)
            self._end = None

    def replug(self) -> None:
        """Plug the scanner in (again), under the same name."""
        if self._end is None:
            self._end, path = self._plugged()
            self._link.symlink_to(path)

    async def type(self, events: Iterable[Event]) -> None:
        """Report events as fast as the gate reads them; a real scanner reports once a millisecond at most."""
        typed = list(events)
        for first in range(0, len(typed), _EVENTS_AT_ONCE):
            self.report(typed[first : first + _EVENTS_AT_ONCE])
            await asyncio.sleep(0)

    def report(self, events: Iterable[Event]) -> None:
        """Report events with nobody reading meanwhile. The kernel keeps 64 and loses what is more."""
        if self._end is None:
            raise RuntimeError("the scanner is unplugged")
        # In one write, which a FIFO takes as one piece (up to PIPE_BUF), so that a reader sees whole events.
        os.write(self._end, b"".join(EVENT.pack(0, 0, *event) for event in events))

    @abstractmethod
    def open(self, path: str) -> Keyboard:
        """Open a keyboard as the gate does."""

    @abstractmethod
    def lose_keys(self) -> None:
        """Type more than the kernel keeps for a reader that is late. Call it without letting the event loop run."""

    @property
    @abstractmethod
    def is_grabbed(self) -> bool:
        """Whether a program has the keyboard for itself."""

    @abstractmethod
    @contextmanager
    def held_by_another_program(self) -> Iterator[None]:
        """Let another program grab the keyboard."""

    @abstractmethod
    def _plugged(self) -> tuple[int, str]: ...


class FifoKeyboard(RigKeyboard):
    """A keyboard for where the kernel makes none. `keys` are those it has."""

    def __init__(self, keys: Iterable[int] = range(1, 128)) -> None:
        self._keys = sum(1 << key for key in keys)
        self._grabs: set[int] = set()
        self._held_by_another = False
        super().__init__()

    @override
    def open(self, path: str) -> Keyboard:
        return Keyboard.open(path, self._ioctl)

    @override
    def lose_keys(self) -> None:
        # As evdev.c does it: the mark, then what is left of the report under way.
        self.report([Event(_EV_SYN, _SYN_DROPPED, 0), Event(_EV_KEY, XKB["us"].letters[0], 1), REPORT])

    @property
    @override
    def is_grabbed(self) -> bool:
        # The grab ends with the descriptor.
        return self._held_by_another or any(Path(f"/proc/self/fd/{descriptor}").exists() for descriptor in self._grabs)

    @contextmanager
    @override
    def held_by_another_program(self) -> Iterator[None]:
        self._held_by_another = True
        try:
            yield
        finally:
            self._held_by_another = False

    def _ioctl(self, descriptor: int, request: int, argument: bytes) -> bytes:
        if request == EVIOCGBIT_KEY:
            return self._keys.to_bytes(len(argument), "little")
        if request == EVIOCGRAB:
            if self._held_by_another:
                raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
            self._grabs.add(descriptor)
            return argument
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

    @override
    def _plugged(self) -> tuple[int, str]:
        self._grabs.clear()
        path = Path(self._directory.name) / "event0"
        path.unlink(missing_ok=True)
        os.mkfifo(path)
        return os.open(path, os.O_RDWR | os.O_NONBLOCK), str(path)


_UINPUT = Path("/dev/uinput")
# linux/uinput.h
_UI_SET_EVBIT, _UI_SET_KEYBIT, _UI_SET_MSCBIT = 0x40045564, 0x40045565, 0x40045568
_UI_DEV_CREATE, _UI_DEV_SETUP = 0x5501, 0x405C5503
_UI_GET_SYSNAME_64 = 0x8040552C
_BUS_USB = 3


class UinputKeyboard(RigKeyboard):
    """A keyboard that the kernel makes: all behind its /dev/input/event* is real."""

    @override
    def open(self, path: str) -> Keyboard:
        return Keyboard.open(path)

    @override
    def lose_keys(self) -> None:
        self.report(press(*[FUNCTION_1] * 100))

    @property
    @override
    def is_grabbed(self) -> bool:
        probe = os.open(self.port, os.O_RDONLY)
        try:
            fcntl.ioctl(probe, EVIOCGRAB, 1)
        except OSError:
            return True
        finally:
            os.close(probe)
        return False

    @contextmanager
    @override
    def held_by_another_program(self) -> Iterator[None]:
        other = os.open(self.port, os.O_RDONLY)
        try:
            fcntl.ioctl(other, EVIOCGRAB, 1)
            yield
        finally:
            os.close(other)

    @override
    def _plugged(self) -> tuple[int, str]:
        end = os.open(_UINPUT, os.O_WRONLY | os.O_NONBLOCK)
        for kind in (_EV_KEY, _EV_MSC):
            fcntl.ioctl(end, _UI_SET_EVBIT, kind)
        for key in range(1, 128):
            fcntl.ioctl(end, _UI_SET_KEYBIT, key)
        fcntl.ioctl(end, _UI_SET_MSCBIT, _MSC_SCAN)
        fcntl.ioctl(end, _UI_DEV_SETUP, struct.pack("@HHHH80sI", _BUS_USB, 0, 0, 0, b"Test Scanner", 0))
        fcntl.ioctl(end, _UI_DEV_CREATE)
        name = fcntl.ioctl(end, _UI_GET_SYSNAME_64, bytes(64)).rstrip(b"\0").decode()
        (node,) = Path("/sys/devices/virtual/input", name).glob("event*")
        return end, f"/dev/input/{node.name}"


def kinds_of_keyboard() -> list[type[RigKeyboard]]:
    """Return the keyboards that can be had here: the kernel's own too, where this user may make one."""
    has_uinput = os.access(_UINPUT, os.W_OK) and os.access("/dev/input", os.W_OK)
    return [FifoKeyboard, UinputKeyboard] if has_uinput else [FifoKeyboard]

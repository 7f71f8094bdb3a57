"""
A keyboard of the Linux kernel (/dev/input/event*): opened, taken for the gate alone, and read as key events.

This is done with three system calls and one struct of linux/input.h instead of the library evdev, for that one
cannot be had everywhere a gate is set up: evdev 2.0.0 is source only and needs a compiler and the kernel's
headers, and evdev-binary 2.0.0 has wheels for x86-64 alone, none for the Raspberry Pi's arm64.
"""

import errno
import fcntl
import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self

from gate_controller.devices.errors import DeviceError
from gate_controller.devices.line import HungUp

# struct input_event: two longs of time, then type, code and value. As long as the longs of this program are, also
# for a 32-bit one on a 64-bit kernel.
EVENT = struct.Struct("@llHHi")

_EV_SYN, _EV_KEY = 0x00, 0x01
_SYN_REPORT, _SYN_DROPPED = 0, 3
_UP, _DOWN = 0, 1  # 2 is the repeat of a key that is held

# The kernel keeps 64 events of a keyboard (EVDEV_MIN_BUFFER_SIZE), which is five capitals with shift; a read takes
# more than that. A scanner reports once a millisecond at most, so an event loop that is late by 20 ms may lose keys,
# and is told.
_READ_SIZE = 256 * EVENT.size

# ioctl numbers as asm-generic/ioctl.h makes them: direction, size, type 'E', number. x86, arm and arm64 use it.
_KEY_BYTES = 0x300 // 8  # KEY_CNT, in bits
EVIOCGRAB: Final = 1 << 30 | 4 << 16 | ord("E") << 8 | 0x90
EVIOCGBIT_KEY: Final = 2 << 30 | _KEY_BYTES << 16 | ord("E") << 8 | 0x20 + _EV_KEY

# What a code is typed with, KEY_1 to KEY_0 and the three rows of letters. A mouse has keys too, and so has a
# scanner's second interface with its volume keys.
_TYPING_KEYS = frozenset({*range(2, 12), *range(16, 26), *range(30, 39), *range(44, 51)})

_NO_KEYBOARD = "is not a keyboard: set scanner.port to the scanner's name under /dev/input/by-id, ending in -event-kbd"
_GONE = "does not answer: unplug it and plug it in again"
_CANNOT_OPEN: dict[int | None, str] = {
    errno.ENOENT: "is not there: plug it in, or set scanner.port to its name under /dev/input/by-id",
    errno.EACCES: "may not be opened by this user: add the user to the group input",
    errno.EPERM: "may not be opened by this user: add the user to the group input",
    errno.EBUSY: "is held by another program, which has grabbed it: stop it, or set scanner.port",
    errno.EISDIR: _NO_KEYBOARD,
    errno.ENOTTY: _NO_KEYBOARD,
    errno.EINVAL: _NO_KEYBOARD,
    errno.ENOTDIR: _NO_KEYBOARD,
    errno.EIO: _GONE,
    errno.ENODEV: _GONE,
    errno.ENXIO: _GONE,
}

Ioctl = Callable[[int, int, bytes], bytes]
"""`fcntl.ioctl`, as far as it is used here: descriptor, number, what the kernel reads; what it wrote."""


class KeyboardError(DeviceError):
    """The scanner's keyboard cannot be opened or had alone."""


@dataclass(frozen=True, slots=True)
class KeyEvent:
    """A key, by its number in linux/input-event-codes.h, went down or up. A held key's repeats are no events."""

    key: int
    is_down: bool


@dataclass(frozen=True, slots=True)
class KeysLost:
    """The kernel had no room for what came before this: keys went down or up, and nobody knows which."""


class Keyboard:
    """An open keyboard that types for the gate alone; nothing it types reaches the console. Made by `open`."""

    def __init__(self, path: str, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor
        self._losing = False

    @classmethod
    def open(cls, path: str, ioctl: Ioctl = fcntl.ioctl) -> Self:
        """Open and grab the keyboard at `path`. Raises `KeyboardError`."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                _grab(descriptor, ioctl)
            except OSError:
                os.close(descriptor)
                raise
        except OSError as error:
            what = _CANNOT_OPEN.get(error.errno, f"cannot be opened ({error}): plug it in again, or set scanner.port")
            raise KeyboardError(f"scanner {path} {what}") from error
        return cls(path, descriptor)

    def fileno(self) -> int:
        """Return the descriptor that becomes readable with the next event."""
        return self._descriptor

    def read(self) -> list[KeyEvent | KeysLost] | None:
        """
        Return what the keys did since the last look, without waiting; None where nothing came at all, [] where what
        came moved no key. Raises `HungUp`.
        """
        try:
            data = os.read(self._descriptor, _READ_SIZE)
        except BlockingIOError:
            return None
        except OSError as error:  # ENODEV, once the keyboard is unplugged
            raise HungUp(self._hang_up(error.strerror or str(error))) from error
        if not data:
            raise HungUp(self._hang_up("end of file"))
        # The kernel hands out whole events only.
        return [event for fields in EVENT.iter_unpack(data) if (event := self._event(*fields[2:]))]

    def close(self) -> None:
        """Give the keyboard back to the console. Closing ends the grab."""
        os.close(self._descriptor)

    def _event(self, kind: int, code: int, value: int) -> KeyEvent | KeysLost | None:
        # After SYN_DROPPED, what comes up to the next report is the rest of a report of which a part is lost
        # (kernel's Documentation/input/event-codes.rst).
        if kind == _EV_SYN and code == _SYN_DROPPED:
            self._losing = True
            return KeysLost()
        if self._losing:
            self._losing = not (kind == _EV_SYN and code == _SYN_REPORT)
            return None
        if kind == _EV_KEY and value in (_UP, _DOWN):
            return KeyEvent(code, is_down=value == _DOWN)
        return None

    def _hang_up(self, reason: str) -> str:
        return f"scanner {self.path} was unplugged or switched off: plug it in again ({reason})"


def _grab(descriptor: int, ioctl: Ioctl) -> None:
    keys = int.from_bytes(ioctl(descriptor, EVIOCGBIT_KEY, bytes(_KEY_BYTES)), "little")
    if not all(keys >> key & 1 for key in _TYPING_KEYS):
        raise OSError(errno.ENOTTY, "no keys to type with")
    # The kernel looks only at whether there is an argument: grab, and not let go.
    ioctl(descriptor, EVIOCGRAB, struct.pack("@i", 1))

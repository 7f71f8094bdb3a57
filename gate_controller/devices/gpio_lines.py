"""
Who has which GPIO line, as the kernel's character device tells (linux/gpio.h, version 2): asking takes nothing from
anybody, and works beside a gate that runs.
"""

import fcntl
import os
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

Ioctl = Callable[[int, int, bytes], bytes]
"""What is used of `fcntl.ioctl`."""

GET_CHIPINFO: Final = 0x8044B401
GET_LINEINFO: Final = 0xC100B405
CHIPINFO: Final = struct.Struct("=32s32sI")
LINEINFO: Final = struct.Struct("=32s32sIIQ176x")
"""Name, consumer, offset, number of attributes, flags; the attributes and what is kept free follow."""
_IS_USED: Final = 1

_HEADER: Final = "pinctrl-"
"""How the label of the chip with the header's pins begins: pinctrl-bcm2835, pinctrl-bcm2711, pinctrl-rp1."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of the header that were asked about."""

    chip: str
    """The path of the chip, and its label."""
    taken: Mapping[int, str]
    """Those in use, by their BCM number, and by what each is; `kernel` where that has no name."""


def header_lines(chips: Iterable[Path], pins: Iterable[int], ioctl: Ioctl = fcntl.ioctl) -> Lines | None:
    """Return who has these pins; None where no chip has the header's. Raises `OSError` where none may be opened."""
    for path in chips:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            _, label, lines = CHIPINFO.unpack(ioctl(handle, GET_CHIPINFO, bytes(CHIPINFO.size)))
            name = _text(label)
            if not name.startswith(_HEADER):
                continue
            taken = {}
            for pin in (pin for pin in pins if pin < lines):
                asked = LINEINFO.pack(b"", b"", pin, 0, 0)
                _, consumer, _, _, flags = LINEINFO.unpack(ioctl(handle, GET_LINEINFO, asked))
                if flags & _IS_USED:
                    taken[pin] = _text(consumer) or "the kernel"
            return Lines(f"{path} ({name})", taken)
        finally:
            os.close(handle)
    return None


def _text(told: bytes) -> str:
    return told.partition(b"\0")[0].decode(errors="replace")

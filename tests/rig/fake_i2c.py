"""
An I2C bus for tests, with the interface of `smbus2.SMBus`: it hands what is sent to the devices on it, and can be as
slow as a real one, fail, hang, and be pulled out and put back.
"""

import errno
import os
import threading
import time
from collections.abc import Iterable
from typing import Protocol

from smbus2 import i2c_msg

# Eight bits and the acknowledgement for each byte, the address included.
_BITS = 9
_READ = 1  # I2C_M_RD of linux/i2c.h


class Receiver(Protocol):
    """A device on the bus."""

    def receive(self, data: bytes) -> None:
        """Take what one transfer holds after the address."""


class FakeI2C:
    """
    One bus and what is on it, through all its openings.

    With `hertz`, each transfer takes as long as its bits do. An address without a device does not answer.
    """

    def __init__(self, devices: dict[int, Receiver], *, hertz: int | None = None) -> None:
        self.devices = devices
        self.hertz = hertz
        self.error: int | None = None
        """What every transfer fails with, an `errno`."""
        self.open_error: int | None = None
        """What opening fails with."""
        self.unreadable: set[int] = set()
        """Addresses at which nothing answers a reading."""
        self.unanswered = threading.Event()
        """Set while a transfer hangs."""
        self.sent: list[tuple[int, bytes]] = []
        """All transfers that got through, each with its address."""
        self.openings = 0
        self.opened = 0
        """How many are open now."""
        self.last_byte_at = 0.0
        """By `time.monotonic`."""
        self._answers = threading.Event()
        self._answers.set()

    def open(self, number: int) -> "FakeBus":
        """Open it, as `smbus2.SMBus(number)` does."""
        if self.open_error is not None:
            raise OSError(self.open_error, os.strerror(self.open_error), f"/dev/i2c-{number}")
        self.openings += 1
        self.opened += 1
        return FakeBus(self)

    def hang(self) -> None:
        """Let the next transfer, and all after it, never end."""
        self._answers.clear()

    def go_on(self) -> None:
        """Let what hangs end as if nothing had been."""
        self._answers.set()

    def pull(self) -> None:
        """Let nothing answer."""
        self.error = errno.EREMOTEIO

    def plug(self) -> None:
        """Let all answer again."""
        self.error = None

    def transfer(self, address: int, data: bytes, *, is_read: bool = False) -> None:
        """Carry one transfer out; what is read is all zeros."""
        if not self._answers.is_set():
            self.unanswered.set()
            self._answers.wait()
            self.unanswered.clear()
        if self.hertz is not None:
            time.sleep((1 + len(data)) * _BITS / self.hertz)
        if self.error is not None:
            raise OSError(self.error, os.strerror(self.error))
        if address not in self.devices:
            raise OSError(errno.EREMOTEIO, os.strerror(errno.EREMOTEIO))
        if is_read:
            if address in self.unreadable:
                raise OSError(errno.EREMOTEIO, os.strerror(errno.EREMOTEIO))
            return
        self.sent.append((address, data))
        self.devices[address].receive(data)
        self.last_byte_at = time.monotonic()


class FakeBus:
    """The bus as it is opened; the methods of `smbus2.SMBus` that display drivers use."""

    def __init__(self, line: FakeI2C) -> None:
        self._line: FakeI2C | None = line

    def i2c_rdwr(self, *i2c_msgs: i2c_msg) -> None:
        for message in i2c_msgs:
            self._open_line().transfer(message.addr, bytes(message), is_read=bool(message.flags & _READ))

    def write_byte(self, i2c_addr: int, value: int) -> None:
        self._open_line().transfer(i2c_addr, bytes([value]))

    def write_i2c_block_data(self, i2c_addr: int, register: int, data: Iterable[int]) -> None:
        self._open_line().transfer(i2c_addr, bytes([register, *data]))

    def close(self) -> None:
        if self._line is not None:
            self._line.opened -= 1
            self._line = None

    def _open_line(self) -> FakeI2C:
        if self._line is None:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        return self._line

"""
A pseudo-terminal as the scanner: what is typed here arrives on the port as from a real one, and closing the
master end is a real unplugging. The port's name is a link, as under /dev/serial/by-id, so it outlives that.
"""

import fcntl
import os
import pty
import struct
import tempfile
import termios
import tty
from pathlib import Path
from types import TracebackType
from typing import Self


class PtyScanner:
    """A scanner that is plugged in from the start; `port` is its path for as long as this object lives."""

    def __init__(self) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="scanner-")
        self._link = Path(self._directory.name) / "usb-Test_Scanner-if00"
        self.port = str(self._link)
        self._ends: tuple[int, int] | None = None
        self.replug()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def type(self, data: bytes) -> None:
        """Send bytes, as the scanner does after a scan. They wait in the kernel until somebody reads."""
        if self._ends is None:
            raise RuntimeError("the scanner is unplugged")
        os.write(self._ends[0], data)

    @property
    def unread(self) -> int:
        """How many of the bytes that have arrived nobody has read yet."""
        if self._ends is None:
            return 0
        (count,) = struct.unpack("i", fcntl.ioctl(self._ends[1], termios.FIONREAD, bytes(4)))
        return int(count)

    def unplug(self) -> None:
        """Pull the plug: the open port hangs up, and its name is gone."""
        if self._ends is not None:
            self._link.unlink()
            for end in self._ends:
                os.close(end)
            self._ends = None

    def replug(self) -> None:
        """Plug the scanner in (again), under the same name."""
        if self._ends is None:
            # This end of the line stays open, so that what is typed while nobody listens is kept, as a
            # real port's driver keeps it.
            master, slave = pty.openpty()
            tty.setraw(slave)
            self._ends = master, slave
            self._link.symlink_to(os.ttyname(slave))

    def close(self) -> None:
        """Unplug for good."""
        self.unplug()
        self._directory.cleanup()

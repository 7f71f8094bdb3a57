"""A command in a terminal of its own, as a person has it: what it says is waited for, what he types goes in."""

import os
import pty
import re
import select
import signal
import subprocess
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.rig.command import PROGRAM, environment
from tests.rig.waiting import PATIENCE_SECONDS


class Terminal:
    """A terminal and the command in it. Made by `in_terminal`."""

    def __init__(self, master: int, process: "subprocess.Popen[bytes]") -> None:
        self.said = ""
        """Everything it has said, errors too."""
        self._read_up_to = 0
        self._master = master
        self._process = process

    def says(self, pattern: str) -> str:
        """Wait until it says something that it has not said before; return it."""
        end = time.monotonic() + PATIENCE_SECONDS
        while (found := re.compile(pattern).search(self.said, self._read_up_to)) is None:
            assert time.monotonic() < end, f"{pattern!r} was not said: {self.said[-3000:]}"
            assert self._read() or self._process.poll() is None, f"{pattern!r} was not said to the end: {self.said}"
        self._read_up_to = found.end()
        return found.group()

    def type(self, text: str) -> None:
        """Type something."""
        os.write(self._master, text.encode())

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def ends(self) -> int:
        """Wait for its end, and return its exit code."""
        end = time.monotonic() + PATIENCE_SECONDS
        while self._process.poll() is None:
            assert time.monotonic() < end, f"it goes on: {self.said[-3000:]}"
            self._read()
        while self._read():
            pass
        return self._process.returncode

    def _read(self) -> bool:
        if not select.select([self._master], [], [], 0.05)[0]:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:  # EIO: the command has ended, and with it this terminal
            return False
        self.said += data.decode(errors="replace").replace("\r\n", "\n")
        return bool(data)


@contextmanager
def in_terminal(*arguments: str, cwd: Path, program: Path | str = PROGRAM, **variables: str) -> Iterator[Terminal]:
    """Run `gate-controller`, or another program, with these arguments; it has ended when this has."""
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (50, 120))
    process = subprocess.Popen(  # noqa: S603 - a program that the test names
        [program, *arguments], stdin=slave, stdout=slave, stderr=slave, cwd=cwd, env=environment(**variables)
    )
    os.close(slave)
    try:
        yield Terminal(master, process)
    finally:
        process.kill()
        process.wait()
        os.close(master)

"""
The terminal's lines, read in the event loop.

Not by a thread: one that waits for a line cannot be ended, and would hold up Ctrl-C and SIGTERM.
"""

import asyncio
import contextlib
import os
import termios
from collections.abc import Callable, Iterator
from typing import Any

from gate_controller.cli.exits import CommandError, ExitCode

_STDIN = 0
_LOCAL_FLAGS = 3  # where tcgetattr has them


class TypedLines:
    """The lines that a person types. They are read from when it is made until it is closed."""

    def __init__(self, on_end: str) -> None:
        """`on_end` is what is said where the terminal is closed."""
        self._on_end = on_end
        self._typed = b""
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._is_closed = False
        self._call: Callable[[], None] | None = None
        self.last = ""
        """The line that was typed last."""
        asyncio.get_running_loop().add_reader(_STDIN, self._read)

    def close(self) -> None:
        """Leave the terminal to whoever comes next."""
        asyncio.get_running_loop().remove_reader(_STDIN)

    async def line(self) -> str:
        """Return the next line. Raises `CommandError` where there will be none."""
        line = None if self._is_closed else await self._lines.get()
        if line is None:
            raise CommandError(ExitCode.NO, self._on_end)
        return line

    @contextlib.contextmanager
    def calling(self, call: Callable[[], None]) -> Iterator[None]:
        """Inside, call `call` for each line that is typed, or when there will be none any more."""
        self._call = call
        try:
            yield
        finally:
            self._call = None

    async def enter(self, prompt: str) -> None:
        """Wait for Enter."""
        self._ask(prompt)
        await self.line()

    async def choice(self, question: str, letters: str) -> str:
        """Return which of these letters was answered; whatever else is typed, the question comes again."""
        while True:
            self._ask(question)
            answer = (await self.line()).strip().lower()
            if len(answer) == 1 and answer in letters:
                return answer

    async def answer(self, prompt: str, *, is_fresh: bool = False) -> str:
        """Ask, and return what was typed, also before the question; where it has to be `is_fresh`, not before."""
        self._ask(prompt, is_fresh=is_fresh)
        return await self.line()

    async def secret(self, prompt: str) -> str:
        """Ask, and return what was typed without its being shown."""
        before = termios.tcgetattr(_STDIN)
        unseen: list[Any] = [part.copy() if isinstance(part, list) else part for part in before]
        unseen[_LOCAL_FLAGS] &= ~termios.ECHO
        termios.tcsetattr(_STDIN, termios.TCSANOW, unseen)
        try:
            self._ask(prompt, is_fresh=False)  # only now: whoever is quick would be shown what he types
            return await self.line()
        finally:
            termios.tcsetattr(_STDIN, termios.TCSANOW, before)
            print(flush=True)

    def _ask(self, prompt: str, *, is_fresh: bool = True) -> None:
        if is_fresh:  # what was typed while a device was tried is no answer to this
            termios.tcflush(_STDIN, termios.TCIFLUSH)
            while not self._lines.empty():
                self._lines.get_nowait()
        print(f"{prompt} ", end="", flush=True)

    def _read(self) -> None:
        try:
            data = os.read(_STDIN, 4096)
        except OSError:  # the terminal hung up
            data = b""
        if not data:
            asyncio.get_running_loop().remove_reader(_STDIN)
            self._is_closed = True
            self._take(None)
            return
        *lines, self._typed = (self._typed + data).split(b"\n")
        for line in lines:
            self._take(line.decode(errors="replace"))

    def _take(self, line: str | None) -> None:
        self.last = line or ""
        if self._call is not None:
            self._call()
        else:
            self._lines.put_nowait(line)

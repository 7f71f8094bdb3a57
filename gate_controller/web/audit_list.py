"""
Who was there and did what: logins, failed ones, and every change, a line each in a file of the state directory.

Rules: no password, token or voucher code stands in it, nor the name of somebody who is not a user (people type
passwords there). Failures are counted together, so that a flood of them does not wear the card. It is not synced: what
bears on money has its name in the journal as well, and a power cut may take the last lines of this.
"""

import asyncio
import contextlib
import json
import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from gate_controller.journal import own_files

_log = logging.getLogger(__name__)

AUDIT_FILE: Final = "audit.jsonl"
EARLIER_FILE: Final = "audit.1.jsonl"

MOST_BYTES: Final = 512 * 1024
"""Of one file; the one before is kept: some five thousand lines in all."""

FAILURES_AT_ONCE: Final = 5
"""Failed logins that are written as they come, of one span; the others are counted until it is over."""

SPAN_SECONDS: Final = 60.0
LONGEST_SPAN_SECONDS: Final = 960.0
"""A span doubles up to this while there is more to count: a flood of a day is a hundred small writes."""

MOST_COUNTED: Final = 10
"""Names and addresses that are told apart while failures are counted; the others are one line."""


class Audit:
    """The audit list of one gate. Used in the event loop, written in threads."""

    def __init__(self, directory: Path, wall: Callable[[], float] = time.time) -> None:
        self._directory = directory
        self._wall = wall
        self._lines: list[bytes] = []
        self._writing: asyncio.Task[None] | None = None
        self._appended = False
        self._span: asyncio.TimerHandle | None = None
        self._span_seconds = SPAN_SECONDS
        self._in_span = 0
        self._counted: Counter[tuple[str, str]] = Counter()

    def note(self, what: str, *, name: str = "", address: str = "", about: str = "", times: int = 1) -> None:
        """Keep a line: who (a user's name, or none), from where, and about what."""
        entry = {"at": round(self._wall(), 3), "what": what, "name": name, "address": address, "about": about}
        if times != 1:
            entry["times"] = times
        self._lines.append(json.dumps(entry, ensure_ascii=False).encode(errors="replace") + b"\n")
        if self._writing is None:
            self._writing = asyncio.ensure_future(self._write())

    def failed(self, name: str, address: str) -> None:
        """Keep that a login failed; `name` is empty where it is nobody's."""
        self._in_span += 1
        if self._span is None:
            self._span = asyncio.get_running_loop().call_later(self._span_seconds, self._span_over)
        if self._in_span <= FAILURES_AT_ONCE:
            _log.warning("login=failed name=%r address=%s", name, address)
            self.note("login failed", name=name, address=address)
            return
        key = (name, address)
        if key not in self._counted and len(self._counted) >= MOST_COUNTED:
            key = ("", "")
        self._counted[key] += 1

    def _span_over(self) -> None:
        """Write what was counted; a span with nothing to count is the last one of its flood."""
        for (name, address), times in self._counted.items():
            self.note("login failed", name=name, address=address, times=times)
        was_flood = bool(self._counted)
        if was_flood:
            _log.warning("login=failed times=%d", self._counted.total())
        self._counted.clear()
        self._in_span, self._span = 0, None
        self._span_seconds = min(2 * self._span_seconds, LONGEST_SPAN_SECONDS) if was_flood else SPAN_SECONDS

    async def newest(self, most: int) -> list[dict[str, Any]]:
        """Return the last lines, newest first, with what is being written."""
        if self._writing is not None:
            await asyncio.wait([self._writing])
        return await asyncio.to_thread(lambda: list(_newest(self._directory, most)))

    async def close(self) -> None:
        """Write what there is to write."""
        if self._span is not None:
            self._span.cancel()
            self._span_over()
        if self._writing is not None:
            await asyncio.wait([self._writing])

    async def _write(self) -> None:
        try:
            while self._lines:
                lines, self._lines = self._lines, []
                await asyncio.to_thread(self._append, b"".join(lines))
        except OSError as error:
            _log.warning("audit=not_written why=%r", str(error))
        finally:
            self._writing = None

    def _append(self, content: bytes) -> None:
        path = self._directory / AUDIT_FILE
        with contextlib.suppress(FileNotFoundError):
            if path.lstat().st_size > MOST_BYTES:
                path.replace(self._directory / EARLIER_FILE)
        handle = own_files.opened(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NONBLOCK)
        with os.fdopen(handle, "ab") as file:
            if not self._appended and file.tell():
                content = b"\n" + content  # a power cut may have left half a line
            file.write(content)
        self._appended = True


def _newest(directory: Path, most: int) -> Iterator[dict[str, Any]]:
    for name in (AUDIT_FILE, EARLIER_FILE):
        try:
            handle = os.open(directory / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError:
            continue
        with os.fdopen(handle, "rb") as file:
            lines = file.read(2 * MOST_BYTES).splitlines()
        for line in reversed(lines):
            if most <= 0:
                return
            with contextlib.suppress(ValueError):
                if isinstance(entry := json.loads(line), dict):
                    most -= 1
                    yield entry

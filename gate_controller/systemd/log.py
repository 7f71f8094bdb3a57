"""
The log: one line per event, key=value words, to stderr.

Under systemd the journal adds time and process; a line then begins with its priority, as sd-daemon(3) has it. Elsewhere
it begins with the time. A crash is one line; its traceback is for the debug level. No secret passes.
"""

import logging
import os
import re
import sys
import time
import traceback
from collections import deque
from collections.abc import Iterable
from typing import TextIO
from urllib.parse import quote

from typing_extensions import override

# Blanks other than the plain one, as Python writes them in quoted text: `CHF\xa025.00` is CHF 25.00 to everybody.
_WRITTEN_OUT_BLANKS = re.compile(r"(?<!\\)((?:\\\\)*)\\(?:xa0|u1680|u200[0-9a]|u202f|u205f|u3000)")

# A key of fewer letters is none, and would be found in every word.
_LEAST_SECRET = 4

LINES_KEPT = 2_000
"""What a busy day writes, in half a MiB."""
LONGEST_KEPT = 500
"""Letters of a line."""

# syslog(3)'s numbers.
_PRIORITIES = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}


class OneLine(logging.Formatter):
    """Writes a record on one line, whatever is in it."""

    def __init__(self, *, systemd: bool, secrets: Iterable[str], with_traceback: bool) -> None:
        """`secrets` are blotted out, should they ever come this far."""
        super().__init__()
        self._systemd = systemd
        # As it is, and as it stands in a URL; some write that in small letters.
        written = {text for secret in secrets for text in (secret, quote(secret, safe=""))}
        small = {re.sub("%..", lambda byte: byte[0].lower(), text) for text in written}
        self._secrets = sorted((text for text in written | small if len(text) >= _LEAST_SECRET), key=len, reverse=True)
        self._with_traceback = with_traceback

    @override
    def format(self, record: logging.LogRecord) -> str:
        return self.line(record, self.text(record))

    def line(self, record: logging.LogRecord, text: str) -> str:
        """Return the line of a record that says this: it begins with its priority for systemd, else with its time."""
        if self._systemd:
            return f"<{_PRIORITIES.get(record.levelno, 6)}>{text}"
        return dated(record.created, record.levelno, text)

    def text(self, record: logging.LogRecord) -> str:
        """Return what a record says, on one line."""
        text = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None and self._with_traceback:
            text += " traceback=" + repr("".join(traceback.format_exception(record.exc_info[1])))
        text = _WRITTEN_OUT_BLANKS.sub(r"\1 ", text)
        text = "".join(c if c.isprintable() else " " for c in text)
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


def dated(created: float, level: int, text: str) -> str:
    """Return a line that begins with its time, in this machine's zone."""
    return (
        f"{time.strftime('%Y-%m-%dT%H:%M:%S%z', time.localtime(created))} {logging.getLevelName(level).lower()} {text}"
    )


class KeptLog(logging.StreamHandler[TextIO]):
    """Writes the log, and keeps its last lines for whoever asks for them."""

    def __init__(self, stream: TextIO, formatter: OneLine) -> None:
        super().__init__(stream)
        self._formatter = formatter
        self._kept: deque[tuple[float, int, str]] = deque(maxlen=LINES_KEPT)

    @override
    def format(self, record: logging.LogRecord) -> str:
        text = self._formatter.text(record)
        # Not the record itself: it keeps alive whatever it told of.
        self._kept.append((record.created, record.levelno, text[:LONGEST_KEPT]))
        return self._formatter.line(record, text)

    def lines(self) -> list[str]:
        """Return the last lines, each with its time, the newest last."""
        return [dated(created, level, text) for created, level, text in tuple(self._kept)]


def set_up(level: str, *secrets: str) -> KeptLog:
    """Send the log of this process to stderr, from `level` on; returns what keeps its last lines."""
    number = logging.getLevelNamesMapping()[level.upper()]
    handler = KeptLog(
        sys.stderr,
        OneLine(systemd="JOURNAL_STREAM" in os.environ, secrets=secrets, with_traceback=number <= logging.DEBUG),
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(number)
    # asyncio tells of slow callbacks and the like: for those who look for them.
    logging.getLogger("asyncio").setLevel(logging.DEBUG if number <= logging.DEBUG else logging.WARNING)
    return handler


def set_level(level: str) -> None:
    """Write from another level on."""
    logging.getLogger().setLevel(logging.getLevelNamesMapping()[level.upper()])

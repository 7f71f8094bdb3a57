"""
How a command ends: the exit codes, and the one shape of error lines.

Rules: everything a person has to know about a failure is on stderr, one line per fault: what, where, what to do. No
traceback reaches a person who did not ask for one.
"""

import sys
from collections.abc import Mapping
from enum import IntEnum
from typing import Any


class ExitCode(IntEnum):
    """What a command tells its caller."""

    OK = 0
    NO = 1
    SETTINGS = 2
    EGUMA = 3
    UNWELL = 4
    BUG = 70
    """EX_SOFTWARE of sysexits.h."""
    INTERRUPTED = 130
    """128 and SIGINT, as shells have it."""


MEANING: dict[ExitCode, str] = {
    ExitCode.OK: "done; the voucher is redeemable",
    ExitCode.NO: "the answer is no, or it could not be done",
    ExitCode.SETTINGS: "a mistake in the settings or the command line, or another gate runs; nothing was touched",
    ExitCode.EGUMA: "E-GUMA was not reached, refused, or did not accept the key",
    ExitCode.UNWELL: "doctor: something keeps the gate from its work, or soon will",
    ExitCode.BUG: "a fault of the program; --debug shows where",
    ExitCode.INTERRUPTED: "interrupted with Ctrl-C",
}


class CommandError(Exception):
    """
    Ends a command: `lines` go to stderr, one per fault (what: where: what to do).

    `fields` are what its JSON object says besides, where one is asked for.
    """

    def __init__(self, code: ExitCode, *lines: str, fields: Mapping[str, Any] | None = None) -> None:
        super().__init__("\n".join(lines))
        self.code = code
        self.lines = lines
        self.fields = dict(fields or {})


class UnansweredCommand(CommandError):
    """The gate was told, and gave no answer: it may have done it."""


def complain(line: str, *, kind: str = "error") -> None:
    """Write one line to stderr; what would break or control the terminal is left out."""
    print(f"gate-controller: {kind}: {on_one_line(line)}", file=sys.stderr)


def on_one_line(text: str) -> str:
    """Return the text without line breaks and control characters; any other Unicode stays as it is."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())

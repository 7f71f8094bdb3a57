"""How a command ends: the one place where a failure becomes a line and an exit code, whatever it was."""

import logging
import os
import sys
import traceback
from collections.abc import Callable

from gate_controller.cli.exits import CommandError, ExitCode, complain
from gate_controller.cli.json_output import print_json

NAME = "gate-controller"
_log = logging.getLogger("gate_controller")


def ended(
    carry_out: Callable[[], int], shows_more: Callable[[], bool] = lambda: False, *, in_json: bool = False
) -> int:
    """
    Carry a command out and return its exit code; `shows_more`: whether a traceback is wanted.

    `in_json`: a program reads what it prints, and gets an object for a failure too.
    """
    for stream in (sys.stdout, sys.stderr):
        # A terminal without Unicode gets escapes, not a crash half-way through a line.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # both are text files
    # Without a handler, Python would write warnings to stderr, between the lines that are for people.
    _log.addHandler(logging.NullHandler())
    try:
        code = _carried_out(carry_out, in_json=in_json)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has had enough. Python's own flush at exit must not complain about it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.NO
    except Exception as error:  # noqa: BLE001 - the last line of defence: whatever it is, it becomes one line
        _log.debug("unexpected", exc_info=error)
        if shows_more():
            traceback.print_exception(error)
        complain(
            f"unexpected {type(error).__name__}: {_place(error)}: "
            f"run it again as `{NAME} --debug …` and report what it shows"
        )
        return ExitCode.BUG
    return code


def _carried_out(carry_out: Callable[[], int], *, in_json: bool) -> int:
    try:
        return carry_out()
    except CommandError as error:
        if in_json:
            outcome = "unknown" if error.code is ExitCode.EGUMA else "refused"
            told = {**error.fields, "message": "\n".join(error.lines)}
            print_json({**told, "outcome": told.pop("outcome", outcome)})
        for line in error.lines:
            complain(line)
        return error.code
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED


def _place(error: BaseException) -> str:
    # The text of an exception nobody expected may hold anything, even a key; where it was raised does not.
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "gate_controller" in frame.filename] or frames
    _, _, path = ours[-1].filename.rpartition("gate_controller")
    return f"gate_controller{path} line {ours[-1].lineno}"

"""
A receipt printer: asked how it is before a receipt, and told apart afterwards whether it has the whole of it.

A receipt is printed when the printer says so behind it (GS r, which it answers in its turn), not when its bytes were
taken: a printer that stops, forgets or is unplugged has taken them too. One that cannot answer is said to be so by the
settings, and what it took counts as printed.
"""

import time
from collections.abc import Callable
from typing import Final

from gate_controller.devices.errors import DeviceError
from gate_controller.devices.printer.escpos import LONGEST_COMMAND
from gate_controller.devices.printer.printer_line import PrinterAway, PrinterLine

ANSWER_SECONDS: Final = 1.0
"""How long a printer takes to say how it is: a real-time command is answered at once."""

PRINT_SECONDS: Final = 20.0
"""How long a receipt may take, with a logo on a serial line; tills that waited 3 s printed twice."""

_QUIET_SECONDS = 0.2
_LOOK_SECONDS = 1.0

_ASK_OFFLINE, _ASK_ERROR, _ASK_PAPER = b"\x10\x04\x02", b"\x10\x04\x03", b"\x10\x04\x04"
_CLEAR = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"  # DLE DC4, function 8: what it has not printed is dropped
_SAY_WHEN_DONE = b"\x1dr\x01"

# Bits that are always so tell the two kinds of answers apart (Epson's reference, DLE EOT and GS r).
_STATUS_MASK, _STATUS = 0x93, 0x12
_DONE_MASK, _DONE = 0x90, 0x00


_SILENT = "does not answer: switch it on; where it cannot answer, set printer.answers = false"
_OUT_OF_PAPER = "is out of paper: put a new roll in"
_OTHER_FAULT = "reports a fault: switch it off and on; call its service where that does not help"
# Bits of the answers to DLE EOT 2 and 3.
_KEPT_FROM_PRINTING = ((0x04, "stands open: close its cover"), (0x20, _OUT_OF_PAPER))
_FAULTS = (
    (0x08, "has a cutter that is stuck: switch it off, free the cutter, switch it on"),
    (0x40, "has a head that is too hot: it goes on by itself when it has cooled down"),
)


class NotPrinted(DeviceError):
    """Nothing of the receipt is on paper. The text says why, and what to do."""


class PerhapsPrinted(DeviceError):
    """It was sent, and the printer has not said that it printed the whole: a part of it may be on paper, or all."""


class Printer:
    """One printer. Everything blocks, for some seconds at most: it is for a thread of its own."""

    def __init__(
        self,
        open_line: Callable[[], PrinterLine],
        *,
        answers: bool,
        answer_seconds: float = ANSWER_SECONDS,
        print_seconds: float,
    ) -> None:
        """`answers` says whether the printer tells how it is."""
        self._open_line = open_line
        self._answers = answers
        self._answer_seconds = answer_seconds
        self._print_seconds = print_seconds
        # Nobody knows what a gate that was killed has left in the printer.
        self._is_torn = True

    def look(self) -> str:
        """Return what somebody should see to though it prints; empty where all is well. Raises `NotPrinted`."""
        line = self._opened()
        try:
            return self._asked(line)
        except PrinterAway as error:
            raise NotPrinted(str(error)) from error
        finally:
            line.close()

    def print(self, commands: bytes, *, on_begin: Callable[[], None] = lambda: None) -> str:
        """
        Print a receipt; return when it is on paper, with what somebody should see to, as `look` does.

        `on_begin` is called before the first byte of it is sent. Raises `NotPrinted`, or `PerhapsPrinted` from
        that on.
        """
        line = self._opened()
        try:
            try:
                why = self._asked(line)
                if self._is_torn:
                    self._come_to_rest(line)
            except PrinterAway as error:
                raise NotPrinted(str(error)) from error
            on_begin()
            self._is_torn = True
            try:
                line.send(commands + (_SAY_WHEN_DONE if self._answers else b""))
                if self._answers:
                    self._wait_until_done(line)
            except PrinterAway as error:
                raise PerhapsPrinted(str(error)) from error
            self._is_torn = False
            return why
        finally:
            line.close()

    def _opened(self) -> PrinterLine:
        try:
            return self._open_line()
        except PrinterAway as error:
            raise NotPrinted(str(error)) from error

    def _asked(self, line: PrinterLine) -> str:
        """Return what somebody should see to; raise `NotPrinted` for what keeps it from printing."""
        if not self._answers:
            return ""
        while line.receive(0.001):  # what it said to whoever asked before
            pass
        if why := self._offline(line):
            raise NotPrinted(why)
        paper = self._status(line, _ASK_PAPER)
        if paper is not None and paper & 0x60:
            raise NotPrinted(f"printer {line.name} {_OUT_OF_PAPER}")
        if paper is not None and paper & 0x0C:
            return f"printer {line.name}: the paper is near its end: have a new roll ready"
        return ""

    def _offline(self, line: PrinterLine) -> str:
        """Return why it does not print just now; empty where it does."""
        offline = self._status(line, _ASK_OFFLINE)
        if offline is None:
            return f"printer {line.name} {_SILENT}"
        if offline & 0x40:
            faults = self._status(line, _ASK_ERROR) or 0
            return f"printer {line.name} {next((why for bit, why in _FAULTS if faults & bit), _OTHER_FAULT)}"
        return next((f"printer {line.name} {why}" for bit, why in _KEPT_FROM_PRINTING if offline & bit), "")

    def _status(self, line: PrinterLine, ask: bytes) -> int | None:
        line.send(ask, stall_seconds=self._answer_seconds)
        return _found(line, self._answer_seconds, lambda byte: byte & _STATUS_MASK == _STATUS)

    def _come_to_rest(self, line: PrinterLine) -> None:
        """End whatever a job before has begun, so that its rest does not stand on this receipt."""
        if not self._answers:
            line.send(bytes(LONGEST_COMMAND))
            return
        self._clear(line)
        line.send(bytes(LONGEST_COMMAND))
        line.send(b"\x1b@" + _SAY_WHEN_DONE)
        if _found(line, self._print_seconds, _is_done) is None:
            raise NotPrinted(f"printer {line.name} does not come to an end of what it had: switch it off and on")
        while line.receive(_QUIET_SECONDS):  # answers that were owed
            pass

    def _clear(self, line: PrinterLine) -> None:
        line.send(_CLEAR, stall_seconds=self._answer_seconds)
        while line.receive(_QUIET_SECONDS):  # it is answered, where it is known
            pass

    def _wait_until_done(self, line: PrinterLine) -> None:
        until = time.monotonic() + self._print_seconds
        while time.monotonic() < until:
            if _found(line, min(_LOOK_SECONDS, self._print_seconds), _is_done) is not None:
                return
            if why := self._offline(line):
                # With a new roll it would go on, and be a second receipt beside the copy.
                self._clear(line)
                raise PerhapsPrinted(why)
        raise PerhapsPrinted(f"printer {line.name} has not said that it printed all: look at the paper")


def _is_done(byte: int) -> bool:
    return byte & _DONE_MASK == _DONE


def _found(line: PrinterLine, seconds: float, wanted: Callable[[int], bool]) -> int | None:
    """Return the first byte that the printer says of a kind; what else it says by itself is passed over."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0 and (said := line.receive(left)):
        for byte in said:
            if wanted(byte):
                return byte
    return None

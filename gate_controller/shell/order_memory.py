"""
What a gate has been ordered from afar, in its state directory: so that an order is carried out once, whatever comes
twice, whoever kept it back, and whenever the gate died.

Rules: an order is on disk, synced, before anything is done for it; its answer is, before it is given. One that was
begun and has no answer is one whose fate is not known. What is forgotten is not obeyed: when the oldest go, the memory
keeps until when they were issued, and so it does where its file was damaged. Nothing is written but for orders that a
trusted key has signed.

On a disk that is full an order cannot be kept, and is refused; so that the same one does not come to be done after a
restart, the file begins with a line of which there is always enough: until when all is forgotten is written over it.
"""

import contextlib
import errno
import json
import logging
import os
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gate_controller.journal import own_files
from gate_controller.shell.order_answers import OrderAnswer, read_answer
from gate_controller.shell.signed_orders import SignedOrder, VenueOrder, read_order_text, read_strictly, seconds_in

_log = logging.getLogger(__name__)

MEMORY_FILE: Final = "orders.jsonl"
MOST_KEPT: Final = 200
"""More than a venue gives a gate in the minutes for which an order holds, and some 60 KiB."""
_MOST_BYTES: Final = 4 * 1024 * 1024
_FIRST_LINE_BYTES: Final = 64
"""More than any moment takes; within one sector, which a disk writes whole or not at all."""


@dataclass(slots=True)
class KeptOrder:
    """An order that was begun."""

    text: str
    """As it was signed."""
    order: VenueOrder
    answer: OrderAnswer | None = None


class OrderMemory:
    """Remembers the newest orders. What reads and writes the file blocks, and is called by one thread at a time."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / MEMORY_FILE
        self._kept: OrderedDict[str, KeptOrder] = OrderedDict()
        self._lines = 0
        self._has_first_line = False
        self.forgotten_until = 0.0
        """Of what was issued until then, the gate may have forgotten some."""
        self._not_kept_until = 0.0
        """Of what was issued until then, the next run may not find some: this one knows it."""
        self.is_damaged = False
        """Whether the file told less than it should at the start."""

    def load(self) -> None:
        """Read what earlier runs have left, and have a file whose first line can be written over. Raises `OSError`."""
        try:
            with self._path.open("rb") as file:
                packed = file.read(_MOST_BYTES + 1)
        except FileNotFoundError:
            packed = b""
        whole, _, torn = packed.rpartition(b"\n")
        # Of a line that a power cut tore nothing was done yet, or its answer was not given.
        lines = whole.split(b"\n") if whole else []
        for line in lines:
            try:
                self._take(line)
            except ValueError:
                self.is_damaged = True
        self.is_damaged = self.is_damaged or len(packed) > _MOST_BYTES
        self._lines = len(lines)
        self._has_first_line = packed.find(b"\n") == _FIRST_LINE_BYTES - 1
        self._forget_oldest()
        if self.is_damaged:  # the file stays as it is until it says since when orders may have been forgotten
            _log.warning("orders=damaged file=%s", self._path)
        elif torn or len(lines) > 3 * MOST_KEPT:
            self._rewrite()
        elif not self._has_first_line:
            with contextlib.suppress(OSError):  # what cannot be kept then is not refused for certain
                self._rewrite()

    def forget_until(self, moment: float) -> None:
        """Let all that was issued until a moment be forgotten that is not known: the file was damaged. As `begin`."""
        self.forgotten_until = max(self.forgotten_until, moment)
        self._rewrite()
        self.is_damaged = False

    def find(self, order_id: str) -> KeptOrder | None:
        """Return what is known of an order."""
        return self._kept.get(order_id)

    def begin(self, signed: SignedOrder) -> None:
        """Keep that an order is about to be carried out. Raises `OSError`: then nothing may be done for it."""
        self._append({"begun": signed.text})
        self.keep(signed)
        self._forget_oldest()
        if self._lines > 3 * MOST_KEPT:
            with contextlib.suppress(OSError):  # the file still holds those that are forgotten here
                self._rewrite()

    def keep(self, signed: SignedOrder) -> None:
        """Keep an order for as long as this process lives."""
        self._kept[signed.order.id] = KeptOrder(signed.text, signed.order)

    def forget_in_next_run(self, moment: float) -> None:
        """
        Let the next run take nothing that was issued until a moment, as something of it could not be kept.

        It takes no room on the disk. Raises `OSError`: then the next run may carry that out.
        """
        if not self._has_first_line:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._not_kept_until = max(self._not_kept_until, moment)
        handle = own_files.opened(self._path, os.O_WRONLY)
        try:
            if os.pwrite(handle, self._first_line(), 0) != _FIRST_LINE_BYTES:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(handle)
        finally:
            os.close(handle)

    def end(self, answer: OrderAnswer) -> None:
        """Keep what became of an order. Raises `OSError`: this process remembers it all the same."""
        if (kept := self._kept.get(answer.id)) is not None:
            kept.answer = answer
            self._append({"ended": json.loads(answer.packed())})

    def _take(self, line: bytes) -> None:
        said = read_strictly(line)
        if "begun" in said:
            order = read_order_text(said["begun"])
            self._kept[order.id] = KeptOrder(str(said["begun"]), order)
        elif "ended" in said:
            answer = read_answer(json.dumps(said["ended"], ensure_ascii=False).encode())
            if (kept := self._kept.get(answer.id)) is not None:
                kept.answer = answer
        else:
            self.forgotten_until = max(self.forgotten_until, seconds_in(said, "forgotten_until"))

    def _forget_oldest(self) -> None:
        """Forget those that are too many, the earliest issued first. The next start finds them, and does the same."""
        over = max(0, len(self._kept) - MOST_KEPT)
        for kept in sorted(self._kept.values(), key=lambda one: one.order.issued)[:over]:
            self.forgotten_until = max(self.forgotten_until, kept.order.issued)
            del self._kept[kept.order.id]

    def _append(self, line: dict[str, object]) -> None:
        packed = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        if is_new := not self._path.exists():
            packed = self._first_line() + packed
        handle = own_files.opened(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            _append_whole(handle, packed)
        finally:
            os.close(handle)
        if is_new:
            self._sync_folder()
            self._has_first_line = True
        self._lines += 1

    def _rewrite(self) -> None:
        lines: list[dict[str, object]] = []
        for kept in self._kept.values():
            lines.append({"begun": kept.text})
            if kept.answer is not None:
                lines.append({"ended": json.loads(kept.answer.packed())})
        packed = (json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for line in lines)
        own_files.replace(self._path, b"".join((self._first_line(), *packed)))
        self._lines, self._has_first_line = len(lines) + 1, True

    def _first_line(self) -> bytes:
        until = max(self.forgotten_until, self._not_kept_until)
        return f'{{"forgotten_until":{until!r}}}'.ljust(_FIRST_LINE_BYTES - 1).encode() + b"\n"

    def _sync_folder(self) -> None:
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _append_whole(handle: int, packed: bytes) -> None:
    before = os.fstat(handle).st_size
    try:
        written = os.write(handle, packed)
        os.fsync(handle)
    except OSError:
        written = -1
        raise
    finally:
        if written != len(packed):
            with contextlib.suppress(OSError):  # half a line would spoil the next
                os.ftruncate(handle, before)
    if written != len(packed):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

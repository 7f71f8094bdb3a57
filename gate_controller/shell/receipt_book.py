"""
Which receipts were printed, and which are still to be: a small file of lines in the state directory.

A line is written, and synced, before a receipt is sent and when one is kept; what came of it follows without a sync.
Nothing is written otherwise. So a power cut leaves a receipt that was under way as perhaps printed, never as new.
"""

import contextlib
import json
import logging
import os
import threading
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from gate_controller.journal import own_files

_log = logging.getLogger(__name__)

RECEIPTS_FILE: Final = "receipts.jsonl"

MOST_BYTES: Final = 512 * 1024
"""Of the file, some four thousand lines; then the older half goes."""


class ReceiptState(StrEnum):
    """What became of a receipt; the words that staff read."""

    SENT = "perhaps printed"
    """It was begun, and nobody knows how far it came: the next one is a copy."""
    PRINTED = "printed"
    KEPT = "not printed"


@dataclass(frozen=True, slots=True)
class ReceiptEntry:
    """What became of one receipt, when (wall clock), and why it is not printed."""

    incident: str
    state: ReceiptState
    at: float
    why: str = ""


class ReceiptBook:
    """The receipts of one gate. Blocks for a sync; a disk that fails is logged, and the book goes on in memory."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / RECEIPTS_FILE
        self._turn = threading.RLock()
        self._entries: dict[str, ReceiptEntry] | None = None
        self._forgot_until = 0.0
        """What was begun before this moment may have stood in lines that have gone."""

    def note(self, entry: ReceiptEntry) -> None:
        """Note what became of a receipt."""
        with self._turn:
            self._note(entry)

    def _note(self, entry: ReceiptEntry) -> None:
        entries = self._known()
        entries.pop(entry.incident, None)
        entries[entry.incident] = entry
        # Begun on a line of its own, or what a power cut has torn would take it along.
        line = "\n" + json.dumps(asdict(entry), ensure_ascii=False, separators=(",", ":"))
        try:
            handle = own_files.opened(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            with os.fdopen(handle, "ab") as file:
                file.write(line.encode())
                file.flush()
                if entry.state is not ReceiptState.PRINTED:
                    os.fsync(file.fileno())
                size = file.tell()
            if size > MOST_BYTES:
                self._halve()
        except OSError as error:
            _log.warning("receipts=not_noted incident=%s why=%r", entry.incident, str(error))

    def is_copy(self, incident: str, begun: float) -> bool:
        """Whether a receipt may be on paper already; `begun` is when its attempt began."""
        with self._turn:
            entry = self._known().get(incident)
        return begun < self._forgot_until if entry is None else entry.state is not ReceiptState.KEPT

    def state_of(self, incident: str) -> ReceiptState | None:
        """Return what became of a receipt; None where nothing has been noted, or no longer."""
        with self._turn:
            entry = self._known().get(incident)
        return entry.state if entry is not None else None

    def to_print(self) -> list[ReceiptEntry]:
        """Return what is not printed for certain, oldest first."""
        with self._turn:
            return [entry for entry in self._known().values() if entry.state is not ReceiptState.PRINTED]

    def _known(self) -> dict[str, ReceiptEntry]:
        if self._entries is None:
            self._entries = {}
            with contextlib.suppress(OSError):
                for line in self._path.read_text(encoding="utf-8", errors="replace").splitlines():
                    self._take(self._entries, line)
        return self._entries

    def _take(self, entries: dict[str, ReceiptEntry], line: str) -> None:
        with contextlib.suppress(ValueError, TypeError, KeyError):  # a line that a power cut has torn
            said = json.loads(line)
            if "forgot_until" in said:
                self._forgot_until = float(said["forgot_until"])
                return
            entry = ReceiptEntry(
                str(said["incident"]), ReceiptState(said["state"]), float(said["at"]), str(said.get("why", ""))
            )
            entries.pop(entry.incident, None)
            entries[entry.incident] = entry

    def _halve(self) -> None:
        entries = list(self._known().values())
        kept = entries[len(entries) // 2 :]
        self._forgot_until = max(entry.at for entry in entries[: len(entries) // 2] or entries)
        self._entries = {entry.incident: entry for entry in kept}
        lines = [json.dumps({"forgot_until": self._forgot_until}), *(json.dumps(asdict(entry)) for entry in kept)]
        own_files.replace(self._path, "\n".join((*lines, "")).encode())

"""Whose orders a gate carries out: the venue's keys, by a file of root's that is read anew when it has changed."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from gate_controller.shell.set_up import keys_objection

if TYPE_CHECKING:
    from gate_controller.settings.provisioning.venue_keys import Trust

# ruff: noqa: PLC0415 - cryptography is for gates that have a venue


class OrderTrust:
    """Knows whose orders count. Where the file cannot count nobody's do: a line may have taken a key's trust away."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen: tuple[int, ...] | None = None
        self._trust: Trust | None = None
        self.changes = 0
        """How often it has been read."""
        self.objection = ""
        """Why the file counts for nothing; empty where it counts."""

    def read(self) -> "Trust":
        """Return whom the file names now. Blocks."""
        is_now = self._stamp()
        if self._trust is None or is_now is None or is_now != self._seen:
            self._seen, self._trust = is_now, self._read()
            self.changes += 1
        return self._trust

    def key_ids(self) -> list[str]:
        """Return the names of the keys that count now, as orders have them. Blocks."""
        return sorted(name.hex() for name in self.read().keys)

    def _stamp(self) -> tuple[int, ...] | None:
        try:
            found = self._file.stat()
        except OSError:
            return None
        # Two changes within one tick of the disk's clock have two sizes, two inodes, or one owner's patience.
        return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino, found.st_mode, found.st_uid

    def _read(self) -> "Trust":
        from gate_controller.settings.provisioning.venue_keys import Trust, TrustFileError, read_trust

        self.objection = keys_objection(self._file)
        if not self.objection:
            try:
                return read_trust(self._file.read_text(encoding="utf-8"), os.fspath(self._file))
            except (OSError, UnicodeDecodeError, TrustFileError) as error:
                self.objection = str(error)
        return Trust({})

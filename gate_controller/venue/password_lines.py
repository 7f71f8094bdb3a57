"""
Accounts in a password file of Mosquitto's, for houses without its plugin for dynamic security.

The rules of `docs/monitoring/mosquitto.acl` let each user speak as the gate of his name. The venue writes lines of
gates alone, behind a line that says so: those before it are the house's own, and stay as they are. The broker reads the
file again when it is told to, which a unit of the machine does (`gate-venue-passwords.path`): until then an old
password counts, but the venue hears nothing of a revoked gate.
"""

import asyncio
import base64
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from gate_controller.journal import own_files
from gate_controller.venue.broker_accounts import AccountsError

ITERATIONS: Final = 101
"""As Mosquitto's own: passwords here are 192 random bits, which no number of rounds makes safer."""
OF_GATES: Final = "# Gates, written by the venue:"
_SALT_BYTES: Final = 12
_HASH_BYTES: Final = 64


class PasswordFileAccounts:
    """Accounts in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._one_at_a_time = asyncio.Lock()

    async def prepare(self) -> None:
        """Do nothing: the venue's own account is the house's to make."""

    async def admit(self, gate_id: str, password: str) -> None:
        """Let a gate log in with this password, once the broker has read the file."""
        line = await asyncio.to_thread(password_line, gate_id, password)
        await self._change(lambda others: [*others, line], gate_id)

    async def shut(self, gate_id: str) -> None:
        """Let a gate log in no more, once the broker has read the file."""
        await self._change(lambda others: others, gate_id)

    async def _change(self, change: Callable[[list[str]], list[str]], gate_id: str) -> None:
        async with self._one_at_a_time:
            try:
                await asyncio.to_thread(self._rewrite, change, gate_id)
            except (OSError, UnicodeDecodeError) as error:
                why = error.strerror if isinstance(error, OSError) else "it is no text"
                raise AccountsError(f"the broker's password file cannot be changed ({why}): {self._path}") from None

    def _rewrite(self, change: Callable[[list[str]], list[str]], gate_id: str) -> None:
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            lines = []
        place = lines.index(OF_GATES) if OF_GATES in lines else len(lines)
        own, gates = lines[:place], lines[place + 1 :]
        if any(line.partition(":")[0] == gate_id for line in own):
            raise AccountsError(f"the broker has another account called {gate_id}: give the gate another id")
        wanted = [*own, OF_GATES, *change([line for line in gates if line.partition(":")[0] != gate_id])]
        if wanted != lines:
            own_files.replace(self._path, "".join(f"{line}\n" for line in wanted).encode())


def password_line(user: str, password: str) -> str:
    """Return a line as `mosquitto_passwd` makes it: PBKDF2 with SHA-512."""
    salt = os.urandom(_SALT_BYTES)
    made = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS, _HASH_BYTES)
    return f"{user}:$7${ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(made).decode()}"

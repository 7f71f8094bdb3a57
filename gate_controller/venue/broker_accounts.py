"""
Accounts of gates at the broker: each is called as its gate, and can speak only as itself.

By Mosquitto's plugin for dynamic security the venue makes and shuts them at once (`dynamic_security.py`).
"""

from typing import Protocol


class AccountsError(Exception):
    """An account could not be made or shut; the words say why, and hold no password."""


class BrokerAccounts(Protocol):
    """Makes and shuts accounts. Each method may raise `AccountsError`, and may be repeated."""

    async def prepare(self) -> None:
        """Let the venue itself hear its gates and speak to them."""

    async def admit(self, gate_id: str, password: str) -> None:
        """Let a gate log in with this password, and with no other from now on."""

    async def shut(self, gate_id: str) -> None:
        """Let a gate log in no more, and end the connection that it has."""

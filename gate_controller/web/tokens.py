"""
Tokens of programs: 256 random bits, of which only a hash is kept.

A plain hash is enough: nobody guesses what was not thought up by a person, however fast he is.
"""

import hashlib
import secrets
from typing import Final

BEGINS_WITH: Final = "gate_"
"""So that a token is known for one where it turns up and should not."""


def new_token() -> str:
    """Return a token that nobody has yet."""
    return f"{BEGINS_WITH}{secrets.token_urlsafe(32)}"


def digest_of(token: str) -> str:
    """Return what is kept of a token, or of a session's cookie."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()

"""
Passwords: which are taken, and their hashes by argon2id, made one at a time and never in the event loop.

Costs as OWASP's "Password Storage Cheat Sheet" has them for little memory: 19 MiB, two passes, one lane. The library's
own would take 92 MiB at its peak on a board that has 512.
"""

import asyncio
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MEMORY_KIB: Final = 19 * 1024
PASSES: Final = 2

LEAST_LETTERS: Final = 8
MOST_LETTERS: Final = 1000

MOST_WAITING: Final = 8
"""Passwords that wait to be looked at: about a quarter of a second's worth. Who comes then is told to come again."""

# Of a password that nobody has, at the costs above: who asks for a name that is not there waits as long.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$zuvSNiFtr0AAic47IjHMTw$BXsVRHZrZnbMHEIxCiZw4KJNBOXKulXPGnZyAgaK984"


class PasswordError(ValueError):
    """Why a password is not taken."""


class TooManyAtOnce(Exception):
    """So many passwords wait to be looked at that this one is not."""


def sensible_password(typed: str) -> str:
    """Return a password in the one form in which it is hashed, however a keyboard wrote it. Raises `PasswordError`."""
    if len(typed) > MOST_LETTERS:
        raise PasswordError(f"a password has {MOST_LETTERS} letters at most")
    password = unicodedata.normalize("NFKC", typed)
    if len(password) < LEAST_LETTERS:
        raise PasswordError(f"a password has {LEAST_LETTERS} letters at least: some words are easy to remember")
    try:
        password.encode()
    except UnicodeEncodeError:
        raise PasswordError("this password is no text that can be written down") from None
    return password


class Hashing:
    """Makes hashes of passwords, and compares with them. Blocks, for some 30 ms and more on a small board."""

    def __init__(self, *, memory_kib: int = MEMORY_KIB, passes: int = PASSES, nobody: str = _NOBODY) -> None:
        """`nobody` is a hash at these costs that is compared with where there is none."""
        self._memory_kib = memory_kib
        self._passes = passes
        self._nobody = nobody

    def hash(self, password: str) -> str:
        """Return the hash of a password that is taken."""
        return self._argon2().hash(password)

    def is_right(self, password: str, kept: str | None) -> bool:
        """Return whether this is the password of a hash; never, but after as long, where there is no hash."""
        from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415 - see web/__init__.py

        try:
            self._argon2().verify(kept if kept is not None else self._nobody, password)
        except (InvalidHashError, VerificationError):
            return False
        return kept is not None

    def _argon2(self) -> "PasswordHasher":
        from argon2 import PasswordHasher  # noqa: PLC0415 - see web/__init__.py

        return PasswordHasher(time_cost=self._passes, memory_cost=self._memory_kib, parallelism=1)


class Looking:
    """Looks at passwords one after the other in a thread, so that a flood of them takes neither loop nor memory."""

    def __init__(self, hashing: Hashing) -> None:
        self._hashing = hashing
        self._one = asyncio.Lock()
        self._waiting = 0

    async def is_right(self, typed: str, kept: str | None) -> bool:
        """Return whether this is the password of a hash. Raises `TooManyAtOnce`."""
        if self._waiting >= MOST_WAITING:
            raise TooManyAtOnce
        try:
            password = sensible_password(typed)
        except PasswordError:
            password, kept = "", None  # as much work, and the same answer
        self._waiting += 1
        try:
            async with self._one:
                return await asyncio.to_thread(self._hashing.is_right, password, kept)
        finally:
            self._waiting -= 1

"""
A stream under a passphrase: what is written comes out the same for whoever knows it, and not at all for anybody else.

The key is made of the passphrase by scrypt; the stream is sealed in pieces by ChaCha20-Poly1305, each with its number
and a mark on the last one (the STREAM construction), so that no piece can be changed, moved or left off unnoticed.
"""

import hashlib
import io
import json
import os
from typing import IO, TYPE_CHECKING, Final

from typing_extensions import Buffer, override

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

MAGIC: Final = b"GATE-BACKUP-SEALED-1\n"
_PIECE: Final = 2**18
_TAG: Final = 16
# OWASP's for scrypt: 32 MiB of memory and about a tenth of a second; two seconds on a small board.
_COST: Final = {"n": 2**15, "r": 8, "p": 1}
_MEMORY: Final = 2**26
_LEAST_PASSPHRASE: Final = 12


class WrongPassphrase(Exception):
    """The passphrase is another one, or what was sealed is damaged."""


class NoCipher(Exception):
    """The library that seals is not installed."""


def objection_to(passphrase: str) -> str:
    """Return why a passphrase is none; empty where it is one."""
    return "" if len(passphrase) >= _LEAST_PASSPHRASE else f"has under {_LEAST_PASSPHRASE} characters"


def _cipher(passphrase: str, salt: bytes) -> "ChaCha20Poly1305":
    try:
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305  # noqa: PLC0415 - an extra's
    except ImportError as error:
        raise NoCipher(f"no cipher is installed ({error}): pip install 'gate-controller[provisioning]'") from None
    return ChaCha20Poly1305(hashlib.scrypt(passphrase.encode(), salt=salt, dklen=32, maxmem=_MEMORY, **_COST))


def _nonce(prefix: bytes, number: int, *, is_last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([is_last])


class SealingFile(io.RawIOBase):
    """Takes bytes, and writes them sealed; closing it seals the end, and leaves the file below open."""

    def __init__(self, below: IO[bytes], passphrase: str) -> None:
        super().__init__()
        salt, self._prefix = os.urandom(16), os.urandom(7)
        self._header = MAGIC + json.dumps({"salt": salt.hex(), "prefix": self._prefix.hex()}).encode() + b"\n"
        self._cipher = _cipher(passphrase, salt)
        self._below = below
        self._waiting = bytearray()
        self._number = 0
        below.write(self._header)

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, data: Buffer, /) -> int:
        piece = bytes(data)
        self._waiting += piece
        while len(self._waiting) > _PIECE:  # the last one is sealed at the end, whole or not
            self._seal(bytes(self._waiting[:_PIECE]), is_last=False)
            del self._waiting[:_PIECE]
        return len(piece)

    @override
    def close(self) -> None:
        if not self.closed:
            self._seal(bytes(self._waiting), is_last=True)
            self._waiting.clear()
        super().close()

    def _seal(self, piece: bytes, *, is_last: bool) -> None:
        nonce = _nonce(self._prefix, self._number, is_last=is_last)
        self._below.write(self._cipher.encrypt(nonce, piece, self._header))
        self._number += 1


class OpeningFile(io.RawIOBase):
    """Reads what `SealingFile` has written, behind its `MAGIC`. Raises `WrongPassphrase`."""

    def __init__(self, below: IO[bytes], passphrase: str) -> None:
        super().__init__()
        line = below.readline(200)
        self._header = MAGIC + line
        try:
            told = json.loads(line)
            salt, self._prefix = bytes.fromhex(told["salt"]), bytes.fromhex(told["prefix"])
        except (ValueError, KeyError, TypeError):
            raise WrongPassphrase("its beginning is damaged") from None
        self._cipher = _cipher(passphrase, salt)
        self._below = below
        self._next = below.read(_PIECE + _TAG)
        self._open = b""
        self._number = 0
        self._is_over = False

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Buffer, /) -> int:
        while not self._open and not self._is_over:
            self._unseal()
        view = memoryview(buffer)
        taken = self._open[: len(view)]
        view[: len(taken)] = taken
        self._open = self._open[len(taken) :]
        return len(taken)

    def _unseal(self) -> None:
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - an extra's

        piece, self._next = self._next, self._below.read(_PIECE + _TAG)
        self._is_over = not self._next
        nonce = _nonce(self._prefix, self._number, is_last=self._is_over)
        try:
            self._open = self._cipher.decrypt(nonce, piece, self._header)
        except InvalidTag:
            raise WrongPassphrase("the passphrase is another one, or it is damaged") from None
        self._number += 1

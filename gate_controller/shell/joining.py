"""
How a gate joins a venue: a one-time code, which a person carries, and two messages that nobody reads without it.

The code has twenty letters: four name it, sixteen are a secret of 80 bits. The gate's request holds the name and a
MAC; the answer, with the gate's password at the broker and the keys that it is to believe, is encrypted. Both keys are
made of the secret, so no certificate need be trusted, and whoever listens, or stands between, learns and changes
nothing. The venue keeps the key that is made of the code, never the code.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

NAME_LETTERS: Final = 4
SECRET_LETTERS: Final = 16
MOST_BYTES: Final = 32 * 1024
"""Of a request and of an answer: the broker's certificate has two or three."""
PATH: Final = "/api/v1/enrol"
"""Where a venue takes requests."""

LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: none that looks like another, and what is typed for another is read as meant."""
_MEANT: Final = str.maketrans("ILO", "110", " -\t\n\r")
_SCRYPT: Final[Mapping[str, int]] = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}
_SALT: Final = b"gate-controller join 1\0"
_NONCE_BYTES: Final = 16
_SEAL_BYTES: Final = 12


class JoinUnreadable(Exception):
    """A code or a message cannot be read, or is not what it says; the words hold no secret."""


@dataclass(frozen=True, slots=True, repr=False)
class JoinCode:
    """A one-time code."""

    name: str
    """What the venue knows it by; no secret."""
    secret: str

    @property
    def text(self) -> str:
        """It as people read and type it: `7KQ2-M0XD-…`, in fours."""
        letters = self.name + self.secret
        return "-".join(letters[place : place + 4] for place in range(0, len(letters), 4))

    def key(self) -> bytes:
        """Return what the venue keeps of it, and the gate makes anew; takes some 50 ms."""
        return hashlib.scrypt(self.secret.encode(), salt=_SALT + self.name.encode(), maxmem=64 * 2**20, **_SCRYPT)


def new_code() -> JoinCode:
    """Return a code that nobody knows yet."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(NAME_LETTERS + SECRET_LETTERS))
    return JoinCode(letters[:NAME_LETTERS], letters[NAME_LETTERS:])


def read_code(text: str) -> JoinCode:
    """Read a code as it was typed: case, dashes and blanks do not count. Raises `JoinUnreadable`."""
    letters = text.upper().translate(_MEANT)
    if wrong := sorted(set(letters) - set(LETTERS)):
        shown = "a letter" if not wrong[0].isprintable() else wrong[0]
        raise JoinUnreadable(f"the code holds {shown}, which no code has")
    if len(letters) != NAME_LETTERS + SECRET_LETTERS:
        raise JoinUnreadable(f"the code has {len(letters)} letters, and should have {NAME_LETTERS + SECRET_LETTERS}")
    return JoinCode(letters[:NAME_LETTERS], letters[NAME_LETTERS:])


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """What a gate asks."""

    code: str
    """The name of its code."""
    gate: str
    """Its id; what it is called from then on is the venue's to say."""
    version: str
    looks: bool
    """Whether it only wants to know what it would be told: the code is not used up by that."""
    nonce: str

    @classmethod
    def made(cls, code: str, gate: str, version: str, *, looks: bool) -> "JoinRequest":
        """Return a request that is like no other."""
        return cls(code, gate, version, looks, os.urandom(_NONCE_BYTES).hex())

    def packed(self, key: bytes) -> bytes:
        """Return it as it is sent."""
        text = json.dumps(
            {"code": self.code, "gate": self.gate, "version": self.version, "looks": self.looks, "nonce": self.nonce}
        )
        return json.dumps({"asks": text, "mac": _mac(key, text)}).encode()


@dataclass(frozen=True, slots=True)
class JoinAsked:
    """A request as it came: read, and not believed."""

    request: JoinRequest
    text: str
    mac: str

    def is_by(self, key: bytes) -> bool:
        """Return whether whoever sent it has the code."""
        return hmac.compare_digest(_mac(key, self.text).encode(), self.mac.encode(errors="replace"))

    @property
    def digest(self) -> str:
        """What tells it from every other one."""
        return hashlib.sha256(self.text.encode(errors="replace")).hexdigest()


def unpack_request(body: bytes) -> JoinAsked:
    """Read what came. Raises `JoinUnreadable`."""
    outer = _table(body)
    text, mac = outer.get("asks"), outer.get("mac")
    if not isinstance(text, str) or not isinstance(mac, str):
        raise JoinUnreadable("it is no request to join")
    told = _table(text.encode(errors="replace"))
    values = [told.get(key) for key in ("code", "gate", "version", "nonce")]
    words = [value for value in values if isinstance(value, str) and value.isprintable() and len(value) <= 200]  # noqa: PLR2004 - the longest id has 64
    if len(words) != len(values) or not isinstance(told.get("looks"), bool):
        raise JoinUnreadable("it is no request to join")
    code, gate, version, nonce = words
    if len(nonce) != 2 * _NONCE_BYTES:
        raise JoinUnreadable("it is no request to join")
    return JoinAsked(JoinRequest(code, gate, version, told["looks"], nonce), text, mac)


def seal_answer(key: bytes, request: JoinRequest, content: Mapping[str, Any]) -> bytes:
    """Return an answer that only whoever has the code can read, and that answers this request alone."""
    nonce = os.urandom(_SEAL_BYTES)
    sealed = _cipher(key, request).encrypt(nonce, json.dumps(dict(content)).encode(), None)
    return json.dumps({"answer": base64.b64encode(nonce + sealed).decode()}).encode()


def open_answer(key: bytes, request: JoinRequest, body: bytes) -> dict[str, Any]:
    """Read the answer to a request. Raises `JoinUnreadable`."""
    try:
        packed = base64.b64decode(str(_table(body).get("answer", "")), validate=True)
        return _table(_cipher(key, request).decrypt(packed[:_SEAL_BYTES], packed[_SEAL_BYTES:], None))
    except (InvalidTag, ValueError):
        raise JoinUnreadable("the answer is from nobody who knows the code") from None


def _mac(key: bytes, text: str) -> str:
    return hmac.digest(_part(key, b"request"), text.encode(errors="replace"), "sha256").hex()


def _cipher(key: bytes, request: JoinRequest) -> ChaCha20Poly1305:
    # One key for each request: its nonce is the gate's own, and never comes again.
    return ChaCha20Poly1305(hmac.digest(_part(key, b"answer"), request.nonce.encode(), "sha256"))


def _part(key: bytes, what: bytes) -> bytes:
    return hmac.digest(key, _SALT + what, "sha256")


def _table(body: bytes) -> dict[str, Any]:
    if len(body) > MOST_BYTES:
        raise JoinUnreadable(f"it has over {MOST_BYTES} bytes")
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        raise JoinUnreadable("it is no JSON") from None
    if not isinstance(read, dict):
        raise JoinUnreadable("it is no table")
    return read

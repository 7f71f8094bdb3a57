"""
Whom a gate believes: the venue's signing keys (Ed25519), by a file that root writes, and statements that change it.

A *statement* is signed by itself: a key introduces its successor (*roll*), or takes a key's trust away (*revoke*).
Rules: trust begins with root's file alone; statements count in the order in which they were taken; what a revoked key
states later counts for nothing, and what it stated before stands; a key that root's file revokes is never trusted.
"""

import base64
import contextlib
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gate_controller.settings.provisioning.rejections import Rejected, Rejection

KEY_ID_BYTES: Final = 8
PUBLIC_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
MOST_STATEMENTS: Final = 8

_KIND, _REVOKED = "ed25519", "revoked"
_DOMAIN = b"gate-controller key statement 1\0"
_MOST_LINES = 200


class StatementKind(IntEnum):
    """What a statement does."""

    ROLL = 1
    REVOKE = 2


_SUBJECT_BYTES = {StatementKind.ROLL: PUBLIC_BYTES, StatementKind.REVOKE: KEY_ID_BYTES}


def key_id(public: bytes) -> bytes:
    """Return the name of a key, made of the key."""
    return hashlib.sha256(public).digest()[:KEY_ID_BYTES]


def shown_id(identity: bytes) -> str:
    """Return a key's name as people compare it: `3f2a-9c01-77de-b204`."""
    digits = identity.hex()
    return "-".join(digits[place : place + 4] for place in range(0, len(digits), 4))


def read_id(text: str) -> bytes:
    """Read a key's name, with or without dashes. Raises ValueError."""
    identity = bytes.fromhex(text.replace("-", "").strip())
    if len(identity) != KEY_ID_BYTES:
        raise ValueError(f"{text} is no key's name: it looks like 3f2a-9c01-77de-b204")
    return identity


@dataclass(frozen=True, slots=True)
class Statement:
    """A signed word about a key."""

    kind: StatementKind
    signer: bytes
    """The name of the key that signed it."""
    subject: bytes
    """The public key that is introduced, or the name of the one that is revoked."""
    signature: bytes

    def signed(self) -> bytes:
        """Return what the signature is over."""
        return _DOMAIN + bytes([self.kind]) + self.signer + self.subject

    def packed(self) -> bytes:
        """Return it as bytes."""
        return bytes([self.kind]) + self.signer + self.subject + self.signature

    @property
    def text(self) -> str:
        """It as a line of text."""
        return base64.b64encode(self.packed()).decode()


def stated(kind: StatementKind, signer: Ed25519PrivateKey, subject: bytes) -> Statement:
    """Sign a statement."""
    unsigned = Statement(kind, key_id(signer.public_key().public_bytes_raw()), subject, b"")
    return Statement(kind, unsigned.signer, subject, signer.sign(unsigned.signed()))


def unpack_statement(packed: bytes) -> tuple[Statement, bytes]:
    """Read one statement; return it and what is behind it. Raises `Rejected`."""
    try:
        kind = StatementKind(packed[0])
    except (IndexError, ValueError):
        raise Rejected(Rejection.NEWER, "it holds a statement about keys that this version does not know") from None
    ends = [KEY_ID_BYTES, _SUBJECT_BYTES[kind], SIGNATURE_BYTES]
    if len(packed) < 1 + sum(ends):
        raise Rejected(Rejection.DAMAGED, "a statement about keys is cut off")
    fields, place = [], 1
    for length in ends:
        fields.append(packed[place : place + length])
        place += length
    return Statement(kind, *fields), packed[place:]


def read_statement(line: str) -> Statement:
    """Read a statement from its line of text. Raises `Rejected`."""
    try:
        packed = base64.b64decode(line, validate=True)
    except ValueError:
        raise Rejected(Rejection.DAMAGED, "a statement about keys is damaged") from None
    statement, rest = unpack_statement(packed)
    if rest:
        raise Rejected(Rejection.DAMAGED, "a statement about keys is damaged")
    return statement


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom a gate believes just now."""

    keys: Mapping[bytes, bytes]
    """Public keys by their names."""
    revoked: frozenset[bytes] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether it believes nobody."""
        return not self.keys

    def after(self, statements: Iterable[Statement]) -> "Trust":
        """Return whom it believes after these statements; those that no trusted key has signed count for nothing."""
        keys, revoked = dict(self.keys), set(self.revoked)
        for statement in statements:
            signer = keys.get(statement.signer)
            if signer is None or not is_signed(signer, statement.signed(), statement.signature):
                continue
            match statement.kind:
                case StatementKind.ROLL:
                    name = key_id(statement.subject)
                    if name not in revoked:
                        keys[name] = statement.subject
                case StatementKind.REVOKE:
                    revoked.add(statement.subject)
                    keys.pop(statement.subject, None)
        return Trust(keys, frozenset(revoked))

    def key_of(self, identity: bytes) -> bytes:
        """Return the public key of this name. Raises `Rejected`."""
        if identity in self.revoked:
            raise Rejected(Rejection.REVOKED, shown_id(identity))
        if (public := self.keys.get(identity)) is None:
            raise Rejected(Rejection.UNTRUSTED, f"its key is {shown_id(identity)}")
        return public


def is_signed(public: bytes, signed: bytes, signature: bytes) -> bool:
    """Return whether a signature over these bytes is this key's."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, signed)
    except (InvalidSignature, ValueError):
        return False
    return True


class TrustFileError(Exception):
    """A line of root's file of keys cannot be read: what, where, what to do."""


def key_line(public: bytes, name: str) -> str:
    """Return a key as a line of root's file."""
    return f"{_KIND} {base64.b64encode(public).decode()} {name}".strip()


def read_key_line(line: str) -> bytes:
    """Read the public key of a line. Raises ValueError."""
    kind, _, rest = line.strip().partition(" ")
    if kind != _KIND:
        raise ValueError("it does not begin with ed25519")
    public = base64.b64decode(rest.split(maxsplit=1)[0] if rest.strip() else "", validate=True)
    if len(public) != PUBLIC_BYTES:
        raise ValueError("it is no public key of Ed25519")
    return public


def key_names(text: str) -> dict[bytes, str]:
    """Return what root's file calls its keys, where it calls them anything."""
    names: dict[bytes, str] = {}
    for line in text.splitlines()[:_MOST_LINES]:
        words = line.partition("#")[0].split(maxsplit=2)
        with contextlib.suppress(ValueError):
            names[key_id(read_key_line(" ".join(words)))] = words[2].strip() if words[2:] else ""
    return names


def read_trust(text: str, where: str) -> Trust:
    """
    Read root's file: lines `ed25519 KEY NAME` and `revoked ID`, and remarks behind `#`. Raises `TrustFileError`: a line
    that cannot be read may be one that takes a key's trust away.
    """
    keys: dict[bytes, bytes] = {}
    revoked: set[bytes] = set()
    for number, line in enumerate(text.splitlines()[:_MOST_LINES], start=1):
        word = line.partition("#")[0].strip()
        if not word:
            continue
        try:
            if word.startswith(f"{_REVOKED} "):
                revoked.add(read_id(word.split()[1]))
            else:
                public = read_key_line(word)
                keys[key_id(public)] = public
        except ValueError as error:
            raise TrustFileError(
                f"{where} line {number}: is no key ({error}): copy the line that `gate-controller provision keys show` "
                "prints, or delete it"
            ) from None
    return Trust({name: public for name, public in keys.items() if name not in revoked}, frozenset(revoked))

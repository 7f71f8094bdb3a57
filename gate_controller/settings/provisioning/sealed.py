"""
A message to a gate: signed by the venue's key, encrypted, addressed, numbered, and good until a moment.

The signature is over all that goes before it, the encrypted part included, so that what nobody trustworthy has made is
refused before a passphrase is asked for. Keys are used for one message each: the passphrase with a fresh salt (scrypt),
or a fresh X25519 key with the gate's. A tag of the key (`commitment`) tells a wrong passphrase from a damaged message.
"""

import hashlib
import hmac
import os
import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from gate_controller.settings.provisioning.rejections import Rejected, Rejection
from gate_controller.settings.provisioning.scanned_frames import CONFIRMATION_BYTES, SET_ID_BYTES
from gate_controller.settings.provisioning.venue_keys import (
    KEY_ID_BYTES,
    MOST_STATEMENTS,
    SIGNATURE_BYTES,
    Statement,
    Trust,
    is_signed,
    key_id,
    unpack_statement,
)

VERSION: Final = 1
MOST_CIPHER_BYTES: Final = 4096
_DOMAIN = b"gate-controller provisioning 1\0"
_SALT_BYTES = 32  # as long as an X25519 key, which takes its place
_COMMITMENT_BYTES = 16
_NONCE = bytes(12)  # each key encrypts one message
_HEAD = struct.Struct(f"!BB{SET_ID_BYTES}s{KEY_ID_BYTES}sQQQ")
_LENGTH = struct.Struct("!H")

# 16 MiB and about a second on a Pi Zero: the passphrase has 128 random bits, and needs no more.
_SCRYPT = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}


class Sealing(IntEnum):
    """Who can read a message."""

    PASSPHRASE = 1
    GATE_KEY = 2


@dataclass(frozen=True, slots=True)
class Letter:
    """What stands on the outside of a message, for everybody to read."""

    sealing: Sealing
    set_id: bytes
    signer: bytes
    """The name of the venue's key."""
    serial: int
    issued: int
    expires: int
    """Seconds since 1970, as `issued` is."""
    address: str
    """The id of the gate that it is for; empty: any that is not provisioned."""
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Sealed:
    """A message as it was scanned, read but not believed."""

    letter: Letter
    salt: bytes
    commitment: bytes
    cipher: bytes
    signed: bytes
    signature: bytes

    @property
    def packed(self) -> bytes:
        """The whole message."""
        return self.signed + self.signature

    @property
    def digest(self) -> str:
        """What tells it from every other one."""
        return hashlib.sha256(self.packed).hexdigest()

    def believed(self, trust: Trust) -> Trust:
        """Return whom to believe with what it states about keys, if a trusted key has signed it. Raises `Rejected`."""
        then = trust.after(self.letter.statements)
        public = then.key_of(self.letter.signer)
        if not is_signed(public, _DOMAIN + self.signed, self.signature):
            raise Rejected(Rejection.FORGED)
        return then

    def content_key(self, *, passphrase: bytes = b"", gate_key: X25519PrivateKey | None = None) -> bytes:
        """Return the key of its content. Raises `Rejected` where passphrase or gate's key is another."""
        if self.letter.sealing is Sealing.GATE_KEY:
            if gate_key is None:
                raise Rejected(Rejection.OTHER_GATE, "it is encrypted for a gate's key, and this gate has none")
            try:
                root = _exchanged(gate_key, self.salt, self.salt)
            except ValueError:
                raise Rejected(Rejection.DAMAGED, "its key is none") from None
            if not hmac.compare_digest(_tag(root, b"commit", _COMMITMENT_BYTES), self.commitment):
                raise Rejected(Rejection.OTHER_GATE, "it is encrypted for another gate's key")
            return root
        root = _stretched(passphrase, self.salt)
        if not hmac.compare_digest(_tag(root, b"commit", _COMMITMENT_BYTES), self.commitment):
            raise Rejected(Rejection.WRONG_PASSPHRASE)
        return root

    def opened(self, content_key: bytes) -> bytes:
        """Return its content. Raises `Rejected`."""
        head = self.signed[: -len(self.cipher)] if self.cipher else self.signed
        try:
            return ChaCha20Poly1305(_tag(content_key, b"encrypt", 32)).decrypt(_NONCE, self.cipher, head)
        except InvalidTag:
            raise Rejected(Rejection.DAMAGED, "its content cannot be decrypted") from None


def confirmation(content_key: bytes) -> bytes:
    """Return what the code that confirms a message holds."""
    return _tag(content_key, b"confirm", CONFIRMATION_BYTES)


@dataclass(frozen=True, slots=True, repr=False)
class Made:
    """A message, and the key of its content."""

    packed: bytes
    content_key: bytes


def seal(
    content: bytes,
    letter: Letter,
    venue: Ed25519PrivateKey,
    *,
    passphrase: bytes = b"",
    gate_public: bytes = b"",
) -> Made:
    """Encrypt and sign a content. The letter's signer is the key's own name. Raises ValueError where it is too long."""
    if letter.signer != key_id(venue.public_key().public_bytes_raw()):
        raise ValueError("the letter names another key")
    if letter.sealing is Sealing.GATE_KEY:
        once = X25519PrivateKey.generate()
        salt = once.public_key().public_bytes_raw()
        root = _exchanged(once, gate_public, salt)
    else:
        salt = os.urandom(_SALT_BYTES)
        root = _stretched(passphrase, salt)
    address = letter.address.encode()
    head = _HEAD.pack(
        VERSION, letter.sealing, letter.set_id, letter.signer, letter.serial, letter.issued, letter.expires
    )
    head += bytes([len(address)]) + address + bytes([len(letter.statements)])
    head += b"".join(statement.packed() for statement in letter.statements)
    length = len(content) + 16
    if length > MOST_CIPHER_BYTES:
        raise ValueError(f"{length} bytes are more than a message can hold: leave users or networks out")
    head += salt + _tag(root, b"commit", _COMMITMENT_BYTES) + _LENGTH.pack(length)
    signed = head + ChaCha20Poly1305(_tag(root, b"encrypt", 32)).encrypt(_NONCE, content, head)
    return Made(signed + venue.sign(_DOMAIN + signed), root)


def unpack(packed: bytes) -> Sealed:
    """Read a message, without believing anything of it. Raises `Rejected`."""
    if not packed:
        raise Rejected(Rejection.DAMAGED, "it is empty")
    if packed[0] != VERSION:
        raise Rejected(Rejection.NEWER, f"it is of version {packed[0]}")
    try:
        return _unpacked(packed)
    except (struct.error, IndexError, UnicodeDecodeError, OverflowError):
        raise Rejected(Rejection.DAMAGED, "it is cut off, or no message") from None


def _unpacked(packed: bytes) -> Sealed:
    signed, signature = packed[:-SIGNATURE_BYTES], packed[-SIGNATURE_BYTES:]
    _, sealing, set_id, signer, serial, issued, expires = _HEAD.unpack_from(signed)
    try:
        known = Sealing(sealing)
    except ValueError:
        raise Rejected(Rejection.NEWER, "it is encrypted in a way that this version does not know") from None
    rest = signed[_HEAD.size :]
    address = rest[1 : 1 + rest[0]].decode()
    rest = rest[1 + rest[0] :]
    count, rest = rest[0], rest[1:]
    if count > MOST_STATEMENTS:
        raise Rejected(Rejection.TOO_LONG, "it holds too many statements about keys")
    statements = []
    for _ in range(count):
        statement, rest = unpack_statement(rest)
        statements.append(statement)
    salt, rest = rest[:_SALT_BYTES], rest[_SALT_BYTES:]
    commitment, rest = rest[:_COMMITMENT_BYTES], rest[_COMMITMENT_BYTES:]
    (length,) = _LENGTH.unpack_from(rest)
    cipher = rest[_LENGTH.size :]
    if length != len(cipher) or length > MOST_CIPHER_BYTES or len(signature) != SIGNATURE_BYTES:
        raise Rejected(Rejection.DAMAGED, "it is not as long as it says")
    letter = Letter(known, set_id, signer, serial, issued, expires, address, tuple(statements))
    return Sealed(letter, salt, commitment, cipher, signed, signature)


def _stretched(passphrase: bytes, salt: bytes) -> bytes:
    return hashlib.scrypt(passphrase, salt=salt, maxmem=64 * 2**20, **_SCRYPT)


def _exchanged(own: X25519PrivateKey, other: bytes, salt: bytes) -> bytes:
    shared = own.exchange(X25519PublicKey.from_public_bytes(other))
    return hmac.digest(salt, b"gate-controller gate key 1\0" + shared, "sha256")


def _tag(root: bytes, what: bytes, length: int) -> bytes:
    return hmac.digest(root, what, "sha256")[:length]

"""
Whether a package of the gate is what its maker has signed, by the same files and rules as `deb/install.sh`.

Beside the package lie SHA256SUMS, which names it with its hash, and SHA256SUMS.sig, an Ed25519 signature over that. The
key is the one that the first installation has kept, or one that whoever upgrades names. A key from beside the package
proves nothing by itself: it counts by its fingerprint, which comes from elsewhere.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gate_controller.systemd.package_files import PackageError, hash_of

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

# ruff: noqa: PLC0415 - cryptography is an extra's, and for those who upgrade

KEPT_KEY = Path("/etc/gate-controller/package-key.pem")
"""Where the first installation that looked at a signature keeps its key."""

_SUMS, _SIGNATURE, _KEY_BESIDE = "SHA256SUMS", "SHA256SUMS.sig", "package-key.pem"
_MOST_BYTES = 1 << 20
"""More than any of these files has: somebody may have named a device or a disk image."""


@dataclass(frozen=True, slots=True)
class PackageTrust:
    """By what a package is trusted: a key's file, a key's fingerprint, or nothing but its hash."""

    key: Path | None = None
    fingerprint: str = ""
    is_unsigned: bool = False


@dataclass(frozen=True, slots=True)
class TrustedPackage:
    """What a package has to be, to the byte."""

    sha256: str
    key: bytes = b""
    """The key that has signed it (PEM); empty where no signature was looked at."""

    def keep_key(self, kept: Path = KEPT_KEY) -> None:
        """Keep the key for the next release, where none is kept. Raises `OSError`."""
        if not self.key or kept.exists():
            return
        kept.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        fresh = kept.with_name(f"{kept.name}.new")
        fresh.write_bytes(self.key)
        fresh.chmod(0o644)
        fresh.replace(kept)


def trusted(file: Path, trust: PackageTrust, kept: Path = KEPT_KEY) -> TrustedPackage:
    """Return what a package file has to be, which it is. Raises `PackageError` where it is not to be trusted."""
    if not file.is_file():
        raise PackageError(f"package {file}: is not there: name the .deb file")
    sums = _read(file, _SUMS, "copy all files that belong to it")
    found = re.findall(rf"(?m)^([0-9a-f]{{64}}) [ *]{re.escape(file.name)}$", sums.decode(errors="replace"))
    if len(found) != 1:
        raise PackageError(f"package {file}: {_SUMS} does not name it: copy both from the same place")
    if hash_of(file) != found[0]:
        raise PackageError(f"package {file}: is not as {_SUMS} says: it was damaged or changed: copy it anew")
    if trust.is_unsigned:
        return TrustedPackage(found[0])
    signature = _read(file, _SIGNATURE, "it is not signed (--unsigned installs it all the same)")
    key = _key(file, trust, kept)
    _verify(file, key, signature, sums)
    return TrustedPackage(found[0], key.read_bytes())


def _read(file: Path, name: str, remedy: str) -> bytes:
    try:
        with file.with_name(name).open("rb") as opened:
            return opened.read(_MOST_BYTES)
    except FileNotFoundError:
        raise PackageError(f"package {file}: no {name} beside it: {remedy}") from None
    except OSError as error:
        raise PackageError(f"package {file}: {name} cannot be read ({error.strerror}): is the stick whole?") from None


def _key(file: Path, trust: PackageTrust, kept: Path) -> Path:
    if trust.fingerprint:
        beside = file.with_name(_KEY_BESIDE)
        if not beside.is_file():
            raise PackageError(f"package {file}: no {_KEY_BESIDE} beside it: name the key's file with --key")
        has = _fingerprint(beside)
        if has != re.sub("[ :]", "", trust.fingerprint).lower():
            raise PackageError(f"key {beside}: its fingerprint is {has}: not the one you gave: ask for the right one")
        return beside
    key = trust.key or kept
    if not key.is_file():
        if trust.key is not None:
            raise PackageError(f"key {key}: is not there: name the public key's file")
        raise PackageError(
            f"package {file}: no key is kept here to look at its signature with: give --fingerprint HEX or --key FILE, "
            "once (--unsigned does without)"
        )
    return key


def _fingerprint(key: Path) -> str:
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        PublicFormat,
    )

    der = _public(key).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def _verify(file: Path, key: Path, signature: bytes, sums: bytes) -> None:
    from cryptography.exceptions import InvalidSignature

    try:
        _public(key).verify(signature, sums)
    except InvalidSignature:
        raise PackageError(
            f"package {file}: the signature is not by the key {key}: do not install it, and ask where it comes from"
        ) from None


def _public(key: Path) -> "Ed25519PublicKey":
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        public = load_pem_public_key(key.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm):
        public = None
    if not isinstance(public, Ed25519PublicKey):
        raise PackageError(f"key {key}: is no public Ed25519 key (PEM): name the right file")
    return public

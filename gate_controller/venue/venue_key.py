"""
The venue's own key, which signs its orders to gates: made at the first start, in a file that its user alone can read.

Gates believe its public half, in the lines of their `mqtt.order_keys_file`. Whoever loses the file has all gates learn
another one; so nothing ever writes over it.
"""

import os
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from gate_controller.settings.provisioning.venue_keys import key_line

KEY_FILE: Final = "venue.key"


class VenueKeyError(Exception):
    """The key cannot be read or made: what, where, what to do."""


def own_key(state_dir: Path) -> Ed25519PrivateKey:
    """Return the venue's key, made now where there is none. Raises `VenueKeyError`."""
    path = state_dir / KEY_FILE
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _make(path)
        found = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise VenueKeyError(f"the venue's key: {path}: {why}: let the venue's user write there") from None
    except (ValueError, TypeError):
        found = None
    if not isinstance(found, Ed25519PrivateKey):
        raise VenueKeyError(
            f"the venue's key is damaged: {path}: put it back from a backup, or delete it and have all gates join anew"
        )
    return found


def order_key_line(key: Ed25519PrivateKey, name: str) -> str:
    """Return the line by which gates believe the venue."""
    plain = "".join(c if c.isalnum() and c.isascii() else "-" for c in name).strip("-") or "venue"
    return key_line(key.public_key().public_bytes_raw(), plain)


def _make(path: Path) -> None:
    packed = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    beside = path.with_suffix(".new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(handle, packed)
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        os.link(beside, path)  # never over one that has come meanwhile
    except FileExistsError:
        pass
    finally:
        beside.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

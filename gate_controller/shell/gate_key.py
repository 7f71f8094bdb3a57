"""The gate's own key (X25519), for which set-up codes can be encrypted in place of a passphrase: a file of its own."""

import os
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from gate_controller.journal import own_files

GATE_KEY_FILE: Final = "provisioning.key"
_KEY_BYTES = 32


def gate_key_in(directory: Path) -> X25519PrivateKey | None:
    """Return the gate's key; None where it has none. Raises `OSError` where it cannot be read, or is none."""
    path = directory / GATE_KEY_FILE
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    with os.fdopen(handle, "rb") as file:
        raw = file.read(_KEY_BYTES + 1)
    if len(raw) != _KEY_BYTES:
        raise OSError(f"{path}: is no key: remove it, and make another by `gate-controller provision identity`")
    return X25519PrivateKey.from_private_bytes(raw)


def made_gate_key(directory: Path) -> X25519PrivateKey:
    """Return the gate's key, made now if there was none. Raises `OSError`."""
    key = gate_key_in(directory)
    if key is None:
        key = X25519PrivateKey.generate()
        own_files.replace(directory / GATE_KEY_FILE, key.private_bytes_raw())
    return key

"""
Secrets of the unit as systemd keeps them encrypted: `systemd-creds`, from systemd 250 on.

What it protects from: whoever gets the file alone (a backup of /etc, a copied folder) cannot read it, for the key that
opens it is the machine's own, /var/lib/systemd/credential.secret. It does not protect from whoever takes the card away:
that key lies on the same card. A TPM would, but then the card works in no other Pi, and a dead one is to be replaced.

Everything here blocks, each call for a limited time.
"""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

STORE = Path("/etc/credstore.encrypted")
DROP_INS = Path("/etc/systemd/system/gate-controller.service.d")
_SECONDS: Final = 20.0


class SecretError(Exception):
    """A secret cannot be encrypted or read: what, where, what to do."""


def can_encrypt() -> bool:
    """Whether secrets can be kept so: root, on a machine that systemd runs, with systemd-creds."""
    return os.geteuid() == 0 and Path("/run/systemd/system").exists() and shutil.which("systemd-creds") is not None


def encrypted(name: str, secret: str) -> bytes:
    """Return a secret, encrypted for this machine, having proven that it can be read again. Raises `SecretError`."""
    told = _creds("encrypt", "--with-key=host", f"--name={name}", "-", "-", given=secret.encode(), name=name)
    if decrypted(name, told) != secret:
        raise SecretError(f"{name} does not come back from systemd-creds as it was: keep it in a file instead")
    return told


def decrypted(name: str, told: bytes) -> str:
    """Return what an encrypted secret says. Raises `SecretError`."""
    return _creds("decrypt", f"--name={name}", "-", "-", given=told, name=name).decode(errors="replace")


def place_of(name: str) -> Path:
    """Return where an encrypted secret lies."""
    return STORE / name


def drop_in_of(name: str) -> Path:
    """Return where it is written that the unit takes a secret from there."""
    return DROP_INS / f"50-encrypted-{name.replace('.', '-').replace('_', '-')}.conf"


def drop_in(name: str) -> str:
    """Return the unit's drop-in; it goes over the plain file that the unit names (systemd.exec(5))."""
    return (
        f"# Written by `gate-controller setup`: {name} is kept encrypted for this machine.\n"
        "[Service]\n"
        f"LoadCredentialEncrypted={name}:{place_of(name)}\n"
    )


def _creds(*arguments: str, given: bytes, name: str) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - our own words; the secret goes in by a pipe
            ["systemd-creds", *arguments],  # noqa: S607 - wherever this system has it
            input=given,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        why = type(error).__name__
        raise SecretError(f"{name} cannot be handled by systemd-creds ({why}): keep it in a file instead") from None
    if done.returncode:
        why = " ".join(done.stderr.decode(errors="replace").split()) or f"code {done.returncode}"
        what = f"{name} cannot be {'read' if arguments[0] == 'decrypt' else 'encrypted'} by systemd-creds"
        is_read = arguments[0] == "decrypt"
        remedy = "run `sudo gate-controller setup` on this machine" if is_read else "keep it in a file instead"
        raise SecretError(f"{what} ({why}): {remedy}")
    return done.stdout

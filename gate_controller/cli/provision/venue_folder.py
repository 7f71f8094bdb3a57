"""
Where a venue keeps its key: a folder of its owner's alone. The key in PEM, what was stated about keys, and the last
serial number. Everything is written whole, and on disk before its name is.
"""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from gate_controller.cli.exits import CommandError, ExitCode

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from gate_controller.settings.provisioning.venue_keys import Statement

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them

KEY_FILE: Final = "venue.key"
NAME_FILE: Final = "venue.name"
STATEMENTS_FILE: Final = "statements"
SERIAL_FILE: Final = "serial"
KEPT_STATEMENTS: Final = 8
"""So many statements go with each set of codes; gates know the older ones, or get the newest key from root."""

KeysOption = Annotated[
    Path | None,
    typer.Option(
        "--keys",
        metavar="FOLDER",
        show_default=False,
        help="The folder with the venue's key. Otherwise: ~/.config/gate-controller/venue.",
    ),
]
PassphraseFileOption = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        metavar="FILE",
        show_default=False,
        help="A file whose first line is the passphrase of the venue's key. Otherwise it is asked for.",
    ),
]


@contextlib.contextmanager
def library_told() -> Iterator[None]:
    """Turn what is not installed into the end of a command."""
    try:
        yield
    except ImportError as error:
        missing = f"{error.name or error} is not installed"
        raise CommandError(ExitCode.NO, f"{missing}: pip install 'gate-controller[provisioning]'") from None


class VenueFolder:
    """The folder of a venue."""

    def __init__(self, wanted: Path | None) -> None:
        config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
        self.path = wanted or config / "gate-controller" / "venue"

    @property
    def key_file(self) -> Path:
        """The venue's key."""
        return self.path / KEY_FILE

    def make(self, key: "Ed25519PrivateKey", name: str, passphrase: bytes) -> None:
        """Write a new key. Raises `CommandError` where there is one already."""
        if self.key_file.exists():
            raise CommandError(
                ExitCode.NO,
                f"{self.key_file}: there is a key already: gates trust it: `gate-controller provision keys roll` makes "
                "another one that they will trust too",
            )
        self.write(KEY_FILE, pem(key, passphrase))
        self.write(NAME_FILE, f"{name}\n".encode())

    def read_key(self, passphrase_file: Path | None) -> "Ed25519PrivateKey":
        """Return the venue's key. Raises `CommandError`."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        data = self._read(self.key_file, "`gate-controller provision keys make` makes one, or name its folder")
        passphrase = None
        if b"ENCRYPTED" in data:
            passphrase = passphrase_in(passphrase_file) if passphrase_file else _asked()
        try:
            key = load_pem_private_key(data, passphrase)
        except (ValueError, TypeError):
            why = "its passphrase is another, or it is damaged" if passphrase else "it is no key"
            raise CommandError(ExitCode.NO, f"{self.key_file}: {why}: try again, or put a copy back") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise CommandError(ExitCode.NO, f"{self.key_file}: is no key of Ed25519: name another folder with --keys")
        return key

    @property
    def name(self) -> str:
        """What the venue calls its key."""
        try:
            return (self.path / NAME_FILE).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return ""

    def statements(self) -> tuple["Statement", ...]:
        """Return what was stated about keys, in order. Raises `CommandError`."""
        from gate_controller.settings.provisioning.rejections import Rejected
        from gate_controller.settings.provisioning.venue_keys import read_statement

        path = self.path / STATEMENTS_FILE
        if not path.exists():
            return ()
        try:
            lines = path.read_text(encoding="ascii").split()
            return tuple(read_statement(line) for line in lines)
        except (OSError, UnicodeDecodeError, Rejected) as error:
            raise CommandError(ExitCode.NO, f"{path}: cannot be read ({error}): put a copy back") from None

    def state(self, *statements: "Statement") -> None:
        """Add statements."""
        lines = [statement.text for statement in (*self.statements(), *statements)]
        self.write(STATEMENTS_FILE, "".join(f"{line}\n" for line in lines).encode())

    def next_serial(self) -> int:
        """Return a serial number that is higher than any before, on this machine and by the clock."""
        path = self.path / SERIAL_FILE
        try:
            last = int(path.read_text(encoding="ascii"))
        except (OSError, ValueError):
            last = 0
        # By the clock too, so that a folder that was put back from a copy gives no number that a gate has seen.
        serial = max(last + 1, int(time.time()))
        self.write(SERIAL_FILE, f"{serial}\n".encode())
        return serial

    def write(self, name: str, content: bytes) -> None:
        """Write a file whole. Raises `CommandError`."""
        from gate_controller.journal import own_files

        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            own_files.replace(self.path / name, content)
        except OSError as error:
            where = error.filename or self.path / name
            raise CommandError(ExitCode.NO, f"{where}: cannot be written: {error.strerror}: put it right") from None

    @staticmethod
    def _read(path: Path, remedy: str) -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            raise CommandError(ExitCode.NO, f"{path}: cannot be read: {error.strerror}: {remedy}") from None


def pem(key: "Ed25519PrivateKey", passphrase: bytes) -> bytes:
    """Return a key as PEM, encrypted where there is a passphrase."""
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        KeySerializationEncryption,
        NoEncryption,
        PrivateFormat,
    )

    how: KeySerializationEncryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)


def passphrase_in(file: Path) -> bytes:
    """Return the first line of a file. Raises `CommandError`."""
    try:
        with file.open("rb") as opened:
            line = opened.readline(1024).rstrip(b"\r\n")
    except OSError as error:
        raise CommandError(ExitCode.SETTINGS, f"{file}: cannot be read: {error.strerror}: name another file") from None
    if not line:
        raise CommandError(ExitCode.SETTINGS, f"{file}: its first line is empty: write the passphrase there")
    return line


def _asked() -> bytes:
    import sys
    from getpass import getpass

    if not sys.stdin.isatty():
        raise CommandError(
            ExitCode.SETTINGS, "the venue's key has a passphrase, and there is no terminal: give --passphrase-file"
        )
    try:
        return getpass("Passphrase of the venue's key: ").encode()
    except EOFError:
        raise CommandError(ExitCode.INTERRUPTED, "no passphrase was typed: nothing was made") from None

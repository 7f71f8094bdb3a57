"""`gate-controller venue broker`: a Mosquitto on the venue's machine made ready for a house, and the venue for it."""

import os
import secrets
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from gate_controller.cli.exits import CommandError, ExitCode

if TYPE_CHECKING:
    from gate_controller.venue.broker_files import BrokerCertificate

# ruff: noqa: PLC0415 - certificates are made by this command alone

_OWN: Final = Path("/etc/gate-controller")
SETTINGS_FILE: Final = _OWN / "venue.toml"
AUTHORITY, AUTHORITY_KEY = _OWN / "venue.broker-ca.pem", _OWN / "venue.broker-ca.key"
PASSWORD, VOUCHER_KEY = _OWN / "venue.mqtt.password", _OWN / "venue.mqtt.voucher_key"
CONFIGURATION: Final = Path("/etc/mosquitto/conf.d/gate-venue.conf")
_BROKER = "mosquitto"


@dataclass(frozen=True, slots=True, repr=False)
class _BrokerFile:
    """A file that is to be written."""

    path: Path
    content: bytes
    mode: int
    what: str
    is_brokers: bool = False
    """Whether Mosquitto has to read it, and others not."""


def broker(
    names: Annotated[
        list[str] | None,
        typer.Option(
            "--name",
            metavar="HOST",
            show_default=False,
            help="What the gates call this machine: a name or an address; can be repeated. Otherwise its own names.",
        ),
    ] = None,
    house: Annotated[str, typer.Option("--house", metavar="NAME", help="What people call the house.")] = "Gates",
    below: Annotated[
        Path | None,
        typer.Option(
            "--below", metavar="FOLDER", show_default=False, help="Write all of it below this folder, to be looked at."
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Write it without asking.")] = False,
) -> int:
    """
    Make a Mosquitto on this machine ready for a house of gates, and the venue's settings for it.

    Writes a configuration for Mosquitto (its plugin for dynamic security, TLS for the gates), a certificate with an
    authority of its own, the venue's account at the broker, and, where there are none yet, the venue's settings. It
    says first what it writes. Accounts and the authority that are there stay; the certificate is made anew, so that
    another --name can be added at any time.

    Examples:
      sudo gate-controller venue broker --house Museum
      sudo gate-controller venue broker --name venue.museum.ch --name 192.0.2.10
    """
    from gate_controller.cli.provision.venue_folder import library_told

    called = list(names or _own_names())
    root = below or Path("/")
    with library_told():
        wanted = list(_wanted(called, house, root))
    if below is None and os.geteuid() != 0:
        raise CommandError(ExitCode.NO, "the broker's files are root's: use sudo, or have a look with --below FOLDER")
    print(f"The broker is called {', '.join(called)} by its gates.")
    for each in wanted:
        print(f"  {'replace' if _at(root, each.path).exists() else 'write'} {_at(root, each.path)}: {each.what}")
    if not yes:
        _agreed()
    for each in wanted:
        _write(root, each)
    print("next:")
    print("  sudo systemctl restart mosquitto")
    print("  sudo systemctl enable --now gate-venue")
    print("  sudo gate-controller venue user add NAME --role technician")
    return ExitCode.OK


def _wanted(names: list[str], house: str, root: Path) -> Iterator[_BrokerFile]:
    from gate_controller.venue.broker_files import (
        ACCOUNTS,
        CERTIFICATES,
        configuration,
        find_plugin,
        first_accounts,
    )

    plugin = find_plugin()
    if plugin is None:
        raise CommandError(
            ExitCode.NO,
            "Mosquitto's plugin for dynamic security is not on this machine: sudo apt-get install mosquitto (2.0 or "
            "later)",
        )
    has_accounts, has_password = _at(root, ACCOUNTS).exists(), _at(root, PASSWORD).exists()
    if has_accounts and not has_password:
        raise CommandError(
            ExitCode.NO,
            f"{ACCOUNTS} is there, and the venue's password for it is not: put {PASSWORD} back, or move the accounts "
            "away and have all gates join anew",
        )
    made = _certificate(names, root)
    yield _BrokerFile(CONFIGURATION, configuration(plugin).encode(), 0o644, "listeners, TLS, accounts by the plugin")
    yield _BrokerFile(
        AUTHORITY, made.authority, 0o644, "the authority of the broker's certificate, which gates are given"
    )
    yield _BrokerFile(AUTHORITY_KEY, made.authority_key, 0o600, "its key, for the next certificate")
    yield _BrokerFile(
        CERTIFICATES / "gate-venue.pem", made.certificate, 0o644, f"the certificate, for {', '.join(names)}"
    )
    yield _BrokerFile(CERTIFICATES / "gate-venue.key", made.key, 0o640, "its key", is_brokers=True)
    if not has_accounts:
        password = secrets.token_urlsafe(24)
        yield _BrokerFile(PASSWORD, f"{password}\n".encode(), 0o600, "the venue's password at the broker")
        content = first_accounts(password).encode()
        yield _BrokerFile(ACCOUNTS, content, 0o600, "accounts: the venue alone", is_brokers=True)
    if not _at(root, VOUCHER_KEY).exists():
        key = f"{secrets.token_urlsafe(32)}\n".encode()
        yield _BrokerFile(VOUCHER_KEY, key, 0o600, "what vouchers are found by across gates, without their codes")
    if not _at(root, SETTINGS_FILE).exists():
        yield _BrokerFile(SETTINGS_FILE, _settings(names[0], house).encode(), 0o644, "the venue's settings")


def _certificate(names: list[str], root: Path) -> "BrokerCertificate":
    from gate_controller.venue.broker_files import made_certificate

    known = [_at(root, path) for path in (AUTHORITY, AUTHORITY_KEY)]
    try:
        authority = (known[0].read_bytes(), known[1].read_bytes()) if known[1].exists() else None
        return made_certificate(names, authority)
    except (OSError, ValueError, TypeError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise CommandError(
            ExitCode.NO, f"the broker's certificate cannot be made ({why}): {known[0]}, {known[1]}: put a copy back"
        ) from None


def _settings(host: str, house: str) -> str:
    import json

    return f"""\
# Written by `gate-controller venue broker`. All settings: gate-controller venue check --reference

[house]
name = {json.dumps(house)}

[web]
# The page, over https; 127.0.0.1 for this machine alone.
host = "0.0.0.0"

[mqtt]
host = "127.0.0.1"
port = 1883
user = "venue"
password_file = "{PASSWORD}"
voucher_key_file = "{VOUCHER_KEY}"

[enrolment]
accounts = "dynamic"
# What the gates call the broker.
host = {json.dumps(host)}
ca_file = "{AUTHORITY}"
"""


def _write(root: Path, wanted: _BrokerFile) -> None:
    from gate_controller.settings.toml_editing import replace_file

    path = _at(root, wanted.path)
    try:
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        replace_file(path, wanted.content, mode=wanted.mode)
        if wanted.is_brokers and os.geteuid() == 0 and _has_user(_BROKER):
            shutil.chown(path, _BROKER, _BROKER)
    except OSError as error:
        raise CommandError(
            ExitCode.NO, f"{path} cannot be written ({error.strerror}): make room, and do it again"
        ) from None
    print(f"written: {path}")


def _has_user(name: str) -> bool:
    import pwd

    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _at(root: Path, path: Path) -> Path:
    return root / path.relative_to("/")


def _own_names() -> list[str]:
    """Return what this machine is called, the most telling first, and its addresses."""
    host = socket.gethostname()
    found = [socket.getfqdn(), f"{host.partition('.')[0]}.local", host, *_addresses(), "127.0.0.1"]
    return [name for name in dict.fromkeys(found) if name and name != "localhost"]


def _addresses() -> Iterator[str]:
    for family, elsewhere in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        # Nothing is sent: the kernel only says from which of its addresses it would be.
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((elsewhere, 9))
                yield str(probe.getsockname()[0])
        except OSError:
            continue


def _agreed() -> None:
    if not sys.stdin.isatty():
        raise CommandError(
            ExitCode.SETTINGS, "nobody is there to be asked, and nothing was written: command line: give --yes"
        )
    try:
        typed = input("Write it? [Y/n] ").strip().lower()
    except EOFError:
        typed = "n"
    if typed not in {"", "y", "yes"}:
        raise CommandError(ExitCode.NO, "nothing was written")

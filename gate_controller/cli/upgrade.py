"""`gate-controller upgrade` and `rollback`: another release on an installed gate, and the way back."""

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gate_controller.cli.exits import CommandError, ExitCode

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them

if TYPE_CHECKING:
    from gate_controller.systemd.exchange_note import ExchangeNote
    from gate_controller.systemd.package_files import PackageFile
    from gate_controller.systemd.package_trust import TrustedPackage
    from gate_controller.systemd.releases import Releases

WatchOption = Annotated[
    float, typer.Option("--watch", metavar="SECONDS", min=1, max=3600, help="How long the release is watched.")
]
IdleOption = Annotated[
    float, typer.Option("--idle", metavar="SECONDS", min=0, max=86400, help="How long a free lane is waited for.")
]
KeyOption = Annotated[
    Path | None, typer.Option("--key", metavar="FILE", help="The public key, in place of the one that is kept.")
]
FingerprintOption = Annotated[
    str, typer.Option("--fingerprint", metavar="HEX", help="Take package-key.pem from beside the package by this.")
]
UnsignedOption = Annotated[bool, typer.Option("--unsigned", help="Look at the hash, and at no signature.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Go on where there is no way back.")]


def upgrade(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The package, a .deb file.", show_default=False)],
    watch: WatchOption = 60,
    idle: IdleOption = 600,
    yes: YesOption = False,
    key: KeyOption = None,
    fingerprint: FingerprintOption = "",
    unsigned: UnsignedOption = False,
) -> int:
    """
    Put another release onto this gate, and go back by itself if it does not get ready.

    First it looks at hash and signature, which lie beside the package (SHA256SUMS, SHA256SUMS.sig), with the key that
    the first installation has kept (/etc/gate-controller/package-key.pem). Where none is kept, name it once.

    The package is installed while the gate runs. Then: wait until nobody is in the lane, stop the gate, copy its
    journal into backups/ of the state directory, start the new release, and watch it. If it is not ready in time, ends
    by itself, or cannot use the settings, the release before runs again and its package is put back. Visitors miss the
    gate for as long as a start takes.

    A unit of systemd's does it all: it goes on when the connection to this terminal is lost, and after a power cut.
    Where the new release may write what the present one cannot read, this says so before it begins, and wants --yes.

    Ends with 0 when the new release is in place, else with 1.

    Examples:
      sudo gate-controller upgrade gate-controller_0.2.0+deb12_arm64.deb
      sudo gate-controller upgrade /media/stick/gate-controller_0.2.0+deb12_arm64.deb --fingerprint e983ba3f…
    """
    from gate_controller.systemd.package_files import PackageError
    from gate_controller.systemd.package_trust import PackageTrust, trusted

    releases = _on_a_gate()
    try:
        made = trusted(file, PackageTrust(key, fingerprint, unsigned))
    except PackageError as error:
        raise CommandError(ExitCode.SETTINGS, str(error)) from None
    return _order(releases, _read(file), watch=watch, idle=idle, yes=yes, made=made)


def rollback(watch: WatchOption = 60, idle: IdleOption = 600) -> int:
    """
    Go back to the release before this one, with the same care as an upgrade.

    The journal goes on as it is. Where the present release has written what the one before cannot read, nothing is
    done. After it, "rollback" leads forward again.

    Example:
      sudo gate-controller rollback
    """
    from gate_controller.journal.store import FILE_NAME

    releases = _on_a_gate()
    kept = releases.kept_packages()
    if not kept:
        raise CommandError(ExitCode.NO, f"rollback: {releases.packages}: no release before this one is kept there")
    package = _read(kept[-1])
    from gate_controller.journal.dialect import Dialect, spoken_in

    tables, words = spoken_in(_state_dir() / FILE_NAME)
    if unknown := Dialect(package.journal_tables, package.journal_words).unknown(tables, words):
        raise CommandError(
            ExitCode.NO,
            f"rollback: {package.version} cannot read what this release has written into the journal "
            f"({_some(unknown)}): stay with this release",
        )
    return _order(releases, package, watch=watch, idle=idle, yes=True)


def oversee_upgrade() -> int:
    """
    Carry out what "upgrade" has ordered, or end what was cut off. For gate-controller-upgrade.service alone.

    Example:
      systemctl status gate-controller-upgrade
    """
    from gate_controller.cli.overseeing import oversee

    return oversee()


def _on_a_gate() -> "Releases":
    from gate_controller.settings.installed import is_installed
    from gate_controller.systemd.releases import Releases
    from gate_controller.systemd.unit import is_booted

    if not is_installed():
        raise CommandError(ExitCode.SETTINGS, "this program was not installed as a package: here, `git pull` does it")
    if os.geteuid() != 0:
        raise CommandError(ExitCode.NO, "exchanging the release: is for root alone: use sudo")
    if not is_booted():
        raise CommandError(ExitCode.NO, "systemd does not run this machine: install the package with apt-get instead")
    # What is packed again is for everybody to read, however careful root is otherwise.
    os.umask(0o022)
    return Releases()


def _read(file: Path) -> "PackageFile":
    from gate_controller.systemd.package_files import PackageError, own_architecture, read

    try:
        package, architecture = read(file), own_architecture()
    except PackageError as error:
        raise CommandError(ExitCode.SETTINGS, str(error)) from None
    if package.architecture != architecture:
        raise CommandError(
            ExitCode.SETTINGS,
            f"package {file}: is for {package.architecture}, this machine is {architecture}: take the file for it",
        )
    python = f"python3 (>= {sys.version_info.major}.{sys.version_info.minor})"
    if python not in package.depends:
        raise CommandError(
            ExitCode.SETTINGS,
            f"package {file}: is for another release of Debian than this machine has (it wants {package.depends}): "
            "take the file with the number that is in /etc/debian_version",
        )
    return package


def _state_dir() -> Path:
    from gate_controller.settings import read_alone
    from gate_controller.settings.installed import STATE_DIR

    said = read_alone(("state_dir",), config=None, overrides=(), environ=os.environ).values.get("state_dir")
    return Path(str(said or STATE_DIR))


def _order(
    releases: "Releases",
    package: "PackageFile",
    *,
    watch: float,
    idle: float,
    yes: bool,
    made: "TrustedPackage | None" = None,
) -> int:
    """Order an exchange, and tell of it until it is over; `made` says what its maker signed, where one did."""
    from gate_controller.devices.machine import boot
    from gate_controller.journal.dialect import own_dialect
    from gate_controller.systemd import package_files, unit
    from gate_controller.systemd.exchange_note import ExchangeNote, ExchangeStage, under_way
    from gate_controller.systemd.package_files import PackageError
    from gate_controller.systemd.releases import CURRENT, FALLBACK

    installed, current = package_files.installed_version(), releases.named(CURRENT)
    if not installed or current is None:
        raise CommandError(ExitCode.NO, "no package of the gate is installed: install it with apt-get first")
    if package.version == installed:
        print(f"{installed} is installed already: nothing to do")
        return ExitCode.OK
    if under_way(releases.root) is not None:
        # One that was cut off is brought to its end first; one that runs is not disturbed.
        unit.start_exchange()
        raise CommandError(
            ExitCode.NO, "another upgrade is under way, or was cut off and is being ended: try again in two minutes"
        )
    if unknown := own_dialect().unknown(package.journal_tables, package.journal_words):
        what = f"{package.version} writes into the journal what {installed} cannot read ({_some(unknown)})"
        if not yes:
            raise CommandError(
                ExitCode.NO, f"{what}: there is no way back once it has: read its changes, and say --yes to go on"
            )
        print(f"no way back: {what}")
    was = unit.properties(["ActiveState"]).get("ActiveState")
    if was is None:
        raise CommandError(ExitCode.NO, "systemd does not answer: nothing was changed: try again")
    print(f"from {installed} to {package.version}")
    try:
        if made is not None:
            made.keep_key()
        kept = package_files.pack_again(releases.packages)
        package_here = package_files.own_copy(package.file, releases.packages, made.sha256 if made else "")
        releases.point(FALLBACK, current)
        ExchangeNote(
            stage=ExchangeStage.WANTED,
            boot=boot(),
            old_release=str(current),
            old_version=installed,
            old_package=str(kept),
            new_version=package.version,
            new_package=str(package_here),
            was=was,
            watch_seconds=watch,
            idle_seconds=idle,
            state_dir=str(_state_dir()),
        ).write(releases.root)
        unit.start_exchange()
    except (PackageError, unit.UnitError, OSError) as error:
        raise CommandError(ExitCode.NO, f"nothing was changed: {error}") from None
    return _follow(releases)


def _some(unknown: list[str]) -> str:
    return ", ".join(unknown[:5]) + (f" and {len(unknown) - 5} more" if len(unknown) > 5 else "")  # noqa: PLR2004 - as many


_TOLD = {
    "wanted": "",
    "installing": "installing it, beside the gate that runs ...",
    "watching": "the new release is in place: watching whether it gets ready ...",
    "returning": "it does not: going back ...",
}


def _follow(releases: "Releases") -> int:
    from gate_controller.systemd import unit
    from gate_controller.systemd.exchange_note import under_way

    told = ""
    try:
        while (note := under_way(releases.root)) is not None:
            if note.stage != told:
                told = note.stage
                if _TOLD[told]:
                    print(_TOLD[told], flush=True)
            if unit.has_exchange_ended():
                if under_way(releases.root) is None:
                    break
                raise CommandError(
                    ExitCode.NO, "the upgrade was broken off: look at `journalctl -u gate-controller-upgrade`"
                )
            time.sleep(0.3)
    except KeyboardInterrupt:
        print("it goes on without this terminal: `systemctl status gate-controller-upgrade`", file=sys.stderr)
        raise
    return _told(releases)


def _told(releases: "Releases") -> int:
    from gate_controller.systemd.exchange_note import last

    note: ExchangeNote | None = last(releases.root)
    if note is None:
        raise CommandError(ExitCode.NO, "the upgrade: nothing is known of it: look at journalctl")
    where = f"; the journal from before: {note.backup}" if note.backup else ""
    match note.outcome:
        case "done":
            print(f"done: {note.new_version} is in place{where}")
            return ExitCode.OK
        case "returned":
            line = f"{note.new_version}: {note.why}: gone back to {note.old_version}, which runs as before{where}"
        case "unchanged":
            line = f"{note.new_version} was not put in place: {note.why}: {note.old_version} runs as before"
        case _:
            line = f"{note.new_version}: {note.why}{where}: call whoever looks after the gate"
    raise CommandError(ExitCode.NO, line)

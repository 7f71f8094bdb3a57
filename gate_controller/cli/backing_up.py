"""`gate-controller backup`: the gate in one file, on a stick or a share."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gate_controller.cli.asking import ask, ask_if_running
from gate_controller.cli.backup_source import BackupSource, source_of
from gate_controller.cli.exits import CommandError, ExitCode, complain
from gate_controller.cli.options import ConfigOption, SetOption

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate_controller.journal.backup_file import BackedUpFile
    from gate_controller.settings import LoadedSettings

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them

PassphraseOption = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file", metavar="FILE", show_default=False, help="A file whose first line seals the backup."
    ),
]


def backup(
    target: Annotated[
        Path | None,
        typer.Argument(metavar="TARGET", show_default=False, help="A folder or a file; otherwise backup.target."),
    ] = None,
    config: ConfigOption = None,
    overrides: SetOption = None,
    passphrase_file: PassphraseOption = None,
) -> int:
    """
    Back the gate up into one file: journal, settings, users and all else of its state. The gate goes on meanwhile.

    What was written is read back and compared before it gets its name, which tells gate and time. Keys and passwords
    are in it only where a passphrase seals it. Voucher codes are in it: keep it like cash. In the folder of
    backup.target, which must be another disk, the newest backup.keep of this gate are kept.

    Where the settings file has mistakes, all is saved as it is, old backups are kept, and the command ends with 2.

    Examples:
      sudo gate-controller backup /media/stick
      sudo gate-controller backup /media/stick --passphrase-file /root/passphrase
    """
    from gate_controller.journal.failures import JournalError

    source = source_of(config, overrides)
    settings = source.loaded.settings
    try:
        passphrase = passphrase_in(passphrase_file or settings.backup.passphrase_file)
        place = _place(target, source.loaded)
        made, contents_line = _made(source, place, passphrase)
        pruned = _pruned(made, source.loaded) if target is None and not source.mistakes else []
    except (CommandError, JournalError) as error:
        if target is None:
            _tell(settings.state_dir, str(error))
        if isinstance(error, CommandError):
            raise
        raise CommandError(ExitCode.NO, str(error)) from None
    if target is None:
        _tell(settings.state_dir, "")
    print(f"{made} ({made.stat().st_size} bytes)")
    print(contents_line)
    for path in pruned:
        print(f"deleted: {path}")
    for line in source.mistakes:
        complain(line)
    if source.mistakes:
        complain(
            f"the gate would not start with {source.loaded.file}: it is saved as it is: correct it", kind="warning"
        )
        return ExitCode.SETTINGS
    return ExitCode.OK


def passphrase_in(file: Path | None) -> str:
    """Return the passphrase in a file, empty where there is no file; raise `CommandError` where it is none."""
    from gate_controller.journal.sealing import objection_to

    if file is None:
        return ""
    try:
        passphrase = file.read_text(encoding="utf-8").partition("\n")[0].strip("\r")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise CommandError(ExitCode.SETTINGS, f"the passphrase cannot be read ({why}): {file}: use sudo") from None
    if objection := objection_to(passphrase):
        raise CommandError(ExitCode.SETTINGS, f"the passphrase {objection}: {file}: write a longer one there")
    return passphrase


def _place(target: Path | None, loaded: "LoadedSettings") -> Path:
    """Return the folder, or the file, that the backup goes to; never an empty mount point of the gate's own disk."""
    place = target or loaded.settings.backup.target
    if place is None:
        where = loaded.file or "the settings"
        remedy = "name a folder, or set backup.target"
        raise CommandError(ExitCode.SETTINGS, f"backup.target is not set: {where}: {remedy}")
    folder = place if place.is_dir() else place.parent
    if target is None and not place.is_dir():
        remedy = "plug the stick in or mount the share, and look with `findmnt`"
        raise CommandError(ExitCode.NO, f"backup.target is {place}, which is not there: {remedy}")
    if not folder.is_dir():
        raise CommandError(ExitCode.NO, f"backup {place}: there is no folder {folder}: name another place")
    if place.exists() and not place.is_dir():
        raise CommandError(ExitCode.NO, f"backup {place}: is already there: name another file")
    if _is_own_disk(folder, loaded.settings.state_dir):
        what = f"{folder} is on the gate's own disk, or in its memory, which would take the backup along"
        if target is None:
            remedy = "mount the stick or the share there, and look with `findmnt`"
            raise CommandError(ExitCode.NO, f"backup.target: {what}: {remedy}")
        complain(f"{what}: name a stick or a share, or copy it there", kind="warning")
    return place


def _is_own_disk(folder: Path, state_dir: Path) -> bool:
    """
    Whether a folder is on a disk that the gate lives on, or in its memory; the state may have a disk of its own beside
    the system's.
    """
    from gate_controller.cli.doctor.machine_checks import mount_of
    from gate_controller.cli.doctor.patient import Machine

    if (mount := mount_of(Machine(), folder)) is not None and mount[1] in {"tmpfs", "ramfs"}:
        return True
    own = set()
    for path in (state_dir, Path("/")):
        with suppress(OSError):
            own.add(path.stat().st_dev)
    return folder.stat().st_dev in own


def _made(source: BackupSource, place: Path, passphrase: str) -> tuple[Path, str]:
    import time

    from gate_controller import __version__
    from gate_controller.devices.machine import serial_number
    from gate_controller.journal.backup_file import BackedUpFile, name_of, newest_of, write
    from gate_controller.journal.store import FILE_NAME

    loaded, settings = source.loaded, source.loaded.settings
    copy = Path(ask(source.config, source.overrides, "backup"))
    try:
        number, at = newest_of(copy)
        # The journal before its archive: what moves there meanwhile is in both.
        members = [BackedUpFile(f"state/{FILE_NAME}", copy), *_state(settings.state_dir, is_sealed=bool(passphrase))]
        if loaded.file:
            members.append(BackedUpFile("settings/gate.toml", Path(loaded.file)))
        if passphrase:
            members += _secrets(source)
        now = time.time()
        file = place / name_of(settings.id, now, number) if place.is_dir() else place
        about = {
            "gate_id": settings.id,
            "machine": serial_number(),
            "made_at": now,
            "version": __version__,
            "newest_number": number,
            "newest_at": at,
            "state_dir": str(settings.state_dir) if loaded.origins["state_dir"] == loaded.file else "",
            "settings_file": loaded.file and str(Path(loaded.file).absolute()),
        }
        contents = write(file, members, about, passphrase=passphrase)
    finally:
        copy.unlink(missing_ok=True)
    count = f"{len(contents.files)} files, read back and compared"
    if not passphrase:
        return file, f"{count}; without keys and passwords, which only a sealed one has (--passphrase-file)"
    return file, f"{count}; sealed: it cannot be opened without its passphrase"


def _state(state_dir: Path, *, is_sealed: bool) -> "Iterator[BackedUpFile]":
    """Yield the state besides the journal; without a seal, without what lets somebody act for the gate."""
    from dataclasses import replace

    from gate_controller.journal.backup_file import BackedUpFile, state_members
    from gate_controller.settings.mistakes import SECRETS
    from gate_controller.settings.provisioning.provisioned_state import (
        PROVISIONED_FILE,
        ProvisionedError,
        read_provisioned,
    )

    for member in state_members(state_dir, is_sealed=is_sealed):
        if is_sealed or member.path is None or member.path.name != PROVISIONED_FILE:
            yield member
            continue
        # Its serial number keeps old codes from being taken again, so the rest of it goes along.
        try:
            told = read_provisioned(state_dir)
        except (OSError, ProvisionedError):
            complain(f"cannot be read, and is not in the backup: {member.path}", kind="warning")
            continue
        known = {name: value for name, value in told.settings.items() if name not in SECRETS}
        yield BackedUpFile(member.name, data=replace(told, settings=known).as_json())


def _secrets(source: BackupSource) -> "Iterator[BackedUpFile]":
    from gate_controller.journal.backup_file import BackedUpFile
    from gate_controller.settings.mistakes import KEY

    found = source.secrets()
    if KEY not in found:
        where = f"{KEY} is not in the backup: {source.loaded.file}"
        complain(f"{where}: save the file that it may name by hand", kind="warning")
    for name, secret in found.items():
        yield BackedUpFile(f"secrets/{name}", data=secret.encode())


def _pruned(made: Path, loaded: "LoadedSettings") -> list[Path]:
    from gate_controller.journal.backup_file import prune

    try:
        return prune(made.parent, loaded.settings.id, loaded.settings.backup.keep, but=made)
    except OSError as error:
        complain(
            f"old backups in {made.parent} cannot be deleted ({error.strerror}): delete them by hand", kind="warning"
        )
        return []


def _tell(state_dir: Path, why: str) -> None:
    """Let the running gate's status tell of a backup that failed, or fails no more."""
    from gate_controller.desk.control_socket import NotRunning

    with suppress(CommandError, NotRunning, OSError):
        ask_if_running(state_dir, "backup_told", why=why)

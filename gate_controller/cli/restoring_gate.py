"""`gate-controller restore`: a gate out of its backup, on another machine or on this one."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gate_controller.cli.asking import name_of
from gate_controller.cli.backing_up import PassphraseOption, passphrase_in
from gate_controller.cli.exits import CommandError, ExitCode, complain
from gate_controller.cli.options import ByOption, ConfigOption, SetOption

if TYPE_CHECKING:
    from gate_controller.journal.backup_file import Contents

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `backup` has made.")],
    by: ByOption = "",
    config: ConfigOption = None,
    overrides: SetOption = None,
    passphrase_file: PassphraseOption = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Also over a journal that is there: it is set aside, and kept.")
    ] = False,
) -> int:
    """
    Put a gate back from its backup, on a new Pi or on this one: journal, settings, users and all else of its state.

    The gate must be stopped. All of it takes its place at once, even if the power fails meanwhile; what was there is
    kept beside it. This gate goes on with what the journal says is unfinished, and the command tells what it cannot
    know: what happened after the backup was made.

    Examples:
      sudo gate-controller restore /media/stick/east-20261126T020000Z-0000123456.gate-backup --by Anna
      sudo gate-controller restore east.gate-backup --passphrase-file /root/passphrase --by Anna
    """
    from gate_controller.journal.backup_file import extract
    from gate_controller.journal.failures import JournalError
    from gate_controller.journal.lock import locked
    from gate_controller.journal.restoring import finish, newest_aside, put_in_place, stage

    name, passphrase = name_of(by), passphrase_in(passphrase_file)
    place = _settings_place(config)
    try:
        state_dir = _state_dir(place, overrides, extract(file, None, passphrase))
        with locked(state_dir):
            finish(state_dir)
            folder = stage(state_dir)
            contents = extract(file, folder, passphrase)
            _ask_before(state_dir, contents, yes=yes)
            kept = _put_settings(folder, place, yes=yes)
            _keep_only_state(folder, place.parent)
            before = newest_aside(state_dir)
            put_in_place(state_dir)
            aside = newest_aside(state_dir)
            adopted = _adopt(state_dir, name)
    except JournalError as error:
        raise CommandError(ExitCode.NO, str(error)) from None
    except OSError as error:
        what = f"restore {file}: cannot be written ({error.strerror or type(error).__name__})"
        raise CommandError(ExitCode.NO, f"{what}: {error.filename}: use sudo, and look whether there is room") from None
    _tell(contents, adopted, kept, None if aside == before else aside, place)
    return ExitCode.OK


def _settings_place(config: Path | None) -> Path:
    from gate_controller.settings.files import DEFAULT_FILES

    return config or (Path(os.environ["GATE_CONFIG"]) if os.environ.get("GATE_CONFIG") else DEFAULT_FILES[0])


def _state_dir(place: Path, overrides: list[str] | None, contents: "Contents") -> Path:
    """Return where the state belongs on this machine, whatever else is wrong with its settings."""
    from gate_controller.settings import read_alone

    environ = {key: value for key, value in os.environ.items() if key != "GATE_CONFIG"}
    given = list(overrides or ())
    if not place.exists() and contents.state_dir and not any(each.startswith("state_dir=") for each in given):
        given.append(f"state_dir={contents.state_dir}")  # as the settings will have it that come with it
    named = place if place.exists() else Path(os.devnull)
    alone = read_alone(("state_dir",), config=named, overrides=given, environ=environ)
    if "state_dir" not in alone.values:
        raise CommandError(ExitCode.SETTINGS, *alone.mistakes)
    state_dir: Path = alone.values["state_dir"]
    return state_dir


def _ask_before(state_dir: Path, contents: "Contents", *, yes: bool) -> None:
    """Refuse to take the place of a journal that holds anything, unless somebody has said so."""
    from gate_controller.journal.backup_file import newest_of
    from gate_controller.journal.store import FILE_NAME

    journal = state_dir / FILE_NAME
    if not journal.exists() or yes:
        return
    number, at = newest_of(journal)
    if at == 0 and number == 0:
        return
    than = "newer than" if at > contents.newest_at else "as new as" if at == contents.newest_at else "older than"
    raise CommandError(
        ExitCode.NO,
        f"restore: the journal of this machine holds attempts, {than} those of the backup: {journal}: its newest is "
        f"from {_when(at)}, the backup's from {_when(contents.newest_at)}; with --yes it is set aside and kept",
    )


def _put_settings(folder: Path, place: Path, *, yes: bool) -> Path | None:
    """Put the settings in their place; return where those that were there are kept, if they were others."""
    from gate_controller.settings.toml_editing import replace_file

    fresh = folder / "settings" / "gate.toml"
    if not fresh.exists():
        return None
    content, kept = fresh.read_bytes(), None
    if place.exists() and place.read_bytes() != content:
        if not yes:
            what = f"restore: other settings are there: {place}"
            raise CommandError(ExitCode.NO, f"{what}: with --yes they are kept beside as {place.name}.before-restore")
        kept = place.with_name(f"{place.name}.before-restore")
        replace_file(kept, place.read_bytes())
    place.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    replace_file(place, content)
    return kept


def _keep_only_state(folder: Path, etc: Path) -> None:
    """Leave in the folder what the state directory is to hold, and put keys and passwords where they belong."""
    import shutil

    from gate_controller.settings.mistakes import SECRETS
    from gate_controller.settings.toml_editing import replace_file

    secrets = folder / "secrets"
    for path in sorted(secrets.iterdir()) if secrets.exists() else ():
        if path.name in SECRETS:
            replace_file(etc / path.name, path.read_bytes(), mode=0o600)
    shutil.rmtree(secrets, ignore_errors=True)
    shutil.rmtree(folder / "settings", ignore_errors=True)
    for path in (folder / "state").iterdir():
        path.rename(folder / path.name)
    (folder / "state").rmdir()


def _adopt(state_dir: Path, by: str) -> int:
    """Make the journal this machine's, which goes on with what it finds; return how much that is."""
    import time

    from gate_controller.admission.words.facts import Standing
    from gate_controller.devices.machine import serial_number
    from gate_controller.journal import binding
    from gate_controller.journal.lock import LOCK_NAME
    from gate_controller.journal.store import Store

    # The lock is this command's already, by another descriptor of the same file.
    lock = os.open(state_dir / LOCK_NAME, os.O_RDONLY | os.O_CLOEXEC)
    try:
        store = Store(state_dir, lock=lock)
        try:
            machine = serial_number()
            binding.take_over(store, machine, time.time())
            binding.adopt(store, machine, by, time.time())
            return len(store.pending(Standing.UNFINISHED))
        finally:
            store.close()
    finally:
        os.close(lock)


def _tell(contents: "Contents", adopted: int, kept: Path | None, aside: Path | None, place: Path) -> None:
    day = datetime.fromtimestamp(contents.made_at).astimezone().strftime("%Y-%m-%d")
    print(f"restored: gate {contents.gate_id}, as it was at {_when(contents.made_at)}")
    print(f"its newest record is from {_when(contents.newest_at)}" if contents.newest_at else "its journal is empty")
    print(f"it goes on with {adopted} unfinished attempt{'' if adopted == 1 else 's'}")
    if kept is not None:
        print(f"the settings that were there: {kept}")
    if aside is not None:
        print(f"the state that was there: {aside}")
    if not contents.has_secrets:
        complain(
            f"keys and passwords are not in this backup: {place.parent}: write the key into eguma.api_key there, as "
            "docs/settings.md says",
            kind="warning",
        )
    print("what it cannot know: whatever happened after the backup was made, on the machine that is gone.")
    print("  charges of that time are at E-GUMA, and no admission stands against them here;")
    print("  credits and refunds that were open in it may have been used or given back.")
    print(f"lay each day from {day} on beside E-GUMA's list: gate-controller journal reconcile --date {day}")
    print("then start it: sudo systemctl enable --now --no-block gate-controller")


def _when(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%Y-%m-%d %H:%M")

"""What technicians do at a gate that is set up by codes: whom it trusts, its key, what it took, and root's part."""

import base64
import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gate_controller.cli.asking import settings_without_key
from gate_controller.cli.exits import CommandError, ExitCode, on_one_line
from gate_controller.cli.json_output import print_json
from gate_controller.cli.options import ConfigOption, JsonOption, SetOption
from gate_controller.cli.provision.venue_folder import library_told

if TYPE_CHECKING:
    from gate_controller.settings import Settings
    from gate_controller.settings.provisioning.provisioned_state import Provisioned

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them


def trust(
    key: Annotated[
        str, typer.Argument(metavar="FILE|LINE", help='What "provision keys show" printed, or a file of it.')
    ],
    config: ConfigOption = None,
    overrides: SetOption = None,
) -> int:
    """
    Let this gate believe the codes of a venue's key. For root: whoever may name keys may set the gate up.

    Examples:
      sudo gate-controller provision trust venue.pub
      sudo gate-controller provision trust "ed25519 q7f… Museum Chur"
    """
    with library_told():
        from gate_controller.settings.provisioning.venue_keys import TrustFileError, read_trust, shown_id

        file = settings_without_key(config, overrides).provisioning.keys_file
        text = _text_of(key)
        try:
            added = read_trust(text, "the key")
            before = file.read_text(encoding="utf-8") if file.exists() else ""
            known = read_trust(before, str(file))
        except (TrustFileError, UnicodeDecodeError) as error:
            raise CommandError(ExitCode.SETTINGS, str(error)) from None
        except OSError as error:
            raise _unwritable(file, error) from None
        if added.is_empty and not added.revoked:
            raise CommandError(ExitCode.SETTINGS, "the key: nothing stands there: give what `keys show` printed")
        new = added.keys.keys() - known.keys.keys() | added.revoked - known.revoked
        if new:
            _replace(file, before.rstrip("\n") + ("\n" if before.strip() else "") + text.strip() + "\n")
        for identity in added.keys:
            print(f"{shown_id(identity)} is trusted{'' if identity in new else ' already'}: {file}")
        for identity in added.revoked:
            print(f"{shown_id(identity)} is revoked: {file}")
    return ExitCode.OK


def identity(config: ConfigOption = None, overrides: SetOption = None) -> int:
    """
    Print the gate's own key, for which "provision make --gate-key" can encrypt in place of a passphrase.

    It is made now, if there was none. It is no secret, but compare it: what is encrypted for another key is another's.

    Example:
      sudo gate-controller provision identity
    """
    with library_told():
        from gate_controller.shell.gate_key import made_gate_key

        settings = settings_without_key(config, overrides)
        try:
            settings.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            public = made_gate_key(settings.state_dir).public_key().public_bytes_raw()
        except OSError as error:
            raise _unwritable(settings.state_dir, error) from None
    print(f"x25519 {base64.b64encode(public).decode()} {settings.id}")
    return ExitCode.OK


def show(config: ConfigOption = None, overrides: SetOption = None, as_json: JsonOption = False) -> int:
    """
    Print what this gate has taken by codes, whose keys it believes, and what root has made of it. No secrets.

    Example:
      sudo gate-controller provision show
    """
    with library_told():
        from gate_controller.settings.mistakes import SECRETS
        from gate_controller.settings.provisioning.acceptance import trust_now
        from gate_controller.settings.provisioning.rejections import Rejected
        from gate_controller.settings.provisioning.venue_keys import Trust, shown_id
        from gate_controller.shell.provisioner import root_says, trust_in

        settings = settings_without_key(config, overrides)
        taken = _taken(settings)
        try:
            by_root, objection = trust_in(settings.provisioning.keys_file), ""
        except Rejected as error:
            by_root, objection = Trust({}), error.detail
        now = trust_now(by_root, taken)
        told = {
            "serial": taken.serial,
            "signer": taken.signer,
            "taken_at": datetime.fromtimestamp(taken.taken_at).astimezone().isoformat() if taken.taken_at else None,
            "settings": {name: "(hidden)" if name in SECRETS else value for name, value in taken.settings.items()},
            "trusted": sorted(shown_id(each) for each in now.keys),
            "revoked": sorted(shown_id(each) for each in now.revoked),
            "keys_file": objection or str(settings.provisioning.keys_file),
            "root": root_says(settings.state_dir) or "",
        }
    if as_json:
        print_json(told)
        return ExitCode.OK
    for name, value in told.items():
        words = ", ".join(f"{key}={inner}" for key, inner in value.items()) if isinstance(value, dict) else value
        words = ", ".join(words) if isinstance(words, list) else words
        print(f"{name:<10} {on_one_line(str(words)) if words not in (None, '') else '-'}")
    return ExitCode.OK


def forget(config: ConfigOption = None, overrides: SetOption = None) -> int:
    """
    Forget the settings that came by codes, for a gate that moves elsewhere. Codes that were taken stay spent.

    The gate waits for new ones after its next start, where nothing else gives it price and key. Networks and people
    stay.

    Example:
      sudo gate-controller provision forget
    """
    from dataclasses import replace

    from gate_controller.journal import own_files
    from gate_controller.settings.provisioning.provisioned_state import PROVISIONED_FILE
    from gate_controller.shell.house_joining import clear_away

    settings = settings_without_key(config, overrides)
    taken = _taken(settings)
    if not taken.settings:
        print("there are no settings that came by codes")
        return ExitCode.OK
    path = settings.state_dir / PROVISIONED_FILE
    try:
        own_files.replace(path, replace(taken, settings={}).as_json())
        clear_away(settings.state_dir, {})
    except OSError as error:
        raise _unwritable(path, error) from None
    print(f"forgotten: {', '.join(taken.settings)}: from the gate's next start on (systemctl restart gate-controller)")
    return ExitCode.OK


def apply(
    config: ConfigOption = None,
    overrides: SetOption = None,
    root: Annotated[
        Path, typer.Option("--root", metavar="FOLDER", hidden=True, help="Where the system's files are.")
    ] = Path("/"),
) -> int:
    """
    Apply the networks and people of the codes that the gate has taken. Root's part: a unit runs it by itself.

    The signature is checked once more, against the keys that root's file names and what root itself has seen: the
    gate's user is not believed.

    Example:
      sudo gate-controller provision apply
    """
    with library_told():
        from gate_controller.cli.provision.applying import applied

        settings = settings_without_key(config, overrides)
        what = applied(settings, root)
    print(what)
    return ExitCode.OK


def _text_of(key: str) -> str:
    if key.strip().startswith(("ed25519 ", "revoked ")):
        return on_one_line(key)
    try:
        return Path(key).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise CommandError(ExitCode.SETTINGS, f"{on_one_line(key)[:80]}: cannot be read: {why}: name a file") from None


def _taken(settings: "Settings") -> "Provisioned":
    from gate_controller.settings.provisioning.provisioned_state import ProvisionedError, read_provisioned

    try:
        return read_provisioned(settings.state_dir)
    except ProvisionedError as error:
        raise CommandError(ExitCode.NO, str(error)) from None
    except OSError as error:
        raise CommandError(ExitCode.NO, f"{error.filename}: cannot be read: {error.strerror}: use sudo") from None


def _replace(file: Path, text: str) -> None:
    fresh = file.with_name(f"{file.name}.new")
    try:
        file.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        fresh.unlink(missing_ok=True)
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            os.fchmod(handle, 0o644)  # the gate's user reads it, whatever the umask
            opened.write(text)
            opened.flush()
            os.fsync(handle)
        fresh.replace(file)
    except OSError as error:
        raise _unwritable(file, error) from None


def _unwritable(file: Path, error: OSError) -> CommandError:
    remedy = "use sudo" if isinstance(error, PermissionError) else "put it right"
    why = error.strerror or str(error)
    return CommandError(ExitCode.NO, f"{error.filename or file}: cannot be read or written: {why}: {remedy}")

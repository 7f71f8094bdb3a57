"""`gate-controller provision keys`: the venue's key, made, shown, replaced and taken back."""

from typing import Annotated

import typer

from gate_controller.cli.exits import CommandError, ExitCode, on_one_line
from gate_controller.cli.json_output import print_json
from gate_controller.cli.manual import manual
from gate_controller.cli.options import JsonOption
from gate_controller.cli.provision.venue_folder import (
    KEY_FILE,
    KeysOption,
    PassphraseFileOption,
    VenueFolder,
    library_told,
    passphrase_in,
    pem,
)

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them

_MOST_NAME = 60
NameOption = Annotated[
    str, typer.Option("--name", metavar="NAME", help="What people call it, such as the venue's name.")
]


def make_key(keys: KeysOption = None, name: NameOption = "venue", passphrase_file: PassphraseFileOption = None) -> int:
    """
    Make the venue's key, once. Whoever has it can set up every gate that trusts it: keep a copy in a safe.

    The file is for its owner alone (mode 0600). With --passphrase-file it is encrypted besides.

    Example:
      gate-controller provision keys make --name "Museum Chur" --passphrase-file passphrase.txt
    """
    with library_told():
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        folder, key = VenueFolder(keys), Ed25519PrivateKey.generate()
        folder.make(key, _sensible(name), passphrase_in(passphrase_file) if passphrase_file else b"")
    print(f"The venue's key is in {folder.key_file}. Gates that are to trust it need this line:")
    print(_line(folder, key.public_key().public_bytes_raw()))
    return ExitCode.OK


def show_key(keys: KeysOption = None, passphrase_file: PassphraseFileOption = None, as_json: JsonOption = False) -> int:
    """
    Print the line by which a gate trusts the venue's key, and the key's name, which people compare.

    Example:
      gate-controller provision keys show > venue.pub
    """
    with library_told():
        from gate_controller.settings.provisioning.venue_keys import key_id, shown_id

        folder = VenueFolder(keys)
        public = folder.read_key(passphrase_file).public_key().public_bytes_raw()
        identity = shown_id(key_id(public))
        if as_json:
            print_json({"id": identity, "name": folder.name, "line": _line(folder, public)})
        else:
            print(f"# {identity}")
            print(_line(folder, public))
    return ExitCode.OK


def roll(keys: KeysOption = None, passphrase_file: PassphraseFileOption = None) -> int:
    """
    Replace the venue's key by a new one. Every set of codes from now on tells gates so, signed by the old key.

    The old key is kept beside it until every gate has taken a set; gates that have trust it no more. The new key gets
    the same passphrase. For a key that is in wrong hands write "revoked ID" into each gate's file of keys as well:
    whoever has it may have been quicker.

    Example:
      gate-controller provision keys roll
    """
    with library_told():
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        from gate_controller.settings.provisioning.venue_keys import StatementKind, key_id, stated

        folder = VenueFolder(keys)
        is_encrypted = folder.key_file.exists() and b"ENCRYPTED" in folder.key_file.read_bytes()
        if is_encrypted and passphrase_file is None:
            raise CommandError(
                ExitCode.SETTINGS, "the venue's key has a passphrase, and the new one gets it: give --passphrase-file"
            )
        passphrase = passphrase_in(passphrase_file) if is_encrypted and passphrase_file else b""
        old, new = folder.read_key(passphrase_file), Ed25519PrivateKey.generate()
        old_id, public = key_id(old.public_key().public_bytes_raw()), new.public_key().public_bytes_raw()
        # Each step leaves a key that gates trust: first the old one with its successor kept and introduced, then the
        # new one, which takes the old one's trust away last.
        folder.write(f"venue-{key_id(public).hex()}.key", pem(new, passphrase))
        folder.write(f"venue-{old_id.hex()}.key", pem(old, passphrase))
        folder.state(stated(StatementKind.ROLL, old, public))
        folder.write(KEY_FILE, pem(new, passphrase))
        folder.state(stated(StatementKind.REVOKE, new, old_id))
    print(f"The venue's key is another now; the old one is kept as venue-{old_id.hex()}.key. The new line for gates:")
    print(_line(folder, public))
    return ExitCode.OK


def revoke(
    identity: Annotated[str, typer.Argument(metavar="ID", help="The key's name, such as 3f2a-9c01-77de-b204.")],
    keys: KeysOption = None,
    passphrase_file: PassphraseFileOption = None,
) -> int:
    """
    Take the trust of a key away. Every set of codes from now on tells gates so.

    A gate hears of it with the next set that it takes; by "revoked ID" in its file of keys it knows at once.

    Example:
      gate-controller provision keys revoke 3f2a-9c01-77de-b204
    """
    with library_told():
        from gate_controller.settings.provisioning.venue_keys import StatementKind, key_id, read_id, shown_id, stated

        folder = VenueFolder(keys)
        key = folder.read_key(passphrase_file)
        try:
            revoked = read_id(identity)
        except ValueError:
            remedy = "it looks like 3f2a-9c01-77de-b204: see `gate-controller provision show` at a gate"
            raise CommandError(ExitCode.SETTINGS, f"{on_one_line(identity)}: is no key's name: {remedy}") from None
        if revoked == key_id(key.public_key().public_bytes_raw()):
            raise CommandError(
                ExitCode.NO, "that is the venue's own key: `gate-controller provision keys roll` replaces it"
            )
        folder.state(stated(StatementKind.REVOKE, key, revoked))
    print(f"{shown_id(revoked)} is trusted no more by gates that take a set of codes made from now on")
    return ExitCode.OK


def _line(folder: VenueFolder, public: bytes) -> str:
    from gate_controller.settings.provisioning.venue_keys import key_line

    return key_line(public, folder.name)


def _sensible(name: str) -> str:
    text = on_one_line(name).replace("#", "")
    if not text or len(text) > _MOST_NAME:
        raise CommandError(ExitCode.SETTINGS, f"a key's name has 1 to {_MOST_NAME} characters: option --name")
    return text


keys = typer.Typer(
    name="keys",
    help="Make, show, replace and revoke the venue's key.",
    rich_markup_mode=None,
    add_completion=False,
)
keys.command("make", help=manual(make_key))(make_key)
keys.command("show", help=manual(show_key))(show_key)
keys.command(help=manual(roll))(roll)
keys.command(help=manual(revoke))(revoke)

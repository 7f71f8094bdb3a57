"""`gate-controller provision make`: settings become a sheet of QR codes."""

import os
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gate_controller.cli.exits import CommandError, ExitCode, on_one_line
from gate_controller.cli.options import SetOption
from gate_controller.cli.provision.venue_folder import (
    KEPT_STATEMENTS,
    KeysOption,
    PassphraseFileOption,
    VenueFolder,
    library_told,
)

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from gate_controller.cli.provision.code_answers import Answers
    from gate_controller.cli.provision.code_sheet import CodeSet

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them

AnswersOption = Annotated[
    Path | None,
    typer.Option(
        "--answers",
        metavar="FILE",
        show_default=False,
        help="A file like gate.toml, with [provision], [house], [[networks]] and [[people]] besides.",
    ),
]
GateOption = Annotated[
    str,
    typer.Option(
        "--for",
        metavar="ID",
        show_default=False,
        help="The gate that it is for. Otherwise: any that is not set up yet.",
    ),
]
GateKeyOption = Annotated[
    str,
    typer.Option(
        "--gate-key",
        metavar="KEY",
        show_default=False,
        help='Encrypt for the key that "provision identity" printed at the gate, in place of a passphrase.',
    ),
]


def make(
    answers: AnswersOption = None,
    overrides: SetOption = None,
    key_file: Annotated[
        Path | None,
        typer.Option("--key-file", metavar="FILE", show_default=False, help="A file that holds the gate's API key."),
    ] = None,
    gate: GateOption = "",
    gate_key: GateKeyOption = "",
    valid_hours: Annotated[
        float | None,
        typer.Option(
            "--valid-hours",
            metavar="HOURS",
            show_default=False,
            help="How long it is good for; else 72, or 1.",
        ),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="FOLDER", show_default=False, help="Where the sheet goes: a folder that is new."),
    ] = None,
    terminal: Annotated[
        bool, typer.Option("--terminal", help="Show the codes on this screen, one after the other.")
    ] = False,
    keys: KeysOption = None,
    passphrase_file: PassphraseFileOption = None,
) -> int:
    """
    Make set-up codes for a gate: settings, Wi-Fi, people and the house that it joins, signed by the venue's key and
    encrypted.

    The folder gets sheet.html to be printed (the codes on one page, passphrase and confirmation on another, which is
    kept apart), and each code as SVG and PNG. Whoever has both pages can read what is in them, API key included.

    The gate takes the codes in any order, then the passphrase, shows what will change, and wants the confirmation.

    Examples:
      gate-controller provision make --answers east.toml --to east-codes
      gate-controller provision make --set admission.price_cents=2700 --for east --terminal
    """
    if to is None and not terminal:
        raise CommandError(ExitCode.SETTINGS, "nothing says where the codes go: give --to FOLDER, or --terminal")
    if to is not None and to.exists():
        raise CommandError(ExitCode.SETTINGS, f"{to}: is there already: name a folder that is new: --to")
    with library_told():
        import segno  # noqa: F401 - said before anything is made

        from gate_controller.cli.provision.code_answers import read_answers

        folder = VenueFolder(keys)
        what = read_answers(answers, overrides or (), key_file, gate, valid_hours)
        if what.content.is_empty and not folder.statements():
            raise CommandError(ExitCode.SETTINGS, "the codes would say nothing: give --answers FILE or --set")
        made = sealed(what, folder, folder.read_key(passphrase_file), gate_key)
        if to is not None:
            _write(made, to)
        if terminal:
            _show(made)
    number = len(made.parts)
    print(
        f"{number} {'code' if number == 1 else 'codes'}, serial {made.serial}, for "
        f"{made.gate or 'any gate that is not set up'}, good until {made.expires}"
    )
    if to is not None:
        print(f"Print {to}/sheet.html, and delete the folder when the gate is set up: whoever has it has the API key.")
    return ExitCode.OK


def sealed(what: "Answers", folder: VenueFolder, venue: "Ed25519PrivateKey", gate_key: str) -> "CodeSet":
    """Return the codes. Raises `CommandError`."""
    from gate_controller.cli.provision.code_sheet import CodeSet
    from gate_controller.settings.provisioning.scanned_frames import (
        PASSPHRASE_BYTES,
        SET_ID_BYTES,
        FrameKind,
        ProvisioningFrame,
        parts_of,
    )
    from gate_controller.settings.provisioning.sealed import Letter, Sealing, confirmation, seal
    from gate_controller.settings.provisioning.venue_keys import key_id, shown_id

    public = read_gate_key(gate_key) if gate_key else b""
    identity = key_id(venue.public_key().public_bytes_raw())
    set_id, passphrase = os.urandom(SET_ID_BYTES), b"" if public else os.urandom(PASSPHRASE_BYTES)
    now = int(time.time())
    expires = now + int(what.valid_hours * 3600)
    letter = Letter(
        Sealing.GATE_KEY if public else Sealing.PASSPHRASE,
        set_id,
        identity,
        folder.next_serial(),
        now,
        expires,
        what.gate,
        folder.statements()[-KEPT_STATEMENTS:],
    )
    try:
        message = seal(what.content.packed(), letter, venue, passphrase=passphrase, gate_public=public)
        parts = parts_of(message.packed, set_id)
    except ValueError as error:
        raise CommandError(ExitCode.SETTINGS, f"the codes: {error}") from None
    return CodeSet(
        parts=tuple(part.text() for part in parts),
        passphrase=ProvisioningFrame(FrameKind.PASSPHRASE, set_id, passphrase).text() if passphrase else "",
        confirmation=ProvisioningFrame(FrameKind.CONFIRMATION, set_id, confirmation(message.content_key)).text(),
        serial=letter.serial,
        gate=what.gate,
        expires=datetime.fromtimestamp(expires).astimezone().strftime("%d.%m.%Y %H:%M"),
        signer=shown_id(identity),
        content=what.content,
    )


def read_gate_key(text: str) -> bytes:
    """Read a gate's public key as it prints it. Raises `CommandError`."""
    import base64

    word = text.split()[1] if text.startswith("x25519 ") and len(text.split()) > 1 else text.strip()
    try:
        public = base64.b64decode(word, validate=True)
    except ValueError:
        public = b""
    if len(public) != 32:  # noqa: PLR2004 - bytes of an X25519 key
        raise CommandError(
            ExitCode.SETTINGS,
            f"{on_one_line(text)[:60]}: is no gate's key: --gate-key: copy what `gate-controller provision identity` "
            "prints there",
        )
    return public


def _write(made: "CodeSet", to: Path) -> None:
    from gate_controller.cli.provision.code_sheet import files_of

    try:
        to.mkdir(mode=0o700, parents=True)
        for name, content in files_of(made).items():
            handle = os.open(to / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
    except OSError as error:
        where = error.filename or to
        raise CommandError(ExitCode.NO, f"{where}: cannot be written: {error.strerror}: name another folder") from None


def _show(made: "CodeSet") -> None:
    from gate_controller.cli.provision.code_sheet import in_terminal

    codes = made.named()
    for place, (name, text) in enumerate(codes, start=1):
        print(f"{name}\n{in_terminal(text)}")
        if sys.stdin.isatty() and place < len(codes):
            input("Scan it, then press Enter: ")

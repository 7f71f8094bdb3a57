"""`gate-controller provision card`: a card that is a gate after its first start."""

import os
import re
import secrets
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gate_controller.cli.exits import CommandError, ExitCode, on_one_line
from gate_controller.cli.provision.venue_folder import KeysOption, PassphraseFileOption, VenueFolder, library_told

if TYPE_CHECKING:
    from gate_controller.cli.provision.boot_files import CardAnswers

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them

_HOST = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")
_USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
_SSH_KEY = re.compile(r"(ssh-ed25519|ssh-rsa|ecdsa-sha2-\S+|sk-\S+) [A-Za-z0-9+/=]+( [^\n]*)?")
_KEYS = {
    "hostname", "user", "password_file", "password_hash", "ssh_key_file", "settings_file", "api_key_file", "trust_file",
}  # fmt: skip
_FAMILIES = ("bookworm", "trixie")


def card(
    boot: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the card's boot partition is mounted.")],
    answers: Annotated[
        Path | None,
        typer.Option(
            "--answers", metavar="FILE", show_default=False, help="A file with [card] and [[networks]]: see the manual."
        ),
    ] = None,
    package: Annotated[
        Path | None,
        typer.Option("--package", metavar="FILE", show_default=False, help="The .deb that the first start installs."),
    ] = None,
    release: Annotated[
        str,
        typer.Option(
            "--release", metavar="NAME", show_default=False, help="bookworm or trixie; otherwise the card tells."
        ),
    ] = "",
    keys: KeysOption = None,
    passphrase_file: PassphraseFileOption = None,
) -> int:
    """
    Prepare a freshly written card: at its first start it installs the program and is a gate.

    Write Raspberry Pi OS (64-bit) to it by any means, without settings of Imager's, and leave it in. The first start
    sets name, person, ssh and Wi-Fi, installs the package that lies on the card, and trusts the venue's key, so that
    codes can do the rest. What is secret on the card is gone after that. What is there stays, save what this writes.

    Example:
      gate-controller provision card /media/anna/bootfs --answers card.toml --package gate-controller.deb
    """
    with library_told():
        family = _family(boot, release)
        is_cloud = family == "trixie"
        if is_cloud and _has_been_started(boot):
            raise CommandError(
                ExitCode.NO,
                f"{boot}: this card was prepared and started before, and its system looks at no other preparation: "
                "write Raspberry Pi OS to it anew",
            )
        told = _answers(answers, VenueFolder(keys), passphrase_file)
        deb = _package(package, family)
        written = _write(boot, told, deb, is_cloud=is_cloud)
    print(f"{boot} is prepared for its first start ({family}): {', '.join(written)}")
    if deb is None:
        print("No package is on it: the program has to be installed afterwards.")
    if not told.keys and not told.settings:
        print("It trusts no venue's key and has no settings: see `gate-controller provision trust`.")
    print(f"Take it out properly (umount {boot}), put it into the Pi, and give it five minutes.")
    return ExitCode.OK


def _has_been_started(boot: Path) -> bool:
    """Whether a first start has come to its end: it switches cloud-init off."""
    from gate_controller.cli.provision.boot_files import LOG

    try:
        return " ends: " in (boot / LOG).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def _family(boot: Path, wanted: str) -> str:
    for name in ("config.txt", "cmdline.txt"):
        if not (boot / name).is_file():
            raise CommandError(
                ExitCode.SETTINGS,
                f"{boot}: is no boot partition of a Raspberry Pi ({name} is not there): name the folder where the "
                "card's first partition is mounted, such as /media/anna/bootfs",
            )
    if wanted and wanted.lower() not in _FAMILIES:
        raise CommandError(ExitCode.SETTINGS, f"{wanted[:40]}: is no release: --release: choose from bookworm, trixie")
    if wanted:
        return wanted.lower()
    if (boot / "user-data").exists() or (boot / "meta-data").exists():
        return "trixie"
    line = (boot / "cmdline.txt").read_text(encoding="utf-8", errors="replace")
    if "raspberrypi-sys-mods/firstboot" in line or (boot / "issue.txt").exists():
        return "bookworm"
    raise CommandError(
        ExitCode.SETTINGS, f"{boot}: does not say which release it is of: give --release bookworm or --release trixie"
    )


def _answers(file: Path | None, venue: VenueFolder, passphrase_file: Path | None) -> "CardAnswers":
    from gate_controller.cli.provision.boot_files import CardAnswers
    from gate_controller.cli.provision.code_answers import first_line, networks_in, read_tables

    mistakes: list[str] = []
    tree = read_tables(file) if file else {}
    mistakes += [
        f"{file}: {key} is neither [card] nor [[networks]]" for key in sorted(tree.keys() - {"card", "networks"})
    ]
    told: dict[str, Any] = tree.get("card", {}) if isinstance(tree.get("card", {}), dict) else {}
    known = ", ".join(sorted(_KEYS))
    mistakes += [f"{file}: [card] has no {key[:40]}: it has {known}" for key in sorted(told.keys() - _KEYS)]
    folder = file.parent if file else Path()
    hostname, user = str(told.get("hostname", "")), str(told.get("user", ""))
    if hostname and not _HOST.fullmatch(hostname):
        mistakes.append(f"{file}: hostname: give letters, digits and dashes, such as gate-east")
    if user and not _USER.fullmatch(user):
        mistakes.append(f"{file}: user: give small letters, digits, dashes and underscores, such as technician")
    hashed = str(told.get("password_hash", ""))
    if "password_file" in told:
        hashed = _hashed(first_line(folder / str(told["password_file"]), mistakes), mistakes)
    if hashed and not re.fullmatch(r"\$[a-z0-9]+\$[A-Za-z0-9./$=,-]+", hashed):
        mistakes.append(f"{file}: password_hash: is no hash as /etc/shadow has it: make one by `openssl passwd -6`")
    ssh_key = first_line(folder / str(told["ssh_key_file"]), mistakes) if "ssh_key_file" in told else ""
    if ssh_key and not _SSH_KEY.fullmatch(ssh_key):
        mistakes.append(f"{file}: ssh_key_file: holds no public key: name the file that ends in .pub")
    if (hashed or ssh_key) and not user:
        mistakes.append(f"{file}: user: is not given: whose password and key are these?")
    if user and not hashed and not ssh_key:
        mistakes.append(f"{file}: {user} could not log in: give password_file or ssh_key_file")
    settings = _whole(folder / str(told["settings_file"]), mistakes) if "settings_file" in told else ""
    api_key = first_line(folder / str(told["api_key_file"]), mistakes) if "api_key_file" in told else ""
    trusted = _whole(folder / str(told["trust_file"]), mistakes) if "trust_file" in told else ""
    networks = networks_in(tree, file, mistakes)
    if mistakes:
        raise CommandError(ExitCode.SETTINGS, *mistakes)
    if not trusted and venue.key_file.exists():
        trusted = _own_line(venue, passphrase_file)
    return CardAnswers(hostname, user, hashed, ssh_key, networks, _judged_keys(trusted), settings, api_key)


def _own_line(venue: VenueFolder, passphrase_file: Path | None) -> str:
    from gate_controller.settings.provisioning.venue_keys import key_line

    return key_line(venue.read_key(passphrase_file).public_key().public_bytes_raw(), venue.name) + "\n"


def _judged_keys(text: str) -> str:
    from gate_controller.settings.provisioning.venue_keys import TrustFileError, read_trust

    try:
        read_trust(text, "trust_file")
    except TrustFileError as error:
        raise CommandError(ExitCode.SETTINGS, str(error)) from None
    return text


def _whole(file: Path, mistakes: list[str]) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")  # Windows puts a mark before it
    except OSError as error:
        mistakes.append(f"{file}: cannot be read: {error.strerror}: name another file")
    except UnicodeDecodeError:
        mistakes.append(f"{file}: is no text in UTF-8: save it as UTF-8")
    return ""


def _hashed(password: str, mistakes: list[str]) -> str:
    """Return a password as /etc/shadow has it. It goes to the program by its input: arguments can be seen."""
    openssl = shutil.which("openssl")
    if not password:
        return ""
    if openssl is None:
        mistakes.append("openssl is not installed, which makes the hash: password_file: give password_hash instead")
        return ""
    made = subprocess.run(  # noqa: S603 - a program of the system's, with fixed words
        [openssl, "passwd", "-6", "-stdin"],
        input=f"{password}\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    return made.stdout.strip()


def _package(file: Path | None, family: str) -> tuple[str, bytes] | None:
    if file is None:
        return None
    number = {"bookworm": "deb12", "trixie": "deb13"}[family]
    other = {"bookworm": "deb13", "trixie": "deb12"}[family]
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.+~_-]*\.deb", file.name):
        raise CommandError(
            ExitCode.SETTINGS, f"{on_one_line(file.name)[:80]}: is no name of a package: --package: name a .deb"
        )
    if other in file.name or "_amd64" in file.name:
        raise CommandError(
            ExitCode.SETTINGS, f"{file.name}: is not for this card: --package: take the one with {number} and arm64"
        )
    try:
        content = file.read_bytes()
    except OSError as error:
        raise CommandError(ExitCode.SETTINGS, f"{file}: cannot be read: {error.strerror}: name another file") from None
    if not content.startswith(b"!<arch>\n"):
        raise CommandError(ExitCode.SETTINGS, f"{file}: is no Debian package: --package: name a .deb")
    return file.name, content


def _write(boot: Path, told: "CardAnswers", deb: tuple[str, bytes] | None, *, is_cloud: bool) -> list[str]:
    from gate_controller.cli.provision.boot_files import FOLDER, cloud_files, command_line, firstrun, folder_files

    instance = f"gate-{secrets.token_hex(6)}"
    files = {f"{FOLDER}/{name}": text for name, text in folder_files(told, deb, is_cloud=is_cloud).items()}
    files |= cloud_files(told, instance) if is_cloud else {"firstrun.sh": firstrun()}
    line = (boot / "cmdline.txt").read_text(encoding="utf-8")
    # The command line last: before it is there, nothing of this happens.
    files["cmdline.txt"] = command_line(line, instance, is_cloud=is_cloud).encode()
    try:
        shutil.rmtree(boot / FOLDER, ignore_errors=True)  # what an earlier call has left
        (boot / FOLDER).mkdir()
        for name, content in files.items():
            _lay(boot / name, content)
    except OSError as error:
        where = error.filename or boot
        raise CommandError(
            ExitCode.NO, f"{where}: cannot be written: {error.strerror}: is the card locked, or full? write it anew"
        ) from None
    return [name for name in files if "/" not in name] + [FOLDER]


def _lay(path: Path, content: bytes) -> None:
    fresh = path.with_name(f"{path.name}.tmp")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)  # FAT has no modes; elsewhere it counts
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(handle)
    fresh.replace(path)

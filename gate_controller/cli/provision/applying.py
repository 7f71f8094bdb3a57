"""
Root's part of a set-up by codes: networks and people, from the message as it was scanned.

Rules: nothing that the gate's user says is believed, but what the venue signed. Keys come from root's file, and from
what root itself has seen signed; serial numbers are remembered in a folder of root's. The file that waits goes away
whatever comes of it, for it holds secrets, and what came of it is left where the gate reads it.
"""

import base64
import json
import os
import shutil
import socket
import stat
import subprocess
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gate_controller.cli.exits import CommandError, ExitCode
from gate_controller.cli.provision.wifi_profiles import COUNTRY_FILE, PROFILES, country_options, profile, profile_name
from gate_controller.journal import own_files
from gate_controller.settings.provisioning.acceptance import Circumstances, after, believed
from gate_controller.settings.provisioning.content import Content, read_content
from gate_controller.settings.provisioning.provisioned_state import (
    ProvisionedError,
    read_provisioned,
)
from gate_controller.settings.provisioning.rejections import Rejected, Rejection
from gate_controller.settings.provisioning.sealed import Sealed, unpack
from gate_controller.shell.provisioner import APPLIED_FILE, PENDING_FILE, trust_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate_controller.settings import Settings

# ruff: noqa: PLC0415 - the page's users are brought in where there are any

ROOTS_FOLDER: Final = Path("var/lib/gate-provision")
"""Where root remembers what it has seen, below the system's root."""
_IDS_FILE = "ids"
_MOST_BYTES = 65536
_PROGRAM_SECONDS = 20.0
_NOBODY = frozenset({"", "localhost"})


@dataclass(frozen=True, slots=True, repr=False)
class _SetThatWaits:
    sealed: Sealed
    content_key: bytes


def applied(settings: "Settings", root: Path) -> str:
    """Apply what waits, and return what came of it in words. Raises `CommandError`."""
    path = settings.state_dir / PENDING_FILE
    if not path.exists():
        return "no set-up codes wait to be applied"
    try:
        waiting = _read(path)
        said = _carry_out(waiting, settings, root)
    except (Rejected, OSError) as error:
        why = str(error) if isinstance(error, Rejected) else f"{error.filename or path}: {error.strerror or error}"
        _leave(settings.state_dir, why)
        raise CommandError(
            ExitCode.NO, f"{why}: not all of it is applied: make new codes, or see `gate-controller provision show`"
        ) from None
    _leave(settings.state_dir, "")
    return said


def _read(path: Path) -> _SetThatWaits:
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise Rejected(Rejection.DAMAGED, "what waits is no file")
        text = file.read(_MOST_BYTES)
    try:
        tree = json.loads(text)
        message, key = (base64.b64decode(tree[name], validate=True) for name in ("message", "content_key"))
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Rejected(Rejection.DAMAGED, "what waits cannot be read") from None
    return _SetThatWaits(unpack(message), key)


def _carry_out(waiting: _SetThatWaits, settings: "Settings", root: Path) -> str:
    sealed, folder = waiting.sealed, root / ROOTS_FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        seen = read_provisioned(folder)
    except ProvisionedError as error:
        raise Rejected(Rejection.UNUSABLE, str(error)) from None
    if seen.signer == sealed.digest:
        return "these codes are applied already"
    ids = {settings.id, socket.gethostname(), *_ids(folder)} - _NOBODY
    address = sealed.letter.address
    here = Circumstances(
        gate_id=address if address in ids else settings.id,
        is_provisioned=False,
        now=time.time(),
        is_sure=False,
        trust=trust_in(settings.provisioning.keys_file),
        taken=seen,
        judge=_as_read,
    )
    believed(sealed, here)
    content = read_content(sealed.opened(waiting.content_key))
    said = [*_networks(content, root), *_people(content, settings.state_dir)]
    if "id" in content.settings:
        ids.add(str(content.settings["id"]))
    own_files.replace(folder / _IDS_FILE, "".join(f"{each}\n" for each in sorted(ids)).encode())
    becomes = replace(after(seen, sealed, Content(), here.now), settings={}, signer=sealed.digest)
    own_files.replace(folder / "provisioned.json", becomes.as_json())
    return f"applied: {', '.join(said)}" if said else "these codes hold neither networks nor people"


def _as_read(settings: "Mapping[str, object]") -> None:
    del settings  # the gate itself has judged them; root applies none


def _ids(folder: Path) -> list[str]:
    try:
        return (folder / _IDS_FILE).read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError):
        return []


def _networks(content: Content, root: Path) -> list[str]:
    if not content.networks:
        return []
    folder = root / PROFILES
    if not folder.is_dir():
        raise Rejected(
            Rejection.UNUSABLE, f"{folder} is not there: networks need NetworkManager: apt install network-manager"
        )
    wanted = {profile_name(number): profile(each, number) for number, each in enumerate(content.networks, start=1)}
    for name, text in wanted.items():
        _secretly(folder / name, text)
    for old in folder.glob(profile_name("*")):
        if old.name not in wanted:
            old.unlink()
    if countries := [network.country for network in content.networks if network.country]:
        options = root / COUNTRY_FILE
        if options.parent.is_dir():  # else no module of the kernel takes options
            options.write_text(country_options(countries[0]), encoding="ascii")
        _run(root, "iw", "reg", "set", countries[0])
        _run(root, "rfkill", "unblock", "wifi")
    _run(root, "nmcli", "connection", "reload")
    # Raspberry Pi OS is delivered with this switch off: no profile counts while it is.
    _run(root, "nmcli", "radio", "wifi", "on")
    return [f"network {network.ssid}" for network in content.networks]


def _secretly(path: Path, text: str) -> None:
    # NetworkManager ignores profiles that others can read.
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(handle)
    fresh.replace(path)


def _run(root: Path, program: str, *arguments: str) -> None:
    """Tell the running system as well; where that does not work, its next start does."""
    found = shutil.which(program)
    if root != Path("/") or found is None:
        return
    try:
        subprocess.run(  # noqa: S603 - root's own programs, with words of a closed list
            [found, *arguments],
            timeout=_PROGRAM_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return


def _people(content: Content, directory: Path) -> list[str]:
    if not content.people:
        return []
    from gate_controller.web.people import Role
    from gate_controller.web.users import Member, UsersError, changed_users, key_of, sensible_name

    try:
        with changed_users(directory) as users:
            for each in content.people:
                name = sensible_name(each.name)
                users.people[key_of(name)] = Member(name, Role.read(each.role), each.password)
    except UsersError as error:
        raise Rejected(Rejection.UNUSABLE, str(error)) from None
    return [f"user {each.name}" for each in content.people]


def _leave(directory: Path, why: str) -> None:
    try:
        own_files.replace(directory / APPLIED_FILE, json.dumps({"why": why, "at": int(time.time())}).encode())
        (directory / PENDING_FILE).unlink(missing_ok=True)
    except OSError as error:
        where = f"{error.filename or directory}: cannot be written: {error.strerror}"
        raise CommandError(ExitCode.NO, f"{where}: put it right, and try again") from None

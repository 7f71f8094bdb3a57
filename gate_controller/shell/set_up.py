"""
Whether a gate may be set up by codes before its scanner, and what it needs for that: cheap to ask at every start.

Nothing of what reads codes is brought in here: most gates never do.
"""

import os
import stat
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from gate_controller.admission.words.frozen import frozen
from gate_controller.settings import LoadedSettings, Settings
from gate_controller.settings.provisioning.provisioned_state import Provisioned

if TYPE_CHECKING:
    from gate_controller.admission.gate.gate import Gate
    from gate_controller.admission.words.events import Instant
    from gate_controller.shell.front import Front
    from gate_controller.shell.provisioner import Provisioner
    from gate_controller.texts import Texts

EXTRA_MISSING = (
    "provisioning: the extra is not installed: pip install 'gate-controller[provisioning]', or remove {file}, or set "
    "provisioning.by_scan to false"
)
WAITS = "it has no price or no key yet, and waits for its set-up codes (gate-controller provision make)"


@frozen
class SetUp:
    """What the gate is told with its settings."""

    try_settings: Callable[[Provisioned], LoadedSettings]
    """Return the settings as they would be with these provisioned ones. Raises `SettingsError`."""
    lacks: frozenset[str] = frozenset()
    """The required settings that no source gives: a gate that lacks one takes no voucher."""


def keys_objection(file: Path) -> str:
    """Return why a file of keys counts for nothing; empty where it may count."""
    try:
        is_now = file.stat()
    except OSError as error:
        return f"{file}: cannot be read: {error.strerror}"
    if not stat.S_ISREG(is_now.st_mode):
        return f"{file}: is no file"
    if is_now.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return f"{file}: can be written by others than its owner, so anybody's key may stand there: chmod 644 {file}"
    if is_now.st_uid not in {0, os.geteuid()}:
        return f"{file}: belongs to another user, so it may hold his key: chown root {file}"
    return ""


def can_be_set_up(settings: Settings) -> bool:
    """Return whether codes are believed at all: it is wanted, and root has named somebody's key."""
    section = settings.provisioning
    return section.by_scan and section.keys_file.is_file()


def extra_missing(settings: Settings) -> str:
    """Return what to install before codes can be read; empty where that is there."""
    if find_spec("cryptography") is not None:
        return ""
    return EXTRA_MISSING.format(file=settings.provisioning.keys_file)


def provisioner_of(
    settings: Settings,
    set_up: SetUp | None,
    *,
    gate: "Gate",
    front: "Front",
    texts: "Texts",
    now: "Callable[[], Instant]",
    note: Callable[[str, str | None], None],
    on_taken: Callable[[], None],
) -> "Provisioner | None":
    """Return what reads codes; None where none are believed, or what it needs is not installed, which is noted."""
    if set_up is None or not can_be_set_up(settings):
        return None
    if missing := extra_missing(settings):
        note("provisioning", missing)
        return None
    from gate_controller.shell.provisioner import Provisioner  # noqa: PLC0415 - few gates are set up by codes

    return Provisioner(settings, set_up, gate=gate, front=front, texts=texts, now=now, note=note, on_taken=on_taken)

"""
What a gate has taken by its scanner, as it lies in the state directory: one file, so that settings and serial number
change together. `from_provisioned` reads it as a source of settings: below all that root or the environment says.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, field
from pathlib import Path
from typing import Any, Final

from gate_controller.admission.words.frozen import frozen
from gate_controller.settings.mistakes import KEY, Given, Mistake
from gate_controller.settings.sources import Reading

PROVISIONED_FILE: Final = "provisioned.json"
PROVISIONABLE: Final = (
    "id",
    KEY,
    "eguma.user_id",
    "admission.price_cents",
    "admission.second_price_cents",
    "admission.currency",
    "display.gate_name",
    "display.languages",
)
"""The settings that a message may give."""
BY_HOUSE: Final = (
    "mqtt.host",
    "mqtt.port",
    "mqtt.tls",
    "mqtt.user",
    "mqtt.password",
    "mqtt.topic",
    "mqtt.ca_file",
    "mqtt.voucher_key",
)
"""The settings that a house has told which a message named: where the gate tells of itself, and not whom it obeys."""
_COUNT: Final = frozenset((*PROVISIONABLE, *BY_HOUSE))
ORIGIN: Final = "provisioned by code"
"""How the origin begins of what was provisioned."""
_MOST_BYTES: Final = 65536
_VERSION: Final = 1


class ProvisionedError(Exception):
    """The file cannot be used: what, where, what to do."""


@frozen
class Provisioned:
    """What has been taken so far. Its repr has no secrets."""

    settings: Mapping[str, object] = field(default_factory=dict, repr=False)
    serial: int = 0
    """That of the newest message that was taken; an older one is refused."""
    signer: str = ""
    """The name of the key that signed it."""
    taken_at: float = 0.0
    not_before: int = 0
    """No moment since was earlier than this (seconds since 1970): the newest message taken was made then."""
    statements: tuple[str, ...] = ()
    """What was stated about keys, in the order in which it was taken."""

    def as_json(self) -> bytes:
        """Return it as the file has it."""
        return json.dumps({"version": _VERSION, **asdict(self)}, indent=1, ensure_ascii=False).encode()


def read_provisioned(directory: Path) -> Provisioned:
    """Return what has been taken; nothing where there is no file. Raises `OSError` and `ProvisionedError`."""
    path = directory / PROVISIONED_FILE
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return Provisioned()
    try:
        return _read(json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        remedy = "remove it, and provision the gate again"
        raise ProvisionedError(f"{path}: is damaged: {remedy}") from None


def _read(tree: Any) -> Provisioned:
    if tree["version"] != _VERSION or not isinstance(tree["settings"], dict):
        raise ValueError(tree["version"])
    return Provisioned(
        {str(name): value for name, value in tree["settings"].items()},
        int(tree["serial"]),
        str(tree["signer"]),
        float(tree["taken_at"]),
        int(tree["not_before"]),
        tuple(str(line) for line in tree["statements"]),
    )


def from_provisioned(directory: Path, given: Collection[str], needed: Collection[str]) -> Reading:
    """
    Read what has been taken as a source of settings. `given` are the settings of higher sources; where these are all of
    `needed`, it does not matter whether the file can be read.
    """
    reading = Reading()
    path = directory / PROVISIONED_FILE
    try:
        taken = read_provisioned(directory)
    except OSError as error:
        if not set(needed) <= set(given):
            reading.is_unreadable = True
            reading.unread.update(name for name in _COUNT if name not in given)
            what = f"what was provisioned cannot be read ({error.strerror or type(error).__name__})"
            reading.mistakes.append(Mistake(what, str(path), "use sudo: it is the gate's own"))
        return reading
    except ProvisionedError as error:
        what, _, remedy = str(error).split(": ", 2)
        reading.mistakes.append(Mistake(f"{what} is damaged", "provisioned", remedy))
        reading.unread.update(_COUNT)
        return reading
    reading.given = given_by(taken).given
    return reading


def given_by(taken: Provisioned) -> Reading:
    """Return what has been taken as a source of settings; no other name counts, whoever wrote the file."""
    origin = f"{ORIGIN}, set {taken.serial}"
    return Reading({name: Given(value, origin) for name, value in taken.settings.items() if name in _COUNT})

"""
What a message says: settings, networks and people, as compressed JSON; read strictly, with the settings' own readers.

Rules: only the settings of `PROVISIONABLE` can be given. Those are what a venue tells apart its gates by; what decides
where the key is sent, what moves the gate or who reaches it over the network is root's to write. A house that the gate
is to join is named here, with a code of it; what it then tells of its broker is no part of the message, and whose
orders count is root's to say there too.
"""

import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gate_controller.settings.mistakes import SECRETS
from gate_controller.settings.models import reader_of
from gate_controller.settings.provisioning.provisioned_state import PROVISIONABLE
from gate_controller.settings.provisioning.rejections import Rejected, Rejection
from gate_controller.settings.values import UnusableError

ROLES: Final = ("viewer", "staff", "technician")
MOST_CONTENT_BYTES: Final = 16384
MOST_NETWORKS: Final = 4
MOST_PEOPLE: Final = 12

_MOST_SSID_BYTES = 32
_PASSPHRASE = re.compile(r"[ -~]{8,63}|[0-9A-Fa-f]{64}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_NAME = re.compile(r"[^\W_](?:[\w .@'’+-]{0,38}[\w.])?")
_HOUSE = re.compile(r"https?://([A-Za-z0-9.-]{1,200}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?")
_HOUSE_CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{20}")
_HASH = re.compile(r"\$argon2id\$[A-Za-z0-9+/=$,]{20,200}")


@dataclass(frozen=True, slots=True)
class Network:
    """A Wi-Fi network. Its repr keeps the passphrase to itself."""

    ssid: str
    passphrase: str = field(default="", repr=False)
    """Empty: an open network."""
    hidden: bool = False
    country: str = ""


@dataclass(frozen=True, slots=True)
class PageUser:
    """Somebody who may use the staff's page."""

    name: str
    role: str
    password: str = field(repr=False)
    """Its hash."""


@dataclass(frozen=True, slots=True)
class HouseToJoin:
    """A house that the gate is to join. Its repr keeps the code to itself."""

    address: str
    """Of its page, such as https://venue.museum.ch:8090."""
    code: str = field(repr=False)
    """A one-time code of it, in letters alone."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says. Its repr has no secrets."""

    settings: Mapping[str, object] = field(default_factory=dict, repr=False)
    networks: tuple[Network, ...] = ()
    people: tuple[PageUser, ...] = ()
    house: HouseToJoin | None = None

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing; a message that only rolls or revokes a key does not."""
        return not (self.settings or self.networks or self.people or self.house)

    def packed(self) -> bytes:
        """Return it as bytes. Raises `Rejected` for what no gate would take."""
        tree: dict[str, Any] = {}
        if self.settings:
            tree["s"] = dict(self.settings)
        if self.networks:
            tree["w"] = [
                _short(n=each.ssid, p=each.passphrase, h=each.hidden, c=each.country) for each in self.networks
            ]
        if self.people:
            tree["u"] = [_short(n=each.name, r=each.role, p=each.password) for each in self.people]
        if self.house is not None:
            tree["v"] = {"a": self.house.address, "c": self.house.code}
        packed = zlib.compress(json.dumps(tree, ensure_ascii=False, separators=(",", ":")).encode(), 9)
        read_content(packed)
        return packed


def read_content(packed: bytes) -> Content:
    """Read a content, and judge every value of it. Raises `Rejected`, without repeating any."""
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(packed, MOST_CONTENT_BYTES)
        if unpacking.unconsumed_tail or not unpacking.eof:
            raise Rejected(Rejection.TOO_LONG, "its content is too long, or cut off")
        tree = json.loads(text)
    except (zlib.error, ValueError, RecursionError):
        raise Rejected(Rejection.DAMAGED, "its content is no text") from None
    if not isinstance(tree, dict):
        raise Rejected(Rejection.DAMAGED, "its content is no table")
    if unknown := tree.keys() - {"s", "w", "u", "v"}:
        raise Rejected(Rejection.NEWER, f"its content has {len(unknown)} parts that this version does not know")
    settings = tree.get("s", {})
    if not isinstance(settings, dict):
        raise Rejected(Rejection.DAMAGED, "its settings are no table")
    return Content(
        {name: _judged(name, value) for name, value in settings.items()},
        tuple(_network(each) for each in _list(tree, "w", MOST_NETWORKS)),
        tuple(_person(each) for each in _list(tree, "u", MOST_PEOPLE)),
        _house(tree["v"]) if "v" in tree else None,
    )


def _judged(name: str, value: object) -> object:
    if name not in PROVISIONABLE:
        known = name if re.fullmatch(r"[a-z_]{1,40}(\.[a-z_]{1,40})?", name) else "a name"
        raise Rejected(Rejection.UNUSABLE, f"{known} cannot be given by a code")
    try:
        reader_of(name)(value)
    except UnusableError as error:
        shown = "" if name in SECRETS else f" is {str(value)[:40]!r},"
        raise Rejected(Rejection.UNUSABLE, f"{name}{shown} {error.why}: {error.remedy}") from None
    return value


def _list(tree: Mapping[str, Any], key: str, most: int) -> list[dict[str, Any]]:
    found = tree.get(key, [])
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Rejected(Rejection.DAMAGED, "its networks or people are no list")
    if len(found) > most:
        raise Rejected(Rejection.TOO_LONG, f"it has {len(found)} networks or people, and {most} are the most")
    return found


def _network(each: Mapping[str, Any]) -> Network:
    ssid, passphrase, country = (_text(each, key) for key in "npc")
    if not 1 <= len(ssid.encode()) <= _MOST_SSID_BYTES:
        raise Rejected(Rejection.UNUSABLE, "a network's name has 1 to 32 bytes")
    if passphrase and not _PASSPHRASE.fullmatch(passphrase):
        raise Rejected(Rejection.UNUSABLE, f"the passphrase of the network {ssid} has 8 to 63 characters of ASCII")
    if country and not _COUNTRY.fullmatch(country):
        raise Rejected(Rejection.UNUSABLE, "a country of a network is two capitals, such as CH")
    return Network(ssid, passphrase, each.get("h") is True, country)


def _person(each: Mapping[str, Any]) -> PageUser:
    name, role, password = (_text(each, key) for key in "nrp")
    if not _NAME.fullmatch(name):
        raise Rejected(Rejection.UNUSABLE, "a person's name is none to log in with")
    if role not in ROLES:
        raise Rejected(Rejection.UNUSABLE, f"the role of {name} is none of {', '.join(ROLES)}")
    if not _HASH.fullmatch(password):
        raise Rejected(Rejection.UNUSABLE, f"the password of {name} is no hash of argon2id")
    return PageUser(name, role, password)


def _house(told: object) -> HouseToJoin:
    if not isinstance(told, dict) or told.keys() != {"a", "c"}:
        raise Rejected(Rejection.DAMAGED, "its house is none")
    address, code = _text(told, "a"), _text(told, "c")
    if not _HOUSE.fullmatch(address):
        raise Rejected(Rejection.UNUSABLE, "the address of a house is such as https://venue.museum.ch:8090")
    if not _HOUSE_CODE.fullmatch(code):
        raise Rejected(Rejection.UNUSABLE, "the code of a house has 20 letters, as its page shows them")
    return HouseToJoin(address, code)


def _text(each: Mapping[str, Any], key: str) -> str:
    value = each.get(key, "")
    if not isinstance(value, str) or not value.isprintable():
        raise Rejected(Rejection.UNUSABLE, "a network, a person or a house has a value that is no printable text")
    return value


def _short(**fields: object) -> dict[str, object]:
    return {key: value for key, value in fields.items() if value}

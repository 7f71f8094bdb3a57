"""
What can be set of a venue: its page, its broker, its store, its house. Readers as in `settings/values.py`.

`venue_loading.py` reads them, with a gate's strictness: unknown names are mistakes, secrets have files of their own.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, Field, SecretStr
from typing_extensions import override

from gate_controller.settings import addresses
from gate_controller.settings import values as read
from gate_controller.settings.mistakes import Given, Mistake
from gate_controller.settings.mqtt_section import MqttSection
from gate_controller.settings.sections import LogSection, Section, WebSection
from gate_controller.settings.values import ReadBy, UnusableError
from gate_controller.venue.enrolment_section import EnrolmentSection

_SQLITE, _POSTGRESQL = "sqlite:///", "postgresql://"
_LONGEST_NAME: Final = 60
_HOST: Final = re.compile(r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45}")


def _url(value: object) -> str:
    remedy = "leave it empty, or give sqlite:////path/of/a/file or postgresql://user@host/database"
    if read.is_none(value):
        return ""
    text = read.plain_text(value, remedy)
    if text.startswith(_SQLITE) and len(text) > len(_SQLITE):
        return text
    if not text.startswith(_POSTGRESQL):
        raise UnusableError("which is no store that is known", remedy)
    try:
        parts = urlsplit(text)
        has_password, _ = parts.password is not None, parts.port
    except ValueError:
        raise UnusableError("which is no address", remedy) from None
    if has_password:
        raise UnusableError(
            "which holds a password", "write the password into a file, and name it in store.password_file"
        )
    if not parts.path.strip("/"):
        raise UnusableError("which names no database", remedy)
    return text


def _secret(value: object) -> SecretStr | None:
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if text is None or (isinstance(text, str) and not text.strip()):
        return None
    if not isinstance(text, str) or any(not c.isprintable() for c in text.strip("\r\n")):
        raise UnusableError("is no text that can be printed", "write it anew, on one line")
    return SecretStr(text.strip("\r\n"))


def _house_name(value: object) -> str:
    remedy = f"give 1 to {_LONGEST_NAME} characters"
    text = read.plain_text(value, remedy)
    if not 0 < len(text) <= _LONGEST_NAME:
        raise UnusableError("which is no name", remedy)
    return text


def _zone(value: object) -> str:
    remedy = "give a time zone such as Europe/Zurich, or leave it empty for this machine's"
    if read.is_none(value):
        return ""
    text = read.plain_text(value, remedy)
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnusableError("which this machine does not know", remedy) from None
    return text


def _broker_host(value: object) -> str:
    remedy = "give the name of the broker, such as broker.museum.ch"
    text = read.plain_text(value, remedy)
    if not _HOST.fullmatch(text):
        raise UnusableError("which names no host", remedy)
    return text


class VenueWebSection(WebSection, frozen=True):
    """The page of the house."""

    port: Annotated[int, ReadBy(addresses.web_port)] = Field(
        default=8090, description="0 turns it off; a gate's own page is at 8080"
    )


class VenueMqttSection(MqttSection, frozen=True):
    """The broker that all gates of the house tell of themselves."""

    host: Annotated[str, ReadBy(_broker_host)] = Field(
        default="127.0.0.1", description="the MQTT 5 broker that the gates tell of themselves"
    )
    port: Annotated[int, ReadBy(read.whole(1, 65535, "give a port from 1 to 65535"))] = Field(
        default=1883, description="its port: on this machine usually 1883, with TLS 8883"
    )
    tls: Annotated[bool, ReadBy(read.flag)] = Field(
        default=False,
        description="whether the connection is encrypted, and the broker's certificate checked; needed for a broker on "
        "another machine",
    )
    heartbeat_seconds: Annotated[float, ReadBy(read.seconds(5, 3600))] = Field(
        default=60.0, description="how often the gates tell their status, as at the gates; after twice that it is stale"
    )


class StoreSection(Section, frozen=True):
    """Where the events of all gates are kept."""

    url: Annotated[str, ReadBy(_url)] = Field(
        default="",
        description="empty: a SQLite file in `state_dir`; `postgresql://user@host/database` where a house outgrows it",
    )
    password: Annotated[SecretStr | None, ReadBy(_secret)] = Field(
        default=None, description="the password of PostgreSQL's user, here or in a file; it is never printed"
    )
    password_file: Annotated[Path | None, ReadBy(read.path_or_none)] = Field(
        default=None, description="file that holds it, in place of `store.password`"
    )
    keep_days: Annotated[int, ReadBy(read.whole(30, 36500, "give whole days from 30 to 36500"))] = Field(
        default=400, description="days after which events of attempts that are at their end are deleted; days stay"
    )

    @override
    def contradictions(self, given: Mapping[str, Given]) -> Iterator[Mistake]:
        if self.password is not None and not self.url.startswith(_POSTGRESQL):
            yield Mistake(
                "store.password is set, and store.url names no PostgreSQL",
                given["store.password"].origin,
                "set store.url too, or leave the password out",
            )


class HouseSection(Section, frozen=True):
    """The house."""

    name: Annotated[str, ReadBy(_house_name)] = Field(default="Gates", description="what people call the house")
    languages: Annotated[tuple[str, ...], ReadBy(read.languages)] = Field(
        default=("de", "fr", "it", "en"), description="languages of the page; the first is the default"
    )
    zone: Annotated[str, ReadBy(_zone)] = Field(
        default="",
        description="the time zone whose days are the house's, such as `Europe/Zurich`; empty: this machine's",
    )
    most_inside: Annotated[int, ReadBy(read.whole(0, 1_000_000, "give a number of people; 0: no limit"))] = Field(
        default=0,
        description="how many people may be inside over all gates; 0: no limit. It is shown, no gate acts on it",
    )
    home_assistant: Annotated[bool, ReadBy(read.flag)] = Field(
        default=False, description="whether wishes of Home Assistant, at the broker, become orders of the venue"
    )


class VenueSettings(BaseModel, frozen=True, extra="forbid", hide_input_in_errors=True):
    """Everything that can be set of a venue."""

    state_dir: Annotated[Path, ReadBy(read.path)] = Field(
        description="store, users, keys; by default systemd's `$STATE_DIRECTORY`, else /var/lib/gate-venue where the "
        "package is installed, else `./venue-state`"
    )
    web: VenueWebSection = VenueWebSection()
    mqtt: VenueMqttSection = VenueMqttSection()
    store: StoreSection = StoreSection()
    house: HouseSection = HouseSection()
    enrolment: EnrolmentSection = EnrolmentSection()
    log: LogSection = LogSection()

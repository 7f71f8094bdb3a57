"""
The section of a venue's broker: where a gate's status and events go by MQTT 5, and as whom.

Readers as in `values.py`. Off unless a host is named.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, SecretStr
from typing_extensions import override

from gate_controller.settings import values as read
from gate_controller.settings.addresses import is_loopback
from gate_controller.settings.mistakes import Given, Mistake, variable
from gate_controller.settings.sections import Section
from gate_controller.settings.values import ReadBy, UnusableError

_HOST: Final = r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45}"
# A topic's levels: what each broker's rules and each dashboard take without quotes.
_TOPIC: Final = r"[A-Za-z0-9._-]{1,64}(/[A-Za-z0-9._-]{1,64}){0,4}"
_LONGEST_SECRET: Final = 1000
_LEAST_KEY: Final = 32
"""A key that is guessed makes a code of every hash."""


def _host(value: object) -> str:
    remedy = "give the name of the broker, such as broker.museum.ch, or leave it empty"
    if read.is_none(value):
        return ""
    text = read.plain_text(value, remedy)
    if not re.fullmatch(_HOST, text):
        raise UnusableError("which names no host", remedy)
    return text


def _topic(value: object) -> str:
    remedy = "give levels of letters, digits, dots, dashes and underscores, such as museum/gates"
    text = read.plain_text(value, remedy)
    if not re.fullmatch(_TOPIC, text):
        raise UnusableError("which cannot begin a topic", remedy)
    return text


def _topic_or_none(value: object) -> str:
    return "" if read.is_none(value) else _topic(value)


def _user(value: object) -> str:
    remedy = "give the name that the broker knows, or leave it empty"
    return "" if read.is_none(value) else read.plain_text(value, remedy)


def _password(value: object) -> SecretStr | None:
    remedy = "copy it from the broker's password file"
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if text is None or (isinstance(text, str) and text.strip() in {"", "none"}):
        return None
    if not isinstance(text, str):
        raise UnusableError("is no text", remedy)
    text = text.removesuffix("\n").removesuffix("\r")
    if any(not c.isprintable() for c in text) or len(text) > _LONGEST_SECRET:
        raise UnusableError(f"holds control characters, or over {_LONGEST_SECRET}", remedy)
    return SecretStr(text)


def _voucher_key(value: object) -> SecretStr | None:
    remedy = f"copy it from the venue: at least {_LEAST_KEY} characters, the same at all its gates"
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if text is None or (isinstance(text, str) and text.strip() in {"", "none"}):
        return None
    if not isinstance(text, str):
        raise UnusableError("is no text", remedy)
    text = text.strip()
    if not text.isprintable() or not _LEAST_KEY <= len(text) <= _LONGEST_SECRET:
        raise UnusableError(f"is no text of {_LEAST_KEY} to {_LONGEST_SECRET} characters", remedy)
    return SecretStr(text)


class MqttSection(Section, frozen=True):
    """A broker that a venue, or Home Assistant, follows the gate by."""

    host: Annotated[str, ReadBy(_host)] = Field(
        default="", description="the MQTT 5 broker that is told how the gate is and what happens; empty: none"
    )
    port: Annotated[int, ReadBy(read.whole(1, 65535, "give a port from 1 to 65535"))] = Field(
        default=8883, description="its port: usually 8883, without TLS 1883"
    )
    tls: Annotated[bool, ReadBy(read.flag)] = Field(
        default=True,
        description="whether the connection is encrypted, and the broker's certificate checked; `false` "
        "only for a broker on this machine",
    )
    ca_file: Annotated[Path | None, ReadBy(read.path_or_none)] = Field(
        default=None,
        description="certificate of the authority that the broker's is from; none: one that this machine trusts anyway",
    )
    certificate_file: Annotated[Path | None, ReadBy(read.path_or_none)] = Field(
        default=None, description="the gate's own certificate, where the broker wants one"
    )
    key_file: Annotated[Path | None, ReadBy(read.path_or_none)] = Field(
        default=None, description="the key of that certificate"
    )
    user: Annotated[str, ReadBy(_user)] = Field(
        default="",
        description="the name to log in with at the broker; its rules may let a user speak only as the "
        "gate of that name",
    )
    password: Annotated[SecretStr | None, ReadBy(_password)] = Field(
        default=None, description="its password, here or in a file; it is never printed"
    )
    password_file: Annotated[Path | None, ReadBy(read.path_or_none)] = Field(
        default=None, description="file that holds it, in place of `mqtt.password`"
    )
    topic: Annotated[str, ReadBy(_topic)] = Field(
        default="gate-controller", description="what all topics begin with; the gate's id comes next"
    )
    discovery: Annotated[str, ReadBy(_topic_or_none)] = Field(
        default="homeassistant", description="Home Assistant's discovery prefix; `none`: it is told nothing"
    )
    heartbeat_seconds: Annotated[float, ReadBy(read.seconds(5, 3600))] = Field(
        default=60.0, description="how often the status is told where nothing has changed"
    )
    order_keys_file: Annotated[Path | None, ReadBy(read.path_or_none)] = Field(
        default=None,
        description="file of root's that names the venue's keys whose signed orders the gate carries out, in lines as "
        "`provisioning.keys_file` has them; read anew when it changes. None: it takes no orders from afar",
    )
    voucher_key: Annotated[SecretStr | None, ReadBy(_voucher_key)] = Field(
        default=None,
        description="secret of the venue's, the same at all its gates: events then name each voucher by a hash that is "
        "made with it, so that one voucher is found across gates; here or in a file; it is never printed",
    )
    voucher_key_file: Annotated[Path | None, ReadBy(read.path_or_none)] = Field(
        default=None, description="file that holds it, in place of `mqtt.voucher_key`"
    )
    wishes: Annotated[bool, ReadBy(read.flag)] = Field(
        default=False,
        description="whether Home Assistant gets buttons and a lock, whose wishes the venue signs where it wants to: "
        "then whoever may write the venue's wishes at the broker opens the gate",
    )

    @override
    def contradictions(self, given: Mapping[str, Given]) -> Iterator[Mistake]:
        for present, lacking in (
            ("certificate_file", "key_file"),
            ("key_file", "certificate_file"),
            ("password", "user"),
        ):
            if getattr(self, present) and not getattr(self, lacking):
                yield Mistake(
                    f"mqtt.{present} is set, and mqtt.{lacking} is not",
                    given[f"mqtt.{present}"].origin,
                    f"set {variable(f'mqtt.{lacking}')} too",
                )
        if self.wishes and not self.discovery:
            yield Mistake(
                "mqtt.wishes is on, and mqtt.discovery is none: nobody would be told of the buttons",
                given["mqtt.wishes"].place,
                "turn it off, or name Home Assistant's discovery prefix",
            )
        if self.wishes and self.order_keys_file is None:
            yield Mistake(
                "mqtt.wishes is on, and mqtt.order_keys_file is not set: no button would move the gate",
                given["mqtt.wishes"].place,
                "name the file with the venue's keys, or turn it off",
            )
        if self.host and not self.tls and not is_loopback(self.host):
            yield Mistake(
                "mqtt.tls is off, and the broker is another machine",
                given["mqtt.tls"].origin,
                "leave it on, and give the broker a certificate",
            )

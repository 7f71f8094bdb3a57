"""What can be set about gates that join: which accounts they get at the broker, and how they are to reach it."""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field
from typing_extensions import override

from gate_controller.settings import values as read
from gate_controller.settings.addresses import is_loopback
from gate_controller.settings.mistakes import Given, Mistake
from gate_controller.settings.sections import Section
from gate_controller.settings.values import ReadBy


class AccountKind(StrEnum):
    """How gates get accounts at the broker."""

    NONE = "none"
    DYNAMIC = "dynamic"
    FILE = "file"


_HOST: Final = re.compile(r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45}")
_KINDS: Final = ", ".join(kind.value for kind in AccountKind)


def _accounts(value: object) -> AccountKind:
    remedy = f"give one of {_KINDS}"
    text = read.plain_text(value, remedy)
    try:
        return AccountKind(text)
    except ValueError:
        raise read.UnusableError("which is no way to make accounts", remedy) from None


def _host_or_none(value: object) -> str:
    remedy = "give the name of the broker, such as broker.museum.ch, or leave it empty"
    if read.is_none(value):
        return ""
    text = read.plain_text(value, remedy)
    if not _HOST.fullmatch(text):
        raise read.UnusableError("which names no host", remedy)
    return text


class EnrolmentSection(Section, frozen=True):
    """Gates that join by a one-time code."""

    accounts: Annotated[AccountKind, ReadBy(_accounts)] = Field(
        default=AccountKind.NONE,
        description="where a gate that joins gets its account: `dynamic` (Mosquitto's plugin for dynamic security, "
        "whose admin is `mqtt.user`), `file` (a password file of Mosquitto's), or `none`: no gate can join by a code",
    )
    password_file: Annotated[Path | None, ReadBy(read.path_or_none)] = Field(
        default=None,
        description="with `file`: the password file that the venue writes gates into; by default `broker-passwords` in "
        "`state_dir`",
    )
    host: Annotated[str, ReadBy(_host_or_none)] = Field(
        default="", description="the broker's name as gates reach it; empty: `mqtt.host`, or this machine's name"
    )
    port: Annotated[int, ReadBy(read.whole(1, 65535, "give a port from 1 to 65535"))] = Field(
        default=8883, description="its port as gates reach it"
    )
    tls: Annotated[bool, ReadBy(read.flag)] = Field(
        default=True, description="whether gates encrypt their connection; `false` only for gates on this machine"
    )
    ca_file: Annotated[Path | None, ReadBy(read.path_or_none)] = Field(
        default=None,
        description="certificate of the authority that the broker's is from, which gates are given; none: they know it",
    )

    @override
    def contradictions(self, given: Mapping[str, Given]) -> Iterator[Mistake]:
        if self.accounts is not AccountKind.NONE and not self.tls and not (self.host and is_loopback(self.host)):
            yield Mistake(
                "enrolment.tls is off, and enrolment.host is another machine for the gates",
                given["enrolment.tls"].place,
                "leave it on, and give the broker a certificate",
            )

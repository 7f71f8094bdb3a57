"""
The section of who is told when something at the gate needs somebody: a webhook, a mailbox, and after how long.

Readers as in `values.py`. An address that a webhook goes to may be as good as a password, so it is hidden like one.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr
from typing_extensions import override

from gate_controller.settings import values as read
from gate_controller.settings.addresses import is_loopback
from gate_controller.settings.mistakes import Given, Mistake, variable
from gate_controller.settings.sections import Section
from gate_controller.settings.values import ReadBy, UnusableError

_LONGEST_SECRET = 1000
_LEAST_KEY = 16
_HOST = r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45}"
# RFC 5322's atoms: what every mail server takes without quotes.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_MAILBOX = rf"{_ATOM}(\.{_ATOM})*@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?"


def _secret(remedy: str, *, least: int = 1) -> Callable[[object], SecretStr | None]:
    """Return a reader of a secret, or of none. No `UnusableError` of it repeats any part of it."""

    def read_secret(value: object) -> SecretStr | None:
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if text is None or (isinstance(text, str) and text.strip() in {"", "none"}):
            return None
        if not isinstance(text, str):
            raise UnusableError("is no text", remedy)
        text = text.removesuffix("\n").removesuffix("\r")
        if any(not " " <= c <= "~" for c in text):  # mail servers agree on nothing else
            raise UnusableError("holds control or non-ASCII characters", remedy)
        if not least <= len(text) <= _LONGEST_SECRET:
            raise UnusableError(f"has under {least} or over {_LONGEST_SECRET} characters", remedy)
        return SecretStr(text)

    return read_secret


def _webhook_url(value: object) -> SecretStr | None:
    """Read the address of a webhook, or none. Its path and query may say who may post there: nothing is repeated."""
    remedy = "give it as https://hooks.museum.ch/gate, or leave it out"
    secret = _secret(remedy)(value)
    if secret is None:
        return None
    text = secret.get_secret_value().strip()
    try:
        url = urlsplit(text)
        host, is_right = url.hostname or "", url.port != 0
    except ValueError:
        raise UnusableError("is no address", remedy) from None
    if url.scheme not in {"https", "http"} or " " in text or "#" in text or not is_right:
        raise UnusableError("is no address that begins with https://", remedy)
    if not re.fullmatch(_HOST, host):
        raise UnusableError("names no host", remedy)
    if url.scheme == "http" and not is_loopback(host):
        raise UnusableError("would cross the network in the clear", "use https://; http:// is only for this machine")
    return SecretStr(text)


def _mail_host(value: object) -> str:
    remedy = "give the name of the mail server, such as smtp.museum.ch, or leave it empty"
    if read.is_none(value):
        return ""
    text = read.plain_text(value, remedy)
    if not re.fullmatch(_HOST, text):
        raise UnusableError("which names no host", remedy)
    return text


def _mailboxes(value: object) -> tuple[str, ...]:
    remedy = "list addresses such as technik@museum.ch"
    if read.is_none(value):
        return ()
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple):
        raise UnusableError("which is no list of addresses", remedy)
    found = tuple(dict.fromkeys(read.plain_text(part, remedy) for part in parts))
    if any(not re.fullmatch(_MAILBOX, one) for one in found):
        raise UnusableError("which holds what is no address of mail", remedy)
    return found


def _mailbox(value: object) -> str:
    remedy = "give an address such as gate@museum.ch"
    found = _mailboxes(value) if read.is_none(value) or isinstance(value, str) else ("", "")
    if len(found) > 1:
        raise UnusableError("which is not one address", remedy)
    return found[0] if found else ""


def _user(value: object) -> str:
    remedy = "give the name that the mail server knows, or leave it empty"
    text = "" if read.is_none(value) else read.plain_text(value, remedy)
    if not text.isascii():
        raise UnusableError("which holds non-ASCII characters", remedy)
    return text


class NotifySection(Section, frozen=True):
    """Who is told when something needs somebody."""

    webhook_url: Annotated[SecretStr | None, ReadBy(_webhook_url)] = Field(
        default=None, description="address that is posted to; `http://` only for this machine; it is never printed"
    )
    webhook_key: Annotated[
        SecretStr | None, ReadBy(_secret("give 16 letters or more that only the receiver knows", least=16))
    ] = Field(default=None, description="what the posts are signed with, here or in a file; it is never printed")
    webhook_key_file: Annotated[Path | None, ReadBy(read.path_or_none)] = Field(
        default=None, description="file that holds it, in place of `notify.webhook_key`"
    )
    smtp_host: Annotated[str, ReadBy(_mail_host), read.WHILE_RUNNING] = Field(
        default="", description="the mail server that takes mail from the gate; empty: no mail"
    )
    smtp_port: Annotated[int, ReadBy(read.whole(1, 65535, "give a port from 1 to 65535")), read.WHILE_RUNNING] = Field(
        default=587, description="its port: usually 587, with `tls` 465"
    )
    smtp_tls: Annotated[str, ReadBy(read.one_of(("starttls", "tls", "off"))), read.WHILE_RUNNING] = Field(
        default="starttls",
        description="`starttls`: begun in the clear, and encrypted before anything is said; `tls`: from the first "
        "byte; `off`: only for a server on this machine",
    )
    smtp_user: Annotated[str, ReadBy(_user), read.WHILE_RUNNING] = Field(
        default="", description="the name to log in with there; empty: without"
    )
    smtp_password: Annotated[SecretStr | None, ReadBy(_secret("copy it from the mail account"))] = Field(
        default=None, description="its password, here or in a file; it is never printed"
    )
    smtp_password_file: Annotated[Path | None, ReadBy(read.path_or_none)] = Field(
        default=None, description="file that holds it, in place of `notify.smtp_password`"
    )
    mail_from: Annotated[str, ReadBy(_mailbox), read.WHILE_RUNNING] = Field(
        default="", description="address that mail comes from"
    )
    mail_to: Annotated[tuple[str, ...], ReadBy(_mailboxes), read.WHILE_RUNNING] = Field(
        default=(), description="addresses that mail goes to"
    )
    out_of_service_minutes: Annotated[float, ReadBy(read.number(0, 1440, "minutes")), read.WHILE_RUNNING] = Field(
        default=5.0, description="how long a gate is out of service before anybody is told"
    )
    eguma_minutes: Annotated[float, ReadBy(read.number(0, 1440, "minutes")), read.WHILE_RUNNING] = Field(
        default=15.0, description="how long E-GUMA gives no answer before anybody is told"
    )
    ordered_hours: Annotated[float, ReadBy(read.number(0, 720, "hours")), read.WHILE_RUNNING] = Field(
        default=12.0,
        description="how long staff's orders without an end, and a turned service key, last before anybody is "
        "reminded; 0: never",
    )

    @override
    def contradictions(self, given: Mapping[str, Given]) -> Iterator[Mistake]:
        needs = (
            ("webhook_url", "webhook_key"),
            ("smtp_host", "mail_from"),
            ("smtp_host", "mail_to"),
            ("mail_to", "smtp_host"),
            ("smtp_user", "smtp_password"),
            ("smtp_password", "smtp_user"),
        )
        for present, lacking in needs:
            if getattr(self, present) and not getattr(self, lacking):
                yield Mistake(
                    f"notify.{present} is set, and notify.{lacking} is not",
                    given[f"notify.{present}"].place,
                    f"set {variable(f'notify.{lacking}')} too",
                )
        if self.smtp_host and self.smtp_tls == "off" and not is_loopback(self.smtp_host):
            yield Mistake(
                "notify.smtp_tls is off, and the mail server is another machine",
                given["notify.smtp_tls"].place,
                "take starttls or tls",
            )

"""
Mail by SMTP: each delivery is one message in plain text, handed to the house's mail server.

The connection is encrypted before anything is said, and the server's certificate checked. It is spoken in a thread of
its own that has an end, whatever the server does; and what a server has taken is never sent again because it was
impolite afterwards.
"""

import asyncio
import contextlib
import hashlib
import os
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, formataddr
from typing import Any, Final

from typing_extensions import override

from gate_controller import __version__
from gate_controller.settings.notify_section import NotifySection
from gate_controller.shell.delivery import Delivery, NotDelivered

STEP_SECONDS: Final = 20.0
"""For each step of a conversation."""

WHOLE_SECONDS: Final = 60.0
"""For all of it: a server that drips outlasts every step's end."""

_LONGEST_WHY: Final = 200


class Mail:
    """The mailboxes that a gate writes to."""

    name = "mail"

    def __init__(self, settings: NotifySection) -> None:
        self._settings = settings
        self._talk: _Talk | None = None

    @property
    def mark(self) -> str:
        """Return what tells these mailboxes from others."""
        return f"{self.name} {hashlib.sha256(' '.join(sorted(self._settings.mail_to)).encode()).hexdigest()[:16]}"

    @property
    def host(self) -> str:
        """The mail server."""
        return self._settings.smtp_host

    async def deliver(self, delivery: Delivery) -> str:
        """Return what the server said, once it has taken the mail for somebody. Raises `NotDelivered`."""
        if self._talk is not None and self._talk.is_alive():
            raise NotDelivered("an earlier try still hangs")
        told: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        talk = self._talk = _Talk(self._settings, _message(delivery, self._settings), told)
        talk.start()
        try:
            async with asyncio.timeout(WHOLE_SECONDS):
                return await told
        except TimeoutError:
            raise NotDelivered(f"it was not done within {WHOLE_SECONDS:g} s") from None
        finally:
            talk.give_up()


class _Talk(threading.Thread):
    """One conversation with the mail server. As a daemon it does not keep a gate from its end."""

    def __init__(self, settings: NotifySection, message: bytes, told: "asyncio.Future[str]") -> None:
        super().__init__(name="mail", daemon=True)
        self._settings = settings
        self._message = message
        self._told = told
        self._loop = asyncio.get_running_loop()
        self._server: smtplib.SMTP | None = None
        self._is_given_up = False

    @override
    def run(self) -> None:
        """Talk, and tell how it ended."""
        outcome: str | NotDelivered
        try:
            outcome = self._said()
        except Exception as error:  # noqa: BLE001 - smtplib raises whatever a server's nonsense leads to
            outcome = NotDelivered(_why(error))
        with contextlib.suppress(RuntimeError):  # the gate has ended
            self._loop.call_soon_threadsafe(self._tell, outcome)

    def give_up(self) -> None:
        """End the conversation where it stands; from any thread, and more than once."""
        self._is_given_up = True
        line = self._server.sock if self._server is not None else None
        if line is None:
            return
        # By a handle of its own, for TLS must not be touched by two threads. What is closed already needs no end.
        with contextlib.suppress(OSError, ValueError), socket.socket(fileno=os.dup(line.fileno())) as handle:
            handle.shutdown(socket.SHUT_RDWR)

    def _tell(self, outcome: str | NotDelivered) -> None:
        if self._told.done():
            return
        if isinstance(outcome, NotDelivered):
            self._told.set_exception(outcome)
        else:
            self._told.set_result(outcome)

    def _said(self) -> str:
        settings = self._settings
        kind = _EncryptedConnection if settings.smtp_tls == "tls" else _PlainConnection
        server = kind(settings, self._begin)
        try:
            if settings.smtp_tls == "starttls":
                # Where the server does not offer it, or somebody in between has taken the offer out, this raises.
                server.starttls(context=ssl.create_default_context())
            if settings.smtp_password is not None:
                server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            self._go_on()
            refused = server.sendmail(settings.mail_from, settings.mail_to, self._message)
            # What has been taken has been taken, whatever the server says to the farewell.
            with contextlib.suppress(Exception):
                server.quit()
        finally:
            server.close()
        # Whom the server refuses is told of; what it has taken for the others is not sent again for that.
        return f"taken, but not for {_each(refused)}" if refused else "taken"

    def _begin(self, server: smtplib.SMTP) -> None:
        self._server = server
        self._go_on()

    def _go_on(self) -> None:
        if self._is_given_up:
            raise TimeoutError


class _PlainConnection(smtplib.SMTP):
    """A connection to the mail server, known from its first step on to whoever may have to end it."""

    def __init__(self, settings: NotifySection, begin: Callable[[smtplib.SMTP], None]) -> None:
        self._begin = begin
        super().__init__(settings.smtp_host, settings.smtp_port, _own_name(settings), timeout=STEP_SECONDS)

    @override
    def connect(self, *where: Any, **more: Any) -> tuple[int, bytes]:
        self._begin(self)
        return super().connect(*where, **more)


class _EncryptedConnection(smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""

    def __init__(self, settings: NotifySection, begin: Callable[[smtplib.SMTP], None]) -> None:
        self._begin = begin
        where, context = (settings.smtp_host, settings.smtp_port, _own_name(settings)), ssl.create_default_context()
        super().__init__(*where, timeout=STEP_SECONDS, context=context)

    @override
    def connect(self, *where: Any, **more: Any) -> tuple[int, bytes]:
        self._begin(self)
        return super().connect(*where, **more)


def _own_name(settings: NotifySection) -> str:
    """
    Return who the gate says it is: its host's name in the sender's domain.

    Left to itself, Python asks the name service, which may take long, and many servers refuse what it then finds:
    "localhost", or a name without a dot.
    """
    host = socket.gethostname()
    label = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in host.partition(".")[0])
    return host if "." in host.strip(".") else f"{label.strip('-') or 'gate'}.{settings.mail_from.rpartition('@')[2]}"


def _message(delivery: Delivery, settings: NotifySection) -> bytes:
    """Return the message as it is sent: ASCII all through, for servers that take nothing else."""
    mail = EmailMessage(SMTP_POLICY)
    mail["From"] = formataddr((delivery.name, settings.mail_from))
    mail["To"] = ", ".join(settings.mail_to)
    mail["Subject"] = delivery.subject
    # With the gate's own offset: "-0000", or a zone by its name, is read as another time by some.
    mail["Date"] = format_datetime(datetime.fromtimestamp(delivery.at, UTC).astimezone())
    # The same for each try: where an answer was lost, mailboxes know the second message for the first.
    mail["Message-ID"] = f"<{delivery.id}@{settings.mail_from.rpartition('@')[2]}>"
    # RFC 3834: nobody's note that he is away answers to it.
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["User-Agent"] = f"gate-controller/{__version__}"
    mail.set_content(delivery.text, cte="quoted-printable")
    return mail.as_bytes()


def _why(error: BaseException) -> str:
    match error:
        case smtplib.SMTPRecipientsRefused(recipients=refused):
            why = f"it takes no mail for {_each(refused)}"
        case smtplib.SMTPResponseException(smtp_code=code, smtp_error=said):
            why = f"it says {_words(code, said)}"
        case smtplib.SMTPNotSupportedError():
            why = "it offers no encryption, or no log-in: look at notify.smtp_tls and notify.smtp_port"
        case smtplib.SMTPServerDisconnected(__context__=TimeoutError()) | TimeoutError():
            why = f"no answer within {STEP_SECONDS:g} s"
        case smtplib.SMTPServerDisconnected():
            why = "it closed the connection: look at notify.smtp_tls and notify.smtp_port"
        case ssl.SSLCertVerificationError(verify_message=said):
            why = f"its certificate is not trusted ({said})"
        case ssl.SSLError(reason=reason) if reason == "WRONG_VERSION_NUMBER":
            why = "it does not begin encrypted: set notify.smtp_tls to starttls"
        case OSError(strerror=said) if said:
            why = said
        case _:
            why = type(error).__name__
    return why[:_LONGEST_WHY]


def _each(refused: Mapping[str, tuple[int, bytes]]) -> str:
    return "; ".join(f"{box} ({_words(*answer)})" for box, answer in refused.items())


def _words(code: int, said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return f"{code} {' '.join(text.split())}"

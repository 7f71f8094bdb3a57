"""
Receivers of notices on this machine: a webhook that checks signatures, and a mail server that speaks SMTP and TLS.

Both keep what they were given, and misbehave as told.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from pathlib import Path
from typing import Any, cast

WEBHOOK_KEY = "a-key-of-sixteen-letters"
MAIL_USER, MAIL_PASSWORD = "gate@museum.example", "correct horse battery"


@dataclass
class Post:
    """One POST as it came."""

    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> dict[str, Any]:
        return cast("dict[str, Any]", json.loads(self.body))

    @property
    def is_signed(self) -> bool:
        """Whether the signature is right, as docs/notify.md has receivers look."""
        signed = f"{self.headers['gate-timestamp']}.".encode() + self.body
        wanted = "sha256=" + hmac.new(WEBHOOK_KEY.encode(), signed, hashlib.sha256).hexdigest()
        return hmac.compare_digest(wanted, self.headers["gate-signature"])


@dataclass
class Hook:
    """A webhook's receiver. `answers` are its next answers; then it takes everything with `200`."""

    url: str = ""
    posts: list[Post] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    """Statuses with headers, such as `503 Busy`; `hang` says nothing, `cut` closes without a word."""

    @property
    def told(self) -> list[dict[str, Any]]:
        """All notices that came, in order."""
        return [notice for post in self.posts for notice in post.told["notices"]]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            request, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.posts.append(Post(request, headers, body))
            answer = self.answers.pop(0) if self.answers else "200 OK"
            if answer == "hang":
                await reader.read()
            if answer not in {"hang", "cut"}:
                writer.write(f"HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n".encode())
                await writer.drain()
                await reader.read()
        writer.transport.abort()


def url_at(bound: socket.socket) -> str:
    """Return the address of a webhook at a port; there are secrets in it."""
    return f"http://127.0.0.1:{bound.getsockname()[1]}/hooks/s3cret-path?token=s3cret-query"


@asynccontextmanager
async def webhook_receiver(bound: socket.socket | None = None) -> AsyncIterator[Hook]:
    """Run a webhook's receiver in this event loop, at a port of its own or one where nobody has listened so far."""
    if bound is None:
        bound = socket.socket()
        bound.bind(("127.0.0.1", 0))
    hook = Hook(url_at(bound))
    server = await asyncio.start_server(hook.serve, sock=bound)
    try:
        yield hook
    finally:
        server.close()


@dataclass
class Certificate:
    """A certificate for `localhost` and 127.0.0.1, which nobody vouches for but itself."""

    file: Path
    key: Path

    @property
    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file, self.key)
        return context


def self_signed(folder: Path, name: str = "localhost") -> Certificate:
    """Make one."""
    made = Certificate(folder / f"{name}.pem", folder / f"{name}.key")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", f"/CN={name}"]
    names = ["-addext", f"subjectAltName=DNS:{name}", "-out", str(made.file), "-keyout", str(made.key)]
    subprocess.run([*command, *names], check=True, capture_output=True)  # noqa: S603
    return made


@dataclass
class PostOffice:
    """A mail server. `says` are its answers in place of the usual ones, by the beginning of what it is asked."""

    port: int = 0
    certificate: Certificate | None = None
    offers: tuple[str, ...] = ("STARTTLS",)
    says: dict[str, str] = field(default_factory=dict)
    """To `RCPT TO:<x>` `550 unknown`, say; `hang` says nothing, `cut` closes, `drip` sends a letter now and then."""
    mails: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    in_the_clear: list[str] = field(default_factory=list)
    """What was asked before TLS."""
    connections: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            await self._talk(reader, writer)
        writer.transport.abort()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        boxes: list[str] = []
        is_tls = writer.get_extra_info("sslcontext") is not None
        await self._say(reader, writer, "greeting", "220 mail.example ESMTP")
        while line := (await reader.readline()).decode().rstrip("\r\n"):
            verb, blank, rest = line.partition(" ")
            verb = verb.upper()
            self.asked.append(f"{verb}{blank}{rest}")
            if not is_tls:
                self.in_the_clear.append(verb)
            if verb == "EHLO":
                offers = self.offers if not is_tls else ("AUTH PLAIN LOGIN",)
                lines = ("mail.example", *offers, "SIZE 1000000")
                usual = "\r\n".join(f"250{' ' if i == len(lines) - 1 else '-'}{one}" for i, one in enumerate(lines))
            elif verb == "STARTTLS" and self.certificate is not None:
                writer.write(b"220 go ahead\r\n")
                await writer.drain()
                await writer.start_tls(self.certificate.context)
                is_tls = True
                continue
            elif verb == "AUTH":
                given = base64.b64decode(line.split(" ")[2]).decode().split("\0")[1:]
                usual = "235 welcome" if given == [MAIL_USER, MAIL_PASSWORD] else "535 5.7.8 bad credentials"
            elif verb == "DATA":
                await self._say(reader, writer, "DATA", "354 go ahead")
                data = await reader.readuntil(b"\r\n.\r\n")
                content = data.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")
                self.raw.append(content)
                self.mails.append(message_from_bytes(content, policy=modern))
                self.recipients.append(boxes)
                boxes = []
                line, usual = "TAKEN", "250 2.0.0 queued"
            else:
                usual = "221 bye" if verb == "QUIT" else "250 ok"
            said = await self._say(reader, writer, line, usual)
            if verb == "RCPT" and said.startswith("250"):
                boxes.append(line.partition("<")[2].partition(">")[0])
            if verb == "QUIT":
                return

    async def _say(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: str, usual: str) -> str:
        said = next((says for begin, says in self.says.items() if asked.upper().startswith(begin.upper())), usual)
        if said == "hang":
            await reader.read()
            raise ConnectionError
        if said == "cut":
            raise ConnectionError
        if said == "drip":
            while not reader.at_eof():
                writer.write(b"2")
                await writer.drain()
                with suppress(TimeoutError):
                    await asyncio.wait_for(reader.read(1), 0.02)
            raise ConnectionError
        writer.write(f"{said}\r\n".encode())
        await writer.drain()
        return said


@asynccontextmanager
async def post_office(
    certificate: Certificate | None, *, is_tls: bool = False, **behaviour: Any
) -> AsyncIterator[PostOffice]:
    """Run a mail server in this event loop: encrypted from the first byte, or by STARTTLS."""
    office = PostOffice(certificate=certificate, **behaviour)
    tls = certificate.context if is_tls and certificate is not None else None
    server = await asyncio.start_server(office.serve, "127.0.0.1", 0, ssl=tls)
    office.port = server.sockets[0].getsockname()[1]
    try:
        yield office
    finally:
        server.close()

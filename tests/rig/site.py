"""The staff's site alone: served on a real socket for a gate that has only its status and a desk that says no."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from typing_extensions import override

from gate_controller.admission.gate.gate import Gate
from gate_controller.admission.words.ids import Numbering
from gate_controller.admission.words.money import Cents
from gate_controller.settings.sections import WebSection
from gate_controller.shell.degraded import Degraded
from gate_controller.shell.policies import policy_of
from gate_controller.shell.status import StatusBoard
from gate_controller.texts import Language, Texts
from gate_controller.web.house import Answerer, House
from gate_controller.web.passwords import Hashing
from gate_controller.web.people import Role
from gate_controller.web.tokens import digest_of, new_token
from gate_controller.web.users import Member, Token, add_member, add_token
from gate_controller.web.web_server import certificate_for, listening, serve
from tests.rig.settings import loaded

PASSWORD = "correct horse battery staple"

ELSEWHERE = "127.0.0.2"
"""Who connects from this address is taken for another machine: not every machine has one beside it, nor a network."""


class _Listening(socket.socket):
    """Listens, and says of whoever comes from `ELSEWHERE` that he is no part of this machine."""

    @override
    def accept(self) -> tuple[socket.socket, Any]:
        connection, peer = super().accept()
        return connection, ("192.0.2.1", *peer[1:]) if peer[0] == ELSEWHERE else peer


@cache
def cheap_hashing() -> Hashing:
    """Return what hashes passwords as the gate does, but in a moment."""
    nobody = Hashing(memory_kib=8, passes=1).hash("nobody's password")
    return Hashing(memory_kib=8, passes=1, nobody=nobody)


@dataclass(frozen=True, slots=True)
class ServedSite:
    """A site that is being served."""

    state_dir: Path
    port: int
    scheme: str = "http"

    @property
    def origin(self) -> str:
        """What a browser says of pages of this site."""
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def client(self, **headers: str) -> httpx.AsyncClient:
        """Return a client with a cookie jar of its own, and a browser's manners."""
        return httpx.AsyncClient(
            base_url=self.origin, headers={"Origin": self.origin, **headers}, timeout=20, verify=_trusting()
        )

    def add(self, name: str, role: Role = Role.STAFF) -> None:
        """Add a user with `PASSWORD`."""
        add_member(self.state_dir, Member(name, role, cheap_hashing().hash(PASSWORD)))

    def token(self, name: str, role: Role = Role.STAFF) -> str:
        """Add a token; return it."""
        secret = new_token()
        add_token(self.state_dir, Token(name, role, digest_of(secret), 0.0))
        return secret


async def logged_in(client: httpx.AsyncClient, name: str) -> httpx.AsyncClient:
    """Log in; the client sends its session's proof from then on."""
    answer = await client.post("/login", json={"name": name, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    client.headers["X-Gate-Proof"] = answer.json()["proof"]
    return client


def some_house(
    state_dir: Path, web: Mapping[str, object] | None = None, desk: Mapping[str, Answerer] | None = None
) -> tuple[House, WebSection]:
    """Return a gate as its site sees it, and the site's settings."""
    settings = loaded().settings
    board = StatusBoard(Gate(policy_of(settings), Numbering("")), Degraded())
    texts = Texts([Language.EN], settings.admission.currency)

    async def status(_request: object) -> object:
        return board.status().as_dict()

    answerers: dict[str, Answerer] = {"status": status, **(desk or {})}
    house = House("East gate", state_dir, texts, board.status, board.follow, answerers, lambda: None, Cents(2_500))
    return house, WebSection.model_validate(web or {})


@asynccontextmanager
async def served_site(
    state_dir: Path,
    web: Mapping[str, object] | None = None,
    *,
    seconds: float = 10,
    desk: Mapping[str, Answerer] | None = None,
) -> AsyncIterator[ServedSite]:
    """Serve a site; `seconds` is what a request may take."""
    state_dir.mkdir(exist_ok=True)
    house, section = some_house(state_dir, web, desk)
    opened = _Listening(fileno=listening("127.0.0.1", 0).detach())
    opened.setblocking(False)
    certificate = await asyncio.to_thread(certificate_for, section, state_dir)
    port = opened.getsockname()[1]
    serving = asyncio.create_task(serve(house, opened, section, certificate, hashing=cheap_hashing(), seconds=seconds))
    try:
        yield ServedSite(state_dir, port, "https" if certificate is not None else "http")
    finally:
        serving.cancel()
        await asyncio.wait([serving])


def _trusting() -> ssl.SSLContext:
    """Return what takes every certificate: whose it is, is looked at apart."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context

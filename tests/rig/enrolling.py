"""A venue that takes gates in, at a port of this machine: what is real is enrolment, its route, and accounts."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from gate_controller.shell.joining import PATH
from gate_controller.venue.broker_accounts import AccountsError, BrokerAccounts
from gate_controller.venue.enrolment import EnrolledGate, Enrolment, KeptCode
from gate_controller.venue.enrolment_route import joining_answer
from gate_controller.web.resources import Answers
from gate_controller.web.throttle import Throttle
from tests.rig.page import answers, free_port
from tests.rig.receiving import Certificate
from tests.rig.waiting import until

_T = TypeVar("_T")
ORDER_KEY = "ed25519 MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAx 3f2a house"
NOW = 1_800_000_000.0


@dataclass
class MemoryBook:
    """An enrolment's book that is gone with the test."""

    kept: dict[str, KeptCode] = field(default_factory=dict)
    gates: dict[str, EnrolledGate] = field(default_factory=dict)

    async def code(self, name: str) -> KeptCode | None:
        return self.kept.get(name)

    async def codes(self) -> Sequence[KeptCode]:
        return sorted(self.kept.values(), key=lambda code: -code.issued)

    async def keep_code(self, code: KeptCode) -> None:
        self.kept[code.name] = code

    async def drop_codes(self, *, name: str = "", issued_before: float = 0.0) -> None:
        self.kept = {
            each.name: each for each in self.kept.values() if each.name != name and each.issued >= issued_before
        }

    async def use_code(self, code: KeptCode, gate: EnrolledGate) -> bool:
        if self.kept[code.name].used_at is not None:
            return False
        self.kept[code.name] = code
        self.gates[gate.gate_id] = gate
        return True

    async def enrolled(self, gate_id: str) -> EnrolledGate | None:
        return self.gates.get(gate_id)

    async def mark_revoked(self, gate_id: str, by: str) -> None:
        del by
        self.gates[gate_id] = replace(self.gates[gate_id], is_revoked=True)


@dataclass
class ListedAccounts:
    """Accounts that nobody logs in with. `is_away`: as where the broker is not reached."""

    open: dict[str, str] = field(default_factory=dict)
    is_away: bool = False

    async def prepare(self) -> None:
        pass

    async def admit(self, gate_id: str, password: str) -> None:
        if self.is_away:
            raise AccountsError("Connection refused")
        self.open[gate_id] = password

    async def shut(self, gate_id: str) -> None:
        if self.is_away:
            raise AccountsError("Connection refused")
        self.open.pop(gate_id, None)


@dataclass
class Joinable:
    """A venue, its clock, and what it has."""

    book: MemoryBook = field(default_factory=MemoryBook)
    accounts: BrokerAccounts = field(default_factory=ListedAccounts)
    offer: dict[str, Any] = field(default_factory=dict)
    now: float = NOW
    url: str = ""

    def __post_init__(self) -> None:
        usual = {"host": "127.0.0.1", "port": 1, "tls": False, "topic": "gate-controller", "house": "Museum"}
        self.offer = {**usual, "order_keys": f"{ORDER_KEY}\n", "ca": "", **self.offer}
        self.enrolment = Enrolment(self.book, self.accounts, self._offered, lambda: self.now)

    def _offered(self) -> Mapping[str, Any]:
        return self.offer

    def do(self, work: Callable[[Enrolment], Coroutine[Any, Any, _T]]) -> _T:
        """Have something done, as somebody at the venue's page."""
        return asyncio.run(work(self.enrolment))

    def code(self, gate: str = "", name: str = "") -> str:
        """Make a code."""
        return self.do(lambda enrolment: enrolment.issue("Anna", gate=gate, name=name)).text

    @contextlib.contextmanager
    def served(self, certificate: Certificate | None = None) -> Iterator[str]:
        """Serve it; return its address."""
        with served(joining_answer(self.enrolment, Throttle()), certificate) as self.url:
            yield self.url


@contextlib.contextmanager
def served(answer: Answers, certificate: Certificate | None = None) -> Iterator[str]:
    """Have requests to join answered at a port, in a thread; return its address."""
    site, port = Starlette(routes=[Route(PATH, answer, methods=["POST"])]), free_port()
    config = uvicorn.Config(
        site,
        "127.0.0.1",
        port,
        log_level="critical",
        lifespan="off",
        ssl_certfile=certificate.file if certificate else None,
        ssl_keyfile=certificate.key if certificate else None,
    )
    server = uvicorn.Server(config)
    running = threading.Thread(target=server.run, daemon=True)
    running.start()
    try:
        asyncio.run(until(lambda: answers(port)))
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        running.join()

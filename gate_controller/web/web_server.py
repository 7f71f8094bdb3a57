"""The server of the site: uvicorn inside the gate's own loop, which it neither stops nor is stopped by."""

import asyncio
import contextlib
import gc
import itertools
import logging
import math
import socket
import ssl
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette
from typing_extensions import override

from gate_controller.settings.sections import WebSection
from gate_controller.web.certificates import Certificate, CertificateError, context_for, prepared, wants_tls
from gate_controller.web.doors import Doors
from gate_controller.web.guards import Guards
from gate_controller.web.house import House
from gate_controller.web.overview import look, render
from gate_controller.web.passwords import Hashing
from gate_controller.web.people import Role
from gate_controller.web.promptness import REQUEST_SECONDS, PromptProtocol
from gate_controller.web.site import make_site
from gate_controller.web.subject import Subject
from gate_controller.web.templating import environment

_log = logging.getLogger(__name__)

PARTING_SECONDS: Final = 2

IDLE_SECONDS: Final = 5
"""How long a connection may be idle between two requests, where a request may not take less."""

FRESH_SECONDS: Final = 3600.0
"""How often it is looked whether the certificate is still the one to show."""

_RENEWED_EVERY: Final = 24
"""Of these looks one in so many is whether it ends soon: that takes a process of its own."""

_BACKLOG: Final = 100

_DATE_SECONDS: Final = 1.0
"""How often the date that answers bear goes on."""

_STEP_SECONDS: Final = 0.05
"""Between two steps of getting ready, so that nothing that a visitor waits for is held up."""


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens. Raises `OSError`: uvicorn itself would end the process for a port that is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named: only then does asyncio turn Nagle's algorithm off, which holds an answer's second part up
    # until the first is acknowledged, 40 ms later.
    opened = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host, port))
        opened.listen(_BACKLOG)
        opened.setblocking(False)
    except OSError:
        opened.close()
        raise
    return opened


def certificate_for(settings: WebSection, state_dir: Path) -> Certificate | None:
    """Return the certificate to show; None: the page is served without TLS. Blocks. Raises `CertificateError`."""
    return prepared(settings, state_dir) if wants_tls(settings) else None


class _Server(uvicorn.Server):
    """uvicorn, but signals are the gate's own, and connections come in through our doors."""

    def __init__(
        self, config: uvicorn.Config, opened: socket.socket, tls: ssl.SSLContext | None, seconds: float
    ) -> None:
        super().__init__(config)
        self._opened = opened
        self._tls = tls
        self._seconds = seconds
        self._doors: Doors | None = None
        self._ended = asyncio.Event()

    def end(self) -> None:
        """Have it end, now."""
        self.should_exit = True
        self._ended.set()

    @override
    async def main_loop(self) -> None:
        # uvicorn looks ten times a second whether it is to end: so often no idle processor is to be woken.
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_DATE_SECONDS):
                    await self._ended.wait()

    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await self.lifespan.startup()
        self.servers = []
        self._doors = Doors(self._opened, self._protocol, tls=self._tls, handshake_seconds=self._seconds)
        self._doors.open()
        self.started = True

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._doors is not None:
            self._doors.close()
        await super().shutdown(sockets)

    def _protocol(self, leaves: Callable[[], None]) -> PromptProtocol:
        return PromptProtocol(self.config, self.server_state, self.lifespan.state, seconds=self._seconds, leaves=leaves)


async def serve(
    house: House,
    opened: socket.socket,
    settings: WebSection,
    certificate: Certificate | None = None,
    *,
    hashing: Hashing | None = None,
    seconds: float = REQUEST_SECONDS,
) -> None:
    """
    Serve a gate's site on a socket until cancelled. Raises `CertificateError`.

    `hashing` is how passwords are hashed, `seconds` what a request may take: a test has less time.
    """
    opening = Opening(opened, settings, certificate, hashing, seconds)
    made: list[Starlette] = []

    def make(guards: Guards) -> Starlette:
        made.append(make_site(house, guards))
        return made[0]

    try:
        await serve_site(house, make, opening, get_ready=lambda: _get_ready(house))
    finally:
        for site in made:
            site.state.live.close()
            site.state.broadcast.close()


@dataclass(frozen=True, slots=True)
class Opening:
    """How a site is opened to those who ask."""

    opened: socket.socket
    """Listens; it is closed with the site."""
    settings: WebSection
    certificate: Certificate | None
    """Shown to whoever comes; None: without TLS."""
    hashing: Hashing | None = None
    seconds: float = REQUEST_SECONDS


async def serve_site(
    subject: Subject,
    make: Callable[[Guards], Starlette],
    opening: Opening,
    *,
    get_ready: Callable[[], Coroutine[Any, Any, None]],
) -> None:
    """
    Serve the site that `make` makes behind its guards, until cancelled. Raises `CertificateError`.

    `get_ready` gets ready for whoever looks first, beside it.
    """
    settings, certificate = opening.settings, opening.certificate
    tls = await asyncio.to_thread(context_for, certificate) if certificate is not None else None
    fingerprint = certificate.fingerprint() if certificate is not None else ""
    guards = Guards(subject, settings, fingerprint=fingerprint, hashing=opening.hashing)
    # It tells of every malformed request of every stranger; what fails in ours is told by the guards.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    config = uvicorn.Config(
        make(guards),
        http=PromptProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=PARTING_SECONDS,
        timeout_keep_alive=math.ceil(min(IDLE_SECONDS, opening.seconds)),
    )
    server = _Server(config, opening.opened, tls, opening.seconds)
    serving = asyncio.ensure_future(server.serve(sockets=[opening.opened]))
    ready = asyncio.ensure_future(get_ready())
    fresh = asyncio.ensure_future(_keep_fresh(certificate, tls, settings, subject.state_dir, guards))
    try:
        await asyncio.shield(serving)
    finally:
        fresh.cancel()
        ready.cancel()
        server.end()
        await asyncio.wait([serving], timeout=PARTING_SECONDS + 1)
        opening.opened.close()
        await guards.audit.close()


async def _get_ready(house: House) -> None:
    """Get ready for whoever looks first, in small steps beside the gate's work: a first look took 100 to 200 ms."""
    try:
        for name in environment().list_templates():
            await asyncio.sleep(_STEP_SECONDS)
            await asyncio.to_thread(environment().get_template, name)
        for language in house.languages:
            await asyncio.sleep(_STEP_SECONDS)
            # Not by what live pages share: whoever looks first sees the gate as it is by then.
            seen = await look(house, (language,))
            await asyncio.to_thread(render, house, seen, language, Role.VIEWER)
        # What the page has brought in stays: the collector need not look through it for what may go.
        gc.freeze()
    except Exception:  # noqa: BLE001 - whoever looks first is told, or waits a little longer
        _log.exception("page=not_ready")


async def _keep_fresh(
    certificate: Certificate | None, tls: ssl.SSLContext | None, settings: WebSection, state_dir: Path, guards: Guards
) -> None:
    """Renew the gate's own certificate before it ends, and take a given one that was put in the old one's place."""
    if certificate is None or tls is None:
        return
    shown = certificate.stamp()
    for hours in itertools.count(1):
        await asyncio.sleep(FRESH_SECONDS)
        try:
            if hours % _RENEWED_EVERY == 0:
                await asyncio.to_thread(prepared, settings, state_dir)
            if (found := certificate.stamp()) != shown:
                certificate.load(tls)
                shown, guards.fingerprint = found, certificate.fingerprint()
                _log.info("page=certificate fingerprint=%s", guards.fingerprint)
        except (CertificateError, OSError) as error:
            _log.warning("page=certificate why=%r", str(error))

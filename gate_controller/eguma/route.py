"""
The way to E-GUMA, step by step, for people who set a gate up or find out why it is red: name, connection, encryption,
answer, key.

The first step that fails tells what is wrong; a wrong clock, a portal and a wrong key look alike to a visitor, and are
told apart here. The key is sent in the last step alone, over the gate's own connection. Everything here blocks.
"""

import asyncio
import contextlib
import email.utils
import errno
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit

from gate_controller.admission.words.calls import CallFault
from gate_controller.eguma.api import Api

STEP_SECONDS: Final = 6.0
"""How long each step may take: a slow mobile network does it in two."""

OFF_SECONDS: Final = 120.0
"""A clock that is off by more is wrong: E-GUMA's header has whole seconds, and slow networks take some more."""

ALL_SECONDS: Final = 60.0
"""How long all of it may take, a name server that does not answer included."""

EXPIRES_SOON_DAYS: Final = 7.0


_Place = tuple[int, tuple[Any, ...]]
"""A family of addresses, and one of it."""


class RouteStep(StrEnum):
    """The steps, in their order."""

    NAME = "name resolution"
    CONNECTION = "connection"
    ENCRYPTION = "encryption"
    ANSWER = "answer"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class StepTaken:
    """One step: what was seen, and, where it failed, what to do."""

    step: RouteStep
    seen: str
    remedy: str = ""

    @property
    def is_good(self) -> bool:
        """Whether it worked."""
        return not self.remedy


@dataclass(slots=True)
class Route:
    """How far one gets."""

    steps: list[StepTaken] = field(default_factory=list)
    clock_ahead: float | None = None
    """By how many seconds this machine's clock is ahead of what answers there; None where it says no time."""
    is_key_refused: bool = False
    """Whether E-GUMA itself has said that it does not accept the key."""

    @property
    def failed(self) -> StepTaken | None:
        """The step at which it ended; None where all of it worked."""
        return self.steps[-1] if self.steps and not self.steps[-1].is_good else None

    @property
    def is_clock_wrong(self) -> bool:
        """Whether the clock is too far off."""
        return self.clock_ahead is not None and abs(self.clock_ahead) > OFF_SECONDS


def examine(base_url: str, api_key: str, *, wall: Callable[[], float] = time.time) -> Route:
    """Go the way to E-GUMA as far as it leads. With an empty key the last step is left out. Raises nothing."""
    address = urlsplit(base_url)
    host, is_tls = address.hostname or "", address.scheme == "https"
    port = address.port or (443 if is_tls else 80)
    route = Route()
    found = _resolved(route, host, port)
    if not found or (line := _connected(route, host, port, found)) is None:
        return route
    with line:
        if is_tls and not _encrypted(route, line, host, port, wall):
            return route
    if api_key:
        _answered(route, base_url, api_key, wall)
    return route


def clock_words(ahead: float) -> str:
    """Return how far a clock is off, in words."""
    size, which = abs(ahead), "ahead" if ahead > 0 else "behind"
    for unit, seconds in (("days", 86_400.0), ("h", 3_600.0), ("min", 60.0)):
        if size >= 2 * seconds:
            return f"{size / seconds:.0f} {unit} {which}"
    return f"{size:.0f} s {which}"


def _resolved(route: Route, host: str, port: int) -> list[_Place]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        remedy = "connect the network (cable or Wi-Fi), and look at its DNS server: `resolvectl query` and the router"
        route.steps.append(StepTaken(RouteStep.NAME, f"{host} has no address ({why})", remedy))
        return []
    addresses: list[_Place] = list(dict.fromkeys((family, place) for family, _, _, _, place in found))
    shown = ", ".join(dict.fromkeys(str(place[0]) for _, place in addresses))
    route.steps.append(StepTaken(RouteStep.NAME, f"{host} is {shown}"))
    return addresses


def _connected(route: Route, host: str, port: int, found: list[_Place]) -> socket.socket | None:
    why = ""
    for family, place in found:
        line = socket.socket(family, socket.SOCK_STREAM)
        line.settimeout(STEP_SECONDS / len(found))
        begun = time.monotonic()
        try:
            line.connect(place)
        except OSError as error:
            line.close()
            why = _why(error)
            continue
        line.settimeout(STEP_SECONDS)
        route.steps.append(
            StepTaken(RouteStep.CONNECTION, f"port {port} answered in {1000 * (time.monotonic() - begun):.0f} ms")
        )
        return line
    is_refused = why == "connection refused"
    remedy = (
        "something refuses it: is eguma.base_url right, and does the venue's firewall let this machine out?"
        if is_refused
        else f"let the venue's firewall pass port {port} to {host}; look at cable, Wi-Fi and the router"
    )
    route.steps.append(StepTaken(RouteStep.CONNECTION, f"port {port} of {host} does not answer ({why})", remedy))
    return None


def _encrypted(route: Route, line: socket.socket, host: str, port: int, wall: Callable[[], float]) -> bool:
    context = ssl.create_default_context()
    try:
        with context.wrap_socket(line, server_hostname=host) as encrypted:
            certificate = encrypted.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        route.clock_ahead = _ahead_unproven(host, port, wall)
        route.steps.append(_distrusted(route, error, host))
        return False
    except (OSError, ValueError) as error:
        remedy = "something between cuts it off: a firewall that looks into encrypted traffic? let this host pass"
        route.steps.append(StepTaken(RouteStep.ENCRYPTION, f"{host} does not encrypt ({_why(error)})", remedy))
        return False
    until = ssl.cert_time_to_seconds(str(certificate.get("notAfter", "")))
    issuer = dict(part for parts in certificate.get("issuer", ()) for part in parts)  # type: ignore[misc]
    by = issuer.get("organizationName") or issuer.get("commonName") or "somebody"
    route.steps.append(
        StepTaken(RouteStep.ENCRYPTION, f"its certificate is by {by}, good for {(until - wall()) / 86_400:.0f} days")
    )
    return True


def _distrusted(route: Route, error: ssl.SSLCertVerificationError, host: str) -> StepTaken:
    why = error.verify_message or str(error)
    if route.is_clock_wrong and route.clock_ahead is not None:
        return StepTaken(
            RouteStep.ENCRYPTION,
            f"the clock of this machine is {clock_words(route.clock_ahead)}, so no certificate is good ({why})",
            "set the clock: `timedatectl set-ntp true` where the network lets NTP pass, else `timedatectl set-time`",
        )
    match error.verify_code:
        case 9 | 10:  # X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED
            seen = f"the certificate of {host} is not good at this machine's time ({why})"
            remedy = "look at the date of this machine (`timedatectl`); if it is right, tell E-GUMA"
        case _:
            seen = f"somebody answers in the place of {host} ({why})"
            remedy = (
                "a portal that wants a login, or a firewall that looks into encrypted traffic: let this machine past "
                "it; a firewall's own root certificate goes into the system (update-ca-certificates) and SSL_CERT_FILE"
            )
    return StepTaken(RouteStep.ENCRYPTION, seen, remedy)


def _ahead_unproven(host: str, port: int, wall: Callable[[], float]) -> float | None:
    """Ask what time it is there, without the key and without trust: for a hint alone."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with (
        contextlib.suppress(OSError, ValueError),
        socket.create_connection((host, port), STEP_SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=host) as line,
    ):
        line.sendall(f"HEAD / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        head = line.recv(8192).decode("latin-1")
        for header in head.splitlines():
            name, _, value = header.partition(":")
            if name.strip().lower() == "date":
                return _ahead(value, wall)
    return None


def _ahead(date: str, wall: Callable[[], float]) -> float | None:
    try:
        return wall() - email.utils.parsedate_to_datetime(date.strip()).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


def _answered(route: Route, base_url: str, api_key: str, wall: Callable[[], float]) -> None:
    dates: list[str] = []

    async def probe() -> tuple[CallFault, str] | None:
        api = Api(base_url, api_key, dates.append)
        try:
            failed = await api.probe()
        finally:
            await api.aclose()
        return None if failed is None else (failed.fault, failed.text)

    begun = time.monotonic()
    failed = asyncio.run(probe())
    answered = StepTaken(RouteStep.ANSWER, f"E-GUMA answered in {1000 * (time.monotonic() - begun):.0f} ms")
    if dates and dates[-1]:
        route.clock_ahead = _ahead(dates[-1], wall)
    match failed:
        case None | (CallFault.REFUSED, _):  # E-GUMA's own word about a voucher that nobody has
            route.steps += [answered, StepTaken(RouteStep.KEY, "E-GUMA accepts the key")]
        case (CallFault.KEY_NOT_ACCEPTED, words):
            said = words.partition("): ")[2].partition(": ")[2]
            route.is_key_refused = True
            seen = f"E-GUMA does not accept the key{f' ({said})' if said else ''}"
            remedy = "copy the key of this gate's user from E-GUMA anew, and run `sudo gate-controller setup`"
            route.steps += [answered, StepTaken(RouteStep.KEY, seen, remedy)]
        case (_, words):
            remedy = (
                "a page or a proxy in E-GUMA's place? is eguma.base_url right? else wait: E-GUMA may be in trouble"
                if " answered " in words or "cannot be read" in words
                else "try again; if it stays so, ask the venue's network people, then E-GUMA"
            )
            route.steps.append(StepTaken(RouteStep.ANSWER, words, remedy))


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    if isinstance(error, OSError) and error.errno in {errno.ENETUNREACH, errno.EHOSTUNREACH}:
        return "no way there: is a network connected?"
    reason = getattr(error, "reason", "") or getattr(error, "strerror", "") or str(error)
    return str(reason).replace("_", " ").lower() or type(error).__name__

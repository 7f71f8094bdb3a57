"""
Where a request comes from: this machine itself or elsewhere, this site or another; and under which name it calls us.

Rules: what came through a proxy is from elsewhere, whoever has handed it over; a browser's word on its page counts
against it, never for it.
"""

import ipaddress
import re
from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from typing_extensions import override

from gate_controller.settings.addresses import is_loopback

_OF_PROXIES: Final = frozenset(
    {"forwarded", "via", "x-real-ip", "x-client-ip", "client-ip", "true-client-ip", "cf-connecting-ip"}
)


_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^\s:@\[\]/]+))(?::[0-9]*)?")


def is_from_here(request: Request) -> bool:
    """Return whether a request is surely from this machine itself, and meant for it."""
    if request.client is None or not is_loopback(_unmapped(request.client.host)):
        return False
    if any(name in _OF_PROXIES or name.startswith("x-forwarded") for name in request.headers):
        return False
    # nginx asks with 1.0 unless told otherwise, and adds no header of its own; nobody else does any more.
    return request.scope.get("http_version") != "1.0" and is_loopback(_host(request.headers.get("host", "")))


def address_of(request: Request) -> str:
    """Return the address that a request is from: behind a proxy on this machine, what the proxy has said last."""
    peer = _unmapped(request.client.host) if request.client is not None else ""
    if is_loopback(peer) and (told := request.headers.get("x-forwarded-for")):
        last = told.rpartition(",")[2].strip()
        try:
            return str(ipaddress.ip_address(last))
        except ValueError:
            return peer
    return peer


def is_of_this_site(request: Request, *, must_say: bool) -> bool:
    """
    Return whether a browser's page of this very site has sent a request.

    `must_say`: a request that says nothing of it is none. Else it is a program's, which nobody can lure.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    said = request.headers.get("origin") or request.headers.get("referer")
    if said is None:
        return not must_say
    try:
        return urlsplit(said).netloc.lower() == request.headers.get("host", "").lower() != ""
    except ValueError:
        return False


class KnownHosts(TrustedHostMiddleware):
    """
    Answers only who calls this machine by a name of its own, or by an address.

    A page of somebody else can have its own name lead here (DNS rebinding), and a browser then takes us for that page:
    but such a name is none of ours, and an address is no name.
    """

    def __init__(self, app: ASGIApp, names: Collection[str]) -> None:
        super().__init__(app, allowed_hosts=[name for name in names if "*" not in name], www_redirect=False)

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        hosts = [value.decode("latin-1") for name, value in scope.get("headers", ()) if name == b"host"]
        host = _host(hosts[0]) if len(hosts) == 1 else ""
        if scope["type"] != "http" or host in self.allowed_hosts or _is_address(host):
            await self.app(scope, receive, send)
        else:
            words = "this page does not go by that name: ask for it by its address, or add the name to web.names\n"
            await PlainTextResponse(words, 400)(scope, receive, send)


def _host(header: str) -> str:
    """Return the host of a Host header, without brackets and port; empty where it is none."""
    found = _HOST.fullmatch(header)
    return (found[1] or found[2]).lower() if found else ""


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _unmapped(address: str) -> str:
    """Return an address of IPv4 as such, where a socket of both kinds has it as one of IPv6."""
    return address.removeprefix("::ffff:") if "." in address else address

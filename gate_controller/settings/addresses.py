"""Where things are on the network: E-GUMA's API, and the page for the staff. Readers as in `values.py`."""

import ipaddress
import re
from urllib.parse import urlsplit

from gate_controller.settings.values import UnusableError, plain_text, whole

_MAX_PORT = 65535
_NAME = r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*"
_HOST = r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+"


def base_url(value: object) -> str:
    """Read the API's address: https, or http to this machine itself; without anything after the port."""
    remedy = "give it as https://api.e-guma.ch"
    elsewhere = "the key belongs in eguma.api_key"
    text = plain_text(value, remedy)
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        raise UnusableError("which is no address", remedy) from None
    host = url.hostname or ""
    if url.scheme not in {"http", "https"}:
        raise UnusableError("which does not begin with https://", remedy)
    if "@" in url.netloc:
        raise UnusableError("which holds a user name or password", f"{remedy}; {elsewhere}")
    if "?" in text or "#" in text:
        raise UnusableError("which holds a query or fragment", f"{remedy}; {elsewhere}")
    if not re.fullmatch(_HOST, host) or port == 0:
        raise UnusableError("which names no host", remedy)
    if url.path not in {"", "/"}:
        raise UnusableError("which holds a path", f"{remedy}; /v1 and what follows is added by the gate")
    if url.scheme == "http" and not is_loopback(host):
        raise UnusableError(
            "which would send the key in the clear", "use https://; http:// is only for this machine itself"
        )
    return text.rstrip("/")


def is_loopback(host: str) -> bool:
    """Return whether a name or address is this machine's own, which nobody else reaches."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def web_host(value: object) -> str:
    """Read the address the web page listens on."""
    remedy = "give an address or name of this machine, such as 127.0.0.1"
    text = plain_text(value, remedy)
    if not re.fullmatch(_HOST, text):
        raise UnusableError("which is no address", remedy)
    return text


web_port = whole(0, _MAX_PORT, f"give a port from 1 to {_MAX_PORT}, or 0 to turn the page off")


def host_names(value: object) -> tuple[str, ...]:
    """Read names of this machine, from `gate.museum.ch,gate` or a list; without ports."""
    remedy = "list names such as gate.museum.ch, without https:// and port"
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple):
        raise UnusableError("which is no list of names", remedy)
    names = tuple(plain_text(part, remedy).lower() for part in parts)
    if names == ("",):
        return ()
    if any(not re.fullmatch(_NAME, name) for name in names):
        raise UnusableError("which holds what is no host name", remedy)
    return names

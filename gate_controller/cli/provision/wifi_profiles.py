"""Wi-Fi networks as the system takes them: NetworkManager's keyfiles (nm-settings-keyfile(5)), the radio's country."""

import uuid
from pathlib import Path
from typing import Final

from gate_controller.settings.provisioning.content import Network

PROFILES: Final = Path("etc/NetworkManager/system-connections")
"""Below the system's root."""
COUNTRY_FILE: Final = Path("etc/modprobe.d/gate-controller-wifi.conf")

_NAMESPACE = uuid.UUID("6f1c2b1e-6f7d-4f58-9d5e-1a5d0c9b7c11")


def profile_name(number: int | str) -> str:
    """Return the name of the file of a network."""
    return f"gate-controller-{number}.nmconnection"


def profile(network: Network, number: int) -> str:
    """Return a network as a keyfile. The first is preferred."""
    identity = uuid.uuid5(_NAMESPACE, network.ssid)
    # Bytes, as the manual has it for names that are no plain text: blanks at the ends, semicolons, backslashes.
    ssid = "".join(f"{byte};" for byte in network.ssid.encode())
    secured = ["[wifi-security]", "key-mgmt=wpa-psk", f"psk={escaped(network.passphrase)}", ""]
    if not network.passphrase:
        secured.clear()
    lines = [
        "# Written by gate-controller, from set-up codes of the venue's: the next ones replace it.",
        "[connection]",
        f"id=gate-controller-{number}",
        f"uuid={identity}",
        "type=wifi",
        f"autoconnect-priority={20 - number}",
        "",
        "[wifi]",
        "mode=infrastructure",
        f"ssid={ssid}",
        *(["hidden=true"] if network.hidden else []),
        "",
        *secured,
        "[ipv4]",
        "method=auto",
        "",
        "[ipv6]",
        "method=auto",
        "",
    ]
    return "\n".join(lines)


def escaped(text: str) -> str:
    """Return a value of a keyfile: a backslash is two, and blanks at its ends are written out."""
    text = text.replace("\\", "\\\\")
    inner = text.strip(" ")
    before = len(text) - len(text.lstrip(" "))
    after = len(text) - len(inner) - before
    return "\\s" * before + inner + "\\s" * after


def country_options(country: str) -> str:
    """Return what tells the kernel's radio at each start in which country it is."""
    return f"# Written by gate-controller, from set-up codes.\noptions cfg80211 ieee80211_regdom={country}\n"

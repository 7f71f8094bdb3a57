"""
The gates' own pages of metrics, for Prometheus's HTTP service discovery: a gate that joins is scraped, without a hand.

A gate whose page nobody but itself can reach, or that has none, is no target. What a page's address is, the gate says:
only host, port and way are taken from it, so a gate can have nothing else asked than a page of metrics at an address.
"""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import SplitResult, urlsplit

from gate_controller.settings.addresses import is_loopback
from gate_controller.venue.tiles import GateTile

_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45}")
_USUAL_PORTS = {"http": 80, "https": 443}


def scrape_targets(tiles: Sequence[GateTile], *, is_demo: bool = False) -> list[dict[str, Any]]:
    """Return the list that Prometheus asks for. `is_demo`: gates of this machine count too."""
    found = []
    for tile in tiles:
        if (page := _page(tile.page)) is None or (is_loopback(str(page.hostname)) and not is_demo):
            continue
        host = f"[{page.hostname}]" if ":" in str(page.hostname) else page.hostname
        labels = {
            "instance": tile.gate_id,
            "gate": tile.gate_id,
            "group": tile.group,
            "__scheme__": page.scheme,
            "__metrics_path__": "/metrics",
        }
        found.append({"targets": [f"{host}:{page.port or _USUAL_PORTS[page.scheme]}"], "labels": labels})
    return found


def _page(address: str) -> SplitResult | None:
    try:
        page = urlsplit(address)
        _ = page.port  # which may be none
    except ValueError:
        return None
    # A target that Prometheus cannot read may cost it others of the same list (its #8438).
    is_one = page.scheme in _USUAL_PORTS and page.username is None and _HOST.fullmatch(page.hostname or "")
    return page if is_one else None

"""
What a gate tells of itself once: which version it runs, whether its settings are those of its group, whom it obeys.

The fingerprint is over all settings that gates of a group share. Left out is what makes a gate this one: its name, its
wiring, its addresses, and every secret.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import Any, Final

from gate_controller import __version__
from gate_controller.settings import Settings, value_of
from gate_controller.settings.mistakes import SECRETS
from gate_controller.settings.models import FIELDS
from gate_controller.settings.reference import as_text
from gate_controller.shell.machine_zone import latest_shown
from gate_controller.shell.receivers import page_address

FINGERPRINT_DIGITS: Final = 16

_OF_THIS_GATE: Final = frozenset(
    {
        "id",
        "state_dir",
        "eguma.user_id",
        "scanner.port",
        "display.address",
        "display.bus",
        "display.gate_name",
        "printer.port",
        "printer.host",
        "printer.tcp_port",
        "web.host",
        "web.port",
        "web.names",
        "mqtt.user",
    }
)


def is_shared(name: str) -> bool:
    """Whether gates of a group have the same value of a setting."""
    return name not in _OF_THIS_GATE and name not in SECRETS and not name.endswith(("pin", "_file"))


def settings_fingerprint(settings: Settings, today: str) -> str:
    """
    Return what is the same for gates that are set alike, at a moment of their own clock (`2026-11-26 18:30`).

    A price that has changed on its date is the same as one that always was: who was told of it earlier or later does
    not stand out for that.
    """
    shared = {name: as_text(value_of(settings, name)) for name in FIELDS if is_shared(name)}
    price, second, coming = settings.admission.price_cents, settings.admission.second_price_cents, list[str]()
    for change in settings.price_changes.changes:
        if not change.has_begun and change.since.written() > today:
            coming.append(f"{change.since.written()} {change.price} {change.second_price}")
            continue
        price, second = change.price, second if change.second_price is None else change.second_price
    shared |= {
        "admission.price_cents": str(price),
        "admission.second_price_cents": str(second),
        "price_changes": ",".join(coming),
    }
    packed = json.dumps(shared, ensure_ascii=False, sort_keys=True).encode()
    return hashlib.sha256(packed).hexdigest()[:FINGERPRINT_DIGITS]


def about(settings: Settings, *, journal: str, order_keys: Sequence[str], wall: float) -> dict[str, Any]:
    """
    Return the document: `settings` in it is their fingerprint, `order_keys` the names of the keys that the gate obeys.

    `wall` is the gate's clock.
    """
    return {
        "gate": settings.id,
        "name": settings.display.gate_name or settings.id,
        "journal": journal,
        "version": __version__,
        "settings": settings_fingerprint(settings, latest_shown(wall)),
        "is_way_out": settings.lane.direction == "out",
        "page": page_address(settings.web),
        "order_keys": list(order_keys),
    }

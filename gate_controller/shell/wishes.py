"""
What Home Assistant may wish of a gate, by the venue: it cannot sign, so the venue does, in its name, where it wants to.

A wish comes by `{topic}/venue/wish/{gate}/{what}`. Whoever may write there at the broker opens the gate: so a gate
shows no button, and a venue signs no wish, unless it is told to.
"""

from types import MappingProxyType
from typing import Any, Final

PRESSED, LOCK, UNLOCK = "PRESS", "LOCK", "UNLOCK"

BUTTONS: Final = MappingProxyType(
    {
        "release": "Open once",
        "out_of_service": "Out of service",
        "resume": "Back to normal",
    }
)
"""What a press of each button is called."""

LOCKED_SECONDS: Final = 12 * 3600.0
"""How long a lock holds that says no end itself: over the night, and not until somebody wonders."""
BY: Final = "Home Assistant"
REASON: Final = "wished in Home Assistant"


def read_wish(what: str, payload: bytes, now: float) -> tuple[str, dict[str, Any]] | None:
    """
    Return what a wish orders: what to do, and its fields; None where it is none. `what` is the last level of its topic.

    One that the broker has kept is never to be read: it was wished at another time.
    """
    match what, payload:
        case "release" | "resume", b"PRESS":
            return what, {}
        case "out_of_service", b"PRESS":
            return what, {"text": ""}
        case "lock", b"LOCK":
            return "lock", {"until": now + LOCKED_SECONDS}
        case "lock", b"UNLOCK":
            return "resume", {}
    return None

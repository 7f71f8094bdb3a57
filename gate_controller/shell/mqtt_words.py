"""What of a gate is told by MQTT, and how a request for its events is read: words alone, and no connection."""

import json
from collections.abc import Mapping
from typing import Any, Final

from gate_controller.shell.status import GateStatus

AT_A_TIME: Final = 50
"""Events that are read and told in one step."""
MOST_ANSWERED: Final = 200
"""Events in one answer: some 40 KiB, which each broker takes."""
ADMITTED: Final = frozenset({"Released", "ReleasedToSensor", "TicketEntered", "FreeEntry"})
REFUSED: Final = frozenset({"Refused", "TicketNotTaken", "NotCharged"})
_LONGEST_QUESTION: Final = 200


def matters(status: GateStatus) -> tuple[object, ...]:
    """Return what of a status somebody is waiting to know."""
    money = status.money.open_items, status.money.open_cents, status.money.in_doubt
    return status.state, status.faults, status.regime, status.outage, status.needs, status.contacts, money


def visit_of(event: Mapping[str, Any]) -> str | None:
    """Return what an event means to whoever counts visits: `admitted` or `refused`; None: nothing."""
    if event["fact"] in ADMITTED:
        return "admitted"
    return "refused" if event["fact"] in REFUSED else None


def wanted_of(payload: bytes) -> tuple[int, int] | None:
    """Return what is asked for; None where that cannot be read: whoever speaks nonsense is told nothing."""
    if len(payload) > _LONGEST_QUESTION:  # Python gives up at JSON that is nested a thousand times
        return None
    try:
        said = json.loads(payload or b"{}")
    except ValueError:  # no JSON, or no text
        return None
    if not isinstance(said, dict):
        return None
    after, limit = said.get("after", 0), said.get("limit", AT_A_TIME)
    if not all(type(number) is int and 0 <= number < 2**53 for number in (after, limit)):
        return None
    return after, min(max(limit, 1), MOST_ANSWERED)


def packed(value: Any) -> bytes:
    """Return a value as it travels."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

"""
What gates tell, read from bytes: strictly, bounded, and never believed about whose it is.

The topic says which gate speaks, for the broker lets each speak only as itself; a payload that names another one is
dropped. A payload that cannot be read is an `Unreadable`, which says why and repeats nothing of it.
"""

import json
import math
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

MOST_STATUS_BYTES: Final = 64 * 1024
MOST_PAGE_BYTES: Final = 1024 * 1024
MOST_EVENTS: Final = 1_000
"""In one telling: a gate gives 200 at most, and one of a later version perhaps some more."""
_MOST_NUMBER: Final = 2**53
_LATEST: Final = 2.0**33
"""In the year 2242: what a clock says beyond that no calendar takes in each time zone."""
_GATE_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_JOURNAL: Final = re.compile(r"[!-~]{1,64}")
_INCIDENT: Final = re.compile(r"[0-9A-Z]{0,16}")
_FACT: Final = re.compile(r"[A-Za-z]{1,40}")


def _no_number(name: str) -> Any:
    raise ValueError(name)


def _finite(text: str) -> float:
    if not math.isfinite(found := float(text)):  # 1e999: no JSON could tell of it again
        raise ValueError(text)
    return found


_DECODER: Final = json.JSONDecoder(parse_constant=_no_number, parse_float=_finite)


class Unreadable(Exception):
    """A payload that no gate sends, or whose gate is not the topic's."""


@dataclass(frozen=True, slots=True)
class GateEvent:
    """One fact of a gate's journal."""

    number: int
    at: float
    """By the gate's clock, in whole seconds since 1970."""
    incident: str
    fact: str
    body: dict[str, Any]
    """The rest of what was told of it."""


@dataclass(frozen=True, slots=True)
class GateTelling:
    """Events of one gate's journal, without a gap but what the gate has archived: as they happened, or asked for."""

    gate_id: str
    journal: str
    events: tuple[GateEvent, ...]
    received: float
    after: int
    """The number after which these are all that there are, up to their last."""
    newest: int
    """The newest number that the gate had."""
    size: int
    """In bytes, as it came."""


def is_gate_id(text: str) -> bool:
    """Whether a topic's level can be a gate's id."""
    return _GATE_ID.fullmatch(text) is not None


def read_events(gate_id: str, payload: bytes, received: float) -> GateTelling:
    """Read events, told as they happened or as the answer to a request. Raises `Unreadable`."""
    said = _object(payload, MOST_PAGE_BYTES)
    _of(gate_id, said.get("gate"))
    after, newest = _number(said.get("after"), "after", least=0), _number(said.get("newest"), "newest", least=0)
    listed = said.get("events")
    if not isinstance(listed, list):
        raise Unreadable("its events are no list")
    if len(listed) > MOST_EVENTS:
        raise Unreadable(f"it tells over {MOST_EVENTS} events at once")
    events = []
    last = after
    for one in listed:
        if not isinstance(one, dict):
            raise Unreadable("an event is no object")
        event = _event(one)
        if event.number <= last:
            raise Unreadable("its events are in no order")
        last = event.number
        events.append(event)
    if events and last > newest:
        raise Unreadable("an event is newer than the newest")
    return GateTelling(gate_id, _journal(said.get("journal")), tuple(events), received, after, newest, len(payload))


def read_status(gate_id: str, payload: bytes) -> dict[str, Any]:
    """Read a status. Raises `Unreadable`."""
    said = _object(payload, MOST_STATUS_BYTES)
    _of(gate_id, said.get("gate_id"))
    at = said.get("at")
    if not isinstance(at, int | float) or isinstance(at, bool) or not abs(at) < _MOST_NUMBER:
        raise Unreadable("its time is none")
    return said


def read_about(gate_id: str, payload: bytes) -> dict[str, Any]:
    """Read what a gate says of itself. Raises `Unreadable`."""
    said = _object(payload, MOST_STATUS_BYTES)
    _of(gate_id, said.get("gate"))
    return said


def read_object(payload: bytes, most: int) -> dict[str, Any]:
    """Read a JSON object of so many bytes at most. Raises `Unreadable`."""
    return _object(payload, most)


def _object(payload: bytes, most: int) -> dict[str, Any]:
    if len(payload) > most:
        raise Unreadable(f"it has over {most} bytes")
    try:
        said = _DECODER.decode(payload.decode())
    except (ValueError, RecursionError):  # no JSON, no text, or nested a thousand times
        raise Unreadable("it is no JSON") from None
    if not isinstance(said, dict):
        raise Unreadable("it is no JSON object")
    return said


def _of(gate_id: str, named: object) -> None:
    if named != gate_id:
        raise Unreadable("it names another gate than its topic")


def _journal(value: object) -> str:
    if not isinstance(value, str) or not _JOURNAL.fullmatch(value):
        raise Unreadable("its journal has no name")
    return value


def _number(value: object, what: str, *, least: int) -> int:
    if type(value) is not int or not least <= value < _MOST_NUMBER:
        raise Unreadable(f"its {what} is no number")
    return value


def _event(said: dict[str, Any]) -> GateEvent:
    number = _number(said.pop("number", None), "number", least=1)
    incident, fact = said.pop("incident", None), said.pop("fact", None)
    if not isinstance(incident, str) or not _INCIDENT.fullmatch(incident):
        raise Unreadable("its incident is none")
    if not isinstance(fact, str) or not _FACT.fullmatch(fact):
        raise Unreadable("its fact is none")
    return GateEvent(number, _moment(said.pop("at", None)), incident, fact, said)


def _moment(text: object) -> float:
    """Read a moment such as `2026-11-26T18:20:05Z`; a clock's that is beyond all calendars is the nearest in them."""
    if not isinstance(text, str):
        raise Unreadable("its time is none")
    try:
        return min(max(0.0, datetime.fromisoformat(text).timestamp()), _LATEST)
    except (ValueError, OverflowError):
        raise Unreadable("its time is none") from None

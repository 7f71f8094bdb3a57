"""
One gate as the venue knows it just now: what it said of itself, when that was heard, and what its events come to today.

Two heartbeats without a word make a gate stale, whatever its last will says: a broker that lost the will would show it
as well for ever. Times of the gate's own clock are put right by how far that is off.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gate_controller.journal.closings import BookedKind
from gate_controller.venue.following import ADMITTED, INSIDE, Booked
from gate_controller.venue.tiles import GateTile, Presence

CLOCK_OFF_SECONDS: Final = 30.0
"""From there on somebody should look at a gate's clock."""
_log = logging.getLogger(__name__)
_MOST_FLIPS: Final = 3
_BY_TURNS: Final = "it tells of several journals by turns: two machines may have its name"
_MOST_TOLD: Final = 20
_LOGGED_SECONDS: Final = 3600.0
_LONGEST: Final = 300


@dataclass(slots=True)
class GateFigures:
    """What is counted of a gate on one day. Amounts are cents."""

    admitted: int = 0
    refused: int = 0
    charged: int = 0
    refunded: int = 0
    net: int = 0
    """How many more went in than out; below nothing at a way out."""

    def add(self, line: Booked) -> None:
        """Add what an event adds."""
        if line.entry in ADMITTED:
            self.admitted += line.times
        elif line.entry == BookedKind.REFUSED.value:
            self.refused += line.times
        elif line.entry == BookedKind.CHARGED.value:
            self.charged += line.cents
        elif line.entry in {BookedKind.REFUNDED.value, BookedKind.VOIDED_IN_PART.value}:
            self.refunded += line.cents
        elif line.entry == INSIDE:
            self.net += line.times


@dataclass(slots=True)
class KnownGate:
    """A gate of the house."""

    gate_id: str
    added_at: float
    name: str = ""
    group: str = ""
    revoked_at: float | None = None
    status: Mapping[str, Any] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)
    heard_at: float | None = None
    """When its newest status came, by the venue's clock."""
    clock_off: float = 0.0
    gone_at: float | None = None
    """Since when its last will, or itself, says that it is gone."""
    journal: str = ""
    have: int = 0
    newest: int = 0
    complete_at: float = 0.0
    """When nothing was missing, the last time that it told of its events."""
    trouble: str = ""
    """What is wrong with what it tells, in words for staff."""
    trouble_until: float = 0.0
    today: GateFigures = field(default_factory=GateFigures)

    is_in_store: bool = False
    _logged: dict[str, float] = field(default_factory=dict)
    _flips: int = 0

    def take_kept(self, journal: str, have: int, newest: int, now: float) -> None:
        """Take note of what of its journal is in the store."""
        if journal != self.journal:
            if self.journal:
                self._flips += 1
                _log.warning("journal=changed gate=%s missing=%d", self.gate_id, self.missing)
            if self._flips >= _MOST_FLIPS:
                self.trouble, self.trouble_until = _BY_TURNS, now + 3600
            self.journal, self.newest = journal, 0
        self.have, self.newest = have, max(self.newest, newest)
        if self.have >= self.newest:
            self.complete_at = now

    def may_be_logged(self, why: str, now: float) -> bool:
        """Whether a line of the log is due: one an hour for each trouble, whatever comes between, and few in all."""
        self._logged = {known: at for known, at in self._logged.items() if 0 <= now - at < _LOGGED_SECONDS}
        if why in self._logged or len(self._logged) >= _MOST_TOLD:
            return False
        self._logged[why] = now
        return True

    @property
    def missing(self) -> int:
        """How many events it has that are not here."""
        return max(0, self.newest - self.have)

    def hear_status(self, status: Mapping[str, Any], now: float, *, is_kept: bool) -> None:
        """Take its status. `is_kept`: the broker had kept it, and nobody knows when it came there."""
        at = float(status["at"])
        if not is_kept:
            self.heard_at, self.clock_off = now, at - now
        elif self.heard_at is None or min(at, now) > self.heard_at:
            self.heard_at = min(at, now)
        self.status = status

    def hear_online(self, is_online: bool, now: float) -> None:
        """Take its own word, or its last will."""
        if is_online:
            self.gone_at = None
        elif self.gone_at is None:
            self.gone_at = now

    def presence(self, now: float, stale_after: float) -> Presence:
        """Return how sure it is that it is as it last said."""
        if self.revoked_at is not None:
            return Presence.REVOKED
        if self.heard_at is None:
            return Presence.UNHEARD
        if self.gone_at is not None:
            return Presence.OFFLINE
        # Where the venue's clock was set back nobody knows how long ago that was: until it is heard anew it is old.
        return Presence.STALE if abs(now - self.heard_at) > stale_after else Presence.LIVE

    def tile(self, now: float, stale_after: float, differs: tuple[str, ...]) -> GateTile:
        """Return it as the page shows it."""
        status, about = self.status, self.about
        money, lane = (_mapping(status, name) for name in ("money", "lane"))
        presence = self.presence(now, stale_after)
        since = self.gone_at if presence is Presence.OFFLINE else _moment(status, "since")
        if since is not None and presence is not Presence.OFFLINE:
            since -= self.clock_off
        return GateTile(
            gate_id=self.gate_id,
            name=self.name or _text(about, "name") or self.gate_id,
            group=self.group,
            presence=presence,
            heard_at=self.heard_at,
            since=since,
            state=_text(status, "state"),
            needs=(*_texts(status, "needs"), *self._needs(presence)),
            faults=tuple(
                _text(fault, "why") for fault in _listed(status, "faults")[:_MOST_TOLD] if isinstance(fault, dict)
            ),
            lane=_text(lane, "state") or ("free" if status else ""),
            open_items=_whole(money, "open_items"),
            open_cents=_whole(money, "open_cents"),
            in_doubt=_whole(money, "in_doubt"),
            inside=_whole(status, "inside"),
            is_way_out=about.get("is_way_out") is True,
            admitted=self.today.admitted,
            refused=self.today.refused,
            charged=self.today.charged,
            currency=_currency(status),
            missing=self.missing,
            version=self.version,
            settings=self.settings,
            differs=differs,
            page=_page(about),
            clock_off=round(self.clock_off, 1),
        )

    @property
    def version(self) -> str:
        """What it runs."""
        return _text(self.about, "version") or _text(_mapping(self.status, "build"), "version")

    @property
    def settings(self) -> str:
        """The fingerprint of the settings that gates of a group share."""
        return _text(self.about, "settings")

    def _needs(self, presence: Presence) -> tuple[str, ...]:
        found = [self.trouble] if self.trouble else []
        if presence is Presence.LIVE and abs(self.clock_off) > CLOCK_OFF_SECONDS:
            way = "ahead of" if self.clock_off > 0 else "behind"
            found.append(f"clock: {abs(self.clock_off):.0f} s {way} the venue's")
        return tuple(found)


def _mapping(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = said.get(name)
    return value if isinstance(value, dict) else {}


def _listed(said: Mapping[str, Any], name: str) -> list[Any]:
    value = said.get(name)
    return value if isinstance(value, list) else []


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    return _shown(value) if isinstance(value, str) else ""


def _texts(said: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return tuple(_shown(text) for text in _listed(said, name)[:_MOST_TOLD] if isinstance(text, str))


def _currency(said: Mapping[str, Any]) -> str:
    value = _text(said, "currency")
    return value if len(value) == 3 and value.isascii() and value.isalpha() and value.isupper() else ""  # noqa: PLR2004 - ISO 4217


def _shown(text: str) -> str:
    short = text[:_LONGEST]
    return short if short.isprintable() else "".join(c if c.isprintable() else " " for c in short)


def _whole(said: Mapping[str, Any], name: str) -> int:
    value = said.get(name)
    return value if type(value) is int and abs(value) < 2**53 else 0


def _moment(said: Mapping[str, Any], name: str) -> float | None:
    value = said.get(name)
    return float(value) if isinstance(value, int | float) and abs(value) < 2**53 else None


def _page(about: Mapping[str, Any]) -> str:
    """Return the address of its own page; nothing else that a gate could have people click on."""
    address = _text(about, "page")
    return address if address.startswith(("http://", "https://")) and not set(address) & set(" \"'<>") else ""

"""
What somebody far from the gate should know of it: what needs him, since when, and that it is over.

Pure: the status and the time come in. How long something lasts is counted by the monotonic clock, for a Pi's wall clock
may jump by years. What comes and goes is one spell until it has been quiet for a while, so that a supply that sags with
every move of the gate is told of once.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Final

from gate_controller.admission.words.events import Instant
from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.messages import REGIME_FAULTS, Fault
from gate_controller.shell.degraded import Ailment
from gate_controller.shell.status import GateStatus


class Concern(StrEnum):
    """What is told of besides open items; the words that receivers' programs read."""

    OUT_OF_SERVICE = "out_of_service"
    """It takes no scans, and nobody has ordered that."""
    ORDERED = "ordered"
    """It takes none by staff's order without an end, or by their key: that may have been forgotten."""
    SUPPLY = "supply"
    DISK = "disk"
    EGUMA = "eguma"
    """E-GUMA gives no answer."""


@frozen
class Grace:
    """How long something lasts before it is told of, in seconds."""

    out_of_service: float
    ordered: float
    """Zero: it is never told of."""
    eguma: float


_QUIET_SECONDS: Final[Mapping[Concern, float]] = {
    Concern.OUT_OF_SERVICE: 60.0,
    Concern.ORDERED: 0.0,
    Concern.SUPPLY: 3600.0,
    Concern.DISK: 300.0,
    Concern.EGUMA: 60.0,
}
"""How long it must have been away to be over."""

_STARTING: Final = Fault.STARTING.name.lower()
_STOPPING: Final = Fault.STOPPING.name.lower()
_BY_REGIME: Final = frozenset(fault.name.lower() for fault in REGIME_FAULTS.values())
_BY_KEY: Final = frozenset({Fault.SERVICE.name.lower(), Fault.HELD_OPEN.name.lower()})
_BY_ORDER: Final = _BY_REGIME | _BY_KEY


@frozen
class Spell:
    """One stretch of time in which something needs somebody. Times are monotonic."""

    concern: Concern
    number: int
    """Which spell of this run it is; 0 where an earlier run has told of it."""
    since: float
    until: float | None = None
    """Since when it has been away, once it is over."""
    ailments: tuple[Ailment, ...] = ()
    """Why, as last known."""
    is_seen: bool = True
    """Whether it has been so in this run."""


class Concerns:
    """What one gate has needed somebody for: of each kind the newest spell that lasted long enough."""

    def __init__(self, grace: Grace) -> None:
        self._lasts: Mapping[Concern, float] = {
            Concern.OUT_OF_SERVICE: grace.out_of_service,
            Concern.ORDERED: grace.ordered,
            Concern.SUPPLY: 0.0,
            Concern.DISK: 0.0,
            Concern.EGUMA: grace.eguma,
        }
        self._never = frozenset({Concern.ORDERED} if grace.ordered == 0 else ())
        self._courses: dict[Concern, Spell] = {}
        """What goes on, whether or not it has lasted long enough yet."""
        self._away: dict[Concern, float] = {}
        """Since when what goes on has been away."""
        self._number = 0
        self.spells: dict[Concern, Spell] = {}
        """What has lasted long enough."""

    def take_up(self, told: Mapping[Concern, float], at: Instant) -> None:
        """Take up what an earlier run has told of, each since a moment (wall clock): it may have ended since."""
        for concern, since in told.items():
            spell = Spell(concern, 0, at.mono - max(at.wall - since, 0.0), is_seen=False)
            if (known := self._courses.get(concern)) is not None:
                spell = replace(spell, ailments=known.ailments, is_seen=True)
            self._courses[concern] = self.spells[concern] = spell

    def look(self, status: GateStatus, at: Instant) -> None:
        """Take note of how the gate is."""
        held = dict(_held(status))
        for concern in Concern:
            if concern in self._never or (ailments := held.get(concern)) is None:
                continue
            if ailments and not (_only_starts(ailments) and self._is_taken_up(concern)):
                self._holds(concern, ailments, at.mono, _age(concern, status))
            elif not ailments:
                self._is_away(concern, at.mono)

    @property
    def look_again(self) -> float | None:
        """When something is due without another change (monotonic); None: nothing is."""
        away = self._away
        due = [
            away[concern] + _QUIET_SECONDS[concern] if concern in away else spell.since + self._lasts[concern]
            for concern, spell in self._courses.items()
            if concern in away or not self._is_due(spell)
        ]
        return min(due, default=None)

    def _is_due(self, spell: Spell) -> bool:
        return spell.concern in self.spells and self.spells[spell.concern].number == spell.number

    def _is_taken_up(self, concern: Concern) -> bool:
        return concern in self._courses and not self._courses[concern].is_seen

    def _holds(self, concern: Concern, ailments: tuple[Ailment, ...], now: float, age: float) -> None:
        spell = self._courses.get(concern)
        if spell is None:
            self._number += 1
            spell = Spell(concern, self._number, now)
        spell = replace(spell, since=min(spell.since, now - age), ailments=ailments, is_seen=True)
        self._courses[concern] = spell
        self._away.pop(concern, None)
        if now - spell.since >= self._lasts[concern]:
            self.spells[concern] = spell

    def _is_away(self, concern: Concern, now: float) -> None:
        spell = self._courses.get(concern)
        if spell is None:
            return
        since = self._away.setdefault(concern, now)
        # What has not lasted long enough to be told of has nothing to be quiet for.
        if self._is_due(spell) and now - since < _QUIET_SECONDS[concern]:
            return
        del self._courses[concern], self._away[concern]
        if self._is_due(spell):
            self.spells[concern] = replace(spell, until=since)


def _held(status: GateStatus) -> Iterator[tuple[Concern, tuple[Ailment, ...]]]:
    """Yield why each holds, nothing where it does not; what cannot be told yet is left out."""
    faults = tuple(fault for fault in status.faults if fault.what != _STOPPING)
    by_itself = tuple(fault for fault in faults if fault.what not in _BY_ORDER)
    # A scanner that is not looked for yet is no news; and whoever ends a gate knows that it ends.
    if len(faults) == len(status.faults):
        yield Concern.OUT_OF_SERVICE, by_itself
    ends = status.regime is not None and status.regime.until is not None
    ordered = tuple(fault for fault in faults if fault.what in (_BY_KEY if ends else _BY_ORDER))
    if not is_starting(status):
        yield Concern.ORDERED, ordered
    machine = status.machine
    if machine.looked_at is not None:
        yield Concern.SUPPLY, _of("supply", machine.ailments)
        yield Concern.DISK, _of("disk", machine.ailments)
    eguma = status.eguma
    if eguma.trouble:
        why = eguma.trouble if status.outage is None else f"{status.outage.why} ({eguma.trouble})"
        yield Concern.EGUMA, (Ailment("eguma", why, eguma.trouble_since or status.at),)
    elif eguma.answered_at is not None:
        yield Concern.EGUMA, ()


def _age(concern: Concern, status: GateStatus) -> float:
    """Return for how many seconds something has held at least, be it in earlier runs: orders outlast them."""
    if concern is not Concern.ORDERED or status.regime is None or not status.machine.is_clock_sure:
        return 0.0
    return max(status.at - status.regime.since, 0.0)


def _of(what: str, ailments: Iterable[Ailment]) -> tuple[Ailment, ...]:
    return tuple(ailment for ailment in ailments if ailment.what == what)


def is_starting(status: GateStatus) -> bool:
    """Whether a gate has not taken up yet what the last run left."""
    return any(fault.what == _STARTING for fault in status.faults)


def _only_starts(ailments: tuple[Ailment, ...]) -> bool:
    return all(ailment.what == _STARTING for ailment in ailments)

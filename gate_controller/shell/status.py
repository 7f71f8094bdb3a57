"""
How the gate is, in one typed picture: what staff, systemd, the demo and every page read.

`StatusBoard.status` puts it together from what the parts of the gate hold just now; nothing is kept twice. It reads no
disk and asks no network, so that anybody may ask at any time. Who wants to follow the gate is told when to look again.
"""

import asyncio
import platform
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

from gate_controller import __version__
from gate_controller.admission.attempt.states import InDoubt
from gate_controller.admission.gate.gate import Gate
from gate_controller.admission.words.calls import CallFailed, CallFault
from gate_controller.admission.words.codes import mask
from gate_controller.admission.words.facts import Fact, Intended, Regime, RegimeBegun, Standing
from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.ids import AttemptId
from gate_controller.admission.words.messages import HOLDS, Fault
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.admission.words.outage_rules import OutageConduct
from gate_controller.shell.counts import Counts
from gate_controller.shell.degraded import Ailment, Degraded
from gate_controller.shell.watching_machine import MachineStatus

_Told = TypeVar("_Told", bound=Callable[..., None])

TOLD_WITHIN_SECONDS = 0.5
"""Changes that nothing waits for are told together, so late at most: a scan brings about ten."""


class GateState(StrEnum):
    """What a gate does about a scan, in the words that staff read."""

    STARTING = "starting"
    TAKES_SCANS = "takes scans"
    LOCKED = "locked"
    HELD_OPEN = "held open"
    OUT_OF_SERVICE = "out of service"


@frozen
class LaneStatus:
    """Who is in the lane."""

    state: str
    """`free`, else where the attempt stands that has it."""
    incident: str = ""
    voucher: str = ""
    """Masked."""
    since: float | None = None
    """When its visitor scanned (wall clock); None where the lane is free."""


@frozen
class RegimeStatus:
    """What staff have ordered for a while. Times are wall clock, in seconds since 1970."""

    what: Regime
    by: str
    reason: str
    since: float
    until: float | None
    text: str
    """What visitors read besides."""
    incident: str


@frozen
class OutageStatus:
    """E-GUMA is out of reach, and the house has said what becomes of visitors. Times are wall clock."""

    policy: OutageConduct
    since: float
    persons: int
    """How many were let in free of charge."""
    cents: Cents
    """What they would have paid."""
    is_used_up: bool
    """Whether nobody else is let in free of charge."""

    @property
    def why(self) -> str:
        """What becomes of visitors, in words for staff."""
        if self.policy is OutageConduct.STAFF_ONLY:
            return "E-GUMA is out of reach: visitors are sent to the staff"
        if self.is_used_up:
            return f"E-GUMA is out of reach: {self.persons} were let in free, which is the limit: nobody else is"
        return f"E-GUMA is out of reach: visitors are let in free, {self.persons} so far"


@frozen
class EgumaStatus:
    """How E-GUMA was the last time that it was asked. Times are wall clock, in seconds since 1970."""

    answered_at: float | None = None
    """When it answered last; None: not since the start."""
    latency_seconds: float | None = None
    """How long that took."""
    trouble: str = ""
    """Why the newest request brought no answer; empty where it did, or where none has been sent."""
    trouble_since: float | None = None


@frozen
class MoneyStatus:
    """Money that is not at its end yet. Amounts are in cents."""

    open_items: int
    open_cents: Cents
    in_doubt: int
    """Charges whose fate the gate is still looking up."""
    in_doubt_cents: Cents


@frozen
class Build:
    """What runs."""

    version: str = __version__
    python: str = platform.python_version()


@frozen
class GateStatus:
    """A gate at one moment. Times are wall clock, in seconds since 1970."""

    gate_id: str
    at: float
    started_at: float
    state: GateState
    since: float
    lane: LaneStatus
    faults: tuple[Ailment, ...]
    """Why it takes no scans, the one that is shown first."""
    regime: RegimeStatus | None
    """What staff have ordered for a while."""
    outage: OutageStatus | None
    """An outage of E-GUMA, where the house has said what becomes of visitors meanwhile."""
    missing: tuple[Ailment, ...]
    """What it does without."""
    movement: str
    """What the gate did wrong the last time it should have moved or stayed; empty: it is as it should be."""
    contacts: tuple[str, ...]
    """Those that are active."""
    devices: tuple[str, ...]
    """Everything that is fitted; what is not among faults and missing works."""
    scanner: str
    """The port of the scanner; empty before it was opened the first time."""
    eguma: EgumaStatus
    money: MoneyStatus
    inside: int
    """How many people are inside, as counted since midnight."""
    most_inside: int
    """How many may be; 0: as many as come."""
    currency: Currency
    machine: MachineStatus
    build: Build

    @property
    def takes_scans(self) -> bool:
        """Whether a visitor can be served."""
        return not self.faults

    @property
    def needs(self) -> tuple[str, ...]:
        """What somebody should look at, in words; empty where all is well."""
        money = self.money
        known = {fault.why for fault in self.faults}
        return (
            *(f"{fault.what}: {fault.why}" for fault in self.faults),
            *((self.outage.why,) if self.outage is not None else ()),
            *((f"E-GUMA: {self.eguma.trouble}",) if self.eguma.trouble else ()),
            *((f"gate: {self.movement}",) if self.movement else ()),
            *dict.fromkeys(why for why in (ailment.why for ailment in self.missing) if why not in known),
            *(ailment.why for ailment in self.machine.ailments if ailment.why not in known),
            *((f"open items: {money.open_items}",) if money.open_items else ()),
            *((f"charges in doubt: {money.in_doubt}",) if money.in_doubt else ()),
        )

    @property
    def headline(self) -> str:
        """The whole in one line."""
        if self.faults:
            return f"out of service: {'; '.join(self.needs)}"
        return "; ".join(("takes scans", *self.needs))

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values, for JSON."""
        return {**asdict(self), "takes_scans": self.takes_scans, "needs": list(self.needs)}


class OpenItems:
    """The staff's list, from the facts as they come to disk: which attempts are on it, and what each charged."""

    def __init__(self) -> None:
        self._charges: dict[AttemptId, Cents] = {}
        """Of attempts that are not closed."""
        self._open: set[AttemptId] = set()

    def take(self, facts: Iterable[Fact]) -> None:
        """Take facts that are on disk, each attempt's in their order."""
        for fact in facts:
            if isinstance(fact, Intended):
                self._charges[fact.attempt] = fact.price
            if fact.leaves is Standing.OPEN:
                self._open.add(fact.attempt)
            else:
                self._open.discard(fact.attempt)
            if fact.leaves is Standing.CLOSED:
                self._charges.pop(fact.attempt, None)

    @property
    def attempts(self) -> frozenset[AttemptId]:
        """Which attempts they are."""
        return frozenset(self._open)

    @property
    def number(self) -> int:
        """How many there are."""
        return len(self._open)

    @property
    def cents(self) -> Cents:
        """What they charged in all."""
        return Cents(sum(self._charges.get(attempt, 0) for attempt in self._open))


class StatusBoard:
    """Where the status of one gate is put together, and who follows it is told of changes."""

    def __init__(
        self, gate: Gate, degraded: Degraded, *, devices: Iterable[str] = (), wall: Callable[[], float] = time.time
    ) -> None:
        """`devices` are those that are fitted; `wall` is the clock of the records, which may follow E-GUMA's."""
        self._gate = gate
        self._degraded = degraded
        self._devices = tuple(devices)
        self._wall = wall
        self._started_at = wall()
        self._since = self._started_at
        self._faults: dict[Fault, Ailment] = {}
        self._eguma = EgumaStatus()
        self._followers: list[Callable[[], None]] = []
        self._readers: list[Callable[[Sequence[Fact]], None]] = []
        self._telling: asyncio.TimerHandle | None = None
        self.tells_soon = False
        """Whether followers will be told without anything more."""
        self.put_off: deque[Callable[[], None]] = deque()
        """What is to be noted here, and waits while a visitor does; whoever looks has it noted first."""
        self._open_items = OpenItems()
        self._counts = Counts()
        self.scanner = ""
        """The port of the scanner."""
        self.machine: Callable[[], MachineStatus] = MachineStatus
        """How the machine is."""

    @property
    def open_items(self) -> OpenItems:
        """The staff's list."""
        self.catch_up()
        return self._open_items

    @property
    def counts(self) -> Counts:
        """What the gate has done since its start; what is put off then counts with the next look at the board."""
        self.catch_up()
        return self._counts

    def catch_up(self) -> None:
        """Note what was put off, in its order."""
        while self.put_off:
            self.put_off.popleft()()

    def status(self) -> GateStatus:
        """Return the gate as it is now."""
        self.catch_up()
        gate = self._gate
        doubted = [
            a.price or gate.policy.price for a in gate.visitors.unfinished.values() if isinstance(a.state, InDoubt)
        ]
        return GateStatus(
            gate_id=gate.policy.gate_id,
            at=self._wall(),
            started_at=self._started_at,
            state=_state_of(self._faults),
            since=self._since,
            lane=self._lane(),
            faults=tuple(self._faults[fault] for fault in sorted(self._faults, key=lambda fault: fault.value)),
            regime=_regime_of(gate.regimes.now),
            outage=_outage_of(gate),
            missing=self._degraded.missing,
            movement=trouble.value if (trouble := gate.contacts.trouble) else "",
            contacts=tuple(sorted(contact.value for contact in gate.contacts.active)),
            devices=self._devices,
            scanner=self.scanner,
            eguma=self._eguma,
            money=MoneyStatus(
                self._open_items.number, self._open_items.cents, len(doubted), Cents(sum(doubted, start=0))
            ),
            inside=gate.occupancy.inside,
            most_inside=gate.policy.most_inside,
            currency=gate.policy.currency,
            machine=self.machine(),
            build=Build(),
        )

    def _lane(self) -> LaneStatus:
        if (lane := self._gate.lane) is None:
            return LaneStatus("free")
        # To a tenth of a second: the same scan is told the same each time.
        since = round(self._wall() - (time.monotonic() - lane.begun), 1)
        return LaneStatus(lane.state.name, lane.incident, mask(lane.voucher_code or lane.code), since)

    def follow(self, told: Callable[[], None]) -> Callable[[], None]:
        """Have `told` called in the loop after each change; returns what ends it."""
        self._followers.append(told)
        return partial(_leave, self._followers, told)

    def follow_facts(self, told: Callable[[Sequence[Fact]], None]) -> Callable[[], None]:
        """Have `told` called in the loop with facts that have come to disk; returns what ends it."""
        self._readers.append(told)
        return partial(_leave, self._readers, told)

    def written(self, facts: Sequence[Fact]) -> None:
        """Take facts that have come to disk, each attempt's in their order."""
        self._open_items.take(facts)
        for told in tuple(self._readers):
            told(facts)

    def faults_changed(self) -> None:
        """Take note of a fault that came or went, and tell at once."""
        now, before = self._wall(), self._faults
        self._faults = {
            fault: Ailment(fault.name.lower(), why, before[fault].since if fault in before else now)
            for fault, why in self._gate.faults.items()
        }
        if _state_of(before) is not _state_of(self._faults):
            self._since = now
        self._tell()

    def changed(self) -> None:
        """Something else may have changed: tell soon, once for all that comes until then."""
        if not self.tells_soon:
            self.tells_soon = True
            self._telling = asyncio.get_running_loop().call_later(TOLD_WITHIN_SECONDS, self._tell)

    def close(self) -> None:
        """Tell nobody any more."""
        self._followers.clear()
        self._readers.clear()
        if self._telling is not None:
            self._telling.cancel()

    def asked_eguma(self, what: str, outcome: object, seconds: float, now: float | None = None) -> None:
        """Note how a call ended that took so long; `what` was asked (`balance`, say). `now` is wall clock."""
        self._counts.asked(what, outcome, seconds)
        now = self._wall() if now is None else now
        if isinstance(outcome, CallFailed) and outcome.fault in {CallFault.NOT_SENT, CallFault.UNKNOWN}:
            since = self._eguma.trouble_since if self._eguma.trouble else now
            self._eguma = EgumaStatus(self._eguma.answered_at, self._eguma.latency_seconds, outcome.text, since)
        else:
            self._eguma = EgumaStatus(now, seconds)
        self.changed()

    def _tell(self) -> None:
        self.catch_up()
        self.tells_soon = False
        for told in tuple(self._followers):
            told()


def _leave(those: list[_Told], told: _Told) -> None:
    if told in those:  # a board that is closed has let everybody go
        those.remove(told)


def _regime_of(begun: RegimeBegun | None) -> RegimeStatus | None:
    if begun is None:
        return None
    words = begun.text, begun.incident
    return RegimeStatus(begun.regime, begun.by, begun.reason, begun.at, begun.until, *words)


def _outage_of(gate: Gate) -> OutageStatus | None:
    outage, rules = gate.outage, gate.policy.outage
    if not outage.is_on:
        return None
    is_used_up = not outage.has_room(rules, gate.policy.tariff.price_of_now(gate.policy.price, outage.since))
    return OutageStatus(rules.conduct, outage.since, outage.persons, outage.cents, is_used_up)


def _state_of(faults: Iterable[Fault]) -> GateState:
    held = set(faults)
    if HOLDS & held:
        return GateState.HELD_OPEN
    if Fault.STARTING in held:
        return GateState.STARTING
    if held & {Fault.LOCKED, Fault.SERVICE}:
        return GateState.LOCKED
    return GateState.OUT_OF_SERVICE if held else GateState.TAKES_SCANS

"""
A house under fire: broker, venue and gates are killed at random moments while visitors pass and orders are given.

In the end the venue has every event of every gate's journal, once, and as the gate has it; and of each order is true
what its gate says: done is done once, refused is never done, and nothing is done after it has expired.
"""

import asyncio
import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, closing, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import aiomqtt

from gate_controller.admission.words.facts import Occurred, Occurrence
from gate_controller.journal.reader import Reader
from gate_controller.shell.order_answers import Fate, OrderAnswer, read_answer
from gate_controller.simulator import Simulator
from tests.rig.gate import GOOD, facts_in
from tests.rig.gate_process import GateProcess, gate_process
from tests.rig.mosquitto import RealBroker, broker
from tests.rig.ordering import Line, Orderer, gate_settings, id_of
from tests.rig.scanner import PtyScanner
from tests.rig.waiting import until

SCANNED, ORDERED = "east", "west"
"""At the first visitors scan, at the second nobody does: each of its pulses is an order's."""

LATEST_KILL_SECONDS = 0.5
SOON_SECONDS = 0.03
"""About what an order takes from the broker to the relay."""
LIVES = (1.0, 2.0, 30.0)
"""How long an order may be carried out: some expire while their gate is dead."""
ANSWERED_WITHIN_SECONDS = 8.0
CAUGHT_UP_WITHIN_SECONDS = 90.0
LATE_SECONDS = 0.05
"""Between the gate's look at its clock and the witness's at his."""

_HURRIED = Path(__file__).with_name("hurried.py")


@dataclass
class GivenOrder:
    """An order, when it was given, and all that was answered."""

    payload: bytes
    expires: float
    answers: set[OrderAnswer] = field(default_factory=set)

    @property
    def fate(self) -> Fate | None:
        """What its gate says; None: nothing, ever."""
        return next(iter(self.answers)).outcome if self.answers else None


class LivingVenue:
    """`gate-controller venue`, as everybody starts it."""

    def __init__(self, folder: Path, port: int) -> None:
        self.state_dir = folder / "venue"
        self.state_dir.mkdir()
        self._log = folder / "venue.log"
        settings = {"state_dir": self.state_dir, "mqtt.host": "127.0.0.1", "mqtt.port": port, "web.port": 0}
        words = (word for name, value in settings.items() for word in ("--set", f"{name}={value}"))
        self._command: Sequence[str | Path] = [
            sys.executable,
            "-P",
            _HURRIED,
            folder / "none",
            "venue",
            *words,
            "--set",
            "mqtt.tls=false",
        ]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, or start it again."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("GATE_", "VENUE_"))}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, env=ours, stdout=log, stderr=log)  # noqa: S603 - our own program

    def kill(self, number: int = signal.SIGKILL) -> None:
        """End it as a power cut does."""
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait()
            self._process = None

    def log(self) -> str:
        """Return what it has said."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def events(self, gate_id: str) -> list[tuple[int, str, str]]:
        """Return a gate's events as they are kept: number, incident and fact of each."""
        path = self.state_dir / "venue.sqlite"
        with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            asked = (
                "SELECT event.number, event.incident, event.fact FROM event "
                "JOIN journal ON journal.id = event.journal JOIN gate ON gate.id = journal.gate "
                "WHERE gate.gate_id = ? ORDER BY event.number"
            )
            return [tuple(row) for row in db.execute(asked, (gate_id,))]
        return []


@dataclass
class House:
    """All that lives, and all that was ordered."""

    folder: Path
    simulator: Simulator
    chance: random.Random
    real: RealBroker
    venue: LivingVenue
    gates: dict[str, GateProcess] = field(default_factory=dict)
    scanners: dict[str, PtyScanner] = field(default_factory=dict)
    orderers: dict[str, Orderer] = field(default_factory=dict)
    given: dict[str, GivenOrder] = field(default_factory=dict)
    scans: int = 0
    _running: dict[str, contextlib.ExitStack] = field(default_factory=dict)

    def start_gate(self, gate_id: str) -> None:
        """Start a gate, or start it again."""
        orderer, stack = self.orderers[gate_id], contextlib.ExitStack()
        settings: dict[str, Any] = {**gate_settings(orderer, self.real), "id": gate_id, "relay__pulse_seconds": 0.01}
        program = (sys.executable, "-P", _HURRIED, self.pulses_of(gate_id))
        self.gates[gate_id] = stack.enter_context(
            gate_process(self.folder / gate_id, self.simulator, self.scanners[gate_id], program=program, **settings)
        )
        self._running[gate_id] = stack

    def kill_gate(self, gate_id: str) -> None:
        """End it as a power cut does."""
        if (stack := self._running.pop(gate_id, None)) is not None:
            stack.close()

    def pulses_of(self, gate_id: str) -> Path:
        """Return the file of its witness."""
        return self.folder / f"{gate_id}.pulses"

    async def kill(self, victim: str) -> None:
        """Kill one of them, and start it again."""
        if victim == "broker":
            self.real.kill()
            await self.real.start()
        elif victim == "venue":
            self.venue.kill()
            self.venue.start()
        else:
            self.kill_gate(victim)
            self.start_gate(victim)

    def hear(self, line: Line) -> None:
        """Take the answers that have come by a line."""
        for topic, payload, _ in line.follower.said:
            if "/answer/" in topic and b'"outcome"' in payload:
                answer = read_answer(payload)
                if answer.id in self.given:
                    self.given[answer.id].answers.add(answer)

    async def give(self, line: Line) -> None:
        """Give an order, perhaps more than once."""
        life, do = self.chance.choice(LIVES), self.chance.choice(("release", "release", "release", "lock", "resume"))
        now = time.time()
        fields = {"until": now + 5} if do == "lock" else {}
        payload = self.orderers[ORDERED].order(do, issued=now, expires=now + life, fields=fields)
        self.given[id_of(payload)] = GivenOrder(payload, now + life)
        for _ in range(self.chance.choice((1, 1, 2, 3))):
            with suppress(aiomqtt.MqttError):
                await line.send(payload)


async def campaign(rounds: int, seed: int) -> dict[str, Any]:
    """Kill, round after round, and compare in the end."""
    chance = random.Random(seed)  # noqa: S311 - schedules, not secrets
    killed: Counter[str] = Counter()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        house = await stack.enter_async_context(_house(folder, chance))
        for _ in range(rounds):
            victims = chance.sample(("broker", "venue", SCANNED, ORDERED, ORDERED), chance.choice((1, 1, 2)))
            killed.update(await _round(house, list(dict.fromkeys(victims))))
        wrong = [*await _events_wrong(house), *_orders_wrong(house)]
        fates = Counter(str(given.fate) for given in house.given.values())
        pulses = len(_pulses(house))
        events = {gate_id: _newest(folder / gate_id) for gate_id in house.gates}
        if wrong:
            wrong.append(house.venue.log()[-3000:])
    replay = f"python -m tests.campaign venue --rounds {rounds} --seed {seed}"
    return {
        "tried": rounds,
        "killed": dict(killed),
        "scans": house.scans,
        "orders": dict(fates),
        "pulses": pulses,
        "events": events,
        "violations": [{"what": line, "replay": replay} for line in wrong],
    }


@contextlib.asynccontextmanager
async def _house(folder: Path, chance: random.Random) -> AsyncIterator[House]:
    async with broker(folder) as real, Simulator() as simulator:
        house = House(folder, simulator, chance, real, LivingVenue(folder, real.port))
        with contextlib.ExitStack() as stack:
            try:
                for gate_id in (SCANNED, ORDERED):
                    house.scanners[gate_id] = stack.enter_context(PtyScanner())
                    house.orderers[gate_id] = Orderer(gate_id, folder / f"{gate_id}.keys")
                    house.start_gate(gate_id)
                house.venue.start()
                for gate in house.gates.values():
                    await gate.ready()
                yield house
            finally:
                house.venue.kill()
                for gate_id in list(house.gates):
                    house.kill_gate(gate_id)


async def _round(house: House, victims: Sequence[str]) -> Sequence[str]:
    chance = house.chance
    async with _line(house) as line:
        house.scanners[SCANNED].type(GOOD.encode() + b"\r")
        house.scans += 1
        if chance.random() < 0.8:
            await house.give(line)
        await asyncio.sleep(chance.uniform(0.0, chance.choice((SOON_SECONDS, LATEST_KILL_SECONDS))))
        house.hear(line)
    for victim in victims:
        await house.kill(victim)
        await asyncio.sleep(chance.uniform(0.0, 0.1))
    for gate in house.gates.values():
        await gate.ready()
    # Whoever has heard nothing gives the same order again, until it is answered or would be carried out no more.
    async with _line(house) as line:
        silent = [given for given in house.given.values() if not given.answers]
        end = time.monotonic() + ANSWERED_WITHIN_SECONDS
        while (silent := [given for given in silent if not given.answers]) and time.monotonic() < end:
            for given in silent:
                await line.send(given.payload)
            await asyncio.sleep(0.4)
            house.hear(line)
    return victims


@contextlib.asynccontextmanager
async def _line(house: House) -> AsyncIterator[Line]:
    root = house.orderers[ORDERED].root
    async with house.real.follower("", f"{root}/answer/#") as follower:
        yield Line(root, follower)


def _newest(state_dir: Path) -> int:
    return len(_journal(state_dir))


def _journal(state_dir: Path) -> list[tuple[int, str, str]]:
    found: list[tuple[int, str, str]] = []
    while page := Reader(state_dir).events_after(found[-1][0] if found else 0, 500, 2**53).events:
        found += [(event["number"], event["incident"], event["fact"]) for event in page]
    return found


async def _events_wrong(house: House) -> list[str]:
    """Compare what the venue has with the gates' journals, once it has had time to ask for what it misses."""
    wrong = []
    for gate_id in house.gates:
        state_dir = house.folder / gate_id
        with suppress(TimeoutError):
            await until(partial(_has_all, house.venue, gate_id, state_dir), seconds=CAUGHT_UP_WITHIN_SECONDS)
        kept, journal = house.venue.events(gate_id), _journal(state_dir)
        if kept != journal:
            lost, more = set(journal) - set(kept), set(kept) - set(journal)
            wrong.append(
                f"{gate_id}: {len(journal)} events in its journal, {len(kept)} at the venue; "
                f"lost {sorted(lost)[:5]}, not the gate's {sorted(more)[:5]}"
            )
    return wrong


def _has_all(venue: LivingVenue, gate_id: str, state_dir: Path) -> bool:
    return len(venue.events(gate_id)) >= _newest(state_dir)


def _pulses(house: House) -> list[float]:
    path = house.pulses_of(ORDERED)
    return [float(line) for line in path.read_text().splitlines()] if path.exists() else []


def _orders_wrong(house: House) -> Iterator[str]:
    """Yield what is not as it is answered: by the journal, and by the relay's witness."""
    opened = [
        fact
        for facts in facts_in(house.folder / ORDERED)
        for fact in facts
        if isinstance(fact, Occurred) and fact.what is Occurrence.OPENED_BY_STAFF
    ]
    for fact in opened:
        if fact.at > house.given[fact.order].expires + LATE_SECONDS:
            yield f"order {fact.order} opened the gate {fact.at - house.given[fact.order].expires:.2f} s too late"
    openings = Counter(fact.order for fact in opened)
    fates: dict[Fate, int] = {}
    for name, given in house.given.items():
        if len(given.answers) > 1:
            yield f"order {name} was answered in two ways: {given.answers}"
        is_release = b'\\"do\\":\\"release\\"' in given.payload
        if is_release and given.fate is not None:
            fates[given.fate] = fates.get(given.fate, 0) + 1
        if openings[name] > 1:
            yield f"order {name} opened the gate {openings[name]} times by its journal"
        if given.fate is Fate.REFUSED and openings[name]:
            yield f"order {name} was refused, and its journal says that it opened"
        if given.fate is Fate.DONE and is_release and not openings[name]:
            yield f"order {name} was done, and its journal does not have it"
    yield from _pulses_wrong(house, fates)


def _pulses_wrong(house: House, fates: Mapping[Fate, int]) -> Iterator[str]:
    pulses, done = _pulses(house), fates.get(Fate.DONE, 0)
    perhaps = done + fates.get(Fate.UNKNOWN, 0)
    silent = sum(given.fate is None for given in house.given.values())
    if not done <= len(pulses) <= perhaps + silent:
        yield f"{len(pulses)} pulses, and {done} orders done, {perhaps - done} of which nobody knows, {silent} silent"
    for at in pulses:
        if not any(at <= given.expires + LATE_SECONDS for given in house.given.values()):
            yield f"a pulse at {at}, when no order held any more"

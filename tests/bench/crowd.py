"""
Many gates in one process, for a venue to follow: the gate's own telemetry, core and status; their lanes are simulated.

`python -m tests.bench.crowd HOST PORT --gates 500 --first 0 --every 3`: each gate admits somebody each 3 s. It says
"ready" when its gates have been told to the broker, and takes lines: `burst g0007 10000` lets a gate come back with so
many events of which nobody has heard. Journals lie in memory: what a disk costs is measured where
gates are.
"""

import argparse
import asyncio
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from typing_extensions import override

from gate_controller.admission.gate.gate import Gate
from gate_controller.admission.words.codes import Code, VoucherCode
from gate_controller.admission.words.facts import Approved, Evidence, Fact, Intended, Redeemed, Released
from gate_controller.admission.words.ids import AttemptId, IncidentCodes, Numbering
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.admission.words.policy import Policy
from gate_controller.journal.numbered import NumberedEvents
from gate_controller.journal.records import facts_as_dicts
from gate_controller.settings import load_settings
from gate_controller.settings.mqtt_section import MqttSection
from gate_controller.shell import telemetry
from gate_controller.shell.degraded import Degraded
from gate_controller.shell.event_reading import EventReading
from gate_controller.shell.status import StatusBoard

PRICE = Cents(2_500)
_FACTS_OF_A_VISIT = 4
VOUCHER = "L4FU5LQTKJR3"
_USUAL = load_settings(
    config=Path(os.devnull), overrides=("eguma.api_key=none-of-theirs", "admission.price_cents=2500"), environ={}
).settings


class MemoryEvents(EventReading):
    """A journal's events, kept in memory, as `EventReading` would read them off the disk."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._events: list[dict[str, Any]] = []
        self._codes = IncidentCodes()

    def take(self, attempt: int, facts: Sequence[Fact]) -> None:
        """Take an attempt's facts."""
        incident = self._codes.of(attempt)
        for plain in facts_as_dicts(facts, full=False):
            self._events.append({"number": len(self._events) + 1, "incident": incident, **plain})

    @property
    def newest(self) -> int:
        """The number of the newest."""
        return len(self._events)

    @override
    async def after(self, number: int, most: int = 500) -> NumberedEvents:
        return NumberedEvents(self._name, number, tuple(self._events[number : number + most]), 0, self.newest)


class SimulatedLane:
    """A gate without a lane: its core at rest, its status, and facts that come as if somebody had been admitted."""

    def __init__(self, gate_id: str, to: MqttSection) -> None:
        gate = Gate(Policy(gate_id, PRICE, Currency.CHF), Numbering("TAG0", 0))
        gate.faults.clear()
        self.id = gate_id
        self.events = MemoryEvents(f"journal-of-{gate_id}")
        self.board = StatusBoard(gate, Degraded())
        self.attempts = 0
        """How many it has admitted."""
        self.telemetry = telemetry.Telemetry(to, telemetry_of(gate_id, self))

    def admit(self, *, tells: bool = True) -> None:
        """Let somebody in."""
        self.attempts += 1
        now, name = time.time(), AttemptId(f"TAG0{self.attempts}")
        facts: tuple[Fact, ...] = (
            Intended(name, 0, now, self.events._codes.of(self.attempts), Code(VOUCHER), PRICE, Currency.CHF, "r"),
            Approved(name, 1, now, VoucherCode(VOUCHER), Cents(9_000)),
            Redeemed(name, 2, now, Evidence.ANSWER, "token", Cents(6_500)),
            Released(name, 3, now),
        )
        self.events.take(self.attempts, facts)
        if tells:
            self.board.written(facts)
            self.board.changed()

    def comes_back(self, events: int) -> None:
        """Have so many events of which nobody has heard, as a gate that was started anew behind a broken network."""
        for _ in range(events // _FACTS_OF_A_VISIT):
            self.admit(tells=False)
        self.telemetry._last = self.events.newest
        self.admit()


def telemetry_of(gate_id: str, lane: SimulatedLane) -> telemetry.Speaker:
    """Return who such a gate is to the broker."""
    settings = _USUAL.model_copy(update={"id": gate_id})
    return telemetry.Speaker(gate_id, lane.board, lane.events, lambda: settings)


async def _admits(lane: SimulatedLane, every: float, delay: float) -> None:
    await asyncio.sleep(delay)
    while True:
        lane.admit()
        await asyncio.sleep(every)


async def _run(arguments: argparse.Namespace) -> None:
    to = MqttSection(host=arguments.host, port=arguments.port, tls=False, discovery="none")
    lanes = [
        SimulatedLane(f"g{number:04d}", to) for number in range(arguments.first, arguments.first + arguments.gates)
    ]
    loop = asyncio.get_running_loop()
    works = [loop.create_task(lane.telemetry.keep()) for lane in lanes]
    await asyncio.sleep(telemetry.BEGINS_AFTER_SECONDS + 5)
    works += [
        loop.create_task(_admits(lane, arguments.every, place * arguments.every / len(lanes)))
        for place, lane in enumerate(lanes)
    ]
    print("ready", flush=True)
    if arguments.hears is not None:
        works.append(loop.create_task(_obey(arguments.hears, {lane.id: lane for lane in lanes})))
    await asyncio.gather(*works)


async def _obey(hears: int, lanes: Mapping[str, SimulatedLane]) -> None:
    asked = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(asked), os.fdopen(hears))
    while line := await asked.readline():
        _, gate, events = line.decode().split()
        lanes[gate].comes_back(int(events))


def main() -> None:
    """Run such gates until this process is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--gates", type=int, default=500)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--every", type=float, default=3.0)
    parser.add_argument("--hears", type=int, help="a descriptor that lines come from, as above")
    asyncio.run(_run(parser.parse_args()))


if __name__ == "__main__":
    main()

"""
A whole gate for tests: the real parts between a simulator, a pty and mock pins, in this event loop.

`gate_process.py` has the same as a process of its own. Nothing in either sleeps and hopes: whatever is waited for is a
condition with a bound.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gate_controller.admission.words.facts import Fact, Intended, NotCharged, Redeemed, Refunded, Refused, Standing
from gate_controller.admission.words.messages import Fault, Message, MessageKind, MoneyFate
from gate_controller.admission.words.money import Cents
from gate_controller.app import App
from gate_controller.desk.control_socket import ask
from gate_controller.journal.reader import Reader
from gate_controller.journal.records import Record
from gate_controller.settings import LoadedSettings, load_settings
from gate_controller.settings.provisioning.provisioned_state import Provisioned
from gate_controller.shell.set_up import SetUp
from gate_controller.simulator import Endpoint, FaultKind, Misbehaviour, Simulator
from gate_controller.texts import Text
from tests.rig.pins import Edge, Pins
from tests.rig.scanner import PtyScanner
from tests.rig.simulator import KEY
from tests.rig.waiting import PATIENCE_SECONDS, until

PRICE = 2_500
GOOD, LOW, EXPIRED = "L4FU5LQTKJR3", "LWB4HK7T2MNQ", "EXP6NT2VKD8Q"
"""Samples of the simulator: 500.00 left, 5.00 left, and expired with 100.00 left."""

USER = "0a7a3c1e-0000-4000-8000-000000000001"
"""The simulator's user that `KEY` belongs to."""

RELAY, GREEN, RED, YELLOW = 17, 22, 27, 24

PULSE_SECONDS = 0.05

PROMPT: Mapping[str, object] = {
    "id": "gate-under-test",
    "eguma.api_key": KEY,
    "eguma.user_id": USER,
    "eguma.warm_seconds": 0,
    "admission.price_cents": PRICE,
    "admission.verdict_seconds": 1,
    "admission.settle_seconds": 1,
    "admission.hold_seconds": 0,
    "admission.repeat_seconds": 0,
    "scanner.gap_seconds": 0.02,
    "relay.pulse_seconds": PULSE_SECONDS,
    "display.languages": "en",
    "display.verdict_seconds": 0.2,
    "web.port": 0,
}
"""Settings of a gate that does everything soon, so that no test waits long."""


def fault(kind: FaultKind, endpoint: Endpoint = Endpoint.REDEEM, **fields: object) -> Misbehaviour:
    """Return a fault of the simulator, on Redeem unless told otherwise."""
    return Misbehaviour(kind, endpoint, **fields)  # type: ignore[arg-type]  # the simulator checks its fields


@dataclass(frozen=True, slots=True)
class SeenMessage:
    """One message the visitor was shown, and when (monotonic)."""

    message: Message
    text: Text
    at: float

    @property
    def kind(self) -> MessageKind:
        """Which message it was."""
        return self.message.kind

    @property
    def words(self) -> str:
        """Title, detail and money sentence on one line each; no-break spaces as plain ones."""
        return f"{self.text.title}\n{self.text.detail}\n{self.text.money}".replace("\N{NO-BREAK SPACE}", " ")


class GateInProcess:
    """A gate in this event loop, with its scanner, its pins and everything it has shown. Made by `running_gate`."""

    def __init__(
        self,
        simulator: Simulator,
        scanner: PtyScanner,
        pins: Pins,
        settings: Mapping[str, object],
        *,
        machine: str = "this machine",
        file: Path | None = None,
        lacks: Sequence[str] = (),
    ) -> None:
        overrides = [f"{name}={value}" for name, value in settings.items()]

        # Nothing of a gate that this machine may have is read.
        def load() -> LoadedSettings:
            return load_settings(config=file or Path(os.devnull), overrides=overrides, environ={})

        loaded = load()
        self.settings = loaded.settings

        def tried(taken: Provisioned) -> LoadedSettings:
            given = [one for one in overrides if one.partition("=")[0] not in lacks]
            stand_ins = [one for one in overrides if one.partition("=")[0] in {*lacks} - taken.settings.keys()]
            return load_settings(config=Path(os.devnull), overrides=[*given, *stand_ins], environ={}, taken=taken)

        self.simulator = simulator
        self.scanner = scanner
        self.pins = pins
        self.shown: list[SeenMessage] = []
        self.ready_lines: list[str] = []
        self.app = App(
            self.settings,
            on_text=self._told,
            on_ready=self.ready_lines.append,
            machine=machine,
            origins=loaded.origins,
            load=load,
            set_up=SetUp(tried, frozenset(lacks)),
            page_calm_seconds=0,
        )
        self.run: asyncio.Task[int] = asyncio.create_task(self.app.run())
        self._read = 0
        self._paused_at = 0.0
        self._to_count_from = 0

    # -- the visitor

    def scan(self, code: str | bytes) -> None:
        """Hold a code under the scanner; what was shown before it counts no more for `verdict` and `shows`."""
        self.type((code.encode() if isinstance(code, str) else code) + b"\r", is_counted_from=True)

    def type(self, data: bytes, *, is_counted_from: bool = False) -> None:
        """
        Let the scanner send bytes as soon as it has paused: without that they would be no scan. What was shown before
        them counts no more if they are counted from.
        """
        loop = asyncio.get_running_loop()
        at = max(loop.time(), self._paused_at)
        # Much more than the gap: a busy kernel hands bytes to the other end of a pty when it gets to it.
        self._paused_at = at + 0.1 + 4 * self.settings.scanner.gap_seconds
        self._to_count_from += is_counted_from

        def send() -> None:
            if is_counted_from:
                self._to_count_from -= 1
                self._read = len(self.shown)
            self.scanner.type(data)

        if at > loop.time():
            loop.call_at(at, send)
        else:
            send()

    async def scanner_pauses(self) -> None:
        """Wait until what is typed next is typed at once."""
        await asyncio.sleep(max(0.0, self._paused_at - asyncio.get_running_loop().time()))

    async def verdict(self) -> SeenMessage:
        """Return the next message that says what became of the money."""
        return await self._next(lambda shown: shown.message.fate is not MoneyFate.NOTHING_YET)

    async def shows(self, kind: MessageKind) -> SeenMessage:
        """Return the next message of a kind."""
        return await self._next(lambda shown: shown.kind is kind)

    async def out_of_service(self, fault: Fault) -> SeenMessage:
        """Return the next message that the gate is out of service for this."""
        return await self._next(lambda shown: shown.kind is MessageKind.OUT_OF_SERVICE and shown.message.fault is fault)

    async def admit(self, code: str = GOOD) -> SeenMessage:
        """Scan a code that must be admitted, and wait until the next person can be served."""
        self.scan(code)
        verdict = await self.shows(MessageKind.ADMITTED)
        await self.lane_is_free()
        return verdict

    async def lane_is_free(self) -> None:
        """Wait until another person can be served and the relay is at rest, with nothing to follow."""
        await until(lambda: self.app.gate.lane is None and not self._relay_is_on)

    @property
    def _relay_is_on(self) -> bool:
        # Low is no rest while a pulse is to follow another, in the gap that a turnstile needs between the two.
        return self.pins.is_high(RELAY) or self.app._mending.drive.is_on

    async def takes_scans(self) -> None:
        """Wait until nothing keeps the gate out of service."""
        await until(lambda: not self.app.gate.faults)

    async def has_looked(self) -> None:
        """Wait until its first look at E-GUMA has come there: httpx leaks a connection that a stop cuts off before."""
        await until(lambda: bool(self.simulator.requests))

    @property
    def kinds(self) -> list[MessageKind]:
        """Every message since the last scan, in order."""
        return [shown.kind for shown in self.shown[self._read :]]

    # -- the staff

    @property
    def pulses(self) -> list[float]:
        """How long the relay was on each time, in seconds, by the pin's own clock."""
        return self.pins.pulses(RELAY)

    @property
    def relay_edges(self) -> list[Edge]:
        """Every change of the relay."""
        return self.pins.edges(RELAY)

    def requests(self, call: str = "") -> int:
        """Return how many requests of a kind, such as "redeem", reached the simulator; probes do not count."""
        paths = [record.path for record in self.simulator.requests]
        return sum(call in path and "/000000000000/" not in path for path in paths)

    @property
    def charged(self) -> int:
        """What E-GUMA's books say was charged in all, less what was given back."""
        return charged(self.simulator)

    @property
    def records(self) -> list[Record]:
        """The journal's attempts as staff read them, newest first."""
        return Reader(self.settings.state_dir).page()

    def facts(self) -> list[tuple[Fact, ...]]:
        """Return every attempt's facts, oldest attempt first."""
        return facts_in(self.settings.state_dir)

    def story(self) -> list[list[str]]:
        """Return the names of every attempt's facts, oldest attempt first."""
        return [[type(fact).__name__ for fact in facts] for facts in self.facts()]

    async def tells(self, *stories: Sequence[str]) -> None:
        """Wait until the journal tells these stories, and no others."""
        wanted = [list(story) for story in stories]
        try:
            await until(lambda: self.story() == wanted)
        except TimeoutError:
            raise AssertionError(f"the journal tells {self.story()}, not {wanted}") from None

    @property
    def stands(self) -> list[str]:
        """How each attempt of the journal stands, in the words that staff read, oldest first."""
        return [told.stands for told in reversed(self.records)]

    async def stand(self, *wanted: str) -> None:
        """Wait until the journal's attempts stand like this, oldest first."""
        try:
            await until(lambda: self.stands == list(wanted))
        except TimeoutError:
            raise AssertionError(f"the journal has {self.stands}, not {list(wanted)}") from None

    async def asked(self, do: str, **fields: Any) -> Any:
        """Ask the gate through its control socket, as command lines do."""
        return await asyncio.to_thread(ask, self.settings.state_dir, do, **fields)

    async def misses(self, words: str) -> None:
        """Wait until its status says what it does without; "" for nothing."""
        missing = None
        async with asyncio.timeout(PATIENCE_SECONDS):
            while missing is None or (words not in missing if words else missing):
                missing = "; ".join(ailment["why"] for ailment in (await self.asked("status"))["missing"])

    def books_agree(self) -> bool:
        """Whether E-GUMA's books hold the charges that the journal knows, and at most those in doubt besides."""
        charged = in_doubt = 0
        for facts in self.facts():
            kinds = {type(fact) for fact in facts}
            price = next((fact.price for fact in facts if isinstance(fact, Intended)), Cents(0))
            if Redeemed in kinds:
                charged += price if Refunded not in kinds else 0
            elif not kinds & {NotCharged, Refused}:
                in_doubt += price
        return charged <= self.charged <= charged + in_doubt

    async def stop(self) -> int:
        """Tell the gate to end; return its exit code."""
        self.app.stop()
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.run

    def _told(self, message: Message, text: Text) -> None:
        self.shown.append(SeenMessage(message, text, time.monotonic()))

    async def _next(self, wanted: Callable[[SeenMessage], bool]) -> SeenMessage:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    await until(lambda: not self._to_count_from and self._read < len(self.shown))
                    self._read += 1
                    if wanted(self.shown[self._read - 1]):
                        return self.shown[self._read - 1]
        except TimeoutError:
            raise AssertionError(f"not shown; shown were {[shown.kind.name for shown in self.shown]}") from None


@asynccontextmanager
async def running_gate(
    state_dir: Path,
    pins: Pins,
    simulator: Simulator,
    *,
    ready: bool = True,
    machine: str = "this machine",
    file: Path | None = None,
    lacks: Sequence[str] = (),
    **settings: object,
) -> AsyncIterator[GateInProcess]:
    """
    Run a gate with `PROMPT` and other settings (`admission__hold_seconds=1`), on a machine; it has ended when this has.

    Waits until it takes scans, unless told that it is not `ready`. A `file` of settings goes over `PROMPT`.
    What it `lacks` it was not given: it waits to be set up.
    """
    with PtyScanner() as scanner:
        changed = {name.replace("__", "."): value for name, value in settings.items()}
        written = "" if file is None else file.read_text()
        prompt = {name: value for name, value in PROMPT.items() if name.rpartition(".")[2] not in written}
        in_force = {**prompt, "eguma.base_url": simulator.base_url, "scanner.port": scanner.port, **changed}
        given = {**in_force, "state_dir": state_dir}
        gate = GateInProcess(simulator, scanner, pins, given, machine=machine, file=file, lacks=lacks)
        try:
            if ready:
                await until(lambda: bool(gate.ready_lines) or gate.run.done())
                # Its first look at E-GUMA, so that no later request waits for it.
                await until(lambda: bool(simulator.requests) or bool(lacks) or gate.run.done())
            yield gate
        finally:
            gate.app.stop()
            gate.app.stop()  # said twice: at once
            async with asyncio.timeout(PATIENCE_SECONDS):
                await gate.run


def charged(simulator: Simulator) -> int:
    """Return what E-GUMA's books say was charged in all, less what was given back."""
    return sum(redemption.left for redemption in simulator.ledger.redemptions())


def facts_in(state_dir: Path) -> list[tuple[Fact, ...]]:
    """Return the facts of every attempt in a journal, oldest attempt first; beside a running gate too."""
    reader = Reader(state_dir)
    return [reader.facts(told.incident) for told in reversed(reader.page())]


def open_items(state_dir: Path) -> list[Record]:
    """Return what the journal leaves to a person."""
    return Reader(state_dir).standing(Standing.OPEN)

"""
A whole gate for tests: the real `App` in this loop, or the real `gate-controller run` in a process of its own.

Around it are the project's simulator over a real socket, a pty as the scanner, gpiozero's mock pins and a journal in a
temporary folder.
"""

import asyncio
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from gate_controller.admission.facts import Fact, Standing
from gate_controller.admission.messages import Message, MessageKind, MoneyFate
from gate_controller.app import App
from gate_controller.eguma.simulator import Simulator
from gate_controller.journal.reader import Reader
from gate_controller.journal.records import Record
from gate_controller.settings import Settings, load_settings
from gate_controller.texts import Text
from tests.rig.pins import Pins, mock_pins
from tests.rig.scanner import PtyScanner
from tests.rig.simulator import KEY
from tests.rig.waiting import until

PROGRAM = Path(sys.executable).with_name("gate-controller")
PRICE = 2500

# Times that a visitor would notice are short here, so that tests are.
QUICK = {
    "admission.price_cents": str(PRICE),
    "admission.verdict_seconds": "1.5",
    "admission.hold_seconds": "0.1",
    "admission.repeat_seconds": "0",
    "relay.pulse_seconds": "0.1",
    "display.verdict_seconds": "0.5",
    "display.languages": "en",
    "web.port": "0",
}


@dataclass
class Gate:
    """A gate in this loop, and everything it is connected to."""

    app: App
    settings: Settings
    simulator: Simulator
    scanner: PtyScanner
    pins: Pins
    shown: list[tuple[Message, Text]] = field(default_factory=list)
    exit_code: int | None = None
    """What `run` returned, once the block is left."""

    @property
    def kinds(self) -> list[MessageKind]:
        """What was shown, in order."""
        return [message.kind for message, _ in self.shown]

    @property
    def verdicts(self) -> list[tuple[Message, Text]]:
        """What was shown with a word about the money, in order."""
        return [one for one in self.shown if one[0].fate is not MoneyFate.NOTHING_YET]

    async def scan(self, code: str | bytes, end: bytes = b"\r") -> None:
        """Hold a code under the scanner."""
        self.scanner.type((code.encode() if isinstance(code, str) else code) + end)

    async def verdict(self, code: str | bytes, end: bytes = b"\r", seconds: float = 7.0) -> tuple[Message, Text]:
        """Scan a code and wait for the verdict."""
        before = len(self.verdicts)
        await self.scan(code, end)
        await until(lambda: len(self.verdicts) > before, seconds=seconds)
        return self.verdicts[before]

    async def shows(self, kind: MessageKind, seconds: float = 7.0) -> None:
        """Wait until the newest message is of a kind."""
        await until(lambda: bool(self.shown) and self.shown[-1][0].kind is kind, seconds=seconds)

    async def lane_is_free(self) -> None:
        """Wait until another visitor can be served, everything is on disk, and the relay is at rest."""
        gate, relay = self.app.gate, self.settings.relay.pin
        await until(lambda: gate.lane is None and not gate._writes.pending and not self.pins.is_high(relay))

    @property
    def releases(self) -> list[float]:
        """The length of each pulse of the relay, in seconds."""
        return self.pins.pulses(self.settings.relay.pin)

    @property
    def records(self) -> list[Record]:
        """The journal's attempts, newest first."""
        return Reader(self.settings.state_dir).page()

    def facts(self, incident: str) -> tuple[Fact, ...]:
        """Return the facts of an attempt."""
        return Reader(self.settings.state_dir).facts(incident)

    @property
    def open_items(self) -> list[Record]:
        """The staff's list."""
        return Reader(self.settings.state_dir).standing(Standing.OPEN)

    @property
    def charged(self) -> int:
        """What E-GUMA's books say was charged in all, less what was given back, in cents."""
        return sum(redemption.left for redemption in self.simulator.ledger.redemptions())

    @property
    def requests(self) -> list[str]:
        """The paths of the requests E-GUMA got, the gate's own probes left out."""
        paths = [request.path for request in self.simulator.requests]
        return [path for path in paths if "000000000000" not in path]


def named(base_url: str, port: str, directory: Path, overrides: dict[str, str]) -> dict[str, str]:
    """Return the settings of a test's gate by their names; in the overrides' names `__` stands for a dot."""
    return {
        "id": "gate-1",
        "state_dir": str(directory),
        "eguma.base_url": base_url,
        "eguma.api_key": KEY,
        "scanner.port": port,
        **QUICK,
        **{name.replace("__", "."): value for name, value in overrides.items()},
    }


@asynccontextmanager
async def running_gate(
    directory: Path, *, simulator: Simulator | None = None, wait: bool = True, **overrides: str
) -> AsyncIterator[Gate]:
    """Run a gate in this loop until the end of the block; `wait` until it takes scans."""
    with mock_pins() as pins:
        scanner = PtyScanner()
        own = Simulator() if simulator is None else None
        simulator = own or simulator
        assert simulator is not None
        if own is not None:
            await own.start()
        words = [
            f"{name}={value}" for name, value in named(simulator.base_url, scanner.port, directory, overrides).items()
        ]
        settings = load_settings(config=None, overrides=words, environ={}).settings
        shown: list[tuple[Message, Text]] = []
        ready = asyncio.Event()
        app = App(settings, on_text=lambda *told: shown.append(told), on_ready=lambda _: ready.set())
        gate = Gate(app, settings, simulator, scanner, pins, shown)
        run = asyncio.create_task(app.run())
        try:
            if wait:
                async with asyncio.timeout(10):
                    await ready.wait()
            yield gate
        finally:
            app.stop()
            gate.exit_code = await run
            scanner.close()
            if own is not None:
                await own.stop()


class GateProcess:
    """`gate-controller run` in a process of its own."""

    def __init__(
        self, base_url: str, port: str, directory: Path, *, program: str = "gate-controller", **overrides: str
    ) -> None:
        """Start it; `wait_for` its log. The program `mortal` dies where the environment says (tests/campaign)."""
        settings = named(base_url, port, directory, overrides)
        environment = {f"GATE_{name.replace('.', '__').upper()}": value for name, value in settings.items()}
        self._output: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process
        self.process = subprocess.Popen(  # noqa: S603 - the command is ours
            [PROGRAM, "run"] if program != "mortal" else [sys.executable, "-m", "tests.campaign.mortal", "run"],
            env={**os.environ, **environment, "GPIOZERO_PIN_FACTORY": "mock"},
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )

    @property
    def output(self) -> str:
        """Everything it has written so far."""
        # Not by the shared offset: the process would go on writing from wherever this reader stopped.
        handle = self._output.fileno()
        return os.pread(handle, os.fstat(handle).st_size, 0).decode(errors="replace")

    async def wait_for(self, pattern: str, times: int = 1, seconds: float = 10.0) -> None:
        """Wait until its output holds a pattern so many times."""
        try:
            await until(lambda: len(re.findall(pattern, self.output)) >= times, seconds=seconds)
        except TimeoutError:
            raise AssertionError(f"{pattern!r} is not in the gate's output:\n{self.output}") from None

    def kill(self) -> None:
        """Let it die like in a power cut."""
        self.process.kill()
        self.process.wait()

    async def stop(self, number: int = signal.SIGTERM) -> int:
        """Tell it to end; return its exit code."""
        self.process.send_signal(number)
        return await asyncio.to_thread(self.process.wait, 15)

    def close(self) -> None:
        """Make sure nothing is left of it."""
        if self.process.poll() is None:
            self.kill()
        self._output.close()

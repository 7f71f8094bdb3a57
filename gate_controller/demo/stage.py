"""
The stage: the simulator instead of E-GUMA, a pty instead of a scanner, gpiozero's mock pins, a throw-away journal.

Everything between them is the real gate: `App`, with the settings a gate would have.
"""

import asyncio
import os
import tempfile
import tty
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from gate_controller.admission.messages import Fault as GateFault
from gate_controller.admission.messages import Message, MessageKind, MoneyFate
from gate_controller.admission.money import Cents
from gate_controller.app import App
from gate_controller.devices.gpio import is_high
from gate_controller.eguma.simulator import SAMPLES, Simulator
from gate_controller.eguma.simulator.faults import Endpoint, Fault, FaultKind
from gate_controller.settings import Settings, load_settings
from gate_controller.texts import Language, Text, Texts

PRICE = Cents(2500)
KEY = "demo-key-gate-1"

# How long the demo waits for what must come at once on one machine; a verdict takes 5 s at most.
PATIENCE_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Happening:
    """One message the gate showed."""

    message: Message
    text: Text


class Stage:
    """A gate one can play with, in the event loop."""

    def __init__(self, settings: Settings, simulator: Simulator, scanner: int) -> None:
        """`scanner` is the pty's end where a scanner would be."""
        self.settings = settings
        self.simulator = simulator
        self.now = Happening(Message(MessageKind.OUT_OF_SERVICE, fault=GateFault.STARTING), Text("", "", ""))
        self.on_change: Callable[[], None] = lambda: None
        self._scanner = scanner
        self._texts = Texts([Language.DE], settings.admission.currency)
        self._changed = asyncio.Event()
        self._verdict: Happening | None = None
        self.ready = asyncio.Event()
        self.app = App(settings, on_text=self._told, on_ready=lambda _: self.ready.set())

    def scan(self, code: str) -> None:
        """Hold a code under the scanner."""
        self._verdict = None
        os.write(self._scanner, code.encode() + b"\r")

    async def verdict(self) -> Happening:
        """Wait for the verdict on the newest scan."""
        await self._until(lambda: self._verdict is not None)
        assert self._verdict is not None  # noqa: S101 - what was just waited for
        return self._verdict

    async def lane_is_free(self) -> None:
        """Wait until another person can be served, and the relay is at rest."""
        while self.app.gate.lane is not None or self.is_open:  # noqa: ASYNC110 - the arm's state is in a pin
            await asyncio.sleep(0.02)

    def text(self, language: Language) -> Text:
        """Return what the display shows, in a language."""
        return self._texts.render(self.now.message, language)

    @property
    def is_open(self) -> bool:
        """Whether the relay holds the gate open just now, by its pin."""
        return is_high(self.settings.relay.pin)

    @property
    def lamps(self) -> dict[str, bool]:
        """Which lamps are lit just now, by their pins."""
        lamps = self.settings.lamps
        pins = {"yellow": lamps.yellow_pin, "green": lamps.green_pin, "red": lamps.red_pin}
        return {name: pin is not None and is_high(pin) for name, pin in pins.items()}

    def balance(self, code: str) -> Cents | None:
        """Return what E-GUMA's books have for a code; None if they do not know it."""
        voucher = self.simulator.ledger.voucher(code.upper().replace("-", ""))
        return None if voucher is None else voucher.balance_in_cents

    @property
    def charged(self) -> Cents:
        """What E-GUMA's books say was charged in all, less what was given back."""
        return Cents(sum(redemption.left for redemption in self.simulator.ledger.redemptions()))

    @property
    def network_is_down(self) -> bool:
        """Whether requests are swallowed."""
        return any(line.fault.kind is FaultKind.RESET for line in self.simulator.faults)

    @property
    def answers_get_lost(self) -> bool:
        """Whether redemptions take effect and their answers are lost."""
        return any(line.fault.kind is FaultKind.STATUS for line in self.simulator.faults)

    def set_trouble(self, *, network: bool, lost_answers: bool) -> None:
        """Make trouble on the way to E-GUMA, or end it."""
        faults = self.simulator.faults
        faults.clear()
        if network:
            faults.add(Fault(FaultKind.RESET, times=None))
        if lost_answers:
            faults.add(Fault(FaultKind.STATUS, Endpoint.REDEEM, times=None, effect=True, status=502))

    def _told(self, message: Message, text: Text) -> None:
        self.now = Happening(message, text)
        if message.fate is not MoneyFate.NOTHING_YET:
            self._verdict = self.now
        self._changed.set()
        self.on_change()

    async def _until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not condition():
                self._changed.clear()
                await self._changed.wait()


@asynccontextmanager
async def staged() -> AsyncIterator[Stage]:
    """Set the stage, wait until the gate takes scans, and clear it all away afterwards."""
    scanner, port = os.openpty()
    tty.setraw(scanner)
    tty.setraw(port)
    try:
        with tempfile.TemporaryDirectory(prefix="gate-demo-") as directory:
            async with Simulator(vouchers=SAMPLES) as simulator:
                stage = Stage(_settings(simulator.base_url, os.ttyname(port), Path(directory)), simulator, scanner)
                run = asyncio.create_task(stage.app.run())
                try:
                    async with asyncio.timeout(PATIENCE_SECONDS):
                        await stage.ready.wait()
                    yield stage
                finally:
                    stage.app.stop()
                    await run
    finally:
        os.close(scanner)
        os.close(port)


def _settings(base_url: str, port: str, directory: Path) -> Settings:
    given = {
        "id": "demo",
        "state_dir": str(directory),
        "eguma.base_url": base_url,
        "eguma.api_key": KEY,
        "admission.price_cents": str(PRICE),
        "scanner.port": port,
        "web.port": "0",
    }
    # Nothing of this machine's own gate, should it have one, is asked or touched.
    nothing = directory / "gate.toml"
    nothing.touch()
    overrides = [f"{name}={value}" for name, value in given.items()]
    return load_settings(config=nothing, overrides=overrides, environ={}).settings

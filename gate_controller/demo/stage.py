"""
The stage: the simulator instead of E-GUMA, a pty instead of a scanner, gpiozero's mock pins, a throw-away journal.

Everything between them is the real gate: `App`, with the settings a gate would have.
"""

import asyncio
import logging
import os
import tempfile
import time
import tty
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gate_controller.admission.words.events import Contact
from gate_controller.admission.words.messages import Fault as GateFault
from gate_controller.admission.words.messages import Message, MessageKind, MoneyFate, Signal, Sound
from gate_controller.admission.words.money import Cents
from gate_controller.app import App
from gate_controller.demo.trouble import Trouble
from gate_controller.demo.wiring import Wiring
from gate_controller.devices.gpio import is_high, pulses
from gate_controller.settings import Settings, load_settings
from gate_controller.shell.front import RESTING
from gate_controller.simulator import KEYS, SAMPLES, Sample, Simulator, Voucher
from gate_controller.texts import Language, Text, Texts, format_amount
from gate_controller.web.keeping import PAGE
from gate_controller.web.playground import Holding, Scene

if TYPE_CHECKING:
    from gate_controller.demo.memory_display import MemoryDisplay

_log = logging.getLogger(__name__)

PRICE = Cents(2500)
KEY = "demo-key-gate-1"

# How long the demo waits for what must come at once on one machine; a verdict takes 5 s at most.
PATIENCE_SECONDS = 15.0

# The most that a QR code holds (ISO/IEC 18004, alphanumeric), and about what the pty takes without blocking.
LONGEST_SCAN = 4296

# Pins, the lane and a display of its own thread tell nobody: they are looked at this often, for the page less so.
_LOOK_SECONDS = 0.01
_LOOK_FOR_PAGE_SECONDS = 0.1


class NotReady(Exception):
    """The gate on the stage takes no scans; the text says why."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the visitor saw and heard about a scan."""

    message: Message
    lamps: dict[str, bool]


class Stage:
    """A gate one can play with, in the event loop."""

    def __init__(
        self, settings: Settings, simulator: Simulator, scanner: int, *, wiring: Wiring, display: "MemoryDisplay | None"
    ) -> None:
        """`scanner` is the pty's end where a scanner would be."""
        self.settings = settings
        self.simulator = simulator
        self.message = Message(MessageKind.OUT_OF_SERVICE, fault=GateFault.STARTING)
        """What the display shows."""
        self.scanned = ""
        """The newest scan."""
        self.sound: Sound | None = None
        """What the buzzer was told to play last."""
        self.sounds_from = 0
        """The number of beeps before that."""
        self.signal = Signal.OUT_OF_SERVICE
        """What the lamps show."""
        self.trouble = Trouble.NONE
        self.wiring = wiring
        self.display = display
        self._scanner = scanner
        self.texts = Texts([Language.EN], settings.admission.currency)
        self._verdict: Verdict | None = None
        self._is_ready = False
        self.app = App(
            settings,
            on_text=self._message_shown,
            on_ready=self._ready,
            player=display,
            playground=self,
            page_calm_seconds=0,  # whoever plays wants to see it, and no visitor comes first
        )
        loop = asyncio.get_running_loop()
        self.run = loop.create_task(self.app.run())
        # The gate makes its contacts in its first step, which is the loop's next one, and looks at them in the one
        # after this: a mock pin that has become an input follows its pull resistor until something else drives it.
        loop.call_soon(wiring.all_is_well)
        self.looking = loop.create_task(self._look())

    async def ready(self) -> None:
        """Wait until the gate takes scans. Raises `NotReady` where it does not, as all that waits here does."""
        await self._until(lambda: self._is_ready)

    def scan(self, code: str) -> None:
        """Hold a code under the scanner."""
        self._verdict, self.scanned = None, code
        # Bytes that are no text come from the command line as surrogates; fsencode gives them back.
        os.write(self._scanner, os.fsencode(code)[:LONGEST_SCAN] + b"\r")

    async def verdict(self) -> Verdict:
        """Wait for the verdict on the newest scan."""
        await self._until(lambda: self._verdict is not None)
        assert self._verdict is not None  # noqa: S101 - what was just waited for
        return self._verdict

    async def arm_is_at_rest(self) -> None:
        """Wait until the relay is off."""
        await self._until(lambda: not self.is_open)
        # The pin notes its change right after it, in the relay's thread.
        await asyncio.sleep(_LOOK_SECONDS)

    async def display_is_up_to_date(self) -> None:
        """Wait until the display shows the newest message, where there is one that works."""
        await self._until(lambda: self.display is None or self.display.is_up_to_date)

    async def lane_is_free(self) -> None:
        """Wait until another person can be served."""
        await self._until(lambda: self.app.gate.lane is None)

    async def is_at_rest(self) -> None:
        """Wait until the gate tells nobody anything."""
        await self._until(lambda: self.message.kind in RESTING)

    def move(self, contact: Contact) -> None:
        """Press the exit button and let it go, or move another contact to its other state, and leave it so."""
        self.wiring.move(contact)

    def let_fail(self, fault: str) -> None:
        """Let the trouble of this title go wrong. Raises KeyError."""
        self.set_trouble({trouble.title: trouble for trouble in Trouble}[fault])

    def set_trouble(self, trouble: Trouble) -> None:
        """Let this go wrong from the next request on, and nothing else."""
        self.trouble = trouble
        self.simulator.faults.clear()
        for fault in trouble.faults:
            self.simulator.faults.add(fault)

    def amount(self, cents: int, language: Language) -> str:
        """Return an amount in this house's currency."""
        return format_amount(Cents(cents), self.settings.admission.currency, language)

    @property
    def is_open(self) -> bool:
        """Whether the relay holds the gate open just now, by its pin."""
        return is_high(self.settings.relay.pin)

    @property
    def arm_is_open(self) -> bool:
        """Whether one can go through: the pulse unlocks the arm, and it stays so until the lane is free again."""
        return self.is_open or self.app.gate.is_open

    @property
    def pulses(self) -> list[float]:
        """How long the gate was open each time, in seconds, by the relay's pin; nothing where the pins are no mocks."""
        return pulses(self.settings.relay.pin)

    @property
    def lamps(self) -> dict[str, bool]:
        """Which lamps are lit just now, by their pins."""
        lamps = self.settings.lamps
        pins = {"yellow": lamps.yellow_pin, "green": lamps.green_pin, "red": lamps.red_pin}
        return {name: pin is not None and is_high(pin) for name, pin in pins.items()}

    def voucher(self, code: str) -> Voucher | None:
        """Return what E-GUMA's books have for a code or a ShortCode; None if they do not know it."""
        return self.simulator.ledger.resolve(code, now=time.time())

    @property
    def holdings(self) -> list[Holding]:
        """Every sample, and what is on it now."""
        house = self.settings.admission.currency
        return [
            Holding(
                each.code, each.name, Cents(held.balance_in_cents) if held else None, (held and held.currency) or house
            )
            for each, held in ((sample, self.voucher(sample.code)) for sample in SAMPLES)
        ]

    def scene(self) -> Scene:
        """Return how everything stands, for the page."""
        faults = {trouble.title: trouble is self.trouble for trouble in Trouble}
        return Scene(self.signal, self.arm_is_open, self.wiring.contacts, faults, self.holdings, self.charged)

    @property
    def page(self) -> str:
        """The address of the staff's page; empty where it is not served."""
        lacks = any(ailment.what == PAGE for ailment in self.app.board.status().missing)
        port = self.settings.web.port
        return "" if lacks or not port else f"http://{self.settings.web.host}:{port}/"

    @property
    def charged(self) -> Cents:
        """What E-GUMA's books say was charged in all, less what was given back."""
        return Cents(sum(redemption.left for redemption in self.simulator.ledger.redemptions()))

    def _ready(self, line: str) -> None:
        _log.info("%s", line)  # `run` prints it; here the log is what is seen
        self._is_ready = True

    def _message_shown(self, message: Message, _: Text) -> None:
        self.message = message
        self.signal = message.signal or self.signal
        if message.sound is not None and self.wiring.settings:
            self.sound = message.sound
            # The first beep is there by now, in place of any that had not ended.
            self.sounds_from = self.wiring.beeps - self.wiring.is_sounding
        if message.fate is not MoneyFate.NOTHING_YET:
            self._verdict = Verdict(message, self.lamps)

    async def _look(self) -> None:
        """Tell the page of what tells nobody: pins, and a display that turns its pages."""
        before: tuple[object, ...] = ()
        while True:
            display = self.display
            now = (self.arm_is_open, self.wiring.contacts, self.trouble, display and (display.picture, display.rows))
            if now != before:
                self.app.board.changed()
            before = now
            await asyncio.sleep(_LOOK_FOR_PAGE_SECONDS)

    async def _until(self, condition: Callable[[], bool]) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not condition() and not self.run.done():  # noqa: ASYNC110 - see _LOOK_SECONDS
                    await asyncio.sleep(_LOOK_SECONDS)
        except TimeoutError:
            raise NotReady("; ".join(self.app.board.status().needs) or "it says nothing") from None
        if not condition():
            raise NotReady("it has ended")


@asynccontextmanager
async def staged(
    display: "MemoryDisplay | None" = None,
    *,
    web_port: int = 0,
    more: Mapping[str, str] | None = None,
    vouchers: Sequence[Sample] = SAMPLES,
) -> AsyncIterator[Stage]:
    """
    Set the stage, and clear it all away afterwards; until it is `ready`, the gate on it is out of service.

    The staff's page is served at `web_port`, on this machine alone; 0: not at all. `more` settings go over the demo's.
    """
    wiring = Wiring()
    scanner, port = os.openpty()
    tty.setraw(scanner)
    tty.setraw(port)
    try:
        with tempfile.TemporaryDirectory(prefix="gate-demo-") as directory:
            async with Simulator(vouchers=vouchers) as simulator:
                given = {"web.port": str(web_port), **wiring.settings, **(more or {})}
                settings = _settings(simulator.base_url, os.ttyname(port), Path(directory), given)
                stage = Stage(settings, simulator, scanner, wiring=wiring, display=display)
                try:
                    yield stage
                finally:
                    stage.app.stop()
                    await stage.run
                    stage.looking.cancel()
    finally:
        os.close(scanner)
        os.close(port)


def _settings(base_url: str, port: str, directory: Path, more: Mapping[str, str]) -> Settings:
    given = {
        "id": "demo",
        "state_dir": str(directory),
        "eguma.base_url": base_url,
        "eguma.api_key": KEY,
        # A gate learns it within a minute of its first charge; the demo's faults do not wait for that.
        "eguma.user_id": KEYS[KEY].id,
        # What the faults do to the connection, and that they are over, is noticed soon.
        "eguma.warm_seconds": "5",
        "admission.price_cents": str(PRICE),
        "scanner.port": port,
        "scanner.gap_seconds": 0.005,  # keys come faster after one another than codes to a scanner
        "display.languages": ",".join(Language),
        **more,
    }
    # Nothing of this machine's own gate, should it have one, is asked or touched.
    nothing = directory / "gate.toml"
    nothing.touch()
    overrides = [f"{name}={value}" for name, value in given.items()]
    return load_settings(config=nothing, overrides=overrides, environ={}).settings

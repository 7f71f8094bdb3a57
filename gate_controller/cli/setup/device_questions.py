"""What is fitted, asked and tried at once: scanner, gate, lamps, buzzer, display, inputs."""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable
from functools import partial

from gate_controller.admission.words.codes import mask, read_code
from gate_controller.cli.aside import aside
from gate_controller.cli.exits import CommandError, complain
from gate_controller.cli.setup import display_search, scanner_search
from gate_controller.cli.setup.dialogue import Dialogue, Offer
from gate_controller.cli.setup.wanted import WantedGate
from gate_controller.cli.trial import bench, watching
from gate_controller.devices.errors import DeviceError
from gate_controller.devices.usb import is_keyboard
from gate_controller.settings import Settings

_EACH_SECONDS = 2.0

INPUTS = (
    ("passage", 5, "passage sensor: tells that somebody went through"),
    ("exit_button", 6, "exit button"),
    ("fire_contact", 13, "fire contact: closed to ground while all is well"),
    ("tamper", 19, "contact of the housing: closed to ground while shut"),
    ("service_key", 26, "key switch of the staff"),
)
"""Sections with a pin, the pin that hardware/README.md suggests, and what each is."""

_KINDS = (
    Offer("pulse", "pulse: tripod or turnstile, a short pulse lets one person through"),
    Offer("hold", "hold: barrier or swing gate, open until somebody has passed"),
    Offer("motor", "motor: one relay opens, another closes"),
    Offer("maglock", "maglock: a magnet that holds while its relay is on"),
)

_CONSOLE = re.compile(r"/dev/tty\d+")


class DeviceQuestions:
    """Asks about each device, and tries it where that may be."""

    def __init__(self, dialogue: Dialogue, wanted: WantedGate, *, may_try: bool) -> None:
        self._dialogue = dialogue
        self._wanted = wanted
        self._may_try = may_try
        self.scanned = ""
        """The voucher that was scanned while the scanner was looked for."""

    async def all(self) -> None:
        """Ask about all of them."""
        await self._scanner()
        await self._gate()
        await self._lamps()
        await self._buzzer()
        await self._display()
        await self._inputs()

    # -- scanner

    async def _scanner(self) -> None:
        self._dialogue.head("The scanner")
        if not self._may_try:
            await self._setting("scanner.port", "Port of the scanner: auto, or its path")
            return
        bauds = list(dict.fromkeys((int(self._wanted.of("scanner.baud")), *scanner_search.BAUDS)))
        settings, is_second_look = self._wanted.settings(), False
        while True:
            found = await self._scan(settings, bauds[0], widely=is_second_look)
            if found is None:
                is_second_look = True
                if not await self._dialogue.yes("Look for the scanner once more?", default=True):
                    return
            elif found.is_legible:
                break
            else:
                bauds.append(bauds.pop(0))
                self._dialogue.tell(f"  What came is no text: trying {bauds[0]} baud. Scan it again.")
        self._wanted.want("scanner.port", scanner_search.as_setting(found.port))
        if not is_keyboard(found.port):
            self._wanted.want("scanner.baud", bauds[0])
        code = read_code(found.frame)
        if isinstance(code, str):
            self.scanned = str(code)
            self._dialogue.tell(f"  Found: {found.port} scanned the voucher {mask(code)}.")
        else:
            self._dialogue.tell(f"  Found: {found.port} scanned {len(found.frame)} characters, which are no voucher.")
        if not found.has_end:
            self._dialogue.tell("  It sends no end behind a code: let it send CR, then the gate answers sooner.")
        if is_keyboard(found.port):
            self._dialogue.tell("  It is in keyboard mode. Switch it to USB-COM if it can do that, and look again.")
            await self._setting("scanner.layout", "Keyboard layout that it types in: us, uk, de, ch, fr, it")

    async def _scan(self, settings: Settings, baud: int, *, widely: bool) -> scanner_search.FoundScanner | None:
        lines, enough = self._dialogue.lines, asyncio.Event()
        by_keys = not _CONSOLE.fullmatch(_terminal())
        configured = str(self._wanted.of("scanner.port"))
        look = partial(
            scanner_search.candidates,
            configured,
            may_take_keyboards=by_keys,
            widely=widely,
            others=[settings.printer.port] if settings.printer.driver == "serial" else [],
        )
        ports = await aside(look, 10.0)
        for port in ports:
            self._dialogue.tell(f"  listening at {port}")
        if not ports:
            self._dialogue.tell(
                "  No scanner is plugged in. Plug it in, and look again. One at the Pi's own serial pins is not looked "
                "for: go on without, and set scanner.port afterwards."
            )
            return None
        lines.last = ""
        ask = partial(self._dialogue.tell, "Scan any voucher now, or any other code. Enter goes on without.")
        with lines.calling(enough.set):
            found, wrong = await scanner_search.wait_for_scan(settings, ports, baud, enough, ask)
        if found is None:
            for line in wrong:
                complain(line)
            if isinstance(read_code(lines.last.encode(errors="replace")), str):
                self._dialogue.tell(
                    "  The scanner has typed its code here, so it is in keyboard mode: switch it to USB-COM, or set "
                    "scanner.port to its path under /dev/input/by-id."
                )
        return found

    # -- the gate

    async def _gate(self) -> None:
        self._dialogue.head("The gate")
        wanted, dialogue = self._wanted, self._dialogue
        while True:
            kind = await dialogue.choose("What does the relay move?", _KINDS, str(wanted.of("drive.kind")))
            wanted.want("drive.kind", kind)
            await self._setting("relay.pin", "Pin of the relay (BCM number, hardware/README.md)")
            question = "Does the relay pull when its pin is high? (most boards with an optocoupler: no)"
            wanted.want("relay.active_high", await dialogue.yes(question, default=bool(wanted.of("relay.active_high"))))
            if kind == "motor":
                await self._pin("drive.close_pin", 23, "Pin of the relay that closes the gate")
            if not self._may_try:
                return
            dialogue.tell("The gate MOVES now if it is connected: keep people out of it.")
            await dialogue.lines.enter("Press Enter to release it once.")
            if await self._worked(bench.relay, "Did the relay click, or the gate open, and come back?"):
                return

    # -- lamps and buzzer

    async def _lamps(self) -> None:
        self._dialogue.head("Lamps")
        wanted, dialogue = self._wanted, self._dialogue
        names = ("lamps.green_pin", "lamps.red_pin", "lamps.yellow_pin")
        has = any(wanted.of(name) is not None for name in names)
        if not await dialogue.yes("Are lamps fitted?", default=has):
            for name in names:
                wanted.want(name, "none")
            return
        while True:
            for name, usual in zip(names, (22, 27, 24), strict=True):
                colour = name.removeprefix("lamps.").removesuffix("_pin")
                await self._pin(name, usual, f"Pin of the {colour} lamp, or none", may_be_none=True)
            question = "Do they light when their pin is high?"
            wanted.want("lamps.active_high", await dialogue.yes(question, default=bool(wanted.of("lamps.active_high"))))
            question = "Did you see every signal as it is named?"
            if not self._may_try or await self._worked(lambda s: bench.lamps(s, _EACH_SECONDS), question):
                return

    async def _buzzer(self) -> None:
        self._dialogue.head("Buzzer")
        wanted, dialogue = self._wanted, self._dialogue
        if not await dialogue.yes("Is a buzzer fitted?", default=wanted.of("buzzer.pin") is not None):
            wanted.want("buzzer.pin", "none")
            return
        while True:
            await self._pin("buzzer.pin", 12, "Pin of the buzzer")
            choices = [Offer("active", "active: sounds by itself"), Offer("passive", "passive: is given its tone")]
            kind = await dialogue.choose("Which kind?", choices, str(wanted.of("buzzer.kind")))
            wanted.want("buzzer.kind", kind)
            if not self._may_try or await self._worked(bench.buzzer, "Did you hear four different sounds?"):
                return

    # -- display

    async def _display(self) -> None:
        self._dialogue.head("Display")
        wanted, dialogue = self._wanted, self._dialogue
        found: list[display_search.Answering] = []
        if self._may_try:
            found, wrong = await aside(display_search.search, 20.0)
            for answering in found:
                dialogue.tell(f"  something answers at 0x{answering.address:02x} on /dev/i2c-{answering.bus}")
            for line in wrong:
                dialogue.tell(f"  {line}")
        while True:
            choices = display_search.choices(found)
            first = str(wanted.of("display.driver"))
            if first == "none" and found:
                first = display_search.likely(found)
            driver = await dialogue.choose("Which display is fitted?", choices, first)
            wanted.want("display.driver", driver)
            if driver == "none":
                return
            await self._mounting(driver, found)
            question = "Did you see every picture, and could you read it?"
            if not self._may_try or await self._worked(lambda s: bench.display(s, _EACH_SECONDS), question):
                return

    async def _mounting(self, driver: str, found: list[display_search.Answering]) -> None:
        wanted, dialogue = self._wanted, self._dialogue
        interface = display_search.interface_of(driver, found)
        if interface:
            wanted.want("display.interface", interface)
        if interface == "i2c" and (at := display_search.place_of(driver, found)) is not None:
            wanted.want("display.bus", at.bus)
            wanted.want("display.address", f"0x{at.address:02x}")
        if interface == "spi":
            await self._pin("display.dc_pin", 25, "Pin of data or command (D/C)")
            await self._pin("display.reset_pin", 4, "Pin of reset, or none", may_be_none=True)
        sizes = display_search.sizes_of(driver)
        if len(sizes) > 1:
            now = (int(wanted.of("display.width")), int(wanted.of("display.height")))
            options = [Offer(size, f"{size[0]}x{size[1]}") for size in sizes]
            width, height = await dialogue.choose("Which size?", options, now if now in sizes else sizes[0])
            wanted.want("display.width", width)
            wanted.want("display.height", height)

    # -- inputs

    async def _inputs(self) -> None:
        self._dialogue.head("Inputs")
        wanted, dialogue = self._wanted, self._dialogue
        fitted = []
        for section, usual, what in INPUTS:
            name = f"{section}.pin"
            if await dialogue.yes(f"Is it fitted? {what}", default=wanted.of(name) is not None):
                await self._pin(name, usual, "  on which pin")
                fitted.append(what.partition(":")[0])
            else:
                wanted.want(name, "none")
        if not fitted or not self._may_try:
            return
        dialogue.tell(f"Make each of them change, and look at what is said: {', '.join(fitted)}. Enter ends it.")
        enough = asyncio.Event()

        async def watch(settings: Settings) -> None:
            with dialogue.lines.calling(enough.set):
                if not await watching.inputs(settings, ended=enough):
                    raise DeviceError("not all inputs could be had")

        if not await self._worked(watch, "Did each of them tell the truth, before and after?"):
            dialogue.tell(
                "  One that says the opposite: turn its active_low around in the settings file. One that says nothing: "
                "look at its wires and its pin. `gate-controller test inputs` shows them again."
            )

    # -- how each is asked and tried

    async def _worked(self, work: Callable[[Settings], Awaitable[object]], question: str) -> bool:
        """Try a device until it works or is left as it is; False: its settings are to be asked for again."""
        while True:
            fault = ""
            try:
                await work(self._wanted.settings())
            except DeviceError as error:
                fault = str(error)
                complain(fault)
            except CommandError as error:  # settings that do not go together
                for line in error.lines:
                    complain(line)
                return False
            asked = "It failed." if fault else question
            asked += (
                " [r: again, s: other settings, n: go on]" if fault else " [y, r: again, s: other settings, n: go on]"
            )
            match await self._dialogue.lines.choice(asked, "rsn" if fault else "yrsn"):
                case "s":
                    return False
                case "r":
                    continue
                case _:
                    return True

    async def _setting(self, name: str, question: str) -> None:
        value = await self._dialogue.ask(question, self._wanted.text_of(name), self._wanted.reader(name))
        self._wanted.want(name, value)

    async def _pin(self, name: str, usual: int, question: str, *, may_be_none: bool = False) -> None:
        now = self._wanted.of(name)
        default = str(usual) if now is None and not may_be_none else self._wanted.text_of(name) or "none"
        value = await self._dialogue.ask(f"{question} (BCM)", default, self._wanted.reader(name))
        self._wanted.want(name, value)


def _terminal() -> str:
    try:
        return os.ttyname(0)
    except OSError:
        return ""

"""
What a gate is fitted with, made from its settings: drive, contacts, lamps, buzzer, display, scanner.

Each function makes one kind of device. Only the drive and the scanner are needed; whatever else is missing or dead
degrades the gate, and is told to `Degraded`.
"""

import logging
import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from gate_controller.admission.words.events import Contact
from gate_controller.devices import contact as device
from gate_controller.devices.buzzer import Buzzer
from gate_controller.devices.drive import Drive, Kind
from gate_controller.devices.errors import DeviceError
from gate_controller.devices.lamps import Lamps
from gate_controller.devices.passage import PassageSensor
from gate_controller.devices.relay import RelayFault
from gate_controller.devices.scanner import SerialScanner
from gate_controller.devices.usb import is_keyboard
from gate_controller.settings import Settings

if TYPE_CHECKING:
    from gate_controller.devices.display.player import Player
    from gate_controller.devices.keyboard_scanner import KeyboardScanner

# ruff: noqa: PLC0415 - what few gates have is brought in by those that have it

_log = logging.getLogger(__name__)

DISPLAY_FILE = "display.png"

# Where systemd keeps what need not outlast the power (RuntimeDirectory=): in memory, so that no SD card wears out.
RUNTIME_DIRECTORY = "RUNTIME_DIRECTORY"


class Degraded:
    """What works without, and what is missing: one line of the log for each change, and a text for the status."""

    def __init__(self, on_change: Callable[[], None]) -> None:
        self._on_change = on_change
        self._missing: dict[str, str] = {}

    def tell(self, what: str, why: str | None) -> None:
        """Note that a device is missing, or, with None, that it works again."""
        if why == self._missing.get(what):
            return
        if why is None:
            del self._missing[what]
            _log.info("device=mended what=%r", what)
        else:
            self._missing[what] = why
            _log.warning("device=missing what=%r why=%r", what, why)
        self._on_change()

    def why(self, what: str) -> str:
        """Return what is wrong with a device; empty where nothing is."""
        return self._missing.get(what, "")

    @property
    def text(self) -> str:
        """What is missing, in one line; empty where nothing is."""
        return "; ".join(self._missing.values())


class MendableDrive:
    """The drive, which is made anew after a fault; meanwhile there may be none."""

    def __init__(self, make: Callable[[], Drive], on_move: Callable[[], None]) -> None:
        """`on_move` is told of each movement: a relay's noise garbles displays."""
        self._make = make
        self._on_move = on_move
        self._drive: Drive | None = None

    def mend(self) -> None:
        """Make it, or make it anew. Raises `DeviceError`."""
        if self._drive is not None:
            drive, self._drive = self._drive, None
            drive.close()
        self._drive = self._make()
        # Nobody knows where a motor's gate stands after a crash; all others are shut already.
        self._drive.shut()

    def release(self) -> None:
        """Let one person in."""
        self._fitted.release()
        self._on_move()

    def release_exit(self) -> None:
        """Let one person out."""
        if self._fitted.release_exit():
            self._on_move()

    def shut(self) -> None:
        """Close what stays open for one person."""
        self._fitted.shut()
        self._on_move()

    def hold_open(self) -> None:
        """Open for everybody, until `let_go`."""
        self._fitted.hold_open()
        self._on_move()

    def let_go(self) -> None:
        """Back to shut."""
        self._fitted.let_go()
        self._on_move()

    @property
    def is_on(self) -> bool:
        """Whether a release or a closing is under way, or the gate is held open."""
        return self._drive is not None and self._drive.is_on

    def off(self) -> None:
        """Turn all relays off, for a crash. Raises `RelayFault`."""
        if self._drive is not None:
            self._drive.off()

    def close(self) -> None:
        """Turn all relays off and give the pins back. Raises `RelayFault`."""
        if self._drive is not None:
            self._drive.close()

    @property
    def _fitted(self) -> Drive:
        if self._drive is None:
            raise RelayFault("there is no relay")
        return self._drive


def absent(settings: Settings) -> Mapping[str, str]:
    """Return the devices that are not fitted, by what each is called, and which settings say so."""
    lamps = settings.lamps
    has = {
        "exit relay": (settings.drive.exit_pin is not None, "drive.exit_pin is not set"),
        "lamps": (
            any(pin is not None for pin in (lamps.green_pin, lamps.red_pin, lamps.yellow_pin)),
            "lamps.green_pin, lamps.red_pin and lamps.yellow_pin are not set",
        ),
        "buzzer": (settings.buzzer.pin is not None, "buzzer.pin is not set"),
        "display": (settings.display.driver != "none", "display.driver is none"),
        "inputs": (
            settings.passage.pin is not None or any(True for _ in fitted_contacts(settings)),
            (
                "none of passage.pin, exit_button.pin, fire_contact.pin, tamper.pin, service_key.pin, "
                "feedback.open_pin and feedback.blocked_pin is set"
            ),
        ),
    }
    return {what: why for what, (is_fitted, why) in has.items() if not is_fitted}


def make_drive(settings: Settings, on_fault: Callable[[str], None] | None = None) -> Drive:
    """Return the drive. Raises `DeviceError`."""
    relay, drive = settings.relay, settings.drive
    return Drive(
        relay.pin,
        kind=Kind(drive.kind),
        active_high=relay.active_high,
        pulse_seconds=relay.pulse_seconds,
        open_seconds=drive.open_seconds,
        close_pin=drive.close_pin,
        exit_pin=drive.exit_pin,
        on_fault=on_fault,
    )


def make_lamps(settings: Settings) -> Lamps:
    """Return the lamps; those that cannot be had are told by the first signal."""
    lamps = settings.lamps
    return Lamps(
        green=lamps.green_pin,
        red=lamps.red_pin,
        yellow=lamps.yellow_pin,
        mode=lamps.mode,
        active_high=lamps.active_high,
    )


def make_buzzer(settings: Settings) -> Buzzer | None:
    """Return the buzzer, if one is fitted; one that cannot be had is told by its first sound."""
    buzzer = settings.buzzer
    if buzzer.pin is None:
        return None
    return Buzzer(buzzer.pin, kind=buzzer.kind, active_high=buzzer.active_high, quiet=buzzer.quiet)


def image_file(settings: Settings) -> Path:
    """Return where the picture of `display.driver = image` is: in memory, where systemd gives a place for it."""
    in_memory = os.environ.get(RUNTIME_DIRECTORY, "").partition(":")[0]
    return settings.display.image_file or Path(in_memory or settings.state_dir) / DISPLAY_FILE


def make_player(settings: Settings, on_change: Callable[[str | None], None]) -> "Player | None":
    """Return the display, if one is fitted."""
    display = settings.display
    if display.driver == "none":
        return None
    from gate_controller.devices.display.make import make_panel
    from gate_controller.devices.display.player import Player

    return Player(
        lambda: make_panel(
            driver=display.driver,
            interface=display.interface,
            bus=display.bus,
            address=display.address,
            dc_pin=display.dc_pin,
            reset_pin=display.reset_pin,
            width=display.width,
            height=display.height,
            rotate=display.rotate,
            rom=display.rom,
            image_file=image_file(settings),
        ),
        on_change=on_change,
    )


def make_passage(
    settings: Settings, on_passage: Callable[[], None], on_edge: Callable[[bool], None] | None = None
) -> PassageSensor | None:
    """Return the passage sensor, if one is fitted, in the event loop. Raises `DeviceError`."""
    passage = settings.passage
    if passage.pin is None:
        return None
    return PassageSensor(passage.pin, active_low=passage.active_low, on_passage=on_passage, on_edge=on_edge)


def make_scanner(
    settings: Settings,
    *,
    on_frame: Callable[[bytes], None],
    on_change: Callable[[bool, str], None],
    on_bytes: Callable[[bytes], None] | None = None,
) -> "SerialScanner | KeyboardScanner":
    """Return the scanner; its `run` opens it. `on_bytes` gets everything it reads, frames or not."""
    scanner = settings.scanner
    if is_keyboard(scanner.port):
        from gate_controller.devices.keyboard_scanner import KeyboardScanner

        return KeyboardScanner(
            port=scanner.port,
            layout=scanner.layout,
            on_frame=on_frame,
            on_change=on_change,
            gap_seconds=scanner.gap_seconds,
            on_bytes=on_bytes,
        )
    return SerialScanner(
        port=scanner.port,
        baud=scanner.baud,
        gap_seconds=scanner.gap_seconds,
        on_frame=on_frame,
        on_change=on_change,
        on_bytes=on_bytes,
    )


def fitted_contacts(settings: Settings) -> Iterator[tuple[Contact, int, bool, bool]]:
    """Return the contacts that have a pin: which, its pin, whether low is closed, whether open is active."""
    feedback = settings.feedback
    wired = (
        (Contact.FIRE, settings.fire_contact.pin, True, True),
        (Contact.TAMPER, settings.tamper.pin, True, True),
        (Contact.SERVICE_KEY, settings.service_key.pin, settings.service_key.active_low, False),
        (Contact.EXIT_BUTTON, settings.exit_button.pin, settings.exit_button.active_low, False),
        (Contact.IS_OPEN, feedback.open_pin, feedback.active_low, False),
        (Contact.IS_BLOCKED, feedback.blocked_pin, feedback.active_low, False),
    )
    for contact, pin, active_low, normally_closed in wired:
        if pin is not None:
            yield contact, pin, active_low, normally_closed


class FittedContacts:
    """The contacts of a gate, in the event loop. Those that cannot be had are told to `degraded`, and tried again."""

    def __init__(self, settings: Settings, *, on_change: Callable[[Contact, bool], None], degraded: Degraded) -> None:
        self._wired = tuple(fitted_contacts(settings))
        self._on_change = on_change
        self._degraded = degraded
        self._made: dict[Contact, device.Contact] = {}

    def fit(self) -> None:
        """Make those that are not there yet."""
        for contact, pin, active_low, normally_closed in self._wired:
            if contact in self._made:
                continue
            tell = partial(self._degraded.tell, contact.value)
            try:
                self._made[contact] = device.Contact(
                    pin,
                    name=contact.value,
                    active_low=active_low,
                    normally_closed=normally_closed,
                    on_change=partial(self._on_change, contact),
                    on_fault=tell,
                )
            except DeviceError as error:
                tell(str(error))
            else:
                tell(None)

    def close(self) -> None:
        """Give the pins back; nothing is told any more."""
        for contact in self._made.values():
            contact.close()

"""
What a gate is fitted with, made from its settings: drive, contacts, lamps, buzzer, display, scanner.

Each function makes one kind of device. Only the drive and the scanner are needed; whatever else is missing or dead
degrades the gate, and is told to `Degraded`.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gate_controller.admission.words.events import Contact
from gate_controller.devices.buzzer import Buzzer
from gate_controller.devices.drive import Drive, DriveKind
from gate_controller.devices.lamps import Lamps
from gate_controller.devices.passage import PassageSensor
from gate_controller.devices.runtime_directory import runtime_directory
from gate_controller.devices.scanner import SerialScanner
from gate_controller.devices.usb import is_keyboard
from gate_controller.settings import Settings

if TYPE_CHECKING:
    from gate_controller.devices.display.player import Player
    from gate_controller.devices.keyboard_scanner import KeyboardScanner

# ruff: noqa: PLC0415 - what few gates have is brought in by those that have it

DISPLAY_FILE = "display.png"

PASSAGE_SENSOR, PRINTER = "passage sensor", "printer"
"""What they are called in what is missing."""


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
                "balance_button.pin, price_button.pin, feedback.open_pin and feedback.blocked_pin is set"
            ),
        ),
    }
    return {what: why for what, (is_fitted, why) in has.items() if not is_fitted}


def make_drive(settings: Settings, on_fault: Callable[[str], None] | None = None) -> Drive:
    """Return the drive. Raises `DeviceError`."""
    relay, drive = settings.relay, settings.drive
    return Drive(
        relay.pin,
        kind=DriveKind(drive.kind),
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
    return settings.display.image_file or Path(runtime_directory(os.environ) or settings.state_dir) / DISPLAY_FILE


def make_player(settings: Settings, on_change: Callable[[str | None], None]) -> "Player | None":
    """Return the display, if one is fitted."""
    display = settings.display
    if display.driver == "none":
        return None
    from gate_controller.devices.display.last_page import LastPage
    from gate_controller.devices.display.make import make_panel
    from gate_controller.devices.display.mounting import Mounting
    from gate_controller.devices.display.player import Player

    mounting = replace(Mounting.of(display), image_file=image_file(settings))
    last_page = LastPage()
    return Player(lambda: make_panel(mounting, last_page=last_page), on_change=on_change, last_page=last_page)


def make_passage(
    settings: Settings,
    *,
    on_change: Callable[[bool, float], None],
    on_fault: Callable[[str], None],
    on_edge: Callable[[bool], None] | None = None,
) -> PassageSensor | None:
    """Return the passage sensor, if one is fitted, in the event loop. Raises `DeviceError`."""
    passage = settings.passage
    if passage.pin is None:
        return None
    return PassageSensor(
        passage.pin,
        active_low=passage.active_low,
        on_change=on_change,
        on_fault=on_fault,
        on_edge=on_edge,
        least_seconds=passage.least_seconds,
    )


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
        (Contact.BALANCE_BUTTON, settings.balance_button.pin, settings.balance_button.active_low, False),
        (Contact.PRICE_BUTTON, settings.price_button.pin, settings.price_button.active_low, False),
        (Contact.IS_OPEN, feedback.open_pin, feedback.active_low, False),
        (Contact.IS_BLOCKED, feedback.blocked_pin, feedback.active_low, False),
    )
    for contact, pin, active_low, normally_closed in wired:
        if pin is not None:
            yield contact, pin, active_low, normally_closed


def fitted(settings: Settings) -> tuple[str, ...]:
    """Return every device that the gate has, by what each is called in its faults and in what is missing."""
    gone = absent(settings)
    contacts = tuple(contact.value for contact, *_ in fitted_contacts(settings))
    sensor = (PASSAGE_SENSOR,) if settings.passage.pin is not None else ()
    printer = (PRINTER,) if settings.printer.driver != "none" else ()
    return (
        "scanner",
        "relay",
        *(what for what in ("lamps", "buzzer", "display") if what not in gone),
        *printer,
        *sensor,
        *contacts,
    )

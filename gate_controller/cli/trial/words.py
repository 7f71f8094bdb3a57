"""What the terminal says of lamps, sounds and contacts while they are tried."""

from collections.abc import Iterator
from datetime import datetime

from gate_controller.admission.words.events import Contact
from gate_controller.admission.words.messages import Signal, Sound
from gate_controller.devices.patterns import LOOKS, SOUNDS, Lamp, Look, Mode
from gate_controller.settings import Settings

_SIGNALS = {
    Signal.IDLE: "idle",
    Signal.CHECKING: "checking",
    Signal.ADMITTED: "admitted",
    Signal.REFUSED: "refused",
    Signal.OUT_OF_SERVICE: "out of service",
    Signal.HELD_OPEN: "held open",
}

_SOUNDS = {Sound.ADMITTED: "admitted", Sound.REFUSED: "refused", Sound.WAIT: "wait", Sound.ERROR: "error"}

_CONTACTS = {
    Contact.FIRE: ("ACTIVE: open, an alarm or a broken wire", "at rest: closed, no alarm"),
    Contact.TAMPER: ("ACTIVE: open, the housing or a broken wire", "at rest: closed, the housing is shut"),
    Contact.SERVICE_KEY: ("ACTIVE: turned", "at rest: not turned"),
    Contact.IS_OPEN: ("ACTIVE: the gate is open", "at rest: the gate is shut"),
    Contact.IS_BLOCKED: ("ACTIVE: the gate cannot move", "at rest: the gate can move"),
    Contact.EXIT_BUTTON: ("ACTIVE: pressed", "at rest: not pressed"),
    Contact.BALANCE_BUTTON: ("ACTIVE: pressed", "at rest: not pressed"),
    Contact.PRICE_BUTTON: ("ACTIVE: pressed", "at rest: not pressed"),
}

PASSAGE = "passage sensor"


def say(line: str = "") -> None:
    """Print a line at once, also where the output is no terminal."""
    print(line, flush=True)


def at_now(what: str, state: str) -> str:
    """Return a line of something that happened now: local time, for a person who compares it with his hand."""
    return f"{datetime.now().astimezone():%H:%M:%S.%f}"[:-3] + f"  {what:<16}{state}"


def of_contact(contact: Contact, *, active: bool) -> str:
    """Return what a contact tells."""
    when_active, at_rest = _CONTACTS[contact]
    return when_active if active else at_rest


def of_lamps(settings: Settings) -> Iterator[tuple[Signal, str]]:
    """Return each signal with a line that names it, its lamps and its rhythm."""
    lamps = settings.lamps
    mode = Mode(lamps.mode)
    third = Lamp.BLUE if mode is Mode.RGB else Lamp.YELLOW
    pins = {Lamp.GREEN: lamps.green_pin, Lamp.RED: lamps.red_pin, third: lamps.yellow_pin}
    fitted = {lamp for lamp, pin in pins.items() if pin is not None}
    for signal, look in LOOKS[mode].items():
        yield signal, f"{_SIGNALS[signal]:<16}{_looks(look, fitted)}"


def of_sounds() -> Iterator[tuple[Sound, float, str]]:
    """Return each sound, how long it takes in seconds, and a line that names it and its beeps."""
    for sound, beeps in SOUNDS.items():
        lengths = ", ".join(f"{beep.seconds:g} s" for beep in beeps)
        many = f"{len(beeps)} beeps" if len(beeps) > 1 else "1 beep"
        yield sound, sum(beep.seconds + beep.pause for beep in beeps), f"{_SOUNDS[sound]:<16}{many}: {lengths}"


def _looks(look: Look, fitted: set[Lamp]) -> str:
    if not look.lamps:
        return "dark"
    names = " and ".join(sorted(lamp.value for lamp in look.lamps))
    rhythm = ", ".join(f"{flash.lit:g} s lit, {flash.dark:g} s dark" for flash in look.flashes)
    missing = sorted(lamp.value for lamp in look.lamps - fitted)
    lacks = f" (not fitted: {' and '.join(missing)})" if missing else ""
    return f"{names}: {rhythm or 'steady'}{lacks}"

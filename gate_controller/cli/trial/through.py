"""
Trials at a gate that runs: it is asked to show, play or release something, and answers when that is over.

The gate refuses while it serves a visitor, and puts back by itself what it had shown before, whatever becomes of this
command.
"""

import asyncio
from typing import TYPE_CHECKING, Any

from gate_controller.cli.asking import ask_running
from gate_controller.cli.trial import bench, watching, words
from gate_controller.cli.trial.words import say
from gate_controller.settings import Settings
from gate_controller.shell.fittings import fitted_contacts

if TYPE_CHECKING:
    from gate_controller.admission.words.events import Contact

LOOK_SECONDS = 0.2
"""How often the gate is asked for its contacts."""


def relay(settings: Settings, *, by: str) -> None:
    """Let the gate release once, recorded as an order of `by`."""
    _ask(settings, "release", by=by, reason="test")
    say(f"relay: released, and recorded as opened by {by}")


def lamps(settings: Settings, each: float) -> None:
    """Let the gate show every signal."""
    for signal, line in words.of_lamps(settings):
        say(line)
        _ask(settings, "try_lamps", signal=signal.name, seconds=each)


def buzzer(settings: Settings) -> None:
    """Let the gate play every sound."""
    for sound, seconds, line in words.of_sounds():
        say(line)
        _ask(settings, "try_buzzer", sound=sound.name, seconds=seconds + bench.PAUSE_SECONDS)


def display(settings: Settings, each: float) -> None:
    """Let the gate show every picture."""
    for name in _ask(settings, "try_display"):
        say(name)
        _ask(settings, "try_display", picture=name, seconds=bench.seconds_of(name, each))


async def inputs(settings: Settings, *, seconds: float | None) -> None:
    """Show the gate's contacts as they are, then each change, until Ctrl-C or for so long."""
    fitted = [contact for contact, *_ in fitted_contacts(settings)]
    known: dict[Contact, bool] = {}
    if settings.passage.pin is not None:
        say(f"{words.PASSAGE}: not shown through the gate")
    missing = ""

    async def look() -> None:
        nonlocal missing
        status = await asyncio.to_thread(_ask, settings, "status")
        now_missing = "; ".join(ailment["why"] for ailment in status["missing"])
        if now_missing != missing:
            missing = now_missing
            say(f"missing: {missing or 'nothing any more'}")
        for contact in fitted:
            active = contact.value in status["contacts"]
            if known.get(contact) is not active:
                known[contact] = active
                say(words.at_now(contact.value, words.of_contact(contact, active=active)))

    async def go_on_looking() -> None:
        while True:
            await look()
            await asyncio.sleep(LOOK_SECONDS)

    await watching.until_ended(go_on_looking(), seconds)


def _ask(settings: Settings, do: str, **request: Any) -> Any:
    remedy = "option --through-gate: start it, or leave the option out"
    return ask_running(settings.state_dir, do, remedy=remedy, **request)

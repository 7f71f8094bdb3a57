"""`gate-controller demo`: chooses between the screen and the script, and ends both in order."""

import logging
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gate_controller.cli.exits import CommandError, ExitCode
from gate_controller.cli.interrupting import run

if TYPE_CHECKING:
    from gate_controller.demo.display_models import Model


def demo(
    scan: Sequence[str],
    *,
    language: str = "",
    display: str = "",
    draw: str = "",
    image_file: Path | None = None,
    bell: bool = False,
    gates: int = 0,
) -> int:
    """Show a gate at work: on the terminal's screen, or, with codes or without a terminal, as text; or a house."""
    if gates:
        return _house(gates, scan)
    # Before gpiozero is brought in. Whoever names another back end wants to see his own lamps.
    os.environ.setdefault("GPIOZERO_PIN_FACTORY", "mock")
    # ruff: noqa: PLC0415 - the gate brings in all its libraries
    from gate_controller.demo.display_models import MODELS
    from gate_controller.demo.painting import Graphics
    from gate_controller.demo.screen import Wanted, show
    from gate_controller.demo.script import play
    from gate_controller.demo.stage import NotReady
    from gate_controller.demo.terminal import is_capable
    from gate_controller.texts import Language

    chosen = Language(_one_of("--language", language.lower() or "en", Language))
    size = _one_of("--display", display.lower() or "320x240", [*MODELS, "none"])
    drawn = _one_of("--draw", draw.lower() or "auto", ["auto", *(graphics.value for graphics in Graphics)])
    model = MODELS.get(size)
    if image_file is not None:
        _try(model, image_file)
    if not scan and is_capable():
        wanted = Wanted(chosen, model, image_file, None if drawn == "auto" else Graphics(drawn), has_bell=bell)
        return run(show(wanted))
    logging.getLogger().setLevel(logging.CRITICAL)
    try:
        return run(play(scan, chosen, model, image_file))
    except NotReady as error:
        mocked = os.environ["GPIOZERO_PIN_FACTORY"] == "mock"
        remedy = "try it again on a quieter machine" if mocked else "unset GPIOZERO_PIN_FACTORY"
        raise CommandError(ExitCode.NO, f"the gate takes no scans ({error}): demo: {remedy}") from None


def _house(gates: int, scan: Sequence[str]) -> int:
    try:
        from gate_controller.demo.gate_house import MOST_GATES, HouseNotThere, show_house
    except ImportError as error:
        missing = f"{error.name or error} is not installed"
        raise CommandError(ExitCode.NO, f"{missing}: pip install 'gate-controller[venue,web,mqtt]'") from None

    if scan or not 1 <= gates <= MOST_GATES:
        what = "goes without --scan" if scan else f"takes 1 to {MOST_GATES}"
        raise CommandError(ExitCode.SETTINGS, f"option --gates {what}: command line: see `gate-controller demo --help`")
    logging.getLogger().setLevel(logging.CRITICAL)
    try:
        return run(show_house(gates, is_seen=sys.stdout.isatty()))
    except HouseNotThere as error:
        raise CommandError(ExitCode.NO, str(error)) from None
    except TimeoutError:
        remedy = "try fewer gates, or a quieter machine"
        raise CommandError(ExitCode.NO, f"the house does not get ready: demo: {remedy}") from None


def _try(model: "Model | None", image_file: Path) -> None:
    """Complain about a picture that cannot be, before anything is shown."""
    from gate_controller.demo.memory_display import make_panel
    from gate_controller.devices.errors import DeviceError

    if model is None:
        raise CommandError(ExitCode.SETTINGS, "there is no display: option --image-file: take another --display")
    try:
        make_panel(model, image_file).close()
    except DeviceError as error:
        raise CommandError(ExitCode.SETTINGS, f"{error}: option --image-file") from None


def _one_of(option: str, given: str, known: Iterable[str]) -> str:
    known = list(known)
    if given not in known:
        raise CommandError(ExitCode.SETTINGS, f"{given!r} is unknown: option {option}: take {', '.join(known)}")
    return given

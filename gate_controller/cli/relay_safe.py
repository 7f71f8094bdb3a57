"""`gate-controller relay`: the outputs of a gate that is not running."""

import os
from dataclasses import dataclass

import typer

from gate_controller.cli.exits import CommandError, ExitCode, complain
from gate_controller.cli.manual import manual
from gate_controller.cli.options import ConfigOption, SetOption

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them


@dataclass(frozen=True, slots=True)
class _Connected:
    """What is connected to an output, and the settings that name its pin and the level that turns it on."""

    what: str
    pin: str
    active_high: str


_RELAYS = (
    _Connected("relay", "relay.pin", "relay.active_high"),
    _Connected("close relay", "drive.close_pin", "relay.active_high"),
    _Connected("exit relay", "drive.exit_pin", "relay.active_high"),
)
_OTHERS = (
    _Connected("green lamp", "lamps.green_pin", "lamps.active_high"),
    _Connected("red lamp", "lamps.red_pin", "lamps.active_high"),
    _Connected("yellow lamp", "lamps.yellow_pin", "lamps.active_high"),
    _Connected("buzzer", "buzzer.pin", "buzzer.active_high"),
)


def safe(config: ConfigOption = None, overrides: SetOption = None) -> int:
    """
    Put relays, lamps and buzzer at rest, and end.

    For the unit's ExecStopPost: some kernels leave an output as it was when its process is killed. At rest is off,
    which unlocks a magnet and leaves a motor's gate where it is. Needs no key and no price, and no other setting is
    looked at. A pin that cannot be reached, or whose setting is wrong, does not keep the rest from it; where the
    settings file itself cannot be read no pin is touched, for nobody knows which.

    Example:
      gate-controller relay safe
    """
    from gate_controller.devices.errors import DeviceError
    from gate_controller.devices.gpio import Output
    from gate_controller.settings import read_alone

    names = dict.fromkeys(name for output in (*_RELAYS, *_OTHERS) for name in (output.pin, output.active_high))
    values, mistakes = read_alone(tuple(names), config=config, overrides=overrides or (), environ=os.environ)
    tried: set[int] = set()  # of a pin that two settings name, the relay's level counts
    errors: list[str] = []
    warnings: list[str] = []
    unknown = False
    for output in (*_RELAYS, *_OTHERS):
        if output.pin not in values or output.active_high not in values:
            # A guessed pin or level might open the gate.
            unknown |= output in _RELAYS
            continue
        pin = values[output.pin]
        if pin is None or pin in tried:
            continue
        tried.add(pin)
        try:
            Output(pin, name=output.what, active_high=values[output.active_high]).close()
        except DeviceError as error:
            (errors if output in _RELAYS else warnings).append(str(error))
    if not tried:
        raise CommandError(ExitCode.SETTINGS, *mistakes)
    if unknown:
        errors = [*mistakes, *errors]
    else:
        warnings = [*mistakes, *warnings]
    for line in warnings:
        complain(line, kind="warning")
    if errors:
        raise CommandError(ExitCode.NO, *errors)
    return ExitCode.OK


relay = typer.Typer(
    name="relay",
    help="Put the outputs of a stopped gate at rest.",
    rich_markup_mode=None,
    add_completion=False,
)
relay.command(help=manual(safe))(safe)
relay.callback()(lambda: None)

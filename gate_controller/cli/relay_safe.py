"""`gate-controller relay`: the outputs of a gate that is not running."""

import os
from pathlib import Path

import typer

from gate_controller.cli.by_plan import place_told, put_at_rest
from gate_controller.cli.exits import CommandError, ExitCode, complain
from gate_controller.cli.manual import manual
from gate_controller.cli.options import ConfigOption, SetOption

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them


def safe(config: ConfigOption = None, overrides: SetOption = None) -> int:
    """
    Put relays, lamps and buzzer at rest, and end.

    For the unit's ExecStopPost: some kernels leave an output as it was when its process is killed. At rest is off,
    which unlocks a magnet and leaves a motor's gate where it is.

    What the last gate drove is taken from the plan that it left when it started. Without one, and with --config or
    --set, the settings say it; the key, the price and all other settings are not looked at. A pin that cannot be
    reached, or whose setting is wrong, does not keep the rest from it. What may stand in a source of settings that
    cannot be read is not guessed: it is left as it is, and the exit code is 1.

    Examples:
      gate-controller relay safe
      gate-controller relay safe --set relay.pin=5 --set relay.active_high=false
    """
    if config is None and not overrides:
        code = put_at_rest(place_told(os.environ) or _state_dir())
        if code is not None:
            return code
    return _by_settings(config, overrides or [])


def _state_dir() -> str:
    from gate_controller.settings import read_alone

    said = read_alone(("state_dir",), config=None, overrides=(), environ=os.environ).values.get("state_dir")
    # Where another may be set, the unit's own is still the best place to look: only a gate leaves a plan.
    return str(said or os.environ.get("STATE_DIRECTORY", "").partition(":")[0])


def _by_settings(config: Path | None, overrides: list[str]) -> int:
    from gate_controller.devices.errors import DeviceError
    from gate_controller.devices.gpio import Output
    from gate_controller.settings import read_alone
    from gate_controller.shell.resting import OUTPUTS

    names = tuple(dict.fromkeys(name for output in OUTPUTS for name in (output.pin, output.active_high)))
    said = read_alone(names, config=config, overrides=overrides, environ=os.environ)
    tried: set[int] = set()  # of a pin that two settings name, the relay's level counts
    errors: list[str] = []
    warnings: list[str] = []
    left: list[str] = []
    is_left_relay = False
    for output in OUTPUTS:
        if output.pin not in said.values or output.active_high not in said.values:
            # A guessed pin or level might open the gate.
            left.append(output.what)
            is_left_relay |= output.is_relay
            continue
        pin = said.values[output.pin]
        if pin is None or pin in tried:
            continue
        tried.add(pin)
        try:
            Output(pin, name=output.what, active_high=said.values[output.active_high]).close()
        except DeviceError as error:
            (errors if output.is_relay else warnings).append(str(error))
    if not tried and not said.is_unreadable:
        raise CommandError(ExitCode.SETTINGS, *said.mistakes)
    if said.is_unreadable and left:
        errors = [*said.mistakes, f"left as they are: {', '.join(left)}", *errors]
    elif is_left_relay:
        errors = [*said.mistakes, *errors]
    else:
        warnings = [*said.mistakes, *warnings]
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

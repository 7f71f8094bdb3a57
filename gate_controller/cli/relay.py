"""`gate-controller relay`: the outputs of a gate that is not running."""

import os
from pathlib import Path

import typer

from gate_controller.cli.errors import CommandError, ExitCode, complain
from gate_controller.cli.manual import manual
from gate_controller.cli.options import ConfigOption, SetOption

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them

# What `safe` does not need, put where the settings have a fault in it: the key, say, is gone once the unit has stopped.
_STAND_INS = ("eguma.api_key=none-given", "admission.price_cents=1")


def safe(config: ConfigOption = None, overrides: SetOption = None) -> int:
    """
    Put relay and lamps at rest, and end.

    For the unit's ExecStopPost: some kernels leave an output as it was when its process is killed. Needs no key and
    no price. With a fault in the settings no pin is touched: the gate cannot have used any with them either.

    Example:
      gate-controller relay safe
    """
    from gate_controller.devices.errors import DeviceError
    from gate_controller.devices.gpio import Output

    relay, lamps = _pins(config, overrides)
    try:
        Output(relay[0], name="relay", active_high=relay[1]).close()
    except DeviceError as error:
        raise CommandError(ExitCode.NO, str(error)) from None
    for name, pin in lamps.items():
        if pin is not None:
            try:
                Output(pin, name=name).close()
            except DeviceError as error:
                complain(str(error), kind="warning")
    return ExitCode.OK


def _pins(config: Path | None, overrides: list[str] | None) -> tuple[tuple[int, bool], dict[str, int | None]]:
    from gate_controller.settings import SettingsError, load_settings

    given = (*_STAND_INS, *(overrides or ()))
    try:
        settings = load_settings(config=config, overrides=given, environ=os.environ).settings
    except SettingsError as error:
        raise CommandError(ExitCode.SETTINGS, *error.faults) from None
    relay, lamps = settings.relay, settings.lamps
    pins = {"green lamp": lamps.green_pin, "red lamp": lamps.red_pin, "yellow lamp": lamps.yellow_pin}
    return (relay.pin, relay.active_high), pins


relay = typer.Typer(
    name="relay",
    help="Put the outputs of a stopped gate at rest.",
    rich_markup_mode=None,
    add_completion=False,
)
relay.command(help=manual(safe))(safe)
relay.callback()(lambda: None)

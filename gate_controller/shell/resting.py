"""
The outputs of a gate at rest, and the plan for it that `gate-controller relay safe` carries out after the gate's end.

At rest is off, whatever the kind of gate: that unlocks a magnet and leaves a motor's gate where it is.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from gate_controller.admission.words.frozen import frozen
from gate_controller.devices.drive import DriveKind
from gate_controller.devices.errors import DeviceError
from gate_controller.devices.gpio import back_end
from gate_controller.devices.rest_plan import Resting, RestPlan, leave
from gate_controller.devices.runtime_directory import runtime_directory
from gate_controller.settings import Settings
from gate_controller.settings.models import value_of


@frozen
class Connected:
    """What is connected to an output, and the settings that name its pin and the level that turns it on."""

    what: str
    pin: str
    active_high: str
    is_relay: bool = False


OUTPUTS = (
    # The relays first: of a pin that two settings name, the relay's level counts.
    Connected("relay", "relay.pin", "relay.active_high", is_relay=True),
    Connected("close relay", "drive.close_pin", "relay.active_high", is_relay=True),
    Connected("exit relay", "drive.exit_pin", "relay.active_high", is_relay=True),
    Connected("green lamp", "lamps.green_pin", "lamps.active_high"),
    Connected("red lamp", "lamps.red_pin", "lamps.active_high"),
    Connected("yellow lamp", "lamps.yellow_pin", "lamps.active_high"),
    Connected("buzzer", "buzzer.pin", "buzzer.active_high"),
)
"""Every output that can be fitted."""


def outputs_at_rest(settings: Settings) -> Iterator[Resting]:
    """Return the outputs that a gate with these settings drives, at rest."""
    for output in OUTPUTS:
        pin = value_of(settings, output.pin)
        is_driven = output.pin != "drive.close_pin" or settings.drive.kind == DriveKind.MOTOR
        if isinstance(pin, int) and is_driven:
            yield Resting(output.what, pin, not value_of(settings, output.active_high), output.is_relay)


def leave_rest_plan(settings: Settings, note: Callable[[str, str | None], None]) -> None:
    """
    Leave the plan, before a pin is touched; `note` is told why it cannot be left, or None, as of a missing device.

    Where no GPIO back end works nothing is driven, and what an earlier gate has left stays.
    """
    try:
        name, chip = back_end()
    except DeviceError:
        return
    place = Path(runtime_directory(os.environ) or settings.state_dir)
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        leave(RestPlan(name, chip, tuple(outputs_at_rest(settings))), str(place))
    except OSError as error:
        why = f"rest plan in {place}: cannot be left ({error.strerror or error}): let the gate's user write there"
        note("rest plan", f"{why}; until then `gate-controller relay safe` goes by the settings")
    else:
        note("rest plan", None)

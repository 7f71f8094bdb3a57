"""Outputs as every device uses them: which errors they give, and that they are off after any exit."""

import importlib
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from gpiozero import Device
from gpiozero.pins.local import LocalPiFactory

from gate_controller.devices.gpio import DeviceError, Input, Output
from tests.rig.pins import Pins

# The last exit handler to run is the first one registered: it sees what every other one has left behind.
DYING = """
import atexit, sys, threading
from gpiozero import Device
from gpiozero.pins.mock import MockFactory
Device.pin_factory = MockFactory()
pins = {number: Device.pin_factory.pin(number) for number in (17, 27)}
import gpiozero.devices
atexit.unregister(gpiozero.devices._shutdown)
atexit.register(lambda: print(*(list(int(s.state) for s in pin.states) for pin in pins.values())))
atexit.register(gpiozero.devices._shutdown)
from gate_controller.admission.words.messages import Signal
from gate_controller.devices.lamps import Lamps
from gate_controller.devices.drive import Drive
drive = Drive(17, pulse_seconds=5)
lamps = Lamps(green=None, red=27, yellow=None)
drive.release()
lamps.show(Signal.REFUSED)
"""

ENDINGS = {
    "an exception": "raise RuntimeError('a bug')",
    "SystemExit": "raise SystemExit(3)",
    "an interrupt": "raise KeyboardInterrupt",
    "the end of the program": "",
    "an exception in a thread": "t = threading.Thread(target=lambda: 1 / 0); t.start(); t.join()",
    "an exception in the event loop": (
        "import asyncio\nasync def main():\n    raise RuntimeError('a bug')\nasyncio.run(main())"
    ),
}


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS.keys())
def test_outputs_are_off_after(ending: str) -> None:
    died = subprocess.run(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-c", DYING + ending], capture_output=True, text=True, timeout=30, check=False
    )
    assert died.stdout == "[0, 1, 0] [0, 1, 0]\n", died.stderr


def made_by(back_end: str | None) -> str:
    """Return what making an output says in a process with this back end asked for."""
    environment = {name: value for name, value in os.environ.items() if name != "GPIOZERO_PIN_FACTORY"}
    if back_end is not None:
        environment["GPIOZERO_PIN_FACTORY"] = back_end
    script = """
from gate_controller.devices.gpio import DeviceError, Input, Output
try:
    Output(17, name="relay").close()
    print("made")
except DeviceError as error:
    print(error)
"""
    made = subprocess.run(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-W", "error", "-c", script],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
        env=environment,
    )
    return made.stdout.strip()


def test_the_back_end_is_gpiozeros_choice() -> None:
    assert made_by("mock") == "made"


@pytest.mark.parametrize("back_end", ["no-such-back-end", None])
def test_no_back_end_is_an_error_with_a_remedy(back_end: str | None) -> None:
    if back_end is None and Path("/dev/gpiochip0").exists():
        pytest.skip("this machine has GPIO pins")
    text = made_by(back_end)
    # No pin's fault.
    assert text.startswith("no GPIO back end works: sudo apt-get install python3-lgpio, or set GPIOZERO_PIN_FACTORY (")
    assert "\n" not in text


def test_a_pin_that_is_not_there_is_an_error_with_a_remedy(pins: Pins) -> None:
    with pytest.raises(DeviceError, match=r"^buzzer on GPIO99: this board has no such pin: set another"):
        Output(99, name="buzzer")
    assert not pins.is_high(17)


def test_a_closed_output_does_not_turn_on(pins: Pins) -> None:
    output = Output(17, name="relay")
    output.close()
    with pytest.raises(DeviceError, match="relay on GPIO17 is closed"):
        output.on()
    assert not pins.is_high(17)


def test_a_closed_output_is_off_already(pins: Pins) -> None:
    output = Output(17, name="relay")
    output.close()
    output.off()
    output.close()
    assert not pins.is_high(17)


def test_a_pin_that_fails_at_the_close_is_given_back_all_the_same(pins: Pins) -> None:
    output = Output(17, name="relay")
    pins.break_pin(17)
    with pytest.raises(DeviceError, match="Input/output error"):
        output.close()
    pins.mend(17)
    Output(17, name="relay").close()


def test_a_pin_that_fails_at_the_start_can_be_tried_again(pins: Pins) -> None:
    pins.break_pin(17)
    with pytest.raises(DeviceError, match="Input/output error") as first:
        Output(17, name="relay")
    pins.mend(17)
    Output(17, name="relay").close()
    assert "GPIO17" in str(first.value)  # whoever keeps the error does not keep the pin with it


class RecordedLgpio(ModuleType):
    """The functions of the lgpio library that gpiozero's back end calls, on a chip that only takes notes."""

    SET_PULL_NONE, SET_PULL_UP, SET_PULL_DOWN = 128, 32, 64
    BOTH_EDGES, RISING_EDGE, FALLING_EDGE = 3, 1, 2

    def __init__(self) -> None:
        super().__init__("lgpio")
        self.levels: list[int] = []
        self._is_output = False

    def gpiochip_open(self, _chip: int) -> int:
        return 1

    def gpiochip_close(self, _handle: int) -> None: ...

    def gpio_claim_input(self, _handle: int, _pin: int, _flags: int) -> None:
        self._is_output = False

    def gpio_claim_output(self, _handle: int, _pin: int, level: int = 0, _flags: int = 0) -> None:
        self._is_output = True
        self.levels.append(level)

    def gpio_get_mode(self, _handle: int, _pin: int) -> int:
        return 2 if self._is_output else 0

    def gpio_read(self, _handle: int, _pin: int) -> int:
        return self.levels[-1]

    def gpio_write(self, _handle: int, _pin: int, level: int) -> None:
        self.levels.append(int(level))


def lgpio_back_end(monkeypatch: pytest.MonkeyPatch, lgpio: ModuleType) -> Any:
    monkeypatch.setitem(sys.modules, "lgpio", lgpio)
    monkeypatch.delitem(sys.modules, "gpiozero.pins.lgpio", raising=False)
    module = importlib.import_module("gpiozero.pins.lgpio")
    monkeypatch.setattr(LocalPiFactory, "pins", {})  # all chips of a process share them
    monkeypatch.setitem(sys.modules, "gpiozero.pins.lgpio", module)
    monkeypatch.setattr(module.LGPIOFactory, "_get_revision", lambda _self: 0xA02082)
    return module.LGPIOFactory()


def test_an_active_low_output_never_goes_low_on_its_way_to_off_with_lgpio(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lgpio = RecordedLgpio()
    monkeypatch.setattr(Device, "pin_factory", lgpio_back_end(monkeypatch, lgpio))
    output = Output(17, name="relay", active_high=False)
    assert lgpio.levels == [1]
    output.on()
    output.off()
    assert lgpio.levels == [1, 0, 1]
    output.close()


@pytest.mark.parametrize("active_high", [True, False])
def test_an_output_that_is_on_from_the_start_shows_no_other_level_with_lgpio(
    monkeypatch: pytest.MonkeyPatch, active_high: bool
) -> None:
    lgpio = RecordedLgpio()
    monkeypatch.setattr(Device, "pin_factory", lgpio_back_end(monkeypatch, lgpio))
    output = Output(17, name="relay", active_high=active_high, on=True)
    assert lgpio.levels == [int(active_high)]
    output.close()
    assert lgpio.levels == [int(active_high), int(not active_high)]


@pytest.mark.parametrize(
    ("active_low", "normally_closed", "pull", "active_when_high"),
    [(True, False, "up", False), (False, False, "down", True), (True, True, "up", True), (False, True, "up", True)],
)
def test_an_input_is_pulled_to_what_an_open_contact_means(
    pins: Pins, active_low: bool, normally_closed: bool, pull: str, active_when_high: bool
) -> None:
    edges: list[bool] = []
    made = Input(5, name="contact", active_low=active_low, normally_closed=normally_closed, on_edge=edges.append)
    pin = pins.pin(5)
    assert pin.pull == pull
    before = made.is_active
    assert before is (pins.is_high(5) is active_when_high)
    (pin.drive_low if pins.is_high(5) else pin.drive_high)()
    assert made.is_active is not before
    (pin.drive_low if pins.is_high(5) else pin.drive_high)()
    assert edges == [not before, before]
    made.close()

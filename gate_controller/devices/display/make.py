"""
The panel that is meant, made: its layout, the way to it, and its driver put together.

What makes pictures and opens buses is brought in when it is asked for, so that a gate needs the libraries of its own
display and no others.
"""

# ruff: noqa: PLC0415 - for the reason above

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from gate_controller.devices.display.drivers import DRIVERS
from gate_controller.devices.display.last_page import LastPage
from gate_controller.devices.errors import DeviceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from gate_controller.devices.display.driver import Driver, Size
    from gate_controller.devices.display.mounting import Mounting
    from gate_controller.devices.display.panel import Characters, Panel, Pictures
    from gate_controller.devices.display.panels.i2c import I2CBus
    from gate_controller.devices.display.panels.spi import SPIBus
    from gate_controller.devices.display.supplies import Device, Link


def make_panel(
    mounting: Mounting,
    *,
    open_bus: Callable[[int], I2CBus] | None = None,
    make_spi: Callable[[], SPIBus] | None = None,
    last_page: LastPage | None = None,
) -> Panel:
    """
    Open a display.

    Raises `DeviceError` for what cannot be, for libraries that are not installed, and for a display that does not
    answer. `open_bus` and `make_spi` put other buses in the place of the real ones; `last_page` is told what lays the
    panel's pages out.
    """
    driver = DRIVERS.get(mounting.driver)
    if driver is None:
        raise DeviceError(f"display.driver is {mounting.driver}, which is not known: choose from {', '.join(DRIVERS)}")
    for misfit in driver.misfits(mounting):
        raise DeviceError(f"{misfit.what}: {misfit.remedy}")
    size = driver.size(mounting)
    assert size is not None  # noqa: S101 - it would be a misfit
    try:
        with ExitStack() as opened:
            panel = driver.make(_Workbench(mounting, driver, size, opened, open_bus, make_spi, last_page or LastPage()))
            opened.pop_all()
            return panel
    except ImportError as error:
        install = f"pip install 'gate-controller[{driver.extra}]'"
        if error.name == "spidev":
            install = "pip install spidev, or take apt's python3-spidev into the venv"
        raise DeviceError(
            f"display {driver.name} needs a library that is not installed ({error}): {install}"
        ) from error


@dataclass(frozen=True, slots=True)
class _Workbench:
    """The supplies for one display; `opened` closes what was opened."""

    mounting: Mounting
    driver: Driver
    size: Size
    opened: ExitStack
    open_bus: Callable[[int], I2CBus] | None
    make_spi: Callable[[], SPIBus] | None
    last_page: LastPage

    def pictures(self, mode: Literal["1", "RGB"]) -> Pictures:
        from gate_controller.devices.display.panels.turning import Turned

        quarters = self.mounting.rotate
        canvas = _canvas(*(self.size[::-1] if quarters % 2 else self.size), mode)
        self.last_page.layout = canvas
        return Turned(canvas, quarters) if quarters else canvas

    def characters(self) -> Characters:
        from gate_controller.devices.display.typesetting.characters import CharacterGrid

        self.last_page.layout = grid = CharacterGrid(*self.size, self.mounting.rom)
        return grid

    def link(self) -> Link:
        if self.mounting.interface == "i2c":
            from gate_controller.devices.display.panels.i2c import I2CLink

            link: Link = I2CLink(self.device(), reset_pin=self.mounting.reset_pin)
        else:
            from gate_controller.devices.display.panels.spi import SPILink, make_spi

            assert self.mounting.dc_pin is not None  # noqa: S101 - it would be a misfit
            assert self.driver.spi_hz is not None  # noqa: S101 - the same
            link = SPILink(
                dc_pin=self.mounting.dc_pin,
                reset_pin=self.mounting.reset_pin,
                speed_hz=self.driver.spi_hz,
                name=self.driver.name,
                make_bus=self.make_spi or make_spi,
            )
        self.opened.callback(link.close)
        return link

    def device(self) -> Device:
        from gate_controller.devices.display.panels.i2c import I2CDevice, open_bus

        address = self.mounting.address or self.driver.address
        assert address is not None  # noqa: S101 - it would be a misfit
        device = I2CDevice(
            bus=self.mounting.bus, address=address, name=self.driver.name, open_bus=self.open_bus or open_bus
        )
        self.opened.callback(device.close)
        return device


@cache
def _canvas(width: int, height: int, mode: Literal["1", "RGB"]) -> Pictures:
    """Lay letters out once for each size: a display that flickers is made anew every minute."""
    from gate_controller.devices.display.typesetting.canvas import Canvas

    return Canvas(width, height, mode)

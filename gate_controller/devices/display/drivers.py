"""
All display drivers. Each is declared in its panel's file; a new file is named here and nowhere else.

Settings take from this module what can be set for a display, and no more of devices than that.
"""

from collections.abc import Iterator, Mapping

from gate_controller.devices.display.driver import INTERFACES, Driver, Misfit
from gate_controller.devices.display.mounting import Mounting
from gate_controller.devices.display.panels import hd44780, image, lcd, oled
from gate_controller.devices.display.panels.hd44780 import ROMS

__all__ = ["DRIVERS", "INTERFACES", "ROMS", "misfits"]

DRIVERS: Mapping[str, Driver] = {
    driver.name: driver for panel in (image, oled, lcd, hd44780) for driver in panel.DRIVERS
}
"""Every driver, by the value of `display.driver` that means it."""


def misfits(settings: object) -> Iterator[Misfit]:
    """Return what cannot be together in the settings of `display`, where these name a driver."""
    mounting = Mounting.of(settings)
    return DRIVERS[mounting.driver].misfits(mounting)

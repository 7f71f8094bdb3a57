"""What a driver makes its panel of, handed to it by a test: its own layout, and the way to the display."""

from dataclasses import dataclass, field
from typing import Literal

from gate_controller.devices.display.drivers import DRIVERS
from gate_controller.devices.display.mounting import Mounting
from gate_controller.devices.display.panel import Characters, Panel, Pictures
from gate_controller.devices.display.supplies import Device, Link


@dataclass
class Supplied:
    """`Supplies` as they are given here. What a driver asks for has to be among them."""

    size: tuple[int, int]
    with_pictures: Pictures | None = None
    with_characters: Characters | None = None
    on_link: Link | None = None
    on_device: Device | None = None
    mounting: Mounting = field(default_factory=lambda: Mounting("any"))

    def pictures(self, mode: Literal["1", "RGB"]) -> Pictures:
        assert self.with_pictures is not None, mode
        return self.with_pictures

    def characters(self) -> Characters:
        assert self.with_characters is not None
        return self.with_characters

    def link(self) -> Link:
        assert self.on_link is not None
        return self.on_link

    def device(self) -> Device:
        assert self.on_device is not None
        return self.on_device


def panel_of(driver: str, supplies: Supplied) -> Panel:
    """Return a driver's panel, made of these."""
    return DRIVERS[driver].make(supplies)

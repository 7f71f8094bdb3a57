"""What a driver is given to make its panel of, and the ways to a display, as panels see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from gate_controller.devices.display.mounting import Mounting
    from gate_controller.devices.display.panel import Characters, Pictures


class Link(Protocol):
    """The way to a controller that tells commands from data. Every method raises `DeviceError`."""

    def command(self, command: bytes) -> None:
        """Send commands, with their arguments where these are no data."""

    def data(self, data: bytes) -> None:
        """Send the arguments of a command, or what goes into the controller's memory."""

    def close(self) -> None:
        """Give the bus back."""


class Device(Protocol):
    """The way to something that just takes bytes. Every method raises `DeviceError`."""

    def write(self, data: bytes) -> None:
        """Send bytes, in one transfer."""

    def close(self) -> None:
        """Give the bus back."""


class Supplies(Protocol):
    """
    What there is for one display. A bus that was opened is given back when the panel is not made after all.

    Every method raises `DeviceError`, and `ImportError` where its library is not installed.
    """

    @property
    def mounting(self) -> Mounting:
        """How the display is connected and mounted."""

    @property
    def size(self) -> tuple[int, int]:
        """The display's own pixels or characters, whichever way it is turned."""

    def pictures(self, mode: Literal["1", "RGB"]) -> Pictures:
        """Return the layout in pixels, of one colour or of all, turned as the display is."""

    def characters(self) -> Characters:
        """Return the layout in characters."""

    def link(self) -> Link:
        """Open the way to a controller, over the bus that is set."""

    def device(self) -> Device:
        """Open the way to a device on I2C."""

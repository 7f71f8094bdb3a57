"""
What a panel's file declares of each of its drivers, once: name, sizes, ways to connect it, limits, what to install.

Settings, the docs and `make_panel` read it. Nothing here, and no panel's file, brings a library in before a panel is
made: settings know every driver on a machine that has none of the libraries, and a small Pi starts without them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from gate_controller.devices.display.mounting import Mounting
    from gate_controller.devices.display.panel import Panel
    from gate_controller.devices.display.supplies import Supplies

Size = tuple[int, int]
"""Width and height, in pixels or characters."""

INTERFACES: Mapping[str, tuple[int, ...]] = {"i2c": (2, 3), "spi": (8, 9, 10, 11)}
"""The ways to connect a display, each with its pins (BCM): data and clock; select, in, out and clock."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """What cannot be, in words for a person, and what to do about it."""

    setting: str
    """The setting to look at."""
    what: str
    remedy: str
    """It names settings as `display.interface`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """A display driver: a value of `display.driver`, and all that there is to know about it before one is made."""

    name: str
    kind: str
    """What it is, for the docs."""
    sizes: tuple[Size, ...]
    """Those in which such displays are sold, the usual one first."""
    most: Size | None = None
    """Any other size up to this one does as well; None: no other."""
    unit: str = "pixels"
    address: int | None = None
    """Its usual address on I2C; None: it has no I2C."""
    spi_hz: int | None = None
    """How fast it is driven on SPI; None: it has no SPI."""
    memory_columns: int | None = None
    """The columns of its memory, where the glass may begin at another than the first; None: it does not."""
    has_reset: bool = True
    can_turn: bool = True
    extra: str
    """The extra of the package that brings in its libraries."""
    make: Callable[[Supplies], Panel]
    """Makes its panel. Raises `DeviceError`, and `ImportError` where a library is not installed."""

    @property
    def interfaces(self) -> tuple[str, ...]:
        """The ways to connect it; none for what is no hardware."""
        has = {"i2c": self.address is not None, "spi": self.spi_hz is not None}
        return tuple(interface for interface in INTERFACES if has[interface])

    def size(self, mounting: Mounting) -> Size | None:
        """Return the size that is meant, where what is not set is as usual; None if it does not come in that."""
        for width, height in self.sizes:
            if mounting.width in (0, width) and mounting.height in (0, height):
                return width, height
        width, height = self._asked(mounting)
        return (width, height) if self.most and width <= self.most[0] and height <= self.most[1] else None

    def misfits(self, mounting: Mounting) -> Iterator[Misfit]:
        """Yield what such a display cannot be, or how it cannot be connected or mounted."""
        if self.interfaces and mounting.interface not in self.interfaces:
            only = self.interfaces[0]
            what = f"display.driver is {self.name}, which has {only.upper()} only"
            yield Misfit("display.driver", what, f"set display.interface to {only}")
        elif self.interfaces:
            yield from self._wires(mounting)
        if mounting.rotate and not self.can_turn:
            what = f"display.rotate is {mounting.rotate}, and a display of {self.unit} cannot be turned"
            yield Misfit("display.rotate", what, "leave it out")
        if mounting.column_offset is not None:
            yield from self._offset(mounting.column_offset, mounting)
        if self.size(mounting) is None:
            width, height = self._asked(mounting)
            what = f"display.driver is {self.name}, which does not come in {width} x {height} {self.unit}"
            known = ", ".join(f"{width} x {height}" for width, height in self.sizes)
            yield Misfit("display.driver", what, f"set display.width and display.height to one of {known}")

    def _wires(self, mounting: Mounting) -> Iterator[Misfit]:
        if mounting.interface == "spi":
            if mounting.dc_pin is None:
                what = f"display.driver is {self.name} on SPI, and no pin tells data from commands"
                yield Misfit("display.driver", what, "set display.dc_pin")
            if mounting.address:
                what = f"display.address is {mounting.address:#04x}, and SPI has no addresses"
                yield Misfit("display.address", what, "leave it out")
        elif mounting.dc_pin is not None:
            what = f"display.dc_pin is {mounting.dc_pin}, and {self.name} is on I2C"
            instead = ", or set display.interface to spi" if "spi" in self.interfaces else ""
            yield Misfit("display.dc_pin", what, f"leave it out{instead}")
        if mounting.reset_pin is not None and not self.has_reset:
            what = f"display.reset_pin is {mounting.reset_pin}, and {self.name} has no reset"
            yield Misfit("display.reset_pin", what, "leave it out")

    def _offset(self, offset: int, mounting: Mounting) -> Iterator[Misfit]:
        what = f"display.column_offset is {offset}, and {self.name}"
        if self.memory_columns is None:
            yield Misfit("display.column_offset", f"{what} begins at the first column", "leave it out")
        elif (most := self.memory_columns - self._asked(mounting)[0]) < offset:
            remedy = f"set display.column_offset to one from 0 to {most}"
            yield Misfit("display.column_offset", f"{what} has {self.memory_columns} columns in all", remedy)

    def _asked(self, mounting: Mounting) -> Size:
        return mounting.width or self.sizes[0][0], mounting.height or self.sizes[0][1]

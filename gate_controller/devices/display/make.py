"""
Which panel the settings mean: the one place that knows all drivers. A driver's libraries are brought in when one is
made, so that a gate needs those of its own display and no other.
"""

# ruff: noqa: PLC0415 - for the reason above

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from gate_controller.devices.errors import DeviceError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gate_controller.devices.display.panel import Panel, Pictures
    from gate_controller.devices.display.panels.i2c import I2CBus, I2CDevice
    from gate_controller.devices.display.panels.spi import SPIBus, SPILink

_EXTRAS = {
    "image": "image",
    "ssd1306": "oled",
    "ssd1309": "oled",
    "sh1106": "oled",
    "st7735": "colour",
    "st7789": "colour",
    "ili9341": "colour",
    "hd44780": "lcd",
}
"""All drivers, each with the extra that brings in its libraries."""

_OLED_SIZE = (128, 64)
_OLED_ADDRESS = 0x3C
_OLED_SPI_HZ = 8_000_000  # the datasheets allow 10 MHz
_BACKPACK_ADDRESS = 0x27
_CHARACTER_SIZES = ((8, 2), (16, 2), (20, 2), (24, 2), (40, 2), (16, 4), (20, 4))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The arguments of `make_panel`."""

    driver: str
    interface: str
    bus: int
    address: int
    dc_pin: int | None
    reset_pin: int | None
    width: int
    height: int
    rotate: int
    rom: str
    image_file: Path | None
    open_bus: Callable[[int], I2CBus] | None
    make_spi: Callable[[], SPIBus] | None

    @property
    def is_colour(self) -> bool:
        return _EXTRAS[self.driver] == "colour"

    def size(self, usual: tuple[int, int]) -> tuple[int, int]:
        return self.width or usual[0], self.height or usual[1]

    def seen(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return the size of the picture as people see it, turned."""
        return (size[1], size[0]) if self.rotate % 2 else size


def make_panel(
    *,
    driver: str,
    interface: str = "i2c",
    bus: int = 1,
    address: int = 0,
    dc_pin: int | None = None,
    reset_pin: int | None = None,
    width: int = 0,
    height: int = 0,
    rotate: int = 0,
    rom: str = "a00",
    image_file: Path | None = None,
    open_bus: Callable[[int], I2CBus] | None = None,
    make_spi: Callable[[], SPIBus] | None = None,
) -> Panel:
    """
    Open a display. The arguments are the settings of `display`; 0 takes what is usual for the driver.

    Raises `DeviceError` for what cannot be, for libraries that are not installed, and for a display that does not
    answer. `open_bus` and `make_spi` put other buses in the place of the real ones.
    """
    wanted = _Wanted(
        driver=driver,
        interface=interface,
        bus=bus,
        address=address,
        dc_pin=dc_pin,
        reset_pin=reset_pin,
        width=width,
        height=height,
        rotate=rotate,
        rom=rom,
        image_file=image_file,
        open_bus=open_bus,
        make_spi=make_spi,
    )
    if wrong := _wrong(wanted):
        raise DeviceError(f"display {driver}: {wrong}")
    try:
        return _made(wanted)
    except ImportError as error:
        install = f"pip install 'gate-controller[{_EXTRAS[driver]}]'"
        if error.name == "spidev":
            install = "pip install spidev, or take apt's python3-spidev into the venv"
        raise DeviceError(f"display {driver} needs a library that is not installed ({error}): {install}") from error


def _wrong(wanted: _Wanted) -> str | None:
    """Say what cannot be, and what to set; None if all can."""
    if wanted.driver not in _EXTRAS:
        return f"there is no such driver: choose display.driver from {', '.join(_EXTRAS)}"
    if wanted.driver == "image":
        return "say where its picture is to be: set display.image_file" if wanted.image_file is None else None
    on_spi = wanted.interface == "spi"
    checks = (
        (wanted.is_colour and not on_spi, "it has SPI only: set display.interface to spi"),
        (wanted.driver == "hd44780" and on_spi, "it is connected by I2C only: set display.interface to i2c"),
        (wanted.driver == "hd44780" and wanted.reset_pin is not None, "it has no reset: unset display.reset_pin"),
        (wanted.driver == "hd44780" and wanted.rotate != 0, "letters cannot be turned: set display.rotate to 0"),
        (on_spi and wanted.dc_pin is None, "on SPI a pin tells data from commands: set display.dc_pin"),
        (on_spi and wanted.address != 0, "SPI has no addresses: set display.address to 0"),
        (not on_spi and wanted.dc_pin is not None, "the pin is for SPI: unset display.dc_pin, or set its interface"),
    )
    return next((text for is_wrong, text in checks if is_wrong), None)


def _made(wanted: _Wanted) -> Panel:
    if wanted.driver == "image":
        return _image(wanted)
    if wanted.driver == "hd44780":
        return _characters(wanted)
    return _colour(wanted) if wanted.is_colour else _oled(wanted)


def _image(wanted: _Wanted) -> Panel:
    from gate_controller.devices.display.panels.image import SIZE, ImageFile

    size = wanted.size(SIZE)
    assert wanted.image_file is not None  # noqa: S101 - checked above
    pictures = _canvas(*wanted.seen(size), "RGB")
    return ImageFile(wanted.image_file, pictures, size=size, rotate=wanted.rotate)


def _oled(wanted: _Wanted) -> Panel:
    from gate_controller.devices.display.panels.i2c import I2CLink
    from gate_controller.devices.display.panels.oled import Oled

    size = wanted.size(_OLED_SIZE)
    pictures = _canvas(*wanted.seen(size), "1")
    link: I2CLink | SPILink
    if wanted.interface == "spi":
        link = _spi(wanted, _OLED_SPI_HZ)
    else:
        link = I2CLink(_i2c(wanted, _OLED_ADDRESS), reset_pin=wanted.reset_pin)
    try:
        return Oled(link, pictures, driver=wanted.driver, size=size, rotate=wanted.rotate)
    except BaseException:
        link.close()
        raise


def _colour(wanted: _Wanted) -> Panel:
    from gate_controller.devices.display.panels.lcd import CONTROLLERS, SIZES, Lcd

    size = wanted.size(SIZES[wanted.driver][0])
    pictures = _canvas(*wanted.seen(size), "RGB")
    link = _spi(wanted, CONTROLLERS[wanted.driver].speed_hz)
    try:
        return Lcd(link, pictures, driver=wanted.driver, size=size, rotate=wanted.rotate)
    except BaseException:
        link.close()
        raise


def _characters(wanted: _Wanted) -> Panel:
    from gate_controller.devices.display.panels.hd44780 import CharacterDisplay
    from gate_controller.devices.display.typesetting.characters import CharacterGrid

    columns = wanted.width or (20 if wanted.height == 4 else 16)  # noqa: PLR2004 - the usual sizes: 16 x 2, 20 x 4
    rows = wanted.height or (4 if columns == 20 else 2)  # noqa: PLR2004 - as above
    if (columns, rows) not in _CHARACTER_SIZES:
        known = ", ".join(f"{columns} x {rows}" for columns, rows in _CHARACTER_SIZES)
        raise DeviceError(
            f"display hd44780 does not come in {columns} x {rows} characters: set display.width and display.height"
            f" to one of {known}"
        )
    grid = CharacterGrid(columns, rows, wanted.rom)
    device = _i2c(wanted, _BACKPACK_ADDRESS)
    try:
        return CharacterDisplay(device, grid, size=(columns, rows), rom=wanted.rom)
    except BaseException:
        device.close()
        raise


@cache
def _canvas(width: int, height: int, mode: Literal["1", "RGB"]) -> Pictures:
    """Lay letters out once for each size: a display that flickers is made anew every minute."""
    from gate_controller.devices.display.typesetting.canvas import Canvas

    return Canvas(width, height, mode)


def _i2c(wanted: _Wanted, usual: int) -> I2CDevice:
    from gate_controller.devices.display.panels.i2c import I2CDevice, open_bus

    address = wanted.address or usual
    return I2CDevice(bus=wanted.bus, address=address, name=wanted.driver, open_bus=wanted.open_bus or open_bus)


def _spi(wanted: _Wanted, speed_hz: int) -> SPILink:
    from gate_controller.devices.display.panels.spi import SPILink, make_spi

    assert wanted.dc_pin is not None  # noqa: S101 - checked above
    return SPILink(
        dc_pin=wanted.dc_pin,
        reset_pin=wanted.reset_pin,
        speed_hz=speed_hz,
        name=wanted.driver,
        make_bus=wanted.make_spi or make_spi,
    )

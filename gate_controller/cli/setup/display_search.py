"""Displays found on the I2C buses: where something answers that may be one, and which drivers that leaves."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gate_controller.cli.setup.dialogue import Offer
from gate_controller.devices.display.driver import Driver, Size
from gate_controller.devices.display.drivers import DRIVERS
from gate_controller.devices.errors import DeviceError

if TYPE_CHECKING:
    from gate_controller.devices.display.panels.i2c import I2CBus

# ruff: noqa: PLC0415 - without the library of the buses nothing is found, and that is said

_OLEDS: Final = (0x3C, 0x3D)
_BACKPACKS: Final = (*range(0x20, 0x28), *range(0x38, 0x40))
"""PCF8574 and PCF8574A, behind which character displays are."""

_BUS: Final = re.compile(r"i2c-(\d{1,2})")
_MOST_BUS: Final = 20
"""As `display.bus` takes them."""


@dataclass(frozen=True, slots=True)
class Answering:
    """Something answers at an address of a bus."""

    bus: int
    address: int


def search(
    dev: Path = Path("/dev"), *, open_bus: "Callable[[int], I2CBus] | None" = None
) -> tuple[list[Answering], list[str]]:
    """Return what answers on all buses where displays may be, and what kept them from being looked at. It blocks."""
    try:
        from gate_controller.devices.display.panels import i2c
    except ImportError as error:
        return [], [f"no display on I2C can be found ({error}): pip install 'gate-controller[oled]'"]
    buses = sorted(int(found[1]) for path in dev.glob("i2c-*") if (found := _BUS.fullmatch(path.name)))
    if not buses:
        return [], ["there is no I2C bus: for a display on one, set dtparam=i2c_arm=on in config.txt and start again"]
    answer, wrong = list[Answering](), list[str]()
    for bus in (bus for bus in buses if bus <= _MOST_BUS):
        try:
            at = i2c.answering(bus, sorted({*_OLEDS, *_BACKPACKS}), open_bus=open_bus or i2c.open_bus)
        except DeviceError as error:
            wrong.append(str(error))
        else:
            answer += [Answering(bus, address) for address in at]
    return answer, wrong


def choices(found: Sequence[Answering]) -> list[Offer[str]]:
    """Return the displays to choose from, those that answer first."""
    known = [driver for driver in DRIVERS.values() if driver.interfaces]
    known.sort(key=lambda driver: place_of(driver.name, found) is None)
    shown = [Offer("none", "none: no display")]
    return [*(Offer(driver.name, f"{driver.name}: {driver.kind}{_at(driver, found)}") for driver in known), *shown]


def likely(found: Sequence[Answering]) -> str:
    """Return the driver that is probably meant by what answers."""
    return next((driver.name for driver in DRIVERS.values() if place_of(driver.name, found)), "none")


def place_of(driver: str, found: Sequence[Answering]) -> Answering | None:
    """Return where such a display answers: at its usual address, else at another that it can have."""
    usual = DRIVERS[driver].address
    if usual is None:
        return None
    possible = _OLEDS if usual in _OLEDS else _BACKPACKS
    fitting = [answering for answering in found if answering.address in possible]
    # An OLED's addresses are among those of a backpack: a character display is meant there only if nothing else fits.
    fitting.sort(key=lambda answering: (answering.address != usual, answering.address in _OLEDS))
    return fitting[0] if fitting else None


def interface_of(driver: str, found: Sequence[Answering]) -> str:
    """Return how a display is connected: by I2C where it answers there, else as it can be; empty for a picture."""
    ways = DRIVERS[driver].interfaces
    if place_of(driver, found) is not None or not ways:
        return "i2c" if ways else ""
    return ways[0]


def sizes_of(driver: str) -> tuple[Size, ...]:
    """Return in which sizes such a display comes, the usual one first."""
    return DRIVERS[driver].sizes


def _at(driver: Driver, found: Sequence[Answering]) -> str:
    at = place_of(driver.name, found)
    return "" if at is None else f" (something answers at 0x{at.address:02x})"

"""What settings cannot be together, each mistake one line: known as soon as all settings are, before any device is."""

from collections.abc import Iterator, Mapping

from gate_controller.settings.mistakes import Given, Mistake, variable
from gate_controller.settings.models import FIELDS, Settings, value_of
from gate_controller.settings.values import COLOUR_DRIVERS

# The 40-pin header's buses, in BCM numbers: data and clock; select, in, out and clock.
BUS_PINS = {"i2c": (2, 3), "spi": (8, 9, 10, 11)}


def combination_mistakes(settings: Settings, given: Mapping[str, Given]) -> list[Mistake]:
    """Return what is wrong with settings that are each right by themselves."""
    return [*_drive(settings, given), *_display(settings, given), *_buses(settings, given)]


def _drive(settings: Settings, given: Mapping[str, Given]) -> Iterator[Mistake]:
    if settings.drive.kind == "motor" and settings.drive.close_pin is None:
        yield Mistake(
            "drive.kind is motor, and no relay closes it",
            given["drive.kind"].origin,
            f"set {variable('drive.close_pin')}, or another drive.kind",
        )


def _display(settings: Settings, given: Mapping[str, Given]) -> Iterator[Mistake]:
    display = settings.display
    if display.driver in {"none", "image"}:
        return
    is_spi, what, where = (
        display.interface == "spi",
        f"display.driver is {display.driver}",
        given["display.driver"].origin,
    )
    if display.driver in COLOUR_DRIVERS and not is_spi:
        yield Mistake(f"{what}, which has SPI only", where, f"set {variable('display.interface')} to spi")
    elif display.driver == "hd44780" and is_spi:
        yield Mistake(f"{what}, which has I2C only", where, f"set {variable('display.interface')} to i2c")
    elif is_spi and display.dc_pin is None:
        yield Mistake(f"{what} on SPI, and no pin tells data from commands", where, f"set {variable('display.dc_pin')}")
    elif not is_spi and display.dc_pin is not None:
        yield Mistake(
            f"display.dc_pin is {display.dc_pin}, and {display.driver} is on I2C",
            given["display.dc_pin"].origin,
            f"leave it out, or set {variable('display.interface')} to spi",
        )


def _buses(settings: Settings, given: Mapping[str, Given]) -> Iterator[Mistake]:
    display = settings.display
    taken = BUS_PINS[display.interface] if display.driver not in {"none", "image"} else ()
    for name in FIELDS:
        if name.rpartition(".")[2].endswith("pin") and (pin := value_of(settings, name)) in taken:
            yield Mistake(
                f"{name} is {pin}, which the display's {display.interface.upper()} bus uses",
                given[name].origin if name in given else "default",
                f"set {variable(name)} to another BCM number",
            )

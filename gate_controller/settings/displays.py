"""
What can be set for a display: what its drivers declare (`drivers.py`), which stands there once.

They are asked only where a display is set. A gate without one starts without them.
"""

# ruff: noqa: PLC0415 - for the reason above

from types import ModuleType

from gate_controller.settings.values import UnusableError, is_none, one_of, whole


def driver(value: object) -> str:
    """Read the name of a display driver, or `none`."""
    return one_of(("none", *_drivers().DRIVERS))(value)


def interface(value: object) -> str:
    """Read a way to connect a display."""
    return one_of(tuple(_drivers().INTERFACES))(value)


def rom(value: object) -> str:
    """Read which ROM a character display has."""
    return one_of(_drivers().ROMS)(value)


def column_offset(value: object) -> int | None:
    """Read the column at which a glass begins, or None where that is as usual."""
    if is_none(value):
        return None
    try:
        return whole(0, 127, "give a column from 0 on")(value)
    except UnusableError as refusal:
        raise UnusableError(refusal.why, f"{refusal.remedy}; or none for the driver's usual one") from None


def _drivers() -> ModuleType:
    from gate_controller.devices.display import drivers

    return drivers

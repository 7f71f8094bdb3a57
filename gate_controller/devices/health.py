"""
How the machine is, as its kernel tells: room on the disk, temperature, supply. What it has no way to tell is None.

Raspberry Pi's kernel (Raspberry Pi OS 12 and 13) tells of the supply in `get_throttled`, a hexadecimal number whose low
bits say what is so now (raspberrypi.com, "vcgencmd", get_throttled); a mainline kernel by the driver `rpi_volt` alone.
"""

import os
from pathlib import Path
from typing import Final

from gate_controller.admission.words.frozen import frozen

# Bits of get_throttled: what is so now. Those that tell of the time since the start begin 16 bits higher.
_UNDER_VOLTAGE: Final = 1 << 0
_SLOWED: Final = 1 << 1 | 1 << 2 | 1 << 3  # capped, throttled, at the soft limit of temperature
_SINCE_START: Final = 16

_ZONE: Final = "class/thermal/thermal_zone0/temp"
_THROTTLED: Final = "devices/platform/soc*/*firmware/get_throttled"
_SENSORS: Final = "class/hwmon/hwmon*"
_SUPPLY_SENSOR: Final = "rpi_volt"


@frozen
class Vitals:
    """The machine at one moment."""

    disk_free: float | None = None
    """The share of the state directory's file system that the gate may still use: 0 to 1."""
    is_writable: bool | None = None
    """Whether the file system takes writes, and this user's."""
    celsius: float | None = None
    """Of the processor."""
    is_undervolted: bool | None = None
    """Whether the supply sags below 4.63 V just now."""
    was_undervolted: bool | None = None
    """The same, at any time since the machine was started."""
    is_slowed: bool | None = None
    """Whether the processor runs slower than it could, for want of power or for heat."""


def look(state_dir: Path, sys: Path = Path("/sys")) -> Vitals:
    """Return how the machine is; `sys` is where the kernel tells. Takes about a millisecond, and raises nothing."""
    free, is_writable = _disk(state_dir)
    bits = _throttled(sys)
    return Vitals(
        disk_free=free,
        is_writable=is_writable,
        celsius=None if (millis := _number(sys / _ZONE)) is None else millis / 1000,
        is_undervolted=_sags(sys) if bits is None else bool(bits & _UNDER_VOLTAGE),
        was_undervolted=None if bits is None else bool(bits & _UNDER_VOLTAGE << _SINCE_START),
        is_slowed=None if bits is None else bool(bits & _SLOWED),
    )


def _disk(directory: Path) -> tuple[float | None, bool | None]:
    try:
        told = os.statvfs(directory)
    except OSError:
        return None, None
    is_writable = not told.f_flag & os.ST_RDONLY and os.access(directory, os.W_OK)
    return (told.f_bavail / told.f_blocks if told.f_blocks else None), is_writable


def _throttled(sys: Path) -> int | None:
    return next((bits for path in sorted(sys.glob(_THROTTLED)) if (bits := _number(path, 16)) is not None), None)


def _sags(sys: Path) -> bool | None:
    for sensor in sorted(sys.glob(_SENSORS)):
        if _text(sensor / "name") == _SUPPLY_SENSOR and (alarm := _number(sensor / "in0_lcrit_alarm")) is not None:
            return bool(alarm)
    return None


def _number(path: Path, base: int = 10) -> int | None:
    try:
        return int(_text(path), base)
    except ValueError:
        return None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""

"""How one display is connected and mounted."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Mounting:
    """The settings of `display` that say it, by their names; an address or a size of 0, or None, is as usual."""

    driver: str
    interface: str = "i2c"
    bus: int = 1
    address: int = 0
    dc_pin: int | None = None
    reset_pin: int | None = None
    width: int = 0
    height: int = 0
    rotate: int = 0
    column_offset: int | None = None
    rom: str = "a00"
    image_file: Path | None = None

    @classmethod
    def of(cls, settings: object) -> Mounting:
        """Return what the settings of `display` say."""
        return cls(**{field.name: getattr(settings, field.name) for field in fields(cls)})

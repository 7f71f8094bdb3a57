"""Which pins a setting may name: BCM numbers of the 40-pin header."""

from gate_controller.settings.values import UnusableError, is_none, whole

_FIRST_PIN, _LAST_PIN = 2, 27
_EEPROM_PINS = (0, 1)


def pin(value: object) -> int:
    """Read the BCM number of a GPIO on the 40-pin header."""
    remedy = f"give a BCM number from {_FIRST_PIN} to {_LAST_PIN}, as digits: GPIO17 is 17"
    if isinstance(value, str) and not value.strip():
        raise UnusableError("which names no pin", remedy)
    try:
        bcm = whole(-(10**9), 10**9, remedy)(value)
    except UnusableError:
        raise UnusableError("which is no BCM number", remedy) from None
    if bcm in _EEPROM_PINS:
        raise UnusableError("which is reserved for the EEPROM of add-on boards (HATs)", remedy)
    if not _FIRST_PIN <= bcm <= _LAST_PIN:
        raise UnusableError("which is no GPIO of the 40-pin header", remedy)
    return bcm


def pin_or_none(value: object) -> int | None:
    """Read a pin, or None where empty or "none" turns the device off."""
    if is_none(value):
        return None
    try:
        return pin(value)
    except UnusableError as refusal:
        raise UnusableError(refusal.why, f"{refusal.remedy}; or none to turn it off") from None

"""Which machine this is, and since when it runs, as the kernel tells."""

from collections.abc import Sequence

# ruff: noqa: PTH123 - pathlib would cost `relay safe` its time

_BOOT_ID = "/proc/sys/kernel/random/boot_id"

# A Pi's own number stays with the board; the system's, which other machines have, goes with a copied card.
# Boards without a number of their own have a row of zeros there (or of "f"), one like the other.
_TOLD_BY = ("/sys/firmware/devicetree/base/serial-number", "/etc/machine-id")

_NOT_YET = "uninitialized"
"""What stands in `/etc/machine-id` of an image until its first boot is over (machine-id(5))."""


def boot() -> str:
    """Return what names the time since this machine was started. Raises `OSError`."""
    with open(_BOOT_ID, encoding="ascii") as file:
        return file.read().strip()


def serial_number(told_by: Sequence[str] = _TOLD_BY) -> str:
    """Return what tells this machine from every other one, else its system; empty where nothing does."""
    for path in told_by:
        try:
            with open(path, encoding="ascii", errors="replace") as file:
                number = file.read().strip("\0 \n")
                if len(set(number)) > 1 and number != _NOT_YET:
                    return number
        except OSError:
            continue
    return ""

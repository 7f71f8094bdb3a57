"""Which machine this is, and since when it runs, as the kernel tells."""

# ruff: noqa: PTH123 - pathlib would cost `relay safe` its time

_BOOT_ID = "/proc/sys/kernel/random/boot_id"

_SERIAL_NUMBER = "/proc/device-tree/serial-number"
"""The serial number of a Raspberry Pi's processor; a card that is put into another Pi tells another."""

_CPUINFO = "/proc/cpuinfo"
_MACHINE_ID = "/etc/machine-id"
"""Where there is no such number: the same on a copy of the card, so that a copy is not told apart."""


def boot() -> str:
    """Return what names the time since this machine was started. Raises `OSError`."""
    return _read(_BOOT_ID)


def serial_number() -> str:
    """Return what names this machine; empty where nothing does."""
    return _told_by(_SERIAL_NUMBER) or _serial_of_cpu() or _told_by(_MACHINE_ID)


def _serial_of_cpu() -> str:
    lines = (line.partition(":") for line in _told_by(_CPUINFO).splitlines())
    return next((value.strip() for name, _, value in lines if name.strip() == "Serial"), "")


def _told_by(path: str) -> str:
    try:
        return _read(path)
    except OSError:
        return ""


def _read(path: str) -> str:
    with open(path, encoding="ascii", errors="replace") as file:
        return file.read().strip("\0\n ")

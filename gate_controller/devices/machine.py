"""Which machine this is, and since when it runs, as the kernel tells."""

_BOOT_ID = "/proc/sys/kernel/random/boot_id"


def boot() -> str:
    """Return what names the time since this machine was started. Raises `OSError`."""
    with open(_BOOT_ID, encoding="ascii") as file:  # noqa: PTH123 - pathlib would cost `relay safe` its time
        return file.read().strip()

"""Memory that a long answer took, given back to the machine."""

from contextlib import suppress


def give_memory_back() -> None:
    """
    Give what is free back to the machine.

    The list of a busy day takes some megabytes for a moment. glibc keeps all that lies below something that lives on,
    and every longer list takes new memory above it. Elsewhere than on glibc nothing is done.
    """
    # A unit that denies memory that is written and run (MemoryDenyWriteExecute=) may deny ctypes, with an older libffi.
    with suppress(ImportError, OSError, MemoryError, AttributeError):
        import ctypes  # noqa: PLC0415 - for those few gates that ever ask for a list

        ctypes.CDLL(None).malloc_trim(0)

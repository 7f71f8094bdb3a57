"""
A disk that loses in a power cut what was not flushed: a plugin of nbdkit's, which runs it by the system's own Python.

What is written stays in memory until the guest flushes; a machine that connects anew finds what had been flushed when
the one before it went away. The image itself is never changed. `tell=FILE` gets a line for each power cut.
"""

from pathlib import Path
from typing import Any

API_VERSION = 2
BLOCK = 4096

_given: dict[str, Path] = {}
_flushed: dict[int, bytes] = {}
_unflushed: dict[int, bytes] = {}


def config(key: str, value: str) -> None:
    """Take `image=FILE` and `tell=FILE` of the command line."""
    _given[key] = Path(value)


def open(readonly: bool) -> Any:  # noqa: A001, ARG001 - nbdkit's own name for it
    """Begin with a machine: what the one before did not flush is gone."""
    if _unflushed:
        with _given["tell"].open("a", encoding="ascii") as file:
            file.write(f"{len(_unflushed)}\n")
        _unflushed.clear()
    return _given["image"].open("rb")


def get_size(image: Any) -> int:
    """Return the size of the disk in bytes."""
    size: int = image.seek(0, 2)
    return size


def can_write(image: Any) -> bool:  # noqa: ARG001 - nbdkit's own arguments, here and below
    """Say that it can be written to."""
    return True


def can_flush(image: Any) -> bool:  # noqa: ARG001
    """Say that it has a cache that is flushed when told."""
    return True


def pread(image: Any, buffer: Any, offset: int, flags: int) -> None:  # noqa: ARG001
    """Read what was written last, flushed or not."""
    end = offset + len(buffer)
    image.seek(offset)
    buffer[:] = image.read(len(buffer))
    for number in range(offset // BLOCK, (end + BLOCK - 1) // BLOCK):
        block = _unflushed.get(number) or _flushed.get(number)
        if block is not None:
            first, last = max(offset, number * BLOCK), min(end, (number + 1) * BLOCK)
            buffer[first - offset : last - offset] = block[first - number * BLOCK : last - number * BLOCK]


def pwrite(image: Any, buffer: Any, offset: int, flags: int) -> None:  # noqa: ARG001
    """Keep it in memory, block by block."""
    end = offset + len(buffer)
    for number in range(offset // BLOCK, (end + BLOCK - 1) // BLOCK):
        first, last = max(offset, number * BLOCK), min(end, (number + 1) * BLOCK)
        whole = bytearray(BLOCK)
        if last - first < BLOCK:
            pread(image, whole, number * BLOCK, 0)
        whole[first - number * BLOCK : last - number * BLOCK] = buffer[first - offset : last - offset]
        _unflushed[number] = bytes(whole)


def flush(image: Any, flags: int) -> None:  # noqa: ARG001
    """Make all that was written so far outlast the power."""
    _flushed.update(_unflushed)
    _unflushed.clear()

"""
Bringing lgpio in without its traces.

When it is imported, lgpio (0.2.2) makes a FIFO, `.lgd-nfy0`, in its working directory, and cannot be imported where it
may not. `LG_WD` names another directory; but then lgpio takes the whole process there.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from types import ModuleType

from gate_controller.devices.runtime_directory import runtime_directory

WORKING_DIRECTORY = "LG_WD"
"""The variable in which lgpio looks for the name of its working directory."""


def is_lgpio_there() -> bool:
    """
    Return whether lgpio can be imported. By its compiled half: what the index has under that name for Python 3.13 is an
    empty file, which pip takes (https://github.com/joan2937/lg/issues/43).
    """
    return find_spec("_lgpio") is not None


def lgpio_imported() -> ModuleType:
    """Return lgpio. Raises whatever its import raises."""
    with tidy():
        import lgpio  # noqa: PLC0415 - not on every machine, and only with the care that is taken here

    module: ModuleType = lgpio
    return module


@contextmanager
def tidy() -> Iterator[None]:
    """
    Let lgpio be imported inside: its FIFO is where `LG_WD` says, else in the runtime directory, else in a directory
    that is gone afterwards (lgpio has the FIFO open by then). The process stays where it is.
    """
    before = os.environ.get(WORKING_DIRECTORY)
    place, fleeting = before or runtime_directory(os.environ), ""
    if not (place and os.access(place, os.W_OK | os.X_OK)):
        place = fleeting = _fleeting_directory()
    here = os.open(".", os.O_PATH | os.O_CLOEXEC)
    if place:
        os.environ[WORKING_DIRECTORY] = place
    try:
        yield
    finally:
        with suppress(OSError):
            os.fchdir(here)
        os.close(here)
        os.environ.pop(WORKING_DIRECTORY, None)
        if before is not None:
            os.environ[WORKING_DIRECTORY] = before
        if fleeting:
            import shutil  # noqa: PLC0415 - as in `_fleeting_directory`

            shutil.rmtree(fleeting, ignore_errors=True)


def _fleeting_directory() -> str:
    """Return a new directory; empty where none can be had, which lgpio then says in its own words."""
    import tempfile  # noqa: PLC0415 - takes longer than lgpio itself, and a service has no need of it

    with suppress(OSError):
        return tempfile.mkdtemp(prefix="gate-controller-")
    return ""

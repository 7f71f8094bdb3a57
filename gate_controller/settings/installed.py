"""A gate or a venue that was installed as a package: where it is, and what goes without saying there."""

import sys
from pathlib import Path

PROGRAM = Path("/opt/gate-controller")
STATE_DIR = "/var/lib/gate-controller"
"""The unit's state directory: a technician's commands find the gate of the service without being told."""

VENUE_STATE_DIR = "/var/lib/gate-venue"
VENUE_LIBRARIES = Path("/usr/lib/gate-venue")
"""What only a venue needs, as the package gate-venue has it unpacked: gates go without."""


def is_installed(prefix: str = sys.prefix) -> bool:
    """Whether this program is the package's, by where its virtual environment is."""
    return Path(prefix).is_relative_to(PROGRAM)


def state_dir_by_default(prefix: str = sys.prefix) -> str:
    """Return where journal and state are, if nothing else says so."""
    return STATE_DIR if is_installed(prefix) else "state"


def venue_state_dir_by_default(prefix: str = sys.prefix) -> str:
    """Return where a venue's store, users and keys are, if nothing else says so."""
    return VENUE_STATE_DIR if is_installed(prefix) else "venue-state"


def find_venue_libraries(place: Path = VENUE_LIBRARIES, prefix: str = sys.prefix) -> None:
    """Let the program of a package find the libraries of a venue's package, behind its own."""
    if is_installed(prefix) and place.is_dir() and str(place) not in sys.path:
        sys.path.append(str(place))

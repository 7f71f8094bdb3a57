"""
What a gate has whose visitors, contacts and faults are played: only a demo does.

The page knows it by this protocol alone; `demo/stage.py` is such a one.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from gate_controller.admission.words.events import Contact
from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.messages import Signal
from gate_controller.admission.words.money import Cents

PLAYER: Final = "demo"
"""The name of whoever sits at a machine that plays: orders have one."""


@frozen
class Holding:
    """A voucher to hold under the scanner."""

    code: str
    name: str
    """What it is, in a word or two; a phrase of the page."""
    left: Cents | None
    """What is on it now; None: E-GUMA does not know it."""
    currency: str


@frozen
class Scene:
    """How everything that is played stands at one moment."""

    signal: Signal
    """What the lamps show."""
    arm_is_open: bool
    contacts: Mapping[Contact, bool]
    """Which are active; none where the pins are real ones."""
    faults: Mapping[str, bool]
    """What can go wrong, each a phrase of the page, and whether it does."""
    holdings: Sequence[Holding]
    charged: Cents
    """What E-GUMA's books say was charged in all."""


class Playground(Protocol):
    """The way to play, in the event loop."""

    def scene(self) -> Scene:
        """Return how things stand."""

    def scan(self, code: str) -> None:
        """Hold a code under the scanner."""

    def move(self, contact: Contact) -> None:
        """Press the exit button and let it go, or move another contact to its other state."""

    def let_fail(self, fault: str) -> None:
        """Let this go wrong from the next request on, and nothing else. Raises KeyError for an unknown one."""

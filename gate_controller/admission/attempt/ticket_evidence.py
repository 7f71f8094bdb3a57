"""
What E-GUMA says of a ticket becomes a conclusion about one check-in: the table "The ticket's lost answer" of design.md.

Nothing here acts: `ticket_doubt.py` asks, and does what was concluded.
"""

from enum import Enum, auto
from math import floor

from gate_controller.admission.words.ticket_calls import TicketInfo

CLOCKS_APART_SECONDS = 3.0
"""
So much the gate's clock and E-GUMA's may differ: within two seconds the gate keeps its own, and `Date` has whole ones.
"""


class EntrySays(Enum):
    """What a ticket tells of one check-in that was sent."""

    NOT_IN = auto()
    """It is not checked in."""
    BEFORE = auto()
    """It was checked in before this one was intended."""
    OURS = auto()
    """It was checked in when this one can have taken effect."""
    LATER = auto()
    """It was checked in when this one could take no effect any more."""
    UNTOLD = auto()
    """It is checked in, and the moment tells nothing: a clock was not sure, or they differ by as much."""


class EntryConclusion(Enum):
    """What follows."""

    ENTERED = auto()
    REENTERED = auto()
    """Checked in before, and within the time in which the house lets it in again."""
    UNSURE = auto()
    """Two explanations: the visitor is let in, and a person looks at it."""
    NOT_DONE = auto()
    IN_ALREADY = auto()
    """This one did nothing, for the ticket was checked in."""
    PERHAPS_TWICE = auto()
    """E-GUMA said that it was checked in already, and it may have been by this very request: a person decides."""
    LOOK_AGAIN = auto()


def read_entry(info: TicketInfo, intended_at: float, settle_seconds: float, *, is_dated: bool) -> EntrySays:
    """
    Return what a ticket tells of a check-in that was intended at a moment (wall clock).

    E-GUMA tells whole seconds. `is_dated`: the gate's clock was sure at that moment.
    """
    if not info.is_checked_in:
        return EntrySays.NOT_IN
    if info.checked_in_at is None or not is_dated:
        return EntrySays.UNTOLD
    begun = floor(intended_at)
    if info.checked_in_at < begun - CLOCKS_APART_SECONDS:
        return EntrySays.BEFORE
    if info.checked_in_at < begun:
        return EntrySays.UNTOLD
    is_late = info.checked_in_at > intended_at + settle_seconds + CLOCKS_APART_SECONDS
    return EntrySays.LATER if is_late else EntrySays.OURS


_SETTLED = {
    EntrySays.NOT_IN: EntryConclusion.NOT_DONE,
    EntrySays.BEFORE: EntryConclusion.IN_ALREADY,
    EntrySays.LATER: EntryConclusion.IN_ALREADY,
    EntrySays.OURS: EntryConclusion.ENTERED,
    EntrySays.UNTOLD: EntryConclusion.UNSURE,
}
"""What follows from a look-up that no late effect can belie any more."""

_AT_ONCE = {says: _SETTLED[says] for says in (EntrySays.LATER, EntrySays.OURS, EntrySays.UNTOLD)}
"""What is concluded whenever it is seen."""

_REFUSED = {
    EntrySays.NOT_IN: EntryConclusion.NOT_DONE,
    EntrySays.BEFORE: EntryConclusion.IN_ALREADY,
    EntrySays.LATER: EntryConclusion.IN_ALREADY,
    EntrySays.OURS: EntryConclusion.PERHAPS_TWICE,
    EntrySays.UNTOLD: EntryConclusion.PERHAPS_TWICE,
}
"""What follows where E-GUMA said that it was checked in already: two gates may have been asked in the same second."""


def conclude_entry(says: EntrySays, *, is_refused: bool, is_within_reentry: bool, settled: bool) -> EntryConclusion:
    """Return what a look-up comes to; `settled`: it began after the settling time."""
    if is_refused:
        concluded = _REFUSED[says]
    else:
        concluded = _AT_ONCE.get(says) or (_SETTLED[says] if settled else EntryConclusion.LOOK_AGAIN)
    is_in_before = concluded in {EntryConclusion.IN_ALREADY, EntryConclusion.PERHAPS_TWICE}
    return EntryConclusion.REENTERED if is_in_before and is_within_reentry else concluded

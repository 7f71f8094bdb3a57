"""
What scanners type that take themselves for an American keyboard, at a computer that is set to another.

A dash or a scanner's prefix that has become another letter shows at which keyboard; where a code has neither, nothing
does, and `other_reading` is what else it may be.
"""

import re
from typing import Final

ON_ANOTHER_KEYBOARD: Final = str.maketrans("yzYZ'ßẞ?", "zyZY----")
"""What German and Swiss letters stand for on such a scanner."""

_SWAPPED: Final = str.maketrans("yzYZ", "zyZY")

_ON_FRENCH: Final = str.maketrans("&é\"'(-è_çà)aqzwAQZW,?;", "1234567890-qawzQAWZmM.")
"""What the letters of a French keyboard (not of a Swiss one) stand for: digits are typed there with Shift."""

_FRENCH_DIGITS: Final = frozenset('&é"(èçà')
_DASHES_THERE: Final = frozenset("'ßẞ?")

_PREFIX_THERE: Final = re.compile(r"^[\s\u0308]*[+\u00a8$](?=[A-Za-z][0-9])")
"""The `]` of an AIM prefix on a German, Swiss or French keyboard."""


def as_scanned(text: str) -> str:
    """Return a code as it is, where it shows at what keyboard it was scanned; else as it was typed."""
    if _FRENCH_DIGITS & set(text):
        return _PREFIX_THERE.sub("]", text.translate(_ON_FRENCH))
    if _DASHES_THERE & set(text) or _PREFIX_THERE.match(text):
        return _PREFIX_THERE.sub("]", text).translate(ON_ANOTHER_KEYBOARD)
    return text


def other_reading(text: str) -> str | None:
    """Return what else a code may be that E-GUMA does not know, if a scanner typed it; None where it is the same."""
    other = text.translate(_SWAPPED)
    return other if other != text else None

"""What scanners type that take themselves for an American keyboard, at a computer that is set to another."""

from typing import Final

ON_ANOTHER_KEYBOARD: Final = str.maketrans("yzYZ'ßẞ?", "zyZY----")
"""What German and Swiss letters stand for on such a scanner."""

_DASHES_THERE: Final = frozenset("'ßẞ?")


def as_scanned(text: str) -> str:
    """Return a code as it is, where its dashes show at what keyboard it was scanned; else as it was typed."""
    return text.translate(ON_ANOTHER_KEYBOARD) if _DASHES_THERE & set(text) else text

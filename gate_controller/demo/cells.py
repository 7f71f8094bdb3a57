"""
Text measured in a terminal's cells: East Asian letters take two, accents that stand on a letter take none.

Everything that reaches the screen passes `visible` first: a voucher's message or a scan may hold anything, even what
would control the terminal.
"""

import unicodedata

_NO_WIDTH = {"Mn", "Me", "Cf"}
_WIDE = {"W", "F"}


def visible(text: str) -> str:
    """Return the text on one line, with what would control the terminal left out."""
    return "".join(c if c.isprintable() or unicodedata.category(c) in {"Cf", "Zs"} else " " for c in text)


def width(text: str) -> int:
    """Return how many cells a text takes."""
    return sum(map(_cells, text))


def fit(text: str, room: int) -> str:
    """Return the text in exactly `room` cells: filled up with blanks, or cut with an ellipsis."""
    if width(text) > room:
        text = _head(text, room - 1) + "…" if room > 0 else ""
    return text + " " * (room - width(text))


def wrap(text: str, room: int) -> list[str]:
    """Return the text in lines of at most `room` cells, broken between words, and inside those that are too long."""
    lines: list[str] = []
    line = ""
    # A no-break space is no place to break: it keeps an amount and its currency together.
    for word in visible(text).split(" "):
        rest = word
        if line and width(line) + 1 + width(rest) <= room:
            line = f"{line} {rest}"
            continue
        if line:
            lines.append(line)
        while width(rest) > room:
            head = _head(rest, room) or rest[0]
            lines.append(head)
            rest = rest[len(head) :]
        line = rest
    return [*lines, line] if line else lines


def _cells(character: str) -> int:
    if unicodedata.category(character) in _NO_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(character) in _WIDE else 1


def _head(text: str, room: int) -> str:
    for end, character in enumerate(text):
        room -= _cells(character)
        if room < 0:
            return text[:end]
    return text

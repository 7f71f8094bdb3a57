"""
Text in a terminal's cells, as rich counts them: East Asian letters take two, accents that stand on a letter take none.

Everything that reaches the screen passes `visible` first: a voucher's message or a scan may hold anything, even what
would control the terminal.
"""

import unicodedata

from rich.text import Text

from gate_controller.demo.lines import LAYOUT

# rich takes a no-break space for a place to break, and a private character, which `visible` lets no text have, for a
# letter: so an amount and its currency stay together.
_KEEP = {0x00A0: 0xE000, 0x202F: 0xE001}
_GIVE_BACK = {letter: space for space, letter in _KEEP.items()}


def visible(text: str) -> str:
    """Return the text on one line, with what would control the terminal, or join letters unseen, left out."""
    return "".join(map(_seen, text))


def fit(text: str, room: int) -> str:
    """Return the text in exactly `room` cells: filled up with blanks, or cut with an ellipsis."""
    fitted = Text(text)
    fitted.truncate(room, overflow="ellipsis", pad=True)
    return fitted.plain if room > 0 else ""


def wrap(text: str, room: int) -> list[str]:
    """Return the text in lines of at most `room` cells, broken between words, and inside those that are too long."""
    lines = Text(visible(text).translate(_KEEP)).wrap(LAYOUT, room)
    return [line for line in (broken.plain.rstrip().translate(_GIVE_BACK) for broken in lines) if line]


def _seen(character: str) -> str:
    if character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    return "" if unicodedata.category(character) == "Cf" else " "

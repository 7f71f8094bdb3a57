"""
What a HD44780 can show: the characters of its two ROMs, and what stands for every other.

ROM A00 (Japanese, the usual one) has few accents and no backslash or tilde; A02 (European) has Latin-1. RPLCD prints
what a ROM does not have as a blank, without a word, so nothing is handed over that is not in these tables.
"""

import string
import unicodedata
from collections.abc import Mapping
from enum import StrEnum

from gate_controller.devices.display.typesetting.fitting import NO_BREAK_SPACE, safe


class Rom(StrEnum):
    """The characters burnt into the controller; the last letters of its name say which (HD44780UA00)."""

    A00 = "a00"
    A02 = "a02"


_ASCII = string.ascii_letters + string.digits + string.punctuation + " "
_LATIN_1 = "".join(map(chr, range(0xA1, 0x100)))

KNOWN: Mapping[Rom, frozenset[str]] = {
    # Where ASCII has backslash and tilde it has the yen sign and an arrow.
    Rom.A00: frozenset(_ASCII) - set("\\~") | frozenset("¥→←°αäβεμσρ√¢£ñö∞Ωüπ÷Σ"),
    # What is taken away has no place of its own in RPLCD's table, or is no sign at all (U+00AD).
    Rom.A02: frozenset(_ASCII + _LATIN_1) - set("¨¬\u00ad¯°´µ¸Ø") | set("´“”↑↓→←≤≥●∞"),
}
"""What each ROM shows as it is."""

STAND_INS: Mapping[str, str] = {
    # Swiss German writes capitals so where they have no dots.
    "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "ẞ": "SS",
    "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "Ø": "O", "ø": "o", "Ł": "L", "ł": "l", "Đ": "D", "đ": "d",
    "Ð": "D", "ð": "d", "Þ": "Th", "þ": "th", "ı": "i",
    "’": "'", "‘": "'", "‚": "'", "‛": "'", "´": "'", "′": "'", "ʼ": "'",
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "″": '"', "¨": '"', "‹": "'", "›": "'",
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-", "¬": "-", "¯": "-", "~": "-",
    "€": "EUR", "¥": "JPY", "£": "GBP", "¢": "c",
    "×": "x", "÷": ":", "·": ".", "•": "*", "●": "*", "¸": ",", "¦": "|", "\\": "/", "¡": "!", "¿": "?",
    "°": "o", "µ": "u", "≤": "<=", "≥": ">=", "→": "->", "←": "<-", "©": "(c)", "®": "(r)", "§": "S", "¶": "P",
}  # fmt: skip
"""What is written for a character the ROM does not have, where that is not its plain letter."""

_UNKNOWN = "?"


def fold(text: str, rom: Rom, glyphs: Mapping[str, str] | None = None) -> str:
    """
    Return the text in characters the ROM has; of what it cannot show, "?" for each character.

    `glyphs` are characters with a glyph of their own, and the one that calls it up. No-break spaces stay, for the
    line to be broken elsewhere: `without_no_break_spaces` comes last.
    """
    own = glyphs or {}
    return "".join(own.get(character) or _folded(character, rom) for character in safe(text))


def without_no_break_spaces(row: str) -> str:
    """Return a row as it is handed to the display."""
    return row.replace(NO_BREAK_SPACE, " ")


def _folded(character: str, rom: Rom) -> str:
    if character == NO_BREAK_SPACE or character in KNOWN[rom]:
        return character
    plain = "".join(part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part))
    for form in (STAND_INS.get(character, ""), plain.strip()):
        if form and all(part in KNOWN[rom] for part in form):
            return form
    return _UNKNOWN

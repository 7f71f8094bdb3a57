"""
What a HD44780 can show: the characters of its two ROMs, and what stands for every other.

ROM A00 (Japanese, the usual one) has few accents and no backslash or tilde; A02 (European) has Latin-1. Nothing is
handed over that is not in these tables: such a character has no code.
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

CODES: Mapping[Rom, Mapping[str, int]] = {
    # HD44780U datasheet, table 4, p. 17. Where ASCII has backslash and tilde it has the yen sign and an arrow.
    Rom.A00: {character: ord(character) for character in _ASCII if character not in "\\~"}
    | {
        "¥": 0x5C, "→": 0x7E, "←": 0x7F, "°": 0xDF, "α": 0xE0, "ä": 0xE1, "β": 0xE2, "ε": 0xE3, "μ": 0xE4, "σ": 0xE5,
        "ρ": 0xE6, "√": 0xE8, "¢": 0xEC, "£": 0xED, "ñ": 0xEE, "ö": 0xEF, "∞": 0xF3, "Ω": 0xF4, "ü": 0xF5, "Σ": 0xF6,
        "π": 0xF7, "÷": 0xFD,
    },
    # The same, p. 18. Of Latin-1 it lacks some signs; U+00AD is none at all.
    Rom.A02: {character: ord(character) for character in _ASCII + _LATIN_1 if character not in "¨¬\u00ad¯°´µ¸Ø"}
    | {
        "●": 0x16, "↑": 0x18, "↓": 0x19, "→": 0x1A, "←": 0x1B, "≤": 0x1C, "≥": 0x1D, "“": 0x12, "”": 0x13, "∞": 0x9C,
        "´": 0xAF,
    },
}  # fmt: skip
"""The characters each ROM shows as they are, with its codes for them."""

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
    if character == NO_BREAK_SPACE or character in CODES[rom]:
        return character
    plain = "".join(part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part))
    for form in (STAND_INS.get(character, ""), plain.strip()):
        if form and all(part in CODES[rom] for part in form):
            return form
    return _UNKNOWN

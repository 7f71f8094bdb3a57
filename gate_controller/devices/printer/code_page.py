"""
Text in the bytes of WPC1252, which receipt printers have for Western Europe: é ü ’ « » and € are in it.

Rules: no byte below 32 comes out, whatever goes in, so that no text of E-GUMA or of a template is a command to the
printer; a letter that the page lacks becomes its nearest.
"""

import unicodedata

from gate_controller.devices.display.typesetting.folding import STAND_INS

CODE_PAGE = "cp1252"

_UNKNOWN = "?"


def printable(text: str) -> str:
    """Return a text in the characters of the page; "?" stands for each that has none near it. One line, always."""
    return "".join(map(_nearest, unicodedata.normalize("NFC", text)))


def encode(text: str) -> bytes:
    """Return the bytes of a text, one for each column of its line."""
    return printable(text).encode(CODE_PAGE)


def _nearest(character: str) -> str:
    kind = unicodedata.category(character)
    if kind.startswith("Z") or character in "\t\r\n\v\f":  # blanks of every width, and what ends a line
        return " "
    if kind.startswith(("C", "M")):  # control, format, unassigned; accents that stand alone
        return ""
    if _is_in_page(character):
        return character
    plain = "".join(part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part))
    near = (form for form in (plain, STAND_INS.get(character, "")) if form and all(map(_is_in_page, form)))
    return next(near, _UNKNOWN)


def _is_in_page(character: str) -> bool:
    try:
        return character.encode(CODE_PAGE) >= b" "
    except UnicodeEncodeError:
        return False

"""
The eight characters of our own that a HD44780 takes: the symbols, and letters its ROM does not have.

Each is eight rows of five bits; the lowest row is left to the cursor. Their places are 0 to 7.
"""

from collections.abc import Mapping

from gate_controller.admission.words.messages import Symbol
from gate_controller.devices.display.typesetting.folding import Rom

Bitmap = tuple[int, ...]

SYMBOLS: Mapping[Symbol, int] = {symbol: place for place, symbol in enumerate(Symbol)}
"""The place of each symbol's glyph."""

LETTERS: Mapping[Rom, str] = {
    # The commonest accents of French and Italian; the others lose theirs.
    Rom.A00: "éè",
    Rom.A02: "€",
}
"""What has a glyph behind the symbols, in its order."""


def bitmaps(rom: Rom) -> dict[int, Bitmap]:
    """Return the glyphs of a display with this ROM, by their place."""
    letters = {len(SYMBOLS) + number: _drawn(_LETTERS[letter]) for number, letter in enumerate(LETTERS[rom])}
    return {place: _drawn(_SYMBOLS[symbol]) for symbol, place in SYMBOLS.items()} | letters


def characters(rom: Rom) -> dict[str, str]:
    """Return the letters that have a glyph, and the character that calls it up."""
    return {letter: chr(len(SYMBOLS) + number) for number, letter in enumerate(LETTERS[rom])}


def _drawn(rows: str) -> Bitmap:
    return tuple(int(row.replace(".", "0").replace("#", "1"), 2) for row in rows.split())


_SYMBOLS: Mapping[Symbol, str] = {
    Symbol.SCAN: "##.## #...# .#.#. .#.#. .#.#. #...# ##.## .....",
    Symbol.CLOCK: ".###. #.#.# #.#.# #.### #...# #...# .###. .....",
    Symbol.TICK: "..... ....# ...## #.##. ###.. .#... ..... .....",
    Symbol.CROSS: "#...# ##.## .###. ..#.. .###. ##.## #...# .....",
    Symbol.HAND: ".#.#. .#.## .#.## ##### ##### .#### .###. .....",
    Symbol.ARROW: "..#.. .###. ##### ..#.. ..#.. ..#.. ..#.. .....",
}

_LETTERS: Mapping[str, str] = {
    "é": "...#. ..#.. .###. #...# ##### #.... .###. .....",
    "è": ".#... ..#.. .###. #...# ##### #.... .###. .....",
    "€": "..### .#... ####. .#... ####. .#... ..### .....",
}

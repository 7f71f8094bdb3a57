"""
Text fitted to a width, whatever measures it: pixels of a font, or cells of a character display.

Rules: broken between words, inside only those that are too long; a no-break space is no place to break; nothing is
left out. `safe` comes first, for a voucher's message may hold anything.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import chain

NO_BREAK_SPACE = "\u00a0"
REPLACEMENT = "\ufffd"
"""Stands for what is no character: half a surrogate pair, or a code nobody has given a meaning."""

# Narrow ones too (U+202F between French words and their colon): a small display has one width of blank.
_NO_BREAK_SPACES = frozenset("\u00a0\u2007\u202f")
# Letters and symbols by their category, blanks to the eye: Braille, and the fillers of Hangul.
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_SENTENCE_ENDS = re.compile(r"(?<=[.!?]) ")


def safe(text: str) -> str:
    """
    Return the text on one line, of characters that can be seen one by one.

    Line breaks and control characters become spaces; what would turn the direction of writing or joins invisibly is
    left out. Accents are part of their letter, or left out where no such letter exists: piled up on one they would
    cover the lines above.
    """
    return "".join(_seen(unicodedata.normalize("NFC", text))).strip()


def _seen(text: str) -> Iterator[str]:
    before = " "
    for character in text:
        shown = _shown(character, is_on_letter=before != " ")
        # One blank at most: the first of them says whether a line may break there.
        if shown in {" ", NO_BREAK_SPACE} and before in {" ", NO_BREAK_SPACE}:
            continue
        if shown:
            before = shown
            yield shown


def _shown(character: str, *, is_on_letter: bool) -> str:
    if character in _NO_BREAK_SPACES:
        return NO_BREAK_SPACE
    match unicodedata.category(character):
        case "Zs" | "Zl" | "Zp" | "Cc":
            return " "
        case "Cf":
            return ""
        case "Mn" | "Me":
            return "" if is_on_letter else REPLACEMENT
        case "Cs" | "Co" | "Cn":
            return REPLACEMENT
        case _:
            return " " if character in _BLANKS else character


# Ways of laying out that are tried one after another ask for the same lines: remembering them halves the time.
@lru_cache(maxsize=1024)
def take(text: str, room: int, measure: Callable[[str], int], *, has_wider_lines: bool = False) -> tuple[str, str]:
    """
    Return as much of the text as one line of `room` takes, and the rest.

    With `has_wider_lines` further down, a word that is too long for this line is left to them: the line is empty.
    """
    end = 0
    for space in chain((match.start() for match in re.finditer(" ", text)), [len(text)]):
        # Every character takes some room: what is longer than that need not be measured.
        if space > room or measure(text[:space]) > room:
            break
        end = space
    if end or not text:
        return text[:end], text[end + 1 :]
    if has_wider_lines:
        return "", text
    word = text.split(" ", 1)[0]
    end = next((end for end in range(2, len(word) + 1) if measure(word[:end]) > room), len(word) + 1) - 1
    held = word.rfind(NO_BREAK_SPACE, 1, end + 1)
    if held > 0:  # words that ought to stay together, but are too long for any line
        return text[:held], text[held + 1 :]
    return text[:end], text[end:].removeprefix(" ")


def wrap(text: str, room: int, measure: Callable[[str], int]) -> list[str]:
    """Return the text in lines of at most `room`; one of a single character may be wider."""
    lines = []
    while text:
        line, text = take(text, room, measure)
        lines.append(line)
    return lines


def sentences(text: str) -> list[str]:
    """Return the sentences of a text; joined by spaces they are the text."""
    return _SENTENCE_ENDS.split(text)

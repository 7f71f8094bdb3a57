"""
Text fitted to a width, whatever measures it: pixels of a font, or cells of a character display.

Rules: broken between words, inside only those that are too long; a no-break space is no place to break; nothing is
left out. `safe` comes first, for a voucher's message may hold anything.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, pairwise

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


def take(text: str, room: int, measure: Callable[[str], int]) -> tuple[str, str]:
    """Return as much of the text as one line of `room` takes, and the rest."""
    end = 0
    for space in chain((match.start() for match in re.finditer(" ", text)), [len(text)]):
        # Every character takes some room: what is longer than that need not be measured.
        if space > room or measure(text[:space]) > room:
            break
        end = space
    if end or not text:
        return text[:end], text[end + 1 :]
    word = text.split(" ", 1)[0]
    end = next((end for end in range(2, len(word) + 1) if measure(word[:end]) > room), len(word) + 1) - 1
    held = word.rfind(NO_BREAK_SPACE, 1, end + 1)
    if held > 0:  # words that ought to stay together, but are too long for any line
        return text[:held], text[held + 1 :]
    return text[:end], text[end:].removeprefix(" ")


# Ways of laying out that are tried one after another ask for the same lines.
@lru_cache(maxsize=1024)
def wrap(text: str, first: int, room: int, measure: Callable[[str], int], most: int) -> tuple[str, ...]:
    """
    Return the text in as few lines as there can be; where these are more than `most`, the last holds all the rest.

    `first` is how wide the first line may be, and `room` the others. A word of a single character may be wider.
    """
    lines: list[str] = []
    while text and len(lines) < most:
        line, text = take(text, room if lines else first, measure)
        lines.append(line)
    return (*lines, text) if text else tuple(lines)


def is_broken(text: str, lines: Sequence[str]) -> bool:
    """Return whether a line ends inside a word."""
    return sum(line.count(" ") + 1 for line in lines) != text.count(" ") + 1


@lru_cache(maxsize=64)
def evened(lines: tuple[str, ...], first: int, room: int, measure: Callable[[str], int]) -> tuple[str, ...]:
    """Return the words of these lines in as many lines, of widths as even as can be; no word is broken for that."""
    words = " ".join(lines).split(" ")
    widths = [measure(word) for word in words]
    space = measure("a a") - 2 * measure("a")
    # The least raggedness of the first words, by how many of them stand on the lines so far, and where these break.
    best: dict[int, tuple[int, tuple[int, ...]]] = {0: (0, ())}
    for number in range(len(lines)):
        width = room if number else first
        longer: dict[int, tuple[int, tuple[int, ...]]] = {}
        for begin, (ragged, breaks) in best.items():
            taken = -space
            for end in range(begin, len(words)):
                taken += space + widths[end]
                if taken > width and end > begin:
                    break
                worth = ragged + (width - taken) ** 2
                if end + 1 not in longer or worth < longer[end + 1][0]:
                    longer[end + 1] = worth, (*breaks, end + 1)
        best = longer
    _, ends = best.get(len(words), (0, ()))
    even = tuple(" ".join(words[begin:end]) for begin, end in pairwise((0, *ends)))
    if len(even) != len(lines) or any(measure(line) > (room if place else first) for place, line in enumerate(even)):
        return lines
    return even


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text; joined by spaces they are the text."""
    return tuple(_SENTENCE_ENDS.split(text)) if text else ()

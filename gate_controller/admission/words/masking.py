"""
Codes in texts of somebody else's: they go to the log, to staff and onto the display, and a whole code is money.

People, web pages and programs write a code in many ways: in groups, in small or wide letters, with markup between its
letters, encoded for a URL, a page or JSON. So a text is read as they would be, and what reads as a code is masked where
it stands.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from gate_controller.admission.words.codes import mask

_LEAST_KNOWN = 5
"""Fewer characters are a ShortCode, which reads like any other number."""

# All that is looked for is compiled when it is, for the first time: no start waits for it.

# Between two characters of a code that is known, whatever is no letter or digit.
_BETWEEN = r"[^0-9A-Za-z]{0,3}"
_BLANKS = r"[^0-9A-Za-z]+"

# Of one that is not known, what people and programs put between its groups. With blanks, small letters are words.
_DASH = r"\s?[-_\u2010-\u2015\u2212]\s?"
_LOOKS_LIKE_A_CODE = rf"""(?x)
    (?<![0-9A-Za-z])
    (?: [0-9A-Za-z]{{12}}
      | [0-9A-Za-z]{{4}} {_DASH} [0-9A-Za-z]{{4}} {_DASH} [0-9A-Za-z]{{4}}
      | [0-9A-Z]{{4}} \s? [0-9A-Z]{{4}} \s? [0-9A-Z]{{4}} )
    (?![0-9A-Za-z])
"""
# A word of twelve letters, a telephone number and "2026 GIFT CARD" are no codes, which mix letters and digits.
_MIXED = r"[0-9][A-Za-z]|[A-Za-z][0-9]"

# A tag of a page, a character by its name or number in one, and in a URL or JSON; else the next character.
_PIECE = r"""(?xs)
    (?P<mark> <[^<>]*> | &(?:amp;)?[A-Za-z]{2,8}; )
    | &(?:amp;)?\#(?P<decimal>[0-9]{1,6}); | &(?:amp;)?\#[xX](?P<page>[0-9A-Fa-f]{1,5});
    | %(?P<url>[0-9A-Fa-f]{2}) | \\u(?P<json>[0-9A-Fa-f]{4})
    | .
"""

_MAY_BE_ENCODED = r"[<&%\\]"

_Reading = tuple[str, Sequence[int], Sequence[int]]
"""What a text reads as, and from where to where each letter of that stands in it."""


def masked_in(text: str, *known: str) -> str:
    """
    Return a text of somebody else's without the codes in it: those that are known (a redeem token is one), however they
    are written, and whatever looks like a voucher's code as it is printed, in groups of four or not.
    """
    kinds = [(_letters(code), mask(code)) for code in known if len(_letters(code)) >= _LEAST_KNOWN]
    # Read twice: "50%AB12…" is a code behind a percent sign, or one that begins with the character 0xAB.
    for read in (_as_it_stands, _decoded):
        letters, begins, ends = read(text)
        for begin, end, masked in sorted(_found_in(letters, kinds), reverse=True):  # from behind: places stay true
            text = f"{text[: begins[begin]]}{masked}{text[ends[end - 1] :]}"
    return text


def _spelt(code: str) -> re.Pattern[str]:
    return re.compile(_BETWEEN.join(code), re.IGNORECASE)


def _letters(code: str) -> str:
    return "".join(filter(str.isalnum, code))


def _found_in(letters: str, kinds: Iterable[tuple[str, str]]) -> Iterator[tuple[int, int, str]]:
    """Yield from where to where codes stand, and what is shown in their place; no two overlap."""
    taken = bytearray(len(letters))
    told = re.sub(_BLANKS, "", letters).lower()
    # To spell a code takes a millisecond, and hardly any text holds one: a page of fifty visits took 150.
    spelt = [(_spelt(code), masked) for code, masked in kinds if not code.isascii() or code.lower() in told]
    found = [(each.span(), masked) for kind, masked in spelt for each in kind.finditer(letters)]
    codes = (each for each in re.finditer(_LOOKS_LIKE_A_CODE, letters) if re.search(_MIXED, each[0]))
    found += [(each.span(), mask(each[0])) for each in codes]
    for (begin, end), masked in found:
        if not any(taken[begin:end]):
            taken[begin:end] = bytes((1,)) * (end - begin)
            yield begin, end, masked


def _as_it_stands(text: str) -> _Reading:
    if text.isascii():  # a gate has no time to lose, and this is nearly all
        return text, range(len(text)), range(1, len(text) + 1)
    return _reading(piece for at, letter in enumerate(text) for piece in _plain(letter, at, at + 1))


def _decoded(text: str) -> _Reading:
    if not re.search(_MAY_BE_ENCODED, text):
        return _as_it_stands(text)
    return _reading(chain.from_iterable(map(_decoded_piece, re.finditer(_PIECE, text))))


def _reading(pieces: Iterable[tuple[str, int, int]]) -> _Reading:
    read = tuple(pieces)
    return "".join(letter for letter, _, _ in read), [begin for _, begin, _ in read], [end for _, _, end in read]


def _decoded_piece(piece: re.Match[str]) -> Iterator[tuple[str, int, int]]:
    numbers = [(piece["decimal"], 10), *((piece[name], 16) for name in ("page", "url", "json"))]
    number = next((int(digits, base) for digits, base in numbers if digits), None)
    letter = " " if piece["mark"] else piece[0] if number is None else chr(number)
    return _plain(letter, *piece.span())


def _plain(letter: str, begin: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Yield a character as every keyboard has it: a wide letter, another script's digit; nothing for what is unseen."""
    for plain in letter if letter.isascii() else unicodedata.normalize("NFKC", letter):
        if unicodedata.category(plain) != "Cf":
            yield (str(unicodedata.decimal(plain)) if plain.isdecimal() else plain), begin, end

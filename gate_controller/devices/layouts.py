"""
Which character a key types, layout by layout. A keyboard sends positions, not characters: the key right of T is
Y in London and Z in Zurich, and a French keyboard types digits with shift only.

Rules: a table is drawn as the keys lie, row by row, and says what Linux types (XKB's symbols for us, gb, de, ch,
fr and it). Where Windows, for which scanners are made, types something else, the key has no character here. Nor
has a dead key, which types nothing until the next one comes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

# Key numbers of linux/input-event-codes.h, as the keys lie: KEY_GRAVE and the digits, Q to KEY_RIGHTBRACE,
# A to KEY_BACKSLASH (which is beside Enter on a European keyboard), KEY_102ND and Z to KEY_SLASH.
_ROWS: tuple[tuple[int, ...], ...] = (
    (41, *range(2, 14)),
    tuple(range(16, 28)),
    (*range(30, 41), 43),
    (86, *range(44, 54)),
)

# Stands in a table for a key without a character; no key of these layouts types it.
_NONE = "·"

_TAB, _SPACE = 15, 57
_KEYPAD = {
    **dict(zip((82, 79, 80, 81, 75, 76, 77, 71, 72, 73), "0123456789", strict=True)),  # KEY_KP0 to KEY_KP9
    55: "*",
    74: "-",
    78: "+",
    98: "/",
}
_KEYPAD_DOT = 83


@dataclass(frozen=True, slots=True)
class Layout:
    """What each key types, by its number: alone, with shift, and with AltGr. A key without a character is absent."""

    alone: Mapping[int, str]
    with_shift: Mapping[int, str]
    with_altgr: Mapping[int, str]


def _layout(alone: str, with_shift: str, with_altgr: str, *, keypad_dot: str) -> Layout:
    blanks = {_TAB: "\t", _SPACE: " "}
    # The keypad's keys move a cursor under shift, or without Num Lock. Num Lock is not looked at: a scanner has
    # the keypad for its digits, and sends no cursor.
    return Layout(
        alone=_drawn(alone) | blanks | _KEYPAD | {_KEYPAD_DOT: keypad_dot},
        with_shift=_drawn(with_shift) | blanks,
        with_altgr=_drawn(with_altgr),
    )


def _drawn(table: str) -> dict[int, str]:
    rows = zip(_ROWS, table.split(), strict=True)
    typed = {key: character for keys, row in rows for key, character in zip(keys, row, strict=True)}
    return {key: character for key, character in typed.items() if character != _NONE}


# Where there is no AltGr, the right Alt key is one.
_NO_ALTGR = """
    ·············
    ············
    ············
    ···········
"""

LAYOUTS: Mapping[str, Layout] = {
    "us": _layout(
        r"""
        `1234567890-=
        qwertyuiop[]
        asdfghjkl;'\
        ·zxcvbnm,./
        """,
        """
        ~!@#$%^&*()_+
        QWERTYUIOP{}
        ASDFGHJKL:"|
        ·ZXCVBNM<>?
        """,
        _NO_ALTGR,
        keypad_dot=".",
    ),
    "uk": _layout(
        r"""
        `1234567890-=
        qwertyuiop[]
        asdfghjkl;'#
        \zxcvbnm,./
        """,
        """
        ¬!"£$%^&*()_+
        QWERTYUIOP{}
        ASDFGHJKL:@~
        |ZXCVBNM<>?
        """,
        _NO_ALTGR,
        keypad_dot=".",
    ),
    "de": _layout(
        """
        ·1234567890ß·
        qwertzuiopü+
        asdfghjklöä#
        <yxcvbnm,.-
        """,
        """
        °!"§$%&/()=?·
        QWERTZUIOPÜ*
        ASDFGHJKLÖÄ'
        >YXCVBNM;:_
        """,
        r"""
        ·······{[]}\·
        @·€········~
        ············
        |··········
        """,
        keypad_dot=",",
    ),
    # As German Switzerland types; French Switzerland swaps letters with accents only, which no code has.
    "ch": _layout(
        """
        §1234567890'·
        qwertzuiopü·
        asdfghjklöä$
        <yxcvbnm,.-
        """,
        """
        °+"*ç%&/()=?·
        QWERTZUIOPè!
        ASDFGHJKLéà£
        >YXCVBNM;:_
        """,
        r"""
        ··@#···|·····
        ··€·······[]
        ··········{}
        \··········
        """,
        keypad_dot=".",
    ),
    "fr": _layout(
        """
        ²&é"'(-è_çà)=
        azertyuiop·$
        qsdfghjklmù*
        <wxcvbn,;:!
        """,
        """
        ·1234567890°+
        AZERTYUIOP·£
        QSDFGHJKLM%µ
        >WXCVBN?./§
        """,
        r"""
        ···#{[|·\^@]}
        ··€·········
        ············
        ···········
        """,
        keypad_dot=".",
    ),
    "it": _layout(
        r"""
        \1234567890'ì
        qwertyuiopè+
        asdfghjklòàù
        <zxcvbnm,.-
        """,
        """
        |!"£$%&/()=?^
        QWERTYUIOPé*
        ASDFGHJKLç°§
        >ZXCVBNM;:_
        """,
        """
        ·············
        ··€·······[]
        ·········@#·
        ···········
        """,
        keypad_dot=".",
    ),
}
"""The layouts, by the names that `scanner.layout` may have."""

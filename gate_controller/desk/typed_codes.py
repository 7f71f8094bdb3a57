"""Voucher codes as people type them at a desk: with blanks, in small letters, with whatever dash their keyboard has."""

import re
import unicodedata
from typing import Final

from gate_controller.admission.words.codes import Code, NotAVoucher, read_code

_DASHES: Final = re.compile("[\u2010-\u2015\u2212\u00ad_]")
_BLANKS: Final = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")


def as_typed(text: str) -> str:
    """Return what somebody typed in the letters of codes: no blanks, plain dashes, nothing of double width."""
    return _DASHES.sub("-", _BLANKS.sub("", unicodedata.normalize("NFKC", text)))


def read_typed(text: str) -> Code | NotAVoucher:
    """Return the code that somebody typed or scanned into a field, or why it cannot be one."""
    typed = as_typed(text)
    read = read_code(typed.encode(errors="replace"))
    if not isinstance(read, NotAVoucher):
        return read
    # A person groups as he likes; a scanner's frame with as many dashes is something else (codes.py).
    again = read_code(typed.replace("-", "").encode(errors="replace"))
    return read if isinstance(again, NotAVoucher) or len(again) < _WHOLE else again


_WHOLE: Final = 12
"""Two digits with a dash between them are no ShortCode: there are a hundred, and each may be a stranger's money."""

"""Voucher codes as people type them at a desk: with blanks, in small letters, with whatever dash their keyboard has."""

import re
import unicodedata
from typing import Final

from gate_controller.admission.words.codes import Code, NotAVoucher, TicketNumber, is_ticket_number, read_code

# Compiled when somebody types for the first time: no start waits for it.
_DASHES: Final = "[\u2010-\u2015\u2212\u00ad_]"
_BLANKS: Final = r"[\s\u200b-\u200f\u2060\ufeff]+"


def as_typed(text: str) -> str:
    """Return what somebody typed in the letters of codes: no blanks, plain dashes, nothing of double width."""
    return re.sub(_DASHES, "-", re.sub(_BLANKS, "", unicodedata.normalize("NFKC", text)))


def read_typed(text: str, *, takes_tickets: bool = False) -> Code | NotAVoucher:
    """Return the code that somebody typed or scanned into a field, or why it cannot be one; a ticket's where asked."""
    typed = as_typed(text)
    read = read_code(typed.encode(errors="replace"), takes_tickets=takes_tickets)
    if not isinstance(read, NotAVoucher):
        return read
    # A person groups as he likes; a scanner's frame with as many dashes is something else (codes.py).
    again = read_code(typed.replace("-", "").encode(errors="replace"), takes_tickets=takes_tickets)
    return read if isinstance(again, NotAVoucher) or len(again) < _WHOLE else again


def ticket_typed(text: str) -> TicketNumber | None:
    """Return the ticket number that somebody typed or scanned, in groups or behind a scanner's prefix; else None."""
    code = read_typed(text, takes_tickets=True)
    return TicketNumber(code) if not isinstance(code, NotAVoucher) and is_ticket_number(code) else None


_WHOLE: Final = 12
"""Two digits with a dash between them are no ShortCode: there are a hundred, and each may be a stranger's money."""

"""
A scan becomes a code, or is refused on the spot.

Rules: a code is trimmed, upper case and without dashes; it can be a voucher's printed code (12 characters), a ShortCode
(two digits) or, where the house takes tickets, a ticket's number (19 digits). Everything else is refused here, before
it costs a request or a visitor's time. Which voucher a code means is decided by E-GUMA alone: the *voucher code* is
what Balance returned.

What scanners put around a code is dropped: control characters (STX, ETX, NUL, a TAB as suffix …) and blanks, an AIM
prefix, an ECI prefix, and before 12 characters a maker's code ID. Before two digits only what cannot be mistaken is
dropped: there are a hundred ShortCodes, each of them may be a stranger's money, and "X28", "2-8" or the 28 beside a
magazine's barcode is none.
"""

import re
from typing import NewType

from gate_controller.admission.words.frozen import frozen

Code = NewType("Code", str)
"""What a scan holds, normalised. A ShortCode is a code too, so a code does not name a voucher for ever."""

VoucherCode = NewType("VoucherCode", str)
"""The code that Balance returned: the only one used for redeem, cancel, journal and credits."""

TicketNumber = NewType("TicketNumber", str)
"""Names a ticket: 19 digits (eguma-api.md, "Voucher codes")."""

MAX_FRAME = 64
"""Longest frame looked at, in bytes (design.md). Longer ones are QR codes of something else, or noise."""

# All of ASCII that is no character of a text, and the blank.
_AROUND = "".join(map(chr, (*range(0x21), 0x7F)))

# Symbology identifiers of ISO/IEC 15424, as scanners prefix them when told to: "]", a letter, a modifier. Then, where
# the modifier says so (`]Q2`), or by scanners that send nothing else, the character set: a backslash and six digits.
_AIM_PREFIX = re.compile(r"\](?P<symbology>[A-Za-z])[0-9A-Za-z]")
_ECI_PREFIXES = re.compile(r"(\\[0-9]{6})*")

# Where a prefix tells the symbology, two digits are a ShortCode only in one that a phone shows: Code 128, QR, Data
# Matrix, PDF417, Aztec. `]E1` are the two digits beside a magazine's EAN; `]I` (2 of 5) is the symbology that is read
# in part, and then gives two digits of anything.
_SHOWN_BY_PHONES = frozenset("CQdLz")

# Digits, letters and the keypad's dot (eguma-api.md, "Voucher codes"); a code of dots alone would be a path.
_VOUCHER = re.compile(r"(?=.*[0-9A-Z])[0-9A-Z.]{12}")
_SHORT_CODE = re.compile(r"[0-9]{2}")

TICKET_DIGITS = 19
"""A ticket's number has so many digits, and nothing else is known of its form (eguma-api.md, "Voucher codes")."""
_TICKET_NUMBER = re.compile(rf"[0-9]{{{TICKET_DIGITS}}}")

# E-GUMA prints two dashes. More are something else, such as a MAC address, which has 12 characters too.
_MOST_DASHES = 2

# What makers put before a code to tell its symbology ("code ID", "label ID"), in their own default tables, for what a
# voucher is printed or shown in. Others have no business here: "A", "F" and "d" stand before an EAN.
_CODE_ID = re.compile(
    r"""
    (?: D | j | T | \#              # Code 128: Zebra; Honeywell and Newland; Datalogic EU; Datalogic USA
       | P01 | s | Q | QR | q        # QR: Zebra; Honeywell; Newland; Datalogic; Netum
       | P00 | w | u                 # Data Matrix: Zebra; Honeywell; Newland and Netum
       | X | r                       # PDF417: Zebra; Honeywell, Newland and Netum
       | z | Az )                    # Aztec: Zebra, Honeywell and Newland; Datalogic
    (?P<code> (?=[^A-Z]*[A-Z])       # a letter and twelve digits are a serial number; no voucher is known to be so
              (?: [0-9A-Z.]{12} | [0-9A-Z.]{4}-[0-9A-Z.]{4}-[0-9A-Z.]{4} ) )
    """,
    re.VERBOSE,
)


_SHOWN = 4
"""How many characters of a code people without need may see."""


@frozen
class NotAVoucher:
    """Why a scan cannot be a voucher, in words for the log; never the scan itself, which may be anything."""

    why: str


def read_code(frame: bytes, *, takes_tickets: bool = False) -> Code | NotAVoucher:
    """
    Return the code a frame holds, or why it cannot be one. `frame` is without its end mark; `takes_tickets`: a ticket's
    number is one.
    """
    if len(frame) > MAX_FRAME:
        return NotAVoucher(f"over {MAX_FRAME} bytes")
    try:
        text = frame.decode("ascii").strip(_AROUND)
    except UnicodeDecodeError:
        return NotAVoucher("not ASCII text")
    aim = _AIM_PREFIX.match(text)
    if aim is not None:
        text = text[aim.end() :].strip(_AROUND)
    text = _ECI_PREFIXES.sub("", text, count=1).strip(_AROUND)
    is_short = _SHORT_CODE.fullmatch(text) and (aim is None or aim["symbology"] in _SHOWN_BY_PHONES)
    if is_short or (takes_tickets and is_ticket_number(text)):
        return Code(text)
    if aim is None and (identified := _CODE_ID.fullmatch(text)) is not None:
        text = identified["code"]
    plain = text.upper().replace("-", "")
    if not plain:
        return NotAVoucher("empty")
    if _VOUCHER.fullmatch(plain) and text.count("-") <= _MOST_DASHES:
        return Code(plain)
    return NotAVoucher(f"{len(text)} characters that no voucher code has")


def is_ticket_number(code: str) -> bool:
    """Whether a code is a ticket's number, and no voucher's."""
    return _TICKET_NUMBER.fullmatch(code) is not None


def is_short_code(code: Code) -> bool:
    """Whether a code is two digits of the app, which mean another voucher every few minutes."""
    return _SHORT_CODE.fullmatch(code) is not None


def voucher_code(text: str) -> VoucherCode:
    """Return E-GUMA's spelling of a voucher code as the gate keeps it: upper case, no dashes, no blanks around it."""
    return VoucherCode(text.strip().upper().replace("-", ""))


def mask(code: str) -> str:
    """Return a code as people without need may see it: the last four characters (all of a ShortCode is hidden)."""
    return f"…{code[-_SHOWN:]}" if len(code) > _SHOWN else "…"

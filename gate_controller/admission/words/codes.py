"""
A scan becomes a code, or is refused on the spot.

Rules: a code is trimmed, upper case and without dashes; it can be a voucher's printed code (12 characters) or a
ShortCode (two digits). Everything else is refused here, before it costs a request or a visitor's time. Which voucher a
code means is decided by E-GUMA alone: the *voucher code* is what Balance returned.
"""

import re
from dataclasses import dataclass
from typing import NewType

Code = NewType("Code", str)
"""What a scan holds, normalised. A ShortCode is a code too, so a code does not name a voucher for ever."""

VoucherCode = NewType("VoucherCode", str)
"""The code that Balance returned: the only one used for redeem, cancel, journal and credits."""

MAX_FRAME = 64
"""Longest frame looked at, in bytes (design.md). Longer ones are QR codes of something else, or noise."""

# Symbology identifiers of ISO/IEC 15424, as scanners prefix them when told to: "]", a letter, a modifier.
_AIM_PREFIX = re.compile(r"^\][A-Za-z][0-9A-Za-z]")
# Digits, letters and the keypad's dot (eguma-api.md, "Voucher codes"); a code of dots alone would be a path.
_VOUCHER = re.compile(r"^(?=.*[0-9A-Z])[0-9A-Z.]{12}$")
_SHORT_CODE = re.compile(r"^[0-9]{2}$")
_STX, _ETX = "\x02", "\x03"


@dataclass(frozen=True, slots=True)
class NotAVoucher:
    """Why a scan cannot be a voucher, in words for the log; never the scan itself, which may be anything."""

    why: str


def read_code(frame: bytes) -> Code | NotAVoucher:
    """Return the code a frame holds, or why it cannot be one. `frame` is without its end mark."""
    if len(frame) > MAX_FRAME:
        return NotAVoucher(f"over {MAX_FRAME} bytes")
    try:
        text = frame.decode("ascii")
    except UnicodeDecodeError:
        return NotAVoucher("not ASCII text")
    text = _AIM_PREFIX.sub("", text.strip().removeprefix(_STX)).removesuffix(_ETX)
    text = text.strip().upper().replace("-", "")
    if not text:
        return NotAVoucher("empty")
    if _VOUCHER.match(text) or _SHORT_CODE.match(text):
        return Code(text)
    return NotAVoucher(f"{len(text)} characters that no voucher code has")


def is_short_code(code: Code) -> bool:
    """Whether a code is a ShortCode: what it names is another voucher some day."""
    return _SHORT_CODE.match(code) is not None


def voucher_code(text: str) -> VoucherCode:
    """Return E-GUMA's spelling of a voucher code as the gate keeps it: upper case, no dashes, no blanks around it."""
    return VoucherCode(text.strip().upper().replace("-", ""))


def mask(code: str) -> str:
    """Return a code as people without need may see it: the last four characters (all of a ShortCode is hidden)."""
    shown = 4
    return f"…{code[-shown:]}" if len(code) > shown else "…"

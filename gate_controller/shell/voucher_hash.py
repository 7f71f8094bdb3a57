"""
What names a voucher to whoever follows several gates, and may not know its code.

Gates of one venue have one key, so the same voucher has the same name at each; without the key nobody can tell which
code it is, however many he tries.
"""

import hashlib
import hmac
from typing import Final

from gate_controller.admission.words.codes import voucher_code

HASH_DIGITS: Final = 16
"""64 bits: of a million vouchers no two share a name, but for one chance in 30 million."""


def voucher_hash(key: str, code: str) -> str:
    """Return a voucher's name under the venue's key; `code` as it is kept, or as somebody has typed it."""
    told = voucher_code(code).replace(" ", "")
    return hmac.new(key.encode(), told.encode(), hashlib.sha256).hexdigest()[:HASH_DIGITS]

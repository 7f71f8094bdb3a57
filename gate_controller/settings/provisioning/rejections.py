"""Why a gate does not take what was scanned to provision it: a closed list, and the error that says which."""

from enum import StrEnum


class Rejection(StrEnum):
    """Why a provisioning code is refused, in words for the log."""

    DAMAGED = "it did not arrive whole"
    NEWER = "it was made for a newer version of the gate"
    INCONSISTENT = "its parts do not belong together"
    TOO_LONG = "it is longer than any set of codes"
    UNTRUSTED = "no key that this gate trusts has signed it"
    REVOKED = "the key that signed it is revoked"
    FORGED = "its signature is not that of its key"
    EXPIRED = "it has expired"
    NOT_YET = "it says that it was made in the future"
    REPLAYED = "it was taken already, or a newer one was"
    OTHER_GATE = "it is for another gate"
    WRONG_PASSPHRASE = "its passphrase is another"  # noqa: S105 - words about one
    NOT_OF_THIS_SET = "it belongs to another set of codes"
    TOO_EARLY = "it came before the gate has shown what it confirms"
    UNUSABLE = "a setting in it cannot be used"
    SET_ELSEWHERE = "a setting in it is set elsewhere, which goes over it"
    HOUSE_AWAY = "the house that it names is not reached"
    HOUSE_REFUSES = "the house that it names does not take the gate in"
    NOT_NOW = "the gate takes none just now"


class Rejected(Exception):
    """What was scanned is not taken. `detail` says more, in words for the log, and holds no secret."""

    def __init__(self, why: Rejection, detail: str = "") -> None:
        super().__init__(f"{why}: {detail}" if detail else str(why))
        self.why = why
        self.detail = detail

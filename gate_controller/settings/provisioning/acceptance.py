"""
Whether a message may change a gate: by whom it is, for whom, when, and whether it was there before.

Time on a Raspberry Pi: its clock may be years behind until the network tells it better, and never knowingly ahead. So
no moment counts that is earlier than the making of the newest message that was taken, nor than that of the message
itself, which its signer vouches for. A clock that is known to be right refuses what was made after it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from gate_controller.settings.provisioning.content import Content
from gate_controller.settings.provisioning.provisioned_state import Provisioned
from gate_controller.settings.provisioning.rejections import Rejected, Rejection
from gate_controller.settings.provisioning.sealed import Letter, Sealed, Sealing
from gate_controller.settings.provisioning.venue_keys import Trust, read_statement, shown_id

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

CLOCKS_APART_SECONDS: Final = 24 * 3600
"""So far apart may the clocks of who makes a message and of the gate be."""
_MOST_STATEMENTS: Final = 64


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How the gate is while something is scanned."""

    gate_id: str
    is_provisioned: bool
    now: float
    """Seconds since 1970, as far as the gate knows."""
    is_sure: bool
    """Whether that is known from elsewhere than this machine's clock."""
    trust: Trust
    """Whom root's file names."""
    taken: Provisioned
    judge: Callable[[Mapping[str, object]], None]
    """Raises `Rejected` where the gate could not run with these settings, or they would not count."""
    gate_key: "X25519PrivateKey | None" = None


def believed(sealed: Sealed, at: Circumstances) -> None:
    """Raise `Rejected` for a message that may not change this gate, whatever it says."""
    letter = sealed.letter
    sealed.believed(trust_now(at.trust, at.taken))
    _addressed(letter, at)
    if letter.serial <= at.taken.serial:
        raise Rejected(Rejection.REPLAYED, f"its serial number is {letter.serial}, and {at.taken.serial} was taken")
    if at.is_sure and letter.issued > at.now + CLOCKS_APART_SECONDS:
        raise Rejected(Rejection.NOT_YET, "set the clock of the machine that makes the codes, and make them again")
    if letter.expires <= max(at.now, at.taken.not_before, letter.issued):
        raise Rejected(Rejection.EXPIRED, "make the codes again; if they are new, the gate's clock is wrong")


def trust_now(by_root: Trust, taken: Provisioned) -> Trust:
    """Return whom to believe, after all that was stated in messages that were taken."""
    statements = []
    for line in taken.statements:
        try:
            statements.append(read_statement(line))
        except Rejected:
            continue  # whoever damages the file takes trust away at most
    return by_root.after(statements)


def _addressed(letter: Letter, at: Circumstances) -> None:
    if letter.address:
        if letter.address != at.gate_id:
            raise Rejected(Rejection.OTHER_GATE, f"it is for {letter.address}, and this is {at.gate_id}")
    elif at.is_provisioned and letter.sealing is not Sealing.GATE_KEY:
        # For a gate's own key it is addressed by that.
        raise Rejected(Rejection.OTHER_GATE, "it is for a gate that is not set up yet, and this one is: name the gate")


def after(taken: Provisioned, sealed: Sealed, content: Content, now: float) -> Provisioned:
    """Return what has been taken with this message."""
    letter = sealed.letter
    known = list(taken.statements)
    known += [statement.text for statement in letter.statements if statement.text not in known]
    return replace(
        taken,
        settings={**taken.settings, **content.settings},
        serial=letter.serial,
        signer=shown_id(letter.signer),
        taken_at=max(now, letter.issued),
        not_before=max(taken.not_before, letter.issued),
        statements=tuple(known[-_MOST_STATEMENTS:]),
    )

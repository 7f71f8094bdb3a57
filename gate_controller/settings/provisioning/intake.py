"""
From scanned codes to a message that is taken: parts in any order, the passphrase, what the gate shows, a confirmation.

Rules: one set at a time; nothing of a set is mixed with another's; a repetition changes nothing. The signature comes
before the passphrase, and all that can be refused before anything is shown. Only what was shown can be confirmed, by a
code that comes some seconds later, and everything is judged once more then.
"""

from dataclasses import dataclass, field
from typing import Final, TypeAlias

from gate_controller.settings.provisioning.acceptance import Circumstances, after, believed
from gate_controller.settings.provisioning.content import Content, read_content
from gate_controller.settings.provisioning.provisioned_state import Provisioned
from gate_controller.settings.provisioning.rejections import Rejected, Rejection
from gate_controller.settings.provisioning.scanned_frames import FrameKind, ProvisioningFrame
from gate_controller.settings.provisioning.sealed import Letter, Sealed, Sealing, confirmation, unpack

LAPSES_SECONDS: Final = 600.0
"""After so long without a code a set that was begun is forgotten: whoever began it has gone."""
READING_SECONDS: Final = 2.0
"""So long at least stands what is confirmed: a sheet before a scanner that reads all that it sees confirms nothing."""


@dataclass(frozen=True, slots=True)
class PartsTaken:
    """Some parts are there, others are not."""

    have: int
    total: int
    """0: not known yet, for only the passphrase has come."""
    missing: tuple[int, ...] = ()
    """Their numbers, as they stand below the codes."""


@dataclass(frozen=True, slots=True)
class WantsPassphrase:
    """The message is whole and the venue's; its passphrase comes next."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """What will change, to be shown; the confirmation comes next."""

    letter: Letter
    content: Content


@dataclass(frozen=True, slots=True, repr=False)
class Taken:
    """Confirmed: this is to be kept."""

    letter: Letter
    content: Content
    packed: bytes
    content_key: bytes
    becomes: Provisioned


Step: TypeAlias = PartsTaken | WantsPassphrase | Proposed | Taken


@dataclass(slots=True)
class _Under:
    """A set that is being scanned."""

    set_id: bytes
    parts: dict[int, bytes] = field(default_factory=dict)
    total: int = 0
    passphrase: bytes | None = None
    sealed: Sealed | None = None
    content_key: bytes = b""
    content: Content | None = None
    proposed_at: float = 0.0


class Intake:
    """Takes one code after the other. Times are monotonic."""

    def __init__(self) -> None:
        self._set: _Under | None = None
        self._last = 0.0

    def forget(self) -> None:
        """Drop what was begun."""
        self._set = None

    def shown(self, at: float) -> None:
        """What was proposed is shown only now: from here on it can be read."""
        if self._set is not None:
            self._set.proposed_at = self._last = at

    def take(self, frame: ProvisioningFrame, at: float, circumstances: Circumstances) -> Step:
        """Take a code; return what it has come to; stretching a passphrase takes up to a second. Raises `Rejected`."""
        if at - self._last > LAPSES_SECONDS:
            self._set = None
        self._last = at
        try:
            match frame.kind:
                case FrameKind.PART:
                    return self._part(frame, at, circumstances)
                case FrameKind.PASSPHRASE:
                    return self._passphrase(frame, at, circumstances)
                case FrameKind.CONFIRMATION:
                    return self._confirmation(frame, at, circumstances)
        except Rejected as refused:
            if refused.why not in {Rejection.NOT_OF_THIS_SET, Rejection.TOO_EARLY, Rejection.WRONG_PASSPHRASE}:
                self._set = None
            raise

    def _part(self, frame: ProvisioningFrame, at: float, circumstances: Circumstances) -> Step:
        under = self._set
        if under is None or under.set_id != frame.set_id:
            under = self._set = _Under(frame.set_id)
        if under.total not in {0, frame.total} or under.parts.get(frame.number, frame.content) != frame.content:
            raise Rejected(Rejection.INCONSISTENT, "make the codes again")
        under.total = frame.total
        under.parts[frame.number] = frame.content
        return self._go_on(under, at, circumstances)

    def _passphrase(self, frame: ProvisioningFrame, at: float, circumstances: Circumstances) -> Step:
        under = self._set
        if under is None:
            under = self._set = _Under(frame.set_id)
        if under.set_id != frame.set_id:
            raise Rejected(Rejection.NOT_OF_THIS_SET)
        if not under.content_key:
            under.passphrase = frame.content
        return self._go_on(under, at, circumstances)

    def _go_on(self, under: _Under, at: float, circumstances: Circumstances) -> Step:
        if not under.total or len(under.parts) < under.total:
            missing = tuple(number for number in range(1, under.total + 1) if number not in under.parts)
            return PartsTaken(len(under.parts), under.total, missing)
        if under.sealed is None:
            sealed = unpack(b"".join(under.parts[number] for number in range(1, under.total + 1)))
            if sealed.letter.set_id != under.set_id:
                raise Rejected(Rejection.INCONSISTENT, "its parts name another set than it does")
            believed(sealed, circumstances)
            under.sealed = sealed
        if not under.content_key:
            if under.sealed.letter.sealing is Sealing.GATE_KEY:
                under.content_key = under.sealed.content_key(gate_key=circumstances.gate_key)
            elif under.passphrase is None:
                return WantsPassphrase()
            else:
                passphrase, under.passphrase = under.passphrase, None
                under.content_key = under.sealed.content_key(passphrase=passphrase)
        if under.content is None:
            content = read_content(under.sealed.opened(under.content_key))
            circumstances.judge(content.settings)
            under.content, under.proposed_at = content, at
        return Proposed(under.sealed.letter, under.content)

    def _confirmation(self, frame: ProvisioningFrame, at: float, circumstances: Circumstances) -> Step:
        under = self._set
        if under is not None and under.set_id != frame.set_id:
            raise Rejected(Rejection.NOT_OF_THIS_SET)
        if under is None or under.sealed is None or under.content is None:
            raise Rejected(Rejection.TOO_EARLY, "scan all of its codes first")
        if frame.content != confirmation(under.content_key):
            raise Rejected(Rejection.INCONSISTENT, "its confirmation is none")
        if at - under.proposed_at < READING_SECONDS:
            raise Rejected(Rejection.TOO_EARLY, "read what the gate shows, then scan it again")
        believed(under.sealed, circumstances)
        circumstances.judge(under.content.settings)
        becomes = after(circumstances.taken, under.sealed, under.content, circumstances.now)
        self._set = None
        return Taken(under.sealed.letter, under.content, under.sealed.packed, under.content_key, becomes)

"""
What the next scan is for, where somebody has chosen that: to be told a balance, or an admission at the second price.

Rules: it is chosen while nobody is served and the gate takes scans; it waits for one scan and for ten seconds; chosen
again by a button or a card it is off, and another takes its place. Who may choose is the house's affair.
"""

from collections.abc import Mapping
from typing import Final

from gate_controller.admission.attempt.shown import worst
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.events import Contact, Purpose
from gate_controller.admission.words.frozen import frozen, slotted
from gate_controller.admission.words.messages import Message, MessageKind
from gate_controller.admission.words.money import Cents
from gate_controller.admission.words.policy import PURPOSE_SECONDS, Policy

PURPOSE_BUTTONS: Final[Mapping[Contact, Purpose]] = {
    Contact.BALANCE_BUTTON: Purpose.BALANCE,
    Contact.PRICE_BUTTON: Purpose.SECOND_PRICE,
}
"""What each button makes the next scan be for."""


@frozen
class ChosenPurpose:
    """What somebody has chosen, and until when it waits for its scan (monotonic)."""

    purpose: Purpose
    lapses: float


@slotted
class NextScan:
    """What the next scan is for."""

    chosen: ChosenPurpose | None = None
    """None: an admission at the price."""

    @property
    def is_for_balance(self) -> bool:
        """Whether it is to be told what is on its voucher, and nothing is charged."""
        return self.chosen is not None and self.chosen.purpose is Purpose.BALANCE

    def pressed(self, purpose: Purpose, by: str, turn: Turn, *, is_taken: bool) -> None:
        """Take a button's press, or a card that is held there: on, or off again."""
        if self.chosen is not None and self.chosen.purpose is purpose:
            self._ends(turn, f"{by} again")
        elif objection := objection_to_purpose(purpose, turn, is_taken=is_taken):
            turn.note(f"next_scan=unchanged wanted={purpose.value!r} by={by!r} why={objection!r}")
        else:
            self.choose(purpose, by, turn)

    def choose(self, purpose: Purpose, by: str, turn: Turn) -> None:
        """Let the next scan be for this, in place of what it was for."""
        self.chosen = ChosenPurpose(purpose, turn.at.mono + PURPOSE_SECONDS)
        turn.shown.gives_way()
        turn.note(f"next_scan=chosen what={purpose.value!r} by={by!r}")

    def taken(self) -> Purpose | None:
        """A scan is taken: return what it is for; the one after it is an admission at the price again."""
        chosen, self.chosen = self.chosen, None
        return chosen.purpose if chosen is not None else None

    def let_lapse(self, turn: Turn) -> None:
        """End what no scan has come for in time."""
        if self.chosen is not None and turn.at.mono >= self.chosen.lapses:
            self._ends(turn, "nobody scanned")

    def out_of_service(self, turn: Turn) -> None:
        """The gate takes no scans any more: whoever comes next has not been told."""
        if self.chosen is not None:
            self._ends(turn, f"out of service: {worst(turn.faults).name.lower()}")

    def invitation(self, policy: Policy, wall: float) -> Message | None:
        """Return what the gate tells whoever comes next; None: what it always tells."""
        match self.chosen:
            case ChosenPurpose(Purpose.BALANCE):
                return Message(MessageKind.CHECK_BALANCE, policy.usual_price(wall))
            case ChosenPurpose(Purpose.SECOND_PRICE):
                return Message(MessageKind.OTHER_PRICE, price_for(Purpose.SECOND_PRICE, policy, wall))
            case _:
                return None

    def _ends(self, turn: Turn, why: str) -> None:
        self.chosen = None
        turn.note(f"next_scan=over why={why!r}")


def price_for(purpose: Purpose, policy: Policy, wall: float) -> Cents:
    """Return what an admission for this purpose costs at a moment of the wall clock, in cents."""
    second = policy.second_choice(wall) if purpose is Purpose.SECOND_PRICE else None
    return policy.usual_price(wall) if second is None else second


def objection_to_purpose(purpose: Purpose, turn: Turn, *, is_taken: bool) -> str:
    """Return why the next scan cannot be for this; empty where it can."""
    if purpose is Purpose.SECOND_PRICE and turn.policy.second_price is None:
        return "no second price is set (admission.second_price_cents)"
    if turn.faults:
        return "the gate takes no scans just now"
    if is_taken:
        return "somebody is being served: wait until the lane is free"
    return ""

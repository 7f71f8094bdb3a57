"""Facts from the journal become errands again, after a crash or a power cut."""

from collections.abc import Sequence

from gate_controller.admission.attempt.recovery import FOREIGN
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.errand.errand import Errand, ErrandWish
from gate_controller.admission.errand.errand_states import Wondering
from gate_controller.admission.words.errand_facts import ErrandBegun
from gate_controller.admission.words.facts import Fact
from gate_controller.admission.words.ids import OrderId


def take_up(facts: Sequence[Fact], turn: Turn, *, is_foreign: bool = False) -> Errand:
    """
    Return the errand that these facts (all of one, in order, its beginning first) tell of, ready to be looked up.

    It may have been sent just before the end, and its answer lost. `is_foreign`: the journal is another machine's, or a
    backup, and this may be settled since: then a person decides.
    """
    begun = facts[0]
    if not isinstance(begun, ErrandBegun):
        raise TypeError(f"no errand begins with {type(begun).__name__}")
    wish = ErrandWish(
        kind=begun.errand,
        voucher_code=begun.voucher_code,
        amount=begun.amount,
        by=begun.by,
        reason=begun.reason,
        order=OrderId(begun.order),
        payment_id=begun.payment_id,
        charge=begun.charge,
        place=begun.place,
        token=begun.token,
    )
    errand = Errand(
        begun.attempt,
        begun.incident,
        wish,
        begun.voucher_code,
        begun.currency,
        amount=begun.amount,
        before=begun.before,
        says_amount=begun.says_amount,
        facts=facts[-1].n + 1,
    )
    if is_foreign:
        errand.hand_to_staff(turn, FOREIGN, is_foreign=True)
        return errand
    errand.state = Wondering(settle_at=turn.at.mono + turn.policy.settle_seconds, timer=turn.at.mono)
    turn.note(
        f"errand=recovered incident={errand.incident} what={begun.errand.value!r} last={type(facts[-1]).__name__}"
    )
    return errand

"""
The second charge: Redeem was answered, and more than the price had gone.

Another till may have been there at the same moment, or something on the way has sent the request twice. The visitor is
let in on his charge; then E-GUMA's list is asked, in the background, whether there are two of this gate's own.
"""

from dataclasses import replace

from gate_controller.admission.attempt.attempt import Attempt
from gate_controller.admission.attempt.evidence import maybe_own, taken_by_others
from gate_controller.admission.attempt.states import Auditing, Claim
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.calls import AskRedemptions, Redemptions, RedemptionsAnswered
from gate_controller.admission.words.events import TimePassed
from gate_controller.admission.words.facts import Evidence, Fact, SecondChargeFeared, SecondChargeRuledOut
from gate_controller.admission.words.policy import LOOKUP_SECONDS, lookup_pause


def _is_feared(a: Attempt, claim: Claim, turn: Turn) -> bool:
    """Whether more than the price had gone when the charge was answered; `claim` is on what it was used, if it was."""
    if a.evidence is not Evidence.ANSWER or claim is Claim.UNVERIFIED:
        return False  # a person looks at one that is unverified, and at all that was taken
    return _excess(a, turn) > 0


def _excess(a: Attempt, turn: Turn) -> int:
    """Return how much more than the price had gone, in cents."""
    if a.balance_before is None or a.balance_after is None:
        return 0
    return a.balance_before - a.charge(turn) - a.balance_after


def fear(a: Attempt, claim: Claim, turn: Turn) -> tuple[Fact, ...]:
    """Return what goes to disk with the end of the charge's use, so that a power cut forgets no second charge."""
    return (a.fact(SecondChargeFeared, turn),) if _is_feared(a, claim, turn) else ()


def begin(a: Attempt, claim: Claim, turn: Turn, *, stands: bool = True) -> None:
    """End the gate's work with a charge whose end is recorded, once it is known to be the only one."""
    if not _is_feared(a, claim, turn):
        a.close()
        return
    turn.note(f"charge=feared_twice incident={a.incident}", alarm=True)
    settle_at = turn.at.mono + turn.policy.settle_seconds
    _look(a, Auditing(timer=None, settle_at=settle_at, looked_at=turn.at.mono, stands=stands), turn)


def _look(a: Attempt, state: Auditing, turn: Turn) -> None:
    a.state = replace(state, timer=None, looked_at=turn.at.mono)
    what = (a.id, a.voucher_code, a.charge(turn), a.begun_wall, turn.at.mono + LOOKUP_SECONDS)
    turn.ask(AskRedemptions(*what, urgent=False))


def list_answered(a: Attempt, state: Auditing, event: RedemptionsAnswered, turn: Turn) -> None:
    """Two of this gate's own: a person has to give one back. Where the list does not tell, one has to look."""
    is_settled = state.looked_at >= state.settle_at
    if isinstance(event.outcome, Redemptions):
        # The balance shows that two have gone, so entries alike in every field are two here.
        found = event.outcome
        mine = len(maybe_own(found, a.voucher_code, a.charge(turn)))
        if mine > found.known_at_most + 1 and found.own_user is not None:
            a.hand_to_staff(turn, "charged twice for one admission: the request was sent a second time on the way")
            return
        # Only what explains the difference rules a second charge out, where no entry is left that could be one: a list
        # may be late, or show nothing at all.
        is_explained = _excess(a, turn) in taken_by_others(found, a.voucher_code)
        if is_settled and is_explained and mine <= found.known_surely + state.stands:
            turn.write(a.fact(SecondChargeRuledOut, turn, how="another user took the difference"))
            turn.note(f"charge=once incident={a.incident}")
            a.close()
            return
    if is_settled:
        a.hand_to_staff(turn, "more than the price was taken, and E-GUMA's list does not tell by whom")
        return
    timer = turn.at.mono + lookup_pause(state.tries, urgent=False)
    a.state = replace(state, timer=timer, tries=state.tries + 1)


def time_passed(a: Attempt, state: Auditing, event: TimePassed, turn: Turn) -> None:
    """Look again when due."""
    if state.timer is not None and turn.at.mono >= state.timer:
        _look(a, state, turn)

"""
The way out: whoever wants out is let out, and his ticket is checked out, now or behind him.

A check-out that nobody waits for is *chased*: looked up before it is sent again, until the ticket is known to be out,
or a person has to see to it. So is the undoing of an entry that nobody used.
"""

from dataclasses import replace
from typing import assert_never

from gate_controller.admission.attempt.attempt import Attempt
from gate_controller.admission.attempt.ticket_evidence import CLOCKS_APART_SECONDS
from gate_controller.admission.attempt.ticket_states import (
    Chase,
    ChaseLooking,
    ChaseSending,
    ChaseWaiting,
    Chasing,
    GoingOut,
    LeavingAsked,
    LettingOut,
)
from gate_controller.admission.attempt.ticket_visit import REFUSALS, not_taken, ticket_of
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.calls import CallFailed, CallFault
from gate_controller.admission.words.events import Opened, PassageSensed, RelayFailed, Rescanned, TimePassed
from gate_controller.admission.words.messages import Fault, MessageKind
from gate_controller.admission.words.policy import (
    CANCEL_SECONDS,
    LOOKUP_SECONDS,
    REFUND_PATIENCE_SECONDS,
    lookup_pause,
    refund_pause,
)
from gate_controller.admission.words.ticket_calls import (
    AskTicket,
    CheckedOut,
    CheckOut,
    TicketAnswered,
    TicketInfo,
    TicketRefusal,
    TicketRefusalCode,
    TicketTaken,
)
from gate_controller.admission.words.ticket_facts import EntryUndone, TicketEvidence, TicketLeft, TicketLetOut

NOT_CHECKED_OUT = "E-GUMA did not check the ticket out: {}"
NOT_TOLD = "whether the ticket was checked out cannot be told: E-GUMA does not say how it stands"
NEVER_ANSWERED = "whether the ticket was checked out could not be learnt within a day"

_NOT_THERE = frozenset({TicketRefusalCode.NOT_FOUND, TicketRefusalCode.DELETED, TicketRefusalCode.NOT_CHECKED_IN})


# -- whoever wants out


def answered(a: Attempt, state: LeavingAsked, event: CheckedOut, turn: Turn) -> None:
    """Let out; refused is only what E-GUMA says is no ticket of somebody inside."""
    match event.outcome:
        case TicketTaken():
            let_out(a, turn, TicketEvidence.ANSWER)
        case TicketRefusal(code, message) if code in _NOT_THERE:
            not_taken(a, turn, REFUSALS[code], text=message)
        case TicketRefusal(_, message):
            let_out(a, turn, None, f"refused: {message}")
        case CallFailed(fault, text):
            if fault is CallFault.KEY_NOT_ACCEPTED:
                turn.fault(Fault.KEY, text)
            let_out(a, turn, None, text)


def took_too_long(a: Attempt, state: LeavingAsked, event: TimePassed, turn: Turn) -> None:
    """Nobody waits longer to get out."""
    if a.is_late(turn):
        let_out(a, turn, None, "no answer in the visitor's time")


def let_out(a: Attempt, turn: Turn, known_by: TicketEvidence | None, why: str = "") -> None:
    """Open the gate for somebody on his way out; `why` is what keeps his check-out from being known."""
    state = LettingOut(known_by=known_by, why=why)
    a.state = state
    if turn.is_held_open:
        _is_out(a, state, turn)
        a.verdict(turn, MessageKind.TICKET_OUT)
        _go_on(a, turn, is_known=known_by is not None)
    else:
        turn.release(a.id)


def opened(a: Attempt, state: LettingOut, event: Opened, turn: Turn) -> None:
    """Record it. A power cut before that is on disk finds the intent: looked up, and meanwhile it opens once more."""
    policy = turn.policy
    is_watched = policy.passage_seconds is not None and not turn.sensing.ails
    seconds = policy.open_seconds if is_watched else policy.hold_seconds
    _is_out(a, state, turn)
    is_known = state.known_by is not None
    a.state = GoingOut(timer=turn.at.mono + seconds, is_watched=is_watched, is_known=is_known)
    a.verdict(turn, MessageKind.TICKET_OUT)


def _is_out(a: Attempt, state: LettingOut, turn: Turn) -> None:
    if state.known_by is None:
        turn.write(a.fact(TicketLetOut, turn, why=state.why))
        turn.note(f"ticket=let_out incident={a.incident} why={state.why!r}", alarm=True)
    else:
        turn.write(a.fact(TicketLetOut, turn), a.fact(TicketLeft, turn, known_by=state.known_by))


def relay_failed(a: Attempt, state: LettingOut, event: RelayFailed, turn: Turn) -> None:
    """The gate does not open: the same ticket opens it once more without a request, as long as an entry is kept."""
    turn.fault(Fault.RELAY, event.why)
    a.verdict(turn, MessageKind.TICKET_SHUT, fault=Fault.RELAY)
    wait(a, turn, turn.policy.credit_seconds)


def somebody_passed(a: Attempt, state: GoingOut, event: PassageSensed, turn: Turn) -> None:
    """He is out."""
    turn.shut()
    _go_on(a, turn, is_known=state.is_known)


def released_long_enough(a: Attempt, state: GoingOut, event: TimePassed, turn: Turn) -> None:
    """He counts as out, whatever a sensor saw: the exit has been opened for him."""
    if turn.at.mono >= state.timer:
        turn.shut()
        _go_on(a, turn, is_known=state.is_known)


def _go_on(a: Attempt, turn: Turn, *, is_known: bool) -> None:
    if is_known:
        a.close()
    else:
        chase(a, turn, is_sent=True)  # a look-up does no harm where nothing was sent


# -- a check-out that nobody waits for


def chase(a: Attempt, turn: Turn, *, is_sent: bool) -> None:
    """See to it that the ticket is checked out; `is_sent`: one may have been sent already."""
    new = _chase(turn, is_sent=is_sent)
    if is_sent:
        _look(a, new, turn)
    else:
        _send(a, new, turn)


def wait(a: Attempt, turn: Turn, seconds: float) -> None:
    """See to it after a while: until then the same ticket opens the way out once more."""
    a.state = ChaseWaiting(chase=_chase(turn, is_sent=True), timer=turn.at.mono + seconds)


def _chase(turn: Turn, *, is_sent: bool) -> Chase:
    settle_at = turn.at.mono + turn.policy.settle_seconds
    return Chase(is_sent=is_sent, settle_at=settle_at, gives_up_at=settle_at + REFUND_PATIENCE_SECONDS)


def _look(a: Attempt, chase: Chase, turn: Turn) -> None:
    a.state = ChaseLooking(chase=replace(chase, looked_at=turn.at.mono))
    turn.ask(AskTicket(a.id, ticket_of(a), turn.at.mono + LOOKUP_SECONDS, urgent=False))


def _send(a: Attempt, chase: Chase, turn: Turn) -> None:
    a.state = ChaseSending(chase=replace(chase, is_sent=True, settle_at=turn.at.mono + turn.policy.settle_seconds))
    turn.ask(CheckOut(a.id, ticket_of(a), turn.at.mono + CANCEL_SECONDS, urgent=False))


def due(a: Attempt, state: ChaseWaiting, event: TimePassed, turn: Turn) -> None:
    """Look it up, or send it where nothing has been sent; after a day a person has to see to it."""
    if turn.at.mono < state.timer:
        return
    if turn.at.mono >= state.chase.gives_up_at:
        a.hand_to_staff(turn, NEVER_ANSWERED)
    elif state.chase.is_sent:
        _look(a, state.chase, turn)
    else:
        _send(a, state.chase, turn)


def looked(a: Attempt, state: ChaseLooking, event: TicketAnswered, turn: Turn) -> None:
    """Out, or sent again once a look-up shows that the newest one did nothing."""
    chase = state.chase
    is_settled = chase.looked_at >= chase.settle_at
    if isinstance(event.outcome, CallFailed):
        if event.outcome.fault is CallFault.KEY_NOT_ACCEPTED:
            turn.fault(Fault.KEY, event.outcome.text)
        if event.outcome.fault is CallFault.REFUSED and is_settled:
            a.hand_to_staff(turn, NOT_TOLD)
        else:
            _later(a, chase, turn, lookup_pause(chase.tries, urgent=False))
    elif _is_out_by(event.outcome, a):
        _done(a, turn, TicketEvidence.INFO)
    elif is_settled:
        _send(a, chase, turn)
    else:
        _later(a, chase, turn, lookup_pause(chase.tries, urgent=False))


def _is_out_by(info: TicketInfo, a: Attempt) -> bool:
    """Whether a ticket is out, or in again since: then it has been out."""
    if not info.is_checked_in:
        return True
    since = info.checked_in_at
    return not a.is_entry and a.is_dated and since is not None and since > a.begun_wall + CLOCKS_APART_SECONDS


def sent(a: Attempt, state: ChaseSending, event: CheckedOut, turn: Turn) -> None:
    """Done, or looked up; what E-GUMA refuses otherwise is left to a person."""
    match event.outcome:
        case TicketTaken():
            _done(a, turn, TicketEvidence.ANSWER)
        case TicketRefusal(code=TicketRefusalCode.NOT_CHECKED_IN):
            _done(a, turn, TicketEvidence.INFO)
        case TicketRefusal(_, message):
            a.hand_to_staff(turn, NOT_CHECKED_OUT.format(message))
        case CallFailed() as failed:
            _sending_failed(a, state.chase, failed, turn)


def _sending_failed(a: Attempt, chase: Chase, failed: CallFailed, turn: Turn) -> None:
    pause = refund_pause(chase.tries)
    match failed.fault:
        case CallFault.REFUSED:
            a.hand_to_staff(turn, NOT_CHECKED_OUT.format(failed.text))
        case CallFault.KEY_NOT_ACCEPTED:
            turn.fault(Fault.KEY, failed.text)
            _later(a, replace(chase, is_sent=False), turn, pause)
        case CallFault.NOT_SENT:
            _later(a, replace(chase, is_sent=False), turn, pause)
        case CallFault.UNKNOWN:
            _later(a, chase, turn, pause)
        case _:
            assert_never(failed.fault)


def _later(a: Attempt, chase: Chase, turn: Turn, seconds: float) -> None:
    a.state = ChaseWaiting(chase=replace(chase, tries=chase.tries + 1), timer=turn.at.mono + seconds)


def _done(a: Attempt, turn: Turn, known_by: TicketEvidence) -> None:
    if a.is_entry:
        how = "confirmed by E-GUMA" if known_by is TicketEvidence.ANSWER else "it is not checked in any more"
        turn.write(a.fact(EntryUndone, turn, how=how))
    else:
        turn.write(a.fact(TicketLeft, turn, known_by=known_by))
    a.close()


def scanned_again(a: Attempt, state: Chasing, event: Rescanned, turn: Turn) -> None:
    """Whoever wants out is let out; an entry that is being undone is so in a moment."""
    if a.is_entry:
        a.verdict(turn, MessageKind.TICKET_BEING_CHECKED)
    else:
        let_out(a, turn, None, "scanned again before its check-out was known")

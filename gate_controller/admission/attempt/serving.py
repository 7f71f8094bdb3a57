"""
The visitor's way: balance, intent, redemption, release, passage.

Each function is one entry of the table in `transitions.py`. What a power cut would find on disk is said where it
matters.
"""

from dataclasses import replace
from typing import assert_never

from gate_controller.admission.attempt import audit, doubt
from gate_controller.admission.attempt.attempt import Attempt
from gate_controller.admission.attempt.states import (
    Admitting,
    Cancelling,
    Checking,
    Claim,
    InDoubt,
    Intending,
    Recording,
    Redeeming,
    Refund,
    Refusal,
    Releasing,
)
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.calls import (
    AskBalance,
    Balance,
    BalanceAnswered,
    CallFailed,
    CallFault,
    Cancel,
    Redeem,
    RedeemAnswered,
    Redemption,
)
from gate_controller.admission.words.events import (
    Opened,
    PassageSensed,
    RelayFailed,
    Rescanned,
    TimePassed,
    WriteFailed,
    Written,
)
from gate_controller.admission.words.facts import (
    UNSURE,
    UNVERIFIED,
    Approved,
    Evidence,
    Fact,
    Intended,
    NotCharged,
    OpenItem,
    Passed,
    RefundBegun,
    Refused,
    Released,
    ReleasedToSensor,
)
from gate_controller.admission.words.messages import Fault, MessageKind
from gate_controller.admission.words.money import Cents
from gate_controller.admission.words.policy import CANCEL_SECONDS


def begin(a: Attempt, turn: Turn, since: float | None = None) -> None:
    """
    Start to serve a scan; `since` (monotonic) where its visitor has waited already.

    The intent goes to disk while Balance is being asked, so that a slow card's sync is over when the answer comes.
    """
    a.serve(turn, since)
    ask_balance(a, turn)
    policy = turn.policy
    a.price = policy.price
    a.state = Checking(is_dated=turn.at.is_sure)
    intent = a.fact(
        Intended,
        turn,
        incident=a.incident,
        code=a.code,
        price=policy.price,
        currency=policy.currency,
        reference=_reference(a, turn),
        boot=policy.boot,
        is_dated=turn.at.is_sure,
    )
    turn.write(intent)
    turn.show(MessageKind.CHECKING)


def ask_balance(a: Attempt, turn: Turn) -> None:
    """Ask what is on the voucher, in its visitor's time."""
    deadline = turn.policy.share(a.begun, turn.policy.BALANCE_SHARE)
    turn.ask(AskBalance(a.id, a.code, deadline, urgent=True))


def balance_answered(a: Attempt, state: Checking, event: BalanceAnswered, turn: Turn) -> None:
    """Decide. Nothing has been sent: a crash here leaves an intent at most, and nothing to settle."""
    match event.outcome:
        case Balance() as balance:
            _decide(a, state, balance, turn)
        case CallFailed(fault, text):
            _balance_failed(a, fault, text, turn)


def _balance_failed(a: Attempt, fault: CallFault, text: str, turn: Turn) -> None:
    match fault:
        case CallFault.KEY_NOT_ACCEPTED:
            turn.fault(Fault.KEY, text)
            _refuse(a, turn, MessageKind.REFUSED_OUT_OF_SERVICE, fault=Fault.KEY)
        case CallFault.REFUSED:
            _refuse(a, turn, MessageKind.REFUSED_BY_EGUMA, text)
        case CallFault.NOT_SENT | CallFault.UNKNOWN:
            _refuse(a, turn, MessageKind.UNREACHABLE)
        case _:
            assert_never(fault)


def _decide(a: Attempt, state: Checking, balance: Balance, turn: Turn) -> None:
    policy = turn.policy
    a.voucher_code = balance.voucher_code
    if balance.voucher_code in turn.at_desk:
        # Whatever is on it may be from before what staff have it changed by, or from after it.
        _refuse(a, turn, MessageKind.AT_THE_DESK)
    elif not balance.is_redeemable:
        _refuse(a, turn, MessageKind.NOT_REDEEMABLE, balance.message, balance.balance)
    elif balance.currency is not None and balance.currency != policy.currency:
        _refuse(a, turn, MessageKind.WRONG_CURRENCY)
    elif turn.barred is not None:
        _refuse(a, turn, MessageKind.REFUSED_OUT_OF_SERVICE, fault=turn.barred)
    elif balance.balance < policy.price:
        _refuse(a, turn, MessageKind.BALANCE_TOO_LOW, balance=balance.balance)
    else:
        # By now E-GUMA has answered, so the wall clock is right: the look-up asks for the list around this moment.
        a.begun_wall = turn.at.wall
        a.balance_before = balance.balance
        a.state = Intending()
        approved = a.fact(Approved, turn, voucher_code=a.voucher_code, balance_before=balance.balance)
        # Where a look-up without it would ask for another voucher, or around another time, no power cut may take it.
        is_vital = str(a.voucher_code) != a.code or not state.is_dated
        turn.write(approved, waiting=a.id, synced=is_vital)


def _reference(a: Attempt, turn: Turn) -> str:
    # E-GUMA documents letters and digits only (eguma-api.md): a dash that it refused would refuse every visitor.
    return "".join(character for character in f"{turn.policy.gate_id}{a.id}" if character.isalnum())


def _refuse(
    a: Attempt,
    turn: Turn,
    kind: MessageKind,
    text: str = "",
    balance: Cents | None = None,
    fault: Fault | None = None,
) -> None:
    """Refuse before any intent: the record is for staff, and no step waits for it."""
    a.verdict(turn, kind, balance=balance, eguma_text=text, fault=fault)
    code = a.voucher_code or a.code
    fields = {"incident": a.incident, "code": code, "reason": kind.name.lower(), "text": text, "balance": balance}
    turn.write(a.fact(Refused, turn, **fields))
    a.close()


def checking_took_too_long(a: Attempt, state: Checking, event: TimePassed, turn: Turn) -> None:
    """E-GUMA did not answer in the visitor's time."""
    if a.is_late(turn):
        _refuse(a, turn, MessageKind.UNREACHABLE)


def intent_written(a: Attempt, state: Intending, event: Written, turn: Turn) -> None:
    """Charge: the writes before this one have ended too. A crash leaves an intent without an outcome: looked up."""
    policy = turn.policy
    if turn.writes.failing:
        # This write worked and another one, of an earlier visitor, did not: the next may fail as well.
        _end_uncharged(a, turn, MessageKind.REFUSED_OUT_OF_SERVICE, "the journal fails", fault=Fault.JOURNAL)
        return
    if turn.barred is not None:
        _end_uncharged(a, turn, MessageKind.REFUSED_OUT_OF_SERVICE, turn.came_between, fault=turn.barred)
        return
    if turn.at.mono > policy.share(a.begun, policy.REDEEM_START_SHARE):
        # A disk this slow would leave Redeem no time for its answer, and make doubts out of good redemptions.
        _end_uncharged(a, turn, MessageKind.UNREACHABLE, "the intent took too long to write")
        return
    a.state = Redeeming()
    deadline = policy.share(a.begun, policy.REDEEM_SHARE)
    turn.ask(Redeem(a.id, a.voucher_code, a.charge(turn), _reference(a, turn), deadline))


def intent_not_written(a: Attempt, state: Intending, event: WriteFailed, turn: Turn) -> None:
    """Take no money: what allows it is not on disk. Should it be there after all, the fact after it closes it."""
    _end_uncharged(a, turn, MessageKind.REFUSED_OUT_OF_SERVICE, "the intent could not be written", fault=Fault.JOURNAL)


def intending_took_too_long(a: Attempt, state: Intending, event: TimePassed, turn: Turn) -> None:
    """Give up before anything was sent; the write still under way is followed by the fact that closes it."""
    if a.is_late(turn):
        _end_uncharged(a, turn, MessageKind.UNREACHABLE, "the intent took too long to write")


def _end_uncharged(a: Attempt, turn: Turn, kind: MessageKind, reason: str, fault: Fault | None = None) -> None:
    if a.verdict_due is not None:
        a.verdict(turn, kind, fault=fault)
    turn.write(a.fact(NotCharged, turn, reason=reason))
    a.close()


def handed_over(a: Attempt, known: Attempt, turn: Turn) -> None:
    """Its voucher has an earlier attempt that is not finished, and that one serves its visitor."""
    turn.write(a.fact(NotCharged, turn, reason=f"its voucher's money is on its way in {known.incident}"))
    a.close()


def redeem_answered(a: Attempt, state: Redeeming | InDoubt, event: RedeemAnswered, turn: Turn) -> None:
    """Record the charge, or end, or doubt. A power cut before the record is on disk leaves a doubt, never a loss."""
    match event.outcome:
        case Redemption(token, balance_after):
            a.record(turn, Evidence.ANSWER, balance_after, token)
        case CallFailed() as failed:
            _redeem_failed(a, state, failed, turn)


def _redeem_failed(a: Attempt, state: Redeeming | InDoubt, failed: CallFailed, turn: Turn) -> None:
    fault, text = failed.fault, failed.text
    match fault:
        case CallFault.KEY_NOT_ACCEPTED | CallFault.REFUSED:
            # Balance has just said yes: another till was quicker, or the request was sent twice on the way.
            if fault is CallFault.KEY_NOT_ACCEPTED:
                turn.fault(Fault.KEY, text)
            refusal = Refusal(said=failed, at=turn.at.mono)
            if isinstance(state, InDoubt):
                a.state = replace(state, refusal=refusal)
            else:
                doubt.begin(a, turn, f"refused after Balance had said yes: {text}", refusal)
        case CallFault.NOT_SENT:
            _end_uncharged(a, turn, MessageKind.UNREACHABLE, f"not sent: {text}")
        case CallFault.UNKNOWN:
            # In doubt already means that the core gave up before the client did: nothing new.
            if isinstance(state, Redeeming):
                doubt.begin(a, turn, text)
        case _:
            assert_never(fault)


def redeeming_took_too_long(a: Attempt, state: Redeeming, event: TimePassed, turn: Turn) -> None:
    """The visitor must know something now, and the fate of the charge is not known."""
    if a.is_late(turn):
        a.verdict(turn, MessageKind.BEING_CHECKED)
        doubt.begin(a, turn, "no answer in the visitor's time")


def redemption_written(a: Attempt, state: Recording, event: Written, turn: Turn) -> None:
    """Open for whoever still waits; else the charge is unused. A power cut from here leaves an unused charge."""
    if a.verdict_due is None:
        a.open_credit(turn, "the charge was confirmed after the visitor had been refused")
    else:
        a.release(turn, Claim.CHARGE)


def redemption_not_written(a: Attempt, state: Recording, event: WriteFailed, turn: Turn) -> None:
    """Give the money back at once: a charge that is not on disk would be forgotten by a power cut."""
    if isinstance(state.otherwise, InDoubt):
        # Found by look-up: there is nothing to cancel with. The intent is on disk; look again until the journal works.
        a.evidence = None
        doubt.look_later(a, state.otherwise, turn)
        return
    turn.note(f"charge=cancelling incident={a.incident} why='it could not be written'", alarm=True)
    # The journal fails, so this fact goes to the backlog; the first cancellation need not wait for it, since the intent
    # on disk makes a power cut end in a look-up.
    turn.write(a.fact(RefundBegun, turn, balance=a.balance_after))
    a.state = Cancelling(refund=Refund(is_unknown=False, weighed=a.balance_after, since=turn.at.wall))
    turn.ask(Cancel(a.id, a.voucher_code, state.otherwise, a.charge(turn), turn.at.mono + CANCEL_SECONDS))


def recording_took_too_long(a: Attempt, state: Recording, event: TimePassed, turn: Turn) -> None:
    """Charged, but the disk hangs: when it answers, the charge becomes a credit."""
    if a.is_late(turn):
        a.verdict(turn, MessageKind.BEING_CHECKED)


def scanned_while_recording(a: Attempt, state: Recording, event: Rescanned, turn: Turn) -> None:
    """The visitor came back while the disk hung: the gate opens when the charge is on disk."""
    turn.show(MessageKind.CHECKING)


def opened(a: Attempt, state: Releasing, event: Opened, turn: Turn) -> None:
    """Record the release. Between the pulse and this record a power cut errs on the visitor's side."""
    claim, policy, ails = state.claim, turn.policy, turn.sensing.ails
    is_watched = policy.passage_seconds is not None and not ails
    open_seconds = policy.open_seconds if is_watched else policy.hold_seconds
    a.state = Admitting(claim=claim, timer=turn.at.mono + open_seconds, is_watched=is_watched)
    if claim is Claim.CHARGE:
        a.verdict(turn, MessageKind.ADMITTED, balance=a.balance_after)
    else:
        a.verdict(turn, MessageKind.ADMITTED_ON_CREDIT)  # what the charge left on the voucher may be long ago
    if is_watched:
        turn.write(a.fact(ReleasedToSensor, turn, unverified=claim is Claim.UNVERIFIED))
    else:
        _count_as_admitted(a, claim, ails, turn)


def _count_as_admitted(a: Attempt, claim: Claim, why: str, turn: Turn) -> None:
    """Record the use of a charge that no sensor can tell of; `why` is empty where none is fitted."""
    if why:
        turn.note(f"passage=unwatched incident={a.incident} why={why!r}")
    turn.write(a.fact(Released, turn, why=why), *_end_of_use(a, claim, turn))


def _end_of_use(a: Attempt, claim: Claim, turn: Turn) -> tuple[Fact, ...]:
    """Return what goes to disk with the end of the charge's use: what a person has to look at."""
    return (*_doubt_about_charge(a, claim, turn), *audit.fear(a, claim, turn))


def _doubt_about_charge(a: Attempt, claim: Claim, turn: Turn) -> tuple[OpenItem, ...]:
    is_unverified = claim is Claim.UNVERIFIED
    if a.evidence is not Evidence.UNSURE and not is_unverified:
        return ()
    reason = UNVERIFIED if is_unverified else UNSURE
    turn.note(f"open_item incident={a.incident} reason={reason!r}", alarm=True)
    return (a.fact(OpenItem, turn, reason=reason),)


def relay_failed(a: Attempt, state: Releasing, event: RelayFailed, turn: Turn) -> None:
    """Charged, and the gate does not open: keep the charge for this voucher, and stop taking money."""
    turn.fault(Fault.RELAY, event.why)
    a.verdict(turn, MessageKind.PAID_BUT_SHUT, balance=a.balance_after, fault=Fault.RELAY)
    a.open_credit(turn, f"the relay failed: {event.why}", state.claim)


def somebody_passed(a: Attempt, state: Admitting, event: PassageSensed, turn: Turn) -> None:
    """The charge was used."""
    turn.shut()
    if state.is_watched:
        turn.write(a.fact(Passed, turn), *_end_of_use(a, state.claim, turn))
    audit.begin(a, state.claim, turn)


def released_long_enough(a: Attempt, state: Admitting, event: TimePassed, turn: Turn) -> None:
    """Without a sensor that can tell the visitor counts as admitted; with one, nobody passed: the charge is unused."""
    if turn.at.mono < state.timer:
        return
    turn.shut()
    if not state.is_watched:
        audit.begin(a, state.claim, turn)
    elif why := turn.sensing.nobody_came():
        _count_as_admitted(a, state.claim, why, turn)
        audit.begin(a, state.claim, turn)
    else:
        a.open_credit(turn, "nobody passed", state.claim)
        if not turn.is_held_open:
            turn.show(MessageKind.NOBODY_PASSED, incident=a.incident, price=a.price)

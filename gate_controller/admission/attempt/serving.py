"""
The visitor's way: balance, intent, redemption, release, passage.

Each function is one entry of the table in `transitions.py`. What a power cut would find on disk is said where it
matters.
"""

from dataclasses import replace
from typing import assert_never

from gate_controller.admission.attempt import audit, collecting, doubt, expiry, free
from gate_controller.admission.attempt.attempt import Attempt
from gate_controller.admission.attempt.states import (
    Admitting,
    Cancelling,
    Checking,
    Claim,
    Contributed,
    InDoubt,
    Intending,
    Ready,
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
from gate_controller.admission.words.codes import VoucherCode
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
    NotCharged,
    OpenItem,
    PaidAlong,
    Passed,
    RefundBegun,
    Refused,
    Released,
    ReleasedToSensor,
)
from gate_controller.admission.words.info_calls import InfoAnswered, VoucherInfo
from gate_controller.admission.words.local_time import Day
from gate_controller.admission.words.messages import Fault, MessageKind
from gate_controller.admission.words.money import Cents
from gate_controller.admission.words.outage_rules import OutageConduct
from gate_controller.admission.words.policy import CANCEL_SECONDS
from gate_controller.admission.words.tariff import PriceRule, Terms


def begin(a: Attempt, turn: Turn, since: float | None = None, price: Cents | None = None) -> None:
    """
    Start to serve a scan; `since` (monotonic) where its visitor has waited already, `price` where one was chosen.

    The intent goes to disk while Balance is being asked, so that a slow card's sync is over when the answer comes.
    """
    a.serve(turn, since)
    ask_balance(a, turn)
    policy = turn.policy
    if policy.refuses_expired:
        expiry.ask_beside(a, turn)
    a.chosen_price = price
    a.state = Checking(is_dated=turn.at.is_sure, pays_rest=turn.collection is not None)
    turn.show(MessageKind.CHECKING)
    # Where the voucher has a say in the price, or what it has to pay is known only when all is there, the intent waits
    # for Balance: it holds what is charged, and nothing else.
    a.price = None if turn.collection is not None else _price_before_balance(a, turn)
    if a.price is not None:
        turn.write(a.intended(turn))


def _price_before_balance(a: Attempt, turn: Turn) -> Cents | None:
    price, tariff = turn.policy.price, turn.policy.tariff
    if a.chosen_price is not None:
        return None if tariff.rules else a.chosen_price  # a rule may refuse the voucher
    if tariff.is_plain:
        return price
    return tariff.price_before_balance(price, replace(turn.at, wall=_scanned_at(a, turn)))


def _scanned_at(a: Attempt, turn: Turn) -> float:
    """Return when (wall clock) its visitor scanned: the price is that of his scan, for the display said so."""
    return turn.at.wall - (turn.at.mono - a.begun)


def ask_balance(a: Attempt, turn: Turn) -> None:
    """Ask what is on the voucher, in its visitor's time; not for long where E-GUMA was out of reach just now."""
    budget = turn.policy.budget
    seconds = budget.balance_in_outage if turn.outage.id else budget.balance
    turn.ask(AskBalance(a.id, a.code, a.begun + seconds, urgent=True))


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
            _unreachable(a, turn)
        case _:
            assert_never(fault)


def _unreachable(a: Attempt, turn: Turn) -> None:
    """Do with a visitor whose voucher cannot be checked what the house wants. Nothing has been sent."""
    rules, outage = turn.policy.outage, turn.outage
    outage.begins(turn)
    match rules.conduct:
        case OutageConduct.STAFF_ONLY:
            _refuse(a, turn, MessageKind.SEE_STAFF)
        case OutageConduct.FREE if turn.barred is not None:
            _refuse(a, turn, MessageKind.REFUSED_OUT_OF_SERVICE, fault=turn.barred)
        case OutageConduct.FREE if outage.has_room(rules, turn.price) and not a.is_late(turn):
            free.offer(a, turn)
        case _:
            _refuse(a, turn, MessageKind.UNREACHABLE)


def info_answered(a: Attempt, state: Checking, event: InfoAnswered, turn: Turn) -> None:
    """Decide, where the decision waited for it; by a new Balance where that may be from before a refund."""
    state = replace(state, info=event.outcome)
    a.state = state
    if state.balance is None:
        return
    if a.voucher_code in state.crossed:
        a.state = replace(state, balance=None, crossed=frozenset())
        a.voucher_code = VoucherCode("")  # Balance tells it anew, and it is no other attempt's
        ask_balance(a, turn)
    else:
        _decide(a, state, state.balance, turn)


def _decide(a: Attempt, state: Checking, balance: Balance, turn: Turn) -> None:
    policy = turn.policy
    a.voucher_code = balance.voucher_code
    if balance.voucher_code in turn.at_desk:
        # Whatever is on it may be from before what staff have it changed by, or from after it.
        _refuse(a, turn, MessageKind.AT_THE_DESK)
    elif state.pays_rest and turn.collection is None:
        # Something has come to move on a voucher that was held: this one was to pay the rest, and not the whole.
        _refuse(a, turn, MessageKind.AT_THE_DESK)
    elif not balance.is_redeemable:
        _refuse(a, turn, MessageKind.NOT_REDEEMABLE, balance.message, balance.balance)
    elif balance.currency is not None and balance.currency != policy.currency:
        _refuse(a, turn, MessageKind.WRONG_CURRENCY)
    elif turn.barred is not None:
        _refuse(a, turn, MessageKind.REFUSED_OUT_OF_SERVICE, fault=turn.barred)
    elif policy.refuses_expired and expiry.waits_for_info(a, state, turn):
        a.state = replace(state, balance=balance)
    elif policy.refuses_expired and (objection := expiry.objection(state, balance, turn)) is not None:
        valid_day = state.info.valid_day if isinstance(state.info, VoucherInfo) else None
        _refuse(a, turn, objection, valid_day=valid_day)
    else:
        a.product_id, a.note = balance.product_id, balance.message
        _apply_tariff(a, state, balance, turn)


def _apply_tariff(a: Attempt, state: Checking, balance: Balance, turn: Turn) -> None:
    """Charge what the house's rules say of this voucher, or let it in free, or refuse it."""
    if a.facts:
        _intend(a, state, balance, turn)  # its price is on disk
        return
    rule = turn.policy.tariff.rule_for(balance, _scanned_at(a, turn))  # by now the clock is right
    match rule:
        case PriceRule(terms=Terms.REFUSED, texts=texts):
            _refuse(a, turn, MessageKind.HOUSE_REFUSES, house_texts=tuple(texts.items()))
        case PriceRule(terms=Terms.POSITION):
            _refuse(a, turn, MessageKind.POSITION_VOUCHER)
        case PriceRule(terms=Terms.FREE) if free.is_used_up(a, turn):
            _refuse(a, turn, MessageKind.FREE_USED_UP)
        case PriceRule(terms=Terms.FREE):
            free.offer(a, turn, balance)
        case PriceRule(terms=Terms.WHOLE_BALANCE) if a.most is not None and balance.balance > a.most:
            # What is on the voucher was not known when he was allowed to be admitted.
            _refuse(a, turn, MessageKind.HOUSE_REFUSES, "it is more than whoever ordered it may move at a time")
        case PriceRule(terms=Terms.WHOLE_BALANCE) if balance.balance > 0:
            a.price = balance.balance
            _intend(a, state, balance, turn)
        case PriceRule(terms=Terms.PRICE, price=price):
            a.price = price if a.chosen_price is None else a.chosen_price
            _intend(a, state, balance, turn)
        case _:  # no rule; or all that is on it, and that is nothing: whether Redeem takes that is undocumented
            usual = turn.policy.usual_price(_scanned_at(a, turn))
            a.price = usual if a.chosen_price is None else a.chosen_price
            _intend(a, state, balance, turn)


def _intend(a: Attempt, state: Checking, balance: Balance, turn: Turn) -> None:
    """Put on disk what Balance adds to the intent, or the whole of it where it was not written before."""
    if turn.collection is not None and not collecting.is_short(a, balance, turn):
        collecting.complete(a, balance, turn)
        return
    if turn.collection is not None or (a.price is not None and balance.balance < a.price):
        _too_low(a, balance, turn)
        return
    # By now E-GUMA has answered, so the wall clock is right: the look-up asks for the list around this moment.
    a.begun_wall = turn.at.wall
    a.balance_before = balance.balance
    a.state = Intending()
    if not a.facts:
        turn.write(a.intended(turn), waiting=a.id)
        return
    told = {"voucher_code": a.voucher_code, "balance_before": balance.balance}
    approved = a.fact(Approved, turn, **told, product_id=a.product_id, note=a.note)
    # Where a look-up without it would ask for another voucher, or around another time, no power cut may take it.
    is_vital = str(a.voucher_code) != a.code or not state.is_dated
    turn.write(approved, waiting=a.id, synced=is_vital)


def _too_low(a: Attempt, balance: Balance, turn: Turn) -> None:
    """Refuse what does not reach, or hold it towards the price where several may pay it together."""
    if not turn.policy.takes_several or balance.balance <= 0:
        _refuse(a, turn, MessageKind.BALANCE_TOO_LOW, balance=balance.balance)
        return
    if not collecting.is_held(balance, turn):
        collecting.hold(a, balance, turn)
    if turn.collection is not None:
        a.price = turn.collection.missing
        _refuse(a, turn, MessageKind.MORE_NEEDED, balance=balance.balance, told=turn.collection.sum)


def _refuse(
    a: Attempt,
    turn: Turn,
    kind: MessageKind,
    text: str = "",
    balance: Cents | None = None,
    fault: Fault | None = None,
    told: Cents | None = None,
    valid_day: Day | None = None,
    house_texts: tuple[tuple[str, str], ...] = (),
) -> None:
    """Refuse before anything was sent: the record is for staff. `told` is instead of the balance."""
    a.verdict(
        turn,
        kind,
        balance=balance if told is None else told,
        eguma_text=text,
        fault=fault,
        valid_day=valid_day,
        house_texts=house_texts,
    )
    code = a.voucher_code or a.code
    text = text or next((words for _, words in house_texts), "") or (valid_day or "")
    fields = {"incident": a.incident, "code": code, "reason": kind.name.lower(), "text": text, "balance": balance}
    turn.write(a.fact(Refused, turn, **fields))
    a.close()


def checking_took_too_long(a: Attempt, state: Checking, event: TimePassed, turn: Turn) -> None:
    """E-GUMA did not answer in the visitor's time; where Balance has been, and Info not, that is no outage."""
    if a.is_late(turn) and state.balance is None:
        _unreachable(a, turn)
    elif a.is_late(turn):
        _refuse(a, turn, MessageKind.UNREACHABLE)


def intent_written(a: Attempt, state: Intending, event: Written, turn: Turn) -> None:
    """Charge: the writes before this one have ended too. A crash leaves an intent without an outcome: looked up."""
    if a.pool is not None:
        a.state = Ready()
    else:
        send_redeem(a, turn)


def send_redeem(a: Attempt, turn: Turn) -> None:
    """Charge what is intended and on disk, unless something came between."""
    policy = turn.policy
    if turn.writes.failing:
        # This write worked and another one, of an earlier visitor, did not: the next may fail as well.
        _end_uncharged(a, turn, MessageKind.REFUSED_OUT_OF_SERVICE, "the journal fails", fault=Fault.JOURNAL)
        return
    if turn.barred is not None:
        _end_uncharged(a, turn, MessageKind.REFUSED_OUT_OF_SERVICE, turn.came_between, fault=turn.barred)
        return
    if turn.at.mono > a.begun + policy.budget.redeem_begins:
        # A disk this slow would leave Redeem no time for its answer, and make doubts out of good redemptions.
        _end_uncharged(a, turn, MessageKind.UNREACHABLE, "the intent took too long to write")
        return
    a.state = Redeeming()
    deadline = a.begun + policy.budget.redeem
    turn.ask(Redeem(a.id, a.voucher_code, policy.price if a.price is None else a.price, a.reference, deadline))


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
    if a.facts:  # else nothing of it is on disk
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
    elif a.pool is not None:
        a.state = Contributed()
    elif a.leader:
        # A crash has ended what it was to pay together with others.
        a.verdict(turn, MessageKind.GIVEN_BACK)
        a.open_credit(turn, "the gate stopped between the charge and the release")
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
    elif claim is Claim.FREE:
        a.verdict(turn, MessageKind.ADMITTED_FREE)
    else:
        a.verdict(turn, MessageKind.ADMITTED_ON_CREDIT)  # what the charge left on the voucher may be long ago
    if is_watched:
        released = a.fact(ReleasedToSensor, turn, unverified=claim is Claim.UNVERIFIED, order=a.order)
        turn.write(released, *_paid_along(a, turn))
    else:
        _count_as_admitted(a, claim, ails, turn)


def _count_as_admitted(a: Attempt, claim: Claim, why: str, turn: Turn) -> None:
    """Record the use of a charge that no sensor can tell of; `why` is empty where none is fitted."""
    if why:
        turn.note(f"passage=unwatched incident={a.incident} why={why!r}")
    turn.write(a.fact(Released, turn, why=why, order=a.order), *_paid_along(a, turn), *_end_of_use(a, claim, turn))


def _paid_along(a: Attempt, turn: Turn) -> tuple[Fact, ...]:
    """Return what says that the others that paid are used: in the same commit, or a crash would give them back."""
    others = (payer for payer in a.payers if payer is not a)
    return tuple(payer.fact(PaidAlong, turn, leader=a.id) for payer in others)


def _end_of_use(a: Attempt, claim: Claim, turn: Turn) -> tuple[Fact, ...]:
    """Return what goes to disk with the end of the charge's use: what a person has to look at."""
    if claim is Claim.FREE:
        free.used(a, turn)
        return ()
    if a.pool is None:
        return (*_doubt_about_charge(a, claim, turn), *audit.fear(a, claim, turn))
    ends = ((*_doubt_about_charge(payer, claim, turn), *audit.fear(payer, claim, turn)) for payer in a.payers)
    return tuple(fact for facts in ends for fact in facts)


def _end(a: Attempt, claim: Claim, turn: Turn) -> None:
    for payer in a.payers:
        audit.begin(payer, claim, turn)


def _doubt_about_charge(a: Attempt, claim: Claim, turn: Turn) -> tuple[OpenItem, ...]:
    is_unverified = claim is Claim.UNVERIFIED
    if a.evidence is not Evidence.UNSURE and not is_unverified:
        return ()
    reason = UNVERIFIED if is_unverified else UNSURE
    turn.note(f"open_item=opened incident={a.incident} reason={reason!r}", alarm=True)
    return (a.fact(OpenItem, turn, reason=reason),)


def relay_failed(a: Attempt, state: Releasing, event: RelayFailed, turn: Turn) -> None:
    """Charged, and the gate does not open: keep the charge for this voucher, and stop taking money."""
    turn.fault(Fault.RELAY, event.why)
    if state.claim is Claim.FREE:
        free.relay_failed(a, turn, event.why)
        return
    a.verdict(turn, MessageKind.PAID_BUT_SHUT, balance=a.balance_after, fault=Fault.RELAY)
    a.open_credits(turn, f"the relay failed: {event.why}", state.claim)


def somebody_passed(a: Attempt, state: Admitting, event: PassageSensed, turn: Turn) -> None:
    """The charge was used."""
    turn.shut()
    if state.is_watched:
        turn.write(a.fact(Passed, turn), *_end_of_use(a, state.claim, turn))
    _end(a, state.claim, turn)


def released_long_enough(a: Attempt, state: Admitting, event: TimePassed, turn: Turn) -> None:
    """Without a sensor that can tell the visitor counts as admitted; with one, nobody passed: the charge is unused."""
    if turn.at.mono < state.timer:
        return
    turn.shut()
    if not state.is_watched:
        _end(a, state.claim, turn)
    elif why := turn.sensing.nobody_came():
        _count_as_admitted(a, state.claim, why, turn)
        _end(a, state.claim, turn)
    elif state.claim is Claim.FREE:
        free.unused(a, turn, "nobody passed")
        if not turn.is_held_open:
            turn.show(MessageKind.FREE_UNUSED, incident=a.incident)
    else:
        a.open_credits(turn, "nobody passed", state.claim)
        if not turn.is_held_open:
            kind, price = MessageKind.NOBODY_PASSED, a.price
            if a.pool is not None:
                kind, price = a.pool.told(kind), a.pool.price
            turn.show(kind, incident=a.incident, price=price)

import copy
from typing import Any

import pytest

from gate_controller.admission.attempt import states, ticket_states
from gate_controller.admission.attempt.attempt import Attempt
from gate_controller.admission.attempt.movement import Movement
from gate_controller.admission.attempt.shown import Shown
from gate_controller.admission.attempt.states import STATES, AttemptState, Claim, Refund
from gate_controller.admission.attempt.ticket_states import TICKET_STATES
from gate_controller.admission.attempt.transitions import TRANSITIONS, handle
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.attempt.writes import Writes
from gate_controller.admission.words import calls, events, ticket_calls
from gate_controller.admission.words.calls import CallFailed, CallFault
from gate_controller.admission.words.codes import Code, VoucherCode
from gate_controller.admission.words.events import Event, Instant
from gate_controller.admission.words.facts import Intended
from gate_controller.admission.words.ids import AttemptId, Incident, Numbering
from gate_controller.admission.words.info_calls import InfoAnswered
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.admission.words.policy import Policy

AT = Instant(100.0, 1.7e9)
ID = AttemptId("TAG01")
LOST = CallFailed(CallFault.UNKNOWN, "no answer")
ATTEMPT_EVENTS: tuple[Event, ...] = (
    events.TimePassed(AT),
    events.PassageSensed(AT),
    events.Written(AT, 1),
    events.WriteFailed(AT, 1, "disk full"),
    calls.BalanceAnswered(AT, ID, LOST),
    calls.RedeemAnswered(AT, ID, LOST),
    calls.RedemptionsAnswered(AT, ID, LOST),
    calls.CancelAnswered(AT, ID, LOST),
    ticket_calls.CheckedIn(AT, ID, LOST),
    ticket_calls.CheckedOut(AT, ID, LOST),
    ticket_calls.TicketAnswered(AT, ID, LOST),
    InfoAnswered(AT, ID, LOST),
    events.Rescanned(AT, ID),
    events.ContributionDue(AT, ID),
    events.PoolFailed(AT, ID),
    events.PoolPaid(AT, ID),
    events.Opened(AT, ID),
    events.RelayFailed(AT, ID, "stuck"),
)
REFUND = Refund(is_unknown=False)
TICKET_DOUBT = ticket_states.TicketInDoubt(timer=None, settle_at=200.0)
CHASE = ticket_states.Chase(is_sent=True, settle_at=200.0, gives_up_at=900.0)
ONE_OF_EACH: tuple[AttemptState, ...] = (
    states.Checking(),
    states.Consulting(),
    states.Intending(),
    states.Granting(),
    states.Ready(),
    states.Redeeming(),
    states.InDoubt(timer=None, settle_at=200.0),
    states.Recording(otherwise="token-1"),
    states.Contributed(),
    states.Releasing(claim=Claim.CHARGE),
    states.Admitting(claim=Claim.CHARGE, timer=103.0, is_watched=True),
    states.Credit(timer=700.0, is_proven=True),
    states.Proving(),
    states.Weighing(refund=REFUND),
    states.RefundRecording(refund=REFUND),
    states.RefundUnrecorded(refund=REFUND, timer=101.0),
    states.Cancelling(refund=REFUND),
    states.RefusalChecking(refund=REFUND, text=""),
    states.RefundWaiting(refund=REFUND, timer=101.0),
    states.Auditing(timer=None, settle_at=200.0, looked_at=100.0, stands=True),
    states.Closed(),
    ticket_states.TicketIntending(),
    ticket_states.CheckingIn(),
    TICKET_DOUBT,
    ticket_states.EntryRecording(otherwise=TICKET_DOUBT),
    ticket_states.TicketReleasing(),
    ticket_states.TicketAdmitting(timer=103.0, is_watched=True),
    ticket_states.KeptEntry(timer=700.0),
    ticket_states.UndoRecording(),
    ticket_states.LeavingAsked(),
    ticket_states.LettingOut(known_by=None),
    ticket_states.GoingOut(timer=103.0, is_watched=True, is_known=True),
    ticket_states.ChaseWaiting(chase=CHASE, timer=101.0),
    ticket_states.ChaseLooking(chase=CHASE),
    ticket_states.ChaseSending(chase=CHASE),
)
EVERY_STATE = (*STATES, *TICKET_STATES)
FIRST = {states.Checking, states.Consulting, ticket_states.TicketIntending}
ILLEGAL = [
    (state, event) for state in ONE_OF_EACH for event in ATTEMPT_EVENTS if (type(state), type(event)) not in TRANSITIONS
]


def attempt(state: AttemptState) -> Attempt:
    return Attempt(ID, Incident("KRVG1"), Code("L4FU5LQTKJR3"), state, voucher_code=VoucherCode("L4FU5LQTKJR3"))


def turn() -> Turn:
    policy = Policy("gate-1", Cents(2500), Currency.CHF)
    return Turn(policy, AT, Numbering("TAG0"), Writes(), Movement(), Shown(), {})


@pytest.mark.parametrize(
    ("state", "event"), ILLEGAL, ids=lambda it: it.name if isinstance(it, AttemptState) else type(it).__name__
)
def test_an_event_without_an_entry_changes_nothing(state: AttemptState, event: Event) -> None:
    one, this_turn = attempt(state), turn()
    before = copy.copy(one)

    handle(one, event, this_turn)

    assert one == before
    assert this_turn.commands == []


def test_every_state_is_reached_and_every_state_but_the_last_is_left() -> None:
    reached = {state for transition in TRANSITIONS.values() for state in transition.to}
    left = {state for (state, _), transition in TRANSITIONS.items() if transition.to - {state}}

    assert reached == set(EVERY_STATE) - FIRST
    assert left == set(EVERY_STATE) - {states.Closed}


def test_from_a_question_about_a_balance_nothing_leads_to_a_charge() -> None:
    led_to = [transition.to for (state, _), transition in TRANSITIONS.items() if state is states.Consulting]

    assert led_to
    assert set(led_to) == {frozenset({states.Closed})}


def test_every_state_is_tried_here() -> None:
    assert tuple(type(state) for state in ONE_OF_EACH) == EVERY_STATE


def test_every_entry_says_what_it_does() -> None:
    assert all((transition.handler.__doc__ or "").strip() for transition in TRANSITIONS.values())


def test_an_entry_that_leads_elsewhere_than_it_says_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = TRANSITIONS[states.Checking, events.TimePassed]

    def leads_astray(one: Attempt, _state: AttemptState, _event: Event, _turn: Turn) -> None:
        one.state = states.Admitting(claim=Claim.CHARGE, timer=103.0, is_watched=True)

    astray = type(wrong)(leads_astray, wrong.to)
    table: dict[Any, Any] = TRANSITIONS
    monkeypatch.setitem(table, (states.Checking, events.TimePassed), astray)

    with pytest.raises(AssertionError, match="TimePassed led from checking to admitting"):
        handle(attempt(states.Checking()), events.TimePassed(AT), turn())


def test_facts_are_numbered_in_their_order() -> None:
    one, this_turn = attempt(states.Checking()), turn()
    fields = {"code": one.code, "voucher_code": one.voucher_code, "price": 2500, "currency": Currency.CHF}

    facts = [
        one.fact(Intended, this_turn, incident=one.incident, balance_before=5000, reference="r", **fields)
        for _ in range(3)
    ]

    assert [fact.n for fact in facts] == [0, 1, 2]

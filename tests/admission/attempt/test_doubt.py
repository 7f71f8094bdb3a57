"""The unknown redemption: which evidence leads to which conclusion, and when."""

import pytest

from gate_controller.admission.attempt.evidence import Conclusion, Drop, ListSays, conclude, entries_of, learn_user
from gate_controller.admission.words.calls import AskRedemptions, CallFailed, ListedRedemption, Redemptions
from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.facts import Evidence, OpenItem, Redeemed
from gate_controller.admission.words.messages import MessageKind, MoneyFate
from gate_controller.admission.words.money import Cents
from tests.rig.core import LOST, NO_KEY, PRICE, REFUSED, VOUCHER, Core, balance, charged, core, listed, refunding


def evidence(gate: Core) -> Evidence:
    return next(fact.evidence for fact in gate.facts if isinstance(fact, Redeemed))


def test_a_lost_answer_is_looked_up_at_once_and_redeem_is_not_repeated() -> None:
    gate = core()

    gate.is_in_doubt()

    assert gate.story == ["Intended", "Approved", "Doubted"]
    assert gate.told() is MessageKind.CHECKING


def test_a_charge_in_the_list_opens_the_gate() -> None:
    gate = core()

    gate.is_in_doubt()
    gate.answer(listed(1))

    assert (gate.pulses, gate.told(), evidence(gate)) == (1, MessageKind.ADMITTED, Evidence.LIST)


def test_the_journals_charges_are_counted_at_the_amount_in_question_whatever_the_price_is_by_now() -> None:
    gate = core(price=2_500)
    gate.is_in_doubt()
    again = gate.restarts(price=3_000)

    again.after(0.0)

    [asked] = again.asked
    assert isinstance(asked, AskRedemptions)
    assert asked.amount == 2_500


def test_charges_that_the_journal_knows_are_not_mistaken_for_the_one_in_doubt() -> None:
    gate = core()

    gate.is_in_doubt()
    gate.answer(listed(2, surely=2))

    assert gate.pulses == 0
    assert gate.asks == ["AskBalance"]


def test_one_charge_more_than_the_journal_knows_is_the_one_in_doubt() -> None:
    gate = core()

    gate.is_in_doubt()
    gate.answer(listed(3, surely=2))

    assert gate.pulses == 1


def test_a_charge_that_may_be_a_cancelled_one_still_listed_is_not_believed() -> None:
    gate = core()

    gate.is_in_doubt()
    gate.answer(listed(1, surely=0, at_most=1))

    assert gate.pulses == 0
    assert gate.asks == ["AskBalance"]


def test_an_entry_that_is_listed_twice_is_no_second_charge() -> None:
    """The voucher was admitted just before; the page was read twice, or a proxy repeated it."""
    gate = core()
    gate.is_in_doubt(left=4_000)

    gate.answer(Redemptions(listed(1).listed * 2, "gate", 1, 1))
    assert (gate.pulses, gate.asks) == (0, ["AskBalance"])
    gate.answer(balance(4_000))

    assert gate.pulses == 0


def test_an_entry_that_is_listed_twice_does_not_rule_the_charge_out() -> None:
    gate = core()
    gate.is_in_doubt(left=4_000)

    gate.answer(Redemptions(listed(1).listed * 2, "gate", 1, 1), balance(1_500))

    assert (gate.pulses, evidence(gate)) == (1, Evidence.BALANCE)


def test_the_charge_itself_listed_twice_opens_the_gate_once() -> None:
    gate = core()
    gate.is_in_doubt()

    gate.answer(Redemptions(listed(1).listed * 2, "gate", 0, 0))

    assert (gate.pulses, evidence(gate)) == (1, Evidence.LIST)


def test_an_entry_that_is_listed_twice_leaves_no_doubt_after_the_settling_time() -> None:
    gate = almost_settled()

    gate.scan()
    gate.answer(Redemptions(listed(1).listed * 2, "gate", 1, 1), balance(4_000))

    assert gate.story[3] == "NotCharged"


def test_another_users_charge_is_not_believed() -> None:
    gate = core()

    gate.is_in_doubt()
    gate.answer(listed(1, by="till"))

    assert gate.pulses == 0


@pytest.mark.parametrize("amount", [PRICE - 1, PRICE + 1])
def test_a_charge_of_another_amount_is_not_believed(amount: int) -> None:
    gate = core()

    gate.is_in_doubt()
    gate.answer(Redemptions((ListedRedemption(VoucherCode(VOUCHER), Cents(amount), "gate"),), "gate", 0, 0))

    assert gate.pulses == 0


@pytest.mark.parametrize("refusal", [LOST, REFUSED, NO_KEY])
def test_where_the_list_does_not_help_a_drop_of_the_balance_counts_as_charged(refusal: object) -> None:
    gate = core()

    gate.is_in_doubt(left=4_000)
    gate.answer(refusal, balance(1_500))  # type: ignore[arg-type]  # one of the failures

    assert (gate.pulses, evidence(gate)) == (1, Evidence.BALANCE)


@pytest.mark.parametrize("taken", [2_501, 3_000, 4_000])
def test_a_drop_by_more_than_the_price_is_never_taken_for_the_charge_alone(taken: int) -> None:
    """Redeem was lost without effect, and a till took 30.00: the visitor is let in, and a person looks at it."""
    gate = core()

    gate.is_in_doubt(left=4_000)
    gate.answer(REFUSED, balance(4_000 - taken))

    assert (gate.pulses, evidence(gate)) == (1, Evidence.UNSURE)
    assert isinstance(gate.facts[-1], OpenItem)


def test_a_drop_by_the_price_that_is_seen_only_when_the_visitor_comes_back_is_for_a_person_as_well() -> None:
    gate = core()
    gate.is_in_doubt(left=4_000)
    gate.answer(REFUSED, LOST)
    gate.after(30.0)
    gate.asked.clear()

    gate.scan()
    gate.answer(REFUSED, balance(1_500))

    assert (gate.pulses, evidence(gate)) == (1, Evidence.UNSURE)
    assert isinstance(gate.facts[-1], OpenItem)


_EITHER = (False, True)

UNREADABLE_AMOUNT = ListedRedemption(VoucherCode(VOUCHER), None, "gate")
UNREADABLE_CODE = ListedRedemption(None, Cents(PRICE), "gate")


def test_an_entry_of_this_voucher_that_cannot_be_read_is_never_no_trace() -> None:
    gate = almost_settled()

    gate.scan()
    gate.answer(Redemptions((UNREADABLE_AMOUNT,), "gate", 0, 0), balance(4_000))

    assert (gate.pulses, evidence(gate)) == (1, Evidence.UNSURE)


def test_an_entry_whose_voucher_cannot_be_read_leaves_the_decision_to_the_balance() -> None:
    gate = core()
    gate.is_in_doubt(left=4_000)

    gate.answer(Redemptions((UNREADABLE_CODE,), "gate", 0, 0), balance(1_500))

    assert (gate.pulses, evidence(gate)) == (1, Evidence.BALANCE)


def test_a_malformed_entry_hides_no_charge_that_can_be_read() -> None:
    gate = core()
    gate.is_in_doubt()

    gate.answer(Redemptions((*listed(1).listed, UNREADABLE_CODE, UNREADABLE_AMOUNT), "gate", 0, 0))

    assert (gate.pulses, evidence(gate)) == (1, Evidence.LIST)


def test_an_entry_that_nobody_explains_is_never_no_trace() -> None:
    """The gate's user is not known, so it may be this charge, and a till may have given back as much."""
    gate = almost_settled()

    gate.scan()
    gate.answer(listed(1, user=None), balance(4_000))

    assert (gate.pulses, evidence(gate)) == (1, Evidence.UNSURE)
    assert isinstance(gate.facts[-1], OpenItem)


def test_another_users_entry_is_explained_where_the_gate_knows_its_own() -> None:
    gate = almost_settled()

    gate.scan()
    gate.answer(listed(1, by="till"), balance(4_000))

    assert gate.story[3] == "NotCharged"


@pytest.mark.parametrize("says", ListSays)
@pytest.mark.parametrize("drop", Drop)
def test_a_balance_that_changed_is_never_not_charged(says: ListSays, drop: Drop) -> None:
    concluded = [conclude(says, drop, waits=waits, settled=settled) for waits in _EITHER for settled in _EITHER]

    if drop is not Drop.NONE:
        assert Conclusion.NOT_CHARGED not in concluded
    assert Conclusion.LOOK_AGAIN not in [conclude(says, drop, waits=waits, settled=True) for waits in _EITHER]


@pytest.mark.parametrize("says", ListSays)
@pytest.mark.parametrize("drop", Drop)
def test_only_a_look_up_after_the_settling_time_can_say_not_charged(says: ListSays, drop: Drop) -> None:
    for waits in _EITHER:
        assert conclude(says, drop, waits=waits, settled=False) is not Conclusion.NOT_CHARGED


def test_a_drop_below_the_price_is_none() -> None:
    gate = core()

    gate.is_in_doubt(left=4_000)
    gate.answer(REFUSED, balance(1_501))

    assert gate.pulses == 0
    assert gate.told() is MessageKind.CHECKING


@pytest.mark.parametrize("found", [listed(0), listed(1, user=None), listed(1, user=None, by="till")])
def test_where_something_else_may_explain_the_drop_the_visitor_enters_and_staff_are_told(found: Redemptions) -> None:
    gate = core()

    gate.is_in_doubt(left=4_000)
    gate.answer(found, balance(1_500))

    assert (gate.pulses, evidence(gate)) == (1, Evidence.UNSURE)
    assert isinstance(gate.facts[-1], OpenItem)


def test_an_open_item_of_a_sensor_gate_waits_until_somebody_passed() -> None:
    gate = core(sensor=True)

    gate.is_in_doubt(left=4_000)
    gate.answer(listed(0), balance(1_500))
    assert gate.story[-1] == "ReleasedToSensor"
    gate.somebody_passes()

    assert gate.story[-2:] == ["Passed", "OpenItem"]


def test_nothing_found_in_time_refuses_and_goes_on_looking() -> None:
    gate = core()

    gate.is_in_doubt()
    gate.answer(listed(0), balance(4_000))
    gate.after(5.0)

    assert (gate.told(), gate.shown[-1].fate) == (MessageKind.BEING_CHECKED, MoneyFate.BEING_CHECKED)
    assert gate.asks == ["AskRedemptions"]


def settle(gate: Core, seconds: float) -> None:
    """Answer every look-up with no trace for so long."""
    end = gate.now + seconds
    while gate.now < end:
        while gate.asked:
            gate.answer(listed(0) if gate.asks[0] == "AskRedemptions" else balance(4_000))
        gate.after(0.25)


def test_no_trace_before_the_settling_time_settles_nothing() -> None:
    gate = core()

    gate.is_in_doubt()
    settle(gate, 115.0)

    assert gate.story == ["Intended", "Approved", "Doubted"]


def test_no_trace_after_the_settling_time_means_not_charged() -> None:
    gate = core()

    gate.is_in_doubt()
    settle(gate, 200.0)

    assert gate.story == ["Intended", "Approved", "Doubted", "NotCharged"]
    assert not gate.gate.visitors.unfinished
    assert gate.gate.wake_at is None


def almost_settled() -> Core:
    """Return a gate whose doubt ends with the next look-up that shows no trace."""
    gate = core()
    gate.is_in_doubt()
    while gate.now < 1_130.0 or gate.asked:
        gate.answer(*(LOST for _ in gate.asked))
        gate.after(0.0 if gate.asked else 5.0)
    return gate


def test_a_visitor_whose_doubt_is_settled_as_not_charged_is_served_by_a_new_attempt() -> None:
    gate = almost_settled()

    gate.scan()
    gate.answer(listed(0), balance(4_000))
    assert gate.story == ["Intended", "Approved", "Doubted", "NotCharged", "Intended"]
    assert (gate.told(), gate.asks) == (MessageKind.CHECKING, ["AskBalance"])
    gate.answer(balance(4_000), charged(1_500))

    assert (gate.pulses, gate.told()) == (1, MessageKind.ADMITTED)
    assert len({fact.attempt for fact in gate.facts}) == 2


def test_the_new_attempt_has_only_the_rest_of_the_visitors_time() -> None:
    gate = almost_settled()

    gate.scan()
    scanned = gate.now
    gate.after(1.0)
    gate.answer(listed(0), balance(4_000))
    assert gate.only.verdict_due is not None
    gate.after(4.0)

    assert gate.told() is MessageKind.UNREACHABLE
    assert gate.now <= scanned + 5.0


def test_where_too_little_time_is_left_the_visitor_scans_again() -> None:
    gate = almost_settled()

    gate.scan()
    gate.after(2.5)
    gate.answer(listed(0), balance(4_000))

    assert (gate.told(), gate.asks) == (MessageKind.NOT_CHARGED_AFTER_ALL, [])


def test_a_balance_that_somebody_else_moved_settles_nothing_as_not_charged() -> None:
    """The charge may be there, hidden by what another till gave back: a person has to look."""
    gate = almost_settled()

    gate.scan()
    gate.answer(listed(0), balance(4_500))

    assert (gate.pulses, evidence(gate)) == (1, Evidence.UNSURE)
    assert isinstance(gate.facts[-1], OpenItem)


def test_an_older_look_up_that_answers_last_settles_nothing() -> None:
    gate = core()
    gate.is_in_doubt()
    gate.after(117.0)
    older = gate.asked.pop(0)
    gate.scan()
    gate.after(5.0)
    gate.answer(LOST, LOST)
    gate.after(60.0)
    newer = gate.asked.pop(0)
    gate.asked[:] = [older, newer]

    gate.answer(listed(0))
    gate.asked.insert(0, gate.asked.pop())
    gate.answer(balance(4_000))

    assert gate.story == ["Intended", "Approved", "Doubted"]


def test_look_ups_that_fail_settle_nothing_however_long() -> None:
    gate = core()

    gate.is_in_doubt()
    for _ in range(100):
        gate.answer(*(LOST for _ in gate.asked))
        gate.after(30.0)

    assert gate.story == ["Intended", "Approved", "Doubted"]


def test_a_look_up_from_before_the_settling_time_settles_nothing_after_it() -> None:
    gate = core()
    gate.is_in_doubt()
    gate.answer(listed(0))
    gate.after(121.0)

    gate.scan()
    assert gate.asks == ["AskBalance", "AskRedemptions"]
    gate.answer(balance(4_000))

    assert gate.story == ["Intended", "Approved", "Doubted"]


def test_the_same_voucher_is_not_charged_again_while_in_doubt() -> None:
    gate = core()
    gate.is_in_doubt()
    gate.answer(listed(0), balance(4_000))
    gate.after(10.0)
    gate.asked.clear()

    gate.scan()

    assert gate.told() is MessageKind.CHECKING
    assert gate.asks == ["AskRedemptions"]


def test_a_charge_found_on_the_next_scan_opens_the_gate() -> None:
    gate = core()
    gate.is_in_doubt()
    gate.answer(listed(0), balance(4_000))
    gate.after(10.0)
    gate.asked.clear()

    gate.scan()
    gate.answer(listed(1))

    assert gate.pulses == 1
    assert gate.story.count("Intended") == 1


def test_a_charge_found_with_nobody_there_becomes_a_credit() -> None:
    gate = core()
    gate.is_in_doubt()
    gate.after(5.0)

    gate.answer(listed(1))

    assert gate.pulses == 0
    assert gate.story == ["Intended", "Approved", "Doubted", "Redeemed", "CreditOpened"]


def test_a_redeem_answered_after_all_keeps_its_token() -> None:
    gate = core()
    gate.asks_redeem()
    gate.after(5.0)
    assert gate.asks == ["Redeem", "AskRedemptions"]

    gate.answer(charged(1_500))

    assert gate.only.token is not None
    assert gate.only.evidence is Evidence.ANSWER


def test_a_late_no_ends_the_doubt_with_the_next_look_up_that_began_after_it() -> None:
    gate = core()
    gate.asks_redeem()
    gate.after(5.0)

    gate.answer(REFUSED, listed(0), balance(4_000))
    assert gate.story == ["Intended", "Approved", "Doubted"]
    gate.after(1.0)
    gate.answer(listed(0), balance(4_000))

    assert gate.story == ["Intended", "Approved", "Doubted", "NotCharged"]


# -- E-GUMA refuses the charge after Balance has said yes

REFUSALS = [(REFUSED, MessageKind.REFUSED_BY_EGUMA), (NO_KEY, MessageKind.REFUSED_OUT_OF_SERVICE)]


def refused(outcome: CallFailed = REFUSED) -> Core:
    """Return a gate whose Redeem was refused: the list is being asked."""
    gate = core()
    gate.asks_redeem(left=4_000)
    gate.answer(outcome)
    assert (gate.told(), gate.asks) == (MessageKind.CHECKING, ["AskRedemptions"])
    return gate


@pytest.mark.parametrize(("outcome", "kind"), REFUSALS)
def test_a_refusal_without_a_charge_in_the_list_is_final(outcome: CallFailed, kind: MessageKind) -> None:
    gate = refused(outcome)

    gate.answer(listed(0), balance(4_000))

    assert (gate.told(), gate.shown[-1].fate, gate.asks) == (kind, MoneyFate.NOT_CHARGED, [])
    assert gate.story == ["Intended", "Approved", "Doubted", "NotCharged"]
    assert not gate.gate.visitors.unfinished


def test_the_visitor_reads_why_eguma_refused() -> None:
    gate = refused()

    gate.answer(listed(0), balance(4_000))

    assert gate.shown[-1].eguma_text == "E-GUMA says no"


def tills(*amounts: int, user: str | None = "gate") -> Redemptions:
    """Return a list with what another till took of the voucher, and nothing of this gate's."""
    entries = tuple(ListedRedemption(VoucherCode(VOUCHER), Cents(amount), "till", 1.0) for amount in amounts)
    return Redemptions(entries, user, 0, 0)


@pytest.mark.parametrize("taken", [PRICE, 3_000])
def test_a_till_that_was_quicker_is_seen_in_the_list(taken: int) -> None:
    gate = refused()

    gate.answer(tills(taken), balance(4_000 - taken))

    assert (gate.told(), gate.shown[-1].fate) == (MessageKind.REFUSED_BY_EGUMA, MoneyFate.NOT_CHARGED)


@pytest.mark.parametrize("found", [listed(0), tills(1_000), tills(PRICE, user=None)])
def test_a_difference_that_no_till_explains_is_checked_though_eguma_refused(found: Redemptions) -> None:
    """The list is late, or shows nothing at all, and the first of two requests took effect."""
    gate = refused()

    gate.answer(found, balance(1_500))

    assert (gate.pulses, gate.told()) == (0, MessageKind.BEING_CHECKED)


@pytest.mark.parametrize(("outcome", "_kind"), REFUSALS)
def test_a_charge_in_the_list_opens_the_gate_whatever_was_refused(outcome: CallFailed, _kind: MessageKind) -> None:
    """A proxy has sent the request twice: the first took effect, and the second's refusal is what arrived."""
    gate = refused(outcome)

    gate.answer(listed(1))

    assert (gate.pulses, gate.told(), evidence(gate)) == (1, MessageKind.ADMITTED, Evidence.LIST)


@pytest.mark.parametrize("no_help", [LOST, REFUSED, listed(1, surely=0, at_most=1)])
@pytest.mark.parametrize(("outcome", "kind"), REFUSALS)
def test_where_the_list_does_not_help_a_refusal_and_an_unchanged_balance_are_final(
    outcome: CallFailed, kind: MessageKind, no_help: Redemptions | CallFailed
) -> None:
    gate = refused(outcome)

    gate.answer(no_help, balance(4_000))

    assert (gate.told(), gate.shown[-1].fate) == (kind, MoneyFate.NOT_CHARGED)
    assert gate.story[-1] == "NotCharged"


@pytest.mark.parametrize("left", [4_500, 3_000, 1_500, 1_000])
def test_where_the_list_does_not_help_a_refusal_and_another_balance_are_checked(left: int) -> None:
    gate = refused()

    gate.answer(REFUSED, balance(left))

    assert (gate.pulses, gate.told(), gate.story) == (0, MessageKind.BEING_CHECKED, ["Intended", "Approved", "Doubted"])
    for _ in range(300):
        gate.after(1.0)
        while gate.asked:
            gate.answer(REFUSED if gate.asks[0] == "AskRedemptions" else balance(left))
    assert evidence(gate) is Evidence.UNSURE


@pytest.mark.parametrize("answers", [(LOST, LOST), (NO_KEY, NO_KEY)])
def test_a_refusal_that_no_look_up_can_confirm_is_checked(answers: tuple[CallFailed, ...]) -> None:
    gate = refused()

    gate.answer(*answers)

    assert (gate.told(), gate.shown[-1].fate) == (MessageKind.BEING_CHECKED, MoneyFate.BEING_CHECKED)
    assert gate.story == ["Intended", "Approved", "Doubted"]


def test_a_power_cut_after_a_refusal_finds_a_doubt() -> None:
    gate = refused()

    again = gate.restarts()
    again.after(0.1)

    assert again.asks == ["AskRedemptions"]


def test_a_found_charge_that_cannot_be_written_is_looked_up_again() -> None:
    gate = core()
    gate.is_in_doubt()
    gate.disk = "fails"
    gate.answer(listed(1))
    assert gate.pulses == 0

    gate.disk = "works"
    gate.after(1.0)
    gate.answer(listed(1))

    assert gate.pulses == 1


def test_the_gates_user_is_learnt_from_charges_it_knows() -> None:
    charges = [(VoucherCode(VOUCHER), Cents(PRICE))] * 2

    assert learn_user(listed(2).listed, charges, at_least=2) == "gate"
    assert learn_user(listed(3).listed, charges, at_least=2) == "gate"
    assert learn_user(listed(2).listed, charges[1:], at_least=2) is None
    assert learn_user(listed(1).listed, charges, at_least=1) is None
    assert learn_user((*listed(2).listed, *listed(1, by="till").listed), charges, at_least=1) is None
    assert learn_user(listed(2, by="").listed, charges, at_least=1) is None
    assert learn_user((), charges, at_least=1) is None


# -- what the journal explains


def test_a_charge_that_stands_explains_one_entry() -> None:
    gate = core()
    gate.admits()

    assert entries_of(gate.facts) == (1, 1)


def test_an_unsure_charge_explains_no_entry_surely() -> None:
    """Let in because a till took more: perhaps nothing was charged at all."""
    gate = core()
    gate.is_in_doubt(left=10_000)

    gate.answer(LOST, balance(7_000))

    assert gate.pulses == 1
    assert entries_of(gate.facts) == (0, 1)


def test_a_refund_that_was_refused_after_a_lost_answer_explains_no_entry_surely() -> None:
    gate = refunding()
    gate.answer(LOST)
    gate.after(2.0)
    gate.answer(REFUSED, balance(3_900))

    assert entries_of(gate.facts) == (0, 1)

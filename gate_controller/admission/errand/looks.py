"""
How a voucher is before an errand, and what it shows of one whose answer was lost.

What E-GUMA can be asked, and what each answer means, is one table for each kind of errand (design.md, "What staff have
done at E-GUMA"). While an errand is under way the gate moves nothing else on its voucher.
"""

from enum import Enum, auto
from typing import assert_never

from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.errand.errand import Errand
from gate_controller.admission.words.calls import AskBalance, Balance
from gate_controller.admission.words.codes import TicketNumber, VoucherCode
from gate_controller.admission.words.desk_calls import Activation, AskActivation, AskDeactivation, Deactivation
from gate_controller.admission.words.errand_facts import ErrandKind
from gate_controller.admission.words.money import Cents
from gate_controller.admission.words.policy import LOOKUP_SECONDS
from gate_controller.admission.words.ticket_calls import AskTicket, TicketInfo

Answer = Balance | Activation | Deactivation | TicketInfo

SAYS_NO = "E-GUMA says that it cannot be done"
UNKNOWN_VOUCHER = "E-GUMA knows no such voucher, or does not say what is on it"
OTHER_AMOUNT = "E-GUMA says what it is worth, and it is another amount"
AMOUNT_MISSING = "E-GUMA leaves the amount to the seller: say which"
AMOUNT_UNKNOWN = "E-GUMA does not say what it is worth"
TICKET_IN_ALREADY = "the ticket is checked in already"
TICKET_NOT_IN = "the ticket is not checked in"
OTHER_CURRENCY = "it is in another currency"


class VoucherLook(Enum):
    """What a look at the voucher tells of an errand."""

    UNCHANGED = auto()
    """It is as it was before."""
    DONE = auto()
    """It has changed by exactly that, and nothing else explains it."""
    UNCLEAR = auto()
    """It has changed, and something else may explain it."""
    FURTHER = auto()
    """Another question has to be asked besides."""


def ask(e: Errand, turn: Turn) -> None:
    """Ask how the voucher is."""
    deadline = turn.at.mono + LOOKUP_SECONDS
    match e.wish.kind:
        case ErrandKind.TOP_UP | ErrandKind.PART_VOID:
            turn.ask(AskBalance(e.id, e.voucher_code, deadline, urgent=False))
        case ErrandKind.SALE:
            turn.ask(AskActivation(e.id, e.voucher_code, deadline))
        case ErrandKind.TAKING_BACK:
            turn.ask(AskDeactivation(e.id, e.voucher_code, deadline))
        case ErrandKind.CHECK_IN | ErrandKind.CHECK_OUT:
            turn.ask(AskTicket(e.id, TicketNumber(e.voucher_code), deadline, urgent=False))
        case _:
            assert_never(e.wish.kind)


def named_in(answer: Answer) -> VoucherCode:
    """Return which voucher an answer is about; empty where it names none."""
    return VoucherCode("") if isinstance(answer, TicketInfo) else answer.voucher_code


def ask_further(e: Errand, answer: Answer, turn: Turn) -> None:
    """Ask what the first answer leaves open."""
    deadline = turn.at.mono + LOOKUP_SECONDS
    if isinstance(answer, Activation):
        turn.ask(AskDeactivation(e.id, e.voucher_code, deadline))
    else:
        turn.ask(AskBalance(e.id, e.voucher_code, deadline, urgent=False))


def objection_before(e: Errand, answer: Answer) -> str:  # noqa: PLR0911 - one line for each reason
    """Return why it cannot be done, by E-GUMA's word; empty where it can."""
    match answer:
        case TicketInfo(is_checked_in=True) if e.wish.kind is ErrandKind.CHECK_IN:
            return TICKET_IN_ALREADY
        case TicketInfo(is_checked_in=False) if e.wish.kind is ErrandKind.CHECK_OUT:
            return TICKET_NOT_IN
        case Balance(voucher_code="") | Balance(is_balance_told=False):
            return UNKNOWN_VOUCHER
        case Balance(currency=currency) | Activation(currency=currency) if currency not in {None, e.currency}:
            return OTHER_CURRENCY
        case Activation(can_be_activated=False) | Deactivation(can_be_deactivated=False):
            return SAYS_NO
        case Activation(is_amount_free=True):
            return "" if e.wish.amount is not None else AMOUNT_MISSING
        case Activation(amount=None) | Deactivation(amount=None):
            return AMOUNT_UNKNOWN
        case Activation(amount=amount) if e.wish.amount not in {None, amount}:
            return OTHER_AMOUNT
        case _:
            return ""


def put_down(e: Errand, answer: Answer) -> None:
    """Keep what the errand comes to, and how the voucher is before it."""
    e.amount = e.wish.amount
    match answer:
        case Balance(balance=balance):
            e.before = balance
        case Activation(is_amount_free=is_free):
            e.says_amount = is_free
            e.amount = e.wish.amount if is_free else answer.amount
        case Deactivation(amount=amount):
            e.amount = amount
            e.says_amount = False
        case TicketInfo():
            e.amount = Cents(0)
        case _:
            assert_never(answer)


def look_at(e: Errand, answer: Answer) -> VoucherLook:
    """Return what an answer tells of an errand that was sent."""
    match e.wish.kind:
        case ErrandKind.TOP_UP | ErrandKind.PART_VOID:
            return _by_balance(e, answer)
        case ErrandKind.SALE:
            return _of_sale(e, answer)
        case ErrandKind.TAKING_BACK:
            return _of_taking_back(answer)
        case ErrandKind.CHECK_IN | ErrandKind.CHECK_OUT:
            return _of_ticket(e, answer)
        case _:
            assert_never(e.wish.kind)


def _by_balance(e: Errand, answer: Answer) -> VoucherLook:
    if not isinstance(answer, Balance) or e.before is None or e.amount is None:
        return VoucherLook.UNCLEAR
    if answer.balance == e.before:
        return VoucherLook.UNCHANGED
    return VoucherLook.DONE if answer.balance == e.before + e.amount else VoucherLook.UNCLEAR


def _of_ticket(e: Errand, answer: Answer) -> VoucherLook:
    """It is as it should be, or as it was."""
    if not isinstance(answer, TicketInfo):
        return VoucherLook.UNCLEAR
    is_done = answer.is_checked_in is (e.wish.kind is ErrandKind.CHECK_IN)
    return VoucherLook.DONE if is_done else VoucherLook.UNCHANGED


def _of_sale(e: Errand, answer: Answer) -> VoucherLook:
    """What can still be sold was not; what can be taken back for that amount was sold. Of all else nobody can tell."""
    match answer:
        case Activation(can_be_activated=True):
            return VoucherLook.UNCHANGED
        case Activation():
            return VoucherLook.FURTHER
        case Deactivation(can_be_deactivated=True, amount=amount) if amount in {None, e.amount}:
            return VoucherLook.DONE
        case _:
            return VoucherLook.UNCLEAR


def _of_taking_back(answer: Answer) -> VoucherLook:
    """
    What can still be taken back was not. Else its balance tells: somebody may have redeemed of it meanwhile.

    Whether it can be sold again is undocumented, so it is not asked.
    """
    match answer:
        case Deactivation(can_be_deactivated=True):
            return VoucherLook.UNCHANGED
        case Deactivation():
            return VoucherLook.FURTHER
        case Balance(is_redeemable=False):
            return VoucherLook.DONE
        case _:
            return VoucherLook.UNCLEAR

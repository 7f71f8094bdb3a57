"""Vouchers are held until their sum reaches the price; then all are to be charged (`paying.py`)."""

from gate_controller.admission.attempt.attempt import Attempt
from gate_controller.admission.attempt.pool import Collection, Held, Pool
from gate_controller.admission.attempt.states import Intending, Ready
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.calls import Balance


def is_short(a: Attempt, balance: Balance, turn: Turn) -> bool:
    """Whether this voucher does not bring what the ones that are held leave of the price; one of them never does."""
    missing = a.charge(turn) if turn.collection is None else turn.collection.missing
    return balance.balance < missing or is_held(balance, turn)


def is_held(balance: Balance, turn: Turn) -> bool:
    """Whether this very voucher is held already: a ShortCode names it otherwise."""
    return turn.collection is not None and balance.voucher_code in turn.collection.codes


def hold(a: Attempt, balance: Balance, turn: Turn) -> None:
    """Hold a voucher whose balance does not reach; nothing is charged."""
    collection = Collection(a.charge(turn)) if turn.collection is None else turn.collection
    said = balance.product_id, balance.message
    one = Held(a.code, balance.voucher_code, balance.balance, a.by, a.order, *said)
    turn.collection = collection.with_one_more(one, turn.at.mono)


def complete(a: Attempt, balance: Balance, turn: Turn) -> None:
    """
    The sum is there: intend all charges in one commit, which is synced.

    A crash before it is on disk leaves nothing; after it, doubts that are looked up, each at its own amount.
    """
    collection = turn.collection
    if collection is None:
        raise AssertionError("nothing is held")
    turn.collection = None
    a.price, a.balance_before = collection.missing, balance.balance
    others = [_payer(one, turn) for one in collection.held]
    pool = Pool((*others, a), collection.price)
    for payer in pool.payers:
        payer.pool, payer.leader, payer.begun_wall = pool, a.id, turn.at.wall
    a.state = Intending()
    turn.write(*(payer.intended(turn) for payer in pool.payers), waiting=a.id)


def _payer(one: Held, turn: Turn) -> Attempt:
    payer = Attempt(*turn.names.next(), one.code, state=Ready(), begun=turn.at.mono)
    payer.by, payer.order = one.by, one.order
    payer.voucher_code, payer.price, payer.balance_before = one.voucher_code, one.balance, one.balance
    payer.product_id, payer.note = one.product_id, one.note
    return payer

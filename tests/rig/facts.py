"""Facts for tests of the journal: whole attempts as the gate writes them, and strategies for every kind."""

from dataclasses import fields
from types import NoneType
from typing import Any, get_args

from hypothesis import strategies as st

from gate_controller.admission.words.codes import Code, VoucherCode
from gate_controller.admission.words.errand_facts import ErrandKind
from gate_controller.admission.words.fact_kinds import KINDS
from gate_controller.admission.words.facts import (
    Approved,
    Evidence,
    Fact,
    Intended,
    Occurrence,
    Redeemed,
    Regime,
    Released,
)
from gate_controller.admission.words.free_facts import FreeGrounds
from gate_controller.admission.words.ids import AttemptId, IncidentCodes
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.admission.words.ticket_facts import TicketEvidence

TAG = "ABCD"
VOUCHER = VoucherCode("L4FU5LQTKJR3")
PRICE = Cents(2_500)
NOON = 1_800_000_000.0
"""Some noon, wall clock."""


def intended(number: int, *, tag: str = TAG, at: float = NOON, voucher: VoucherCode = VOUCHER) -> Intended:
    """Return the first fact of attempt `number`."""
    attempt = AttemptId(f"{tag}{number}")
    return Intended(
        attempt,
        0,
        at,
        incident=IncidentCodes().of(number),
        code=Code(voucher),
        price=PRICE,
        currency=Currency.CHF,
        reference=f"gate{attempt}",
        boot="a boot",
    )


def approved(number: int, *, tag: str = TAG, at: float = NOON, voucher: VoucherCode = VOUCHER) -> Approved:
    """Return its second fact: the voucher is good."""
    return Approved(AttemptId(f"{tag}{number}"), 1, at, voucher, Cents(50_000))


def redeemed(number: int, *, tag: str = TAG, at: float = NOON) -> Redeemed:
    """Return its third fact: charged."""
    return Redeemed(
        AttemptId(f"{tag}{number}"), 2, at, evidence=Evidence.ANSWER, token=f"token-{number}", balance_after=Cents(475)
    )


def released(number: int, *, tag: str = TAG, at: float = NOON) -> Released:
    """Return its last fact: the gate was opened."""
    return Released(AttemptId(f"{tag}{number}"), 3, at)


def admission(number: int, *, tag: str = TAG, at: float = NOON) -> tuple[Fact, ...]:
    """Return all facts of an undisturbed admission."""
    return (
        intended(number, tag=tag, at=at),
        approved(number, tag=tag, at=at),
        redeemed(number, tag=tag, at=at),
        released(number, tag=tag, at=at),
    )


# SQLite keeps any text but lone surrogates, which nothing that was decoded holds.
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)
_CENTS = st.integers(-(2**53), 2**53)
_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "Occurrence": st.sampled_from(Occurrence),
    "Regime": st.sampled_from(Regime),
    "ErrandKind": st.sampled_from(ErrandKind),
    "TicketEvidence": st.sampled_from(TicketEvidence),
    "FreeGrounds": st.sampled_from(FreeGrounds),
    "int": st.integers(0, 1_000),
    "bool": st.booleans(),
    "Evidence": st.sampled_from(Evidence),
    "Currency": st.sampled_from(Currency),
    "Cents": _CENTS,
    "float": st.floats(allow_nan=False, allow_infinity=False),
}


def _values_of(kind: object) -> st.SearchStrategy[Any]:
    alternatives = get_args(kind) or (kind,)
    values = _VALUES.get(getattr(alternatives[0], "__name__", ""), _TEXT)
    return values | st.none() if NoneType in alternatives else values


def facts_of_kind(kind: type[Fact]) -> st.SearchStrategy[Fact]:
    """Return any fact of a kind, with any values its fields can have."""
    own = {field.name: _values_of(field.type) for field in fields(kind) if field.name not in {"attempt", "n", "at"}}
    return st.builds(
        kind,
        st.just(AttemptId(f"{TAG}7")),
        st.integers(0, 1_000),
        st.floats(0, 1e11),
        **own,
    )


any_fact = st.one_of(*(facts_of_kind(kind) for kind in KINDS.values()))
"""Any fact of any kind."""

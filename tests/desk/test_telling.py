"""Attempts as the desk tells them: what can be done now is the core's word, and words come in the language named."""

import pytest

from gate_controller.admission.gate.orders import possible
from gate_controller.admission.words.facts import (
    CreditOpened,
    Doubted,
    Evidence,
    Fact,
    OpenItem,
    Redeemed,
    RefundBegun,
    Refunded,
    Settled,
)
from gate_controller.admission.words.ids import AttemptId, IncidentCodes
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.desk.control_socket import ControlError
from gate_controller.desk.telling import told, told_whole
from gate_controller.journal.records import record
from tests.rig.facts import NOON, TAG, VOUCHER, admission, approved, intended, redeemed

ATTEMPT = AttemptId(f"{TAG}1")
CHARGED = (intended(1), approved(1), redeemed(1))
OPEN = OpenItem(ATTEMPT, 9, NOON, "E-GUMA refused the refund: no")

CAN: dict[str, tuple[tuple[str, ...], tuple[Fact, ...]]] = {
    "an admission": (("refund",), admission(1)),
    "one being served": ((), (intended(1), approved(1))),
    "one in doubt": ((), (intended(1), approved(1), Doubted(ATTEMPT, 2, NOON, "no answer"))),
    "a charge before its release": ((), CHARGED),
    "a credit": (("refund",), (*CHARGED, CreditOpened(ATTEMPT, 3, NOON, "nobody passed", NOON))),
    "a refund under way": ((), (*CHARGED, RefundBegun(ATTEMPT, 3, NOON))),
    "one given back": ((), (*CHARGED, Refunded(ATTEMPT, 3, NOON, "confirmed by E-GUMA"))),
    "an open item": (("let_in", "refund", "settle"), (*CHARGED, OPEN)),
    "one that goes on by itself": (("let_in", "settle"), (*CHARGED, OpenItem(ATTEMPT, 3, NOON, "a day", repeats=True))),
    "one without a token": (("let_in", "settle"), (intended(1), Redeemed(ATTEMPT, 1, NOON, Evidence.LIST), OPEN)),
    "one that is not sure": (("settle",), (intended(1), Redeemed(ATTEMPT, 1, NOON, Evidence.UNSURE), OPEN)),
    "one without a charge": (("settle",), (intended(1), OPEN)),
    "one of a lost journal": (("settle",), (OpenItem(ATTEMPT, 0, NOON, "the journal was corrupt"),)),
    "a settled one": ((), (*CHARGED, OPEN, Settled(ATTEMPT, 10, NOON, "Anna", "cash"))),
}


@pytest.mark.parametrize(("can", "facts"), CAN.values(), ids=CAN.keys())
def test_what_can_be_done_is_told(can: tuple[str, ...], facts: tuple[Fact, ...]) -> None:
    assert possible(facts) == can
    assert told(record(1, IncidentCodes().of(1), facts), {}, Currency.CHF)["can"] == list(can)


def test_words_come_in_the_language_that_is_named() -> None:
    item = record(1, IncidentCodes().of(1), (*CHARGED, OPEN))
    assert {"summary", "happened", "story"}.isdisjoint(told_whole(item, {}, Currency.CHF))
    german = told_whole(item, {"language": "de"}, Currency.CHF)
    assert german["summary"] == "Fürs Personal: E-GUMA hat die Gutschrift abgelehnt (no)"
    assert "wurden dem Gutschein …KJR3" in german["happened"]
    assert german["story"][0]["text"].startswith("Gutschein …KJR3 wurde gescannt")
    assert german["story"][0]["at"] == item.begun
    with pytest.raises(ControlError, match="take de, fr, it or en"):
        told(item, {"language": "rm"}, Currency.CHF)


def test_codes_and_tokens_are_masked_unless_wanted_whole() -> None:
    item = record(1, IncidentCodes().of(1), CHARGED)
    masked, full = (told_whole(item, {"full": full, "language": "en"}, Currency.CHF) for full in (False, True))
    assert VOUCHER not in str(masked)
    assert "token-1" not in str(masked)
    assert (full["voucher_code"], full["redeem_token"]) == (VOUCHER, "token-1")
    assert full["balance_after_cents"] == Cents(475)

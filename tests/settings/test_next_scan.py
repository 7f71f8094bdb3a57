"""The settings of what the next scan is for: which codes may be a service card, and what goes together."""

from typing import Any

import pytest

from gate_controller.settings.models import secrets_of
from gate_controller.shell.policies import policy_of
from tests.rig.settings import loaded, mistakes

CARD, OTHER_CARD = "7f3c9a10be42d86155ce0f21", "House-Card_9x7Q2m4K!"
SECOND = "admission.second_price_cents=1500"


def test_by_default_there_is_neither_a_second_price_nor_a_card() -> None:
    policy = policy_of(loaded().settings)
    assert (policy.second_price, policy.balance_card, policy.price_card) == (None, "", "")


@pytest.mark.parametrize("card", [CARD, OTHER_CARD, "A1B2C3D4E5F6G7H8", "x" + "0123456789ab" * 3, "4915273840617283"])
def test_a_card_is_kept_in_capitals_for_scanners_differ(card: str) -> None:
    policy = policy_of(loaded(SECOND, GATE_SERVICE_CARDS__BALANCE=card).settings)
    assert policy.balance_card == card.upper()


@pytest.mark.parametrize(
    "card",
    [
        "short-card-1234",
        "A1b2" * 12 + "x",
        "has a blank in it 123",
        "umläut-card-12345678",
        "with\ttab-inside-it-99",
        "0000000000000000000000",
        "abababababababababab",
        "1234567890123456789",
        "]C01234567890123456789",
        "D1234567890123456789",
        "AzL4FU-5LQT-KJR3",
        "]Q2L4FU-5LQT-KJR3",
        r"\000026L4FU5LQTKJR3",
    ],
)
@pytest.mark.parametrize("name", ["SERVICE_CARDS__BALANCE", "SERVICE_CARDS__PRICE"])
def test_a_card_that_can_be_guessed_or_taken_for_a_voucher_is_refused_without_any_of_it(name: str, card: str) -> None:
    set_up: dict[str, Any] = {f"GATE_{name}": card}
    [line] = mistakes(SECOND, **set_up)
    assert line.startswith(f"{name.lower().replace('__', '.')} ")
    assert card not in line
    assert card[4:12] not in line


@pytest.mark.parametrize("price", [CARD, CARD.upper(), f"X{CARD}", CARD[4:]])
def test_two_cards_that_end_alike_are_refused(price: str) -> None:
    [line] = mistakes(SECOND, GATE_SERVICE_CARDS__BALANCE=CARD, GATE_SERVICE_CARDS__PRICE=price)
    assert "end alike" in line
    assert price not in line


@pytest.mark.parametrize(
    ("name", "value"), [("GATE_PRICE_BUTTON__PIN", "7"), ("GATE_SERVICE_CARDS__PRICE", OTHER_CARD)]
)
def test_what_chooses_the_second_price_needs_one(name: str, value: str) -> None:
    set_up: dict[str, Any] = {name: value}
    [line] = mistakes(**set_up)
    assert "no second price" in line
    assert OTHER_CARD not in line
    assert loaded(SECOND, **set_up).settings.admission.second_price_cents == 1_500


@pytest.mark.parametrize("price", ["0", "-5", "15.00", "1000001", "free"])
def test_a_second_price_is_a_price(price: str) -> None:
    [line] = mistakes(f"admission.second_price_cents={price}")
    assert line.startswith("admission.second_price_cents is")


def test_cards_are_secrets() -> None:
    settings = loaded(SECOND, GATE_SERVICE_CARDS__BALANCE=CARD, GATE_SERVICE_CARDS__PRICE=OTHER_CARD).settings
    assert set(secrets_of(settings)) >= {CARD, OTHER_CARD}
    assert CARD not in repr(settings)
    assert CARD.upper() not in repr(policy_of(settings))

"""
The sections of what the next scan is for: two buttons, and the service cards that do the same.

A card lets its holder in at the second price, so its code is hidden like a password.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field, SecretStr
from typing_extensions import override

from gate_controller.admission.words.codes import NotAVoucher, read_code
from gate_controller.admission.words.service_cards import LEAST_LENGTH, MOST_LENGTH
from gate_controller.settings.mistakes import Given, Mistake, variable
from gate_controller.settings.sections import Flag, OptionalPin, Section
from gate_controller.settings.values import ReadBy, UnusableError

_FEW = 5
"""So many different characters at least: a key that was leant on gives fewer, sixteen digits by lot hardly ever do."""

# 19 digits (eguma-api.md), whatever a scanner puts before them.
_TICKET = r"[0-9]{19}\Z"


def service_card(value: object) -> SecretStr | None:
    """Read the code of a service card, or none. No `UnusableError` of it repeats any part of it."""
    remedy = (
        f"give {LEAST_LENGTH} to {MOST_LENGTH} letters, digits or signs without blanks, by lot, such as "
        "`openssl rand -hex 12` prints them; or leave it out"
    )
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if text is None or (isinstance(text, str) and text.strip().lower() in {"", "none"}):
        return None
    if not isinstance(text, str):
        raise UnusableError("is no text", remedy)
    text = text.removesuffix("\n").removesuffix("\r")
    if any(not "!" <= c <= "~" for c in text):
        raise UnusableError("holds white space, control or non-ASCII characters", remedy)
    if not LEAST_LENGTH <= len(text) <= MOST_LENGTH:
        raise UnusableError(f"has under {LEAST_LENGTH} or over {MOST_LENGTH} characters", remedy)
    if len(set(text.upper())) < _FEW:
        raise UnusableError(f"has under {_FEW} different characters, and is soon guessed", remedy)
    if not isinstance(read_code(text.encode()), NotAVoucher) or re.search(_TICKET, text):
        raise UnusableError("may be a voucher's code or a ticket's number", remedy)
    return SecretStr(text)


class BalanceButtonSection(Section, frozen=True):
    """The button by which the next scan tells what is on its voucher, and charges nothing."""

    pin: OptionalPin = Field(default=None, description="BCM number")
    active_low: Flag = Field(default=True, description="whether a low level is a pressed button")


class PriceButtonSection(Section, frozen=True):
    """The button by which the next scan is charged the second price."""

    pin: OptionalPin = Field(default=None, description="BCM number; needs `admission.second_price_cents`")
    active_low: Flag = Field(default=True, description="whether a low level is a pressed button")


class ServiceCardsSection(Section, frozen=True):
    """Codes of the house's own, on cards that do what the buttons do when they are held before the scanner."""

    balance: Annotated[SecretStr | None, ReadBy(service_card)] = Field(
        default=None,
        description=f"code of the card that checks a balance, {LEAST_LENGTH} to {MOST_LENGTH} characters by lot, in "
        "whatever barcode the scanner reads; it is never printed",
    )
    price: Annotated[SecretStr | None, ReadBy(service_card)] = Field(
        default=None,
        description="code of the card for the second price, whose holder gets in for it; needs "
        "`admission.second_price_cents`",
    )

    @override
    def contradictions(self, given: Mapping[str, Given]) -> Iterator[Mistake]:
        if self.balance is None or self.price is None:
            return
        balance, price = (card.get_secret_value().upper() for card in (self.balance, self.price))
        if balance.endswith(price) or price.endswith(balance):
            yield Mistake(
                "service_cards.balance and service_cards.price end alike, and a scan may be either",
                given["service_cards.price"].place,
                f"give each card a code of its own: set {variable('service_cards.price')} to another",
            )

"""
Service cards: codes of the house's own, on a card that staff hold before the scanner in place of pressing a button.

Rules: a card is known by all of its characters, whatever their case; it can never be a voucher, for only what
`read_code` has refused is compared with it; and whoever knows one can use it, so none is logged or shown.
"""

from gate_controller.admission.words.events import Purpose
from gate_controller.admission.words.policy import Policy

LEAST_LENGTH, MOST_LENGTH = 16, 48
"""
Characters of a card: nobody guesses 16 of them at a scanner, and 48 leave room in a frame for what scanners put before.
"""

_MOST_BEFORE = 12
"""Bytes that scanners put before a code: an AIM prefix, an ECI prefix, a maker's code ID."""

_AROUND = bytes((*range(0x21), 0x7F))


def purpose_of_card(frame: bytes, policy: Policy) -> Purpose | None:
    """Return what a frame that is no voucher makes the next scan be for; None where it is no service card."""
    if not policy.balance_card and not policy.price_card:
        return None
    read = frame.strip(_AROUND).upper()
    for purpose, card in ((Purpose.BALANCE, policy.balance_card), (Purpose.SECOND_PRICE, policy.price_card)):
        if card and read.endswith(card.encode()) and len(read) - len(card) <= _MOST_BEFORE:
            return purpose
    return None

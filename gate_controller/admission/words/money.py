"""Money is an integer number of cents; what it is called in writing is the business of `texts`."""

from enum import StrEnum
from typing import NewType

Cents = NewType("Cents", int)
"""An amount in hundredths of the account's currency, as in E-GUMA's `*_in_cents` fields."""


class Currency(StrEnum):
    """The currencies an E-GUMA account can have; an account has one."""

    CHF = "CHF"
    EUR = "EUR"

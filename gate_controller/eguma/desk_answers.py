"""
E-GUMA's answers about what staff have it do, typed: a voucher's description, depot vouchers. Read as `answers` says.

In a file of its own, brought in by whoever asks: a gate that only admits does without.
"""

from datetime import datetime
from typing import Annotated, Final, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.money import Cents
from gate_controller.eguma.answers import CodedAnswer, CodeText, Words, odd_as

Amount = Annotated[Cents, Field(ge=0)]

_DATE_ALONE: Final = len("2026-12-31")


def _whole_day(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("it is no text")  # noqa: TRY004 - what pydantic takes for an odd value
    return f"{value}T23:59:59" if len(value) == _DATE_ALONE else value


class InfoAnswer(CodedAnswer):
    """What a voucher is. For people: nothing is decided by it, so nothing but the code is read strictly."""

    code: CodeText = VoucherCode("")
    name: Annotated[str, odd_as("")] = ""
    description: Annotated[str, odd_as("")] = ""
    is_redeemed: Annotated[bool | None, odd_as(None)] = None
    balance_in_cents: Annotated[Cents | None, odd_as(None)] = None
    valid_until: Annotated[
        Annotated[datetime, Field(strict=False), BeforeValidator(_whole_day)] | None, odd_as(None)
    ] = None
    """The merchant's local time, without an offset."""


class DepotAnswer(CodedAnswer):
    """Whatever is said of a depot voucher. Older editions say `balance_in_cents` for its amount."""

    code: Annotated[CodeText, odd_as(VoucherCode(""))] = VoucherCode("")
    amount_in_cents: Amount | None = None
    balance_in_cents: Amount | None = None

    @property
    def amount(self) -> Cents | None:
        """What it is, or was, worth; None where the answer does not say."""
        return self.balance_in_cents if self.amount_in_cents is None else self.amount_in_cents


class AmountAnswer(DepotAnswer):
    """A depot voucher that was sold or taken back."""

    @model_validator(mode="after")
    def _something_is_said(self) -> Self:
        if not self.code and self.amount is None:
            raise ValueError("it has neither a code nor an amount")
        return self


class DeactivationAnswer(DepotAnswer):
    """Whether a depot voucher can be taken back."""

    can_be_deactivated: bool
    message: Annotated[str, odd_as("")] = ""

    @model_validator(mode="after")
    def _what_can_be_taken_back_has_a_code(self) -> Self:
        if self.can_be_deactivated and not self.code:
            raise ValueError("it can be taken back, and has no code")
        return self


class ActivationAnswer(DepotAnswer):
    """Whether a depot voucher can be sold, and for how much."""

    can_be_activated: bool
    free_amount: bool | None = None
    """Whether the seller says the amount."""
    currency: Annotated[Annotated[Words, StringConstraints(to_upper=True)] | None, odd_as(None)] = None
    product_id: Annotated[str, odd_as("")] = ""
    message: Annotated[str, odd_as("")] = ""

    @model_validator(mode="after")
    def _what_can_be_sold_has_a_code_and_an_amount(self) -> Self:
        if self.can_be_activated and not self.code:
            raise ValueError("it can be sold, and has no code")
        if self.can_be_activated and self.free_amount is None:
            raise ValueError("it can be sold, and does not say who names the amount")
        if self.can_be_activated and not self.free_amount and self.amount is None:
            raise ValueError("it can be sold for a fixed amount, and has none")
        return self

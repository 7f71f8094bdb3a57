"""
E-GUMA's answers, typed. What decides about money (tokens, amounts, whether a voucher is redeemable) is read
strictly: an answer that lacks it, or holds a string, a fraction or a bool for it, is no answer. All else is
read leniently: unknown fields are ignored, and what is only for people to read may be missing or odd.
"""

import contextlib
import json
import sys
from datetime import UTC, datetime
from typing import Annotated, Any, NotRequired, Self

import pydantic
from pydantic import AfterValidator, BaseModel, Field, StringConstraints, TypeAdapter, ValidationError, model_validator
from pydantic_core.core_schema import with_default_schema
from typing_extensions import TypedDict

from gate_controller.admission.words.calls import ListedRedemption
from gate_controller.admission.words.codes import VoucherCode, voucher_code
from gate_controller.admission.words.money import Cents


def odd_as(value: object) -> pydantic.GetPydanticSchema:
    """Read as this value what is odd."""
    return pydantic.GetPydanticSchema(lambda it, read: with_default_schema(read(it), default=value, on_error="default"))


Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_NameOrNumber = Annotated[Words, Field(strict=False, coerce_numbers_to_str=True)]
_OF_USER: Any = Field(validation_alias=pydantic.AliasPath("user", "id"))
CodeText = Annotated[VoucherCode, AfterValidator(voucher_code)]


class StrictAnswer(BaseModel):
    """What every answer is read by."""

    # Strict: pydantic would otherwise read "5000", 5000.0 and true as integers. And without its cache of 16,384 texts:
    # tokens and codes never come again.
    model_config = {"frozen": True, "extra": "ignore", "strict": True, "cache_strings": "keys"}


class CodedAnswer(StrictAnswer):
    """What says which voucher, or which ticket, it is about; it may leave that out."""

    code: str = ""


class BalanceAnswer(StrictAnswer):
    """Whether a voucher can be redeemed, and what is left on it. An unknown code has an answer too."""

    is_redeemable: bool
    # What a code that names no voucher has for code and balance is undocumented, and nothing hangs on it.
    code: CodeText | None = None
    """The voucher code, whatever was asked for (a ShortCode, say): only this one is used from here on."""
    balance_in_cents: Cents | None = None
    total_amount_in_cents: Annotated[Cents | None, odd_as(None)] = None
    currency: Annotated[Annotated[Words, StringConstraints(to_upper=True)] | None, odd_as(None)] = None
    """`CHF` or `EUR`; None in older editions of the API, which do not say."""
    # E-GUMA documents no type for it; a number and a text that read alike are the same product.
    product_id: Annotated[Annotated[str, Field(strict=False, coerce_numbers_to_str=True)], odd_as("")] = ""
    """Which of the merchant's products it is; empty in older editions of the API, which do not say."""
    message: Annotated[str, odd_as("")] = ""
    """For people, as it is: why a voucher is not redeemable, or a note on one that is. It may be long or empty."""

    @model_validator(mode="after")
    def _redeemable_voucher_has_code_and_balance(self) -> Self:
        if self.is_redeemable and (not self.code or self.balance_in_cents is None):
            raise ValueError("it is redeemable, and has no code or no balance")
        return self


class ChangedAnswer(CodedAnswer):
    """A voucher after a change, such as a cancellation."""

    code: Annotated[CodeText, odd_as(VoucherCode(""))] = VoucherCode("")
    balance_in_cents: Cents


class RedeemAnswer(ChangedAnswer):
    """A charge that took place."""

    redeem_token: Annotated[str, StringConstraints(pattern=r"\S")]
    """Names this redemption; nothing else can cancel it."""


# No model: a list may have thousands of entries for which a visitor in doubt waits, and this takes two thirds of it.
@pydantic.with_config(strict=True, cache_strings="keys")
class ListedAnswer(TypedDict):
    """One entry of the list of redemptions. It carries neither redeem token nor reference number."""

    code: Annotated[VoucherCode, StringConstraints(pattern=r"[^\s-]"), AfterValidator(voucher_code)]
    redeemed_at: datetime
    """The merchant's local time without an offset, in whole seconds."""
    redeemed_amount_in_cents: Cents
    # E-GUMA documents no type for a user's id; a number and a text that read alike are the same user.
    user_id: NotRequired[Annotated[_NameOrNumber | None, odd_as(None), _OF_USER]]
    """The user whose key redeemed: here, which gate or till it was."""


def entry_of(listed: ListedAnswer) -> ListedRedemption:
    """Return the entry in the core's words."""
    # A day's entries name few users: one text for each of them.
    user = sys.intern(listed.get("user_id") or "")
    at = listed["redeemed_at"].replace(tzinfo=UTC).timestamp()
    return ListedRedemption(listed["code"], listed["redeemed_amount_in_cents"], user, at)


LIST: TypeAdapter[tuple[ListedAnswer, ...]] = TypeAdapter(tuple[ListedAnswer, ...])
# The list of a busy day is long: each entry becomes the core's small one as soon as it is read.
_ENTRIES: TypeAdapter[tuple[Any, ...]] = TypeAdapter(tuple[Annotated[ListedAnswer, AfterValidator(entry_of)], ...])


def entries_in(body: bytes) -> tuple[ListedRedemption, ...]:
    """Read a list as far as it can be: one odd entry, of some other voucher perhaps, does not hide the rest."""
    try:
        return _ENTRIES.validate_json(body)
    except ValidationError:
        entries = json.loads(body)  # ValueError: no list at all
        if not isinstance(entries, list):
            raise
        return tuple(map(_read_alone, entries))


def _read_alone(entry: object) -> ListedRedemption:
    with contextlib.suppress(ValidationError):
        read: tuple[ListedRedemption] = _ENTRIES.validate_json(json.dumps([entry]))
        return read[0]
    code = entry.get("code") if isinstance(entry, dict) else None
    return ListedRedemption(voucher_code(code) or None if isinstance(code, str) else None, None, "")

"""
E-GUMA's answers, typed. What decides about money (tokens, amounts, whether a voucher is redeemable) is read
strictly: an answer that lacks it, or holds a string, a fraction or a bool for it, is no answer. All else is
read leniently: unknown fields are ignored, and what is only for people to read may be missing or odd.
"""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, AliasPath, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from gate_controller.admission.words.codes import VoucherCode, voucher_code
from gate_controller.admission.words.money import Cents


def _words(value: object) -> str:
    return value if isinstance(value, str) else ""


def _name(value: object) -> str | None:
    # E-GUMA documents no type for a user's id; a number and a text that read alike are the same user.
    known = isinstance(value, str | int) and not isinstance(value, bool)
    return str(value).strip() or None if known else None


def _currency(value: object) -> str | None:
    return value.strip().upper() or None if isinstance(value, str) else None


def _amount(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _flag(value: object) -> bool:
    return value is True


def _naive(value: datetime) -> datetime:
    return value.replace(tzinfo=None)


def _moment(value: object) -> datetime | None:
    try:
        return _naive(datetime.fromisoformat(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("is blank")
    return value


_Code = Annotated[VoucherCode, AfterValidator(voucher_code)]
_Words = Annotated[str, BeforeValidator(_words)]
_Name = Annotated[str | None, BeforeValidator(_name)]
_LocalTime = Annotated[datetime, AfterValidator(_naive)]
_ShownAmount = Annotated[Cents | None, BeforeValidator(_amount)]
_Flag = Annotated[bool, BeforeValidator(_flag)]


class _Answer(BaseModel):
    # Strict: pydantic would otherwise read "5000", 5000.0 and true as integers.
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Balance(_Answer):
    """Whether a voucher can be redeemed, and what is left on it. An unknown code has an answer too."""

    is_redeemable: bool
    code: _Code
    """The voucher code, whatever was asked for (a ShortCode, say): only this one is used from here on."""
    balance_in_cents: Cents
    total_amount_in_cents: _ShownAmount = None
    currency: Annotated[str | None, BeforeValidator(_currency)] = None
    """`CHF` or `EUR`; None in older editions of the API, which do not say."""
    message: _Words = ""
    """For people, as it is: why a voucher is not redeemable, or a note on one that is. It may be long or empty."""

    @model_validator(mode="before")
    @classmethod
    def _refused_voucher_may_lack_the_rest(cls, data: Any) -> Any:
        # What a code that names no voucher has for code and balance is undocumented, and nothing hangs on it.
        if isinstance(data, dict) and data.get("is_redeemable") is False:
            return {"code": "", "balance_in_cents": 0} | {k: v for k, v in data.items() if v is not None}
        return data

    @model_validator(mode="after")
    def _redeemable_voucher_has_a_code(self) -> Self:
        if self.is_redeemable:
            _not_blank(self.code)
        return self


class Redemption(_Answer):
    """A charge that took place."""

    code: Annotated[_Code, BeforeValidator(_words)] = VoucherCode("")
    balance_in_cents: Cents
    """What is left on the voucher after it."""
    redeem_token: Annotated[str, AfterValidator(_not_blank)]
    """Names this redemption; nothing else can cancel it."""


class Cancellation(_Answer):
    """A redemption given back, in whole or in part."""

    code: Annotated[_Code, BeforeValidator(_words)] = VoucherCode("")
    balance_in_cents: Cents
    """What is on the voucher after it."""


class Info(_Answer):
    """What a voucher is, for people to read; nothing is decided by it."""

    code: Annotated[_Code, BeforeValidator(_words)] = VoucherCode("")
    name: _Words = ""
    description: _Words = ""
    is_redeemed: _Flag = False
    balance_in_cents: _ShownAmount = None
    valid_until: Annotated[datetime | None, BeforeValidator(_moment)] = None
    """Local time without an offset; None where the voucher has no end or E-GUMA does not say."""


class ListedRedemption(_Answer):
    """One entry of the list of redemptions. It carries neither redeem token nor reference number."""

    code: Annotated[_Code, AfterValidator(_not_blank)]
    redeemed_at: _LocalTime
    """The merchant's local time without an offset, in whole seconds."""
    redeemed_amount_in_cents: Cents
    derecognized: _Flag = False
    is_complimentary: _Flag = False
    user_id: Annotated[_Name, Field(validation_alias=AliasPath("user", "id"))] = None
    """The user whose key redeemed: here, which gate or till it was."""
    user_name: Annotated[_Name, Field(validation_alias=AliasPath("user", "name"))] = None

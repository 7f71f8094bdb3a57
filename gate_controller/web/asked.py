"""
What the API is asked with: the query or the body of each operation, read strictly.

What a reader here lets through, the desk takes too, as far as that can be said of a text alone: so the API's document
says what is taken, and a program finds its mistakes by it.
"""

from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from starlette.requests import Request

from gate_controller.admission.gate.party import MOST_PERSONS
from gate_controller.desk.control_socket import AskedWrongly
from gate_controller.desk.day_closings import DAYS, MOST_DAYS
from gate_controller.desk.errand_orders import MAX_PAYMENT_ID, MOST_CENTS
from gate_controller.desk.gate_orders import MAX_STAFF_TEXT, MOST_INSIDE
from gate_controller.desk.given_orders import LONGEST_NAME
from gate_controller.desk.technicians import MOST_SECONDS
from gate_controller.desk.wants import MAX_REASON
from gate_controller.journal.numbered import MOST_EVENTS

MOST_OF_A_PAGE: Final = 100
LONGEST_MOMENT: Final = 40

MOST_LINES: Final = 500
"""Of the audit list, in one answer."""

SHOWN_SECONDS: Final = 30
"""How long a fingerprint stands on the display: to compare 32 bytes takes a while."""

# Something to be seen, and no control character. Written so that each dialect of patterns reads it alike.
_CONTROL: Final = r"\u0000-\u001f\u007f-\u009f"
_WORDS: Final = (
    rf"^[^{_CONTROL}]*[^{_CONTROL}\u0020\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff][^{_CONTROL}]*$"
)
# What each display has letters for.
_SHOWN: Final = r"^[\u0020-\u007e\u00a1-\u00ac\u00ae-\u024f\u2013-\u2026\u20ac]*$"

M = TypeVar("M", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


Id = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST_NAME,
        pattern=r"^[\u0021-\u007e]+$",
        description="names this order, by your choice: the same one again changes nothing, and gets the same answer",
        examples=["7c9e6679"],
    ),
]
Reason = Annotated[
    str,
    Field(min_length=1, max_length=MAX_REASON, pattern=_WORDS, description="why, for the books", examples=["a pram"]),
]
Until = Annotated[
    Annotated[str, Field(min_length=1, max_length=LONGEST_MOMENT, json_schema_extra={"format": "gate-moment"})]
    | Annotated[float, Field(gt=0, allow_inf_nan=False)],
    Field(
        description="when it ends: the next 18:30 of the gate's zone; 2026-11-30 18:30 (with an offset: that zone's); "
        "90min from now; or seconds since 1970",
        examples=["90min"],
    ),
]


def as_whole(said: Any) -> Any:
    """Return a whole number as one, however it is written: 1500.0 is an integer of JSON."""
    return int(said) if isinstance(said, float) and said.is_integer() else said


VoucherText = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        json_schema_extra={"format": "voucher-code"},
        description="the code on the voucher, with or without dashes",
        examples=["L4FU-5LQT-KJR3"],
    ),
]
MoneyAmount = Annotated[
    int,
    Field(ge=1, le=MOST_CENTS, description="in whole cents", examples=[5000]),
    BeforeValidator(as_whole),
]
WhyAtAll = Annotated[str, Field(max_length=MAX_REASON, description="why, for the books; may be left out")]


class OnceOrder(_Strict):
    """An order about this moment, or about an open item."""

    id: Id
    reason: Reason


class SpanOrder(_Strict):
    """An order that holds until a moment."""

    id: Id
    reason: Reason
    until: Until


class WithdrawOrder(_Strict):
    """Out of service, until somebody resumes."""

    id: Id
    reason: Reason
    text: Annotated[
        str,
        Field(max_length=MAX_STAFF_TEXT, pattern=_SHOWN, description="what visitors read besides; may be left out"),
    ] = ""


class EndOrder(_Strict):
    """Back to normal."""

    id: Id
    reason: Annotated[str, Field(max_length=MAX_REASON, description="is not kept; may be left out")] = ""


class NextScanOrder(_Strict):
    """What the next scan is for."""

    id: Id


class OccupancyOrder(_Strict):
    """How many people somebody has counted."""

    id: Id
    inside: Annotated[
        int,
        Field(ge=0, le=MOST_INSIDE, description="how many people are inside", examples=[42]),
        BeforeValidator(as_whole),
    ]


class DayOrder(_Strict):
    """An order about the day in the path."""

    id: Id


class PrintOrder(_Strict):
    """Something to be printed: what, is in the path."""

    id: Id


class BalancePrintOrder(_Strict):
    """A voucher whose balance is to be printed."""

    id: Id
    code: VoucherText


class TrialOrder(_Strict):
    """What is tried."""

    id: Id
    what: Annotated[Literal["lamps", "sound", "display"], Field(description="all of its signals, sounds or pictures")]


class ReloadOrder(_Strict):
    """Settings to be read again."""

    id: Id


class SessionEnd(_Strict):
    """Whose session ends is in the path."""


class ShownFor(_Strict):
    """How long something is shown."""

    seconds: Annotated[float, Field(gt=0, le=MOST_SECONDS, allow_inf_nan=False)] = SHOWN_SECONDS


class TopUpOrder(_Strict):
    """An amount to be put on a voucher."""

    id: Id
    code: VoucherText
    amount_cents: MoneyAmount
    reason: WhyAtAll = ""
    payment_id: Annotated[
        str,
        Field(
            max_length=MAX_PAYMENT_ID,
            pattern=r"^[\u0020-\u007e]*$",
            description="names the payment, for E-GUMA's books; may be left out",
        ),
    ] = ""


class AdmitOrder(_Strict):
    """Persons to be let in on a voucher."""

    id: Id
    code: VoucherText
    persons: Annotated[
        int,
        Field(ge=1, le=MOST_PERSONS, description="how many, one after the other", examples=[2]),
        BeforeValidator(as_whole),
    ] = 1


class SaleOrder(_Strict):
    """A depot voucher to be sold."""

    id: Id
    code: VoucherText
    amount_cents: Annotated[
        MoneyAmount | None, Field(description="where E-GUMA leaves it to the seller; else left out")
    ] = None
    reason: WhyAtAll = ""


class ReturnOrder(_Strict):
    """A depot voucher to be taken back."""

    id: Id
    code: VoucherText
    reason: Reason


class TicketOrder(_Strict):
    """A ticket to be checked in or out."""

    id: Id
    ticket_number: Annotated[
        str,
        Field(
            min_length=1,
            max_length=64,
            json_schema_extra={"format": "ticket-number"},
            description="the 19 digits on the ticket, in groups or not",
            examples=["1000000000000000001"],
        ),
    ]
    reason: WhyAtAll = ""


class VoidOrder(_Strict):
    """A charge to be given back."""

    id: Id
    reason: Reason
    amount_cents: Annotated[MoneyAmount | None, Field(description="a part; left out: all that is left of it")] = None


def whole_number(said: Any) -> Any:
    """Return a number as a query has it; as it is, and to be refused, where it is written in another way."""
    return int(said) if isinstance(said, str) and said.isascii() and said.isdecimal() and len(said) < 18 else said  # noqa: PLR2004 - fits into SQLite


class Query(_Strict):
    """What everything can be asked with."""

    lang: Annotated[
        Literal["de", "fr", "it", "en"] | None,
        Field(description="the language of what is told in words; without, an attempt has its fields alone"),
    ] = None


class PageAsked(Query):
    """Which page of a list."""

    limit: Annotated[int, Field(ge=1, le=MOST_OF_A_PAGE, description="how many"), BeforeValidator(whole_number)] = 50
    before: Annotated[
        Annotated[int, Field(ge=1, le=2**53), BeforeValidator(whole_number)] | None,
        Field(description="`next` of the page before this one"),
    ] = None


class DaysAsked(Query):
    """Which days."""

    limit: Annotated[int, Field(ge=1, le=MOST_DAYS, description="how many"), BeforeValidator(whole_number)] = DAYS
    before: Annotated[
        str | None, Field(json_schema_extra={"format": "date"}, description="only days before this date")
    ] = None


class EventsAsked(Query):
    """Which events."""

    after: Annotated[
        int,
        Field(ge=0, le=2**53, description="the number of the last event that you have"),
        BeforeValidator(whole_number),
    ] = 0
    limit: Annotated[int, Field(ge=1, le=MOST_EVENTS, description="how many"), BeforeValidator(whole_number)] = (
        MOST_EVENTS
    )


class AuditAsked(Query):
    """How much of the audit list."""

    limit: Annotated[int, Field(ge=1, le=MOST_LINES, description="how many lines"), BeforeValidator(whole_number)] = 100


class AttemptAsked(Query):
    """How much of an attempt."""

    full: Annotated[
        Literal["0", "1"], Field(description="1: with whole codes, which are money; staff only, and on the audit list")
    ] = "0"


def read_query(model: type[M], request: Request) -> M:
    """Return what a query asks. Raises `AskedWrongly`."""
    try:
        return model.model_validate(dict(request.query_params))
    except ValidationError as error:
        raise AskedWrongly(_why(error)) from None


def must_say(model: type[BaseModel]) -> bool:
    """Whether there is a field that a body cannot leave out."""
    return any(field.is_required() for field in model.model_fields.values())


async def read_body(model: type[M], request: Request) -> M:
    """Return what a body orders; none orders what needs no field. Raises `AskedWrongly`."""
    body = await request.body()
    try:
        return model.model_validate_json(body if body or must_say(model) else b"{}")
    except ValidationError as error:
        raise AskedWrongly(_why(error)) from None


def _why(error: ValidationError) -> str:
    """Return the first mistake in words, and nothing of what was sent."""
    first = error.errors(include_url=False, include_context=True, include_input=False)[0]
    where = str(first["loc"][0]) if first["loc"] else "body"
    match first["type"]:
        case "missing":
            return f"{where}: is missing"
        case "extra_forbidden":
            return "there is a field that is not taken here: see the document"
        case "json_invalid":
            return "body: is no JSON, or not all of it: send an object"
        case "string_pattern_mismatch":
            return f"{where}: holds letters that are not taken here, or none that can be seen"
    return f"{where}: {first['msg'][:1].lower()}{first['msg'][1:]}"

"""E-GUMA's answers about tickets, typed. Read as `answers` says; brought in by whoever asks about a ticket."""

from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, Field

from gate_controller.admission.words.codes import TICKET_DIGITS
from gate_controller.admission.words.money import Cents
from gate_controller.eguma.answers import CodedAnswer, StrictAnswer, odd_as


def _digits(value: object) -> object:
    # As a number it has lost the zeros before it; a text may stand in groups.
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:0{TICKET_DIGITS}}"
    return "".join(value.replace("-", "").split()) if isinstance(value, str) else value


_Name = Annotated[str, Field(strict=False, coerce_numbers_to_str=True), odd_as("")]


class CheckAnswer(StrictAnswer):
    """Whether a ticket was checked in, or out; `is_successful` alone decides."""

    is_successful: bool
    product_id: _Name = ""
    ticket_type_id: _Name = ""
    unsuccessful_code: Annotated[str, odd_as("")] = ""
    unsuccessful_message: Annotated[str, odd_as("")] = ""


class TicketInfoAnswer(CodedAnswer):
    """How a ticket stands."""

    is_checked_in: bool
    code: Annotated[str, BeforeValidator(_digits), Field(validation_alias="ticket_number")] = ""
    checked_in_at: Annotated[datetime | None, odd_as(None)] = None
    """The merchant's local time, without an offset."""
    price_in_cents: Annotated[Cents | None, odd_as(None)] = None
    event: Annotated[_Name, Field(validation_alias="event_or_admission_id")] = ""

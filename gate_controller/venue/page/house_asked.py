"""What the API of a house is asked with, besides what a gate's own takes."""

from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from gate_controller.journal.numbered import MOST_EVENTS
from gate_controller.web.asked import Id, Query, Reason, Until, as_whole, whole_number

LONGEST_NAME_OF_GATE: Final = 60
MOST_CLOSINGS: Final = 400
MOST_PRICE: Final = 1_000_000
_PLAIN: Final = r"^[^\u0000-\u001f\u007f-\u009f]*$"


class _AskedOfHouse(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class EventsPageAsked(Query):
    """Which of a gate's events."""

    limit: Annotated[int, Field(ge=1, le=MOST_EVENTS, description="how many"), BeforeValidator(whole_number)] = 50
    before: Annotated[
        Annotated[int, Field(ge=1, le=2**53), BeforeValidator(whole_number)] | None,
        Field(description="`next` of the page before this one"),
    ] = None


class ClosingsAsked(Query):
    """How many closed days."""

    limit: Annotated[int, Field(ge=1, le=MOST_CLOSINGS, description="how many"), BeforeValidator(whole_number)] = 31


class OrdersAsked(Query):
    """Which orders."""

    limit: Annotated[int, Field(ge=1, le=MOST_EVENTS, description="how many"), BeforeValidator(whole_number)] = 50
    gate: Annotated[str, Field(max_length=64, description="only those to this gate")] = ""


class VisitSearch(_AskedOfHouse):
    """What somebody looks for."""

    text: Annotated[str, Field(min_length=1, max_length=100, description="an incident code, or a voucher's")]
    limit: Annotated[int, Field(ge=1, le=100, description="how many at most"), BeforeValidator(as_whole)] = 20


class PriceOrder(_AskedOfHouse):
    """Another price."""

    id: Id
    reason: Reason
    price_cents: Annotated[
        int,
        Field(ge=0, le=MOST_PRICE, description="what an admission costs", examples=[2500]),
        BeforeValidator(as_whole),
    ]
    since: Annotated[Until | None, Field(description="from when on, written as `until` is; left out: at once")] = None


class HouseDayClosing(_AskedOfHouse):
    """A day to be closed; which one is in the path."""

    id: Id = "close"


class GateNaming(_AskedOfHouse):
    """What a gate is called, and its group."""

    id: Id = "name"
    name: Annotated[
        str, Field(max_length=LONGEST_NAME_OF_GATE, pattern=_PLAIN, description="empty: what it calls itself")
    ] = ""
    group: Annotated[str, Field(max_length=LONGEST_NAME_OF_GATE, pattern=_PLAIN, description="empty: none")] = ""


class GateRevoking(_AskedOfHouse):
    """A gate that is to speak no more; which one is in the path."""

    id: Id = "revoke"
    reason: Annotated[str, Field(max_length=300, description="why, for the books; may be left out")] = ""


class CodeAsked(_AskedOfHouse):
    """For which gate a code is."""

    id: Id = "code"
    gate: Annotated[str, Field(max_length=64, pattern=_PLAIN, description="a gate's id; empty: any new gate")] = ""
    name: Annotated[
        str, Field(max_length=LONGEST_NAME_OF_GATE, pattern=_PLAIN, description="what it is to be called here")
    ] = ""
    group: Annotated[str, Field(max_length=LONGEST_NAME_OF_GATE, pattern=_PLAIN, description="its group")] = ""


class CodeWithdrawal(_AskedOfHouse):
    """A code that is to be used no more; which one is in the path."""

    id: Id = "withdraw"

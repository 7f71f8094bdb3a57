"""The document of a house's API: OpenAPI 3.1, from the table of its operations and the types of what they answer."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from gate_controller.venue.tiles import GateTile, HouseItem, HouseTotals, OrderOutcome
from gate_controller.web.openapi import ANSWERS, Book, document
from gate_controller.web.operations import Operation

_ABOUT: Final = """
The same data and orders as on the pages of the house. Amounts are in cents, moments seconds since 1970 by the venue's
clock; those of events are their gates', UTC in ISO 8601. Voucher codes are masked. An order carries an `id` of your
choice: the same order with the same id again changes nothing, and gets the same answer. A browser's session sends
`X-Gate-Proof` with each change, a program its token alone (`gate-controller venue token add`).
"""

_GATE_PARAMETER: Final[Mapping[str, Any]] = {
    "name": "gate",
    "in": "path",
    "required": True,
    "description": "the id of a gate",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
    "example": "east",
}
_GROUP_PARAMETER: Final[Mapping[str, Any]] = {
    "name": "group",
    "in": "path",
    "required": True,
    "description": "the name of a group",
    "schema": {"type": "string", "minLength": 1},
    "example": "Hall",
}
_CODE_NAME: Final[Mapping[str, Any]] = {
    "name": "name",
    "in": "path",
    "required": True,
    "description": "the first four letters of a code",
    "schema": {"type": "string", "pattern": "^[A-Z2-7]{4}$"},
}


class _OfHouse(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)


class _GatesTold(_OfHouse):
    at: float
    broker: str
    refused: str
    store: str
    gates: list[GateTile]


class _ToldByGate(BaseModel):
    model_config = ConfigDict(extra="allow")
    number: int
    incident: str
    at: str
    fact: str


class _GateEventsTold(_OfHouse):
    events: list[_ToldByGate]
    next: int | None


class _GateAttemptTold(_OfHouse):
    incident: str
    events: list[_ToldByGate]


class _HouseItemsTold(_OfHouse):
    open_items: list[HouseItem]
    next: int | None


class _FoundTold(_OfHouse):
    found: list[HouseItem]


class _ClosingTold(BaseModel):
    model_config = ConfigDict(extra="allow")
    day: str


class _ClosingsTold(_OfHouse):
    closings: list[_ClosingTold]


class _OrdersTold(_OfHouse):
    orders: list[OrderOutcome]


class _HouseDoneTold(_OfHouse):
    id: str
    state: Literal["done", "pending"]
    outcome: Literal["done", "partly", "refused", "unknown"] | None
    happened: str
    gates: list[OrderOutcome]


class _GateAnswerTold(_OfHouse):
    answer: Literal["named", "revoked"]
    gate: str


class _CodeMade(_OfHouse):
    code: str
    expires: float
    gate: str


class _CodeWithdrawn(_OfHouse):
    answer: Literal["withdrawn"]


_ANSWERS: Final[Mapping[str, Callable[[], Any]]] = {
    "Gates": lambda: _GatesTold,
    "GateNow": lambda: GateTile,
    "GateEvents": lambda: _GateEventsTold,
    "GateAttempt": lambda: _GateAttemptTold,
    "HouseItems": lambda: _HouseItemsTold,
    "Found": lambda: _FoundTold,
    "HouseDay": lambda: HouseTotals,
    "HouseClosing": lambda: _ClosingTold,
    "HouseClosings": lambda: _ClosingsTold,
    "GivenOrders": lambda: _OrdersTold,
    "HouseDone": lambda: _HouseDoneTold,
    "GateAnswer": lambda: _GateAnswerTold,
    "CodeMade": lambda: _CodeMade,
    "CodeWithdrawn": lambda: _CodeWithdrawn,
    **{name: ANSWERS[name] for name in ("Sessions", "Ended", "Audit", "Error", "Stream", "Document")},
}

_BOOK: Final = Book(
    "Gates of a house",
    _ABOUT,
    _ANSWERS,
    "gate-controller venue token add",
    {"{gate}": _GATE_PARAMETER, "{group}": _GROUP_PARAMETER, "{name}": _CODE_NAME},
)


def house_document(operations: tuple[Operation, ...]) -> bytes:
    """Return the document as JSON."""
    return document(operations, _BOOK)

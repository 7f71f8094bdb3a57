"""The API's document: OpenAPI 3.1, written from the table of its operations and from the types of what they answer."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, Literal, get_type_hints

from pydantic import BaseModel, ConfigDict, TypeAdapter, create_model

from gate_controller import __version__
from gate_controller.desk.given_orders import MOST_REMEMBERED
from gate_controller.journal.records import FIELDS, Record
from gate_controller.shell.status import GateStatus, RegimeStatus
from gate_controller.web.asked import must_say
from gate_controller.web.days import ToldClosed, ToldDay, ToldDays
from gate_controller.web.operations import JSON, REFUSALS, ROOT, Operation
from gate_controller.web.people import Role
from gate_controller.web.printing_api import ToldPrinted

_REFERENCE: Final = "#/components/schemas/{model}"

_ABOUT: Final = f"""
The same data and actions as on the pages. Amounts are in cents; moments of a status are seconds since 1970, those of
attempts UTC in ISO 8601. Voucher codes are masked. An order carries an `id` of your choice: the same order with the
same id again changes nothing, and gets the same answer, for the last {MOST_REMEMBERED} orders; one from before the
gate's last start is answered with 409 and when it was carried out. What is not done within a second is answered with
202: ask again with the same id. A browser's session sends `X-Gate-Proof` with each change, a program its token alone
(`gate-controller token add`).
"""

_INCIDENT: Final[Mapping[str, Any]] = {
    "name": "incident",
    "in": "path",
    "required": True,
    "description": "the incident code of an attempt",
    "schema": {"type": "string", "pattern": "^[0-9A-Za-z]{1,8}$"},
    "example": "7K3QM",
}

_DATE: Final[Mapping[str, Any]] = {
    "name": "date",
    "in": "path",
    "required": True,
    "description": "a day of the gate's zone",
    "schema": {"type": "string", "format": "date"},
    "example": "2026-11-26",
}

_CODE: Final[Mapping[str, Any]] = {
    "name": "code",
    "in": "path",
    "required": True,
    "description": "the code on the voucher, with or without dashes; or a ShortCode",
    "schema": {"type": "string", "format": "voucher-code"},
    "example": "L4FU5LQTKJR3",
}

_NUMBER: Final[Mapping[str, Any]] = {
    "name": "number",
    "in": "path",
    "required": True,
    "description": "the 19 digits on the ticket, in groups or not",
    "schema": {"type": "string", "format": "ticket-number"},
    "example": "1000000000000000001",
}

_SESSION: Final[Mapping[str, Any]] = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "of the list of sessions",
    "schema": {"type": "string", "pattern": "^[0-9a-f]{16}$"},
}


@dataclass(frozen=True, eq=False, slots=True)
class Book:
    """What an API's document tells besides its operations."""

    title: str
    about: str
    answers: Mapping[str, Callable[[], Any]]
    """What is answered, by the names that the table of operations has for it."""
    command: str
    """Which command makes tokens."""
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Those of paths, by what stands in the path, besides a gate's."""


@cache
def document(operations: tuple[Operation, ...], book: Book | None = None) -> bytes:
    """Return the document as JSON; without a `book` that of a gate. Takes some milliseconds, the first time."""
    book = book or _GATE
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(f"{ROOT}{operation.path}", {})[operation.method.lower()] = _told(operation, book)
    whole = {
        "openapi": "3.1.0",
        "info": {"title": book.title, "version": __version__, "description": " ".join(book.about.split())},
        "paths": paths,
        "components": {
            "schemas": _schemas(operations, book),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": f"of `{book.command}`"}},
        },
        "security": [{"token": []}],
    }
    return json.dumps(whole, ensure_ascii=False).encode()


def _told(operation: Operation, book: Book) -> dict[str, Any]:
    given = {"content": {operation.media: {"schema": _reference(operation.gives)}}}
    answers = {"200": {"description": "Done." if operation.body else "As asked.", **given}}
    if operation.may_pend:
        answers["202"] = {"description": "It goes on: ask again with the same id.", **given}
    for code in sorted({400, 401, 403, *operation.refusals}):
        answers[str(code)] = {
            "description": REFUSALS[code],
            "content": {JSON: {"schema": _reference("Error")}},
        }
    told: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "_", f"{operation.method.lower()}{operation.path}").strip("_"),
        "summary": operation.summary,
        "description": " ".join(part for part in (operation.more, _for_whom(operation.needs)) if part),
        "parameters": list(_parameters(operation, book)),
        "responses": answers,
    }
    if operation.body is not None:
        schema = _reference(operation.body.__name__)
        told["requestBody"] = {"required": must_say(operation.body), "content": {JSON: {"schema": schema}}}
    return told


def _for_whom(role: Role) -> str:
    return f"For a {role.word}{'' if role is Role.TECHNICIAN else ' or more'}."


def _parameters(operation: Operation, book: Book) -> Iterable[dict[str, Any]]:
    given = (
        ("{incident}", _INCIDENT),
        ("{code}", _CODE),
        ("{number}", _NUMBER),
        ("{id}", _SESSION),
        ("{date}", _DATE),
        *book.parameters.items(),
    )
    for said, parameter in given:
        if said in operation.path:
            yield dict(parameter)
    for name, schema in operation.query.model_json_schema()["properties"].items():
        yield {
            "name": name,
            "in": "query",
            "description": schema.pop("description", ""),
            "schema": _without_null(schema),
        }


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a parameter's schema: one that is not given is absent, not null."""
    kinds = schema.get("anyOf", [])
    rest = {name: value for name, value in schema.items() if name not in {"anyOf", "default", "title"}}
    return {**rest, **next((kind for kind in kinds if kind.get("type") != "null"), {})}


def _reference(name: object) -> dict[str, str]:
    return {"$ref": _REFERENCE.format(model=name)}


def _schemas(operations: Iterable[Operation], book: Book) -> dict[str, Any]:
    """Return what is answered and taken, by name."""
    known: dict[str, Any] = {}
    for name, answered in book.answers.items():
        schema = TypeAdapter(answered()).json_schema(mode="serialization", ref_template=_REFERENCE)
        known |= schema.pop("$defs", {})
        known[name] = {"title": name, **schema}
    for operation in operations:
        if operation.body is not None:
            known[operation.body.__name__] = operation.body.model_json_schema(ref_template=_REFERENCE)
    return known


class _Exactly(BaseModel):
    """What is answered has all of its fields, and no others."""

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)


def _model(name: str, of: type[BaseModel] = _Exactly, **fields: Any) -> type[BaseModel]:
    return create_model(name, __base__=of, **fields)


@cache
def _status() -> type[BaseModel]:
    hints = get_type_hints(GateStatus)
    return _model("Status", **hints, takes_scans=bool, needs=list[str])


ErrandOutcome = Literal["done", "refused", "unknown"]


class _Partly(BaseModel):
    """An attempt: some of its fields are there where they were asked for."""

    model_config = ConfigDict(extra="forbid")


@cache
def _attempt() -> type[BaseModel]:
    hints = get_type_hints(Record)
    fields = {name: (hints[name], ...) for name in FIELDS}
    can = (list[Literal["let_in", "refund", "settle"]], ...)
    said = {"number": (int, 0), "summary": (str, ""), "happened": (str, ""), "text": (str, "")}
    outcome: Any = (ErrandOutcome, "unknown")
    return _model("Attempt", _Partly, **fields, can=can, outcome=outcome, **said)


class _ToldSentence(_Exactly):
    at: str
    clock: str
    text: str


class _ToldSession(_Exactly):
    id: str
    name: str
    role: str
    address: str
    since: float
    idle_seconds: float


class _Ended(_Exactly):
    answer: Literal["ended"]
    name: str


class _AuditLine(_Partly):
    at: float
    what: str
    name: str
    address: str
    about: str
    times: int = 1


class _WrittenFact(BaseModel):
    """A fact of the journal: its kind, its moment, and what it holds besides."""

    model_config = ConfigDict(extra="allow")
    at: str
    fact: str


class _NumberedEvent(_WrittenFact):
    """A fact of the journal, by its number."""

    number: int
    incident: str


class _ToldEvents(_Exactly):
    gate: str
    journal: str
    after: int
    events: list[_NumberedEvent]
    archived: int
    newest: int


def _whole_attempt() -> type[BaseModel]:
    return _model("AttemptWithFacts", _attempt(), facts=(list[_WrittenFact], ...), story=(list[_ToldSentence], []))


def _attempts() -> type[BaseModel]:
    return _model("Attempts", attempts=list[_attempt()], next=int | None)  # type: ignore[misc]  # made of the record's fields


def _open_items() -> type[BaseModel]:
    return _model("OpenItems", open_items=list[_attempt()], next=int | None)  # type: ignore[misc]  # made of the record's fields


def _done() -> type[BaseModel]:
    state = Literal["done", "pending"]
    return _model("Done", id=str, state=state, happened=str, regime=RegimeStatus | None, attempt=_attempt() | None)


def _errand_told() -> type[BaseModel]:
    state, outcome = Literal["done", "pending"], ErrandOutcome | None
    return _model("ErrandTold", id=str, state=state, outcome=outcome, happened=str, errand=_attempt() | None)


class _ToldParty(_Exactly):
    id: str
    state: Literal["done", "pending"]
    outcome: ErrandOutcome | None
    happened: str
    incident: str
    persons: int
    admitted: int | None


def _admitted() -> type[BaseModel]:
    return _model("Admitted", _ToldParty, attempts=list[_attempt()])  # type: ignore[misc]  # made of the record's fields


class _ToldVoucher(_Exactly):
    voucher_code: str
    redeemable: bool | None
    balance_cents: int | None
    total_cents: int | None
    currency: str
    message: str
    name: str
    description: str
    valid_until: str | None
    can_be_activated: bool | None
    free_amount: bool
    can_be_deactivated: bool | None
    amount_cents: int | None
    outcome: ErrandOutcome
    text: str


def _voucher() -> type[BaseModel]:
    return _model("Voucher", _ToldVoucher, attempts=list[_attempt()] | None)  # type: ignore[misc]  # made of the record's fields


class _ToldTicket(_Exactly):
    ticket_number: str
    checked_in: bool | None
    checked_in_at: str | None
    price_cents: int | None
    currency: str
    event: str
    outcome: ErrandOutcome
    text: str


def _ticket() -> type[BaseModel]:
    return _model("Ticket", _ToldTicket, attempts=list[_attempt()] | None)  # type: ignore[misc]  # made of the record's fields


ANSWERS: Final[Mapping[str, Callable[[], Any]]] = {
    "Status": _status,
    "Attempts": _attempts,
    "AttemptWithFacts": _whole_attempt,
    "OpenItems": _open_items,
    "Events": lambda: _ToldEvents,
    "Done": _done,
    "Day": lambda: ToldDay,
    "DayClosed": lambda: ToldClosed,
    "Admitted": _admitted,
    "Days": lambda: ToldDays,
    "Printed": lambda: ToldPrinted,
    "ErrandTold": _errand_told,
    "Voucher": _voucher,
    "Ticket": _ticket,
    "Sessions": lambda: _model("Sessions", sessions=list[_ToldSession]),
    "Ended": lambda: _Ended,
    "Audit": lambda: _model("Audit", audit=list[_AuditLine]),
    "ShownFingerprint": lambda: _model("ShownFingerprint", answer=Literal["shown"], fingerprint=str),
    "Error": lambda: _model("Error", error=str),
    "Stream": lambda: str,
    "Log": lambda: str,
    "Document": lambda: dict[str, Any],
}
"""The answers of the operations, by the names that the table has for them."""

_GATE: Final = Book("Gate controller", _ABOUT, ANSWERS, "gate-controller token add")

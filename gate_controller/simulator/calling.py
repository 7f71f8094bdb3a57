"""
Requests to the API and answers from it, as far as HTTP goes: which call an address is, what a body holds, and how an
answer is written.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from gate_controller.simulator.clock import read_local
from gate_controller.simulator.ledger import LedgerRefusal
from gate_controller.simulator.misbehaviour import Endpoint
from gate_controller.simulator.wire import HttpRequest

JSON = "application/json; charset=utf-8"
TEXT = "text/plain; charset=utf-8"

_VOUCHER_CALLS: dict[tuple[str, str], Endpoint] = {
    ("GET", "balance.json"): Endpoint.BALANCE,
    ("POST", "redeem.json"): Endpoint.REDEEM,
    ("POST", "cancel_redemption.json"): Endpoint.CANCEL_REDEMPTION,
    ("GET", "info.json"): Endpoint.INFO,
    ("POST", "charge.json"): Endpoint.CHARGE,
}
_DEPOT_CALLS: dict[tuple[str, str], Endpoint] = {
    ("GET", "activate_status.json"): Endpoint.ACTIVATE_STATUS,
    ("POST", "activate.json"): Endpoint.ACTIVATE,
    ("GET", "deactivate_status.json"): Endpoint.DEACTIVATE_STATUS,
    ("POST", "deactivate.json"): Endpoint.DEACTIVATE,
}
_TICKET_CALLS: dict[tuple[str, str], Endpoint] = {
    ("POST", "checkin.json"): Endpoint.CHECKIN,
    ("POST", "checkout.json"): Endpoint.CHECKOUT,
    ("GET", "info.json"): Endpoint.TICKET_INFO,
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What E-GUMA answers: a status and either a JSON value or a text."""

    status: int
    body: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One request to the API, understood as far as its address goes."""

    endpoint: Endpoint
    code: str
    """The voucher's code or the ticket's number as sent, percent-decoded; empty for the list of redemptions."""
    query: Mapping[str, str]
    request: HttpRequest


def find_call(request: HttpRequest) -> ApiCall | None:
    """Return the call that a request makes; None where E-GUMA has nothing at that address."""
    path, _, query = request.target.partition("?")
    match path.split("/"):
        case ["", "v1", "vouchers", "redemptions.json"] if request.method == "GET":
            return ApiCall(Endpoint.REDEMPTIONS, "", read_query(query), request)
        case ["", "v1", "vouchers", code, name] if code:
            endpoint = _VOUCHER_CALLS.get((request.method, name))
        case ["", "v1", "depot_vouchers", code, name] if code:
            endpoint = _DEPOT_CALLS.get((request.method, name))
        case ["", "v1", "ticketing", "tickets", code, name] if code:
            endpoint = _TICKET_CALLS.get((request.method, name))
        case _:
            return None
    return None if endpoint is None else ApiCall(endpoint, unquote(code), read_query(query), request)


def read_query(query: str) -> dict[str, str]:
    """Return the parameters of a query string; of a repeated one, the last."""
    return dict(parse_qsl(query, keep_blank_values=True))


def text(status: int, message: str) -> Reply:
    """Return a plain-text answer, as E-GUMA gives for every error."""
    return Reply(status, message.encode(), TEXT)


def to_json(value: object) -> bytes:
    """Return a value as JSON in UTF-8, any script written as it is."""
    return json.dumps(value, ensure_ascii=False).encode()


def read_body(request: HttpRequest, *, may_be_empty: bool = False) -> dict[str, object]:
    """Return the JSON object that a request bears."""
    if may_be_empty and not request.body.strip():
        return {}
    try:
        body = json.loads(request.body)
    except ValueError:
        raise LedgerRefusal("The body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise LedgerRefusal("The body must be a JSON object.")
    return body


def amount_in(body: Mapping[str, object]) -> int:
    """Return the amount that a body must name."""
    amount = amount_if_any(body)
    if amount is None:
        raise LedgerRefusal("amount_in_cents is missing.")
    return amount


def amount_if_any(body: Mapping[str, object]) -> int | None:
    """Return the amount that a body may name."""
    amount = body.get("amount_in_cents")
    if amount is not None and (not isinstance(amount, int) or isinstance(amount, bool)):
        raise LedgerRefusal("amount_in_cents must be an integer.")
    return amount


def text_if_any(body: Mapping[str, object], name: str, most: int | None = None) -> str | None:
    """Return a text that a body may hold."""
    given = body.get(name)
    if given is not None and not isinstance(given, str):
        raise LedgerRefusal(f"{name} must be a text.")
    if given is not None and most is not None and len(given) > most:
        raise LedgerRefusal(f"{name} must have at most {most} characters.")
    return given


def moment_in(query: Mapping[str, str], name: str) -> str:
    """Return a local time that a query must name."""
    if not query.get(name):
        raise LedgerRefusal(f"{name} is missing.")
    try:
        return read_local(query[name])
    except ValueError:
        raise LedgerRefusal(f"{name} must be a local time like 2025-05-21T00:00:00.") from None

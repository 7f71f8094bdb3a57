"""
The calls of E-GUMA's API that a gate makes: from a request to the answer, with the status and text E-GUMA
gives.

Nothing here knows of faults, sockets or clocks: the moment comes in, and `book` says whether the books are
to feel it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never
from urllib.parse import parse_qsl, unquote

from gate_controller.simulator.behaviour import Behaviour
from gate_controller.simulator.clock import local_text, read_local
from gate_controller.simulator.ledger import Ledger, LedgerRedemption, LedgerRefusal
from gate_controller.simulator.misbehaviour import Endpoint
from gate_controller.simulator.vouchers import NOT_FOUND, User, dashed, plain
from gate_controller.simulator.wire import HttpRequest

JSON = "application/json; charset=utf-8"
TEXT = "text/plain; charset=utf-8"

_VOUCHER_CALLS: dict[tuple[str, str], Endpoint] = {
    ("GET", "balance.json"): Endpoint.BALANCE,
    ("POST", "redeem.json"): Endpoint.REDEEM,
    ("POST", "cancel_redemption.json"): Endpoint.CANCEL_REDEMPTION,
    ("GET", "info.json"): Endpoint.INFO,
}
_ALPHANUMERIC = re.compile(r"[0-9A-Za-z]*")
_COMPLIMENTARY = ("included", "excluded", "only")


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
    """The voucher's code as it was sent, percent-decoded; empty for the list of redemptions."""
    query: Mapping[str, str]
    request: HttpRequest


def find_call(request: HttpRequest) -> ApiCall | None:
    """Return the call that a request makes; None where E-GUMA has nothing at that address."""
    path, _, query = request.target.partition("?")
    match path.split("/"):
        case ["", "v1", "vouchers", "redemptions.json"] if request.method == "GET":
            return ApiCall(Endpoint.REDEMPTIONS, "", read_query(query), request)
        case ["", "v1", "vouchers", code, name] if code and (request.method, name) in _VOUCHER_CALLS:
            endpoint = _VOUCHER_CALLS[request.method, name]
            return ApiCall(endpoint, unquote(code), read_query(query), request)
        case _:
            return None


def read_query(query: str) -> dict[str, str]:
    """Return the parameters of a query string; of a repeated one, the last."""
    return dict(parse_qsl(query, keep_blank_values=True))


class Merchant:
    """The account behind the API: its books and its behaviour. `behaviour` may be replaced at any time."""

    def __init__(self, ledger: Ledger, behaviour: Behaviour) -> None:
        self.ledger = ledger
        self.behaviour = behaviour

    def answer(self, call: ApiCall, user: User | None, *, now: float, book: bool = True) -> Reply:
        """Carry a call out for the user whose key it bears (None: no valid key) and return the answer.

        `now` is this machine's wall clock. `book` False answers just the same and leaves the books alone.
        """
        if user is None:
            return text(401, "Unauthorized: the apikey is missing or not valid.")
        try:
            self._check_headers(call.request)
            value = self._carry_out(call, user, now, book=book)
        except LedgerRefusal as refusal:
            return text(400, str(refusal))
        return Reply(200, to_json(value), JSON)

    def _carry_out(self, call: ApiCall, user: User, now: float, *, book: bool) -> object:
        match call.endpoint:
            case Endpoint.BALANCE:
                return self._balance(call, now)
            case Endpoint.REDEEM:
                return self._redeem(call, user, now, book=book)
            case Endpoint.CANCEL_REDEMPTION:
                return self._cancel(call, book=book)
            case Endpoint.INFO:
                return self._info(call)
            case Endpoint.REDEMPTIONS:
                return self._redemptions(call, now)
            case Endpoint.ANY:
                raise RuntimeError("a call has an endpoint of its own")
            case _:
                assert_never(call.endpoint)

    def _check_headers(self, request: HttpRequest) -> None:
        if request.header(b"idempotency-key") is not None:
            raise LedgerRefusal("Idempotency-Key is not supported by this endpoint.")
        if not self.behaviour.content_type_required:
            return
        if (request.header(b"content-type") or "").partition(";")[0].strip().lower() != "application/json":
            raise LedgerRefusal("Content-Type must be application/json.")

    def _balance(self, call: ApiCall, now: float) -> dict[str, object]:
        voucher = self.ledger.resolve(call.code, now=now)
        answer: dict[str, object] = {
            "code": self._spell(voucher.code if voucher else plain(call.code)),
            "is_redeemable": voucher is not None and voucher.is_redeemable,
            "balance_in_cents": voucher.balance_in_cents if voucher else 0,
            "total_amount_in_cents": voucher.total_amount_in_cents if voucher else 0,
            "message": voucher.balance_message if voucher else NOT_FOUND,
        }
        if not self.behaviour.older_edition:
            answer["currency"] = (voucher and voucher.currency) or self.behaviour.currency
            answer["product_id"] = voucher.product_id if voucher else None
            answer["extra"] = None
        return answer

    def _redeem(self, call: ApiCall, user: User, now: float, *, book: bool) -> dict[str, object]:
        body = _read_body(call.request)
        reference = body.get("reference_number")
        if reference is not None and not isinstance(reference, str):
            raise LedgerRefusal("reference_number must be a text.")
        if reference and self.behaviour.strict_references and not _ALPHANUMERIC.fullmatch(reference):
            raise LedgerRefusal("reference_number must be alphanumeric.")
        redemption, balance = self.ledger.redeem(
            call.code,
            _amount(body),
            user=user,
            reference_number=reference,
            redeemed_at=local_text(now + self.behaviour.clock_offset_seconds),
            made_at=now,
            book=book,
        )
        answer: dict[str, object] = {
            "code": self._spell(redemption.voucher_code),
            "balance_in_cents": balance,
            "redeem_token": redemption.token,
        }
        if self.behaviour.older_edition:
            answer["voucher_document_url"] = f"https://documents.invalid/{redemption.token}.pdf"
        return answer

    def _cancel(self, call: ApiCall, *, book: bool) -> dict[str, object]:
        body = _read_body(call.request)
        token = body.get("redeem_token")
        if not isinstance(token, str) or not token:
            raise LedgerRefusal("redeem_token is missing.")
        balance = self.ledger.cancel(call.code, token, _amount(body), book=book)
        return {"code": self._spell(plain(call.code)), "balance_in_cents": balance}

    def _info(self, call: ApiCall) -> dict[str, object]:
        voucher = self.ledger.voucher(call.code)
        if voucher is None:
            raise LedgerRefusal(NOT_FOUND)  # what an unknown code gets here is undocumented
        return {
            "code": self._spell(voucher.code),
            "name": voucher.name,
            "description": voucher.description,
            "is_redeemed": voucher.balance_in_cents == 0 and not voucher.redeemable_at_zero,
            "balance_in_cents": voucher.balance_in_cents,
            "valid_until": voucher.valid_until,
        }

    def _redemptions(self, call: ApiCall, now: float) -> list[dict[str, object]]:
        if not self.behaviour.redemptions_allowed:
            raise LedgerRefusal("This user may not list redemptions.")
        first, last = (_moment(call.query, name) for name in ("from", "to"))
        user_id = call.query.get("user_id")
        complimentary = call.query.get("complimentary", "included")
        if complimentary not in _COMPLIMENTARY:
            raise LedgerRefusal(f"complimentary must be one of {', '.join(_COMPLIMENTARY)}.")
        return [
            entry
            for redemption in self._listed(now)
            # Local times of one form sort as text; the hour that winter time repeats is as ambiguous as at
            # E-GUMA.
            if first <= redemption.redeemed_at <= last and user_id in {None, redemption.user.id}
            for entry in [self._entry(redemption)]
            if complimentary == "included" or entry["is_complimentary"] == (complimentary == "only")
        ]

    def _listed(self, now: float) -> Iterator[LedgerRedemption]:
        youngest = now - self.behaviour.list_delay_seconds
        for redemption in self.ledger.redemptions():
            if redemption.made_at <= youngest and (self.behaviour.cancelled_stay_listed or redemption.left):
                yield redemption

    def _entry(self, redemption: LedgerRedemption) -> dict[str, object]:
        voucher = self.ledger.voucher(redemption.voucher_code)
        if voucher is None:
            raise RuntimeError("a redemption without its voucher: the ledger never deletes one")
        amount = redemption.amount if self.behaviour.cancelled_stay_listed else redemption.left
        return {
            "code": dashed(redemption.voucher_code),
            "redeemed_at": redemption.redeemed_at,
            "redeemed_amount_in_cents": amount,
            "derecognized": voucher.derecognized,
            "is_complimentary": voucher.is_complimentary,
            "user": {"id": redemption.user.id, "name": redemption.user.name},
            "product": {"id": voucher.product_id, "name": voucher.name},
            "issuer": {"name": "Simulated House", "is_third_party": False},
        }

    def _spell(self, code: str) -> str:
        return dashed(code) if self.behaviour.dashes_in_answers else code


def text(status: int, message: str) -> Reply:
    """Return a plain-text answer, as E-GUMA gives for every error."""
    return Reply(status, message.encode(), TEXT)


def to_json(value: object) -> bytes:
    """Return a value as JSON in UTF-8, any script written as it is."""
    return json.dumps(value, ensure_ascii=False).encode()


def _read_body(request: HttpRequest) -> dict[str, object]:
    try:
        body = json.loads(request.body)
    except ValueError:
        raise LedgerRefusal("The body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise LedgerRefusal("The body must be a JSON object.")
    return body


def _amount(body: Mapping[str, object]) -> int:
    amount = body.get("amount_in_cents")
    if amount is None:
        raise LedgerRefusal("amount_in_cents is missing.")
    if not isinstance(amount, int) or isinstance(amount, bool):
        raise LedgerRefusal("amount_in_cents must be an integer.")
    return amount


def _moment(query: Mapping[str, str], name: str) -> str:
    if not query.get(name):
        raise LedgerRefusal(f"{name} is missing.")
    try:
        return read_local(query[name])
    except ValueError:
        raise LedgerRefusal(f"{name} must be a local time like 2025-05-21T00:00:00.") from None

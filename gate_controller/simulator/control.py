"""
The control API under `/_simulator/`: how a test or a person in another process scripts faults and reads the
books.

It needs no key and never meets a fault. Input it cannot obey is a 400 with one line that says what is wrong.
docs/simulator.md is its manual.
"""

import json
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from urllib.parse import unquote

from gate_controller.simulator import reading
from gate_controller.simulator.behaviour import CURRENCIES
from gate_controller.simulator.books_shown import books, fields_json
from gate_controller.simulator.calling import JSON, TEXT, Reply, read_query, text, to_json
from gate_controller.simulator.depot import DepotVoucher
from gate_controller.simulator.ledger import LedgerRefusal
from gate_controller.simulator.merchant import Merchant
from gate_controller.simulator.misbehaviour import Endpoint, FaultKind, FaultScript, Misbehaviour, ScriptLine
from gate_controller.simulator.reading import BadControl, FieldReader
from gate_controller.simulator.ticketing import Ticket
from gate_controller.simulator.vouchers import Condition, Voucher, plain
from gate_controller.simulator.wire import HttpRequest

ROOT = "/_simulator/"

SHORT_CODE_SECONDS = 300.0
"""How long a ShortCode of the voucher2mobile app is valid (eguma-api.md, "Voucher codes")."""

_FAULT_FIELDS: dict[str, FieldReader] = {
    "kind": reading.choice(FaultKind),
    "endpoint": reading.choice(Endpoint),
    "voucher_code": reading.optional(reading.text),
    "times": reading.optional(reading.whole(1)),
    "skip": reading.whole(0),
    "effect": reading.optional(reading.flag),
    "status": reading.whole(300),
    "body": reading.optional(reading.text),
    "headers": reading.texts,
    "delay_seconds": reading.number(),
    "interval_seconds": reading.number(),
}
_VOUCHER_FIELDS: dict[str, FieldReader] = {
    "total_amount_in_cents": reading.whole(0),
    "balance_in_cents": reading.whole(0),
    "condition": reading.choice(Condition, by_name=True),
    "message": reading.text,
    "redeemable_at_zero": reading.flag,
    "is_complimentary": reading.flag,
    "redeemed_by_position": reading.flag,
    "currency": reading.optional(reading.word(*CURRENCIES)),
    "name": reading.text,
    "description": reading.text,
    "valid_until": reading.text,
    "product_id": reading.text,
    "derecognized": reading.flag,
}
_BEHAVIOUR_FIELDS: dict[str, FieldReader] = {
    "currency": reading.word(*CURRENCIES),
    "latency_seconds": reading.number(),
    "clock_offset_seconds": reading.number(least=None),
    "cancelled_stay_listed": reading.flag,
    "redemptions_allowed": reading.flag,
    "list_delay_seconds": reading.number(),
    "older_edition": reading.flag,
    "dashes_in_answers": reading.flag,
    "strict_references": reading.flag,
    "positions_redeemable": reading.flag,
    "depot_sold_again": reading.flag,
    "depot_unknown_refused": reading.flag,
    "ticket_at_each_position": reading.flag,
    "content_type_required": reading.flag,
}
_DEPOT_FIELDS: dict[str, FieldReader] = {
    "amount_in_cents": reading.optional(reading.whole(1)),
    "sold_for": reading.optional(reading.whole(1)),
    "left": reading.optional(reading.whole(0)),
    "name": reading.text,
    "product_id": reading.text,
}
_TICKET_FIELDS: dict[str, FieldReader] = {
    "price_in_cents": reading.whole(0),
    "positions": reading.whole(1),
    "is_deleted": reading.flag,
    "checked_in_at": reading.optional(reading.text),
    "product_id": reading.text,
    "ticket_type_id": reading.text,
    "event": reading.text,
    "created_at": reading.text,
}
_SHORT_CODE_FIELDS: dict[str, FieldReader] = {
    "voucher_code": reading.text,
    "short_code": reading.short_code,
    "valid_seconds": reading.optional(reading.number()),
}


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """One request to the API as the simulator saw it. No query, so no key."""

    at: float
    """Seconds since 1970 by this machine's clock."""
    method: str
    path: str
    user: str | None
    """Name of the key's user; None without a valid key."""
    status: int | None
    """None: no answer was sent, or none will be."""
    fault: str | None
    content_type: str | None


class Control:
    """The control API over one simulator's parts. `reset` starts it anew; `drop` ends connections, but not
    the asker's.
    """

    def __init__(
        self,
        *,
        merchant: Merchant,
        faults: FaultScript,
        requests: deque[RequestRecord],
        reset: Callable[[], None],
    ) -> None:
        self._merchant = merchant
        self._faults = faults
        self._requests = requests
        self._reset = reset

    def answer(  # noqa: PLR0911, PLR0912 - the table of what can be asked, one case each
        self, request: HttpRequest, *, now: float, drop: Callable[[bool], int]
    ) -> Reply:
        """Obey one control request. `drop` ends all other connections (True: by reset) and returns how
        many.
        """
        path, _, query = request.target.removeprefix(ROOT).partition("?")
        body = request.body
        try:
            match request.method, path.split("/"):
                case "GET", ["faults"]:
                    return _json([_line_json(line) for line in self._faults])
                case "POST", ["faults"]:
                    return self._add_faults(body)
                case "DELETE", ["faults"]:
                    self._faults.clear()
                    return _json([])
                case "DELETE", ["faults", line_id]:
                    return self._remove_fault(line_id)
                case "GET", ["ledger"]:
                    return self._ledger(read_query(query).get("voucher_code"))
                case "PUT", ["vouchers" | "depot-vouchers" | "tickets" as kind, code] if code:
                    return self._put(kind, unquote(code), body)
                case "POST", ["short-codes"]:
                    return self._hand_out(body, now)
                case "POST", ["reset"]:
                    self._reset()
                    return _json({})
                case "GET", ["settings"]:
                    return _json(asdict(self._merchant.behaviour))
                case "POST", ["settings"]:
                    changes = reading.read_object(body, _BEHAVIOUR_FIELDS)
                    self._merchant.behaviour = replace(self._merchant.behaviour, **changes)
                    return _json(asdict(self._merchant.behaviour))
                case "GET", ["requests"]:
                    return _json([asdict(record) for record in self._requests])
                case "DELETE", ["requests"]:
                    self._requests.clear()
                    return _json([])
                case "POST", ["drop-connections"]:
                    wanted = reading.read_object(body, {"reset": reading.flag})
                    return _json({"dropped": drop(wanted.get("reset", False))})
                case _:
                    return text(404, f"no {request.method} {ROOT}{path} here: see docs/simulator.md\n")
        except (BadControl, LedgerRefusal) as error:
            return Reply(400, f"{error}\n".encode(), TEXT)

    def _add_faults(self, body: bytes) -> Reply:
        try:
            given = json.loads(body)
        except ValueError as error:
            raise BadControl(f"the body is not JSON: {error}") from None
        faults = [_fault(item) for item in (given if isinstance(given, list) else [given])]
        return _json({"ids": [self._faults.add(fault) for fault in faults]})

    def _remove_fault(self, line_id: str) -> Reply:
        if not line_id.isdecimal() or not self._faults.remove(int(line_id)):
            return text(404, f"there is no fault {line_id}: it may have acted as often as it was told\n")
        return _json({})

    def _ledger(self, code: str | None) -> Reply:
        return _json(books(self._merchant, code))

    def _put(self, kind: str, code: str, body: bytes) -> Reply:
        if kind == "vouchers":
            return self._put_voucher(code, body)
        if kind == "tickets":
            self._merchant.tickets.put(Ticket(plain(code), **reading.read_object(body, _TICKET_FIELDS)))
        else:
            wanted = reading.read_object(body, _DEPOT_FIELDS, required=("amount_in_cents",))
            self._merchant.depot.put(DepotVoucher(code, **wanted))
        return self._ledger(code)

    def _put_voucher(self, code: str, body: bytes) -> Reply:
        changes = reading.read_object(body, _VOUCHER_FIELDS)
        before = self._merchant.ledger.voucher(code)
        if before is None:
            if "total_amount_in_cents" not in changes:
                raise BadControl("total_amount_in_cents is missing: the voucher is new")
            total = changes["total_amount_in_cents"]
            before = Voucher(plain(code), total, total)
        voucher = replace(before, **changes)
        if voucher.balance_in_cents > voucher.total_amount_in_cents:
            raise BadControl(
                f"balance_in_cents must be at most total_amount_in_cents ({voucher.total_amount_in_cents}), "
                f"not {voucher.balance_in_cents}"
            )
        self._merchant.ledger.put(voucher)
        return self._ledger(code)

    def _hand_out(self, body: bytes, now: float) -> Reply:
        wanted = reading.read_object(body, _SHORT_CODE_FIELDS, required=("voucher_code",))
        valid = wanted.get("valid_seconds", SHORT_CODE_SECONDS)
        number = self._merchant.ledger.hand_out(
            wanted["voucher_code"],
            lapses_at=None if valid is None else now + valid,
            short_code=wanted.get("short_code"),
        )
        return _json({"short_code": number, "valid_seconds": valid})


def _fault(value: object) -> Misbehaviour:
    wanted = reading.read_fields(value, _FAULT_FIELDS, required=("kind",))
    try:
        return Misbehaviour(**wanted)
    except ValueError as error:
        raise BadControl(str(error)) from None


def _line_json(line: ScriptLine) -> dict[str, object]:
    return {
        **fields_json(line.fault),
        "id": line.id,
        "effect": line.fault.takes_effect,
        "skips_left": line.skips_left,
        "times_left": line.times_left,
        "acted": line.acted,
    }


def _json(value: object) -> Reply:
    return Reply(200, to_json(value), JSON)

"""
The calls of E-GUMA's API: from a request to the answer, with the status and text E-GUMA gives.

Nothing here knows of faults, sockets or clocks: the moment comes in, and `book` says whether the books are
to feel it.
"""

import re
from collections.abc import Iterator
from typing import assert_never

from gate_controller.simulator.behaviour import Behaviour
from gate_controller.simulator.calling import (
    JSON,
    ApiCall,
    Reply,
    amount_if_any,
    amount_in,
    moment_in,
    read_body,
    text,
    text_if_any,
    to_json,
)
from gate_controller.simulator.clock import local_text
from gate_controller.simulator.depot import MAX_DEACTIVATE_REASON, DepotBook, DepotEntry
from gate_controller.simulator.ledger import Ledger, LedgerRedemption, LedgerRefusal
from gate_controller.simulator.misbehaviour import Endpoint
from gate_controller.simulator.ticketing import TicketBook, TicketRefused
from gate_controller.simulator.vouchers import NOT_FOUND, User, dashed, plain
from gate_controller.simulator.wire import HttpRequest

_ALPHANUMERIC = re.compile(r"[0-9A-Za-z]*")
_COMPLIMENTARY = ("included", "excluded", "only")


class Merchant:
    """The account behind the API: its books and its behaviour. `behaviour` may be replaced at any time."""

    def __init__(self, ledger: Ledger, depot: DepotBook, tickets: TicketBook, behaviour: Behaviour) -> None:
        self.ledger = ledger
        self.depot = depot
        self.tickets = tickets
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

    def _carry_out(  # noqa: PLR0911 - the table of the calls, one case each
        self, call: ApiCall, user: User, now: float, *, book: bool
    ) -> object:
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
            case Endpoint.CHARGE:
                return self._charge(call, user, now, book=book)
            case Endpoint.ACTIVATE_STATUS | Endpoint.DEACTIVATE_STATUS:
                return self._depot_status(call)
            case Endpoint.ACTIVATE | Endpoint.DEACTIVATE:
                return self._change_depot(call, user, now, book=book)
            case Endpoint.CHECKIN | Endpoint.CHECKOUT:
                return self._check(call, user, now, book=book)
            case Endpoint.TICKET_INFO:
                return self._ticket_info(call)
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
            "is_redeemable": voucher is not None
            and voucher.is_redeemable
            and (self.behaviour.positions_redeemable or not voucher.redeemed_by_position),
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
        body = read_body(call.request)
        reference = text_if_any(body, "reference_number")
        if reference and self.behaviour.strict_references and not _ALPHANUMERIC.fullmatch(reference):
            raise LedgerRefusal("reference_number must be alphanumeric.")
        redemption, balance = self.ledger.redeem(
            call.code,
            amount_in(body),
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
        body = read_body(call.request)
        token = body.get("redeem_token")
        if not isinstance(token, str) or not token:
            raise LedgerRefusal("redeem_token is missing.")
        balance = self.ledger.cancel(call.code, token, amount_in(body), book=book)
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

    def _charge(self, call: ApiCall, user: User, now: float, *, book: bool) -> dict[str, object]:
        body = read_body(call.request)
        amount, payment_id = amount_in(body), text_if_any(body, "payment_id")
        balance = self.ledger.top_up(call.code, amount, payment_id, user=user, made_at=now, book=book)
        return {"code": self._spell(plain(call.code)), "balance_in_cents": balance}

    def _depot_status(self, call: ApiCall) -> dict[str, object]:
        entry = self.depot.entry(call.code)
        if entry is None and self.behaviour.depot_unknown_refused:
            raise LedgerRefusal(NOT_FOUND)
        answer: dict[str, object] = {
            "code": self._spell(plain(call.code)),
            "amount_in_cents": self._worth(entry),
        }
        if call.endpoint is Endpoint.DEACTIVATE_STATUS:
            why = self.depot.why_not_taken_back(entry) if entry else NOT_FOUND
            return answer | {"can_be_deactivated": not why, "message": why}
        why = self.depot.why_not_sold(entry, again=self.behaviour.depot_sold_again) if entry else NOT_FOUND
        answer |= {"can_be_activated": not why, "message": why}
        answer["free_amount"] = entry is not None and entry.voucher.amount_in_cents is None
        answer["product_id"] = entry.voucher.product_id if entry else None
        if not self.behaviour.older_edition:
            answer["currency"] = self.behaviour.currency
        return answer

    @staticmethod
    def _worth(entry: DepotEntry | None) -> int | None:
        if entry is None:
            return None
        return entry.voucher.amount_in_cents if entry.sold_for is None else entry.sold_for

    def _change_depot(self, call: ApiCall, user: User, now: float, *, book: bool) -> dict[str, object]:
        body = read_body(call.request, may_be_empty=True)
        if call.endpoint is Endpoint.ACTIVATE:
            again, amount = self.behaviour.depot_sold_again, amount_if_any(body)
            worth = self.depot.activate(call.code, amount, again=again, user=user, made_at=now, book=book)
        else:
            reason = text_if_any(body, "deactivate_reason", MAX_DEACTIVATE_REASON)
            worth = self.depot.deactivate(call.code, reason, user=user, made_at=now, book=book)
        name = "balance_in_cents" if self.behaviour.older_edition else "amount_in_cents"
        return {"code": self._spell(plain(call.code)), name: worth}

    def _check(self, call: ApiCall, user: User, now: float, *, book: bool) -> dict[str, object]:
        if call.endpoint is Endpoint.CHECKIN:
            why = self.tickets.check_in(
                call.code,
                at_each_position=self.behaviour.ticket_at_each_position,
                at=local_text(now + self.behaviour.clock_offset_seconds),
                user=user,
                made_at=now,
                book=book,
            )
        else:
            why = self.tickets.check_out(call.code, user=user, made_at=now, book=book)
        entry = self.tickets.entry(call.code)
        return {
            "is_successful": why is None,
            "product_id": entry.ticket.product_id if entry else None,
            "ticket_type_id": entry.ticket.ticket_type_id if entry else None,
            "unsuccessful_code": why.value if why else None,
            "unsuccessful_message": why.message if why else None,
        }

    def _ticket_info(self, call: ApiCall) -> dict[str, object]:
        entry = self.tickets.entry(call.code)
        if entry is None:
            raise LedgerRefusal(TicketRefused.NOT_FOUND.message)  # what an unknown ticket gets here is undocumented
        ticket = entry.ticket
        return {
            "id": f"7c2f90aa-0000-4000-8000-{ticket.ticket_number[-12:]}",
            "ticket_number": ticket.ticket_number,
            "created_at": ticket.created_at,
            "price_in_cents": ticket.price_in_cents,
            "is_checked_in": entry.checked_in > 0,
            "checked_in_at": entry.checked_in_at,
            "event_or_admission_id": ticket.event,
        }

    def _redemptions(self, call: ApiCall, now: float) -> list[dict[str, object]]:
        if not self.behaviour.redemptions_allowed:
            raise LedgerRefusal("This user may not list redemptions.")
        first, last = (moment_in(call.query, name) for name in ("from", "to"))
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

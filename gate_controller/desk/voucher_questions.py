"""
What staff ask about a voucher at a desk: how it stands at E-GUMA, what can be done with it, and what this gate knows.

Rules: it decides nothing and changes nothing; every order asks again. It goes by the connection that no visitor waits
for, and takes no longer than a visitor would wait.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from gate_controller.admission.words.calls import CallFailed, CallFault
from gate_controller.admission.words.codes import Code, NotAVoucher, VoucherCode, is_short_code, mask
from gate_controller.admission.words.money import Currency
from gate_controller.desk.at_once import AtOnce
from gate_controller.desk.control_socket import AskedWrongly, JournalAway
from gate_controller.desk.typed_codes import read_typed
from gate_controller.eguma.answers import BalanceAnswer
from gate_controller.eguma.api import Api, balance_of, fit_to_be_told
from gate_controller.journal.records import moment

# ruff: noqa: PLC0415 - what only a desk asks of E-GUMA is brought in by whoever stands at one

Attempts = Callable[[dict[str, Any]], Awaitable[list[dict[str, Any]]]]


class VoucherQuestions:
    """Answers what a voucher is, and how it stands."""

    def __init__(self, api: Api, *, attempts: Attempts, seconds: float, currency: Currency, at_once: AtOnce) -> None:
        """`attempts` returns the attempts of a `voucher`; `seconds` is what E-GUMA's answers may take in all."""
        self._api = api
        self._attempts = attempts
        self._seconds = seconds
        self._currency = currency
        self._at_once = at_once

    async def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """
        Return what E-GUMA says of the voucher `code`, and this gate's attempts of it, newest first, masked.

        `outcome` is `done`, `refused` (E-GUMA's no, with its `text`) or `unknown` (it gave no answer). What E-GUMA does
        not tell is None or empty; `attempts` is None where the journal cannot be read. `full`: with the whole code.
        """
        code = read_typed(str(request.get("code") or ""))
        if isinstance(code, NotAVoucher):
            raise AskedWrongly(f"code: this is no voucher code ({code.why}): give the 12 letters and digits on it")
        with self._at_once.one("voucher"):
            told = await self._told(code)
        told["attempts"] = await self._history(told["voucher_code"], request)
        if not request.get("full"):
            told["voucher_code"] = mask(told["voucher_code"]) if told["voucher_code"] else ""
        return told

    async def _told(self, code: Code) -> dict[str, Any]:
        deadline = time.monotonic() + self._seconds
        told = self._nothing(code)
        balance = await self._api.ask(balance_of(code), deadline)
        if isinstance(balance, CallFailed):
            told |= {"outcome": _outcome(balance), "text": fit_to_be_told(balance.text, code)}
            if balance.fault is CallFault.REFUSED and told["voucher_code"]:
                await self._ask_of_depot(told, deadline)
            return told
        told |= self._of_balance(code, balance)
        if told["voucher_code"]:
            # What Balance knows nothing of is no voucher yet, or none at all: Info would be an error of theirs.
            if told["redeemable"] or told["total_cents"] or told["balance_cents"]:
                await self._describe(told, deadline)
            await self._ask_of_depot(told, deadline)
        return told

    def _nothing(self, code: Code) -> dict[str, Any]:
        return {
            "voucher_code": "" if is_short_code(code) else str(code),
            "redeemable": None,
            "balance_cents": None,
            "total_cents": None,
            "currency": self._currency.value,
            "message": "",
            "name": "",
            "description": "",
            "valid_until": None,
            "can_be_activated": None,
            "free_amount": False,
            "can_be_deactivated": None,
            "amount_cents": None,
            "outcome": "unknown",
            "text": "",
        }

    def _of_balance(self, code: Code, balance: BalanceAnswer) -> dict[str, Any]:
        named = balance.code or VoucherCode("" if is_short_code(code) else code)
        return {
            "voucher_code": "" if is_short_code(Code(named)) else str(named),
            "redeemable": balance.is_redeemable,
            "balance_cents": balance.balance_in_cents,
            "total_cents": balance.total_amount_in_cents,
            # Older editions of the API do not say; an account has one currency.
            "currency": balance.currency or self._currency.value,
            "message": fit_to_be_told(balance.message, code, named),
            "outcome": "done",
        }

    async def _describe(self, told: dict[str, Any], deadline: float) -> None:
        from gate_controller.eguma.desk_api import DeskApi

        info = await DeskApi(self._api).info(VoucherCode(told["voucher_code"]), deadline, urgent=False)
        if not isinstance(info, CallFailed):
            until = None if info.valid_until is None else moment(info.valid_until)
            told |= {"name": info.name, "description": info.description, "valid_until": until}

    async def _ask_of_depot(self, told: dict[str, Any], deadline: float) -> None:
        """Ask what can be done with it as a depot voucher: what can be redeemed is sold already."""
        from gate_controller.eguma.desk_api import DeskApi

        desk, voucher_code = DeskApi(self._api), VoucherCode(told["voucher_code"])
        if told["redeemable"]:
            taking_back = await desk.deactivation(voucher_code, deadline)
            told["can_be_activated"] = False
            if isinstance(taking_back, CallFailed):
                told["can_be_deactivated"] = False if taking_back.fault is CallFault.REFUSED else None
            else:
                told |= {"can_be_deactivated": taking_back.can_be_deactivated, "amount_cents": taking_back.amount}
            return
        selling = await desk.activation(voucher_code, deadline)
        told["can_be_deactivated"] = False
        if isinstance(selling, CallFailed):
            told["can_be_activated"] = False if selling.fault is CallFault.REFUSED else None
            return
        told["can_be_activated"] = selling.can_be_activated
        if selling.can_be_activated:
            told |= {"free_amount": selling.is_amount_free, "amount_cents": selling.amount}
            told |= {"currency": selling.currency or told["currency"], "outcome": "done", "text": ""}

    async def _history(self, voucher_code: str, request: dict[str, Any]) -> list[dict[str, Any]] | None:
        if not voucher_code:
            return []
        try:
            return await self._attempts(
                {"voucher": voucher_code, "language": request.get("language"), "limit": request.get("limit")}
            )
        except JournalAway:
            return None


def _outcome(failed: CallFailed) -> str:
    return "refused" if failed.fault is CallFault.REFUSED else "unknown"

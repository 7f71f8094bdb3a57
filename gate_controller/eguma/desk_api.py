"""
What staff have E-GUMA do besides admissions: a voucher described, topped up, given back in part; depot vouchers sold
and taken back. By the rules of `api`, and on the connection that no visitor waits for.

A change is sent again only while it surely was not sent: what a lost answer meant is told by the balance, or by what
E-GUMA says of the depot voucher afterwards.
"""

import json
from typing import Final, TypeVar

from gate_controller.admission.words.calls import CallFailed
from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.desk_calls import Activation, Deactivation, NewAmount, NewBalance
from gate_controller.admission.words.info_calls import VoucherInfo
from gate_controller.admission.words.local_time import Day
from gate_controller.admission.words.money import Cents
from gate_controller.eguma import desk_answers as says
from gate_controller.eguma.answers import ChangedAnswer
from gate_controller.eguma.api import CHANGES, READS, Api, Ask, Faults, about, changing, fit_to_be_told, path_of
from gate_controller.eguma.merchant_time import seconds_since_1970

MAX_REASON: Final = 1024
"""Characters of a reason that E-GUMA takes (eguma-api.md, "Depot vouchers"); a longer one is cut."""

_Changed = NewBalance | CallFailed
_Told = TypeVar("_Told", bound=says.DepotAnswer)


def info_of(code: VoucherCode) -> Ask[says.InfoAnswer]:
    """Ask what a voucher is."""
    return Ask("info", READS, path_of(code, "info"), about(code, says.InfoAnswer), code)


def activation_of(code: VoucherCode) -> Ask[says.ActivationAnswer]:
    """Ask whether a depot voucher can be sold, and for how much."""
    return _of_depot(code, "activate_status", READS, says.ActivationAnswer)


def deactivation_of(code: VoucherCode) -> Ask[says.DeactivationAnswer]:
    """Ask whether a depot voucher can be taken back."""
    return _of_depot(code, "deactivate_status", READS, says.DeactivationAnswer)


class DeskApi:
    """The calls that people give the order for. Every `deadline` is a moment of `time.monotonic`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def info(self, code: VoucherCode, deadline: float, *, urgent: bool) -> VoucherInfo | CallFailed:
        """Ask what a voucher is; `urgent`: a visitor is waiting for it."""
        answer = await self._api.ask(info_of(code), deadline, urgent=urgent)
        if isinstance(answer, CallFailed):
            return answer
        last = answer.valid_until
        until, day = (None, None) if last is None else (seconds_since_1970(last), Day(last.date().isoformat()))
        name, description = fit_to_be_told(answer.name, code), fit_to_be_told(answer.description, code)
        return VoucherInfo(code, name, description, answer.is_redeemed, answer.balance_in_cents, until, day)

    async def top_up(self, code: VoucherCode, amount: Cents, payment_id: str, deadline: float) -> _Changed:
        """Put an amount on a voucher, once. After UNKNOWN it may have been put there: ask for the balance."""
        body: dict[str, object] = {"amount_in_cents": amount}
        if payment_id:
            body["payment_id"] = payment_id
        answer = await self._api.ask(changing("charge", CHANGES, code, body, ChangedAnswer), deadline)
        return answer if isinstance(answer, CallFailed) else NewBalance(answer.balance_in_cents)

    async def cancel_part(self, code: VoucherCode, token: str, amount: Cents, deadline: float) -> _Changed:
        """Give a part of a charge back, one try. After UNKNOWN it may have been given: ask for the balance."""
        answer = await self._api.cancel(code, token, amount, deadline)
        return answer if isinstance(answer, CallFailed) else NewBalance(answer.balance_after)

    async def activation(self, code: VoucherCode, deadline: float) -> Activation | CallFailed:
        """Ask whether a depot voucher can be sold, and for how much."""
        answer = await self._api.ask(activation_of(code), deadline)
        if isinstance(answer, CallFailed):
            return answer
        message, amount = fit_to_be_told(answer.message, code), None if answer.free_amount else answer.amount
        rest = message, answer.currency, answer.product_id
        return Activation(code, answer.can_be_activated, bool(answer.free_amount), amount, *rest)

    async def activate(self, code: VoucherCode, amount: Cents | None, deadline: float) -> NewAmount | CallFailed:
        """Sell a depot voucher, once; `amount` only where the seller names it. After UNKNOWN: `deactivation` tells."""
        body = b"" if amount is None else json.dumps({"amount_in_cents": amount}).encode()
        return _amount(await self._api.ask(_of_depot(code, "activate", CHANGES, says.AmountAnswer, body), deadline))

    async def deactivation(self, code: VoucherCode, deadline: float) -> Deactivation | CallFailed:
        """Ask whether a depot voucher can be taken back."""
        answer = await self._api.ask(deactivation_of(code), deadline)
        if isinstance(answer, CallFailed):
            return answer
        return Deactivation(code, answer.can_be_deactivated, answer.amount, fit_to_be_told(answer.message, code))

    async def deactivate(self, code: VoucherCode, reason: str, deadline: float) -> NewAmount | CallFailed:
        """Take a sold depot voucher back, once. After UNKNOWN: `activation` tells."""
        body = json.dumps({"deactivate_reason": reason[:MAX_REASON]}).encode() if reason else b""
        return _amount(await self._api.ask(_of_depot(code, "deactivate", CHANGES, says.AmountAnswer, body), deadline))


def _of_depot(
    code: VoucherCode, name: str, again_after: Faults, model: type[_Told], body: bytes | None = None
) -> Ask[_Told]:
    return Ask(name, again_after, path_of(code, name, "depot_vouchers"), about(code, model), code, body)


def _amount(answer: says.AmountAnswer | CallFailed) -> NewAmount | CallFailed:
    return answer if isinstance(answer, CallFailed) else NewAmount(answer.amount)

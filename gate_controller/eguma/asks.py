"""
What can be asked of E-GUMA for a gate: each endpoint's address, body and reader, and after which faults it may be asked
again.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Final, Generic, TypeVar
from urllib.parse import quote, urlencode

from gate_controller.admission.words.calls import CallFault
from gate_controller.admission.words.codes import VoucherCode, mask
from gate_controller.admission.words.frozen import frozen
from gate_controller.eguma.answers import LIST, BalanceAnswer, CodedAnswer, ListedAnswer

_T_co = TypeVar("_T_co", covariant=True)
_Coded = TypeVar("_Coded", bound=CodedAnswer)

# After which faults an endpoint is asked again, by what it does.
Faults = frozenset[CallFault]
READS: Final = Faults({CallFault.NOT_SENT, CallFault.UNKNOWN})
CHANGES: Final = Faults({CallFault.NOT_SENT})  # sent twice, it takes effect twice
GIVES_BACK: Final = Faults()  # its caller repeats it, for as long as it takes; E-GUMA refuses more than is left


@frozen
class Ask(Generic[_T_co]):
    """One thing to ask: what to get or, with a body, post, and how its answer is read; `ValueError`: it cannot be."""

    name: str
    again_after: Faults
    target: str
    read: Callable[[bytes], _T_co]
    code: str = ""
    body: bytes | None = None
    token: str = ""


def balance_of(code: str) -> Ask[BalanceAnswer]:
    """Ask whether a code can be redeemed, and for how much."""
    return Ask("balance", READS, path_of(code, "balance"), BalanceAnswer.model_validate_json, code)


def redemptions_between(begin: datetime, end: datetime, user: str | None = None) -> Ask[tuple[ListedAnswer, ...]]:
    """Ask for the account's redemptions between two of the merchant's local times, naive ones; or for one user's."""
    if begin.tzinfo or end.tzinfo:
        raise ValueError("E-GUMA's list of redemptions takes local times without an offset: pass naive ones")
    span = {"from": begin.isoformat(timespec="seconds"), "to": end.isoformat(timespec="seconds")}
    query = urlencode(span | ({"user_id": user} if user else {}))
    return Ask("redemptions", READS, f"/v1/vouchers/redemptions.json?{query}", LIST.validate_json)


def about(code: str, model: type[_Coded]) -> Callable[[bytes], _Coded]:
    """Return the reader of what is said of this voucher, or ticket; what is about another one cannot be read."""

    def read(body: bytes) -> _Coded:
        answer = model.model_validate_json(body)
        if (answer.code or code) != code:
            raise ValueError(f"it is about another one, {mask(answer.code)}")
        return answer

    return read


def changing(
    name: str, again_after: Faults, code: VoucherCode, body: dict[str, object], model: type[_Coded], token: str = ""
) -> Ask[_Coded]:
    """Ask for a change of a voucher."""
    return Ask(name, again_after, path_of(code, name), about(code, model), code, json.dumps(body).encode(), token)


def path_of(code: str, verb: str, kind: str = "vouchers") -> str:
    """Return where what has this code is asked about or told to do something."""
    safe = quote(code, safe="") if code.strip(".") else "%2E" * len(code)  # dots alone would be a step in the path
    return f"/v1/{kind}/{safe}/{verb}.json"

"""
The API's part of the desk: what staff have E-GUMA do, and what they ask about a voucher.

Rules: an order acts once, by its id; it is answered with what became of it, and never with more than is known. A
question is on the audit list, for a voucher's balance is somebody's.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gate_controller.admission.words.codes import mask
from gate_controller.admission.words.facts import Standing
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.texts import Language, format_amount
from gate_controller.web import views
from gate_controller.web.allowances import allowed
from gate_controller.web.asked import AttemptAsked, ReturnOrder, SaleOrder, TopUpOrder, VoidOrder
from gate_controller.web.askers import address_of
from gate_controller.web.audience import in_words_of
from gate_controller.web.operations import Operation, given_within, incident_of, name_of
from gate_controller.web.people import Role
from gate_controller.web.resources import audit_of, house_of, person_of

LONGEST_CODE: Final = 64


async def _voucher(request: Request, asked: AttemptAsked) -> Response:
    code, is_full = str(request.path_params["code"])[:LONGEST_CODE], asked.full == "1"
    told = await house_of(request).ask("voucher", code=code, full=True, language=asked.lang)
    note_question(request, told["voucher_code"], what="whole code shown" if is_full else "voucher asked about")
    if not is_full:
        told["voucher_code"] = mask(told["voucher_code"]) if told["voucher_code"] else ""
    return JSONResponse(told)


def note_question(request: Request, code: str, *, what: str = "voucher asked about") -> None:
    """Put on the audit list that somebody has asked about a voucher or a ticket."""
    person = person_of(request)
    name = f"token {person.name}" if person.by_token else person.name
    audit_of(request).note(what, name=name, address=address_of(request), about=mask(code))


async def _ordered(do: str, request: Request, asked: TopUpOrder | SaleOrder | ReturnOrder) -> Response:
    """Have E-GUMA do something, and say what became of it."""
    return await given(request, do, asked.model_dump(exclude_none=True))


async def _ordered_for_charge(do: str, request: Request, asked: VoidOrder) -> Response:
    """Have a charge given back, and say what became of it."""
    return await given(request, do, {**asked.model_dump(exclude_none=True), "incident": incident_of(request)})


async def given(request: Request, do: str, order: Mapping[str, Any]) -> Response:
    """Give an order, and answer with what became of it so far. Raises what it is refused with."""
    house, person = house_of(request), person_of(request)
    most = allowed(house.desk_rules, person, do, order.get("amount_cents"))
    answer = await given_within(house.ask(do, by=name_of(person), most_cents=most, **order))
    said: dict[str, Any] = {"id": order["id"], "outcome": None, "errand": None}
    if answer is None:
        happened = in_words_of(request, "under way: ask again with the same id")
        return JSONResponse({**said, "state": "pending", "happened": happened}, 202)
    language = _language(request)
    # As it stands by now: the desk remembers how it was when the order was given the first time.
    named = [answer["attempt"]] if "attempt" in answer else []
    [errand] = await house.ask("attempts", attempts=named, language=language.value) or [answer]
    outcome = "done" if errand.get("refunded") else errand.get("outcome", "unknown")
    is_pending = errand.get("standing") == Standing.UNFINISHED.value
    if "amount_cents" in answer and "outcome" not in errand:  # a whole charge: what was left of it has gone back
        errand = {**errand, "amount_cents": answer["amount_cents"]}
    told = {**said, "outcome": outcome, "happened": said_of(errand, outcome, language), "errand": errand}
    return JSONResponse({**told, "state": "pending" if is_pending else "done"}, 202 if is_pending else 200)


def said_of(errand: Mapping[str, Any], outcome: str, language: Language) -> str:
    """Return what became of an errand, in words that staff can read out."""
    t, incident = views.says(language), errand["incident"]
    if outcome == "unknown":
        words = t("It is not known yet whether E-GUMA did it. Do not repeat it: the gate goes on looking.")
        return f"{words} {t('Incident {incident}.').format(incident=incident)}"
    parts = [errand["summary"].removesuffix(".") + "."]
    if outcome == "refused":
        parts.append(t("Nothing has changed."))
    elif errand["errand"] and (left := errand["balance_after_cents"]) is not None:
        currency = Currency(errand["currency"])
        parts.append(t("New balance: {amount}.").format(amount=format_amount(Cents(left), currency, language)))
    return " ".join((*parts, t("Incident {incident}.").format(incident=incident)))


def _language(request: Request) -> Language:
    """Return in which language it is told what became of an order: a page names its own, a program may."""
    return Language(request.query_params.get("lang") or Language.EN.value)


FOR_WHOM_THE_HOUSE_LETS: Final = (
    "Who may, and up to which amount, is set in the section desk of the settings. `outcome` is `done`, `refused` "
    "(nothing has changed) or `unknown`: then it may not be ordered again before its incident tells what became of it."
)
_TO_DESK: Final = (409, 503)

OPERATIONS: Final = (
    Operation(
        "/vouchers/{code}",
        _voucher,
        Role.STAFF,
        "How a voucher stands at E-GUMA, and what this gate had to do with it",
        "Voucher",
        more="Nothing is decided by it. It is asked on the connection that no visitor waits for, and is on the audit "
        "list. What E-GUMA does not tell is null or empty.",
        query=AttemptAsked,
        refusals=_TO_DESK,
    ),
    Operation(
        "/actions/top-up",
        partial(_ordered, "top_up"),
        Role.STAFF,
        "Put an amount on a voucher that has been paid",
        "ErrandTold",
        more=FOR_WHOM_THE_HOUSE_LETS,
        body=TopUpOrder,
        refusals=_TO_DESK,
        may_pend=True,
    ),
    Operation(
        "/actions/sell",
        partial(_ordered, "sell"),
        Role.STAFF,
        "Sell a depot voucher",
        "ErrandTold",
        more=FOR_WHOM_THE_HOUSE_LETS,
        body=SaleOrder,
        refusals=_TO_DESK,
        may_pend=True,
    ),
    Operation(
        "/actions/take-back",
        partial(_ordered, "take_back"),
        Role.STAFF,
        "Take a depot voucher back that was sold",
        "ErrandTold",
        more=FOR_WHOM_THE_HOUSE_LETS,
        body=ReturnOrder,
        refusals=_TO_DESK,
        may_pend=True,
    ),
    Operation(
        "/attempts/{incident}/void",
        partial(_ordered_for_charge, "void"),
        Role.STAFF,
        "Give a charge back to its voucher, all that is left of it or a part",
        "ErrandTold",
        more=FOR_WHOM_THE_HOUSE_LETS,
        body=VoidOrder,
        refusals=(404, *_TO_DESK),
        may_pend=True,
    ),
)
"""What the API can be asked of the desk."""

"""
The desk: a page to ask about a voucher at a counter, and to have done what E-GUMA says can be done with it.

Rules: what it shows is E-GUMA's word of that moment, or says that there was none; every order asks again. Its orders go
by the API, as everywhere (`errand_api.py`). A whole code reaches the page of whoever has typed it, and is not shown.
"""

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gate_controller.admission.words.codes import NotAVoucher, mask
from gate_controller.admission.words.facts import Standing
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.desk.control_socket import ControlError
from gate_controller.desk.typed_codes import as_typed, read_typed
from gate_controller.texts import Language, format_amount
from gate_controller.texts.sayings import saying
from gate_controller.web import views
from gate_controller.web.allowances import may_order
from gate_controller.web.audience import language_of
from gate_controller.web.errand_api import note_question
from gate_controller.web.house import House
from gate_controller.web.people import Person, Role
from gate_controller.web.resources import Resource, house_of, person_of
from gate_controller.web.templating import environment, page
from gate_controller.web.typing_scanner import as_scanned
from gate_controller.web.visits import Action, Visit, moment_of, visits_view

KEYS: Final = (*string.digits, *string.ascii_uppercase, ".", "-")
_LONGEST: Final = 100


@dataclass(frozen=True, slots=True)
class VoucherCard:
    """What a member of staff sees of a voucher."""

    signal: str
    symbol: str
    title: str
    detail: str
    money: str
    """What E-GUMA says besides."""
    code: str
    """Whole: for the orders about it, not to be shown."""
    about: str
    """What stands above an order about it."""
    can: Sequence[Action]
    figures: Sequence[tuple[str, str]]
    history: Sequence[Visit]
    unread: str


class Mistyped(Exception):
    """What was typed can be no code; in words for whoever typed it."""


async def _desk(request: Request) -> Response:
    house, language = house_of(request), language_of(request)
    typed = request.query_params.get("code", "")[:_LONGEST]
    card, mistake = None, ""
    if typed.strip():
        try:
            card = await _card(request, typed)
        except (Mistyped, ControlError) as error:
            mistake = saying(str(error), language)
    words = {"script_words": views.script_words(views.says(language)), **views.clocks(house.status().at)}
    typed = "" if card is not None else typed
    return await page(request, "desk.html", view=words, typed=typed, mistake=mistake, card=card, keys=KEYS)


async def _voucher(request: Request) -> Response:
    """Return what a voucher is, for the page's script: the code is in no address."""
    language = language_of(request)
    try:
        asked = await request.json()
        text = asked["code"] if isinstance(asked, dict) else None
    except (ValueError, KeyError, RecursionError):
        text = None
    if not isinstance(text, str):
        return JSONResponse({"error": "code: is missing: give a code"}, 400)
    try:
        card = await _card(request, text[:_LONGEST])
    except Mistyped as error:
        return JSONResponse({"error": str(error)}, 400)
    except ControlError as error:
        return JSONResponse({"error": saying(str(error), language)}, 409)
    html = environment().get_template("_voucher.html").render(card=card, t=views.says(language))
    return JSONResponse({"html": html})


async def _card(request: Request, text: str) -> VoucherCard:
    """Ask what a voucher is. Raises `Mistyped` or `ControlError`."""
    house, person, language = house_of(request), person_of(request), language_of(request)
    typed = as_scanned(text)
    if isinstance(read_typed(typed), NotAVoucher):
        raise Mistyped(mistake_in(typed, views.says(language)))
    told = await house.ask("voucher", code=typed, full=True, language=language.value)
    note_question(request, told["voucher_code"])
    return card_of(house, person, told, language)


def mistake_in(text: str, t: views.Says) -> str:
    """Return what is wrong with what somebody typed for a code."""
    letters = as_typed(text).upper().replace("-", "")
    odd = dict.fromkeys(each for each in letters if each not in KEYS)
    if odd:
        return t("No voucher code has {letters} in it: only letters from A to Z, digits and dots.").format(
            letters=" ".join(odd)
        )
    return t("These are {n} characters: a voucher code has 12, a ShortCode two digits.").format(n=len(letters))


def card_of(house: House, person: Person, told: Mapping[str, Any], language: Language) -> VoucherCard:
    """Return what is shown of a voucher, and what may be done with it."""
    t, now = views.says(language), house.status().at
    shown = mask(told["voucher_code"]) if told["voucher_code"] else ""
    signal, symbol, title = _stands(told, t, language)
    of_total = t("of {amount}").format(amount=_amount(told, "total_cents", language)) if told["total_cents"] else ""
    detail = " · ".join(part for part in (of_total, told["name"], shown) if part)
    figures = [
        (t("Voucher"), shown),
        (t("Valid until"), views.day(moment_of(told["valid_until"])) if told["valid_until"] else ""),
        (t("Balance"), _amount(told, "balance_cents", language)),
        (t("Original value"), _amount(told, "total_cents", language)),
        (t("Worth"), _amount(told, "amount_cents", language) if told["can_be_activated"] else ""),
        (t("Description"), told["description"]),
    ]
    history = told["attempts"]
    return VoucherCard(
        signal,
        symbol,
        title,
        detail,
        told["message"] or told["text"],
        told["voucher_code"],
        f"{shown}: {title}",
        [Action(do, words) for do, words in _actions(told, t) if may_order(house.desk_rules, person.role, _ORDERS[do])],
        [(words, value) for words, value in figures if value],
        visits_view(history or (), now=now),
        t("The journal cannot be read just now.") if history is None else "",
    )


def _stands(told: Mapping[str, Any], t: views.Says, language: Language) -> tuple[str, str, str]:
    if told["can_be_activated"]:
        amount = _amount(told, "amount_cents", language)
        return "idle", "arrow", t("Can be sold for {amount}").format(amount=amount) if amount else t("Can be sold")
    if told["redeemable"]:
        return "admitted", "tick", t("Balance {amount}").format(amount=_amount(told, "balance_cents", language))
    if told["outcome"] == "unknown":
        return "checking", "question", t("E-GUMA gave no answer")
    return "refused", "cross", t("Cannot be redeemed")


_ORDERS: Final[Mapping[str, str]] = {
    "top-up": "top_up",
    "sell": "sell",
    "sell-for": "sell",
    "take-back": "take_back",
}
"""The desk's name of what each dialog orders."""


def _actions(told: Mapping[str, Any], t: views.Says) -> Sequence[tuple[str, str]]:
    """Return what makes sense by E-GUMA's word: the dialog, and what stands on its button."""
    if not told["voucher_code"]:
        return ()
    if told["can_be_activated"]:
        return (("sell-for" if told["free_amount"] else "sell", t("Sell…")),)
    # What E-GUMA does not know has never been worth anything; what is used up can be topped up.
    is_known = told["redeemable"] or bool(told["total_cents"])
    top_up = (("top-up", t("Top up…")),) if is_known else ()
    return (*top_up, ("take-back", t("Take back…"))) if told["can_be_deactivated"] else top_up


def _amount(told: Mapping[str, Any], name: str, language: Language) -> str:
    if told[name] is None:
        return ""
    known = told["currency"] in set(Currency)
    if not known:
        return f"{told['currency']} {told[name] / 100:.2f}"
    return format_amount(Cents(told[name]), Currency(told["currency"]), language)


def give_back_of(house: House, person: Person, told: Mapping[str, Any], language: Language) -> str:
    """Return what can be given back of an attempt's charge, in words; empty: nothing, or not by this person."""
    left = told["amount_cents"] - told["voided_cents"]
    is_closed = told["standing"] == Standing.CLOSED.value  # what is open or a credit is given back whole, by its item
    if (
        "refund" not in told["can"]
        or not is_closed
        or left <= 0
        or not may_order(house.desk_rules, person.role, "void")
    ):
        return ""
    amount = views.amount(house, left, language)
    return views.says(language)("{amount} of it can be given back.").format(amount=amount)


RESOURCES: Final = (
    Resource("/desk", _desk, Role.STAFF, is_page=True),
    Resource("/desk/voucher", _voucher, Role.STAFF, method="POST", is_noted=False),
)
"""What the desk's page is made of."""

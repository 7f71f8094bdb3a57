"""
The desk: a page to ask about a voucher at a counter, and to have done what E-GUMA says can be done with it.

Rules: what it shows is E-GUMA's word of that moment, or says that there was none; every order asks again. Its orders go
by the API, as everywhere (`errand_api.py`). A whole code reaches the page of whoever has typed it, and is not shown.
"""

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gate_controller.admission.words.codes import NotAVoucher, mask
from gate_controller.admission.words.facts import Standing
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.desk.control_socket import ControlError
from gate_controller.desk.typed_codes import as_typed, read_typed, ticket_typed
from gate_controller.shell.fittings import PRINTER
from gate_controller.texts import Language, format_amount
from gate_controller.texts.sayings import saying
from gate_controller.web import views
from gate_controller.web.admit_form import AdmitForm, admit_form_of
from gate_controller.web.allowances import may_order
from gate_controller.web.audience import language_of
from gate_controller.web.errand_api import note_question
from gate_controller.web.forms import form_of
from gate_controller.web.house import House
from gate_controller.web.people import Person, Role
from gate_controller.web.refusals import WITH_CAMERA
from gate_controller.web.resources import Resource, house_of, person_of
from gate_controller.web.templating import environment, page
from gate_controller.web.ticket_card import TicketCard, ticket_card
from gate_controller.web.typing_scanner import as_scanned, other_reading
from gate_controller.web.visits import Action, Visit, moment_of, visits_view

KEYS: Final = (*string.digits, *string.ascii_uppercase, ".", "-")
_LONGEST: Final = 100


@dataclass(frozen=True, slots=True)
class VoucherCard:
    """What a member of staff sees of a voucher."""

    template: ClassVar[str] = "_voucher.html"
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
    admit: AdmitForm | None
    can: Sequence[Action]
    prints: bool
    """Whether its balance can be put on paper."""
    figures: Sequence[tuple[str, str]]
    history: Sequence[Visit]
    unread: str


class Mistyped(Exception):
    """What was typed can be no code; in words for whoever typed it."""


async def _desk(request: Request) -> Response:
    """Return the page; where its form was sent without a script, with what was asked: a code is in no address."""
    language = language_of(request)
    typed = (await form_of(request)).get("code", "")[:_LONGEST] if request.method == "POST" else ""
    card, mistake = None, ""
    if typed.strip():
        try:
            card = await _card(request, typed)
        except (Mistyped, ControlError) as error:
            mistake = saying(str(error), language)
    return await desk_shown(request, typed="" if card is not None else typed, mistake=mistake, card=card)


async def desk_shown(
    request: Request,
    *,
    typed: str = "",
    mistake: str = "",
    card: VoucherCard | TicketCard | None = None,
    admitting: object = None,
    status: int = 200,
) -> Response:
    """Return the desk with what is `typed` and wrong about it, with a voucher, or with what became of an order."""
    words = {
        "script_words": views.script_words(views.says(language_of(request))),
        **views.clocks(house_of(request).status().at),
    }
    known = {"typed": typed, "mistake": mistake, "card": card, "admitting": admitting, "is_scripted": False}
    shown = await page(request, "desk.html", status, view=words, keys=KEYS, **known)
    shown.headers.update(WITH_CAMERA)
    return shown


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
        whole = text[:_LONGEST].encode(errors="replace").decode()  # JSON may hold half a character
        card = await _card(request, whole)
    except Mistyped as error:
        return JSONResponse({"error": str(error)}, 400)
    except ControlError as error:
        return JSONResponse({"error": saying(str(error), language)}, 409)
    known = {"card": card, "t": views.says(language), "person": person_of(request), "is_scripted": True}
    html = environment().get_template(card.template).render(known)
    return JSONResponse({"html": html})


async def _card(request: Request, text: str) -> VoucherCard | TicketCard:
    """Ask what a voucher or a ticket is. Raises `Mistyped` or `ControlError`."""
    house, person, language = house_of(request), person_of(request), language_of(request)
    typed = as_scanned(text)
    if (number := ticket_typed(typed)) is not None:
        return await ticket_card(request, number)
    if isinstance(read_typed(typed), NotAVoucher):
        raise Mistyped(mistake_in(typed, views.says(language)))
    told = await _asked(request, typed)
    if not _is_known(told) and (other := other_reading(typed)) is not None:
        again = await _asked(request, other)
        told, typed = (again, other) if _is_known(again) else (told, typed)
    return card_of(house, person, told, language, typed)


async def _asked(request: Request, code: str) -> Mapping[str, Any]:
    told: Mapping[str, Any] = await house_of(request).ask(
        "voucher", code=code, full=True, language=language_of(request).value
    )
    note_question(request, told["voucher_code"])
    return told


def _is_known(told: Mapping[str, Any]) -> bool:
    """Whether E-GUMA knows the voucher, or has not said."""
    knows = (told["redeemable"], told["total_cents"], told["can_be_activated"])
    return told["outcome"] == "unknown" or any(knows)


def mistake_in(text: str, t: views.Says) -> str:
    """Return what is wrong with what somebody typed for a code."""
    letters = as_typed(text).upper().replace("-", "")
    odd = dict.fromkeys(each for each in letters if each not in KEYS)
    if odd:
        return t("No voucher code has {letters} in it: only letters from A to Z, digits and dots.").format(
            letters=" ".join(odd)
        )
    return t("These are {n} characters: a voucher code has 12, a ShortCode two digits, a ticket 19.").format(
        n=len(letters)
    )


def card_of(house: House, person: Person, told: Mapping[str, Any], language: Language, asked: str) -> VoucherCard:
    """Return what is shown of a voucher, and what may be done with it; `asked` is the code that was asked about."""
    t, now = views.says(language), house.status().at
    shown = mask(told["voucher_code"]) if told["voucher_code"] else ""
    signal, symbol, title = _stands(told, t, language)
    is_worth = _is_known(told) and not told["can_be_activated"]  # else Balance's 0.00 is of no voucher
    of_total = t("of {amount}").format(amount=_amount(told, "total_cents", language)) if told["total_cents"] else ""
    asked_at = t("as of {time}").format(time=views.clock(now))  # it stays there, and the voucher is used elsewhere
    detail = " · ".join(part for part in (of_total, told["name"], _unbroken(shown), asked_at) if part)
    figures = [
        (t("Voucher"), shown),
        (t("Valid until"), views.day(moment_of(told["valid_until"])) if told["valid_until"] else ""),
        (t("Balance"), _amount(told, "balance_cents", language) if is_worth else ""),
        (t("Original value"), _amount(told, "total_cents", language) if is_worth else ""),
        (t("Worth"), _amount(told, "amount_cents", language) if told["can_be_activated"] else ""),
        (t("Description"), told["description"]),
    ]
    history = told["attempts"]
    return VoucherCard(
        signal,
        symbol,
        title,
        detail,
        "" if told["can_be_activated"] else told["message"] or told["text"],
        told["voucher_code"],
        f"{shown}: {title}",
        admit_form_of(house, person, told, told["voucher_code"] or asked, language),
        [Action(do, words) for do, words in _actions(told, t) if may_order(house.desk_rules, person.role, _ORDERS[do])],
        is_worth and told["balance_cents"] is not None and PRINTER in house.status().devices,
        [(words, value) for words, value in figures if value],
        visits_view(history or (), now=now),
        t("The journal cannot be read just now.") if history is None else "",
    )


def _unbroken(masked: str) -> str:
    """Return a masked code so that no line ends behind its dots."""
    return masked.replace("…", "…\u2060")


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
    Resource("/desk", _desk, Role.STAFF, method="POST", is_page=True, is_noted=False),
    Resource("/desk/voucher", _voucher, Role.STAFF, method="POST", is_noted=False),
)
"""What the desk's page is made of."""

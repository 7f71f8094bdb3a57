"""
A ticket at the desk: how it stands by E-GUMA's word of that moment, and what may be done with it.

By the rules of `desk_page.py`: a whole number reaches the page of whoever has typed it, and is not shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from starlette.requests import Request

from gate_controller.admission.words.codes import TicketNumber, mask
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.texts import Language, format_amount
from gate_controller.web import views
from gate_controller.web.allowances import may_order
from gate_controller.web.audience import language_of
from gate_controller.web.errand_api import note_question
from gate_controller.web.house import House
from gate_controller.web.people import Person
from gate_controller.web.resources import house_of, person_of
from gate_controller.web.visits import Action, Visit, moment_of, visits_view


@dataclass(frozen=True, slots=True)
class TicketCard:
    """What a member of staff sees of a ticket."""

    template: ClassVar[str] = "_ticket.html"
    signal: str
    symbol: str
    title: str
    detail: str
    said: str
    """What E-GUMA says besides."""
    number: str
    """Whole: for the orders about it, not to be shown."""
    about: str
    """What stands above an order about it."""
    can: Sequence[Action]
    figures: Sequence[tuple[str, str]]
    history: Sequence[Visit]
    unread: str


async def ticket_card(request: Request, number: TicketNumber) -> TicketCard:
    """Ask how a ticket stands. Raises `ControlError`."""
    house, language = house_of(request), language_of(request)
    told: Mapping[str, Any] = await house.ask("ticket", number=number, full=True, language=language.value)
    note_question(request, number, what="ticket asked about")
    return ticket_card_of(house, person_of(request), told, language)


def ticket_card_of(house: House, person: Person, told: Mapping[str, Any], language: Language) -> TicketCard:
    """Return what is shown of a ticket, and what may be done with it."""
    t, now = views.says(language), house.status().at
    number = mask(told["ticket_number"])
    since = views.day_and_clock(moment_of(told["checked_in_at"]), now) if told["checked_in_at"] else ""
    signal, symbol, title = _stands(told, t)
    price = told["price_cents"]
    worth = "" if price is None else format_amount(Cents(price), Currency(told["currency"]), language)
    asked_at = t("as of {time}").format(time=views.clock(now))  # it stays there, and the ticket is used elsewhere
    figures = [
        (t("Ticket"), number),
        (t("Checked in since"), since),
        (t("Price"), worth),
        (t("Event or admission"), told["event"]),
    ]
    history = told["attempts"]
    return TicketCard(
        signal,
        symbol,
        title,
        " · ".join(part for part in (since, number.replace("…", "…\u2060"), asked_at) if part),
        told["text"],
        told["ticket_number"],
        f"{number}: {title}",
        _actions(house, person, told, t),
        [(words, value) for words, value in figures if value],
        visits_view(history or (), now=now),
        t("The journal cannot be read just now.") if history is None else "",
    )


def _stands(told: Mapping[str, Any], t: views.Says) -> tuple[str, str, str]:
    match told["outcome"], told["checked_in"]:
        case "done", True:
            return "admitted", "tick", t("Checked in")
        case "done", _:
            return "idle", "arrow", t("Not checked in")
        case "refused", _:
            return "refused", "cross", t("E-GUMA tells nothing of this ticket")
    return "checking", "question", t("E-GUMA gave no answer")


def _actions(house: House, person: Person, told: Mapping[str, Any], t: views.Says) -> Sequence[Action]:
    """Return what makes sense by E-GUMA's word, to whom the house lets."""
    if told["checked_in"] is None:
        return ()
    if told["checked_in"]:
        do, action = "check_out", Action("check-out", t("Check out…"))
    else:
        do, action = "check_in", Action("check-in", t("Check in…"))
    return (action,) if may_order(house.desk_rules, person.role, do) else ()

"""
What only the page of a demo has: the gate itself, with vouchers, contacts and faults to play with.

Rules: nothing of it is there on a real gate; what it can scan is what it lies out, and no code that somebody sends.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gate_controller.admission.words.events import Contact
from gate_controller.admission.words.money import Currency
from gate_controller.devices.patterns import LOOKS, Lamp, Mode
from gate_controller.texts import Language, format_amount
from gate_controller.web import views
from gate_controller.web.house import House
from gate_controller.web.people import Role
from gate_controller.web.playground import Holding, Playground, Scene
from gate_controller.web.resources import Resource

_LAMPS: Final = ((Lamp.RED, "red", "Red"), (Lamp.YELLOW, "yellow", "Yellow"), (Lamp.GREEN, "green", "Green"))
_CONTACTS: Final = {
    Contact.EXIT_BUTTON: "Exit button",
    Contact.FIRE: "Fire alarm",
    Contact.SERVICE_KEY: "Service key",
}


@dataclass(frozen=True, slots=True)
class LampView:
    """One lamp: its colour, what it is called, whether it is on, and how."""

    colour: str
    name: str
    is_on: bool
    said: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to press: what is sent, what it says, and whether it is so now."""

    value: str
    words: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class CardView:
    """A voucher as it lies in the fan."""

    code: str
    name: str
    left: str
    bars: str
    """A bar code that looks like its own, as an SVG path of 96 by 20."""


@dataclass(frozen=True, slots=True)
class StageView:
    """Everything that is played, in words."""

    signal: str
    lamps: Sequence[LampView]
    is_open: bool
    said: str
    contacts: Sequence[Choice]
    faults: Sequence[Choice]
    cards: Sequence[CardView]
    charged: str


def stage_view(house: House, scene: Scene, language: Language) -> StageView:
    """Return what is played, as the page shows it."""
    t = views.says(language)
    look = LOOKS[Mode.SEPARATE][scene.signal]
    how = t("flashing") if look.flashes else t("on")
    return StageView(
        views.SIGNALS[scene.signal],
        [
            LampView(colour, t(name), lamp in look.lamps, how if lamp in look.lamps else t("off"))
            for lamp, colour, name in _LAMPS
        ],
        scene.arm_is_open,
        t("The gate is open") if scene.arm_is_open else t("The gate is shut"),
        [
            Choice(contact.name.lower(), t(words), scene.contacts[contact])
            for contact, words in _CONTACTS.items()
            if contact in scene.contacts
        ],
        [Choice(fault, _capitalised(t(fault)), is_on) for fault, is_on in scene.faults.items()],
        [CardView(each.code, t(each.name), _left(each, language), _bars(each.code)) for each in scene.holdings],
        t("E-GUMA’s books: {amount} charged in all").format(amount=views.amount(house, scene.charged, language)),
    )


def _left(holding: Holding, language: Language) -> str:
    return "" if holding.left is None else format_amount(holding.left, Currency(holding.currency), language)


def _capitalised(words: str) -> str:
    return words[:1].upper() + words[1:]


def _bars(code: str) -> str:
    """Return bars of one to three units, a space after each: two bits of each letter say how wide they are."""
    path, at = "", 0
    for letter in (code * 12)[:12]:
        for shift in (0, 2):
            width, gap = 1 + (ord(letter) >> shift) % 3, 1 + (ord(letter) >> shift + 1) % 2
            if at + width > _BARS_WIDE:
                return path
            path += f"M{at} 0h{width}v20h-{width}z"
            at += width + gap
    return path


_BARS_WIDE: Final = 96


def resources(house: House) -> Sequence[Resource]:
    """Return what can be played with; nothing on a gate that is none to play with."""
    playground = house.playground
    if playground is None:
        return ()
    return (
        _resource("scan", lambda value: _scan(playground, value)),
        _resource("contact", lambda value: playground.move(Contact[value.upper()])),
        _resource("fault", playground.let_fail),
    )


def _scan(playground: Playground, code: str) -> None:
    known = {each.code: each.code for each in playground.scene().holdings}
    playground.scan(known[code])


def _resource(what: str, play: Callable[[str], None]) -> Resource:
    return Resource(f"/playground/{what}", _answering(what, play), Role.TECHNICIAN, method="POST")


def _answering(what: str, play: Callable[[str], None]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            asked = await request.json()
            play(asked[what])
        except (ValueError, TypeError, AttributeError, LookupError, RecursionError):
            return JSONResponse({"error": f"{what}: take one that the page shows"}, 400)
        return Response(status_code=204)

    return answer

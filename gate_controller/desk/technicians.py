"""
What technicians try at a gate: its pictures, and lamps, buzzer and display of a gate that runs.

Rules: nothing is tried while a visitor is served or the gate stands open for everybody; a message of the gate's own
ends a trial at once; and what the gate had to show comes back after it. Nothing here bears on money.
"""

import asyncio
import contextlib
import logging
import math
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, TypeVar

from gate_controller.admission.gate.gate import Gate
from gate_controller.admission.words.messages import HOLDS, Message, MessageKind, Signal, Sound, Symbol
from gate_controller.admission.words.money import Cents
from gate_controller.desk.control_socket import AskedWrongly, ControlError
from gate_controller.desk.given_orders import GivenOrders
from gate_controller.devices.display.card import Card, Face
from gate_controller.devices.errors import DeviceError
from gate_controller.settings import Settings
from gate_controller.shell.degraded import Degraded
from gate_controller.shell.fittings import absent
from gate_controller.shell.front import RESTING, Front, card_of
from gate_controller.texts import Language, Texts, format_amount

_log = logging.getLogger(__name__)

_Closed = TypeVar("_Closed", Signal, Sound)

MOST_SECONDS = 60.0
"""The longest that one trial at a running gate takes, in seconds: whoever asked for it may be gone."""

# Every letter of the language, so that one that a display lacks is seen; each fits on a few pages.
_LETTERS: Mapping[Language, tuple[str, str]] = {
    Language.DE: ("Anzeigetest", "Zwölf Boxkämpfer jagen Viktor quer über den grossen Sylter Deich: ÄÖÜ, «äöü»."),
    Language.FR: ("Test d’affichage", "Voix ambiguë d’un cœur qui, au zéphyr, préfère les jattes de kiwis: àâçèêîôù."),
    Language.IT: ("Prova display", "Quel fez sghembo copre davanti: à è é ì ò ù, «perché», J K W X Y."),
    Language.EN: ("Display test", "The quick brown fox jumps over the lazy dog: 0123456789, “it’s”."),
}

# E-GUMA's texts have no known limit; this one needs several pages on most displays.
LONG_TEXT = (
    "Dieser Gutschein ist seit dem 31.12.2025 abgelaufen und kann nicht mehr eingelöst werden. Bitte wenden Sie sich "
    "mit dem Gutschein und der Quittung an die Kasse beim Haupteingang; sie ist täglich von 8.30 bis 17.00 Uhr offen."
)

_FINGERPRINT = "[0-9A-F]{64}"

_AMOUNT, _LEFT = Cents(123_450), Cents(47_500)


def pictures(texts: Texts, price: Cents) -> dict[str, Card]:
    """Return what is tried on a display, in order: a test picture in each language of the house, and three messages."""
    symbols = (Symbol.SCAN, Symbol.CLOCK, Symbol.HAND, Symbol.ARROW)
    cards = {
        f"test picture {language}": Card(
            symbols[place % len(symbols)],
            Signal.IDLE,
            (Face(*_LETTERS[language], format_amount(_AMOUNT, texts.currency, language)),),
        )
        for place, language in enumerate(texts.languages)
    }
    messages = {
        "admitted": Message(MessageKind.ADMITTED, price, _LEFT),
        "refused": Message(MessageKind.NOT_REDEEMABLE, price, eguma_text=LONG_TEXT, incident="TEST1"),
        "idle": Message(MessageKind.IDLE, price),
    }
    return cards | {name: card_of(message, texts) for name, message in messages.items()}


_EACH_SECONDS: Final = 1.0
"""How long each step of a trial of a whole device takes: a technician stands before it."""

TRIALS: Final[Mapping[str, Sequence[tuple[str, Mapping[str, str]]]]] = {
    "lamps": [("try_lamps", {"signal": signal.name}) for signal in Signal],
    "sound": [("try_buzzer", {"sound": sound.name}) for sound in Sound],
    "display": [("try_display", {"picture": name}) for name in ("admitted", "refused", "idle")],
}
"""What can be tried as a whole: its steps, each a request of its own."""


class Trials:
    """What technicians may try on the front of a running gate, while it tells nobody anything."""

    def __init__(
        self, front: Front, texts: Texts, settings: Settings, *, gate: Gate, degraded: Degraded, given: GivenOrders
    ) -> None:
        """`given` remembers what was tried as a whole, by the name that its giver chose."""
        self._front = front
        self._texts = texts
        self._absent = absent(settings)
        self._gate = gate
        self._degraded = degraded
        self._given = given
        self._trial: asyncio.Future[str] | None = None

    def end(self) -> None:
        """Break a trial off, for the gate stops."""
        self._break_off("the gate is being stopped")

    def answerers(self) -> Mapping[str, Callable[[dict[str, Any]], Awaitable[Any]]]:
        """Return what can be asked, by the name of each request. Each answers when its trial is over."""
        return {
            "try_lamps": self._try_lamps,
            "try_buzzer": self._try_buzzer,
            "try_display": self._try_display,
            "show_fingerprint": self._show_fingerprint,
            "try": self._given.once("try", self._try_whole),
        }

    async def _try_whole(self, request: dict[str, Any]) -> str:
        """Try everything that `what` can do, step by step."""
        if (steps := TRIALS.get(str(request.get("what")))) is None:
            raise AskedWrongly(f"what: take {', '.join(TRIALS)}")
        answerers = self.answerers()
        for do, step in steps:
            await answerers[do]({**step, "seconds": _EACH_SECONDS})
        return "tried"

    async def _try_lamps(self, request: dict[str, Any]) -> None:
        signal = _one_of(Signal, request.get("signal"))
        await self._try("lamps", request, lambda: self._front.light(signal), self._light_again)

    async def _try_buzzer(self, request: dict[str, Any]) -> None:
        sound = _one_of(Sound, request.get("sound"))
        await self._try("buzzer", request, lambda: self._front.sound(sound), lambda: None)

    async def _try_display(self, request: dict[str, Any]) -> list[str]:
        """Show one picture; asked for none, return the names of all."""
        if (name := request.get("picture")) is None:
            return list(self._cards)
        if name not in (cards := self._cards):
            raise ControlError(f"the running gate has no picture {name!r}: is it of another version?")
        await self._try("display", request, lambda: self._front.display(cards[name]), self._display_again)
        if fault := self._degraded.why("display"):
            raise ControlError(fault)
        return []

    @property
    def _cards(self) -> dict[str, Card]:
        return pictures(self._texts, self._gate.policy.price)

    async def _show_fingerprint(self, request: dict[str, Any]) -> None:
        """Show the fingerprint of the page's certificate, for who compares it with what his browser says."""
        digits = str(request.get("fingerprint", "")).replace(":", "").upper()
        if not re.fullmatch(_FINGERPRINT, digits):
            raise ControlError("this is no fingerprint: it has 64 hexadecimal digits")
        groups = " ".join(digits[place : place + 4] for place in range(0, len(digits), 4))
        card = Card(Symbol.HAND, Signal.IDLE, (Face("SHA-256", groups, ""),))
        await self._try("display", request, lambda: self._front.display(card), self._display_again)

    async def _try(
        self, what: str, request: dict[str, Any], begin: Callable[[], None], undo: Callable[[], None]
    ) -> None:
        seconds = _seconds(request.get("seconds"))
        if objection := self._objection(what):
            raise ControlError(f"gate: {objection}")
        self._trial = trial = asyncio.get_running_loop().create_future()
        self._front.interrupt = partial(
            self._break_off, "a visitor came, or the gate has something else to tell: try it again"
        )
        _log.info("trial=begun what=%s", what)
        try:
            begin()
            async with asyncio.timeout(seconds):
                why = await asyncio.shield(trial)
        except DeviceError as error:
            raise ControlError(str(error)) from None
        except TimeoutError:
            return
        finally:
            if self._trial is trial:
                self._trial = self._front.interrupt = None
                undo()
        raise ControlError(f"gate: the test was broken off: {why}")

    def _objection(self, what: str) -> str:
        if what in self._absent:
            return f"no {what}: {self._absent[what]}"
        if self._trial is not None:
            return "another test is under way: wait for its end"
        if HOLDS & self._gate.faults.keys():
            return "it stands open for everybody, and must go on saying so: test it later"
        shown = self._front.message
        if self._gate.lane is not None or (shown is not None and shown.kind not in RESTING):
            return "a visitor is being served: wait until the lane is free"
        return ""

    def _break_off(self, why: str) -> None:
        trial, self._trial = self._trial, None
        if trial is not None and not trial.done():
            trial.set_result(why)

    def _light_again(self) -> None:
        with contextlib.suppress(DeviceError):  # it was told when the signal was shown first
            self._front.light(self._front.signal)

    def _display_again(self) -> None:
        if self._front.message is not None:
            self._front.display(card_of(self._front.message, self._texts))


def _one_of(kind: type[_Closed], name: object) -> _Closed:
    try:
        return kind[str(name)]
    except KeyError:
        raise ControlError(f"the running gate knows no {name!r} to try: is it of another version?") from None


def _seconds(asked: object) -> float:
    seconds = float(asked) if isinstance(asked, int | float) else math.nan
    if not 0 < seconds <= MOST_SECONDS:  # also false for NaN
        raise ControlError(f"a test of {asked} s: ask for more than 0 and at most {MOST_SECONDS:.0f} s")
    return seconds

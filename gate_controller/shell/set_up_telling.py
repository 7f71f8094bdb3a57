"""What a gate says while it is set up by codes: over what its display says at rest, and never over a visitor's."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Final

from gate_controller.admission.gate.gate import Gate
from gate_controller.admission.words.messages import Fault, Signal, Sound, Symbol
from gate_controller.admission.words.money import Cents
from gate_controller.devices.display.card import Card, Face
from gate_controller.devices.errors import DeviceError
from gate_controller.settings.mistakes import KEY
from gate_controller.settings.provisioning.content import Content
from gate_controller.shell.front import RESTING, Front, card_of
from gate_controller.texts import Language, Texts, format_amount
from gate_controller.texts.set_up_table import SetUpMessage
from gate_controller.texts.set_up_words import Changes, changes_in, set_up_words

_log = logging.getLogger(__name__)

_SHOWN_SECONDS: Final[Mapping[SetUpMessage, float]] = {
    SetUpMessage.PARTS: 60.0,
    SetUpMessage.WANTS_PASSPHRASE: 120.0,
    SetUpMessage.CONFIRM: 300.0,
    SetUpMessage.ASKS_HOUSE: 60.0,
    SetUpMessage.DONE: 60.0,
}
_REFUSAL_SECONDS = 8.0
_ASKS_FOR_MORE = frozenset(
    {SetUpMessage.PARTS, SetUpMessage.WANTS_PASSPHRASE, SetUpMessage.CONFIRM, SetUpMessage.ASKS_HOUSE}
)


class SetUpTelling:
    """Says what becomes of set-up codes. Everything happens in the event loop."""

    def __init__(self, gate: Gate, front: Front, texts: Texts) -> None:
        self._gate = gate
        self._front = front
        self._texts = texts
        self._shown: asyncio.TimerHandle | None = None

    def tell(self, message: SetUpMessage, content: Content | None = None, **values: object) -> None:
        """Say a message; `content` is what would change, `values` are those of its words."""
        if Fault.FIRE in self._gate.faults or self._gate.visitors.lane:
            return  # what the display says now is more important
        interrupt = self._front.interrupt
        if interrupt is not None and interrupt != self._interrupted:
            interrupt()
        asks = message in _ASKS_FOR_MORE
        is_good = asks or message is SetUpMessage.DONE
        symbol = Symbol.SCAN if asks else Symbol.TICK if is_good else Symbol.HAND
        signal = Signal.CHECKING if asks else Signal.ADMITTED if is_good else Signal.REFUSED
        faces = tuple(self._face(message, language, content, values) for language in self._texts.languages)
        try:
            self._front.display(Card(symbol, signal, faces))
            self._front.light(signal)
            self._front.sound(Sound.WAIT if asks else Sound.ADMITTED if is_good else Sound.REFUSED)
        except DeviceError as error:
            _log.debug("provisioning=not_told why=%r", str(error))
        if self._shown is not None:
            self._shown.cancel()
        seconds = _SHOWN_SECONDS.get(message, _REFUSAL_SECONDS)
        self._shown = asyncio.get_running_loop().call_later(seconds, self._show_again)
        self._front.interrupt = self._interrupted

    def _face(
        self, message: SetUpMessage, language: Language, content: Content | None, values: Mapping[str, object]
    ) -> Face:
        if content is not None:
            house = str(values.get("house", ""))
            values = {"changes": changes_in(self._changes(content, language, house), language)}
        words = set_up_words(message, language, **values)
        return Face(words.title, words.detail, "", Face(words.title, words.short, ""))

    def _changes(self, content: Content, language: Language, house: str) -> Changes:
        given = dict(content.settings)
        gate, price = given.pop("id", ""), given.pop("admission.price_cents", None)
        has_key = given.pop(KEY, None) is not None
        currency = self._texts.currency
        if "admission.currency" in given:
            currency = type(currency)(str(given.pop("admission.currency")).upper())
        shown = format_amount(Cents(int(str(price))), currency, language) if price is not None else ""
        networks = tuple(network.ssid for network in content.networks)
        return Changes(str(gate), shown, networks, has_key, len(content.people), len(given), house)

    def _interrupted(self) -> None:
        if self._shown is not None:
            self._shown.cancel()
            self._shown = None

    def _show_again(self) -> None:
        self._shown = None
        front = self._front
        if front.interrupt == self._interrupted:
            front.interrupt = None
        if front.message is None or front.message.kind not in RESTING:
            return
        front.display(card_of(front.message, self._texts))
        try:
            front.light(front.signal)
        except DeviceError as error:
            _log.debug("provisioning=not_told why=%r", str(error))

"""
What the visitor sees and hears of a message: lamps, sound, display, and the log line.

A device that fails degrades the gate; it never stops it, and never holds up what comes next.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from gate_controller.admission.words.messages import HOLDS, Fault, Message, MessageKind, Signal, Sound
from gate_controller.devices.buzzer import Buzzer
from gate_controller.devices.display.card import Card, Face
from gate_controller.devices.errors import DeviceError
from gate_controller.devices.lamps import Lamps
from gate_controller.texts import Text, Texts

if TYPE_CHECKING:
    from gate_controller.devices.display.player import Player

_log = logging.getLogger(__name__)

QUIET = "the buzzer is silent now: these are the quiet hours of buzzer.quiet: try it later, or without them"

RESTING = frozenset({MessageKind.IDLE, MessageKind.OUT_OF_SERVICE})
"""What a gate shows while it tells nobody anything."""


class Front:
    """Shows messages by lamps, buzzer and display."""

    def __init__(
        self,
        texts: Texts,
        lamps: Lamps,
        *,
        buzzer: Buzzer | None = None,
        player: "Player | None" = None,
        on_text: Callable[[Message, Text], None] | None = None,
        on_fault: Callable[[str, str | None], None] = lambda _what, _why: None,
    ) -> None:
        """
        `on_text` is told of every message and its words in the house's first language; `on_fault` of a device that
        fails, and why, or with None that it works again. The display tells that itself.
        """
        self._texts = texts
        self._lamps = lamps
        self._buzzer = buzzer
        self._player = player
        self._on_text = on_text
        self._on_fault = on_fault
        self._fault: Fault | None = None
        """That of the message shown last."""

    def show(self, message: Message) -> None:
        """Show a message; never raises for a device's sake."""
        if message.signal is not None:
            try:
                self.light(message.signal)
            except DeviceError as error:
                self._on_fault("lamps", str(error))
            else:
                if not self._lamps.is_failing:
                    self._on_fault("lamps", None)
        if self._buzzer is not None and message.sound is not None:
            try:
                self._buzzer.play(message.sound)
            except DeviceError as error:
                self._on_fault("buzzer", str(error))
            else:
                if not self._buzzer.is_failing:
                    self._on_fault("buzzer", None)
        if self._player is not None:
            card = card_of(message, self._texts)
            # An alarm does not wait until a verdict has been read, nor does its end.
            if HOLDS & {message.fault, self._fault}:
                show_at_once(self._player, card)
            else:
                self._player.show(card)
        self._fault = message.fault
        text = self._texts.render(message)
        _log.info("display=%s title=%r detail=%r money=%r", message.kind.name.lower(), *_words(text))
        if self._on_text is not None:
            self._on_text(message, text)

    def light(self, signal: Signal) -> None:
        """Let the lamps show a signal. Raises `DeviceError`."""
        self._lamps.show(signal)

    def sound(self, sound: Sound) -> None:
        """Let the buzzer play a sound. Raises `DeviceError`, in quiet hours too."""
        if self._buzzer is None:
            return
        if self._buzzer.is_quiet:
            raise DeviceError(QUIET)
        self._buzzer.play(sound)

    def display(self, card: Card) -> None:
        """Let the display show a card at once, whatever is still to be read."""
        if self._player is not None:
            show_at_once(self._player, card)


def show_at_once(player: "Player", card: Card) -> None:
    """Show a card without waiting until the one before has been read, as a resting one does."""
    if card.is_resting:
        player.show(replace(card, is_resting=False))
    player.show(card)


def card_of(message: Message, texts: Texts) -> Card:
    """Return a message as displays get it, in every language of the house."""
    return Card(
        message.symbol,
        message.signal,
        tuple(Face(*_words(texts.render(message, language))) for language in texts.languages),
        is_resting=message.kind in RESTING,
    )


def _words(text: Text) -> tuple[str, str, str]:
    return text.title, text.detail, text.money

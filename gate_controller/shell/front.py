"""
What the visitor sees and hears of a message: lamps, sound, display, and the log line.

A device that fails degrades the gate; it never stops it, and never holds up what comes next.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from gate_controller.admission.words.messages import HOLDS, Message, MessageKind, MoneyFate, Signal, Sound
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
        wall: Callable[[], float] = time.time,
        on_text: Callable[[Message, Text], None] | None = None,
        on_fault: Callable[[str, str | None], None] = lambda _what, _why: None,
    ) -> None:
        """
        `wall` is the clock that tells later when a verdict was told. `on_text` is told of every message and its words
        in the house's first language; `on_fault` of a device that fails, and why, or with None that it works again. The
        display tells that itself.
        """
        self._texts = texts
        self._lamps = lamps
        self._buzzer = buzzer
        self._player = player
        self._wall = wall
        self._on_text = on_text
        self._on_fault = on_fault
        self._failing: set[str] = set()
        # Idle, checking, out of service: told again and again, and checking while somebody waits for E-GUMA's answer.
        self._card = lru_cache(maxsize=16)(partial(card_of, texts=texts))
        self.message: Message | None = None
        """The one shown last."""
        self.signal = Signal.IDLE
        """What the lamps show with it."""
        self.interrupt: Callable[[], None] | None = None
        """
        Called by the next message, once: somebody is trying lamps or display, and has to stop. What the message does
        not bring by itself is then shown as it was before.
        """

    def show(self, message: Message) -> None:
        """Show a message; never raises for a device's sake."""
        before, self.message = self.message, message
        interrupt, self.interrupt = self.interrupt, None
        if interrupt is not None:
            interrupt()
        signal = message.signal
        if signal is not None or interrupt is not None:
            self.signal = signal or self.signal
            self._try("lamps", self._lamps, lambda: self.light(self.signal))
        buzzer, sound = self._buzzer, message.sound
        if buzzer is not None and sound is not None:
            self._try("buzzer", buzzer, lambda: buzzer.play(sound))
        if self._player is not None:
            is_verdict = message.fate is not MoneyFate.NOTHING_YET
            card = card_of(message, self._texts, self._wall()) if is_verdict else self._card(message)
            # Beside an alarm nothing else is told, nor after it; nor does a picture that was tried leave anything.
            is_alarm = HOLDS & {message.fault, before.fault if before is not None else None}
            if is_alarm or (interrupt is not None and card.is_resting):
                show_at_once(self._player, card)
            else:
                self._player.show(card)
        # The verdict's own line of the log says what happened; the words are for whoever follows the display.
        if self._on_text is not None or _log.isEnabledFor(logging.DEBUG):
            text = self._texts.render(message)
            _log.debug("display=%s title=%r detail=%r money=%r", message.kind.name.lower(), *_words(text))
            if self._on_text is not None:
                self._on_text(message, text)

    def _try(self, what: str, device: Lamps | Buzzer, act: Callable[[], None]) -> None:
        try:
            act()
        except DeviceError as error:
            self._failing.add(what)
            self._on_fault(what, str(error))
        else:
            if what in self._failing and not device.is_failing:
                self._failing.discard(what)
                self._on_fault(what, None)

    def again(self) -> None:
        """Show what is shown in the words of now, which others have changed; no lamp and no sound comes of it."""
        self._card.cache_clear()
        if self._player is not None and self.message is not None and self.interrupt is None:
            self.display(card_of(self.message, self._texts))

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
        """Let the display show a card, and nothing of the one before."""
        if self._player is not None:
            show_at_once(self._player, card)


def show_at_once(player: "Player", card: Card) -> None:
    """Show a card alone, a resting one too: nothing of the card before stays with it."""
    if card.is_resting:
        player.show(replace(card, is_resting=False))
    player.show(card)


def card_of(message: Message, texts: Texts, wall: float | None = None) -> Card:
    """
    Return a message as displays get it, in every language of the house.

    With the moment (wall clock) it knows what stays true of it afterwards.
    """
    afterwards = None
    if wall is not None:
        at = time.localtime(wall)
        later = [texts.afterwards(message, at.tm_hour, at.tm_min, language) for language in texts.languages]
        if faces := tuple(_face(text) for text in later if text is not None):
            afterwards = Card(message.symbol, Signal.IDLE, faces, is_resting=True)
    return Card(
        message.symbol,
        message.signal,
        tuple(_face(texts.render(message, language)) for language in texts.languages),
        is_resting=message.kind in RESTING,
        afterwards=afterwards,
    )


def _face(text: Text) -> Face:
    return Face(*_words(text), _face(text.short) if text.short is not None else None)


def _words(text: Text) -> tuple[str, str, str]:
    return text.title, text.detail, text.money

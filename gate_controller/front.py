"""
What the visitor sees of a message: words, in the log line for now, and lamps.

A lamp that fails degrades the gate; it never stops it, and never holds up what comes next.
"""

import logging
from collections.abc import Callable

from gate_controller.admission.messages import Message
from gate_controller.devices.errors import DeviceError
from gate_controller.devices.lamps import Lamps
from gate_controller.texts import Text, Texts

_log = logging.getLogger(__name__)


class Front:
    """Shows messages by display and lamps."""

    def __init__(self, texts: Texts, lamps: Lamps, on_text: Callable[[Message, Text], None] | None = None) -> None:
        """`on_text` is told of every message and its words in the house's first language."""
        self._texts = texts
        self._lamps = lamps
        self._on_text = on_text

    def show(self, message: Message) -> None:
        """Show a message; never raises for a device's sake."""
        if message.signal is not None:
            try:
                self._lamps.show(message.signal)
            except DeviceError as error:
                _log.warning("lamps=failed why=%r", str(error))
        text = self._texts.render(message)
        _log.info("display=%s title=%r detail=%r money=%r", message.kind.name.lower(), *_words(text))
        if self._on_text is not None:
            self._on_text(message, text)


def _words(text: Text) -> tuple[str, str, str]:
    return text.title, text.detail, text.money

"""
A message becomes a text: the language's wording with amounts, incident code and E-GUMA's own words put in.

Rules: every message in every language gives a text, whatever it leaves empty; E-GUMA's text is passed on
character for character, for only the merchant knows what it means.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gate_controller.admission.words.messages import Message, MessageKind
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.texts import de, en, fr, it
from gate_controller.texts.amounts import format_amount
from gate_controller.texts.languages import Language
from gate_controller.texts.wording import Wording, Words, placeholders

WORDINGS: Final[Mapping[Language, Wording]] = {
    Language.DE: de.WORDING,
    Language.FR: fr.WORDING,
    Language.IT: it.WORDING,
    Language.EN: en.WORDING,
}

_NO_BREAK = "\N{NO-BREAK SPACE}"
_SAID_BY_FAULT = frozenset({MessageKind.OUT_OF_SERVICE, MessageKind.REFUSED_OUT_OF_SERVICE})


@dataclass(frozen=True, slots=True)
class Text:
    """What a display shows for one message, in one language."""

    title: str
    detail: str
    money: str
    """What happened to the money; empty only while nothing has been decided (`MoneyFate.NOTHING_YET`)."""


class Texts:
    """The gate's texts: messages in, words out, in the house's languages and its currency."""

    def __init__(self, languages: Sequence[Language], currency: Currency, gate_name: str | None = None) -> None:
        """
        `languages` is the house's order; the first is the default. Raises ValueError where it is empty. `gate_name` is
        what people call the gate: it stands beside an incident code, which another gate of the house may give too.
        """
        if not languages:
            raise ValueError("no language to speak: name at least one of de, fr, it, en in display.languages")
        self.languages: Final = tuple(languages)
        self.currency: Final = currency
        self._beside_code = "" if gate_name is None else f" ({gate_name.replace(' ', _NO_BREAK)})"

    def render(self, message: Message, language: Language | None = None) -> Text:
        """Return `message` in `language`, or in the house's first. Takes microseconds and never waits."""
        language = language or self.languages[0]
        wording = WORDINGS[language]
        fields = self._fields(message, language, wording)
        words = _words(message, wording)
        return Text(
            title=words.title.format_map(fields),
            detail=_fitting(words, fields).format_map(fields),
            money=wording.money[message.fate].format_map(fields),
        )

    def _fields(self, message: Message, language: Language, wording: Wording) -> dict[str, str]:
        """Return the placeholders that have a value: what is not known is not in it."""

        def amount(cents: Cents) -> str:
            return format_amount(cents, self.currency, language)

        fields = {"price": amount(message.price), "currency": self.currency.value, "incident": "", "left": ""}
        if message.incident:
            fields["incident"] = wording.incident.format(code=f"{message.incident}{self._beside_code}")
        if message.balance is not None:
            fields["balance"] = amount(message.balance)
            fields["left"] = wording.left.format(balance=fields["balance"])
        if message.seconds is not None:
            fields["seconds"] = str(message.seconds)
        if message.eguma_text.strip():  # blanks alone tell the visitor nothing
            fields["eguma_text"] = message.eguma_text
        return fields


def _words(message: Message, wording: Wording) -> Words:
    if message.fault is not None and message.kind in _SAID_BY_FAULT:
        return wording.faults[message.fault]
    return wording.messages[message.kind]


def _fitting(words: Words, fields: Mapping[str, str]) -> str:
    return words.detail if placeholders(words.detail) <= fields.keys() else words.bare

"""
A message becomes a text: the language's wording with amounts, incident code and E-GUMA's own words put in.

A text comes in full and in short, for displays that have no room for all of it, and as what is still true of it when
the gate rests. Rules: every message in every language gives a text, whatever it leaves empty; E-GUMA's text is passed
on character for character, for only the merchant knows what it means.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.messages import Message, MessageKind, MoneyFate
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.texts import de, en, fr, it
from gate_controller.texts.amounts import format_amount, format_sum
from gate_controller.texts.languages import Language
from gate_controller.texts.wording import FateWords, Wording, Words, placeholders

WORDINGS: Final[Mapping[Language, Wording]] = {
    Language.DE: de.WORDING,
    Language.FR: fr.WORDING,
    Language.IT: it.WORDING,
    Language.EN: en.WORDING,
}

# A time of day says which moment is meant while it is less than a day away; beyond that it would mislead.
_SAME_CLOCK_SECONDS = 20 * 3600.0

_NO_BREAK = "\N{NO-BREAK SPACE}"
_SAID_BY_FAULT = frozenset({MessageKind.OUT_OF_SERVICE, MessageKind.REFUSED_OUT_OF_SERVICE})


# Whoever was let in: when the gate rests, the title says when that was.
_ADMITTED = frozenset(
    {MessageKind.ADMITTED, MessageKind.ADMITTED_ON_CREDIT, MessageKind.ADMITTED_FREE, MessageKind.TICKET_ADMITTED}
)


@frozen
class Text:
    """What a display shows for one message, in one language."""

    title: str
    detail: str
    money: str
    """What happened to the money; empty only while nothing has been decided (`MoneyFate.NOTHING_YET`)."""
    short: "Text | None" = None
    """The same in fewer words; None where there are no fewer."""


class Texts:
    """The gate's texts: messages in, words out, in the house's languages and its currency."""

    def __init__(self, languages: Sequence[Language], currency: Currency, gate_name: str | None = None) -> None:
        """
        `languages` is the house's order; the first is the default. Raises ValueError where it is empty. `gate_name` is
        what people call the gate: it stands beside an incident code, which another gate of the house may give too.
        """
        if not languages:
            raise ValueError("no language to speak: name at least one of de, fr, it, en in display.languages")
        self.languages = tuple(languages)
        self.currency: Final = currency
        self._beside_code = ""
        self.speak(languages, gate_name)

    def speak(self, languages: Sequence[Language], gate_name: str | None) -> None:
        """Speak other languages from here on, and call the gate by another name."""
        self.languages = tuple(languages)
        self._beside_code = "" if gate_name is None else f" ({gate_name.replace(' ', _NO_BREAK)})"

    def render(self, message: Message, language: Language | None = None) -> Text:
        """Return `message` in `language`, or in the house's first. Takes microseconds and never waits."""
        return self._parts(message, language).now()

    def afterwards(self, message: Message, hour: int, minute: int, language: Language | None = None) -> Text | None:
        """
        Return what stays true of a verdict that was told at this time of day; None where nothing does.

        What was charged stays so, and what was to be done; "go through" and "in a minute" do not.
        """
        if message.fate is MoneyFate.NOTHING_YET or message.kind is MessageKind.REFUSED_OUT_OF_SERVICE:
            return None  # what a refusal says of the gate ends with the fault, and nothing was charged
        return self._parts(message, language).later(hour, minute)

    def _parts(self, message: Message, language: Language | None) -> "_Parts":
        language = language or self.languages[0]
        wording = WORDINGS[language]
        words = wording.messages[message.kind]
        if message.fault is not None and message.kind in _SAID_BY_FAULT:
            words = wording.faults[message.fault]
        return _Parts(message, wording, words, *self._fields(message, language, wording))

    def _fields(
        self, message: Message, language: Language, wording: Wording
    ) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Return the placeholders that have a value, in full and in short: what is not known is not among them."""

        def amount(cents: Cents) -> str:
            return format_amount(cents, self.currency, language)

        fields = {
            "price": amount(message.price),
            "sum": format_sum(message.price, self.currency, language),
            "currency": self.currency.value,
            "incident": "",
            "left": "",
            "of_total": "",
            "holds": "",
        }
        if message.eguma_text.strip():  # blanks alone tell the visitor nothing
            fields["eguma_text"] = message.eguma_text
        if message.staff_text.strip():
            fields["staff_text"] = message.staff_text
        if words := _of_language(message.house_texts, language).strip():
            fields["house_text"] = words
        if message.valid_day is not None:
            # So do E-GUMA's own texts, in each language.
            fields["valid_day"] = ".".join(reversed(message.valid_day.split("-")))
        if message.until is not None and message.until - time.time() < _SAME_CLOCK_SECONDS:
            at = time.localtime(message.until)
            fields["until"] = wording.clock.format(hour=at.tm_hour, minute=at.tm_min)
        if message.since is not None and abs(time.time() - message.since) < _SAME_CLOCK_SECONDS:
            at = time.localtime(message.since)
            fields["since"] = wording.clock.format(hour=at.tm_hour, minute=at.tm_min)
        if message.seconds is not None:
            fields["seconds"] = str(message.seconds)
        short = dict(fields)
        if message.incident:
            code = f"{message.incident}{self._beside_code}"
            fields["incident"] = wording.incident.format(code=code)
            short["incident"] = wording.short_incident.format(code=code)
        if message.total is not None:
            fields["of_total"] = wording.of_total.format(total=amount(message.total))
            whole = format_sum(message.total, self.currency, language)
            short["of_total"] = wording.short_of_total.format(whole=whole)
        if message.balance is not None:
            fields["balance"] = amount(message.balance)
            fields["left"] = wording.left.format(balance=fields["balance"])
            short["rest"] = format_sum(message.balance, self.currency, language)
            short["left"] = wording.short_left.format(rest=short["rest"])
            fields["holds"] = wording.holds.format(balance=fields["balance"], of_total=fields["of_total"])
            short["holds"] = wording.short_holds.format(rest=short["rest"], of_total=short["of_total"])
        return fields, short


@frozen
class _Parts:
    """What a text is made of: the words of a message, and the fields to put in, in full and in short."""

    message: Message
    wording: Wording
    words: Words
    full: Mapping[str, str]
    short: Mapping[str, str]

    @property
    def money(self) -> FateWords:
        return self.wording.money[self.message.fate]

    def now(self) -> Text:
        words, money = self.words, self.money
        short = self._short(words.short_title or words.title, self._short_detail(), money.short or money.full)
        return self._text(words.title, self._detail(), money.full, short)

    def later(self, hour: int, minute: int) -> Text:
        words, money = self.words, self.money
        time = self.wording.clock.format(hour=hour, minute=minute)
        at = self.wording.admitted_at if self.message.kind in _ADMITTED else self.wording.told_at
        title = at.format(time=time)
        detail = words.later
        if detail is None or not placeholders(detail) <= self.full.keys():
            detail = f"{words.title}. {self._detail()}"
        short_detail = words.later_short
        if short_detail is None or not placeholders(short_detail) <= self.short.keys():
            short_detail = self._short_detail()
        short_money = money.later_short or money.short or money.later or money.full
        return self._text(title, detail, money.later or money.full, self._short(title, short_detail, short_money))

    def _detail(self) -> str:
        words = self.words
        return words.detail if placeholders(words.detail) <= self.full.keys() else words.bare

    def _short_detail(self) -> str:
        words, detail = self.words, self._detail()
        short = words.short if detail == words.detail else words.short_bare
        if short is not None and placeholders(short) <= self.short.keys():
            return short
        return detail

    def _short(self, title: str, detail: str, money: str) -> Text:
        return _filled(self.short, title, detail, money)

    def _text(self, title: str, detail: str, money: str, short: Text) -> Text:
        text = _filled(self.full, title, detail, money)
        return text if short == text else replace(text, short=short)


def _of_language(texts: Sequence[tuple[str, str]], language: Language) -> str:
    """Return the house's words in a language, else in the first one that it has written them in."""
    known = dict(texts)
    return known.get(language.value, next(iter(known.values()), ""))


def _filled(fields: Mapping[str, str], title: str, detail: str, money: str) -> Text:
    return Text(title.format_map(fields), detail.format_map(fields), money.format_map(fields))

"""Every message has its words in every language: complete, short, well spelt, as the committed page shows."""

import re
from collections.abc import Iterator
from itertools import product

import pytest

from gate_controller.admission.words.messages import Fault, Message, MessageKind, MoneyFate
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.texts import Language, Texts
from gate_controller.texts.rendering import WORDINGS
from gate_controller.texts.wording import Wording, placeholders
from tests.texts.wording import PAGE, examples, page

LCD_LINE = 16
"""Characters on a line of the smallest display (HD44780, 16x2)."""
LONGEST_DETAIL = 125
LONGEST_MONEY = 80

LANGUAGES = pytest.mark.parametrize("language", Language)
KINDS = pytest.mark.parametrize("kind", MessageKind, ids=lambda kind: kind.name)
FAULTS = pytest.mark.parametrize("fault", Fault, ids=lambda fault: fault.name)
FATES = pytest.mark.parametrize("fate", MoneyFate, ids=lambda fate: fate.name)


def all_strings(wording: Wording) -> Iterator[str]:
    for words in (*wording.messages.values(), *wording.faults.values()):
        yield from (words.title, words.detail, words.bare)
    yield from (*wording.money.values(), wording.incident, wording.left)


@LANGUAGES
@KINDS
def test_every_message_has_a_title_and_a_detail(language: Language, kind: MessageKind) -> None:
    text = Texts([language], Currency.CHF).render(Message(kind))
    assert text.title
    assert text.detail


@LANGUAGES
@FAULTS
@pytest.mark.parametrize("kind", [MessageKind.OUT_OF_SERVICE, MessageKind.REFUSED_OUT_OF_SERVICE])
def test_every_fault_has_a_title_and_a_detail(language: Language, fault: Fault, kind: MessageKind) -> None:
    text = Texts([language], Currency.CHF).render(Message(kind, fault=fault))
    assert text.title == WORDINGS[language].faults[fault].title
    assert text.detail == WORDINGS[language].faults[fault].detail


@LANGUAGES
@FATES
def test_every_fate_of_the_money_has_a_sentence_unless_nothing_is_decided(language: Language, fate: MoneyFate) -> None:
    assert bool(WORDINGS[language].money[fate]) == (fate is not MoneyFate.NOTHING_YET)


@LANGUAGES
@KINDS
def test_every_verdict_says_what_happened_to_the_money(language: Language, kind: MessageKind) -> None:
    money = Texts([language], Currency.CHF).render(Message(kind)).money
    assert bool(money) == (kind.telling.fate is not MoneyFate.NOTHING_YET)


@LANGUAGES
def test_no_two_fates_sound_the_same(language: Language) -> None:
    sentences = list(WORDINGS[language].money.values())
    assert len(set(sentences)) == len(sentences)


@LANGUAGES
def test_titles_fit_one_line_of_the_smallest_display(language: Language) -> None:
    wording = WORDINGS[language]
    titles = [words.title for words in (*wording.messages.values(), *wording.faults.values())]
    assert [title for title in titles if len(title) > LCD_LINE] == []


@LANGUAGES
@pytest.mark.parametrize("message", [m for _, m in examples()], ids=[name for name, _ in examples()])
def test_a_text_is_short_and_whole(language: Language, message: Message) -> None:
    text = Texts([language], Currency.CHF).render(message)
    assert len(text.detail) <= LONGEST_DETAIL
    assert len(text.money) <= LONGEST_MONEY
    for part in (text.title, text.detail, text.money):
        assert not set(part) & set("{}")
        assert part == part.strip()
        assert "  " not in part
    assert text.detail.endswith(".")
    assert text.money == "" or text.money.endswith(".")


@LANGUAGES
def test_a_detail_that_names_what_may_be_unknown_has_a_bare_form_that_does_not(language: Language) -> None:
    unknown = {"balance", "eguma_text", "seconds"}
    for words in WORDINGS[language].messages.values():
        assert bool(words.bare) == bool(placeholders(words.detail) & unknown)
        assert not placeholders(words.bare) & unknown


@LANGUAGES
def test_all_languages_name_the_same_things_in_the_same_message(language: Language) -> None:
    english, other = WORDINGS[Language.EN], WORDINGS[language]
    for kind, words in english.messages.items():
        assert placeholders(words.detail) == placeholders(other.messages[kind].detail)
        assert placeholders(words.bare) == placeholders(other.messages[kind].bare)
    for fate, sentence in english.money.items():
        assert placeholders(sentence) == placeholders(other.money[fate])


def test_german_is_spelt_as_in_switzerland() -> None:
    assert [s for s in all_strings(WORDINGS[Language.DE]) if "ß" in s] == []


def test_french_has_a_narrow_no_break_space_before_double_punctuation() -> None:
    faulty = re.compile("(?<!\u202f)[:;!?]")
    assert [s for s in all_strings(WORDINGS[Language.FR]) if faulty.search(s)] == []


@LANGUAGES
def test_apostrophes_and_quotes_are_typographic(language: Language) -> None:
    assert [s for s in all_strings(WORDINGS[language]) if set(s) & set("'\"`")] == []


@pytest.mark.parametrize(("language", "currency"), list(product(Language, Currency)))
def test_amounts_in_a_text_are_the_message_s(language: Language, currency: Currency) -> None:
    message = Message(MessageKind.ADMITTED, price=Cents(2599), balance=Cents(1501))
    money = Texts([language], currency).render(message).money
    assert re.search(r"25[.,]99", money)
    assert re.search(r"15[.,]01", money)


def test_the_committed_page_shows_what_the_gate_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.texts.wording"

"""Every message has its words in every language: complete, short, well spelt, as the committed page shows."""

import re
import time
from collections.abc import Iterator
from dataclasses import astuple
from itertools import product

import pytest

from gate_controller.admission.words.messages import Fault, Message, MessageKind, MoneyFate
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.devices.display.typesetting.fitting import sentences
from gate_controller.texts import Language, Text, Texts
from gate_controller.texts.rendering import WORDINGS
from gate_controller.texts.wording import Wording, placeholders
from tests.texts.wording import PAGE, examples, page

LONGEST_TITLE = 20
LCD_TITLE = 14
"""Characters of a title on the smallest display (HD44780, 16x2), beside the symbol and a blank."""
LONGEST_DETAIL = 125
LONGEST_MONEY = 80
LONGEST_SHORT_SENTENCE = 30
"""The first line of the smallest display has 14 cells beside the symbol, the second 16."""

LANGUAGES = pytest.mark.parametrize("language", Language)
KINDS = pytest.mark.parametrize("kind", MessageKind, ids=lambda kind: kind.name)
FAULTS = pytest.mark.parametrize("fault", Fault, ids=lambda fault: fault.name)
EXAMPLES = pytest.mark.parametrize("message", [m for _, m in examples()], ids=[name for name, _ in examples()])
FATES = pytest.mark.parametrize("fate", MoneyFate, ids=lambda fate: fate.name)


def all_strings(wording: Wording) -> Iterator[str]:
    for words in (*wording.messages.values(), *wording.faults.values()):
        yield from (part for part in astuple(words) if part)
    for fate in wording.money.values():
        yield from astuple(fate)
    yield from (wording.incident, wording.short_incident, wording.left, wording.short_left)
    yield from (wording.of_total, wording.short_of_total, wording.holds, wording.short_holds)
    yield from (wording.admitted_at, wording.told_at)


def texts_of(language: Language, message: Message) -> Iterator[Text]:
    """Yield a message in full and in short, and what stays of it."""
    texts = Texts([language], Currency.CHF)
    for text in (texts.render(message), texts.afterwards(message, 14, 32)):
        if text is not None:
            yield text
            yield text.short or text


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
    words = WORDINGS[language].faults[fault]
    assert text.title == words.title
    assert text.detail == (words.bare or words.detail)


@LANGUAGES
def test_a_locked_gate_says_until_when_if_that_is_within_a_day(language: Language) -> None:
    soon, later = time.time() + 3_600, time.time() + 30 * 3_600

    def detail(until: float) -> str:
        message = Message(MessageKind.OUT_OF_SERVICE, fault=Fault.LOCKED, until=until)
        return Texts([language], Currency.CHF).render(message).detail

    at = time.localtime(soon)
    assert WORDINGS[language].clock.format(hour=at.tm_hour, minute=at.tm_min) in detail(soon)
    assert detail(later) == WORDINGS[language].faults[Fault.LOCKED].bare


@LANGUAGES
@pytest.mark.parametrize("words", ["Back at {price} o'clock", "Revision – bitte Eingang West", "%s"])
def test_a_gate_put_out_of_service_says_what_staff_want_to_be_read(language: Language, words: str) -> None:
    message = Message(MessageKind.OUT_OF_SERVICE, fault=Fault.WITHDRAWN, staff_text=words)
    assert Texts([language], Currency.CHF).render(message).detail == words


@LANGUAGES
@FATES
def test_every_fate_of_the_money_has_a_sentence_unless_nothing_is_decided(language: Language, fate: MoneyFate) -> None:
    assert bool(WORDINGS[language].money[fate].full) == (fate is not MoneyFate.NOTHING_YET)


@LANGUAGES
@KINDS
def test_every_verdict_says_what_happened_to_the_money(language: Language, kind: MessageKind) -> None:
    money = Texts([language], Currency.CHF).render(Message(kind)).money
    assert bool(money) == (kind.telling.fate is not MoneyFate.NOTHING_YET)


@LANGUAGES
def test_no_two_fates_sound_the_same(language: Language) -> None:
    full = [fate.full for fate in WORDINGS[language].money.values()]
    assert len(set(full)) == len(full)


@LANGUAGES
@EXAMPLES
def test_titles_fit_one_line_and_in_short_one_of_the_smallest_display(language: Language, message: Message) -> None:
    for text in texts_of(language, message):
        assert len(text.title) <= LONGEST_TITLE
        assert len((text.short or text).title) <= LCD_TITLE


@LANGUAGES
@EXAMPLES
def test_a_text_is_short_and_whole(language: Language, message: Message) -> None:
    for text in texts_of(language, message):
        assert len(text.detail) <= LONGEST_DETAIL
        assert len(text.money) <= LONGEST_MONEY
        for part in (text.title, text.detail, text.money):
            assert not set(part) & set("{}")
            assert part == part.strip()
            assert "  " not in part
        assert text.detail == "" or text.detail.endswith(".")
        assert text.money == "" or text.money.endswith(".")


@LANGUAGES
@EXAMPLES
def test_sentences_in_short_fit_on_two_lines_of_the_smallest_display(language: Language, message: Message) -> None:
    for text in texts_of(language, message):
        if text.short is None:
            continue
        of_the_gate = text.short.detail.removesuffix(message.eguma_text)
        for sentence in (*sentences(of_the_gate), *sentences(text.short.money)):
            assert len(sentence) <= LONGEST_SHORT_SENTENCE


@LANGUAGES
@EXAMPLES
def test_nothing_is_said_twice(language: Language, message: Message) -> None:
    for text in texts_of(language, message):
        said = [text.title, *(part.removesuffix(".") for part in sentences(f"{text.detail} {text.money}".strip()))]
        assert len(set(said)) == len(said), said


@LANGUAGES
@KINDS
def test_what_stays_of_a_verdict_sends_nobody_through_and_makes_nobody_wait(
    language: Language, kind: MessageKind
) -> None:
    texts = Texts([language], Currency.CHF)
    admitted, later = texts.render(Message(MessageKind.ADMITTED)), texts.afterwards(Message(kind), 14, 32)
    for text in () if later is None else (later, later.short or later):
        assert admitted.detail not in text.detail
        assert re.search(r"14[:h]32", text.title)
        assert not re.search(r"[Mm]inut|\d s\.|Sekunde|second", text.detail)


@LANGUAGES
def test_a_detail_that_names_what_may_be_unknown_has_a_bare_form_that_does_not(language: Language) -> None:
    unknown = {"balance", "eguma_text", "seconds", "since", "until", "staff_text", "house_text", "valid_day"}
    for words in WORDINGS[language].messages.values():
        assert bool(words.bare) == bool(placeholders(words.detail) & unknown)
        assert not placeholders(words.bare) & unknown


@LANGUAGES
def test_all_languages_name_the_same_things_in_the_same_message(language: Language) -> None:
    english, other = WORDINGS[Language.EN], WORDINGS[language]
    for kind, words in english.messages.items():
        for part in ("detail", "bare", "short", "short_bare", "later", "later_short"):
            named, said = (placeholders(getattr(table, part) or "") for table in (words, other.messages[kind]))
            assert named == said, (kind, part)
    for fate, sentence in english.money.items():
        for part in ("full", "short", "later"):
            named, said = (placeholders(getattr(table, part)) for table in (sentence, other.money[fate]))
            # An amount that is undone need not be named in the few words for that.
            assert named == said or fate is MoneyFate.CANCELLED, (fate, part)


def test_german_is_spelt_as_in_switzerland() -> None:
    assert [s for s in all_strings(WORDINGS[Language.DE]) if "ß" in s] == []


@pytest.mark.parametrize(
    ("language", "unwanted"),
    [
        (Language.DE, "an das Personal|Tor |Notausgang|Vorfall-"),
        (Language.FR, "bon cadeau|monnaie|acquis|Issue de secours|accès"),
        (Language.IT, "emergenza|risposta|[Pp]assaggio|voucher"),
        (Language.EN, "[Ee]mergency|coupon|admission ticket"),
    ],
)
def test_each_thing_has_one_name_in_each_language(language: Language, unwanted: str) -> None:
    assert [s for s in all_strings(WORDINGS[language]) if re.search(unwanted, s)] == []


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

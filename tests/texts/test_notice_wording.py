"""What notices say: whole in every language, of everything that can be told."""

import string

import pytest

from gate_controller.admission.words.messages import Fault
from gate_controller.shell.concerns import Concern
from gate_controller.texts.languages import Language
from gate_controller.texts.notice_wording import NOTICES, NoticeWording

LANGUAGES = pytest.mark.parametrize("words", NOTICES.values(), ids=[language.value for language in NOTICES])


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def test_every_language_is_there() -> None:
    assert set(NOTICES) == set(Language)


@LANGUAGES
def test_everything_that_can_be_told_has_words(words: NoticeWording) -> None:
    told = {concern.value for concern in Concern}
    assert set(words.begun) == set(words.over) == told
    assert all(fields(template) == {"since"} for template in words.begun.values())
    assert all(fields(template) == {"since", "until"} for template in words.over.values())
    assert set(words.faults) == {fault.name.lower() for fault in Fault} - {"stopping"}
    assert fields(words.open_item) == fields(words.settled) == {"incident", "text"}
    assert fields(words.more_items) == fields(words.more) == {"more"}
    assert fields(words.technical) == {"text"}


@LANGUAGES
def test_swiss_spelling_has_no_sharp_s(words: NoticeWording) -> None:
    said = [*words.begun.values(), *words.over.values(), *words.faults.values(), words.trial_text, words.gone]
    assert not any("ß" in text for text in said)


@pytest.mark.parametrize("language", [Language.FR, Language.IT])
def test_french_and_italian_have_their_own_apostrophe(language: Language) -> None:
    words = NOTICES[language]
    said = [*words.begun.values(), *words.over.values(), *words.faults.values(), words.trial_text, words.open_item]
    assert not any("'" in text for text in said)

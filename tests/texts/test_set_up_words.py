"""What the gate says while it is set up: whole in every language, short enough for the smallest display, and true."""

import pytest

from gate_controller.texts import Language
from gate_controller.texts.set_up_table import WORDS, SetUpMessage
from gate_controller.texts.set_up_words import Changes, changes_in, set_up_words

VALUES = {"have": 2, "total": 3, "missing": "1", "changes": "Gate east.", "house": "venue.museum.ch"}


@pytest.mark.parametrize("language", Language)
def test_every_message_has_words_that_fit(language: Language) -> None:
    assert WORDS[language].keys() == set(SetUpMessage)
    for message in SetUpMessage:
        words = set_up_words(message, language, **VALUES)
        assert len(words.title) <= 20, words.title
        assert len(words.short) <= 30, words.short
        assert "{" not in words.title + words.detail + words.short


@pytest.mark.parametrize("language", Language)
def test_what_will_change_is_said_and_secrets_are_only_counted(language: Language) -> None:
    changes = Changes("east", "CHF 25.00", ("Museum", "Depot"), has_key=True, people=2, others=1, house="Museum Chur")
    text = changes_in(changes, language)

    assert all(word in text for word in ("east", "CHF 25.00", "Museum", "Depot", "Museum Chur", "E-GUMA", "2", "1"))
    assert changes_in(Changes(), language)

"""Text in lines: whole, within its width, and of characters that can be seen."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_controller.devices.display.typesetting.fitting import NO_BREAK_SPACE, REPLACEMENT, safe, sentences, take, wrap

WORDS = st.lists(st.text(st.sampled_from("abcdeäé,."), min_size=1, max_size=12), min_size=1).map(" ".join)


def test_lines_break_between_words() -> None:
    assert wrap("Bitte gehen Sie durch.", 11, len) == ["Bitte gehen", "Sie durch."]


def test_a_word_that_is_too_long_is_broken_and_none_of_it_lost() -> None:
    assert wrap("ein Gutscheinsystem hier", 8, len) == ["ein", "Gutschei", "nsystem", "hier"]


def test_an_amount_stays_with_its_currency() -> None:
    assert wrap(f"noch CHF{NO_BREAK_SPACE}15.00", 10, len) == ["noch", f"CHF{NO_BREAK_SPACE}15.00"]


def test_words_that_ought_to_stay_together_are_parted_between_them_if_they_must_be() -> None:
    assert wrap(f"CHF{NO_BREAK_SPACE}15.00", 6, len) == ["CHF", "15.00"]


def test_a_long_word_is_left_to_a_wider_line_further_down() -> None:
    assert take("Gutscheinsystem", 8, len, has_wider_lines=True) == ("", "Gutscheinsystem")


def test_a_line_takes_a_character_even_where_it_has_no_room() -> None:
    assert wrap("ab", 0, len) == ["a", "b"]


@given(text=WORDS, room=st.integers(1, 30))
def test_no_line_is_too_wide_and_every_word_is_there(text: str, room: int) -> None:
    lines = wrap(text, room, len)
    assert all(len(line) <= room for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    if max(map(len, text.split(" "))) <= room:
        assert " ".join(lines) == text


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("zwei\nZeilen\r\nund\ttab", "zwei Zeilen und tab"),
        (" viel   Platz ", "viel Platz"),
        ("\u202egnal\u202c", "gnal"),
        ("Gut\u00adschein\u200b\ufeff", "Gutschein"),
        ("u\u0308ber", "über"),
        ("Z\u0334\u0335\u0336a\u0489lgo", "Zalgo"),
        ("\u0301a", f"{REPLACEMENT}a"),
        ("\ud83d", REPLACEMENT),
        ("\ue000\U0010ffff", REPLACEMENT * 2),
        ("Entrée\u202f: CHF\u00a025", "Entrée\u00a0: CHF\u00a025"),
        ("a\u2003b\u3000c\u2028d", "a b c d"),
        ("a\u2800\u3164b", "a b"),
        ("🎁", "🎁"),
        ("\u200b", ""),
    ],
)
def test_hostile_text_is_made_safe(text: str, seen: str) -> None:
    assert safe(text) == seen


@given(st.text())
def test_safe_text_holds_nothing_that_is_not_seen(text: str) -> None:
    seen = safe(text)
    assert not {unicodedata.category(c) for c in seen} & {"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me", "Zl", "Zp"}
    assert "  " not in seen
    assert safe(seen) == seen


@given(WORDS)
def test_the_sentences_of_a_text_are_the_text(text: str) -> None:
    assert " ".join(sentences(text)) == text

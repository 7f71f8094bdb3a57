"""Text in lines: whole, within its width, and of characters that can be seen."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_controller.devices.display.typesetting.fitting import (
    NO_BREAK_SPACE,
    REPLACEMENT,
    evened,
    is_broken,
    safe,
    sentences,
    wrap,
)

WORDS = st.lists(st.text(st.sampled_from("abcdeäé,."), min_size=1, max_size=12), min_size=1).map(" ".join)


def lines(text: str, room: int) -> list[str]:
    return list(wrap(text, room, room, len, 100))


def test_lines_break_between_words() -> None:
    assert lines("Bitte gehen Sie durch.", 11) == ["Bitte gehen", "Sie durch."]


def test_the_first_line_may_be_shorter_than_the_others() -> None:
    assert wrap("Bitte gehen Sie durch.", 6, 20, len, 100) == ("Bitte", "gehen Sie durch.")


def test_of_a_text_that_is_too_long_the_last_line_is_all_the_rest() -> None:
    assert wrap("a b c d e f", 1, 1, len, 3) == ("a", "b", "c", "d e f")


def test_a_word_that_is_too_long_is_broken_and_none_of_it_lost() -> None:
    text = "ein Gutscheinsystem hier"
    assert lines(text, 8) == ["ein", "Gutschei", "nsystem", "hier"]
    assert is_broken(text, lines(text, 8))
    assert not is_broken(text, lines(text, 15))


def test_an_amount_stays_with_its_currency() -> None:
    assert lines(f"noch CHF{NO_BREAK_SPACE}15.00", 10) == ["noch", f"CHF{NO_BREAK_SPACE}15.00"]


def test_words_that_ought_to_stay_together_are_parted_between_them_if_they_must_be() -> None:
    assert lines(f"CHF{NO_BREAK_SPACE}15.00", 6) == ["CHF", "15.00"]


def test_a_line_takes_a_character_even_where_it_has_no_room() -> None:
    assert lines("ab", 0) == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "room", "even"),
    [
        ("Bitte gehen Sie durch.", 16, ["Bitte gehen", "Sie durch."]),
        ("Il varco era aperto a tutti.", 21, ["Il varco era", "aperto a tutti."]),
        ("Veuillez patienter, c’est bientôt votre tour.", 20, ["Veuillez patienter,", "c’est bientôt", "votre tour."]),
        ("ein Gutscheinsystem hier", 8, ["ein", "Gutschei", "nsystem", "hier"]),
    ],
)
def test_lines_are_made_as_even_as_can_be(text: str, room: int, even: list[str]) -> None:
    assert list(evened(tuple(lines(text, room)), room, room, len)) == even


@given(text=WORDS, first=st.integers(1, 30), room=st.integers(1, 30))
def test_even_lines_are_as_many_and_no_wider(text: str, first: int, room: int) -> None:
    broken = wrap(text, first, room, len, 100)
    even = evened(broken, first, room, len)
    assert len(even) == len(broken)
    assert "".join(even).replace(" ", "") == text.replace(" ", "")
    assert all(len(line) <= (room if number else first) for number, line in enumerate(even))


@given(text=WORDS, room=st.integers(1, 30))
def test_no_line_is_too_wide_and_every_word_is_there(text: str, room: int) -> None:
    broken = wrap(text, room, room, len, 1000)
    assert all(len(line) <= room for line in broken)
    assert "".join(broken).replace(" ", "") == text.replace(" ", "")
    if max(map(len, text.split(" "))) <= room:
        assert " ".join(broken) == text


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

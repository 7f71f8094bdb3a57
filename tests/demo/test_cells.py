import pytest
from rich.cells import cell_len

from gate_controller.demo.cells import fit, visible, wrap


@pytest.mark.parametrize(
    ("text", "cells"), [("", 0), ("abc", 3), ("Zoë", 3), ("Zoe\u0308", 3), ("特別", 4), ("🎁", 2), ("a\u200db", 2)]
)
def test_a_text_is_as_wide_as_a_terminal_shows_it(text: str, cells: int) -> None:
    assert cell_len(visible(text)) == cells


@pytest.mark.parametrize("text", ["", "short", "just ten c", "longer than ten cells", "特別なご招待です", "🎁" * 6])
def test_a_fitted_text_takes_its_room_exactly(text: str) -> None:
    assert cell_len(fit(text, 10)) == 10


def test_a_text_that_is_cut_says_so() -> None:
    assert fit("redeemable", 6) == "redee…"


def test_lines_break_between_words_and_keep_every_word() -> None:
    lines = wrap("the gate is open for one person", 10)

    assert lines == ["the gate", "is open", "for one", "person"]


def test_an_amount_is_not_torn_from_its_currency() -> None:
    assert wrap("admission CHF\u00a025.00", 14) == ["admission", "CHF\u00a025.00"]
    assert wrap("entrée 1\u202f250.00\u00a0CHF", 14) == ["entrée", "1\u202f250.00\u00a0CHF"]


def test_no_text_is_no_line() -> None:
    assert wrap("", 10) == wrap("  ", 10) == []


def test_a_word_that_is_too_long_is_broken_and_nothing_of_it_is_lost() -> None:
    lines = wrap("特別なご招待", 5)

    assert "".join(lines) == "特別なご招待"
    assert max(map(cell_len, lines)) <= 5


def test_what_would_control_the_terminal_does_not_reach_it() -> None:
    assert visible("a\x1b[2Jb\r\nc\x00") == "a [2Jb  c "

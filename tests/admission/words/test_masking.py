"""Codes in other people's texts are masked, however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.masking import masked_in

CODE = VoucherCode("L4FU5LQTKJR3")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("The voucher L4FU5LQTKJR3 has expired.", "The voucher …KJR3 has expired."),
        ("Gutschein L4FU-5LQT-KJR3 ist abgelaufen", "Gutschein …KJR3 ist abgelaufen"),
        ("bon l4fu 5lqt kjr3: échu", "bon …KJR3: échu"),
        ("(L4FU‑5LQT‑KJR3)", "(…KJR3)"),
        ("L4FU\N{NO-BREAK SPACE}5LQT\N{NO-BREAK SPACE}KJR3", "…KJR3"),
        ("replaced by AB12CD34EF56, see AB12-CD34-EF57", "replaced by …EF56, see …EF57"),
        ("AB12CD34EF56-CHF, Code.AB12CD34EF57, ...ab12cd34ef58", "…EF56-CHF, Code.…EF57, ...…ef58"),
        ("AB12 CD34 EF56", "…EF56"),
        ("gültig bis 2026 GIFT CARD 0041 7912 3456", "gültig bis 2026 GIFT CARD 0041 7912 3456"),
        ("GUTSCHEINVERKAUF bei 041 123 45 67, 12.50 CHF", "GUTSCHEINVERKAUF bei 041 123 45 67, 12.50 CHF"),
        ("EINGESCHLAFENE xL4FU5LQTKJR34", "EINGESCHLAFENE x…KJR34"),
        ("", ""),
    ],
)
def test_no_code_stays_whole_in_a_text_whoever_wrote_it(text: str, shown: str) -> None:
    assert masked_in(text, "L4FU5LQTKJR3", "42", "") == shown


@pytest.mark.parametrize(
    "between",
    [
        *("  ", " - ", "_", ".", "/", ":", ", ", "+", "*", " – ", "\N{MINUS SIGN}", "\N{FULLWIDTH HYPHEN-MINUS}", "\n"),
        *(
            "\N{ZERO WIDTH SPACE}",
            "\N{SOFT HYPHEN}",
            "\N{WORD JOINER}",
            "%2D",
            "%20",
            "&nbsp;",
            "&#45;",
            "&#x2d;",
            "&ndash;",
        ),
        *("<b>", "</span><span class='code'>", "\\u002d", "&amp;nbsp;"),
    ],
)
@pytest.mark.parametrize("spelt", [str, str.lower])
def test_whatever_stands_between_the_groups_of_a_known_code_it_is_masked(between: str, spelt: type[str]) -> None:
    text = f"bon {spelt(between.join(('L4FU', '5LQT', 'KJR3')))} échu"
    assert masked_in(text, CODE) == "bon …KJR3 échu"


@pytest.mark.parametrize(
    "text",
    [
        "Ｌ４ＦＵ５ＬＱＴＫＪＲ３",
        "l\N{ARABIC-INDIC DIGIT FOUR}fu5lqtkjr\N{ARABIC-INDIC DIGIT THREE}",
        "%4C4FU5LQTKJR3",
        "&#76;4FU5LQTKJR3",
        "<L4FU5LQTKJR3>",
        "<b>L4FU5LQTKJR3</b>",
        "100%L4FU5LQTKJR3",
        "GutscheinL4FU5LQTKJR3wurde",
        "L 4 F U 5 L Q T K J R 3",
    ],
)
def test_a_known_code_in_other_letters_is_masked(text: str) -> None:
    assert "…KJR3" in masked_in(text, CODE)
    assert "5LQT" not in masked_in(text, CODE)


def test_a_known_code_that_reads_like_an_escape_is_masked_beside_a_percent_sign() -> None:
    assert masked_in("noch 50%AB12CD34EF56.", VoucherCode("AB12CD34EF56")) == "noch 50%…EF56."


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see ab12-cd34-ef57", "see …ef57"),
        ("see AB12%2DCD34%2DEF57", "see …EF57"),
        ("see AB12 - CD34 - EF57", "see …EF57"),
        ("see AB12&nbsp;CD34&nbsp;EF57", "see …EF57"),
        ("see ＡＢ１２ＣＤ３４ＥＦ５７!", "see …EF57!"),
        (
            "AHV 756.1234.5678.97, Tel. +41 71 230 00 42, 31.12.2026",
            "AHV 756.1234.5678.97, Tel. +41 71 230 00 42, 31.12.2026",
        ),
        ("Order A1234-56789, CHE-123.456.789 MWST", "Order A1234-56789, CHE-123.456.789 MWST"),
    ],
)
def test_what_looks_like_another_vouchers_code_is_masked_and_other_numbers_are_not(text: str, shown: str) -> None:
    assert masked_in(text, CODE) == shown


def test_what_was_scanned_and_holds_no_letter_hides_nothing() -> None:
    assert [masked_in(text, ":::::") for text in ("", "a:b", "::::::")] == ["", "a:b", "::::::"]


@given(st.text())
def test_a_text_without_codes_is_left_as_it_is(text: str) -> None:
    if not any(character.isdecimal() for character in text):
        assert masked_in(text, CODE) == text

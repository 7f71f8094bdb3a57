"""Amounts are written as language and currency ask: a table for people, and CLDR for every number."""

from decimal import Decimal

import pytest
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st

from gate_controller.admission.words.money import Cents, Currency
from gate_controller.texts import Language, format_amount

# "~" is a no-break space, "_" a narrow one.
TABLE = [
    (Language.DE, Currency.CHF, "CHF~12.05", "CHF~1’234’567.00"),
    (Language.FR, Currency.CHF, "CHF~12.05", "CHF~1_234_567.00"),
    (Language.IT, Currency.CHF, "CHF~12.05", "CHF~1’234’567.00"),
    (Language.EN, Currency.CHF, "CHF~12.05", "CHF~1’234’567.00"),
    (Language.DE, Currency.EUR, "12,05~€", "1.234.567,00~€"),
    (Language.FR, Currency.EUR, "12,05~€", "1_234_567,00~€"),
    (Language.IT, Currency.EUR, "12,05~€", "1.234.567,00~€"),
    (Language.EN, Currency.EUR, "€12.05", "€1,234,567.00"),
]

# French amounts in CHF are left out: Babel does not apply the decimal mark that CLDR gives them, a point
# (currencyDecimal), and the house puts CHF first. The table above holds them.
LOCALES = {
    (Language.DE, Currency.CHF): "de_CH",
    (Language.IT, Currency.CHF): "it_CH",
    (Language.EN, Currency.CHF): "en_CH",
    (Language.DE, Currency.EUR): "de_DE",
    (Language.FR, Currency.EUR): "fr_FR",
    (Language.IT, Currency.EUR): "it_IT",
    (Language.EN, Currency.EUR): "en_IE",
}


@pytest.mark.parametrize(("language", "currency", "small", "large"), TABLE)
def test_amounts_look_as_in_the_table(language: Language, currency: Currency, small: str, large: str) -> None:
    def spaced(amount: str) -> str:
        return amount.replace("~", "\u00a0").replace("_", "\u202f")

    assert format_amount(Cents(1205), currency, language) == spaced(small)
    assert format_amount(Cents(123_456_700), currency, language) == spaced(large)


@pytest.mark.parametrize(("cents", "written"), [(0, "€0.00"), (5, "€0.05"), (99, "€0.99"), (100, "€1.00")])
def test_small_amounts_keep_their_noughts(cents: int, written: str) -> None:
    assert format_amount(Cents(cents), Currency.EUR, Language.EN) == written


@pytest.mark.parametrize(("language", "currency"), LOCALES)
@given(cents=st.integers(-(10**15), 10**15))
def test_amounts_are_written_as_cldr_says(language: Language, currency: Currency, cents: int) -> None:
    expected = format_currency(Decimal(cents).scaleb(-2), currency.value, locale=LOCALES[language, currency])
    assert format_amount(Cents(cents), currency, language) == expected


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("currency", Currency)
def test_an_amount_never_breaks_over_a_line(language: Language, currency: Currency) -> None:
    assert " " not in format_amount(Cents(123_456_700), currency, language)

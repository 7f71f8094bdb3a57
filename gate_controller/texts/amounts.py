"""
Cents become an amount as the visitor's language and the currency ask: `CHF 1’234.05`, `1.234,05 €`.

Rules: integers all the way, never a float; an amount never breaks over a line (no-break spaces). The patterns
are those of Unicode's CLDR, kept here as a table because asking Babel for them at run time costs a gate 12
MiB of memory for good, and its start 40 to 60 ms (more on a Pi); the tests hold the table against Babel.
"""

from gate_controller.admission.words.frozen import frozen
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.texts.languages import Language

_NBSP = "\u00a0"
_NARROW_NBSP = "\u202f"
_APOSTROPHE = "\u2019"


@frozen
class _Pattern:
    group: str
    """Between thousands."""
    decimal: str
    plain: str
    """Where the currency stands."""
    negative: str


_SWISS = _Pattern(_APOSTROPHE, ".", f"CHF{_NBSP}{{}}", "CHF-{}")
# CLDR's fr_CH is `12.05 CHF`; tills, tickets and signs in French-speaking Switzerland put CHF first.
_SWISS_FRENCH = _Pattern(_NARROW_NBSP, ".", f"CHF{_NBSP}{{}}", "CHF-{}")
_EURO = _Pattern(".", ",", f"{{}}{_NBSP}€", f"-{{}}{_NBSP}€")
_FRENCH_EURO = _Pattern(_NARROW_NBSP, ",", f"{{}}{_NBSP}€", f"-{{}}{_NBSP}€")
_IRISH_EURO = _Pattern(",", ".", "€{}", "-€{}")

_PATTERNS: dict[tuple[Language, Currency], _Pattern] = {
    (Language.DE, Currency.CHF): _SWISS,
    (Language.FR, Currency.CHF): _SWISS_FRENCH,
    (Language.IT, Currency.CHF): _SWISS,
    (Language.EN, Currency.CHF): _SWISS,
    (Language.DE, Currency.EUR): _EURO,
    (Language.FR, Currency.EUR): _FRENCH_EURO,
    (Language.IT, Currency.EUR): _EURO,
    (Language.EN, Currency.EUR): _IRISH_EURO,
}


def format_amount(cents: Cents, currency: Currency, language: Language) -> str:
    """Return an amount as people who read `language` expect that currency to be written."""
    pattern = _PATTERNS[language, currency]
    return (pattern.negative if cents < 0 else pattern.plain).format(_digits(cents, pattern))


def format_sum(cents: Cents, currency: Currency, language: Language) -> str:
    """Return an amount that is not negative without its currency, for where there is no room for that."""
    return _digits(cents, _PATTERNS[language, currency])


def _digits(cents: Cents, pattern: _Pattern) -> str:
    whole, hundredths = divmod(abs(cents), 100)
    return f"{whole:,}".replace(",", pattern.group) + f"{pattern.decimal}{hundredths:02}"

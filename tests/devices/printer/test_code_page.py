"""Letters for the printer: those of WPC1252 as they are, the nearest for others, and never a command."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_controller.admission.words.money import Cents, Currency
from gate_controller.devices.printer.code_page import encode, printable
from gate_controller.texts.amounts import format_amount
from gate_controller.texts.languages import Language


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("Zürich, à bientôt, perché, ’«»", b"Z\xfcrich, \xe0 bient\xf4t, perch\xe9, \x92\xab\xbb"),
        ("€ 25.00", b"\x80 25.00"),
        ("cœur Œ Ž", b"c\x9cur \x8c \x8e"),
        ("e\u0301", b"\xe9"),
    ],
)
def test_what_the_page_has_is_sent_as_it_is(text: str, sent: bytes) -> None:
    assert encode(text) == sent


@pytest.mark.parametrize(
    ("text", "near"),
    [("Łódź", "Lódz"), ("Čapek", "Capek"), ("→ − ≤", "-> - <="), ("ﬁn", "fin"), ("①", "1"), ("ẞ", "SS"), ("½", "½")],
)
def test_what_it_lacks_becomes_its_nearest(text: str, near: str) -> None:
    assert printable(text) == near


def test_only_what_has_nothing_near_is_a_question_mark() -> None:
    assert printable("日本") == "??"


def test_blanks_of_every_width_are_blanks() -> None:
    assert printable("CHF\u00a01\u202f234\u2009.50") == "CHF 1 234 .50"


@given(st.text())
def test_no_text_holds_a_command(text: str) -> None:
    assert all(byte >= 0x20 and byte != 0x7F for byte in encode(text))


@pytest.mark.parametrize("text", ["\x1b@", "\x1dV\x00", "\x10\x04\x01", "a\x1bt\x00b", "\x9b1m", "\u202egnihton"])
def test_what_controls_a_printer_is_dropped(text: str) -> None:
    assert encode(text) == bytes(ord(c) for c in text if " " <= c <= "~")


def test_every_amount_of_every_language_is_in_the_page() -> None:

    for language in Language:
        for currency in Currency:
            assert "?" not in printable(format_amount(Cents(-123_456_789), currency, language))

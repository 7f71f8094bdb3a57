"""A HD44780 is handed nothing that it would print as a blank."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_controller.devices.display.typesetting.fitting import NO_BREAK_SPACE, safe
from gate_controller.devices.display.typesetting.folding import CODES, STAND_INS, Rom, fold, without_no_break_spaces
from tests.devices.display import recorded

BLANK = 0x20
SCRIPTS_AND_SIGNS = [*range(0x3400), *range(0xA640, 0xAC00), *range(0xD7F0, 0x10400), *range(0x1F000, 0x1FB00)]
"""All of the lower planes but the ideographs, which are alike."""

ROMS = pytest.mark.parametrize("rom", Rom)


@ROMS
def test_every_character_we_say_a_rom_has_has_the_code_that_was_recorded_and_is_no_blank(rom: Rom) -> None:
    table = recorded.codes(rom)
    assert {character: table.get(character) for character in CODES[rom]} == CODES[rom]
    assert {character for character, code in CODES[rom].items() if code == BLANK} == {" "}


@ROMS
def test_no_character_there_is_becomes_a_blank_or_goes_missing(rom: Rom) -> None:
    for code in SCRIPTS_AND_SIGNS:
        character = chr(code)
        folded = fold(f"a{character}b", rom).replace(NO_BREAK_SPACE, "")
        if safe(f"a{character}b") == f"a{character}b" and character not in {" ", NO_BREAK_SPACE}:
            assert len(folded) >= 3, f"U+{code:04X}"
        assert set(folded) <= CODES[rom].keys(), f"U+{code:04X}"


@ROMS
def test_a_stand_in_is_of_characters_every_rom_has(rom: Rom) -> None:
    assert {c for stand_in in STAND_INS.values() for c in stand_in} <= CODES[rom].keys()


@pytest.mark.parametrize(
    ("text", "a00", "a02"),
    [
        ("Zürich öffnet für Ärzte", "Zürich öffnet für Aerzte", "Zürich öffnet für Ärzte"),
        ("déjà payé, ça va", "deja paye, ca va", "déjà payé, ça va"),
        ("l’entrée – «bon»", 'l\'entree - "bon"', "l'entrée - «bon»"),
        ("œuvre, größe", "oeuvre, grösse", "oeuvre, größe"),
        ("25 € à 20 °C", "25 EUR a 20 °C", "25 EUR à 20 oC"),
        ("Привет 🎁", "?????? ?", None),
        ("a\\b~c", "a/b-c", "a\\b~c"),
        ("ﬁn … ½", "fin ... ?", None),
    ],
)
def test_what_a_rom_lacks_is_written_otherwise(text: str, a00: str, a02: str | None) -> None:
    assert fold(text, Rom.A00) == a00
    if a02 is not None:
        assert fold(text, Rom.A02) == a02


def test_a_letter_with_a_glyph_of_its_own_calls_it_up() -> None:
    assert fold("payé", Rom.A00, {"é": "\x06"}) == "pay\x06"


def test_a_no_break_space_becomes_a_blank_only_at_the_end() -> None:
    folded = fold("CHF\u202f25.00", Rom.A00)
    assert folded == "CHF\u00a025.00"
    assert without_no_break_spaces(folded) == "CHF 25.00"


@ROMS
@given(text=st.text())
def test_any_text_becomes_characters_of_the_rom(rom: Rom, text: str) -> None:
    folded = fold(text, rom)
    assert set(folded) <= CODES[rom].keys() | {NO_BREAK_SPACE}
    assert not any(unicodedata.category(character).startswith("C") for character in folded)

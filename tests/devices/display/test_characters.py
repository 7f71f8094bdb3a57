"""A card on a display of characters: rows of the right width, nothing lost, symbol and money where they belong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_controller.admission.words.messages import Message, MessageKind, Signal, Symbol
from gate_controller.admission.words.money import Currency
from gate_controller.devices.display.card import Card, Face
from gate_controller.devices.display.typesetting.characters import CharacterGrid
from gate_controller.devices.display.typesetting.folding import Rom
from gate_controller.devices.display.typesetting.glyphs import SYMBOLS
from gate_controller.devices.display.typesetting.page import Part
from gate_controller.devices.errors import DeviceError
from gate_controller.texts import Language, Texts
from tests.devices.display import recorded
from tests.devices.display.pictures import cards

TABLES = {rom: recorded.codes(rom) for rom in Rom}
SIZES = [(16, 2), (20, 2), (40, 2), (16, 4), (20, 4)]

EVERY_SIZE = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
EVERY_ROM = pytest.mark.parametrize("rom", Rom)
PLAIN = st.text(st.sampled_from("abcdefg .!"), max_size=120)


def refused(title: str, detail: str, money: str = "") -> Card:
    return Card(Symbol.CROSS, Signal.REFUSED, (Face(title, detail, money),))


def plain(row: str) -> str:
    """Return a row with its glyphs as asterisks."""
    return "".join("*" if character < " " else character for character in row)


@EVERY_SIZE
@EVERY_ROM
def test_every_message_is_of_characters_the_display_has(size: tuple[int, int], rom: Rom) -> None:
    grid = CharacterGrid(*size, rom)
    for name, card in cards(*Language):
        for page in grid.pages(card):
            rows = grid.draw(page)
            assert [len(row) for row in rows] == [size[0]] * size[1], name
            for character in "".join(rows):
                assert character in TABLES[rom], (name, character)
                assert character == " " or TABLES[rom][character] != TABLES[rom][" "], (name, character)
                assert character >= " " or ord(character) in grid.glyphs, name


@EVERY_SIZE
def test_every_page_of_every_message_has_its_symbol_once(size: tuple[int, int]) -> None:
    grid = CharacterGrid(*size, Rom.A00)
    for name, card in cards(*Language):
        for page in grid.pages(card):
            assert "".join(grid.draw(page)).count(chr(SYMBOLS[card.symbol])) == 1, name


@EVERY_SIZE
def test_every_verdict_begins_with_what_happened_to_the_money(size: tuple[int, int]) -> None:
    grid = CharacterGrid(*size, Rom.A00)
    for name, card in cards(Language.DE):
        if card.faces[0].money:
            assert any(line.part is Part.MONEY for line in grid.pages(card)[0].lines), name


def test_a_short_verdict_is_whole_on_one_page() -> None:
    grid = CharacterGrid(20, 4, Rom.A00)
    (page,) = grid.pages(refused("Abgelehnt", "Der Gutschein ist abgelaufen.", "Nicht belastet."))
    assert [plain(row) for row in grid.draw(page)] == [
        "* Abgelehnt         ",
        "Der Gutschein ist   ",
        "abgelaufen.         ",
        "Nicht belastet.     ",
    ]


def test_a_title_as_wide_as_the_display_has_its_symbol_in_the_last_corner() -> None:
    grid = CharacterGrid(16, 2, Rom.A00)
    first = grid.pages(refused("Guthaben zu tief", "Bitte scannen Sie einen anderen.", "Nicht belastet."))[0]
    assert [plain(row) for row in grid.draw(first)] == ["Guthaben zu tief", "Nicht belastet.*"]


def test_the_money_goes_on_over_pages_where_it_must() -> None:
    grid = CharacterGrid(16, 2, Rom.A00)
    pages = grid.pages(refused("Willkommen", "Gehen Sie durch.", "CHF\u00a025.00 belastet, noch CHF\u00a015.00."))
    assert [[plain(row) for row in grid.draw(page)] for page in pages] == [
        ["* Willkommen    ", "CHF 25.00       "],
        ["* belastet, noch", "CHF 15.00.      "],
        ["* Gehen Sie     ", "durch.          "],
    ]


def test_glyphs_are_eight_rows_of_five_bits_in_places_the_display_has() -> None:
    for rom in Rom:
        glyphs = CharacterGrid(16, 2, rom).glyphs
        assert set(glyphs) <= set(range(8))
        assert len(set(glyphs.values())) == len(glyphs)
        for bitmap in glyphs.values():
            assert len(bitmap) == 8
            assert any(bitmap)
            assert all(0 <= row < 32 for row in bitmap)


@given(st.text(), st.text(), st.text(), st.sampled_from(SIZES), st.sampled_from(Rom), st.booleans())
def test_any_text_is_shown(
    title: str, detail: str, money: str, size: tuple[int, int], rom: Rom, is_resting: bool
) -> None:
    grid = CharacterGrid(*size, rom)
    pages = grid.pages(Card(Symbol.HAND, None, (Face(title, detail, money),), is_resting=is_resting))
    assert pages
    for page in pages:
        rows = grid.draw(page)
        assert [len(row) for row in rows] == [size[0]] * size[1]
        assert {character for row in rows for character in row} <= TABLES[rom].keys()


@given(PLAIN, PLAIN, st.sampled_from(SIZES))
def test_nothing_of_a_text_is_lost(title: str, detail: str, size: tuple[int, int]) -> None:
    grid = CharacterGrid(*size, Rom.A00)
    pages = grid.pages(refused(title, detail))
    shown = "".join(line.text for page in pages for line in page.lines if line.part is Part.DETAIL)
    assert shown.replace(" ", "") == detail.replace(" ", "")


def test_too_few_cells_are_refused_with_the_setting() -> None:
    with pytest.raises(DeviceError, match=r"4x1 characters is too small .* display\.width"):
        CharacterGrid(4, 1, Rom.A00)


@EVERY_SIZE
@pytest.mark.parametrize("language", Language)
def test_the_longest_name_of_a_gate_is_in_one_row_beside_its_incident_code(
    size: tuple[int, int], language: Language
) -> None:
    text = Texts([language], Currency.CHF, "Eingang West").render(Message(MessageKind.BEING_CHECKED, incident="K7Q2M"))
    grid = CharacterGrid(*size, Rom.A00)
    shown = [row for page in grid.pages(refused(text.title, text.detail, text.money)) for row in grid.draw(page)]
    assert any("(Eingang West)" in row for row in shown)
    assert any("K7Q2M" in row for row in shown)

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
from gate_controller.devices.display.typesetting.page import Page, Part
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


def part_of(page: Page, part: Part) -> str:
    """Return what a page has of a part, as one text."""
    return " ".join(line.text for line in page.lines if line.part is part)


@EVERY_SIZE
def test_every_verdict_begins_with_what_happened_to_the_money(size: tuple[int, int]) -> None:
    grid = CharacterGrid(*size, Rom.A00)
    for name, card in cards(*Language):
        for page in grid.pages(card):
            face = card.faces[page.face]
            if page.number == 1 and face.money:
                assert part_of(page, Part.TITLE), name
                assert part_of(page, Part.MONEY).endswith("."), name


@EVERY_SIZE
@pytest.mark.parametrize("language", Language)
def test_whoever_is_let_in_reads_on_the_first_page_that_he_may_go_in_and_what_it_cost(
    size: tuple[int, int], language: Language
) -> None:
    grid = CharacterGrid(*size, Rom.A02)
    card = dict(cards(language))["ADMITTED"]
    face = card.faces[0].short
    first, *_ = grid.pages(card)
    assert face is not None
    assert part_of(first, Part.TITLE) == face.title or "." in part_of(first, Part.DETAIL)
    assert "25.00" in part_of(first, Part.MONEY)


EGUMAS_WORDS = {"NOT_REDEEMABLE", "BALANCE_NOT_REDEEMABLE", "REFUSED_BY_EGUMA", "TICKET_REFUSED"}


@EVERY_SIZE
def test_no_page_of_a_message_of_the_house_cuts_a_sentence(size: tuple[int, int]) -> None:
    grid = CharacterGrid(*size, Rom.A02)
    for name, card in cards(*Language):
        if name.partition(",")[0] in EGUMAS_WORDS:
            continue  # E-GUMA's words: 35 characters in one sentence
        for page in grid.pages(card):
            for part in (Part.DETAIL, Part.MONEY):
                text = part_of(page, part)
                assert not text or text.endswith((".", "?")), (name, text)


def test_a_short_verdict_is_whole_on_one_page() -> None:
    grid = CharacterGrid(20, 4, Rom.A00)
    (page,) = grid.pages(refused("Abgelehnt", "Der Gutschein ist abgelaufen.", "Nicht belastet."))
    assert [plain(row) for row in grid.draw(page)] == [
        "    * Abgelehnt     ",
        "   Der Gutschein    ",
        "  ist abgelaufen.   ",
        "  Nicht belastet.   ",
    ]


def test_a_title_of_one_cell_less_than_the_display_stands_right_behind_its_symbol() -> None:
    grid = CharacterGrid(16, 2, Rom.A00)
    (page,) = grid.pages(refused("Falsche Waehrung"[:15], "", "Nicht belastet."))
    assert [plain(row) for row in grid.draw(page)] == ["*Falsche Waehrun", "Nicht belastet. "]


def test_a_display_that_is_too_small_for_the_words_shows_them_in_short() -> None:
    short = Face("Willkommen", "", "25.00 belastet.")
    face = Face("Herzlich willkommen", "Gehen Sie durch.", "CHF\u00a025.00 belastet.", short)
    card = Card(Symbol.TICK, Signal.ADMITTED, (face,))
    assert shown(16, 2, card) == [["  * Willkommen  ", "25.00 belastet. "]]
    assert shown(40, 4, card)[0][0].strip() == "* Herzlich willkommen"


def test_pages_end_with_sentences_and_repeat_the_title_where_there_is_room() -> None:
    card = refused("Reicht nicht", "Nur 15.00, Eintritt 25.00. Anderen scannen.", "Nicht belastet.")
    assert shown(16, 2, card) == [
        [" * Reicht nicht ", "Nicht belastet. "],
        ["  * Nur 15.00,  ", "Eintritt 25.00. "],
        [" * Reicht nicht ", "Anderen scannen."],
    ]


def test_only_a_sentence_that_no_page_has_room_for_is_parted() -> None:
    card = refused("Abgelehnt", "Der Gutschein wurde heute schon ganz eingelöst.", "Nicht belastet.")
    assert shown(16, 2, card) == [
        ["  * Abgelehnt   ", "Nicht belastet. "],
        ["* Der Gutschein ", "  wurde heute   "],
        ["  * schon ganz  ", "   eingelöst.   "],
    ]


def shown(columns: int, rows: int, card: Card) -> list[list[str]]:
    grid = CharacterGrid(columns, rows, Rom.A02 if columns > 16 else Rom.A00)
    return [[plain(row) for row in grid.draw(page)] for page in grid.pages(card)]


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

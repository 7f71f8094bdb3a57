"""A card on a display of pixels: whole, inside, with its symbol, and the money where it is seen first."""

import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from functools import cache
from itertools import pairwise, product
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw

from gate_controller.admission.words.messages import Signal, Symbol
from gate_controller.devices.display.card import Card, Face
from gate_controller.devices.display.typesetting.canvas import MOST_SHIFT, Canvas
from gate_controller.devices.display.typesetting.colours import BY_SIGNAL, ONE_COLOUR, Colour
from gate_controller.devices.display.typesetting.fitting import NO_BREAK_SPACE, safe
from gate_controller.devices.display.typesetting.lettering import Repertoire, letters
from gate_controller.devices.display.typesetting.page import Line, Page, Part
from gate_controller.devices.display.typesetting.picture import picture
from gate_controller.devices.display.typesetting.symbols import drawn
from gate_controller.devices.errors import DeviceError
from gate_controller.texts import Language
from tests.devices.display.pictures import cards

Mode = Literal["1", "RGB"]
Size = tuple[int, int, Mode]

SIZES: list[Size] = [
    (96, 32, "1"),
    (128, 32, "1"),
    (128, 64, "1"),
    (128, 128, "1"),
    (160, 80, "RGB"),
    (160, 128, "RGB"),
    (128, 160, "RGB"),
    (240, 240, "RGB"),
    (320, 240, "RGB"),
]
EVERY_SIZE = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
CANVASES = {size: Canvas(*size) for size in SIZES}

ANY_SIZE = st.sampled_from(SIZES) | st.tuples(st.integers(96, 480), st.integers(32, 480), st.sampled_from(["1", "RGB"]))
PLAIN = st.text(st.sampled_from("abcdefgÄÖ. ,-mW"), max_size=200)
WITHOUT_PILLOW = """
import sys
sys.modules["PIL"] = None
from gate_controller.devices.display.typesetting.canvas import Canvas
try:
    Canvas(128, 64, "1")
except Exception as error:
    print(type(error).__name__, error)
"""
BEYOND = 30
"""Pixels of free ground put around a picture, to see what is drawn outside it."""


def canvas(size: Size) -> Canvas:
    return CANVASES.get(size) or Canvas(*size)


@cache
def messages(size: Size) -> list[tuple[str, Card, tuple[Page, ...]]]:
    """Return every message of the house with its name and its pages, laid out once for all tests."""
    return [(name, card, canvas(size).pages(card)) for name, card in cards(*Language)]


def verdict(title: str, detail: str, money: str) -> Card:
    return Card(Symbol.CROSS, Signal.REFUSED, (Face(title, detail, money),))


def text_of(pages: tuple[Page, ...], part: Part) -> str:
    """Return what is shown of a part, without the spaces at which lines break."""
    return "".join(line.text for page in pages for line in page.lines if line.part is part).replace(" ", "")


def end_of(line: Line, size: Size) -> int:
    return line.left + letters(line.size, is_bold=line.is_bold, mode=size[2]).measure(line.text)


def assert_inside(page: Page, size: Size) -> None:
    width, height, mode = size
    bare = replace(page, bands=())
    around = picture(bare, (width + 2 * BEYOND, height + 2 * BEYOND), mode, (BEYOND, BEYOND))
    colours = ONE_COLOUR if mode == "1" else BY_SIGNAL[page.signal]
    empty = Image.new(mode, around.size, colours.ground)
    box = ImageChops.difference(around.convert("RGB"), empty.convert("RGB")).getbbox()
    assert box is not None
    assert box[0] >= BEYOND
    assert box[1] >= BEYOND
    assert box[2] <= BEYOND + width
    assert box[3] <= BEYOND + height


def assert_clear_of_symbol(page: Page, mode: Mode) -> None:
    for line in page.lines:
        up, _ = letters(line.size, is_bold=line.is_bold, mode=mode).reach(line.text)
        assert line.base - up >= page.symbol_box.bottom or line.left >= page.symbol_box.right, line


def part_of(page: Page, part: Part) -> str:
    """Return what a page has of a part, as one text."""
    return " ".join(line.text for line in page.lines if line.part is part)


def forms(card: Card, page: Page, part: Part) -> list[str]:
    """Return what a part may say in full and in short, as it is shown."""
    face = card.faces[page.face]
    faces = [face, face.short or face]
    return [(one.money if part is Part.MONEY else one.detail).replace("\u202f", NO_BREAK_SPACE) for one in faces]


def has_whole_sentences(text: str, wanted: list[str]) -> bool:
    """Return whether a text is sentences of one of these, none of them cut."""
    return any(f" {text} " in f" {form} " and (text.endswith(".") or form.endswith(text)) for form in wanted)


@EVERY_SIZE
def test_every_message_is_inside_and_beside_its_symbol(size: Size) -> None:
    for _, _, pages in messages(size):
        for page in pages:
            assert_inside(page, size)
            assert_clear_of_symbol(page, size[2])


@EVERY_SIZE
def test_no_line_of_a_message_covers_another(size: Size) -> None:
    for name, _, pages in messages(size):
        for page in pages:
            bases = [line.base for line in page.lines]
            assert all(upper + 10 <= lower for upper, lower in pairwise(bases)), name


@EVERY_SIZE
def test_every_verdict_begins_with_what_happened_to_the_money(size: Size) -> None:
    for name, card, pages in messages(size):
        for page in pages:
            shown, wanted = part_of(page, Part.MONEY), forms(card, page, Part.MONEY)
            if page.number == 1 and (size[0] > 96 or shown):
                assert bool(shown) == bool(wanted[0]), name
                assert not shown or any(form.startswith(shown) for form in wanted), name


@pytest.mark.parametrize("size", [size for size in SIZES if size[0] > 96], ids=lambda size: f"{size[0]}x{size[1]}")
def test_no_page_of_a_message_of_the_house_cuts_a_sentence(size: Size) -> None:
    for name, card, pages in messages(size):
        for page in pages:
            for part in (Part.DETAIL, Part.MONEY):
                shown = part_of(page, part)
                assert not shown or has_whole_sentences(shown, forms(card, page, part)), (name, shown)


@EVERY_SIZE
def test_everything_stands_in_the_middle(size: Size) -> None:
    for name, _, pages in messages(size):
        for page in pages:
            symbol = page.symbol_box
            first, *below = page.lines
            is_beside = size[0] >= 3 * size[1]
            left = symbol.right if is_beside else page.area.left
            begin = symbol.left if first.left > symbol.right and not is_beside else first.left
            rows = [(begin, end_of(first, size)), *((line.left, end_of(line, size)) for line in below)]
            for start, end in rows:
                assert abs((start - left) - (page.area.right - end)) <= 5, (name, page.lines)


@EVERY_SIZE
def test_the_band_of_the_money_is_a_rectangle_at_the_foot_and_covers_nothing_else(size: Size) -> None:
    for name, _, pages in messages(size):
        for page in pages:
            if size[0] > 96:  # smaller ones have no band under a sentence that goes on over pages
                assert len(page.bands) == any(line.part is Part.MONEY for line in page.lines), name
            for band in page.bands:
                assert (band.right, band.bottom) == (page.area.right, page.area.bottom), name
                for line in page.lines:
                    up, down = letters(line.size, is_bold=line.is_bold, mode=size[2]).reach(line.text)
                    is_inside = line.base - up >= band.top and line.base + down <= band.bottom
                    assert is_inside if line.part is Part.MONEY else line.base + down < band.top, (name, line)


@EVERY_SIZE
def test_a_display_at_rest_shows_one_page_of_each_language_in_turn(size: Size) -> None:
    card = next(card for _, card in cards(*Language) if card.is_resting)
    pages = canvas(size).pages(card)
    assert [page.face for page in pages][:4] == [0, 1, 2, 3]
    if size[0] > 96:
        assert len(pages) == 4
    if size[0] > 96:
        assert all("CHF\u00a025.00" in " ".join(line.text for line in page.lines) for page in pages[:4])


def test_a_verdict_is_told_whole_in_one_language_before_the_next() -> None:
    card = next(card for name, card in cards(*Language) if name == "NOBODY_PASSED")
    pages = canvas((128, 32, "1")).pages(card)
    assert [page.face for page in pages] == sorted(page.face for page in pages)
    assert len(pages) > 4


def test_a_long_message_that_is_the_same_in_all_languages_is_told_once() -> None:
    words = " ".join(f"Wort{number}" for number in range(60))
    card = Card(
        Symbol.CROSS,
        Signal.REFUSED,
        (Face("Abgelehnt", words, "Nicht belastet."), Face("Refusé", words, "Aucun débit.")),
    )
    pages = canvas((128, 64, "1")).pages(card)
    assert text_of(pages, Part.DETAIL) == words.replace(" ", "")
    assert [page.number for page in pages if page.face == 1] == [1]
    assert text_of(pages[-1:], Part.MONEY) == "Aucundébit."


def test_what_is_left_of_a_verdict_takes_turns_with_the_gate_at_rest() -> None:
    cards_of = dict(cards(Language.DE, Language.FR))
    verdict, idle = cards_of["BALANCE_TOO_LOW"], cards_of["IDLE"]
    pages = canvas((320, 240, "RGB")).pages(replace(idle, unread=verdict.afterwards))
    assert [(page.symbol, page.signal, page.face) for page in pages] == [
        (Symbol.CROSS, Signal.IDLE, 0),
        (Symbol.SCAN, Signal.IDLE, 0),
        (Symbol.CROSS, Signal.IDLE, 1),
        (Symbol.SCAN, Signal.IDLE, 1),
    ]


def test_languages_that_say_the_same_are_shown_once() -> None:
    card = Card(Symbol.TICK, None, (Face("Taxi", "", ""),) * 3)
    assert len(canvas((128, 64, "1")).pages(card)) == 1


@pytest.mark.parametrize("length", [300, 600])
@EVERY_SIZE
def test_a_long_message_can_be_read_whole(size: Size, length: int) -> None:
    message = ("Der Gutschein ist nur von Montag bis Freitag gültig, ausser an Feiertagen. " * 9)[:length].strip()
    pages = canvas(size).pages(verdict("Abgelehnt", message, "Nicht belastet."))
    assert text_of(pages, Part.DETAIL) == message.replace(" ", "")
    assert [page.number for page in pages] == list(range(1, len(pages) + 1))
    assert {page.count for page in pages} == {len(pages)}


@pytest.mark.parametrize("words", ["a. ", "Der Gutschein ist abgelaufen. ", "x", "\u00a0a"])
@EVERY_SIZE
def test_an_endless_message_does_not_hold_the_display_up(size: Size, words: str) -> None:
    message = (words * 5000)[:5000]
    start = time.monotonic()
    pages = canvas(size).pages(verdict("Abgelehnt", message, "Nicht belastet."))
    assert time.monotonic() - start < 5, "it took 0.1 s when this was written"
    assert text_of(pages, Part.DETAIL).replace("\u00a0", "") == message.replace(" ", "").replace("\u00a0", "")


@EVERY_SIZE
def test_words_without_a_title_come_to_an_end(size: Size) -> None:
    for detail, money in (("x" * 600, ""), ("", "x" * 600), ("x" * 600, "y" * 600), ("", "")):
        pages = canvas(size).pages(verdict("", detail, money))
        assert (text_of(pages, Part.DETAIL), text_of(pages, Part.MONEY)) == (detail, money)


def test_a_long_page_stays_longer_than_a_short_one() -> None:
    (short,) = canvas((240, 240, "RGB")).pages(verdict("Nein", "", ""))
    (long,) = canvas((240, 240, "RGB")).pages(verdict("Nein", "Der Gutschein wurde nicht gefunden.", "Nicht belastet."))
    assert long.seconds > short.seconds >= 1


@settings(max_examples=60)
@given(
    st.text(), st.text(), st.text(), ANY_SIZE, st.sampled_from(Symbol), st.sampled_from([*Signal, None]), st.booleans()
)
def test_any_text_is_drawn_inside(
    title: str, detail: str, money: str, size: Size, symbol: Symbol, signal: Signal | None, is_resting: bool
) -> None:
    pages = canvas(size).pages(Card(symbol, signal, (Face(title, detail, money),), is_resting=is_resting))
    assert pages
    for page in pages:
        assert canvas(size).draw(page).size == size[:2]
        assert_inside(page, size)
        assert_clear_of_symbol(page, size[2])


@settings(max_examples=60)
@given(PLAIN, PLAIN, ANY_SIZE, st.booleans())
def test_nothing_of_a_text_is_lost(detail: str, money: str, size: Size, is_resting: bool) -> None:
    card = replace(verdict("Nein", detail, money), is_resting=is_resting)
    pages = canvas(size).pages(card)
    wanted = detail.replace(" ", "")
    shown = text_of(pages, Part.DETAIL)
    assert Counter(shown) == Counter(wanted) if is_resting else shown == wanted
    wanted = money.replace(" ", "")
    assert wanted in (text_of(pages[:1], Part.MONEY), text_of(pages, Part.MONEY))


def test_a_character_the_font_lacks_is_a_square_and_no_blank() -> None:
    (page,) = canvas((240, 240, "RGB")).pages(verdict("Nein", "漢\U0001f381Ａ", ""))
    assert [line.text for line in page.lines if line.part is Part.DETAIL] == ["□□A"]


def test_no_character_there_is_becomes_a_blank() -> None:
    font = letters(10, is_bold=False, mode="1")
    repertoire = Repertoire([font])
    for code in [*range(0x3000), *range(0xA640, 0xA800), *range(0xFB00, 0x10000), *range(0x1D400, 0x1D500)]:
        for character in repertoire.showing(safe(chr(code))):
            if character not in {" ", NO_BREAK_SPACE}:
                image = Image.new("1", (60, 40))
                font.draw(ImageDraw.Draw(image), (20, 25), character, 1)
                assert image.getbbox() is not None, f"U+{code:04X}"


@pytest.mark.parametrize("is_bold", [False, True])
def test_every_character_of_the_house_is_in_the_font(is_bold: bool) -> None:
    font = letters(10, is_bold=is_bold, mode="1")
    shown = {c for _, card in cards(*Language) for face in card.faces for c in face.title + face.detail + face.money}
    assert {character for character in shown if character not in " \u00a0\u202f" and not font.has(character)} == set()


@pytest.mark.parametrize("side", [24, 32, 64])
def test_symbols_are_told_apart_by_their_shape_alone(side: int) -> None:
    for one, other in product(Symbol, Symbol):
        if one is not other:
            difference = ImageChops.difference(drawn(one, side, is_hard=True), drawn(other, side, is_hard=True))
            assert sum(difference.histogram()[1:]) > side * side // 8, (one, other)


def test_a_resting_page_is_shifted_without_losing_a_pixel() -> None:
    card = next(card for _, card in cards(Language.DE) if card.is_resting)
    for size in ((128, 32, "1"), (128, 64, "1")):
        (width, height, mode) = size
        page = Canvas(width, height, "1").pages(card)[0]
        lit = [
            sum(Canvas(width, height, "1").draw(page, shift=shift).convert("L").histogram()[1:])
            for shift in ((0, 0), (MOST_SHIFT, MOST_SHIFT), (-MOST_SHIFT, -MOST_SHIFT), (50, 50))
        ]
        assert len(set(lit)) == 1, mode


def test_a_shift_moves_what_is_shown() -> None:
    card = next(card for _, card in cards(Language.DE) if card.is_resting)
    page = canvas((128, 64, "1")).pages(card)[0]
    still, moved = (canvas((128, 64, "1")).draw(page, shift=shift) for shift in ((0, 0), (MOST_SHIFT, 1)))
    assert ImageChops.offset(still, MOST_SHIFT, 1).tobytes() == moved.tobytes()


def luminance(colour: Colour) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    assert isinstance(colour, tuple)
    parts = [part / 255 for part in colour]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("signal", [*Signal, None])
def test_words_stand_out_from_every_colour(signal: Signal | None) -> None:
    colours = BY_SIGNAL[signal]
    for ink, ground in ((colours.ink, colours.ground), (colours.band_ink, colours.band)):
        light, dark = sorted((luminance(ink), luminance(ground)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 7


@pytest.mark.parametrize("size", [(95, 32), (96, 31)])
def test_too_few_pixels_are_refused_with_the_setting(size: tuple[int, int]) -> None:
    with pytest.raises(DeviceError, match=r"is too small for words: the least is 96x32, see display\.width"):
        Canvas(*size, "1")


def test_without_pillow_a_canvas_says_what_to_install() -> None:
    command = [sys.executable, "-c", WITHOUT_PILLOW]
    told = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - this Python, our program
    assert told.stdout == "DeviceError this display needs Pillow: pip install 'gate-controller[image]'\n"

from dataclasses import replace

import pytest
from rich.cells import cell_len

from gate_controller.admission.words.messages import Signal
from gate_controller.admission.words.money import Cents
from gate_controller.demo.drawing import PAGE_SECONDS, Heard, View, picture
from gate_controller.simulator import SAMPLES
from gate_controller.texts import Text
from gate_controller.web.playground import Holding
from tests.rig.drawn import words

[LONG] = [sample.voucher.message for sample in SAMPLES if sample.voucher and len(sample.voucher.message) > 200]
VIEW = View(
    text=Text("Welcome", "Please go through.", "CHF\u00a025.00 charged. CHF\u00a0475.00 left."),
    signal=Signal.ADMITTED,
    seconds=0.0,
    lamps={"yellow": False, "green": True, "red": False},
    is_open=True,
    books="CHF\u00a025.00 charged in all",
    vouchers=[Holding("L4FU5LQTKJR3", "good", Cents(47500), "CHF")] * 15,
    trouble="",
    log=["a line of the log " * 10] * 9,
    page="http://127.0.0.1:8080/",
    typed="",
    is_ending=False,
    contacts={"exit": False, "alarm": False, "key": False},
)
REFUSED = replace(VIEW, text=Text("Not redeemable", LONG, "Not charged."), signal=Signal.REFUSED)


PIXELS = replace(VIEW, cells_wide=8 / 3)
LETTERS = replace(
    VIEW, letters=["✓ Welcome           ", "Please go through.  ", "CHF 25.00 charged.  ", "CHF 475.00 left.    "]
)


@pytest.mark.parametrize(
    "view",
    [
        VIEW,
        REFUSED,
        PIXELS,
        LETTERS,
        replace(PIXELS, cells_wide=8.0),
        replace(PIXELS, typed="x" * 500, trouble="y" * 500, books="z" * 500),
    ],
)
@pytest.mark.parametrize("height", [1, 9, 10, 12, 15, 23, 24, 30, 60])
@pytest.mark.parametrize("columns", [1, 59, 60, 79, 80, 100, 200])
def test_no_picture_is_larger_than_its_terminal(view: View, columns: int, height: int) -> None:
    drawing = picture(view, columns, height)

    assert len(drawing.lines) <= height
    assert max(map(cell_len, words(drawing.lines))) <= columns
    if (place := drawing.place) is not None:
        assert place.row + place.rows - 1 <= height
        assert place.column + place.columns - 1 <= columns


def test_80_by_24_holds_everything() -> None:
    lines = words(picture(VIEW, 80, 24).lines)

    assert len(lines) == 24
    shown = "\n".join(lines)
    for text in (
        "Welcome",
        "CHF\u00a0475.00 left.",
        "● GREEN",
        "○ red",
        "OPEN",
        "○ exit  ○ alarm  ○ key",
        "charged in all",
        "15 L4FU",
        "q: quit",
    ):
        assert text in shown
    assert sum("a line of the log" in line for line in lines) == 2


@pytest.mark.parametrize("height", [10, 12, 24, 50])
def test_the_verdict_and_the_money_are_there_in_every_terminal(height: int) -> None:
    shown = "\n".join(words(picture(VIEW, 60, height).lines))

    assert "Welcome" in shown
    assert "CHF\u00a025.00 charged" in shown
    assert "scan>" in shown


def test_a_message_too_long_for_the_display_is_shown_page_by_page_to_its_last_word() -> None:
    pages = [
        "\n".join(words(picture(replace(REFUSED, seconds=page * PAGE_SECONDS), 80, 24).lines[:7])) for page in range(2)
    ]

    assert "Grüezi!" in pages[0]
    assert "1/2" in pages[0]
    assert "gern Auskunft." in pages[1]
    for page in pages:
        assert "Not redeemable" in page
        assert "Not charged." in page


def test_a_lamp_that_is_lit_is_known_without_its_colour() -> None:
    [lamps] = [line for line in words(picture(VIEW, 80, 24).lines) if "lamps" in line]

    assert "○ yellow   ● GREEN   ○ red" in lamps


def test_the_arm_is_drawn_shut_and_open() -> None:
    assert "▐      ▌ OPEN" in "\n".join(words(picture(VIEW, 80, 24).lines))
    assert "▐══════▌ closed" in "\n".join(words(picture(replace(VIEW, is_open=False), 80, 24).lines))


def test_the_display_has_its_place_beside_the_words_and_everything_else_is_still_there() -> None:
    drawing = picture(PIXELS, 80, 24)

    assert drawing.place is not None
    for line in words(drawing.lines)[: drawing.place.rows]:
        assert line[: drawing.place.column - 1 + drawing.place.columns].strip() == ""
    shown = "\n".join(words(drawing.lines))
    for text in (
        "CHF\u00a025.00 charged. CHF\u00a0475.00 left.",
        "● GREEN",
        "OPEN",
        "○ key",
        "15 L4FU",
        "q: quit",
        "scan>",
    ):
        assert text in shown


def test_a_larger_terminal_has_a_larger_display() -> None:
    sizes = [picture(PIXELS, columns, lines).place for columns, lines in ((80, 24), (120, 40), (200, 60))]

    assert all(sizes)
    rows = [place.rows for place in sizes if place]
    assert rows == sorted(set(rows))


@pytest.mark.parametrize(("columns", "lines"), [(60, 15), (71, 40), (80, 20)])
def test_the_display_gives_way_to_the_words_in_a_smaller_terminal(columns: int, lines: int) -> None:
    drawing = picture(PIXELS, columns, lines)

    assert drawing.place is None
    assert "CHF\u00a025.00 charged. CHF\u00a0475.00 left." in "\n".join(words(drawing.lines))


def test_a_display_of_letters_is_framed_beside_the_words() -> None:
    lines = words(picture(LETTERS, 80, 24).lines)

    assert lines[1].startswith("  │ ✓ Welcome            │  │ Welcome")
    assert lines[5].startswith("  └──────────────────────┘  │")


def test_each_beep_is_a_note_and_the_sound_has_a_name() -> None:
    heard = replace(VIEW, heard=Heard("refused", beeps=3, is_sounding=True))

    assert "sound  ♪ ♪ ♪ refused" in "\n".join(words(picture(heard, 80, 24).lines))


def test_a_contact_that_is_active_is_known_without_its_colour() -> None:
    alarm = replace(VIEW, contacts={"exit": False, "alarm": True, "key": False})

    assert "○ exit  ● ALARM  ○ key" in "\n".join(words(picture(alarm, 60, 15).lines))


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_every_key_is_named(columns: int) -> None:
    shown = "\n".join(words(picture(VIEW, columns, 24).lines))

    for key in ("e: exit", "a: alarm", "k: key", "f: fault", "l: language", "q: quit"):
        assert key in shown


@pytest.mark.parametrize(("columns", "lines"), [(60, 11), (60, 20), (80, 24), (120, 40)])
def test_the_address_of_the_page_is_there_in_every_terminal_but_the_lowest(columns: int, lines: int) -> None:
    assert "page   http://127.0.0.1:8080/" in "\n".join(words(picture(VIEW, columns, lines).lines))


@pytest.mark.parametrize(("columns", "lines"), [(60, 10), (60, 20), (80, 24)])
def test_how_to_scan_is_said_where_the_code_goes_until_it_is_typed(columns: int, lines: int) -> None:
    assert words(picture(VIEW, columns, lines).lines)[-1].endswith("a number or a code, then Enter")
    assert words(picture(replace(VIEW, typed="L4F"), columns, lines).lines)[-1] == "  scan>  L4F "

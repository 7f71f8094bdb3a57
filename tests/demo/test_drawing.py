from collections.abc import Sequence
from dataclasses import replace

import pytest

from gate_controller.admission.messages import Signal
from gate_controller.demo.cells import width
from gate_controller.demo.drawing import PAGE_SECONDS, Holding, Line, View, picture
from gate_controller.eguma.simulator import SAMPLES
from gate_controller.texts import Text

[LONG] = [sample.voucher.message for sample in SAMPLES if sample.voucher and len(sample.voucher.message) > 200]
VIEW = View(
    text=Text("Welcome", "Please go through.", "CHF\u00a025.00 charged, CHF\u00a0475.00 left."),
    signal=Signal.ADMITTED,
    seconds=0.0,
    lamps={"yellow": False, "green": True, "red": False},
    is_open=True,
    books="CHF\u00a025.00 charged in all",
    vouchers=[Holding("L4FU5LQTKJR3", "good", "475.00")] * 15,
    trouble="",
    log=["a line of the log " * 10] * 9,
    typed="",
    is_ending=False,
)
REFUSED = replace(VIEW, text=Text("Not redeemable", LONG, "Not charged."), signal=Signal.REFUSED)


def words(lines: Sequence[Line]) -> list[str]:
    return ["".join(span.text for span in line) for line in lines]


@pytest.mark.parametrize("view", [VIEW, REFUSED, replace(VIEW, typed="x" * 500, trouble="y" * 500, books="z" * 500)])
@pytest.mark.parametrize("height", [1, 9, 10, 12, 15, 23, 24, 30, 60])
@pytest.mark.parametrize("columns", [1, 59, 60, 79, 80, 100, 200])
def test_no_picture_is_larger_than_its_terminal(view: View, columns: int, height: int) -> None:
    lines = picture(view, columns, height)

    assert len(lines) <= height
    assert max(map(width, words(lines))) <= columns


def test_80_by_24_holds_everything() -> None:
    lines = words(picture(VIEW, 80, 24))

    assert len(lines) == 24
    shown = "\n".join(lines)
    for text in (
        "Welcome",
        "CHF\u00a0475.00 left.",
        "● GREEN",
        "○ red",
        "OPEN",
        "charged in all",
        "15 L4FU",
        "q: quit",
    ):
        assert text in shown
    assert sum("a line of the log" in line for line in lines) == 3


@pytest.mark.parametrize("height", [10, 12, 24, 50])
def test_the_verdict_and_the_money_are_there_in_every_terminal(height: int) -> None:
    shown = "\n".join(words(picture(VIEW, 60, height)))

    assert "Welcome" in shown
    assert "CHF\u00a025.00 charged" in shown
    assert "scan>" in shown


def test_a_message_too_long_for_the_display_is_shown_page_by_page_to_its_last_word() -> None:
    pages = ["\n".join(words(picture(replace(REFUSED, seconds=page * PAGE_SECONDS), 80, 24)[:7])) for page in range(2)]

    assert "Grüezi!" in pages[0]
    assert "1/2" in pages[0]
    assert "gern Auskunft." in pages[1]
    for page in pages:
        assert "Not redeemable" in page
        assert "Not charged." in page


def test_a_lamp_that_is_lit_is_known_without_its_colour() -> None:
    [lamps] = [line for line in words(picture(VIEW, 80, 24)) if "lamps" in line]

    assert "○ yellow   ● GREEN   ○ red" in lamps


def test_the_arm_is_drawn_shut_and_open() -> None:
    assert "▐      ▌ OPEN" in "\n".join(words(picture(VIEW, 80, 24)))
    assert "▐══════▌ closed" in "\n".join(words(picture(replace(VIEW, is_open=False), 80, 24)))

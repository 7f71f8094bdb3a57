import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_controller.devices.display.card import Card
from gate_controller.devices.display.reel import (
    DIM_AFTER_SECONDS,
    READ_MOST_SECONDS,
    SHIFT_EVERY_SECONDS,
    SHIFTS,
    Reel,
)
from gate_controller.devices.display.typesetting.page import Page
from tests.rig.pages import a_card, a_page

IDLE = a_card("Welcome", is_resting=True)
CLOSED = a_card("Out of service", is_resting=True)
CHECKING = a_card("Checking")
ADMITTED = a_card("Welcome in")
REFUSED = a_card("Balance too low")

PAGES = {
    IDLE: (a_page(1, seconds=4), a_page(2, seconds=5, face=1)),
    CLOSED: (a_page(11, seconds=4),),
    CHECKING: (a_page(21, seconds=2),),
    ADMITTED: (a_page(31, seconds=2), a_page(32, seconds=3)),
    REFUSED: tuple(a_page(number, seconds=6) for number in range(41, 46)),
}


def lay_out(card: Card) -> tuple[Page, ...]:
    return PAGES[card]


def number(reel: Reel, now: float) -> int:
    view = reel.turn(now, lay_out)
    assert view is not None
    return view.page.number


def test_nothing_is_shown_before_the_first_card() -> None:
    reel = Reel()
    assert reel.turn(0, lay_out) is None
    assert reel.due(0) is None
    assert reel.is_resting


def test_a_card_of_one_page_stays_without_waking_anybody() -> None:
    reel = Reel()
    reel.put(CHECKING, 0)
    assert number(reel, 0) == 21
    assert reel.due(0) is None
    assert number(reel, 1000) == 21


def test_pages_turn_after_their_seconds_and_go_round() -> None:
    reel = Reel()
    reel.put(ADMITTED, 100)
    turns = []
    now: float | None = 100
    for _ in range(5):
        assert now is not None
        turns.append((now, number(reel, now)))
        now = reel.due(now)
    assert turns == [
        (100, 31),
        (pytest.approx(102), 32),
        (pytest.approx(105), 31),
        (pytest.approx(107), 32),
        (pytest.approx(110), 31),
    ]


def test_the_time_of_a_page_starts_when_it_is_shown_not_when_the_card_was_handed_in() -> None:
    reel = Reel()
    reel.put(ADMITTED, 100)
    assert number(reel, 103) == 31
    assert reel.due(103) == pytest.approx(105)


def test_a_page_that_comes_late_does_not_move_those_after_it() -> None:
    reel = Reel()
    reel.put(ADMITTED, 0)
    assert number(reel, 0) == 31
    assert number(reel, 4.9) == 32
    assert reel.due(4.9) == pytest.approx(5)


@pytest.mark.parametrize("later", [CHECKING, ADMITTED, REFUSED])
@pytest.mark.parametrize("earlier", [IDLE, CLOSED, CHECKING, ADMITTED])
def test_news_for_a_person_replace_what_is_shown_at_once(earlier: Card, later: Card) -> None:
    reel = Reel()
    reel.put(earlier, 0)
    number(reel, 0)
    reel.put(later, 0.5)
    assert number(reel, 0.5) == PAGES[later][0].number


def test_the_same_verdict_for_the_next_person_starts_from_its_first_page() -> None:
    reel = Reel()
    reel.put(ADMITTED, 0)
    number(reel, 0)
    assert number(reel, 3) == 32
    reel.put(ADMITTED, 3)
    assert number(reel, 3) == 31


def test_a_resting_card_waits_until_each_page_of_a_verdict_was_shown_once() -> None:
    reel = Reel()
    reel.put(ADMITTED, 0)
    number(reel, 0)
    reel.put(IDLE, 1)
    assert [number(reel, now) for now in (1, 2, 4.9)] == [31, 32, 32]
    assert reel.due(4.9) == pytest.approx(5)
    assert number(reel, 5) == 1


def test_a_resting_card_follows_at_once_when_the_verdict_was_read() -> None:
    reel = Reel()
    reel.put(ADMITTED, 0)
    number(reel, 0)
    reel.put(IDLE, 6)
    assert number(reel, 6) == 1


def test_a_verdict_that_was_not_shown_yet_is_shown_before_the_resting_card() -> None:
    reel = Reel()
    reel.put(ADMITTED, 0)
    reel.put(IDLE, 0.01)
    assert number(reel, 0.2) == 31
    assert number(reel, 5.1) == 32
    assert number(reel, 5.2) == 1


def test_a_long_verdict_keeps_a_resting_card_for_twenty_seconds_at_most() -> None:
    reel = Reel()
    reel.put(REFUSED, 0)
    number(reel, 0)
    reel.put(IDLE, 3)
    assert number(reel, 19.9) == 44
    assert reel.due(19.9) == pytest.approx(READ_MOST_SECONDS)
    assert number(reel, 20) == 1


def test_a_verdict_that_could_not_be_shown_for_twenty_seconds_is_not_shown_any_more() -> None:
    reel = Reel()
    reel.put(ADMITTED, 0)
    reel.put(IDLE, 5)
    assert number(reel, 25) == 1


def test_the_latest_resting_card_is_the_one_that_waits() -> None:
    reel = Reel()
    reel.put(ADMITTED, 0)
    number(reel, 0)
    reel.put(IDLE, 1)
    reel.put(CLOSED, 2)
    assert number(reel, 5) == 11


def test_a_verdict_drops_the_resting_card_that_waits() -> None:
    reel = Reel()
    reel.put(ADMITTED, 0)
    number(reel, 0)
    reel.put(IDLE, 1)
    reel.put(REFUSED, 2)
    assert number(reel, 2) == 41
    assert number(reel, 33) == 41


def test_a_resting_card_replaces_another_at_once() -> None:
    reel = Reel()
    reel.put(IDLE, 0)
    number(reel, 0)
    reel.put(CLOSED, 1)
    assert number(reel, 1) == 11


def test_the_same_resting_card_goes_on() -> None:
    reel = Reel()
    reel.put(IDLE, 0)
    number(reel, 0)
    assert number(reel, 6) == 2
    reel.put(IDLE, 6)
    assert number(reel, 6) == 2


def test_a_resting_card_is_dimmed_after_half_a_minute() -> None:
    reel = Reel()
    reel.put(CLOSED, 0)
    view = reel.turn(0, lay_out)
    assert view is not None
    assert not view.is_dimmed
    assert reel.due(0) == pytest.approx(DIM_AFTER_SECONDS)
    view = reel.turn(DIM_AFTER_SECONDS, lay_out)
    assert view is not None
    assert view.is_dimmed


def test_a_resting_card_moves_every_minute_through_all_places_and_comes_back() -> None:
    reel = Reel()
    reel.put(CLOSED, 0)
    shifts = []
    for minute in range(len(SHIFTS) + 1):
        view = reel.turn(minute * SHIFT_EVERY_SECONDS, lay_out)
        assert view is not None
        shifts.append(view.shift)
        assert reel.due(minute * SHIFT_EVERY_SECONDS + 40) == pytest.approx((minute + 1) * SHIFT_EVERY_SECONDS)
    assert shifts == [*SHIFTS, SHIFTS[0]]


def test_the_places_of_a_resting_card_are_all_within_two_pixels_of_its_own() -> None:
    assert SHIFTS[0] == (0, 0)
    assert set(SHIFTS) == {(right, down) for right in range(-2, 3) for down in range(-2, 3)}
    assert len(SHIFTS) == 25


@pytest.mark.parametrize("card", [CHECKING, ADMITTED])
def test_news_for_a_person_are_bright_and_in_their_place_for_as_long_as_they_stay(card: Card) -> None:
    reel = Reel()
    reel.put(IDLE, 0)
    reel.turn(0, lay_out)
    reel.turn(1000, lay_out)
    reel.put(card, 1000)
    for now in (1000.0, 1040.0, 1500.0):
        view = reel.turn(now, lay_out)
        assert view is not None
        assert (view.shift, view.is_dimmed) == ((0, 0), False)


def test_a_page_without_a_length_does_not_spin() -> None:
    reel = Reel()
    reel.put(ADMITTED, 0)
    reel.turn(0, lambda _card: (a_page(1, seconds=0), a_page(2, seconds=0)))
    due = reel.due(0)
    assert due is not None
    assert due >= 0.05


def test_a_card_is_laid_out_once() -> None:
    reel = Reel()
    asked: list[Card] = []

    def count(card: Card) -> tuple[Page, ...]:
        asked.append(card)
        return PAGES[card]

    reel.put(IDLE, 0)
    for now in range(100):
        reel.turn(now, count)
    assert asked == [IDLE]


CARDS = st.sampled_from([IDLE, CLOSED, CHECKING, ADMITTED, REFUSED])
STEPS = st.lists(st.tuples(st.floats(0, 40), CARDS), min_size=1, max_size=20)


@given(STEPS)
def test_in_any_order_the_last_card_is_on_show_after_twenty_seconds(steps: list[tuple[float, Card]]) -> None:
    reel, now = Reel(), 0.0
    for wait, card in steps:
        now += wait
        reel.put(card, now)
        reel.turn(now, lay_out)
    last = steps[-1][1]
    view = reel.turn(now + READ_MOST_SECONDS, lay_out)
    assert view is not None
    assert view.page in PAGES[last]
    assert reel.is_resting is last.is_resting


@given(STEPS)
def test_in_any_order_what_is_due_lies_ahead_and_nothing_changes_before(steps: list[tuple[float, Card]]) -> None:
    reel, now = Reel(), 0.0
    for wait, card in steps:
        now += wait
        reel.put(card, now)
        view = reel.turn(now, lay_out)
        due = reel.due(now)
        if due is None:
            assert reel.turn(now + 10_000, lay_out) == view
            return
        assert due > now
        assert reel.turn(now + 0.99 * (due - now), lay_out) == view
        assert reel.turn(due, lay_out) != view
        now = due

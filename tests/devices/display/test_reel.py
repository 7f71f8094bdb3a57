"""Which page is due: verdicts give way at once, and what could not be read of them stays while the gate rests."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_controller.devices.display.card import Card, Face
from gate_controller.devices.display.reel import DIM_AFTER_SECONDS, SHIFT_EVERY_SECONDS, SHIFTS, Reel
from gate_controller.devices.display.typesetting.page import Page
from tests.rig.pages import a_card, a_page


def face(title: str) -> Face:
    return Face(title, "", "")


IDLE = a_card("Welcome", is_resting=True)
CLOSED = a_card("Out of service", is_resting=True)
CHECKING = a_card("Checking")
ADMITTED_AT = replace(a_card("Admitted 14:32", is_resting=True), faces=(face("14:32"), face("14h32"), face("2.32 pm")))
ADMITTED = replace(
    a_card("Welcome in"), faces=(face("Welcome"), face("Bienvenue"), face("Benvenuti")), afterwards=ADMITTED_AT
)
REFUSED_AT = a_card("Refused 14:33", is_resting=True)
REFUSED = replace(a_card("Balance too low"), afterwards=REFUSED_AT)

PAGES = {
    IDLE: (a_page(1, seconds=4), a_page(2, seconds=5, face=1)),
    CLOSED: (a_page(11, seconds=4),),
    CHECKING: (a_page(21, seconds=2),),
    ADMITTED: (a_page(31, seconds=2), a_page(32, seconds=3, face=1), a_page(33, seconds=2, face=2)),
    REFUSED: tuple(a_page(number, seconds=6) for number in range(41, 46)),
    REFUSED_AT: (a_page(61, seconds=3),),
}
LATER = {title: a_page(number, seconds=2) for number, title in enumerate(("14:32", "14h32", "2.32 pm"), start=51)}


def lay_out(card: Card) -> tuple[Page, ...]:
    if card.unread is not None:
        return (*lay_out(card.unread), *lay_out(replace(card, unread=None)))
    return PAGES.get(card) or tuple(LATER[face.title] for face in card.faces)


def numbers(reel: Reel, now: float) -> list[int]:
    """Return the pages of one round from now on."""
    seen: list[int] = []
    due: float | None = now
    while due is not None and (not seen or number(reel, due) != seen[0]):
        seen.append(number(reel, due))
        due = reel.due(due)
    return seen


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
        (pytest.approx(105), 33),
        (pytest.approx(107), 31),
        (pytest.approx(109), 32),
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


def test_a_resting_card_follows_a_verdict_that_was_read_alone() -> None:
    reel = Reel()
    reel.put(ADMITTED, 0)
    number(reel, 0)
    reel.put(IDLE, 7)
    assert numbers(reel, 7) == [1, 2]


def test_what_could_not_be_read_stays_as_what_is_true_afterwards_beside_the_gate_at_rest() -> None:
    reel = Reel()
    reel.put(REFUSED, 0)
    number(reel, 0)
    reel.put(IDLE, 5)
    assert numbers(reel, 5) == [61, 1, 2]
    assert numbers(reel, 3600)
    assert {number(reel, 3600 + second) for second in range(13)} == {61, 1, 2}


def test_the_language_that_was_not_read_to_its_end_comes_first() -> None:
    reel = Reel()
    reel.put(ADMITTED, 0)
    number(reel, 0)
    reel.put(IDLE, 3)
    assert numbers(reel, 3) == [52, 53, 51, 1, 2]


def test_a_verdict_that_could_not_be_shown_at_all_leaves_all_that_is_true_of_it() -> None:
    reel = Reel()
    reel.put(ADMITTED, 0)
    reel.put(IDLE, 5)
    assert numbers(reel, 25) == [51, 52, 53, 1, 2]


def test_what_leaves_nothing_gives_way_at_once() -> None:
    reel = Reel()
    reel.put(CHECKING, 0)
    number(reel, 0)
    reel.put(IDLE, 0.5)
    assert numbers(reel, 0.5) == [1, 2]


def test_what_is_left_of_a_verdict_goes_on_when_the_gate_rests_otherwise() -> None:
    reel = Reel()
    reel.put(REFUSED, 0)
    number(reel, 0)
    reel.put(IDLE, 1)
    reel.put(CLOSED, 2)
    assert numbers(reel, 2) == [61, 11]


def test_the_next_scan_ends_what_is_left_of_a_verdict() -> None:
    reel = Reel()
    reel.put(REFUSED, 0)
    number(reel, 0)
    reel.put(IDLE, 1)
    reel.put(CHECKING, 2)
    reel.put(IDLE, 3)
    assert numbers(reel, 3) == [1, 2]


def test_what_is_left_of_a_verdict_is_dimmed_with_the_gate_at_rest() -> None:
    reel = Reel()
    reel.put(REFUSED, 0)
    number(reel, 0)
    reel.put(IDLE, 1)
    number(reel, 1)
    view = reel.turn(1 + DIM_AFTER_SECONDS, lay_out)
    assert view is not None
    assert view.is_dimmed


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
def test_in_any_order_the_last_card_is_on_show(steps: list[tuple[float, Card]]) -> None:
    reel, now = Reel(), 0.0
    for wait, card in steps:
        now += wait
        reel.put(card, now)
        reel.turn(now, lay_out)
    last = steps[-1][1]
    assert {page.number for page in PAGES[last]} <= {number(reel, now + second) for second in range(40)}
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

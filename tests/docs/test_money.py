import pytest

from gate_controller.admission.words.facts import OpenItem, Redeemed
from gate_controller.admission.words.messages import MoneyFate
from tests.docs.stories import PAGE, Story, drawn, stories

TOLD = {story.title: story for story in stories()}


def test_the_page_tells_what_the_code_does() -> None:
    page = PAGE.read_text()

    assert page == drawn(page), "make it anew: python -m tests.docs.stories"


@pytest.mark.parametrize("story", TOLD.values(), ids=TOLD.keys())
def test_every_story_ends(story: Story) -> None:
    """Nothing is left to the gate hours later: each charge is an admission, a refund or an open item."""
    ends = ("refused", "not charged", "admitted", "refunded", "open item", "E-GUMA ")

    assert all(books.startswith(ends) for books in story.books), story.books


@pytest.mark.parametrize("story", TOLD.values(), ids=TOLD.keys())
def test_staff_see_whatever_comes_on_their_list(story: Story) -> None:
    on_their_list = any(isinstance(fact, OpenItem) for facts in story.disk.values() for fact in facts)

    assert ("**an open item**" in story.staff) == on_their_list


@pytest.mark.parametrize("story", TOLD.values(), ids=TOLD.keys())
def test_a_visitor_who_is_told_of_no_charge_has_none(story: Story) -> None:
    fates = {message.fate for message in story.verdicts}

    if fates == {MoneyFate.NOT_CHARGED}:
        charged = [facts for facts in story.disk.values() if any(isinstance(fact, Redeemed) for fact in facts)]
        assert charged == []

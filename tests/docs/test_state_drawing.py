"""State diagrams are drawn for the site: every state once, every arrow, and those that lead back as such."""

from tests.docs.state_drawing import drawing

SMALL = """stateDiagram-v2
    [*] --> waiting
    waiting --> serving: Scanned
    serving --> waiting: Passed
    serving --> over: Stopped
    over --> [*]
"""


def test_every_state_and_every_arrow_is_drawn_once() -> None:
    svg = drawing(SMALL)

    assert [svg.count(f">{state}</text>") for state in ("waiting", "serving", "over")] == [1, 1, 1]
    assert svg.count('marker-end="url(#tip)"') == 3
    assert svg.count('class="back"') == 1


def test_where_many_may_end_they_have_a_second_frame_in_place_of_an_arrow() -> None:
    states = "abcd"
    many = (
        "[*] --> a\n" + "".join(f"{one} --> over: X\n" for one in states) + "a --> b\na --> c\na --> d\nover --> [*]\n"
    )

    svg = drawing(many)

    assert ">over</text>" not in svg
    assert svg.count("<rect") == 2 * len(states)

from tests.docs.transitions import PAGE, drawn


def test_the_drawn_transitions_are_those_of_the_code() -> None:
    page = PAGE.read_text()

    assert page == drawn(page), "make it anew: python -m tests.docs.transitions"

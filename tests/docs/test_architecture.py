import re
from pathlib import Path

from tests.docs.transitions import PAGE, drawn


def test_the_drawn_transitions_are_those_of_the_code() -> None:
    page = PAGE.read_text()

    assert page == drawn(page), "make it anew: python -m tests.docs.transitions"


def test_every_file_the_page_names_is_there() -> None:
    root = Path(__file__).parents[2]
    named = set(re.findall(r"`((?:gate_controller|tests|docs|systemd|hardware)/[\w./-]+)`", PAGE.read_text()))

    assert named
    assert [path for path in sorted(named) if not (root / path).exists()] == []

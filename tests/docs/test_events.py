"""The catalogue of events names every event of the log, and no other; each line of the log begins with its event."""

from tests.docs.events import PAGE, VENUE_PAGE, events, told

READY = {"ready": {"stdout"}}
"""Printed, for whoever starts a gate by hand."""


def test_the_page_has_every_event_with_its_levels_and_no_other() -> None:
    known = events() | READY
    by_page = told()
    assert {name: sorted(levels) for name, levels in by_page.items()} == {
        name: sorted(levels) for name, levels in known.items()
    }


def test_the_venues_page_has_every_event_of_its_log_and_no_other() -> None:
    assert told(VENUE_PAGE) == events(of_venue=True)


def test_each_event_has_a_meaning_and_something_to_do() -> None:
    rows = [line.split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert len(rows) > 80
    assert all(len(row) == 4 and row[2].endswith(".") and row[3].removesuffix(" |").endswith(".") for row in rows)

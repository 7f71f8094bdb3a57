"""What one receiver is told next, and what of it is remembered."""

from typing import Final

import pytest

from gate_controller.admission.words.events import Instant
from gate_controller.admission.words.ids import AttemptId, Incident
from gate_controller.shell import notices
from gate_controller.shell.concerns import Concern, Spell
from gate_controller.shell.notices import Told, Unheard

AT: Final = Instant(1_000.0, 1_795_637_704.0)
DISK: Final = Spell(Concern.DISK, 1, 900.0)
OVER: Final = Spell(Concern.DISK, 1, 900.0, 950.0)
ONE, TWO = AttemptId("ab12000001"), AttemptId("ab12000002")
ONE_CODE, TWO_CODE = Incident("K7Q2P"), Incident("M3NRT")


def test_each_is_told_once_and_again_when_it_is_over() -> None:
    heard = Told()
    due = heard.due({Concern.DISK: DISK}, frozenset({ONE}))
    assert due == Unheard((DISK,), frozenset({ONE}), {})
    heard.hear(due, {ONE: ONE_CODE}, AT)
    assert not heard.due({Concern.DISK: DISK}, frozenset({ONE}))
    due = heard.due({Concern.DISK: OVER}, frozenset({TWO}))
    assert due == Unheard((OVER,), frozenset({TWO}), {ONE: ONE_CODE})
    heard.hear(due, {TWO: TWO_CODE}, AT)
    assert not heard.due({Concern.DISK: OVER}, frozenset({TWO}))


def test_what_came_and_went_while_he_was_away_is_told_once_and_at_its_end() -> None:
    heard = Told()
    due = heard.due({Concern.DISK: Spell(Concern.DISK, 17, 900.0, 950.0)}, frozenset())
    assert [spell.number for spell in due.spells] == [17]
    heard.hear(due, {}, AT)
    assert not heard.due({Concern.DISK: Spell(Concern.DISK, 17, 900.0, 950.0)}, frozenset())


def test_an_item_that_was_opened_and_settled_while_he_was_away_is_not_told() -> None:
    assert not Told().due({}, frozenset())


def test_while_nobody_knows_the_open_items_none_is_over() -> None:
    assert not Told(items={ONE: ONE_CODE}).due({}, None)


def test_what_was_told_outlasts_a_restart_and_what_is_over_does_not() -> None:
    heard = Told()
    heard.hear(heard.due({Concern.DISK: DISK}, frozenset({ONE})), {ONE: ONE_CODE}, AT)
    again = notices.read(notices.written({"mail 1": heard}))["mail 1"]
    assert (again.standing, again.items) == ({Concern.DISK: AT.wall - 100}, {ONE: ONE_CODE})
    assert not again.due({Concern.DISK: Spell(Concern.DISK, 0, 900.0, is_seen=False)}, frozenset({ONE}))
    heard.hear(heard.due({Concern.DISK: OVER}, frozenset()), {}, AT)
    again = notices.read(notices.written({"mail 1": heard}))["mail 1"]
    assert (again.standing, again.items) == ({}, {})


def test_what_another_receiver_was_told_before_a_restart_is_told_only_if_it_is_still_so() -> None:
    earlier = Spell(Concern.DISK, 0, 900.0, is_seen=False)
    assert not Told().due({Concern.DISK: earlier}, frozenset())
    assert not Told().due({Concern.DISK: Spell(Concern.DISK, 0, 900.0, 950.0, is_seen=False)}, frozenset())
    assert Told().due({Concern.DISK: Spell(Concern.DISK, 0, 900.0)}, frozenset())


@pytest.mark.parametrize(
    "text", [None, "", "[]", "{", '{"mail": 3}', '{"mail": {"concerns": {"disk": "x"}, "items": {}}}']
)
def test_what_cannot_be_read_counts_as_not_told(text: str | None) -> None:
    assert notices.read(text) == {}


def test_a_concern_that_a_newer_version_knew_is_passed_over() -> None:
    assert notices.read('{"mail": {"concerns": {"flood": 1}, "items": {}}}') == {"mail": Told()}

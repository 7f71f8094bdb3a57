"""From codes to a set that is taken: any order, repeats, two sets mixed, and only what was shown is confirmed."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate_controller.settings.provisioning.acceptance import Circumstances
from gate_controller.settings.provisioning.intake import (
    LAPSES_SECONDS,
    READING_SECONDS,
    Intake,
    PartsTaken,
    Proposed,
    Step,
    Taken,
    WantsPassphrase,
)
from gate_controller.settings.provisioning.provisioned_state import Provisioned
from gate_controller.settings.provisioning.rejections import Rejected, Rejection
from gate_controller.settings.provisioning.scanned_frames import FrameKind, ProvisioningFrame
from tests.rig.venue import CONTENT, NOW, Venue, circumstances, codes

VENUE = Venue()
SET = codes(VENUE.sealed())
OTHER_ID = b"second"
OTHER = codes(VENUE.sealed(letter=VENUE.letter(set_id=OTHER_ID, serial=8)), OTHER_ID)
HERE = circumstances(VENUE)


class Gate:
    """An intake before which codes are held, one a second."""

    def __init__(self, here: Circumstances = HERE) -> None:
        self.intake, self.here, self.at = Intake(), here, 100.0

    def scan(self, *frames: ProvisioningFrame) -> Step:
        step: Step | None = None
        for frame in frames:
            self.at += 1
            step = self.intake.take(frame, self.at, self.here)
        assert step is not None
        return step

    def refuses(self, frame: ProvisioningFrame) -> Rejection:
        with pytest.raises(Rejected) as caught:
            self.scan(frame)
        return caught.value.why

    def waits(self, seconds: float) -> None:
        self.at += seconds


def test_parts_passphrase_and_confirmation_set_a_gate_up() -> None:
    gate = Gate()

    assert len(SET.parts) >= 2
    assert gate.scan(SET.parts[0]) == PartsTaken(1, len(SET.parts), tuple(range(2, len(SET.parts) + 1)))
    assert gate.scan(*SET.parts[1:]) == WantsPassphrase()
    proposed = gate.scan(SET.passphrase)
    assert isinstance(proposed, Proposed)
    assert proposed.content == CONTENT
    gate.waits(READING_SECONDS)
    taken = gate.scan(SET.confirmation)

    assert isinstance(taken, Taken)
    assert taken.becomes.settings == CONTENT.settings
    assert taken.becomes.serial == 7
    assert taken.becomes.not_before == NOW


def test_codes_may_come_in_any_order_and_again() -> None:
    for order in islice(permutations((*SET.parts, SET.passphrase)), 0, None, 3):
        gate = Gate()
        step = gate.scan(order[0], order[0], *order[1:], order[-1])
        assert isinstance(step, Proposed)
        again = gate.scan(*order)
        assert isinstance(again, Proposed)


def test_parts_of_two_sets_are_never_mixed() -> None:
    gate = Gate()

    assert gate.scan(SET.parts[0], OTHER.parts[1]) == PartsTaken(1, 2, (1,))
    assert gate.refuses(SET.passphrase) is Rejection.NOT_OF_THIS_SET
    step = gate.scan(*OTHER.parts)
    assert step == WantsPassphrase()
    assert gate.refuses(SET.confirmation) is Rejection.NOT_OF_THIS_SET
    proposed = gate.scan(OTHER.passphrase)
    assert isinstance(proposed, Proposed)
    assert proposed.letter.serial == 8


def test_a_part_that_says_otherwise_than_the_same_one_before_ends_the_set() -> None:
    gate = Gate()
    gate.scan(SET.parts[0])

    assert gate.refuses(replace(SET.parts[0], content=b"something else")) is Rejection.INCONSISTENT
    assert gate.scan(SET.parts[1]) == PartsTaken(1, 2, (1,))


def test_parts_that_claim_the_set_of_another_message_are_refused() -> None:
    gate = Gate()
    renamed = [replace(part, set_id=b"namely") for part in SET.parts]

    gate.scan(*renamed[:-1])
    assert gate.refuses(renamed[-1]) is Rejection.INCONSISTENT


def test_a_wrong_passphrase_may_be_followed_by_the_right_one() -> None:
    gate = Gate()
    gate.scan(*SET.parts)

    assert gate.refuses(replace(SET.passphrase, content=b"another sixteen.")) is Rejection.WRONG_PASSPHRASE
    assert isinstance(gate.scan(SET.passphrase), Proposed)


def test_nothing_is_confirmed_that_was_not_shown_for_a_while() -> None:
    gate = Gate()
    assert gate.refuses(SET.confirmation) is Rejection.TOO_EARLY
    gate.scan(*SET.parts)
    assert gate.refuses(SET.confirmation) is Rejection.TOO_EARLY
    gate.scan(SET.passphrase)
    assert gate.refuses(SET.confirmation) is Rejection.TOO_EARLY
    gate.waits(READING_SECONDS)

    assert isinstance(gate.scan(SET.confirmation), Taken)


def test_a_confirmation_that_was_made_without_the_key_confirms_nothing() -> None:
    gate = Gate()
    gate.scan(*SET.parts, SET.passphrase)
    gate.waits(READING_SECONDS)

    made_up = ProvisioningFrame(FrameKind.CONFIRMATION, SET.confirmation.set_id, b"eight by")
    assert gate.refuses(made_up) is Rejection.INCONSISTENT
    assert gate.refuses(SET.confirmation) is Rejection.TOO_EARLY


def test_a_set_that_nobody_goes_on_with_is_forgotten() -> None:
    gate = Gate()
    gate.scan(*SET.parts, SET.passphrase)
    gate.waits(LAPSES_SECONDS)

    assert gate.refuses(SET.confirmation) is Rejection.TOO_EARLY


def test_a_stranger_is_refused_before_he_is_asked_for_a_passphrase() -> None:
    gate = Gate()
    strange = codes(Venue().sealed())
    gate.scan(*strange.parts[:-1])

    assert gate.refuses(strange.parts[-1]) is Rejection.UNTRUSTED


def test_what_has_changed_until_the_confirmation_is_seen() -> None:
    for change, why in (
        ({"taken": Provisioned(serial=7)}, Rejection.REPLAYED),
        ({"now": NOW + 1e6}, Rejection.EXPIRED),
        ({"is_provisioned": True}, Rejection.OTHER_GATE),
        ({"trust": Venue().trust}, Rejection.UNTRUSTED),
        ({"judge": _refuse}, Rejection.SET_ELSEWHERE),
    ):
        gate = Gate()
        gate.scan(*SET.parts, SET.passphrase)
        gate.waits(READING_SECONDS)
        gate.here = circumstances(VENUE, **change)
        assert gate.refuses(SET.confirmation) is why


def test_the_same_set_is_taken_once() -> None:
    gate = Gate()
    gate.scan(*SET.parts, SET.passphrase)
    gate.waits(READING_SECONDS)
    taken = gate.scan(SET.confirmation)
    assert isinstance(taken, Taken)
    gate.here = circumstances(VENUE, taken=taken.becomes)

    gate.scan(*SET.parts[:-1])
    assert gate.refuses(SET.parts[-1]) is Rejection.REPLAYED


def test_a_gate_that_could_not_run_with_it_refuses_before_it_shows_anything() -> None:
    gate = Gate(circumstances(VENUE, judge=_refuse))
    gate.scan(*SET.parts)

    assert gate.refuses(SET.passphrase) is Rejection.SET_ELSEWHERE


FRAMES = st.sampled_from((*SET.parts, *OTHER.parts, SET.passphrase, OTHER.passphrase, SET.confirmation))


@given(st.lists(FRAMES, max_size=25))
@settings(max_examples=40, deadline=None)
def test_no_order_of_codes_takes_anything_without_its_own_confirmation(frames: list[ProvisioningFrame]) -> None:
    gate = Gate()
    proposed: Proposed | None = None
    for frame in frames:
        gate.waits(READING_SECONDS)
        try:
            step = gate.scan(frame)
        except Rejected:
            continue
        if isinstance(step, Taken):
            assert proposed is not None
            assert frame.kind is FrameKind.CONFIRMATION
            assert step.letter.set_id == frame.set_id == proposed.letter.set_id
            return
        if isinstance(step, Proposed):
            proposed = step


def _refuse(settings: Mapping[str, object]) -> None:
    raise Rejected(Rejection.SET_ELSEWHERE, f"{len(settings)} settings")

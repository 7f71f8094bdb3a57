"""
A scanner's bytes from its line to the books: nobody pays with what nobody presented, one presentation is one admission,
and junk behind a code changes nothing that its visitor sees.

`play` holds all of that at every step (`tests/rig/scanner_lines.py`, `presented.py`); random schedules do the same.
"""

import pytest

from gate_controller.admission.words.messages import MessageKind
from tests.campaign.core import fails
from tests.rig.held import NOISES, PREFIXES, SUFFIXES, TEXTS, ScannerKind
from tests.rig.schedule import Schedule, Setup, shrunk
from tests.rig.steps import Holds, NobodyPasses, Noise, PowerCut, Scan, ScannerTrouble, Step
from tests.rig.world import Outcome, play

VOUCHER = b"L4FU5LQTKJR3"
SCANNERS = [ScannerKind(prefix, suffix) for prefix in PREFIXES for suffix in SUFFIXES]


def played(*steps: Step, sensor: bool = False, scanner: ScannerKind | None = None) -> Outcome:
    outcome = play(Schedule(Setup(sensor=sensor, scanner=scanner or ScannerKind()), steps))
    assert outcome.violations == []
    return outcome


@pytest.mark.parametrize("scanner", SCANNERS)
def test_each_voucher_is_one_admission_however_the_scanner_is_set(scanner: ScannerKind) -> None:
    outcome = played(Holds(1.0, VOUCHER), Holds(20.0, b"WINTERGIFT07"), Holds(20.0, b"L4FU-5LQT-KJR3"), scanner=scanner)

    assert (outcome.admissions, outcome.charges) == (3, 3)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("cuts", [(), (6,), (6, 14, 22)])
def test_nobody_is_charged_for_a_line_of_a_text(text: bytes, cuts: tuple[int, ...]) -> None:
    for scanner in SCANNERS:
        outcome = played(Holds(1.0, text, cuts, 0.02), Holds(20.0, text, cuts, 0.02, readings=3), scanner=scanner)

        assert outcome.charges == 0


@pytest.mark.parametrize("pause", [0.06, 0.45, 2.0, 6.0])
def test_nobody_is_charged_for_the_tail_of_a_voucher_that_a_radio_held_back(pause: float) -> None:
    before = Holds(1.0, b"EXACTLY1PAID")
    for steps in ((), (before,)):
        outcome = played(*steps, Holds(20.0, b"WINTERGIFT07", (10,), pause))

        assert outcome.charges == len(steps) + (pause < 0.5)


@pytest.mark.parametrize("sensor", [False, True])
@pytest.mark.parametrize("every", [0.3, 0.6, 1.0, 1.9])
@pytest.mark.parametrize("shows", [VOUCHER, b"07"])
def test_a_phone_that_lies_before_a_scanner_that_rereads_pays_once(shows: bytes, every: float, sensor: bool) -> None:
    outcome = played(Holds(1.0, shows, readings=20, every=every), sensor=sensor)

    assert (outcome.admissions, outcome.charges) == (1, 1)


def test_a_phone_that_lies_there_though_nobody_passed_pays_once() -> None:
    outcome = played(NobodyPasses(0.0), Holds(1.0, VOUCHER, readings=30), sensor=True)

    assert outcome.charges == 1


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("after", [0.01, 0.06, 0.2, 1.0, 4.0])
def test_noise_behind_a_voucher_tells_its_visitor_nothing(noise: bytes, after: float) -> None:
    outcome = played(Holds(1.0, VOUCHER), Noise(after, noise))

    assert outcome.admissions == 1
    assert MessageKind.NOT_A_VOUCHER not in outcome.met


@pytest.mark.parametrize("opened", [PowerCut(0.2, down=0.5), PowerCut(0.2, down=0.5, kill=True)])
@pytest.mark.parametrize("tail_after", [0.2, 0.3, 0.45])
def test_what_came_just_before_the_port_was_opened_parts_no_short_code_from_its_text(
    opened: PowerCut, tail_after: float
) -> None:
    """The first lines of a QR-bill go to nobody, for the gate is starting; "07" of a street follows."""
    text = Holds(0.65 - tail_after, b"Grosse Gasse\n07", (12,), tail_after)

    assert played(opened, text).charges == 0


def test_what_came_just_before_the_scanner_was_plugged_in_parts_no_short_code_from_its_text() -> None:
    text = Holds(1.0, b"4006381333931\r07", (13,), 0.45)

    assert played(ScannerTrouble(0.0, works=False), text, ScannerTrouble(0.1, works=True)).charges == 0


def test_a_failing_schedule_of_scanner_lines_shrinks_to_what_it_takes() -> None:
    noise = (Noise(1.0, b"\x00"), Holds(3.0, TEXTS[0]), Scan(3.0, b"NEARLY2PAIDS"))
    story = Schedule(steps=(*noise, Holds(20.0, VOUCHER, readings=3), *noise))

    least = shrunk(story, lambda one: any(isinstance(step, Holds) and step.shows == VOUCHER for step in one.steps))

    assert least.steps == (Holds(20.0, VOUCHER, readings=3),)
    assert not fails(least)

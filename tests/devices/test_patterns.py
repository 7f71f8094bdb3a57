"""
The tables of lamps and buzzer: told apart without colour and pitch, harmless to photosensitive eyes, never left on; and
the player, on a record of what it puts.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import combinations, pairwise, permutations, product
from pathlib import Path

import pytest

from gate_controller.admission.words.messages import Signal, Sound
from gate_controller.devices.patterns import (
    LOOKS,
    MAX_BEEP_SECONDS,
    SOUNDS,
    Beep,
    Flash,
    Lamp,
    Look,
    Mode,
    PatternPlayer,
    PatternStep,
    steps_of,
)
from tests.rig.settings import choices
from tests.rig.waiting import PATIENCE_SECONDS

ALL_LOOKS = [
    pytest.param(look, id=f"{mode.value} {signal.name}") for mode in Mode for signal, look in LOOKS[mode].items()
]
BEAT = 0.05
"""Seconds; every phase of every pattern is a whole number of them."""


def light(look: Look, beats: int) -> list[bool]:
    """Return whether a single white lamp would be lit in each beat from the look's begin on."""
    if not look.flashes:
        return [bool(look.lamps)] * beats
    ring: list[bool] = []
    for flash in look.flashes:
        ring += [True] * round(flash.lit / BEAT) + [False] * round(flash.dark / BEAT)
    return [ring[beat % len(ring)] for beat in range(beats)]


def rhythm(look: Look) -> tuple[int, float, float]:
    """Return the flashes of one round, the share of it that is lit, and how long it takes; a steady one has no end."""
    if not look.flashes:
        return (0, 1.0 if look.lamps else 0.0, float("inf"))
    period = sum(flash.lit + flash.dark for flash in look.flashes)
    return (len(look.flashes), sum(flash.lit for flash in look.flashes) / period, period)


@pytest.mark.parametrize("mode", Mode)
def test_every_signal_has_a_look_in_every_mode(mode: Mode) -> None:
    assert set(LOOKS[mode]) == set(Signal)


def test_the_modes_are_those_of_the_settings() -> None:
    assert tuple(mode.value for mode in Mode) == choices("lamps.mode")


@pytest.mark.parametrize("mode", Mode)
def test_no_two_signals_look_alike_on_a_single_white_lamp(mode: Mode) -> None:
    for (one, look), (other, another) in combinations(LOOKS[mode].items(), 2):
        flashes, lit, period = rhythm(look)
        flashes_too, lit_too, period_too = rhythm(another)
        differ = (
            flashes != flashes_too
            or abs(lit - lit_too) >= 0.25
            or max(period, period_too) > 2 * min(period, period_too)
        )
        assert differ, f"{one.name} and {other.name} differ by too little"


@pytest.mark.parametrize("mode", Mode)
def test_only_an_idle_gate_may_be_dark(mode: Mode) -> None:
    dark = {signal for signal, look in LOOKS[mode].items() if not look.lamps}

    assert dark == (set() if mode is Mode.TRAFFIC else {Signal.IDLE})


@pytest.mark.parametrize("look", ALL_LOOKS)
def test_every_phase_is_a_whole_number_of_beats(look: Look) -> None:
    for flash in look.flashes:
        for seconds in (flash.lit, flash.dark):
            assert round(seconds / BEAT) * BEAT == pytest.approx(seconds)


def flashes_within_a_second(lit: list[bool]) -> int:
    """Return the most flashes, each a pair of opposing changes (WCAG 2.3.1), that any second holds."""
    changes = [beat for beat, (before, after) in enumerate(pairwise(lit)) if before != after]
    second = round(1 / BEAT)
    return max((sum(first <= other < first + second for other in changes) for first in changes), default=0) // 2


@pytest.mark.parametrize("look", ALL_LOOKS)
def test_nothing_flashes_more_than_three_times_in_any_second(look: Look) -> None:
    assert flashes_within_a_second([False, *light(look, round(6 / BEAT))]) <= 3


@pytest.mark.parametrize("mode", Mode)
def test_neither_does_a_change_of_signal_at_any_time(mode: Mode) -> None:
    for before, after in permutations(LOOKS[mode].values(), 2):
        for beats in range(1, round(2.5 / BEAT)):
            assert flashes_within_a_second(light(before, beats) + light(after, round(3 / BEAT))) <= 3


@pytest.mark.parametrize("look", ALL_LOOKS)
def test_a_signal_begins_with_its_light(look: Look) -> None:
    assert look.steps[0].what == look.lamps


@pytest.mark.parametrize("mode", [Mode.SEPARATE, Mode.TRAFFIC])
def test_one_lamp_at_a_time_is_lit_where_there_are_several(mode: Mode) -> None:
    assert all(len(step.what) <= 1 for look in LOOKS[mode].values() for step in look.steps)


def test_a_single_lamp_has_no_yellow_of_its_own() -> None:
    used = {lamp for look in LOOKS[Mode.RGB].values() for lamp in look.lamps}

    assert used == {Lamp.GREEN, Lamp.RED, Lamp.BLUE}


def test_a_look_becomes_a_ring_of_light_and_dark() -> None:
    lit, dark = frozenset({Lamp.RED}), frozenset[Lamp]()

    assert Look(lit).steps == (PatternStep(lit),)
    assert Look(lit, (Flash(1, 2), Flash(3, 4))).steps == (
        PatternStep(lit, 1),
        PatternStep(dark, 2),
        PatternStep(lit, 3),
        PatternStep(dark, 4),
    )


def test_every_sound_has_its_beeps() -> None:
    assert set(SOUNDS) == set(Sound)
    assert all(SOUNDS.values())


def test_no_two_sounds_are_alike_on_a_buzzer_without_pitch() -> None:
    for (one, beeps), (other, others) in combinations(SOUNDS.items(), 2):
        shorter, longer = sorted((beeps[0].seconds, others[0].seconds))
        assert len(beeps) != len(others) or longer >= 3 * shorter, f"{one.name} and {other.name} differ by too little"


def test_admitted_rises_and_refused_falls() -> None:
    admitted, refused = ([beep.hertz for beep in SOUNDS[sound]] for sound in (Sound.ADMITTED, Sound.REFUSED))

    assert admitted == sorted(set(admitted))
    assert refused == sorted(set(refused), reverse=True)


@pytest.mark.parametrize("sound", Sound)
def test_a_sound_takes_under_two_seconds_and_ends_in_silence(sound: Sound) -> None:
    *before, last = steps_of(SOUNDS[sound])

    assert sum(step.seconds or float("inf") for step in before) < 2
    assert last == PatternStep(None)


@pytest.mark.parametrize("sound", Sound)
def test_silence_follows_every_beep(sound: Sound) -> None:
    for beep, after in pairwise(steps_of(SOUNDS[sound])):
        assert beep.what is None or after.what is None


@pytest.mark.parametrize(
    ("seconds", "pause"),
    [*product([0, -1, MAX_BEEP_SECONDS + 0.01, float("inf"), float("nan")], [0.1]), (0.1, 0), (0.1, float("nan"))],
)
def test_there_is_no_beep_that_could_be_left_sounding(seconds: float, pause: float) -> None:
    with pytest.raises(ValueError, match="then silence"):
        Beep(seconds, 1000, pause)


class Record:
    """What a player has put, and when."""

    def __init__(self) -> None:
        self.put: list[tuple[str, float]] = []
        self.refusals = 0

    def __call__(self, what: str) -> bool:
        self.put.append((what, time.monotonic()))
        self.refusals -= 1
        return self.refusals < 0

    @property
    def words(self) -> list[str]:
        return [what for what, _ in self.put]


@contextmanager
def playing(record: Record) -> Iterator[PatternPlayer[str]]:
    player = PatternPlayer("under test", record, "rest")
    try:
        yield player
    finally:
        player.close()


def wait_for(condition: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)


def wakes(name: str) -> int:
    """Return how often a thread has gone to sleep, as Linux counts it."""
    (thread,) = [thread for thread in threading.enumerate() if thread.name == name]
    status = Path(f"/proc/self/task/{thread.native_id}/status").read_text(encoding="ascii")
    return int(status.split("\nvoluntary_ctxt_switches:")[1].split()[0])


def test_the_first_step_is_put_before_start_returns_and_the_others_follow_in_a_ring() -> None:
    record = Record()
    with playing(record) as player:
        player.start((PatternStep("a", 0.05), PatternStep("b", 0.1)))
        assert record.words[:1] == ["a"]
        wait_for(lambda: len(record.put) >= 5)
    assert record.words[:5] == ["a", "b", "a", "b", "a"]
    lengths = [after - before for (_, before), (_, after) in pairwise(record.put[:5])]
    assert all(length >= least for length, least in zip(lengths, (0.05, 0.1, 0.05, 0.1), strict=True))
    assert sum(lengths) < 1.3


def test_a_step_without_an_end_ends_the_pattern() -> None:
    record = Record()
    with playing(record) as player:
        player.start((PatternStep("a", 0.01), PatternStep("b"), PatternStep("never", 0.01)))
        wait_for(lambda: record.words == ["a", "b"])
        time.sleep(0.1)
        assert record.words == ["a", "b"]
    assert record.words == ["a", "b", "rest"]


def test_a_pattern_takes_the_place_of_the_one_before() -> None:
    record = Record()
    with playing(record) as player:
        player.start((PatternStep("a", 0.05), PatternStep("b", 0.05)))
        player.start((PatternStep("c"),))
        time.sleep(0.15)  # the first one's steps would have ended
    assert record.words == ["a", "c", "rest"]


def test_a_step_that_was_not_done_is_put_again_until_it_is() -> None:
    record = Record()
    with playing(record) as player:
        record.refusals = 2
        player.start((PatternStep("a"),))
        wait_for(lambda: len(record.put) == 3)
        time.sleep(0.4)  # longer than until a retry
        assert record.words == ["a", "a", "a"]


@pytest.mark.parametrize("pattern", [(), (PatternStep("steady"),), (PatternStep("once", 0.01), PatternStep("silence"))])
def test_no_thread_wakes_while_nothing_changes(pattern: tuple[PatternStep[str], ...]) -> None:
    record = Record()
    with playing(record) as player:
        if pattern:
            player.start(pattern)
        wait_for(lambda: len(record.put) == len(pattern))
        time.sleep(0.05)  # until the thread sleeps
        before = wakes("under test")
        time.sleep(0.6)
        assert wakes("under test") == before


def test_closing_puts_what_is_put_at_rest_and_nothing_begins_after_it() -> None:
    record = Record()
    threads = threading.active_count()
    with playing(record) as player:
        player.start((PatternStep("a", 0.01), PatternStep("b", 0.01)))
    player.start((PatternStep("too late"),))
    player.close()
    assert record.words[-1] == "rest"
    assert threading.active_count() == threads


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_player_that_dies_rests_and_begins_nothing_that_it_could_not_end() -> None:
    put: list[str] = []

    def fails_once(what: str) -> bool:
        put.append(what)
        if what == "b":
            raise RuntimeError("a bug")
        return True

    player = PatternPlayer("under test", fails_once, "rest")
    player.start((PatternStep("a", 0.01), PatternStep("b", 0.01)))
    wait_for(lambda: put == ["a", "b", "rest"])
    wait_for(lambda: not player._thread.is_alive())  # from Python 3.13 on a little later than it leaves the list of all
    player.start((PatternStep("a", 0.01),))
    player.close()
    assert put == ["a", "b", "rest"]

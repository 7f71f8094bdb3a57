import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from gate_controller.admission.words.messages import Sound
from gate_controller.devices.buzzer import Buzzer, BuzzerKind, minute_of_day
from gate_controller.devices.errors import DeviceError
from gate_controller.devices.gpio import Output
from gate_controller.devices.patterns import SOUNDS
from gate_controller.settings.values import span_of_day
from tests.rig.pins import Pins, TonePin, mock_pins
from tests.rig.settings import choices
from tests.rig.waiting import PATIENCE_SECONDS

BUZZER = 23
KINDS = pytest.mark.parametrize("kind", ["active", "passive"])
NOON = 12 * 60


@pytest.fixture
def tone_pins() -> Iterator[Pins]:
    with mock_pins(TonePin) as pins:
        yield pins


@contextmanager
def buzzer(
    pin: int | None = BUZZER,
    *,
    kind: str = "active",
    active_high: bool = True,
    quiet: str = "",
    minute: int = NOON,
) -> Iterator[Buzzer]:
    made = Buzzer(pin, kind=kind, active_high=active_high, quiet=quiet, local_minute=lambda: minute)
    try:
        yield made
    finally:
        made.close()


def wait_for(condition: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)


def phases(sound: Sound) -> list[float]:
    """Return how long each beep and each silence of a sound takes by the table, without the silence at its end."""
    return [seconds for beep in SOUNDS[sound] for seconds in (beep.seconds, beep.pause)][:-1]


def is_heard(pins: Pins, sound: Sound) -> None:
    """Wait until the sound has been played, and compare it with the table."""
    expected = phases(sound)
    wait_for(lambda: len(pins.edges(BUZZER)) > len(expected))
    time.sleep(0.3)  # time to go on, if it did
    edges = pins.edges(BUZZER)
    assert [edge.high for edge in edges] == [number % 2 == 0 for number in range(len(expected) + 1)]
    for (before, after), least in zip(pairwise(edges), expected, strict=True):
        assert least <= after.at - before.at <= least + 2.0  # a loaded machine adds some


@pytest.mark.parametrize("sound", Sound)
def test_an_active_buzzer_plays_the_rhythm_once(pins: Pins, sound: Sound) -> None:
    with buzzer() as made:
        made.play(sound)
        is_heard(pins, sound)


@pytest.mark.parametrize("sound", Sound)
def test_a_passive_buzzer_plays_the_same_rhythm_with_pitches(tone_pins: Pins, sound: Sound) -> None:
    with buzzer(kind="passive") as made:
        made.play(sound)
        is_heard(tone_pins, sound)
        assert tone_pins.pin(BUZZER).pitches == [beep.hertz for beep in SOUNDS[sound]]


def test_a_tone_is_as_long_high_as_low_and_no_wave_runs_in_silence(tone_pins: Pins) -> None:
    pin = tone_pins.pin(BUZZER)
    with buzzer(kind="passive") as made:
        made.play(Sound.ERROR)
        assert (pin.frequency, pin.state) == (698, 0.5)
        wait_for(lambda: pin.frequency is None)
        assert pin.state == 0


def test_a_passive_buzzer_may_be_silent_at_a_high_level(tone_pins: Pins) -> None:
    pin = tone_pins.pin(BUZZER)
    with buzzer(kind="passive", active_high=False) as made:
        assert pin.state == 1
        made.play(Sound.ERROR)
        assert pin.state == 0.5
        wait_for(lambda: bool(pin.frequency is None and pin.state == 1))


def test_an_active_buzzer_may_sound_at_a_low_level(pins: Pins) -> None:
    with buzzer(active_high=False) as made:
        assert pins.is_high(BUZZER)
        made.play(Sound.ERROR)
        assert not pins.is_high(BUZZER)


def test_a_sound_begins_before_play_returns_and_does_not_hold_it_up(pins: Pins) -> None:
    with buzzer() as made:
        began = time.monotonic()
        made.play(Sound.ERROR)
        assert pins.is_high(BUZZER)
        assert time.monotonic() - began < 0.5  # the first beep alone takes longer


def test_a_newer_sound_takes_the_place_of_the_one_before(pins: Pins) -> None:
    with buzzer() as made:
        made.play(Sound.ERROR)
        made.play(Sound.WAIT)
        wait_for(lambda: not pins.is_high(BUZZER))
        time.sleep(0.8)  # the first one's second beep would have begun
    (length,) = pins.pulses(BUZZER)
    assert 0.1 <= length < 0.6


def test_the_same_sound_again_begins_anew(pins: Pins) -> None:
    with buzzer() as made:
        made.play(Sound.ERROR)
        wait_for(lambda: not pins.is_high(BUZZER))
        made.play(Sound.ERROR)
        assert pins.is_high(BUZZER)


@KINDS
def test_closing_silences_it_and_nothing_is_heard_after(tone_pins: Pins, kind: str) -> None:
    threads = threading.active_count()
    with buzzer(kind=kind) as made:
        made.play(Sound.ERROR)
    assert tone_pins.pin(BUZZER).frequency is None
    assert not tone_pins.is_high(BUZZER)
    assert not tone_pins.is_output(BUZZER)
    assert threading.active_count() == threads
    made.play(Sound.ERROR)
    made.close()
    assert not tone_pins.is_high(BUZZER)


def test_a_buzzer_without_a_pin_is_silent(pins: Pins) -> None:
    with buzzer(None) as made:
        for sound in Sound:
            made.play(sound)
    assert not pins.is_output(BUZZER)


@pytest.mark.parametrize(
    ("quiet", "at", "heard"),
    [
        ("", "00:00", True),
        ("22:00-07:00", "21:59", True),
        ("22:00-07:00", "22:00", False),
        ("22:00-07:00", "23:59", False),
        ("22:00-07:00", "00:00", False),
        ("22:00-07:00", "06:59", False),
        ("22:00-07:00", "07:00", True),
        ("22:00-07:00", "12:00", True),
        ("12:00-13:30", "11:59", True),
        ("12:00-13:30", "12:00", False),
        ("12:00-13:30", "13:29", False),
        ("12:00-13:30", "13:30", True),
        ("00:00-06:00", "00:00", False),
        ("00:00-06:00", "23:59", True),
        ("18:00-00:00", "23:59", False),
        ("18:00-00:00", "00:00", True),
        ("08:00-08:00", "07:59", False),
        ("08:00-08:00", "08:00", False),
    ],
)
def test_quiet_hours(pins: Pins, quiet: str, at: str, *, heard: bool) -> None:
    assert span_of_day(quiet) == quiet
    hours, minutes = at.split(":")
    with buzzer(quiet=quiet, minute=60 * int(hours) + int(minutes)) as made:
        made.play(Sound.ERROR)
        assert pins.is_high(BUZZER) is heard


@pytest.mark.parametrize("sound", Sound)
def test_no_sound_is_heard_in_quiet_hours(pins: Pins, sound: Sound) -> None:
    with buzzer(quiet="22:00-07:00", minute=0) as made:
        made.play(sound)
        assert pins.edges(BUZZER) == []


def test_quiet_hours_begin_while_the_gate_runs(pins: Pins) -> None:
    minutes = iter((22 * 60 - 1, 22 * 60))
    made = Buzzer(BUZZER, quiet="22:00-07:00", local_minute=lambda: next(minutes))
    made.play(Sound.WAIT)
    wait_for(lambda: len(pins.edges(BUZZER)) == 2)
    made.play(Sound.WAIT)
    made.close()
    assert len(pins.pulses(BUZZER)) == 1


def test_the_time_is_local_by_itself() -> None:
    before, told, after = time.localtime(), minute_of_day(), time.localtime()
    assert told in {60 * now.tm_hour + now.tm_min for now in (before, after)}


@pytest.mark.parametrize("quiet", ["always", "22:00", "22:00-07:00-08:00", "25:00-07:00"])
def test_quiet_hours_that_are_none_are_told_when_the_buzzer_is_made(pins: Pins, quiet: str) -> None:
    with pytest.raises(ValueError, match="22:00-07:00"):
        Buzzer(BUZZER, quiet=quiet)
    assert not pins.is_output(BUZZER)


def test_the_kinds_are_those_of_the_settings() -> None:
    assert tuple(kind.value for kind in BuzzerKind) == choices("buzzer.kind")


def told(made: Buzzer, sound: Sound = Sound.WAIT) -> str:
    """Play a sound; return the fault that this told of."""
    try:
        made.play(sound)
    except DeviceError as error:
        return str(error)
    return ""


@KINDS
def test_a_buzzer_that_fails_is_told_once_and_again_after_it_has_worked(tone_pins: Pins, kind: str) -> None:
    with buzzer(kind=kind) as made:
        tone_pins.break_pin(BUZZER)
        assert told(made).startswith("buzzer on GPIO23: the pin does not work")
        assert [told(made) for _ in range(3)] == ["", "", ""]
        tone_pins.mend(BUZZER)
        assert told(made) == ""
        tone_pins.break_pin(BUZZER)
        assert told(made).startswith("buzzer on GPIO23: ")
        tone_pins.mend(BUZZER)


def test_a_pin_that_cannot_be_had_is_told_by_the_first_play(pins: Pins) -> None:
    other = Output(BUZZER, name="relay")
    with buzzer() as made:
        assert told(made).startswith("buzzer on GPIO23: the pin is used twice")
        assert told(made) == ""
        assert not pins.is_high(BUZZER)
    other.close()


def test_a_back_end_without_tones_is_told_once_and_what_to_do(pins: Pins) -> None:
    with buzzer(kind="passive") as made:
        assert "gives no tones: install lgpio, or fit an active buzzer" in told(made)
        time.sleep(0.3)  # the sound, which nobody hears, is over
        assert told(made) == ""
        assert not pins.is_high(BUZZER)


@KINDS
def test_a_silence_that_fails_is_tried_again_until_it_is_silent(tone_pins: Pins, kind: str) -> None:
    with buzzer(kind=kind) as made:
        made.play(Sound.ERROR)
        tone_pins.break_pin(BUZZER)
        time.sleep(0.9)  # the first beep would be over
        assert tone_pins.is_high(BUZZER)
        tone_pins.mend(BUZZER)
        wait_for(lambda: not tone_pins.is_high(BUZZER))
        assert told(made).startswith("buzzer on GPIO23: ")


def wakes() -> int:
    """Return how often the buzzer's thread has gone to sleep, as Linux counts it."""
    (thread,) = [thread for thread in threading.enumerate() if thread.name == "buzzer"]
    status = Path(f"/proc/self/task/{thread.native_id}/status").read_text(encoding="ascii")
    return int(status.split("\nvoluntary_ctxt_switches:")[1].split()[0])


def test_a_silent_buzzer_wakes_no_thread(pins: Pins) -> None:
    with buzzer() as made:
        made.play(Sound.WAIT)
        wait_for(lambda: len(pins.edges(BUZZER)) == 2)
        time.sleep(0.05)  # until the thread sleeps
        before = wakes()
        time.sleep(0.5)
        assert wakes() == before


# Exit handlers run last in, first out: this one sees what the buzzer's own has left behind, before gpiozero's own.
DYING = """
import atexit, os, signal, sys, threading
from gpiozero import Device
from gpiozero.pins.mock import MockFactory, MockPWMPin
Device.pin_factory = MockFactory(pin_class=MockPWMPin)
pin = Device.pin_factory.pin(23)
atexit.register(lambda: print(pin.frequency, [float(state.state) for state in pin.states]))
from gate_controller.admission.words.messages import Sound
from gate_controller.devices.buzzer import Buzzer
buzzer = Buzzer(23, kind=sys.argv[1])
buzzer.play(Sound.ERROR)
"""

ENDINGS = {
    "an exception": "raise RuntimeError('a bug')",
    "SystemExit": "raise SystemExit(3)",
    "an interrupt": "os.kill(os.getpid(), signal.SIGINT)",
    "the end of the program": "",
    "an exception in a thread": "t = threading.Thread(target=lambda: 1 / 0); t.start(); t.join()",
}


@KINDS
@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS.keys())
def test_it_is_silent_after(ending: str, kind: str) -> None:
    died = subprocess.run(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-c", DYING + ending, kind], capture_output=True, text=True, timeout=30, check=False
    )
    level = 1.0 if kind == "active" else 0.5
    assert died.stdout == f"None {[0.0, level, 0.0]}\n", died.stderr

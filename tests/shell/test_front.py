"""
What the visitor sees and hears at a whole gate: the lamp's first step, the buzzer's sound, the display's picture; and
what becomes of the visitor where one of these cannot be had, fails or hangs: nothing.
"""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from typing_extensions import override

from gate_controller.admission.words.messages import Fault, MessageKind, Sound
from gate_controller.devices.display.typesetting.canvas import Canvas
from gate_controller.devices.patterns import SOUNDS
from gate_controller.shell.front import card_of
from gate_controller.simulator import Endpoint, FaultKind, Simulator
from gate_controller.texts import Language, Texts
from tests.rig.fake_displays import FakeOled
from tests.rig.fake_i2c import FakeI2C
from tests.rig.gate import GOOD, GREEN, LOW, PRICE, RED, RELAY, YELLOW, GateInProcess, SeenMessage, fault, running_gate
from tests.rig.pins import BreakablePin, Pins, mock_pins
from tests.rig.waiting import until

BUZZER, SENSOR, FIRE = 12, 5, 13
LAMPS = (GREEN, RED, YELLOW)
ADDRESS = 0x3C
OLED_WIDTH = 128


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """systemd's directory for what need not outlast the power."""
    made = tmp_path / "runtime"
    made.mkdir()
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(made))
    return made


@pytest.fixture
def oled() -> FakeOled:
    return FakeOled()


@pytest.fixture
def bus(oled: FakeOled, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeI2C]:
    """An I2C bus with a display in the place of the machine's."""
    line = FakeI2C({ADDRESS: oled})
    monkeypatch.setattr("smbus2.SMBus", line.open)
    yield line
    line.go_on()


def lit(pins: Pins) -> set[int]:
    return {pin for pin in LAMPS if pins.is_high(pin)}


def pictures(gate: GateInProcess, shown: SeenMessage, width: int, height: int) -> list[bytes]:
    """Return every page of a message as it should be drawn."""
    canvas = Canvas(width, height, "1" if width == OLED_WIDTH else "RGB")
    card = card_of(shown.message, Texts([Language.EN], gate.settings.admission.currency))
    return [canvas.draw(page).convert("RGB").tobytes() for page in canvas.pages(card)]


def in_file(path: Path) -> bytes:
    if not path.exists():
        return b""
    with Image.open(path) as image:
        return image.convert("RGB").tobytes()


# -- lamps


async def test_the_lamps_show_how_a_visitor_is_served(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(
        state_dir, pins, simulator, admission__verdict_seconds=5, admission__hold_seconds=1
    ) as gate:
        await until(lambda: lit(pins) == set())
        simulator.faults.add(fault(FaultKind.DELAY, Endpoint.BALANCE, delay_seconds=0.3))
        gate.scan(GOOD)
        await until(lambda: lit(pins) == {YELLOW})
        await until(lambda: lit(pins) == {GREEN})
        await gate.shows(MessageKind.IDLE)
        await until(lambda: lit(pins) == set())


async def test_the_lamps_show_a_refusal(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator, display__verdict_seconds=2) as gate:
        gate.scan(LOW)
        await gate.shows(MessageKind.BALANCE_TOO_LOW)
        assert lit(pins) == {RED}
        await until(lambda: len(pins.pulses(RED)) >= 3)  # the rhythm goes on by itself
        assert not pins.is_high(GREEN)


async def test_the_green_lamp_is_lit_right_after_the_relay(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        gate.scan(GOOD)
        await gate.shows(MessageKind.ADMITTED)
        (green,) = [edge for edge in pins.edges(GREEN) if edge.high]
        (relay,) = [edge for edge in gate.relay_edges if edge.high]
        assert relay.at <= green.at < relay.at + 1


async def test_a_traffic_light_is_red_while_the_gate_is_shut(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator, lamps__mode="traffic", admission__hold_seconds=2) as gate:
        await until(lambda: lit(pins) == {RED})
        gate.scan(GOOD)
        await until(lambda: lit(pins) == {GREEN})


# -- the buzzer


@pytest.mark.parametrize(
    ("code", "kind", "sound"),
    [
        (GOOD, MessageKind.ADMITTED, Sound.ADMITTED),
        (LOW, MessageKind.BALANCE_TOO_LOW, Sound.REFUSED),
        ("no voucher!", MessageKind.NOT_A_VOUCHER, Sound.REFUSED),
    ],
)
async def test_each_verdict_has_its_sound(
    state_dir: Path, pins: Pins, simulator: Simulator, code: str, kind: MessageKind, sound: Sound
) -> None:
    async with running_gate(state_dir, pins, simulator, buzzer__pin=BUZZER, display__verdict_seconds=2) as gate:
        gate.scan(code)
        await gate.shows(kind)
        await until(lambda: len(pins.pulses(BUZZER)) == len(SOUNDS[sound]))
        for beep, heard in zip(SOUNDS[sound], pins.pulses(BUZZER), strict=True):
            assert beep.seconds <= heard < beep.seconds + 0.3


async def test_an_idle_gate_and_one_out_of_service_are_silent(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, buzzer__pin=BUZZER) as gate:
        gate.scanner.unplug()
        await gate.out_of_service(Fault.SCANNER)
        await asyncio.sleep(0.2)
        assert pins.edges(BUZZER) == []


async def test_quiet_hours_are_kept(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator, buzzer__pin=BUZZER, buzzer__quiet="00:00-00:00") as gate:
        await gate.admit(GOOD)
        assert pins.edges(BUZZER) == []


# -- the display


async def test_the_image_shows_what_the_visitor_is_told(
    state_dir: Path, pins: Pins, simulator: Simulator, runtime: Path
) -> None:
    image = runtime / "display.png"
    async with running_gate(
        state_dir, pins, simulator, display__driver="image", display__verdict_seconds=5, admission__hold_seconds=2
    ) as gate:
        idle = await gate.shows(MessageKind.IDLE)
        await until(lambda: in_file(image) in pictures(gate, idle, 320, 240))
        for code, kind in ((GOOD, MessageKind.ADMITTED), (LOW, MessageKind.BALANCE_TOO_LOW)):
            gate.scan(code)
            shown = await gate.shows(kind)
            drawn = pictures(gate, shown, 320, 240)
            await until(lambda drawn=drawn: in_file(image) in drawn)  # type: ignore[misc]  # a default is no riddle
    with Image.open(image) as left:
        assert left.getextrema() == ((0, 0),) * 3  # nobody is told to scan at a gate that does not run


async def test_an_alarm_is_on_display_and_lamps_before_a_refusal_has_been_read(
    state_dir: Path, pins: Pins, simulator: Simulator, runtime: Path
) -> None:
    image = runtime / "display.png"
    pins.connect(FIRE)
    async with running_gate(
        state_dir, pins, simulator, display__driver="image", display__verdict_seconds=60, fire_contact__pin=FIRE
    ) as gate:
        gate.scan(LOW)
        refused = await gate.shows(MessageKind.BALANCE_TOO_LOW)
        await until(lambda: in_file(image) in pictures(gate, refused, 320, 240))

        pins.disconnect(FIRE)
        alarm = await gate.out_of_service(Fault.FIRE)
        await until(lambda: in_file(image) in pictures(gate, alarm, 320, 240), seconds=1.5)
        assert not pins.is_high(RED)

        gate.scan(LOW)
        refused = await gate.shows(MessageKind.REFUSED_OUT_OF_SERVICE)
        await until(lambda: in_file(image) in pictures(gate, refused, 320, 240))
        pins.connect(FIRE)
        idle = await gate.shows(MessageKind.IDLE)
        await until(lambda: in_file(image) in pictures(gate, idle, 320, 240), seconds=1.5)
        await until(lambda: lit(pins) == set())


async def test_without_a_runtime_directory_the_image_is_with_the_journal(
    state_dir: Path, pins: Pins, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)
    async with running_gate(state_dir, pins, simulator, display__driver="image") as gate:
        await until((state_dir / "display.png").exists)
        await gate.misses("")


async def test_an_oled_shows_what_the_visitor_is_told(
    state_dir: Path, pins: Pins, simulator: Simulator, bus: FakeI2C, oled: FakeOled
) -> None:
    async with running_gate(
        state_dir, pins, simulator, display__driver="ssd1306", display__verdict_seconds=5, admission__hold_seconds=2
    ) as gate:
        gate.scan(GOOD)
        shown = await gate.shows(MessageKind.ADMITTED)
        await until(lambda: oled.seen().convert("RGB").tobytes() in pictures(gate, shown, 128, 64))
        assert bus.opened == 1
    assert bus.opened == 0


async def test_a_display_whose_bus_is_not_there_is_told_and_missed_by_nobody(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator, display__driver="ssd1306", display__bus=19) as gate:
        assert gate.ready_lines[0].endswith(f"scanner={gate.scanner.port}")  # not before it takes scans
        await gate.misses("/dev/i2c-19 is not there")
        await gate.admit(GOOD)
        assert (await gate.asked("status"))["takes_scans"]


async def test_a_display_that_is_pulled_out_and_put_back_is_told_of(
    state_dir: Path, pins: Pins, simulator: Simulator, bus: FakeI2C, oled: FakeOled
) -> None:
    async with running_gate(
        state_dir, pins, simulator, display__driver="ssd1306", display__verdict_seconds=5, admission__hold_seconds=2
    ) as gate:
        bus.pull()
        await gate.admit(GOOD)
        await gate.misses("does not answer")
        bus.plug()
        gate.scan(LOW)
        shown = await gate.shows(MessageKind.BALANCE_TOO_LOW)
        await gate.misses("")
        await until(lambda: oled.seen().convert("RGB").tobytes() in pictures(gate, shown, 128, 64))


async def test_a_display_that_hangs_changes_nothing_for_the_visitor(
    state_dir: Path, pins: Pins, simulator: Simulator, bus: FakeI2C
) -> None:
    async with running_gate(state_dir, pins, simulator, display__driver="ssd1306") as gate:
        bus.hang()
        for number in range(3):
            verdict = await gate.admit(GOOD)
            assert verdict.kind is MessageKind.ADMITTED
            if number == 0:
                assert await asyncio.to_thread(bus.unanswered.wait, 5)
        assert len(gate.pulses) == 3
        assert gate.charged == 3 * PRICE
        began = time.monotonic()
        assert await gate.stop() == 0
        assert time.monotonic() - began < 5


# -- what cannot be had


class DeafPin(BreakablePin):
    """A pin that cannot be an input, such as one that another program holds."""

    @override
    def _set_pull(self, value: str) -> None:
        if self.info.name == f"GPIO{SENSOR}" and value == "up":
            raise OSError(16, "Device or resource busy")
        super()._set_pull(value)


async def test_a_passage_sensor_that_cannot_be_had_is_told_and_its_gate_admits_without(
    state_dir: Path, simulator: Simulator
) -> None:
    with mock_pins(DeafPin) as pins:
        async with running_gate(state_dir, pins, simulator, passage__pin=SENSOR) as gate:
            await gate.misses("passage sensor on GPIO5")
            await gate.admit(GOOD)
            await gate.stand("admitted")


async def test_a_buzzer_that_fails_holds_up_nobody(state_dir: Path, pins: Pins, simulator: Simulator) -> None:
    async with running_gate(state_dir, pins, simulator, buzzer__pin=BUZZER) as gate:
        pins.break_pin(BUZZER)
        await gate.admit(GOOD)
        await gate.admit(GOOD)
        assert len(gate.pulses) == 2
        await gate.misses("buzzer on GPIO12")
        pins.mend(BUZZER)
        await gate.admit(GOOD)
        await gate.admit(GOOD)
        await gate.misses("")


async def test_a_lamp_that_fails_is_told_until_it_works_again(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    async with running_gate(state_dir, pins, simulator) as gate:
        pins.break_pin(GREEN)
        await gate.admit(GOOD)
        await gate.shows(MessageKind.IDLE)
        await gate.misses("green lamp on GPIO22")
        pins.mend(GREEN)
        await gate.admit(GOOD)
        await gate.misses("")


async def test_a_keyboard_scanner_that_is_not_there_is_told_with_what_to_do(
    state_dir: Path, pins: Pins, simulator: Simulator
) -> None:
    port = "/dev/input/by-id/usb-none-such-event-kbd"
    async with running_gate(state_dir, pins, simulator, ready=False, scanner__port=port) as gate:
        await until(lambda: port in gate.app.gate.faults.get(Fault.SCANNER, ""))
        why = gate.app.gate.faults[Fault.SCANNER]
        assert "plug it in" in why
        await gate.has_looked()
        assert not pins.is_high(RELAY)

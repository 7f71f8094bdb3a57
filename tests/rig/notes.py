"""What a process did with the pins of a fake Raspberry Pi: see `tests/rig/fake_pi/lgpio.py`."""

from dataclasses import dataclass
from pathlib import Path

FAKE_PI = Path(__file__).with_name("fake_pi")


@dataclass(frozen=True, slots=True)
class PinCall:
    """One call of lgpio: when (monotonic, in seconds), by which process, and what."""

    at: float
    process: int
    call: str
    numbers: tuple[int, ...]


class FakePi:
    """A fake Raspberry Pi for processes of their own. Its notes are in a file."""

    def __init__(self, notes: Path) -> None:
        self._notes = notes

    def environment(self, **more: str) -> dict[str, str]:
        """Return what such a process needs in its environment."""
        return {"PYTHONPATH": str(FAKE_PI), "GPIOZERO_PIN_FACTORY": "lgpio", "FAKE_PI_NOTES": str(self._notes), **more}

    @property
    def calls(self) -> list[PinCall]:
        """Every call so far, in order."""
        if not self._notes.exists():
            return []
        lines = [line.split() for line in self._notes.read_text().splitlines()]
        return [PinCall(int(at) / 1e9, int(process), call, tuple(map(int, rest))) for at, process, call, *rest in lines]

    def levels(self, pin: int) -> list[int]:
        """Return every level that a pin was given as an output, one after the other."""
        return [call.numbers[1] for call in self.calls if call.call == "output" and call.numbers[0] == pin]

    def forget(self) -> None:
        """Begin anew."""
        self._notes.unlink(missing_ok=True)

"""
Draws what lamps and buzzer do into docs/signals.md: `python -m tests.docs.signals`.

The page is compared with the code by `test_signals.py`, so that it can't fall behind.
"""

from pathlib import Path

from gate_controller.admission.words.messages import Signal, Sound
from gate_controller.devices.patterns import LOOKS, SOUNDS, Lamp, Look, Mode, steps_of

PAGE = Path(__file__).parents[2] / "docs" / "signals.md"
BEGIN, END = "<!-- signals: drawn from the code -->", "<!-- end of signals -->"

CELL_SECONDS = 0.1
DRAWN_SECONDS = 4

HEADINGS = {
    Mode.SEPARATE: "`separate` (default): three lamps, dark while idle",
    Mode.TRAFFIC: "`traffic`: three lamps as on a traffic light, red while the gate is shut",
    Mode.RGB: "`rgb`: one lamp of three colours",
}

MEANINGS = {
    Signal.IDLE: "Idle: hold a voucher under the scanner",
    Signal.CHECKING: "The voucher is being checked",
    Signal.ADMITTED: "Admitted: walk through",
    Signal.REFUSED: "Refused; the display says why",
    Signal.OUT_OF_SERVICE: "Out of service: no scan is taken",
    Signal.HELD_OPEN: "The gate stands open for everybody",
}

REASONS = {
    Sound.ADMITTED: "Admitted",
    Sound.REFUSED: "Refused",
    Sound.WAIT: "Wait: it goes on by itself, or is being looked into",
    Sound.ERROR: "Staff have to help",
}

COLOURS = {
    frozenset[Lamp](): "dark",
    frozenset({Lamp.GREEN}): "green",
    frozenset({Lamp.RED}): "red",
    frozenset({Lamp.YELLOW}): "yellow",
    frozenset({Lamp.BLUE}): "blue",
    frozenset({Lamp.RED, Lamp.GREEN}): "yellow (red and green)",
}


def lamps() -> str:
    """Return one table for each mode: the signals, their lamps, and the light over four seconds."""
    tables: list[str] = []
    for mode in Mode:
        rows = [
            f"| {MEANINGS[signal]} | {COLOURS[look.lamps]} | `{_light(look)}` | {_told(look)} |"
            for signal, look in LOOKS[mode].items()
        ]
        head = ["| signal | lamp | 4 seconds of it | over and over |", "| --- | --- | --- | --- |"]
        tables.append("\n".join([f"**{HEADINGS[mode]}**", "", *head, *rows]))
    return "\n\n".join(tables)


def sounds() -> str:
    """Return the table of sounds: beeps as they are heard, and their pitches."""
    lines = ["| sound | heard once | beeps | pitch of a passive buzzer |", "| --- | --- | --- | --- |"]
    for sound, beeps in SOUNDS.items():
        drawn_beeps = "".join(
            _cells(step.seconds, lit=step.what is not None, cell=0.05)
            for step in steps_of(beeps)
            if step.seconds is not None
        )
        told = " + ".join(f"{beep.seconds:g} s" for beep in beeps)
        pitches = ", ".join(f"{beep.hertz} Hz" for beep in beeps)
        lines.append(f"| {REASONS[sound]} | `{drawn_beeps}` | {told} | {pitches} |")
    return "\n".join(lines)


def drawn(page: str) -> str:
    """Return the page with its drawn part made anew."""
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n{lamps()}\n\n**Buzzer**\n\n{sounds()}\n{END}{after}"


def _cells(seconds: float, *, lit: bool, cell: float) -> str:
    return ("█" if lit else "·") * round(seconds / cell)


def _light(look: Look) -> str:
    cells = round(DRAWN_SECONDS / CELL_SECONDS)
    steps = look.steps
    ends, end = [], 0.0
    for step in steps:
        end += DRAWN_SECONDS if step.seconds is None else step.seconds
        ends.append(end)
    drawn_cells = ""
    for number in range(cells):
        at = (number + 0.5) * CELL_SECONDS % ends[-1]  # the middle of the cell
        now = next(step for step, step_end in zip(steps, ends, strict=True) if at < step_end)
        drawn_cells += "█" if now.what else "·"
    return drawn_cells


def _told(look: Look) -> str:
    if not look.flashes:
        return "steady" if look.lamps else "-"
    return ", ".join(f"{flash.lit:g} s lit, {flash.dark:g} s dark" for flash in look.flashes)


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text()))

"""
What colours a colour display has for a signal; a display of one colour has light on dark.

The colours only support what symbol and words say. Each pair has a contrast of 7 to 1 or more (WCAG 2.2, 1.4.6): cheap
panels are pale from the side and in the sun.
"""

from dataclasses import dataclass

from gate_controller.admission.words.messages import Signal

Colour = int | tuple[int, int, int]

_WHITE = (255, 255, 255)
_BLACK = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Colours:
    """The colours of one picture."""

    ground: Colour
    ink: Colour
    """Symbol, title and detail."""
    band: Colour
    """Behind the money sentence."""
    band_ink: Colour


ONE_COLOUR = Colours(ground=0, ink=1, band=1, band_ink=0)

BY_SIGNAL: dict[Signal | None, Colours] = {
    Signal.IDLE: Colours((0, 51, 102), _WHITE, _WHITE, _BLACK),
    Signal.CHECKING: Colours((255, 204, 0), _BLACK, _BLACK, _WHITE),
    Signal.ADMITTED: Colours((0, 92, 41), _WHITE, _WHITE, _BLACK),
    Signal.REFUSED: Colours((150, 0, 24), _WHITE, _WHITE, _BLACK),
    Signal.OUT_OF_SERVICE: Colours((40, 40, 40), _WHITE, _WHITE, _BLACK),
    Signal.HELD_OPEN: Colours((0, 92, 41), _WHITE, _WHITE, _BLACK),
    None: Colours((58, 64, 90), _WHITE, _WHITE, _BLACK),
}
"""None: the lamps are somebody else's."""

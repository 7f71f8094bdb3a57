"""
The large signs, drawn by geometry at the size asked for: each has its own outline, for those who see no colours.

Shapes are given in a square of 100 by 100, drawn much too large and brought down to their size, so that the edges of
a small one stand where the shape has them.
"""

from functools import cache

from PIL import Image, ImageDraw

from gate_controller.admission.words.messages import Symbol

Point = tuple[float, float]

_FINENESS = 8
_HALF = 128


@cache
def drawn(symbol: Symbol, side: int, *, is_hard: bool) -> Image.Image:
    """Return a symbol as a mask (mode "L") of `side` by `side` pixels; a hard one has no half-lit ones."""
    pen = _Pen(side * _FINENESS)
    _SHAPES[symbol](pen)
    mask = pen.image.resize((side, side), Image.Resampling.BOX)
    return mask.point(lambda level: 255 if level >= _HALF else 0) if is_hard else mask


class _Pen:
    """Draws in a square of 100 by 100, whatever its pixels."""

    def __init__(self, side: int) -> None:
        self.image = Image.new("L", (side, side), 0)
        self._draw = ImageDraw.Draw(self.image)
        self._unit = side / 100

    def line(self, width: float, *points: Point, ink: int = 255) -> None:
        """Draw a line through the points, with round ends and corners."""
        scaled = [self._at(point) for point in points]
        self._draw.line(scaled, fill=ink, width=round(width * self._unit))
        for point in points:
            self.disc(point, width / 2, ink=ink)

    def disc(self, centre: Point, radius: float, *, ink: int = 255) -> None:
        x, y = centre
        self._draw.ellipse((self._at((x - radius, y - radius)), self._at((x + radius, y + radius))), fill=ink)

    def shape(self, *points: Point, ink: int = 255) -> None:
        self._draw.polygon([self._at(point) for point in points], fill=ink)

    def bar(self, left: float, top: float, right: float, bottom: float, *, ink: int = 255) -> None:
        self._draw.rectangle((self._at((left, top)), self._at((right, bottom))), fill=ink)

    def _at(self, point: Point) -> Point:
        # The last pixel of the square belongs to it: 100 is not beside it.
        most = self.image.width - 1
        return min(most, round(point[0] * self._unit)), min(most, round(point[1] * self._unit))


def _tick(pen: _Pen) -> None:
    pen.line(20, (13, 55), (39, 82), (88, 20))


def _cross(pen: _Pen) -> None:
    pen.line(20, (15, 15), (85, 85))
    pen.line(20, (85, 15), (15, 85))


def _hand(pen: _Pen) -> None:
    for x, tip in ((31, 20), (47, 9), (63, 14), (79, 28)):
        pen.line(11, (x, tip), (x, 70))
    pen.line(13, (12, 54), (32, 76))
    pen.shape((26, 52), (84, 52), (84, 74), (76, 93), (66, 99), (46, 99), (34, 92), (20, 70))


def _clock(pen: _Pen) -> None:
    pen.disc((50, 50), 49)
    pen.disc((50, 50), 37, ink=0)
    pen.line(11, (50, 25), (50, 52), (68, 64))


def _arrow(pen: _Pen) -> None:
    pen.shape((50, 2), (94, 48), (66, 48), (66, 98), (34, 98), (34, 48), (6, 48))


def _scan(pen: _Pen) -> None:
    for x, y in ((0, 0), (100, 0), (0, 100), (100, 100)):
        inwards, down = (1 if x == 0 else -1), (1 if y == 0 else -1)
        pen.shape((x, y), (x + 28 * inwards, y), (x + 28 * inwards, y + 10 * down), (x, y + 10 * down))
        pen.shape((x, y), (x, y + 28 * down), (x + 10 * inwards, y + 28 * down), (x + 10 * inwards, y))
    for left, width in ((19, 10), (35, 5), (46, 12), (64, 5), (75, 7)):
        pen.bar(left, 22, left + width, 78)


_SHAPES = {
    Symbol.SCAN: _scan,
    Symbol.CLOCK: _clock,
    Symbol.TICK: _tick,
    Symbol.CROSS: _cross,
    Symbol.HAND: _hand,
    Symbol.ARROW: _arrow,
}

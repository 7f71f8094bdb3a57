"""The picture of a page. With `lettering.py` and `symbols.py` it is what names Pillow: import it when it is needed."""

from PIL import Image, ImageDraw

from gate_controller.devices.display.typesetting.colours import BY_SIGNAL, ONE_COLOUR, Colour, Colours
from gate_controller.devices.display.typesetting.lettering import PixelMode, letters
from gate_controller.devices.display.typesetting.page import Box, Page, Part
from gate_controller.devices.display.typesetting.symbols import drawn


def picture(page: Page, size: tuple[int, int], mode: PixelMode, shift: tuple[int, int]) -> Image.Image:
    """Return the picture of a page, what is on it shifted to the right and down as far as its margins go."""
    colours = ONE_COLOUR if mode == "1" else BY_SIGNAL[page.signal]
    image = Image.new(mode, size, colours.ground)
    draw = ImageDraw.Draw(image)
    draw.fontmode = "1" if mode == "1" else "L"
    width, height = size
    right = max(-page.area.left, min(shift[0], width - page.area.right))
    down = max(-page.area.top, min(shift[1], height - page.area.bottom))
    for band in page.bands:
        draw.rectangle(_shifted(_bled(band, page.area, size), (right, down)), fill=colours.band)
    for line in page.lines:
        ink = colours.band_ink if line.part is Part.MONEY and page.bands else colours.ink
        font = letters(line.size, is_bold=line.is_bold, mode=mode)
        font.draw(draw, (line.left + right, line.base + down), line.text, ink)
    _draw_symbol(image, page, colours, (right, down))
    return image


def _draw_symbol(image: Image.Image, page: Page, colours: Colours, shift: tuple[int, int]) -> None:
    box, (right, down) = page.symbol_box, shift
    left, top, side = box.left + right, box.top + down, box.width
    if page.count > 1:
        # What is read is one of several pages: below the symbol a mark for each, this one's the largest.
        mark = max(3, side // 10)
        _draw_marks(ImageDraw.Draw(image), page, Box(left, top + side - mark, left + side, top + side), colours.ink)
        left += (mark + 2) // 2
        side -= mark + 2
    mask = drawn(page.symbol, side, is_hard=image.mode == "1")
    image.paste(colours.ink, (left, top), mask)


def _draw_marks(draw: ImageDraw.ImageDraw, page: Page, box: Box, ink: Colour) -> None:
    step = min(2 * box.height, box.width // page.count)
    if step < box.height:  # too many to be told apart: a bar, filled as far as this one
        draw.rectangle((box.left, box.bottom - 1, box.right - 1, box.bottom - 1), fill=ink)
        end = box.left + box.width * page.number // page.count
        draw.rectangle((box.left, box.top, max(box.left, end - 1), box.bottom - 1), fill=ink)
        return
    left = box.left + (box.width - step * (page.count - 1) - box.height) // 2
    for number in range(1, page.count + 1):
        spare = 0 if number == page.number else (box.height - 1) // 2
        draw.rectangle((left + spare, box.top + spare, left + box.height - 1 - spare, box.bottom - 1 - spare), fill=ink)
        left += step


def _bled(band: Box, area: Box, size: tuple[int, int]) -> Box:
    """Return a band that reaches the margin of the display, out to its edge."""
    width, height = size
    return Box(
        0 if band.left == area.left else band.left,
        band.top,
        width if band.right == area.right else band.right,
        height if band.bottom == area.bottom else band.bottom,
    )


def _shifted(box: Box, shift: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return a box as Pillow has it, with its last pixels."""
    right, down = shift
    return box.left + right, box.top + down, box.right - 1 + right, box.bottom - 1 + down

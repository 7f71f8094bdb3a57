"""How a terminal is found out about, and what it then gets; sixels and blocks are read back as a terminal would."""

import base64
import io
import re
from itertools import product

import pytest
from PIL import Image

from gate_controller.demo.lines import Place
from gate_controller.demo.painting import Graphics, Painter, cell_of, graphics_of

XTERM = b"\x1b[?64;1;2;6;9;15;16;17;18;21;22;28c"
VT340 = b"\x1b[?63;1;2;4;6;9;15;16;22;28c"
KITTY = b"\x1b_Gi=31;OK\x1b\\\x1b[?62;c"
PLACE = Place(row=2, column=3, rows=3, columns=8)


def two_colours() -> Image.Image:
    """Return a picture that is red, with a white square in its upper left corner."""
    image = Image.new("RGB", (16, 6), (150, 0, 24))
    image.paste((255, 255, 255), (0, 0, 3, 3))
    return image


@pytest.mark.parametrize(
    ("answers", "environ", "best"),
    [
        (KITTY, {"TERM": "xterm-kitty"}, Graphics.KITTY),
        (b"", {"TERM": "xterm-kitty", "KITTY_WINDOW_ID": "1"}, Graphics.KITTY),
        (XTERM, {"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, Graphics.ITERM2),
        (XTERM, {"TERM": "xterm-256color", "LC_TERMINAL": "iTerm2"}, Graphics.ITERM2),
        (VT340, {"TERM": "xterm"}, Graphics.SIXEL),
        (XTERM, {"TERM": "xterm-256color", "COLORTERM": "truecolor"}, Graphics.TRUE_COLOUR),
        (XTERM, {"TERM": "xterm-256color"}, Graphics.FEW_COLOURS),
        (b"", {"TERM": "xterm-256color"}, Graphics.FEW_COLOURS),
        (XTERM, {"TERM": "xterm-256color", "NO_COLOR": "1"}, Graphics.TEXT),
        (XTERM, {"TERM": "vt100"}, Graphics.TEXT),
        (b"", {"TERM": "linux", "COLORTERM": "truecolor"}, Graphics.TEXT),
    ],
)
def test_a_terminal_shows_pictures_as_well_as_it_can(answers: bytes, environ: dict[str, str], best: Graphics) -> None:
    assert graphics_of(answers, environ, is_unicode=True) is best


@pytest.mark.parametrize("variable", ["KITTY_WINDOW_ID", "TERM_PROGRAM"])
def test_what_the_outer_terminal_can_is_nothing_in_a_multiplexer(variable: str) -> None:
    environ = {"TERM": "tmux-256color", "TMUX": "/tmp/tmux,1,0", variable: "WezTerm"}  # noqa: S108 - tmux' own value

    assert graphics_of(XTERM, environ, is_unicode=True) is Graphics.FEW_COLOURS


def test_the_class_of_a_terminal_is_not_taken_for_sixels() -> None:
    assert graphics_of(b"\x1b[?4;6c", {"TERM": "vt132"}, is_unicode=True) is Graphics.TEXT


def test_without_unicode_there_are_no_blocks() -> None:
    assert graphics_of(XTERM, {"TERM": "xterm-256color"}, is_unicode=False) is Graphics.TEXT


def test_a_cell_is_as_large_as_the_terminal_says() -> None:
    assert cell_of(b"\x1b[6;20;9t" + XTERM) == (9, 20)
    assert cell_of(XTERM) is None
    assert cell_of(b"\x1b[6;0;0t") is None


def test_a_picture_takes_the_columns_that_keep_its_shape() -> None:
    assert Painter(Graphics.SIXEL, cell=(10, 20)).cells_wide(320, 240) == pytest.approx(8 / 3)
    assert Painter(Graphics.SIXEL, cell=(8, 16)).cells_wide(128, 64) == pytest.approx(4.0)


def test_kitty_gets_the_picture_in_pieces_for_its_place() -> None:
    image = Image.effect_noise((200, 100), 90).convert("RGB")
    painting = Painter(Graphics.KITTY).paint(image, PLACE)

    pieces = re.findall(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\", painting.drawn)
    assert painting.drawn.startswith("\x1b[2;3H")
    assert "c=8,r=3" in pieces[0][0]
    assert [control[-1] for control, _ in pieces] == ["1"] * (len(pieces) - 1) + ["0"]
    assert max(len(data) for _, data in pieces) <= 4096
    assert _opened("".join(data for _, data in pieces)).tobytes() == image.tobytes()
    assert "a=d" in painting.wiped


def test_iterm2_gets_the_picture_for_its_place() -> None:
    painting = Painter(Graphics.ITERM2).paint(two_colours(), PLACE)

    found = re.fullmatch(r"\x1b\[2;3H\x1b\]1337;File=inline=1;size=\d+;width=8;height=3;[^:]*:(.*)\x07", painting.drawn)
    assert found is not None
    assert _opened(found.group(1)).tobytes() == two_colours().tobytes()


def test_sixels_are_the_picture_pixel_by_pixel() -> None:
    painting = Painter(Graphics.SIXEL, cell=(20, 20)).paint(two_colours(), PLACE)

    seen = _read_sixels(painting.drawn.removeprefix("\x1b[2;3H"))
    assert seen.size == (160, 60)
    for place in ((0, 0), (15, 15), (100, 50), (159, 59)):
        meant = two_colours().getpixel((place[0] // 10, place[1] // 10))
        assert _near(seen.getpixel(place), meant)


def test_the_pixels_of_an_oled_stay_square_in_sixels() -> None:
    image = Image.new("1", (4, 2))
    image.putpixel((1, 1), 255)

    seen = _read_sixels(Painter(Graphics.SIXEL, cell=(10, 10)).paint(image, Place(1, 1, rows=1, columns=1)).drawn[6:])

    assert seen.size == (8, 4)
    assert [x for x in range(8) if _near(seen.getpixel((x, 2)), (255, 255, 255))] == [2, 3]


def test_blocks_have_four_pixels_a_cell_in_two_colours() -> None:
    drawn = Painter(Graphics.TRUE_COLOUR).paint(two_colours(), PLACE).drawn

    assert [row for row, _ in re.findall(r"\x1b\[(\d+);(\d+)H", drawn)] == ["2", "3", "4"]
    # The square has 3 by 3 pixels, and is the ground of the cells that it begins in.
    assert re.sub(r"\x1b\[[\d;]*[mH]", "", drawn) == " ▐      " + "▄▟      " + "        "
    assert "\x1b[38;2;150;0;24;48;2;255;255;255m▐" in drawn


def test_blocks_do_with_256_colours() -> None:
    drawn = Painter(Graphics.FEW_COLOURS).paint(Image.new("RGB", (4, 4), (255, 0, 0)), PLACE).drawn

    assert set(re.findall(r"\x1b\[([\d;]*)m", drawn)) == {"38;5;196;48;5;196", "0"}


def test_a_grey_is_a_grey_in_256_colours() -> None:
    drawn = Painter(Graphics.FEW_COLOURS).paint(Image.new("RGB", (4, 4), (40, 40, 40)), PLACE).drawn

    assert "48;5;235m" in drawn


def _opened(data: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(data)))


def _near(seen: object, meant: object) -> bool:
    assert isinstance(seen, tuple)
    assert isinstance(meant, tuple)
    return all(abs(one - other) <= 3 for one, other in zip(seen, meant, strict=True))  # sixel's colours are percents


def _read_sixels(drawn: str) -> Image.Image:
    found = re.fullmatch(r'\x1bP[\d;]*q"1;1;(\d+);(\d+)(.*)\x1b\\', drawn, re.DOTALL)
    assert found is not None
    image = Image.new("RGB", (int(found.group(1)), int(found.group(2))), (1, 2, 3))
    palette: dict[int, tuple[int, int, int]] = {}
    x, top, colour = 0, 0, (0, 0, 0)
    token = re.compile(r"#(\d+);2;(\d+);(\d+);(\d+)|#(\d+)|!(\d+)([?-~])|([?-~])|(\$)|(-)")
    for number, red, green, blue, chosen, count, repeated, single, back, down in token.findall(found.group(3)):
        if number:
            palette[int(number)] = (round(int(red) * 2.55), round(int(green) * 2.55), round(int(blue) * 2.55))
        elif chosen:
            colour = palette[int(chosen)]
        elif back or down:
            x, top = 0, top + 6 * bool(down)
        else:
            bits = ord(repeated or single) - 63
            end = x + int(count or 1)
            for column, row in product(range(x, end), range(6)):
                if bits >> row & 1:
                    image.putpixel((column, top + row), colour)
            x = end
    return image

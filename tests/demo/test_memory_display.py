"""The demo's display: the gate's own player, whose panel keeps the picture."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from gate_controller.admission.words.messages import Message, MessageKind, Signal
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.demo.display_models import MODELS
from gate_controller.demo.memory_display import MemoryDisplay, make_panel
from gate_controller.demo.stage import staged
from gate_controller.demo.viewing import LogLines, Viewer
from gate_controller.devices.display.card import Card
from gate_controller.devices.display.typesetting.colours import BY_SIGNAL
from gate_controller.devices.errors import DeviceError
from gate_controller.shell.front import card_of
from gate_controller.texts import Language, Texts
from tests.rig.pins import mock_pins
from tests.rig.waiting import until

ADMITTED = Message(MessageKind.ADMITTED, price=Cents(2500), balance=Cents(47500))


def card(message: Message = ADMITTED) -> Card:
    return card_of(message, Texts(list(Language), Currency.CHF), wall=0.0)


def shows(display: MemoryDisplay, words: str) -> bool:
    return words in " ".join(display.rows)


@contextmanager
def shown(size: str, language: Language = Language.EN, image_file: Path | None = None) -> Iterator[MemoryDisplay]:
    display = MemoryDisplay(MODELS[size], language, image_file)
    try:
        yield display
    finally:
        display.close()


@pytest.mark.parametrize("size", [size for size in MODELS if "x" in size and int(size.split("x")[0]) > 90])
async def test_a_display_of_pixels_shows_a_picture_of_its_size(size: str) -> None:
    with shown(size) as display:
        display.show(card())
        await until(lambda: display.picture is not None)

        assert display.picture is not None
        assert display.picture.size == tuple(map(int, size.split("x")))


async def test_a_colour_display_has_the_colour_of_its_message() -> None:
    with shown("320x240") as display:
        display.show(card())
        await until(lambda: display.picture is not None)

        assert display.picture is not None
        assert display.picture.getpixel((0, 0)) == BY_SIGNAL[Signal.ADMITTED].ground


async def test_a_display_of_letters_shows_rows_with_the_symbol_before_them() -> None:
    with shown("20x4") as display:
        display.show(card())
        await until(lambda: bool(display.rows))

        assert display.rows[0] == "     ✓ Welcome      "
        assert [len(row) for row in display.rows] == [20, 20, 20, 20]


async def test_the_chosen_language_comes_first_and_may_change_at_any_time() -> None:
    with shown("20x4", Language.FR) as display:
        display.show(card())
        await until(lambda: bool(display.rows))
        assert "Bienvenue" in display.rows[0]

        display.choose(Language.IT)

        await until(lambda: "Benvenut" in display.rows[0])


async def test_another_language_is_shown_at_once_in_what_is_still_to_be_read_of_a_verdict() -> None:
    with shown("20x4", Language.FR) as display:
        display.show(card())
        await until(lambda: "Bienvenue" in display.rows[0] if display.rows else False)
        display.show(card(Message(MessageKind.IDLE)))
        await until(lambda: "Entrée" in display.rows[0])

        display.choose(Language.IT)

        await until(lambda: "Ingresso" in display.rows[0])


async def test_the_words_beside_a_display_are_those_on_it_until_they_have_been_read() -> None:
    with mock_pins():
        display = MemoryDisplay(MODELS["20x4"], Language.EN)
        async with staged(display) as stage:
            await stage.ready()
            display.show(card())
            await until(lambda: "Welcome" in display.rows[0] if display.rows else False)

            view = Viewer(stage, LogLines()).view(Language.EN)

            assert stage.message.kind is MessageKind.IDLE
            assert (view.text.title, view.signal) == ("Welcome", Signal.ADMITTED)


async def test_the_words_beside_a_display_turn_with_its_pages() -> None:
    """At rest it takes turns between what is still to be read and what it waits for: so do the words."""
    with mock_pins():
        display = MemoryDisplay(MODELS["20x4"], Language.EN)
        async with staged(display) as stage:
            await stage.ready()
            display.show(card())
            await until(lambda: "Welcome" in display.rows[0] if display.rows else False)
            display.show(card(Message(MessageKind.IDLE)))
            viewer = Viewer(stage, LogLines())

            for on_the_display, beside in (
                ("Admitted", "Admitted"),
                ("Scan here", "Scan here"),
                ("Eintritt", "Admitted"),
            ):
                await until(partial(shows, display, on_the_display))
                assert beside in viewer.view(Language.EN).text.title


async def test_the_picture_is_in_the_file_too(tmp_path: Path) -> None:
    file = tmp_path / "display.png"
    with shown("128x64", image_file=file) as display:
        display.show(card())
        await until(lambda: display.picture is not None)
        assert display.picture is not None
        wanted = display.picture.convert("RGB").tobytes()

        await until(lambda: _pixels(file) == wanted)


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="cannot be written"):
        make_panel(MODELS["320x240"], tmp_path / "nowhere" / "display.png")


def test_a_display_of_letters_has_no_file(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="has no picture"):
        make_panel(MODELS["20x4"], tmp_path / "display.png")


def _pixels(file: Path) -> bytes:
    with Image.open(file) as image:
        return image.convert("RGB").tobytes()

"""No text of a drawing runs over its box, whichever fonts a machine has."""

from pathlib import Path

from tests.docs.remarks import ROOT, files
from tests.hardware.lettering import DEJAVU, only_fonts_in, running_over
from tests.rig.browser import browser

DRAWINGS = [file for file in files() if file.suffix == ".svg"]


async def test_every_text_of_every_drawing_is_inside_its_box_without_arial() -> None:
    with only_fonts_in(DEJAVU) as environment:
        async with browser(environment=environment) as started:
            over = {file.relative_to(ROOT).as_posix(): await running_over(started, file) for file in DRAWINGS}

    assert len(over) > 7
    assert {file: said for file, said in over.items() if said} == {}, "python -m tests.hardware.lettering"


async def test_a_text_that_is_too_long_for_its_box_is_found(tmp_path: Path) -> None:
    drawing = tmp_path / "long.svg"
    drawing.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 40"><rect width="60" height="40"/>'
        '<text x="2" y="20">a relay board</text></svg>'
    )

    async with browser() as started:
        [found] = await running_over(started, drawing)

    assert found.startswith("a relay board: ")

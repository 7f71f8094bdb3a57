from tests.docs.screen import PICTURE, steady, taken


async def test_the_picture_in_readme_is_what_the_demo_shows() -> None:
    drawn = await taken()

    assert steady(PICTURE.read_text(encoding="utf-8")) == steady(drawn), "take it anew: python -m tests.docs.screen"

from tests.docs.page import PICTURE, difference, taken

MOST_BYTES = 150_000


def test_the_picture_of_the_page_does_not_make_readme_slow() -> None:
    assert PICTURE.stat().st_size < MOST_BYTES


async def test_the_picture_of_the_page_is_what_the_demo_serves() -> None:
    assert difference(PICTURE.read_bytes(), await taken()) < 6, "take it anew: python -m tests.docs.page"

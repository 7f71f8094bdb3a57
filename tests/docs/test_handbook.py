"""The handbook, its sheets and the visitors' card say what the code says, and each that is printed is one page."""

import re
from collections import Counter

from gate_controller.admission.words.messages import Fault, MessageKind
from gate_controller.texts import Language
from tests.docs import handbook_sheet, visitor_card
from tests.docs.handbook import ADVICE, Handbook, pages
from tests.docs.page import difference
from tests.docs.remarks import ROOT
from tests.hardware.lettering import DEJAVU, only_fonts_in
from tests.rig.browser import browser

SHEETS = {**dict(handbook_sheet.sheets()), **dict(visitor_card.cards())}


def test_every_message_and_every_fault_has_one_advice() -> None:
    given = Counter(key for keys in ADVICE.values() for key in keys)

    assert given == Counter([*MessageKind, *Fault])


def test_every_language_has_words_for_every_advice_and_no_other() -> None:
    for language in Language:
        words = Handbook(language).words
        assert words["advice"].keys() == ADVICE.keys(), language
        assert all(told.keys() == {"say", "do"} for told in words["advice"].values()), language


def test_the_handbook_says_what_the_display_says() -> None:
    for path, handbook in pages():
        page = path.read_text(encoding="utf-8")
        assert page == handbook.page(page), "make it anew: python -m tests.docs.handbook"


def test_the_sheets_and_cards_are_those_of_the_code() -> None:
    for path, text in handbook_sheet.sheets():
        assert path.read_text(encoding="utf-8") == text, "make it anew: python -m tests.docs.handbook_sheet"
    for path, text in visitor_card.cards():
        assert path.read_text(encoding="utf-8") == text, "make it anew: python -m tests.docs.visitor_card"


def test_german_is_written_as_in_switzerland() -> None:
    assert [path.name for path in (ROOT / "docs").rglob("*de.*") if "ß" in path.read_text(errors="ignore")] == []


async def test_each_sheet_and_card_is_one_printed_page_in_a_wide_font_too() -> None:
    with only_fonts_in(DEJAVU) as environment:
        async with browser(environment=environment) as started:
            page = await started.new_page()
            for path in SHEETS:
                await page.goto(path.as_uri())
                printed = await page.pdf(prefer_css_page_size=True)
                assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1, path.name
                over = "[...document.querySelectorAll('main')].some(each => each.scrollHeight > each.clientHeight + 1)"
                assert not await page.evaluate(over), f"{path.name}: its end is cut off"


async def test_the_picture_of_the_cards_is_what_a_browser_shows() -> None:
    taken = await visitor_card.taken()

    assert difference(visitor_card.PICTURE.read_bytes(), taken) < 6, "take it anew: python -m tests.docs.visitor_card"

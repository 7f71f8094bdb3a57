"""The site that `make docs` builds shows what the repository shows; each link leads somewhere, and it asks nobody."""

from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tests.docs.built_site import Shown, build, built, shown, wrong_link
from tests.docs.remarks import ROOT
from tests.docs.site import pages
from tests.rig.browser import browser, visit

PAGES = list(pages())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built strictly: a warning of MkDocs fails here."""
    return build(tmp_path_factory.getbasetemp())


def test_every_link_of_the_site_leads_somewhere(site: Path) -> None:
    files = [*site.rglob("*.html")]
    wrong = {why for page in files for link in shown(page).links if (why := wrong_link(page, link))}

    assert len(files) > len(PAGES)
    # The page for what is not there is served from anywhere, so its links begin at the top.
    assert {why for why in wrong if not why.startswith("404.html")} == set()


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    loaded = {target for page in site.rglob("*.html") for target in shown(page).loaded}
    styles = "".join(style.read_text(encoding="utf-8") for style in site.rglob("*.css"))

    assert loaded
    assert [target for target in loaded if "//" in target] == []
    assert "url(http" not in styles.replace("'", "").replace('"', "")
    assert "@import" not in styles


def test_pages_of_the_site_have_the_lists_and_tables_that_the_repository_shows(site: Path) -> None:
    """GitHub and MkDocs read Markdown differently where a list follows a paragraph, or something stands in an item."""
    github = MarkdownIt("commonmark").enable("table")
    for uri in PAGES:
        expected = Shown()
        text = (ROOT / uri).read_text(encoding="utf-8")
        expected.feed(f"<article>{github.render(text)}")
        expected.counts["pre"] -= text.count("\n```mermaid\n")  # a drawing in the site
        assert shown(built(site, uri)).counts == +expected.counts, f"{uri}: begin lists and tables after a blank line"


async def test_the_site_is_read_and_searched_from_its_folder_and_asks_nobody_for_anything(site: Path) -> None:
    async with browser() as started, visit(started, (1300, 900)) as visitor:
        page = visitor.page
        await page.goto(
            f"file://{site}/docs/architecture.html"
        )  # has diagrams, which Material would fetch a program for
        await page.fill("[data-md-component=search-query]", "strict_gpiod")
        await page.click(".md-search-result__link[href*=safe-by-wire]")
        await page.wait_for_url("**/hardware/safe-by-wire.html*")

        assert [asked for asked in visitor.asked if not asked.startswith(("file:", "data:", "blob:"))] == []
        assert visitor.complaints == []

"""The site as it is built: made once for all tests, and read page by page."""

import fcntl
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from typing_extensions import override

from tests.docs.remarks import ROOT

COUNTED = {"li", "table", "tr", "th", "td", "pre", "h1", "h2", "h3", "h4", "img", "ol", "ul", "strong", "em"}
_LOADED = {("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("object", "data")}
_LOADED_LINKS = {"stylesheet", "icon", "preconnect", "preload", "dns-prefetch", "manifest"}


@dataclass
class Shown(HTMLParser):
    """What stands in a page of HTML."""

    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    """What a browser fetches without being asked."""
    ids: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    """How many of each element there are in the page itself, without what stands around each."""

    def __post_init__(self) -> None:
        super().__init__()
        self._inside = False

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._inside |= tag == "article"
        if self._inside and tag in COUNTED:
            self.counts[tag] += 1
        self.ids |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        self.loaded += [given[name] for element, name in _LOADED if element == tag and name in given]
        if tag == "link" and _LOADED_LINKS & set(given.get("rel", "").split()):
            self.loaded.append(given["href"])

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag == "article":
            self._inside = False


def build(directory: Path) -> Path:
    """Return the site, built strictly, once for all workers of a run: `directory` is pytest's for this one."""
    shared = directory.parent if "PYTEST_XDIST_WORKER" in os.environ else directory
    site = shared / "site"
    with (shared / "site.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not site.exists():
            command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(site)]
            environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
            made = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
            assert made.returncode == 0, made.stdout + made.stderr
    return site


@cache
def shown(page: Path) -> Shown:
    """Return what stands in a page."""
    read = Shown()
    read.feed(page.read_text(encoding="utf-8"))
    return read


def built(site: Path, uri: str) -> Path:
    """Return the page that was built of one of the repository's."""
    return site / f"{re.sub(r'README[.]md$', 'index.md', uri).removesuffix('.md')}.html"


def wrong_link(page: Path, target: str) -> str:
    """Return why a link of a page leads nowhere; empty where it leads somewhere, or out of the site."""
    split = urlsplit(target)
    if split.scheme or split.netloc:
        return ""
    file = (page.parent / unquote(split.path)).resolve() if split.path else page
    if not file.is_file():
        return f"{page.name}: {target}: no such file"
    if split.fragment and file.suffix == ".html" and unquote(split.fragment) not in shown(file).ids:
        return f"{page.name}: {target}: no such place in it"
    return ""

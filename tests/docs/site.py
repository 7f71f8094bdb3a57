"""
The documentation as a site: what `make docs` hands to MkDocs, as mkdocs.yml names this file among its hooks.

Pages stay where the repository shows them. The site has the same folders, so that a link between two pages is the same
in both: README and the other pages at the top, docs/, hardware/, and whatever these link to. What is no page but text,
such as a settings file, becomes a page that shows it.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from posixpath import dirname, normpath
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

from tests.docs.house import anchor
from tests.docs.remarks import ROOT
from tests.docs.state_drawing import drawing

FOLDERS = ("docs", "hardware")
SOURCE = {
    ".json": "json",
    ".py": "python",
    ".rules": "ini",
    ".service": "ini",
    ".toml": "toml",
    ".txt": "text",
    ".yml": "yaml",
    "": "text",
}
"""Endings of text that a page shows, and how it is coloured."""

_LINK = re.compile(r"(?<=\]\()([^)\s#]+)(?=[)#])")
_FENCED = re.compile(r"(^```.*?^```|(?<!`)`[^`\n]+`(?!`))", re.MULTILINE | re.DOTALL)
_ITEM = re.compile(r"( *)((?:[-*]|\d+\.) +)")
_MERMAID = re.compile(r"^```mermaid\n(.*?)^```\n", re.MULTILINE | re.DOTALL)

_LEGEND = "A second frame: it may end there. A dashed arrow leads back. What each arrow is for stands in the table."


def pages() -> Iterator[str]:
    """Every page that people read, by its path in the repository."""
    yield from sorted(path.name for path in ROOT.glob("*.md"))
    for folder in FOLDERS:
        yield from sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*.md"))


def linked(uri: str, text: str) -> Iterator[str]:
    """Every file of the repository that a page links to, by its path."""
    for part in _FENCED.split(text)[::2]:
        for target in _LINK.findall(part):
            path = normpath(f"{dirname(uri)}/{target}").lstrip("/")
            if "://" not in target and not target.startswith("mailto:") and (ROOT / path).is_file():
                yield path


def files_of_site() -> dict[str, str | None]:
    """Return the site's files by their path in the site, each with its text where that is not the file's own."""
    found: dict[str, str | None] = {}
    waiting = list(pages())
    waiting += [path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*") if path.suffix in _AS_IT_IS]
    waiting.append("gate_controller/web/static/icon.svg")
    while waiting:
        uri = waiting.pop()
        file = Path(uri)
        if uri in found or f"{uri}.md" in found:
            continue
        if file.suffix in SOURCE:
            found[f"{uri}.md"] = _shown(uri)
            continue
        found[uri] = None
        if file.suffix == ".md":
            waiting += linked(uri, (ROOT / uri).read_text(encoding="utf-8"))
    return found


_AS_IT_IS = {".css", ".js", ".html"}
"""What a page of docs/ may load, or is printed from, without a link in Markdown."""


def _shown(uri: str) -> str:
    text = (ROOT / uri).read_text(encoding="utf-8")
    return f"# {Path(uri).name}\n\n`{uri}`\n\n```{SOURCE[Path(uri).suffix]}\n{text.rstrip()}\n```\n"


# -- what MkDocs calls


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Call headings what GitHub calls them, so that links with a `#` lead to them in both; fill the nav's folders."""
    toc: dict[str, Any] = config.mdx_configs.setdefault("toc", {})
    toc["slugify"] = lambda text, _separator: anchor(text)
    config.nav = _filled(config.nav or [], set(re.findall(r"[\w./-]+\.md", str(config.nav))))
    return config


def _filled(nav: list[Any], named: set[str]) -> list[Any]:
    """Put what a folder has besides the pages that are named in the place of `folder/*`."""
    filled: list[Any] = []
    for item in nav:
        match item:
            case str() if item.endswith("/*"):
                found = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / item).parent.glob("*.md"))
                filled += [uri for uri in found if uri not in named]
            case dict():
                filled.append(
                    {name: _filled(part, named) if isinstance(part, list) else part for name, part in item.items()}
                )
            case _:
                filled.append(item)
    return filled


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Take the repository's files in place of those that MkDocs has found in docs/."""
    theme = [file for file in files if file.src_dir != config.docs_dir]
    ours = [
        File(uri, str(ROOT), config.site_dir, use_directory_urls=False)
        if text is None
        else File.generated(config, uri, content=text, inclusion=InclusionLevel.NOT_IN_NAV)
        for uri, text in sorted(files_of_site().items())
    ]
    return Files([*theme, *ours])


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - by name
    """Let links to text lead to the page that shows it, and draw what Mermaid would draw."""
    uri = page.file.src_uri

    def led(found: re.Match[str]) -> str:
        shown = normpath(f"{dirname(uri)}/{found[1]}").lstrip("/") + ".md"
        return f"{found[1]}.md" if shown in files.src_uris else found[1]

    parts = _FENCED.split(markdown)
    parts[::2] = [_LINK.sub(led, part) for part in parts[::2]]
    return _MERMAID.sub(lambda found: f"{drawing(found[1])}\n\n{_LEGEND}\n", _indented("".join(parts)))


def _indented(markdown: str) -> str:
    """
    Set what belongs to an item of a list four blanks in, and a blank line before an item that comes after a paragraph
    of the one before: so the site's Markdown knows them.
    """
    lines: list[str] = []
    inside: list[int] = []
    """Of each list that is open, the outer first: at which column its items' text begins."""
    fenced = after_blank = has_paragraphs = False
    for line in markdown.splitlines():
        column = len(line) - len(line.lstrip())
        item = None if fenced else _ITEM.match(line)
        if line.strip() and not fenced and (item or after_blank):
            while inside and column < inside[-1]:
                inside.pop()
        if item and has_paragraphs and not after_blank:
            lines.append("")
        deeper = 4 * len(inside) - (inside[-1] if inside else 0)
        lines.append(" " * deeper + line if line.strip() and column + deeper >= 0 else line)
        if item:
            inside.append(len(item[0]))
        fenced ^= line.lstrip().startswith("```")
        after_blank = not line.strip()
        has_paragraphs = bool(inside) and not item and (has_paragraphs or after_blank)
    return "\n".join(lines) + "\n"

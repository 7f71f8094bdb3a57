"""
What counts as a name in what people write: words that promise that something is there.

- A *file*: `recovery.py` or `docs/money.md`, in backticks or not; in backticks, whatever has a slash, such as
  `gate_controller/texts/`.
- A *link* of a page: `[text](target)`, and its heading behind a `#`.
- A *citation*: `design.md, "One lane, one person"` names a heading of that page.
- A *command*: `gate-controller journal show INCIDENT`, `make bench`, `python -m tests.bench`, in backticks, or on a
  line of its own as in an example.
- *Code*: `read_code()`, `Gate.handle`, `MAX_FRAME`, `Scanned`, in backticks. In comments and docstrings every word in
  backticks that could be an identifier is one; in pages and other files, where backticks also mark what is typed or
  set, only what has a dot, an underscore, `()`, or a capital within.
- A *variable* of the settings: `GATE_RELAY__PIN`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from tests.docs.remarks import Remark, RemarkKind


class NameKind(Enum):
    """What a name is the name of."""

    FILE = auto()
    LINK = auto()
    HEADING = auto()
    """Of a page: the name is `page, "heading"`."""
    PROGRAM = auto()
    """A command line of `gate-controller`."""
    TARGET = auto()
    """Of make."""
    MODULE = auto()
    """That `python -m` runs."""
    CODE = auto()
    VARIABLE = auto()
    SOURCE = auto()
    """Lines of Python that a page shows."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name, and where it stands."""

    what: NameKind
    text: str
    remark: Remark
    offset: int

    @property
    def place(self) -> str:
        """Where it stands, as `file:line`."""
        return self.remark.place(self.offset)


_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
# As in Markdown: as many backticks at the end as at the beginning; not over a blank line, nor out of a table's cell.
_SPAN = re.compile(r"(?<!`)(`+)(?!`)((?:[^`\n]|\n(?!\s*\n|\s*\|))+?)(?<!`)\1(?!`)")
_FILE = re.compile(r"(?<![\w/.…*>:$~-])(?:[\w.-]+/)*[\w-]+\.(?:py|md|service|rules|svg|yml|sh)\b(?!\()")
_PATH = re.compile(r"[\w.][\w.-]*(?:/[\w.-]+)*/?")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CITED = re.compile(r'((?:[\w.-]+/)*[\w-]+\.md)`?,\s+(?:#\s+)?"([^"]+)"')
_CODE = re.compile(r"(_*[A-Za-z]\w*(?:\._*[A-Za-z]\w*)*)(?:\(.*\))?", re.DOTALL)
_SET = re.compile(r"([a-z_]+\.[a-z_]+) ?= ?.*")
_CALL = re.compile(r"(?<![\w.`])((?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*)\(\)")
_VARIABLE = re.compile(r"\bGATE_[A-Z0-9_]*[A-Z0-9]\b")
_MODULE = re.compile(r"\bpython -m ([a-z_][\w.]*\w)")
_TESTED = re.compile(r"(?:-m pytest |\bARGS=)((?:tests/[\w./]+ ?)+)")
_MAKE = re.compile(r"make((?: [a-z]+)+)(?: [A-Z]+=.*)?")
_PROGRAM = re.compile(r"(?:sudo |[A-Z_]+=\S+ )*(gate-controller(?: .*)?)", re.DOTALL)
_MAKE_EXAMPLE = re.compile(r"^(?: {4}|\$ )(make(?: [a-z]+)+)", re.MULTILINE)
_PROGRAM_EXAMPLE = re.compile(r"^(?: +|\$ )(?:sudo |[A-Z_]+=\S+ )*(gate-controller(?: .*)?)$", re.MULTILINE)
_PROGRAM_IN_FENCE = re.compile(r"^(?:sudo |[A-Z_]+=\S+ )*(gate-controller(?: .*)?)$", re.MULTILINE)
_PROGRAM_ASIDE = re.compile(r"\((gate-controller [a-z][^()]*)\)")
_LOOKS_LIKE_CODE = re.compile(r"\w[._]\w|\(|[a-z][A-Z]|^[A-Z][a-z]+[A-Z]")


def names(remark: Remark) -> Iterator[Name]:
    """Every name in a remark."""
    yield from _commands(remark)
    if remark.kind is RemarkKind.TEXT:
        return
    text = remark.text
    if remark.kind is RemarkKind.PAGE:
        for fence in _FENCE.finditer(text):
            if fence[1] == "python":
                yield Name(NameKind.SOURCE, fence[2], remark, fence.start(2))
        # What a machine prints stands there.
        text = _FENCE.sub(_blank, text)
        for link in _LINK.finditer(text):
            yield Name(NameKind.LINK, link[1], remark, link.start(1))
    for cited in _CITED.finditer(text):
        yield Name(NameKind.HEADING, f'{cited[1]}, "{" ".join(cited[2].split())}"', remark, cited.start())
    for span in _SPAN.finditer(text):
        yield from _in_backticks(remark, " ".join(span[2].split()), span.start(2))
    bare = _LINK.sub(_blank, _SPAN.sub(_blank, text))
    for file in _FILE.finditer(bare):
        yield Name(NameKind.FILE, file[0], remark, file.start())
    for variable in _VARIABLE.finditer(text):
        yield Name(NameKind.VARIABLE, variable[0], remark, variable.start())
    if remark.kind in {RemarkKind.COMMENT, RemarkKind.DOCSTRING}:
        for call in _CALL.finditer(bare):
            yield Name(NameKind.CODE, call[1], remark, call.start())


def _blank(found: re.Match[str]) -> str:
    """Return blanks in place of what has been looked at, so that all else stays where it was."""
    return re.sub(r"[^\n]", " ", found[0])


def _in_backticks(remark: Remark, text: str, offset: int) -> Iterator[Name]:
    if _PROGRAM.fullmatch(text) or _VARIABLE.fullmatch(text):
        return  # found as such
    if _FILE.fullmatch(text) or ("/" in text and _PATH.fullmatch(text)):
        yield Name(NameKind.FILE, text, remark, offset)
        return
    if setting := _SET.fullmatch(text):
        yield Name(NameKind.CODE, setting[1], remark, offset)
        return
    code = _CODE.fullmatch(text)
    if code and (remark.kind in {RemarkKind.COMMENT, RemarkKind.DOCSTRING} or _LOOKS_LIKE_CODE.search(text)):
        yield Name(NameKind.CODE, code[1], remark, offset)


def _commands(remark: Remark) -> Iterator[Name]:
    text = remark.text
    for module in _MODULE.finditer(text):
        yield Name(NameKind.MODULE, module[1], remark, module.start())
    for tested in _TESTED.finditer(text):
        for path in tested[1].split():
            yield Name(NameKind.FILE, path, remark, tested.start(1))
    for span in _SPAN.finditer(text):
        said = " ".join(span[2].split())
        if program := _PROGRAM.fullmatch(said):
            yield Name(NameKind.PROGRAM, program[1], remark, span.start(2))
        elif make := _MAKE.fullmatch(said):
            yield from _targets(remark, make[1], span.start(2))
        elif remark.kind is not RemarkKind.TEXT:
            yield Name(NameKind.PROGRAM, said, remark, span.start(2))  # perhaps, in short: `journal show INCIDENT`
    for example in _examples(remark):
        yield Name(NameKind.PROGRAM, example[1], remark, example.start(1))
    if remark.kind in {RemarkKind.PAGE, RemarkKind.SETTING}:
        for example in _MAKE_EXAMPLE.finditer(text):
            yield from _targets(remark, example[1].removeprefix("make"), example.start(1))


def _examples(remark: Remark) -> Iterator[re.Match[str]]:
    """Every command line of the program that stands on a line of its own, or in brackets in a text of the code."""
    yield from _PROGRAM_EXAMPLE.finditer(remark.text)
    if remark.kind is RemarkKind.TEXT:
        yield from _PROGRAM_ASIDE.finditer(remark.text)
    if remark.kind is RemarkKind.PAGE:
        for fence in _FENCE.finditer(remark.text):
            if fence[1] in {"sh", "bash", "console"}:
                yield from _PROGRAM_IN_FENCE.finditer(remark.text, fence.start(2), fence.end(2))


def _targets(remark: Remark, said: str, offset: int) -> Iterator[Name]:
    for target in said.split():
        yield Name(NameKind.TARGET, target, remark, offset)

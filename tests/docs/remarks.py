"""
Where people write about the code, with the place of each line: comments, docstrings, texts, and pages.

A remark is one comment (lines that follow each other are one), one docstring, one other string, or one page. Its text
keeps the file's lines, so that the place of a word in it is known.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

ROOT = Path(__file__).parents[2]

# What git does not keep (.gitignore), and git itself.
_NOT_OURS = re.compile(
    r"\.git$|\.venv|__pycache__$|build$|dist$|site$|state$|.*\.(pyc|egg-info)$|\.\w+_cache$|\.hypothesis$"
)

_COMMENTED = re.compile(r"Makefile$|\.editorconfig$|\.ci/\w+$|.*\.(toml|service|rules|ya?ml)$")
"""Other files in which comments stand behind a `#`."""


class RemarkKind(Enum):
    """What a remark is written in."""

    COMMENT = auto()
    """In a Python file: what stands in backticks is a name of the code."""
    DOCSTRING = auto()
    TEXT = auto()
    """Any other string of the code: people read the commands in it."""
    PAGE = auto()
    """Markdown."""
    SETTING = auto()
    """A comment in a file that is no code of ours: Makefile, unit, rules, settings."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something written about the code."""

    file: Path
    line: int
    text: str
    kind: RemarkKind

    def place(self, offset: int) -> str:
        """Return where a character of the text is, as `file:line`."""
        return f"{self.file.relative_to(ROOT).as_posix()}:{self.line + self.text.count(chr(10), 0, offset)}"


def files(folder: Path = ROOT) -> Iterator[Path]:
    """Every file of the project: what a fresh clone holds, and what is about to be committed."""
    for path in sorted(folder.iterdir()):
        if _NOT_OURS.match(path.name) or path.is_symlink():
            continue
        if path.is_dir():
            yield from files(path)
        else:
            yield path


def remarks() -> Iterator[Remark]:
    """Everything that is written about the code, anywhere in the project."""
    for path in files():
        if path.suffix == ".py":
            yield from _in_python(path)
        elif path.suffix == ".md":
            yield Remark(path, 1, path.read_text(encoding="utf-8"), RemarkKind.PAGE)
        elif _COMMENTED.match(path.relative_to(ROOT).as_posix()):
            lines = path.read_text(encoding="utf-8").splitlines()
            found = [(number, line.partition("#")[2]) for number, line in enumerate(lines, start=1) if "#" in line]
            yield from _joined(path, found, RemarkKind.SETTING)


def _in_python(path: Path) -> Iterator[Remark]:
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines()
    nodes = list(ast.walk(ast.parse(source)))
    documented = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) in documented:
                text = "\n".join(lines[node.lineno - 1 : node.end_lineno])
                yield Remark(path, node.lineno, text, RemarkKind.DOCSTRING)
            else:
                yield Remark(path, node.lineno, node.value, RemarkKind.TEXT)
    if "#" in source:
        tokens = tokenize.generate_tokens(io.StringIO(source).readline)
        comments = [(t.start[0], t.string.removeprefix("#")) for t in tokens if t.type == tokenize.COMMENT]
        yield from _joined(path, comments, RemarkKind.COMMENT)


def _joined(path: Path, comments: list[tuple[int, str]], kind: RemarkKind) -> Iterator[Remark]:
    """Make one remark of comments on lines that follow each other."""
    begun, texts = 0, list[str]()
    for number, text in comments:
        if texts and number == begun + len(texts):
            texts.append(text)
            continue
        if texts:
            yield Remark(path, begun, "\n".join(texts), kind)
        begun, texts = number, [text]
    if texts:
        yield Remark(path, begun, "\n".join(texts), kind)

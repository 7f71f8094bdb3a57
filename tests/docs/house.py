"""What there is in the house, for whoever asks whether a name is the name of something: files, headings, code."""

import ast
import builtins
import importlib
import os.path
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from gate_controller.settings.models import FIELDS, SECTIONS
from gate_controller.venue.venue_loading import VENUE_FIELDS
from tests.docs.remarks import ROOT, Remark, RemarkKind

_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_LONGEST_VALUE = 80
"""A string of the code that is longer is prose, and its words are nobody's names."""


class House:
    """The files of the project, and every name in its code."""

    def __init__(self, files: Iterable[Path]) -> None:
        self._paths = {"."}
        self._modules: dict[str, set[str]] = {}
        """The names in each module, by its dotted path."""
        self._members: dict[str, set[str]] = defaultdict(set)
        """The members of all classes of a name."""
        self._bases: dict[str, set[str]] = defaultdict(set)
        self.defined: set[str] = set()
        """What has a name of its own: modules, classes, functions, methods, fields, constants."""
        self._words: dict[Path, set[str]] = {}
        """Every identifier of a file, and every word of its short strings: what is set, typed or sent."""
        for file in files:
            path = file.relative_to(ROOT)
            self._paths |= {path.as_posix(), *(folder.as_posix() for folder in path.parents)}
            if file.suffix == ".py":
                self._read(file, path)
        package = (words for file, words in self._words.items() if file.is_relative_to(ROOT / "gate_controller"))
        self._said = set[str]().union(*package)

    # -- files

    def find(self, name: str, cited_in: Path) -> list[str]:
        """
        Return the files or folders that a name may be of, from the root.

        It is a path from the folder of the file that names it, from the root, from the package, or the end of a path;
        the package comes before the tests, which mirror it.
        """
        wanted = name.removeprefix("./").rstrip("/")
        for start in (cited_in.relative_to(ROOT).parent.as_posix(), "", "gate_controller"):
            path = os.path.normpath(os.path.join(start, wanted))  # noqa: PTH118 - pathlib leaves ".." as it is
            if path in self._paths:
                return [path]
        ends = sorted(path for path in self._paths if path.endswith(f"/{wanted}"))
        return [path for path in ends if path.startswith("gate_controller/")] or ends

    @property
    def file_names(self) -> set[str]:
        """Return the last part of every path."""
        return {path.rpartition("/")[2] for path in self._paths}

    # -- code

    def is_code(self, name: str, remark: Remark) -> bool:
        """
        Whether a name is one of the code, of the settings, or of a library.

        A word without a dot is one where something has it for its name, anywhere. In a comment it may also be a word of
        the same file, such as a parameter; in a page, one of the package: pages name what is set, typed or sent too.
        """
        parts = name.split(".")
        if len(parts) == 1:
            is_comment = remark.kind in {RemarkKind.COMMENT, RemarkKind.DOCSTRING}
            said = self._words.get(remark.file, ()) if is_comment else self._said
            # A value of an enum is often its name in small letters.
            is_value = not is_comment and name.upper() in self.defined
            return name in self.defined or name in said or is_value or hasattr(builtins, name)
        return name in FIELDS or name in VENUE_FIELDS or self._is_of_house(parts) or self._is_of_library(parts)

    def is_imported(self, module: str, name: str) -> bool:
        """Whether a module has a name."""
        return name in self._modules.get(module, ()) or f"{module}.{name}" in self._modules

    def _is_of_house(self, parts: list[str]) -> bool:
        if self._is_member(parts):
            return True
        for place in range(1, len(parts) + 1):
            ending, rest = ".".join(parts[:place]), parts[place:]
            for module, bound in self._modules.items():
                if (module == ending or module.endswith(f".{ending}")) and (
                    not rest or (rest[0] in bound and (len(rest) == 1 or self._is_member(rest)))
                ):
                    return True
        return False

    def _is_member(self, parts: list[str]) -> bool:
        return parts[0] in self._members and parts[1] in self._members_of(parts[0])

    def _members_of(self, name: str) -> set[str]:
        inherited = (self._members_of(base) for base in self._bases.get(name, ()) if base != name)
        return self._members.get(name, set[str]()).union(*inherited)

    def _is_of_library(self, parts: list[str]) -> bool:
        if hasattr(builtins, parts[0]):
            return hasattr(getattr(builtins, parts[0]), parts[1])
        if parts[0] in SECTIONS or parts[0] in self._modules:
            return False
        for place in range(len(parts), 0, -1):
            try:
                thing: object = importlib.import_module(".".join(parts[:place]))
            except ImportError:
                continue
            for part in parts[place:]:
                thing = getattr(thing, part, None)
            return thing is not None
        return False

    def _read(self, file: Path, path: Path) -> None:
        module = path.with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
        tree = ast.parse(file.read_text(encoding="utf-8"))
        self._modules[module] = {name for node in tree.body for name in _bound(node)}
        self.defined |= {*module.split("."), *self._modules[module]}
        words = self._words[file] = set()
        for node in ast.walk(tree):
            words.update(_words(node))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                self.defined.add(node.name)
            elif isinstance(node, ast.ClassDef):
                self._read_class(node)

    def _read_class(self, node: ast.ClassDef) -> None:
        members = {name for part in node.body for name in _bound(part)}
        members |= {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute) and _is_set_in_self(part)}
        self._members[node.name] |= members
        self.defined |= {node.name, *members}
        self._bases[node.name] |= {_last_word(base) for base in node.bases}


def _is_set_in_self(node: ast.Attribute) -> bool:
    return isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name) and node.value.id == "self"


def _last_word(node: ast.expr) -> str:
    match node:
        case ast.Subscript(value=value):
            return _last_word(value)
        case ast.Name(id=word) | ast.Attribute(attr=word):
            return word
    return ""


def _bound(node: ast.stmt) -> set[str]:
    """Return the names that a statement of a module or class binds."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return {(alias.asname or alias.name).partition(".")[0] for alias in names}
        case ast.Assign() | ast.AnnAssign() | ast.For() | ast.If() | ast.Try() | ast.With():
            inner = ast.walk(node)
            return {part.id for part in inner if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    return set()


def _words(node: ast.AST) -> tuple[str, ...]:
    match node:
        case ast.Name(id=word) | ast.Attribute(attr=word) | ast.arg(arg=word) | ast.keyword(arg=str(word)):
            return (word,)
        case ast.FunctionDef(name=word) | ast.AsyncFunctionDef(name=word) | ast.ClassDef(name=word):
            return (word,)
        case ast.alias(name=name, asname=asname):
            return (*name.split("."), asname or "")
        case ast.Constant(value=str(text)) if len(text) < _LONGEST_VALUE:
            return tuple(re.findall(r"\w+", text))
    return ()


# -- pages


def headings(page: Path) -> tuple[str, ...]:
    """Return the headings of a page."""
    return tuple(_HEADING.findall(_FENCED.sub("", page.read_text(encoding="utf-8"))))


def anchor(heading: str) -> str:
    """Return what a link calls a heading, as GitHub does."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")

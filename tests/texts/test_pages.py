"""The words of the staff's page: every one that is used is there, in all four languages, with the same places."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import gpiozero
import pytest

import gate_controller
from gate_controller.demo.trouble import Trouble
from gate_controller.devices import gpio, scanner
from gate_controller.devices.scanner import ScannerError
from gate_controller.journal.closings import BookedKind
from gate_controller.journal.failures import unusable
from gate_controller.texts import Language
from gate_controller.texts.day_phrases import DIFFERENCE_WORDS, ENTRY_WORDS, FREE_WORDS
from gate_controller.texts.phrases import phrase, phrases
from gate_controller.texts.sayings import saying, sayings

PACKAGE = Path(gate_controller.__file__).parent
OF_HOUSES = PACKAGE / "venue" / "page"
TEMPLATES = sorted([*(PACKAGE / "web" / "templates").glob("*.html"), *(OF_HOUSES / "templates").glob("*.html")])
PLAYED = [PACKAGE / "simulator" / "vouchers.py"]
"""Whose words the demo's page says."""
ON_PAPER = [PACKAGE / "texts" / "slip.py"]
ROWS = pytest.mark.parametrize("row", [*phrases(), *sayings()], ids=lambda row: row[0][:50])

# Sentences that the core and the shell hand to staff; each has its row, so that nobody is answered in a language of
# the program's own.
ANSWERING = [
    PACKAGE / "admission" / "gate" / name
    for name in ("orders.py", "regimes.py", "next_scan.py", "contacts.py", "errands.py", "voids.py")
]


def places(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


@ROWS
def test_a_row_has_the_same_places_in_every_language(row: tuple[str, str, str, str]) -> None:
    assert all(text.strip() == text != "" for text in row)
    assert [places(text) for text in row] == [places(row[0])] * 4


@ROWS
def test_german_is_that_of_switzerland(row: tuple[str, str, str, str]) -> None:
    assert "ß" not in row[1]


def test_no_row_stands_twice() -> None:
    for rows in (phrases(), sayings()):
        english = [row[0] for row in rows]
        assert sorted(english) == sorted(set(english))


def test_every_phrase_that_a_template_says_has_its_row() -> None:
    known = {row[0] for row in phrases()}
    said = {
        text
        for template in TEMPLATES
        for _, text in re.findall(r"""\bt\((["'])(.*?)\1\)""", template.read_text(encoding="utf-8"))
    }
    assert said - known == set()
    assert len(said) > 60


def test_every_phrase_is_said_somewhere() -> None:
    said_in = (*TEMPLATES, *PACKAGE.glob("web/*.py"), *OF_HOUSES.glob("*.py"), *PLAYED, *ON_PAPER)
    sources = [path.read_text(encoding="utf-8") for path in said_in]
    unsaid = [
        row[0] for row in phrases() if not any(f'"{row[0]}"' in each or f"'{row[0]}'" in each for each in sources)
    ]
    by_name = {*ENTRY_WORDS.values(), *DIFFERENCE_WORDS.values(), *FREE_WORDS.values()}
    assert set(unsaid) <= {trouble.title for trouble in Trouble} | by_name  # one of those counts its seconds


def test_every_line_of_a_closing_has_its_words() -> None:
    assert ENTRY_WORDS.keys() == set(BookedKind)
    known = {row[0] for row in phrases()}
    assert {*ENTRY_WORDS.values(), *DIFFERENCE_WORDS.values(), *FREE_WORDS.values()} <= known


def answers_of(path: Path) -> set[str]:
    """Return the sentences that a file of the core returns or answers an order with, their places as `{}`."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Return):
            found |= texts_in(node.value)
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in {"answer", "fault"}
        ):
            for argument in node.args[1:]:
                found |= texts_in(argument)
    return {text for text in found if " " in text}


def texts_in(node: ast.expr | None) -> set[str]:
    match node:
        case ast.Constant(value=str() as text):
            return {text}
        case ast.JoinedStr():
            parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
            return {"".join(map(str, parts))}
        case ast.IfExp():
            return texts_in(node.body) | texts_in(node.orelse)
        case _:
            return set()


@pytest.mark.parametrize("path", ANSWERING, ids=lambda path: path.name)
def test_whatever_the_core_answers_to_staff_is_said_in_their_language(path: Path) -> None:
    known = {row[0] for row in sayings()}
    told = {
        "the journal is still being written",
        "has no record of what was intended",
    }  # of `journal adopt` and torn ones
    assert answers_of(path) - known - told == set()


# What keeps the gate from taking scans, as the core says it itself, and what parts say that fail.
WHY_NO_SCANS = [
    "Anna holds it open: `gate-controller gate resume` ends that",
    "Anna has locked it: `gate-controller gate resume` ends that",
    "Anna has put it out of service: `gate-controller gate resume` ends that",
    "it is being stopped",
    "the service key has closed it: turn it back",
    "E-GUMA does not accept the API key (401): check eguma.api_key",
]
NOT_ADMITTED = [
    *(f"gate: it takes no scans: {why}" for why in WHY_NO_SCANS),
    "gate: it can be told to admit 1 to 50 persons at a time",
    "gate: it is more than whoever ordered it may move at a time",
    "gate: somebody is being served: wait until the lane is free",
    "gate: it was stopped meanwhile",
    "id 5c1f: was begun earlier: incident K7M2Q",
    "id 5c1f: was carried out earlier: incident K7M2Q",
    "id 5c1f: did not open the gate, and does not any more: incident K7M2Q",
    "id 5c1f: was given to another order (admit): take a new one for each",
    "the journal cannot be read: nobody can tell now whether this was done already",
    "persons: say how many, from 1 to 50",
]
"""All that whoever admits somebody from the desk may hear before anybody is served."""


@pytest.mark.parametrize("language", [language for language in Language if language is not Language.EN])
@pytest.mark.parametrize("answer", NOT_ADMITTED)
def test_why_nobody_is_admitted_is_said_whole_in_the_language_of_the_page(answer: str, language: Language) -> None:
    said = saying(answer, language)
    assert said != answer
    assert said.endswith(".")
    assert ".." not in said
    assert answer.removeprefix("gate: it takes no scans: ") not in said


@pytest.mark.parametrize("language", Language)
def test_a_saying_loses_what_it_is_about_and_keeps_its_parts(language: Language) -> None:
    said = saying("gate: it cannot open: the service key has closed it: turn it back", language)
    assert said.endswith(saying("the service key has closed it: turn it back", language))
    assert "gate:" not in said
    assert (
        saying("incident K7Q2M: was settled by Anna ({x}): a refund now would give it back twice", language).count(
            "{x}"
        )
        == 1
    )
    assert saying("GPIO17 is held by another program", language) == "GPIO17 is held by another program"


def ailing_parts() -> Iterator[str]:
    """Yield what real parts say of themselves when they fail."""
    for where in ("/nowhere", "/", "/dev/null"):
        with pytest.raises(ScannerError) as failed:
            scanner._open(where, 9_600)
        yield str(failed.value)
    for error in (
        ImportError("lgpio"),
        PermissionError("/dev/gpiomem"),
        RuntimeError("GPIO busy"),
        RuntimeError("what is this"),
        gpiozero.PinUnknownPi("?"),
        gpiozero.GPIOPinInUse("17"),
        gpiozero.PinInvalidPin("99"),
    ):
        yield str(gpio._explained(error, "relay on GPIO17"))
    yield unusable(Path("/state/journal.sqlite3"), "disk full (SQLITE_FULL)", "make room on the disk")
    yield "E-GUMA was not reached (ConnectionRefused), nothing was sent: check the network and eguma.base_url"
    yield "it has seen nobody in 3 releases in a row"


@pytest.mark.parametrize("language", [language for language in Language if language is not Language.EN])
def test_what_ails_a_part_is_said_in_the_language_of_the_page(language: Language) -> None:
    assert [text for text in ailing_parts() if saying(text, language) == text] == []


def test_a_phrase_without_a_row_is_an_error() -> None:
    with pytest.raises(KeyError):
        phrase("No such phrase", Language.EN)

"""What people write about the code names what is there: files, functions, headings, settings, commands."""

import ast
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import assert_never

import pytest

from gate_controller.settings.models import FIELDS
from gate_controller.venue.venue_loading import VENUE_FIELDS, venue_variable
from tests.docs.command_lines import is_module, targets, wrong_with
from tests.docs.house import House, anchor, headings
from tests.docs.names import Name, NameKind, names
from tests.docs.remarks import ROOT, Remark, RemarkKind, files, remarks

FOREIGN = {
    # Files that are no part of the project.
    "gate.toml": "the settings file of whoever runs a gate",
    "gate.museum.ch": "a name that a house may give its gate",
    "./gate.toml": "the same, in the folder a command is typed in",
    "venue.museum.ch": "a name that a house may give its venue",
    "./state": "the journal's folder, where none is set",
    "./venue-state": "a venue's folder, where none is set",
    "venue.key": "in a venue's state directory: what it signs orders with",
    "prometheus.token": "in a venue's state directory: what the house's Prometheus asks with",
    "Europe/Zurich": "a time zone",
    "acl_file": "of Mosquitto's configuration",
    "site/": "what `make docs` builds",
    "archive/attempts-YEAR.jsonl": "in the journal's folder",
    "audit.jsonl": "in the state directory: who logged in and what was done",
    "certificate.pem": "in the state directory: the page's certificate, where none is given",
    "prometheus.yml": "the settings file of whoever runs Prometheus",
    "gate_scans_total": "a metric: Prometheus's library adds what ends the name of a counter",
    "venue_gate_admitted_total": "a metric, as the one above",
    "venue_gate_refused_total": "the same",
    "venue_gate_charged_cents_total": "the same",
    "config.txt": "what a Raspberry Pi boots with",
    "firstrun.sh": "of Raspberry Pi OS 12: what the first start is to do",
    "raspberrypi.local": "what a Raspberry Pi is called that nobody has given a name",
    "80-mm-candidate.rules": "of ModemManager",
    "99-com.rules": "of Raspberry Pi OS",
    "pins/lgpio.py": "of gpiozero",
    # NameKind of other people's.
    "Date": "a header of HTTP",
    "call_soon_threadsafe": "of asyncio's loop, whatever that is called",
    "spidev.SpiDev": "of a library that only a gate with an SPI display has",
    "GPIOZERO_PIN_FACTORY": "a variable that gpiozero reads",
    "gate_relay__pin": "a credential, as systemd allows it to be called",
    "GATE_CONFIG": "a variable that names the settings file, and is no setting",
}
"""NameKind of what is not in the house, each with whose it is."""

EGUMA = ROOT / "docs" / "eguma-api.md"
"""The page of E-GUMA's names: most of its fields are in no code, for the gate has no need of them."""

PYPROJECT = ROOT / "pyproject.toml"

VARIABLES = {f"GATE_{name.replace('.', '__').upper()}" for name in FIELDS}
OF_VENUES = {venue_variable(name) for name in VENUE_FIELDS}


def wrong(name: Name, house: House) -> str:
    """Return what is wrong with a name, and what to do; empty where it is the name of something."""
    file = name.remark.file
    if name.text in FOREIGN or name.text in OF_VENUES or (name.what is NameKind.CODE and file == EGUMA):
        return ""
    match name.what:
        case NameKind.FILE:
            why = _wrong_file(name.text, house.find(name.text, file), house)
        case NameKind.LINK:
            why = _wrong_link(name.text, file)
        case NameKind.HEADING:
            page, _, heading = name.text.partition(", ")
            why = _wrong_heading(heading.strip('"'), [ROOT / path for path in house.find(page, file)])
        case NameKind.CODE:
            is_there = house.is_code(name.text, name.remark)
            why = "" if is_there else f"nothing has it: {_nearest(name.text.rpartition('.')[2], house.defined)}"
        case NameKind.PROGRAM:
            why = wrong_with(name.text)
        case NameKind.TARGET:
            why = "" if name.text in targets() else f"make does not know it: {_nearest(name.text, targets())}"
        case NameKind.MODULE:
            why = "" if is_module(name.text) else "python cannot run it: name a module that is there"
        case NameKind.VARIABLE:
            why = "" if name.text in VARIABLES else f"no setting has this variable: {_nearest(name.text, VARIABLES)}"
        case NameKind.SOURCE:
            why = _wrong_source(name.text, house)
        case _:
            assert_never(name.what)
    return why


def _wrong_file(text: str, found: list[str], house: House) -> str:
    if len(found) > 1:
        return f"it may be {' or '.join(found)}: write more of its path"
    return "" if found else f"there is no such file or folder: {_nearest(text.rpartition('/')[2], house.file_names)}"


def _wrong_link(target: str, file: Path) -> str:
    if target.startswith(("https://", "http://")):
        return ""
    path, _, heading = target.partition("#")
    page = file.parent / path if path else file
    if not page.exists():
        return "the link leads nowhere: give the path from the page's own folder"
    if heading and heading not in map(anchor, headings(page)):
        return f"that page has no such heading: {_nearest(heading, {anchor(one) for one in headings(page)})}"
    return ""


def _wrong_heading(heading: str, pages: list[Path]) -> str:
    if len(pages) != 1:
        return ""  # told of the page
    known = headings(pages[0])
    is_there = heading.casefold() in {one.casefold() for one in known}
    return "" if is_there else f"that page has no such heading: {_nearest(heading, known)}"


def _wrong_source(text: str, house: House) -> str:
    # A page may show what stands in a coroutine.
    tree = ast.parse("async def shown():\n" + "".join(f"    {line}\n" for line in text.splitlines()))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in {"gate_controller", "tests"}:
            module = node.module or ""
            lacking = [alias.name for alias in node.names if not house.is_imported(module, alias.name)]
            if lacking:
                return f"{module} has no {' and no '.join(lacking)}: import what it has"
    return ""


def _nearest(text: str, known: Collection[str]) -> str:
    near = get_close_matches(text, sorted(known), n=1)
    return f"is it {near[0]} now?" if near else "name what is there"


def complaints(found: Iterable[Name], house: House) -> list[str]:
    """Return a line for each name that is the name of nothing."""
    told = ((name, wrong(name, house)) for name in found)
    return [f"{name.place}: `{name.text.splitlines()[0]}`: {why}" for name, why in told if why]


@cache
def the_house() -> House:
    """Return what the project has; read once, for that takes a second."""
    return House(files())


def test_everything_that_is_named_in_comments_docstrings_and_pages_is_there() -> None:
    found = [name for remark in remarks() for name in names(remark)]

    lines = complaints(found, the_house())

    assert not lines, "\n".join(["", *lines, "What is not the project's goes into FOREIGN, with whose it is."])
    assert sorted(FOREIGN.keys() - {name.text for name in found}) == []


def test_what_pyproject_says_of_files_and_code_is_there() -> None:
    house = the_house()
    said = [
        part.removesuffix(".*")
        for text in strings(tomllib.loads(PYPROJECT.read_text()))
        for part in text.split(" -> ")
        if re.match(r"gate_controller[./]", part)
    ]
    paths = [path for text in said if "/" in text for path in without_braces(text)]
    here = Remark(PYPROJECT, 1, "", RemarkKind.SETTING)

    assert said
    assert [path for path in paths if not any(ROOT.glob(path))] == []
    assert [text for text in said if "/" not in text and not house.is_code(text.replace(":", "."), here)] == []


def strings(value: object) -> Iterator[str]:
    """Every string in a TOML file, keys too."""
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from strings(item)
        case dict():
            yield from strings([*value.keys(), *value.values()])


def without_braces(path: str) -> list[str]:
    """Return the paths that one with alternatives in braces stands for."""
    before, _, rest = path.partition("{")
    inner, _, after = rest.partition("}")
    return [f"{before}{one}{after}" for one in inner.split(",")] if inner else [path]


PAGE = ROOT / "docs" / "money.md"

STALE = {
    "a file": ("See `no_such_file.py`.", "no_such_file.py"),
    "a file without backticks": ("See docs/no-such-page.md.", "docs/no-such-page.md"),
    "a folder": ("Look into `gate_controller/attic/`.", "gate_controller/attic/"),
    "a link": ("As [told](nowhere.md).", "nowhere.md"),
    "a link's heading": ("As [told](money.md#no-such-part).", "money.md#no-such-part"),
    "a cited heading": ('As in money.md, "No such part".', 'money.md, "No such part"'),
    "a function": ("First `nobody_calls_it()`.", "nobody_calls_it"),
    "a method": ("Then `House.nothing`.", "House.nothing"),
    "a setting": ("Set `relay.colour`.", "relay.colour"),
    "a class": ("It is a `BrokenWindow`.", "BrokenWindow"),
    "a variable": ("Set GATE_RELAY__COLOUR.", "GATE_RELAY__COLOUR"),
    "a command": ("Type `PROGRAM gate shut`.", "gate-controller gate shut"),
    "an option": ("Type `gate status --loudly`.", "gate status --loudly"),
    "a setting in a command": ("Type `PROGRAM run --set relay.colour=5`.", "gate-controller run --set relay.colour=5"),
    "a setting with its value": ('Set `relay.colour = "red"`.', "relay.colour"),
    "a line of a shell": ("```sh\nsudo PROGRAM journal burn\n```\n", "gate-controller journal burn"),
    "an example": ("So:\n\n    PROGRAM journal burn\n", "gate-controller journal burn"),
    "a target": ("Type `MAKE peace`.", "peace"),
    "a tested path": ("Type `python -m pytest PATHS`.", "tests/nowhere"),
    "a module": ("Type `python -m MODULE`.", "tests.nothing"),
    "shown code": ("```python\nfrom tests.docs.house import Attic\n```\n", "from tests.docs.house import Attic"),
}

# Put in by the test, or this file would name nothing itself.
STAND_INS = {"PROGRAM": "gate-controller", "MAKE": "make", "MODULE": "tests.nothing", "PATHS": "tests/nowhere"}


@pytest.fixture(scope="module")
def house() -> House:
    """These few files, and the page that the samples are said to stand in."""
    return House([*(ROOT / "tests" / "docs").glob("*.py"), PAGE])


@pytest.mark.parametrize(("text", "name"), STALE.values(), ids=STALE.keys())
def test_a_name_of_nothing_is_told_with_its_place(text: str, name: str, house: House) -> None:
    for stand_in, word in STAND_INS.items():
        text = text.replace(stand_in, word)

    [found] = complaints(names(Remark(PAGE, 7, text, RemarkKind.PAGE)), house)

    line = 9 if text.startswith("So") else 8 if text.startswith("```") else 7
    assert found.startswith(f"docs/money.md:{line}: `{name}`: ")


def test_a_parameter_in_a_docstring_is_one_of_its_file(house: House) -> None:
    file = ROOT / "tests" / "docs" / "house.py"
    remark = Remark(file, 1, '"""As `cited_in` says, not as `on_change` does."""', RemarkKind.DOCSTRING)

    [found] = complaints(names(remark), house)

    assert "`on_change`" in found


def test_a_name_that_two_files_have_is_told_with_both() -> None:
    house = House([ROOT / "hardware" / "same.md", ROOT / "tests" / "same.md"])

    [found] = complaints(names(Remark(PAGE, 1, "See `same.md`.", RemarkKind.PAGE)), house)

    assert "hardware/same.md or tests/same.md" in found

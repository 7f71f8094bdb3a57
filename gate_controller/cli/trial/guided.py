"""
`gate-controller test all`: a person goes through all devices that are fitted, and says of each whether it works.

Only what a person has seen or heard counts as well: a pin that was set proves nothing about the lamp behind it.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path

from gate_controller import __version__
from gate_controller.cli.exits import CommandError, ExitCode, complain, on_one_line
from gate_controller.cli.trial import bench, watching
from gate_controller.cli.trial.typed_lines import TypedLines
from gate_controller.cli.trial.words import say
from gate_controller.devices.errors import DeviceError
from gate_controller.settings import Settings
from gate_controller.shell.fittings import absent, fitted_contacts


class Finding(Enum):
    """What became of one device's test."""

    WELL = "well"
    NOT_WELL = "NOT WELL"
    ABSENT = "not fitted"


@dataclass(frozen=True, slots=True)
class Tried:
    """One device in the report."""

    device: str
    finding: Finding
    why: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What was tried, by whom and when, for the papers of the gate."""

    gate: str
    by: str
    begun: datetime
    tried: tuple[Tried, ...]

    @property
    def is_well(self) -> bool:
        """Whether everything that is fitted works."""
        return all(one.finding is not Finding.NOT_WELL for one in self.tried)

    @property
    def text(self) -> str:
        """The report as people read it."""
        head = {
            "gate": self.gate,
            "tested by": self.by,
            "begun": f"{self.begun:%Y-%m-%d %H:%M %z}",
            "program": f"gate-controller {__version__}",
        }
        lines = [f"{name:<12}{on_one_line(value)}" for name, value in head.items()]
        lines += ["", *(f"{one.device:<12}{_said(one)}" for one in self.tried), ""]
        wrong = [one.device for one in self.tried if one.finding is Finding.NOT_WELL]
        lines.append("all is well" if not wrong else f"NOT WELL: {', '.join(wrong)}")
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class _DeviceTest:
    device: str
    before: str
    """What the person should know before it begins; it begins with Enter. Empty: at once."""
    work: Callable[[], Awaitable[None]]
    question: str


def refuse_without_terminal(remedy: str = "run it in one, or test the devices one by one") -> None:
    """Raise `CommandError` where nobody can answer; `remedy` says what to do then."""
    if not sys.stdin.isatty():
        raise CommandError(
            ExitCode.NO,
            f"nobody can answer: standard input is no terminal: {remedy}",
        )


def refuse_report(path: Path) -> None:
    """Raise `CommandError` where the report could not be written in the end."""
    if path.exists():
        raise CommandError(ExitCode.NO, f"report {path}: is already there: name another file")
    if not os.access(path.absolute().parent, os.W_OK):
        raise CommandError(
            ExitCode.NO, f"report {path}: its directory is not there or may not be written: name another"
        )


def write(path: Path, text: str) -> None:
    """Write a report into a new file. Raises `CommandError`."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise CommandError(
            ExitCode.NO, f"report {path}: cannot be written ({error.strerror}): copy it from here"
        ) from None


async def go_through(settings: Settings, each: float, *, by: str) -> Report:
    """Try every device that is fitted, and ask about it. Raises `CommandError` where the terminal is closed."""
    begun = datetime.now().astimezone()
    missing = absent(settings)
    lines = TypedLines("the terminal was closed: test: nothing is reported: begin anew")
    try:
        say("The gate moves in this test: keep people out of it. Ctrl-C ends it, with everything at rest.")
        await lines.enter("Press Enter to begin.")
        tried = []
        for test in _device_tests(settings, each, lines):
            say(f"\n-- {test.device}")
            if test.device in missing:
                say(f"not fitted: {missing[test.device]}")
                tried.append(Tried(test.device, Finding.ABSENT, missing[test.device]))
            else:
                tried.append(await _try(test, lines))
        return Report(settings.id, by, begun, tuple(tried))
    finally:
        lines.close()


async def _try(test: _DeviceTest, lines: TypedLines) -> Tried:
    while True:
        if test.before:
            await lines.enter(test.before)
        fault = ""
        try:
            await test.work()
        except DeviceError as error:
            fault = str(error)
            complain(fault)
        question = "It failed. [n: go on, r: again]" if fault else f"{test.question} [y/n, r: again]"
        match await lines.choice(question, "nr" if fault else "ynr"):
            case "y":
                return Tried(test.device, Finding.WELL)
            case "n":
                return Tried(test.device, Finding.NOT_WELL, fault or "so said the person who tested it")
            case _:
                continue


def _device_tests(settings: Settings, each: float, lines: TypedLines) -> tuple[_DeviceTest, ...]:
    async def scanner() -> None:
        enough = asyncio.Event()
        with lines.calling(enough.set):
            scans = await watching.scanner(settings, ended=enough, ends="Enter goes on without", on_scan=enough.set)
        if not scans:
            raise DeviceError("nothing was scanned")

    async def inputs() -> None:
        enough = asyncio.Event()
        with lines.calling(enough.set):
            has_all = await watching.inputs(settings, ended=enough)
        if not has_all:
            raise DeviceError("not all inputs could be had")

    names = [contact.value for contact, *_ in fitted_contacts(settings)]
    names += ["passage sensor"] if settings.passage.pin is not None else []
    return (
        _DeviceTest(
            "relay",
            "Press Enter to release the gate.",
            lambda: bench.relay(settings),
            "Did the gate open for one person, and shut?",
        ),
        _DeviceTest(
            "exit relay",
            "Press Enter to release the way out.",
            lambda: bench.relay(settings, way_out=True),
            "Did the way out open for one person, and shut?",
        ),
        _DeviceTest(
            "lamps", "", lambda: bench.lamps(settings, each), "Did you see every one of them as it is named here?"
        ),
        _DeviceTest("buzzer", "", lambda: bench.buzzer(settings), "Did you hear every one of them?"),
        _DeviceTest(
            "display", "", lambda: bench.display(settings, each), "Did you see every picture, and could you read it?"
        ),
        _DeviceTest("scanner", "", scanner, "Are these the characters on the voucher?"),
        _DeviceTest(
            "inputs",
            f"Press Enter, make each of these change, and press Enter again: {', '.join(names)}.",
            inputs,
            "Did each of them tell the truth, before and after?",
        ),
    )


def _said(one: Tried) -> str:
    return f"{one.finding.value}: {on_one_line(one.why)}" if one.why else one.finding.value

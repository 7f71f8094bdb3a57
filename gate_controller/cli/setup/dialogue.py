"""
Questions in a terminal, one line each, with what is in force as the answer that Enter gives.

Rules: plain lines, so that it works over ssh, on a serial console and in a narrow window; an answer that cannot be used
is told why and asked for again; a secret is not shown.
"""

import shutil
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from gate_controller.cli.exits import on_one_line
from gate_controller.cli.trial.typed_lines import TypedLines
from gate_controller.cli.trial.words import say
from gate_controller.settings.values import UnusableError

_T = TypeVar("_T")

_NARROWEST, _WIDEST = 40, 100


@dataclass(frozen=True, slots=True)
class Offer(Generic[_T]):
    """One of several answers."""

    value: _T
    words: str


class Dialogue:
    """Asks one person, by his terminal."""

    def __init__(self) -> None:
        self.lines = TypedLines("the terminal was closed: setup: nothing was written: begin anew")

    def close(self) -> None:
        """Leave the terminal to whoever comes next."""
        self.lines.close()

    def tell(self, text: str) -> None:
        """Say something, in lines as wide as the terminal."""
        width = min(max(shutil.get_terminal_size().columns, _NARROWEST), _WIDEST)
        for paragraph in text.split("\n"):
            words = paragraph.lstrip(" ")
            indent = " " * (len(paragraph) - len(words))
            say("\n".join(textwrap.wrap(on_one_line(words), width, initial_indent=indent, subsequent_indent=indent)))

    def head(self, title: str) -> None:
        """Begin a part of the set-up."""
        say(f"\n-- {title}")

    async def ask(self, question: str, default: str, read: Callable[[str], _T], *, shown: str = "") -> _T:
        """Return an answer that `read` takes; Enter gives the default, which is shown as `shown` where that is said."""
        offered = shown or default
        while True:
            typed = (await self.lines.answer(f"{question} [{offered}]:" if offered else f"{question}:")).strip()
            if not typed and not default:
                continue
            try:
                return read(typed or default)
            except UnusableError as refusal:
                what = on_one_line(typed or default)
                self.tell(f"  {what} is something {refusal.why}: {refusal.remedy}")

    async def secret(self, question: str, *, is_there: bool, read: Callable[[str], _T]) -> _T | None:
        """Return a secret; None where there is one and Enter keeps it."""
        while True:
            typed = (await self.lines.secret(f"{question}{' [set, Enter keeps it]' if is_there else ''}:")).strip()
            if not typed:
                if is_there:
                    return None
                continue
            try:
                return read(typed)
            except UnusableError as refusal:
                self.tell(f"  it {refusal.why}: {refusal.remedy}")

    async def yes(self, question: str, *, default: bool, is_fresh: bool = False) -> bool:
        """Return whether the answer is yes; where it has to be `is_fresh`, nothing that was typed before counts."""
        prompt = f"{question} [{'Y/n' if default else 'y/N'}]"
        while True:
            typed = (await self.lines.answer(prompt, is_fresh=is_fresh)).strip().lower()
            if typed in {"", "y", "yes", "n", "no"}:
                return default if not typed else typed.startswith("y")

    async def choose(self, question: str, choices: Sequence[Offer[_T]], default: _T) -> _T:
        """Return one of several answers, by its number or its first word."""
        say(question)
        for number, choice in enumerate(choices, 1):
            say(f"  {number}  {choice.words}")
        usual = next((n for n, choice in enumerate(choices, 1) if choice.value == default), 1)
        while True:
            typed = (await self.lines.answer(f"which [{usual}]:")).strip().lower() or str(usual)
            for number, choice in enumerate(choices, 1):
                if typed in {str(number), choice.words.split()[0].rstrip(":,").lower()}:
                    return choice.value

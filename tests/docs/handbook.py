"""
Writes what depends on the code into the staff's handbook: `python -m tests.docs.handbook`.

docs/staff/ has a page and a sheet to print in each language of the house. Between marks the page has lamps and sounds,
what to say and do at each message, and every message in its own words; the sheet is made wholly. Words that are not the
code's stand in tests/docs/handbook/. `test_handbook.py` compares, so that neither can fall behind, and fails where a
message has no advice yet.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from gate_controller.admission.words.messages import Fault, Message, MessageKind, Signal, Sound
from gate_controller.admission.words.money import Currency
from gate_controller.devices.patterns import LOOKS, SOUNDS, Flash, Look, Mode
from gate_controller.settings.models import FIELDS
from gate_controller.texts import Language, Text, Texts
from gate_controller.texts.phrases import phrase
from tests.docs.remarks import ROOT
from tests.texts.wording import examples

STAFF = ROOT / "docs" / "staff"
WORDS = Path(__file__).with_name("handbook")

KINDS = MessageKind
ADVICE: Final[Mapping[str, tuple[MessageKind | Fault, ...]]] = {
    "ready": (KINDS.IDLE, KINDS.OUTAGE_FREE),
    "go": (
        KINDS.ADMITTED,
        KINDS.ADMITTED_ON_CREDIT,
        KINDS.LET_IN,
        KINDS.ADMITTED_FREE,
        KINDS.ALREADY_ADMITTED,
        KINDS.TICKET_ADMITTED,
        KINDS.TICKET_OUT,
    ),
    "moment": (KINDS.CHECKING, KINDS.ONE_MOMENT),
    "again": (KINDS.LANE_BUSY, KINDS.NOT_CHARGED_AFTER_ALL, KINDS.MORE_LAPSED, KINDS.TICKET_SCAN_AGAIN),
    "next_person": (KINDS.SCAN_AGAIN_LATER, KINDS.FREE_AGAIN_LATER),
    "unused": (KINDS.NOBODY_PASSED, KINDS.FREE_UNUSED, KINDS.TICKET_KEPT),
    "code": (KINDS.NOT_A_VOUCHER,),
    "another": (KINDS.BALANCE_TOO_LOW, KINDS.WRONG_CURRENCY, KINDS.FREE_USED_UP),
    "rest": (KINDS.MORE_NEEDED,),
    "reason": (
        KINDS.NOT_REDEEMABLE,
        KINDS.BALANCE_NOT_REDEEMABLE,
        KINDS.REFUSED_BY_EGUMA,
        KINDS.EXPIRED,
        KINDS.HOUSE_REFUSES,
    ),
    "till": (KINDS.POSITION_VOUCHER,),
    "ticket": (
        KINDS.TICKET_NOT_FOUND,
        KINDS.TICKET_DELETED,
        KINDS.TICKET_ALREADY_IN,
        KINDS.TICKET_NOT_IN,
        KINDS.TICKET_REFUSED,
    ),
    "later": (KINDS.UNREACHABLE, KINDS.AT_THE_DESK, KINDS.REFUND_UNDER_WAY, KINDS.GIVEN_BACK),
    "checked": (KINDS.BEING_CHECKED, KINDS.TICKET_BEING_CHECKED),
    "paid": (KINDS.PAID_BUT_SHUT, KINDS.TICKET_SHUT),
    "cancelled": (KINDS.CHARGE_CANCELLED,),
    "outage": (KINDS.SEE_STAFF, KINDS.OUTAGE_STAFF),
    "full": (KINDS.HOUSE_FULL,),
    "chosen": (KINDS.CHECK_BALANCE, KINDS.OTHER_PRICE, KINDS.BALANCE_TOLD),
    "way_out": (KINDS.WAY_OUT,),
    "open": (KINDS.PAID_NOT_NEEDED, Fault.HELD_OPEN, Fault.HELD_BY_STAFF),
    "fire": (Fault.FIRE,),
    "closed": (Fault.SERVICE, Fault.LOCKED, Fault.WITHDRAWN),
    "scanner": (Fault.SCANNER,),
    "stuck": (Fault.RELAY, Fault.BLOCKED),
    "restart": (Fault.STOPPING, Fault.STARTING),
    "broken": (KINDS.OUT_OF_SERVICE, KINDS.REFUSED_OUT_OF_SERVICE, Fault.JOURNAL, Fault.KEY),
    "new": (Fault.UNPROVISIONED,),
}
"""What is said and done alike, and at which messages and faults; the most frequent first."""

RHYTHMS: Final[Mapping[tuple[Flash, ...], str]] = {
    (): "steady",
    (Flash(0.5, 0.5),): "slow",
    (Flash(0.2, 0.2), Flash(0.2, 0.2), Flash(0.2, 1.0)): "three",
    (Flash(0.5, 1.5),): "rare",
    (Flash(1.7, 0.3),): "long",
    (Flash(0.2, 0.2),): "quick",
}

_BUTTON = re.compile(r"\{([^{}]+)\}")
_SENTENCE = re.compile(r"(.*?[.!?])(?: |$)")


@dataclass(frozen=True)
class Handbook:
    """What the handbook says in one language."""

    language: Language

    @cached_property
    def words(self) -> Mapping[str, Any]:
        """Return the words that are not the code's."""
        return tomllib.loads((WORDS / f"{self.language.value}.toml").read_text(encoding="utf-8"))

    def said(self, text: str) -> str:
        """Return a text with the names of the page's buttons, and how long a credit lasts, put in."""
        return _BUTTON.sub(lambda found: self._named(found[1]), text)

    def _named(self, name: str) -> str:
        if name == "credit":
            return f"{FIELDS['admission.credit_minutes'].default:g}"
        return quoted(phrase(name, self.language).rstrip("…"), self.language)

    @cached_property
    def texts(self) -> Mapping[MessageKind | Fault, tuple[Message, Text]]:
        """Return every message as visitors read it, by its kind, or by the fault that it is about."""
        rendered = Texts([self.language], Currency.CHF)
        found: dict[MessageKind | Fault, tuple[Message, Text]] = {}
        for _, message in examples():
            key = message.fault or message.kind
            if message.eguma_text:
                message = replace(message, eguma_text="… (E-GUMA)")  # noqa: PLW2901 - its own words differ each time
            found.setdefault(key, (message, rendered.render(message)))
        return found

    def signs(self, advice: str) -> list[str]:
        """Return how the display tells of what an advice is for: by its title, and more where that is not enough."""
        titles = {key: text.title for key, (_, text) in self.texts.items()}
        elsewhere = {titles[key] for other, keys in ADVICE.items() if other != advice for key in keys}
        signs: list[str] = []
        for key in ADVICE[advice]:
            sign = titles[key]
            if sign in elsewhere:
                sentence = _SENTENCE.match(self.texts[key][1].detail)
                sign += f": {sentence[1] if sentence else self.texts[key][1].detail}"
            if sign not in signs:
                signs.append(sign)
        return signs

    # -- tables for the page

    def lamps(self) -> str:
        """Return the table of signals: what they mean, and how each kind of lamps shows them."""
        words = self.words
        head = [words["signal"], words["separate"], words["traffic"], words["rgb"]]
        rows = [
            [words["signals"][signal.name.lower()], *(self.look(LOOKS[mode][signal]) for mode in Mode)]
            for signal in Signal
        ]
        return _table(head, rows)

    def look(self, look: Look) -> str:
        """Return in words what lamps do."""
        colours = self.words["colours"]
        if not look.lamps:
            return str(colours["dark"])
        names = sorted(lamp.name.lower() for lamp in look.lamps)
        colour = colours["yellow" if names == ["green", "red"] else names[0]]
        return f"{colour}, {self.words['rhythms'][RHYTHMS[look.flashes]]}"

    def sounds(self) -> str:
        """Return the table of sounds."""
        words = self.words
        rows = [[words["sounds"][sound.name.lower()], beeps(sound)] for sound in Sound]
        return _table([words["signal"], words["heard"]], rows)

    def advice(self) -> str:
        """Return the table of what to say and do."""
        words = self.words
        rows = []
        for name in ADVICE:
            told = words["advice"][name]
            signs = "<br>".join(f"**{_first(sign)}**{sign.removeprefix(_first(sign))}" for sign in self.signs(name))
            rows.append([signs, self.said(told["say"]), self.said(told["do"])])
        return _table([words["says"], words["say"], words["do"]], rows)

    def messages(self) -> str:
        """Return the table of every message, with lamps and sound."""
        words = self.words
        rows = [
            [
                f"**{text.title}**",
                text.detail,
                text.money,
                words["signals"][message.signal.name.lower()].partition(":")[0] if message.signal else "–",
                beeps(message.sound) if message.sound else "–",
            ]
            for message, text in self.texts.values()
        ]
        return _table(
            [words["message"], words["detail"], words["money"], words["lamps_title"], words["sounds_title"]], rows
        )

    def page(self, page: str) -> str:
        """Return the page with what depends on the code made anew."""
        for mark in ("lamps", "sounds", "advice", "messages"):
            before, rest = page.split(f"<!-- {mark}: from the code -->")
            after = rest.split(f"<!-- end of {mark} -->")[1]
            made = getattr(self, mark)()
            page = f"{before}<!-- {mark}: from the code -->\n\n{made}\n<!-- end of {mark} -->{after}"
        return page


def beeps(sound: Sound) -> str:
    """Return how often a sound beeps, and how long."""
    made = SOUNDS[sound]
    return f"{len(made)} × {made[0].seconds:g} s"


def pages() -> Iterator[tuple[Path, Handbook]]:
    """Every language's page."""
    for language in Language:
        yield STAFF / f"{language.value}.md", Handbook(language)


def _first(sign: str) -> str:
    return sign.partition(": ")[0]


def quoted(text: str, language: Language) -> str:
    """Return a text in the quotation marks of a language, as they are used in Switzerland."""
    space = "\N{NARROW NO-BREAK SPACE}" if language is Language.FR else ""
    return f"«{space}{text}{space}»" if language is not Language.EN else f"“{text}”"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


if __name__ == "__main__":
    for path, handbook in pages():
        path.write_text(handbook.page(path.read_text(encoding="utf-8")), encoding="utf-8")

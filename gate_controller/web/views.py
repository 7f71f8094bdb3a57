"""
What the pages show, made of the status and the day: plain values that the templates only lay out.

Nothing here asks a disk; times come as the gate's own, written in its zone.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from gate_controller.admission.words.events import Contact
from gate_controller.admission.words.messages import Message, MessageKind, MoneyFate, Signal
from gate_controller.admission.words.money import Cents
from gate_controller.shell.status import GateState, GateStatus
from gate_controller.texts import Language, format_amount
from gate_controller.texts.phrases import phrase
from gate_controller.texts.sayings import saying
from gate_controller.web.house import House
from gate_controller.web.people import Person, Role

Says = Callable[[str], str]
"""Turns the English words of a phrase into the reader's."""

SIGNALS: Final[Mapping[Signal | None, str]] = {
    Signal.IDLE: "idle",
    Signal.CHECKING: "checking",
    Signal.ADMITTED: "admitted",
    Signal.REFUSED: "refused",
    Signal.OUT_OF_SERVICE: "out-of-service",
    Signal.HELD_OPEN: "held-open",
}
_SCRIPT_WORDS: Final = {
    "live": "live, {time}",
    "stale": "no connection since {time} ({age}), trying again",
    "seconds": "{n} s",
    "minutes": "{n} min",
    "hours": "{n} h",
    "days": "{n} days",
    "searching": "Searching…",
    "unreachable": "No connection to the gate.",
    "unreachable_trying": "No connection to the gate. Trying again: it acts once at most.",
    "under_way": "It is under way. This goes on by itself.",
    "done": "Done at {time}.",
    "failed": "That did not work ({status}). Look at the gate, then try again.",
    "cancel": "Cancel",
    "close": "Close",
    "story": "The whole story",
    "amount": "Give an amount such as 25.00.",
    "asking": "Asking E-GUMA…",
    "camera_stop": "Stop the camera",
    "camera_none": "No camera can be used here. Type or scan the code.",
    "camera_refused": "The browser may not use the camera: allow it for this page. Or type or scan the code.",
    "camera_insecure": "The camera works only where this page is opened by https. Type or scan the code.",
}


def says(language: Language) -> Says:
    """Return what turns phrases into a language."""
    return lambda english: phrase(english, language)


def clock(moment: float, *, seconds: bool = False) -> str:
    """Return a moment as the gate's time of day."""
    return time.strftime("%H:%M:%S" if seconds else "%H:%M", time.localtime(moment))


def day_and_clock(moment: float, now: float) -> str:
    """Return a moment as a time of day, with its date where that is not today's."""
    at, today = time.localtime(moment), time.localtime(now)
    return time.strftime("%H:%M" if at[:3] == today[:3] else "%d.%m.%Y %H:%M", at)


def short_day_and_clock(moment: float, now: float) -> str:
    """Return a moment as a time of day, with as much of its date as is not today's, for a list."""
    at, today = time.localtime(moment), time.localtime(now)
    date = "" if at[:3] == today[:3] else "%d.%m. " if at[0] == today[0] else "%d.%m.%y "
    return time.strftime(f"{date}%H:%M", at)


def day(moment: float) -> str:
    """Return the day of a moment, in the gate's zone."""
    return time.strftime("%d.%m.%Y", time.localtime(moment))


def offset(moment: float) -> int:
    """Return how far the gate's zone is from UTC at a moment, in seconds."""
    return time.localtime(moment).tm_gmtoff


def clocks(now: float) -> dict[str, Any]:
    """Return what a page's script needs to tell the gate's time."""
    return {"at": now, "offset": offset(now), "clock": clock(now, seconds=True)}


def age(seconds: float, t: Says) -> str:
    """Return how long that is, in the largest unit of which it has two."""
    for words, size in (("{n} days", 86_400), ("{n} h", 3_600), ("{n} min", 60)):
        if seconds >= 2 * size or (size == 60 and seconds >= 100):  # noqa: PLR2004 - as the page's script counts
            return t(words).format(n=int(seconds // size))
    return t("{n} s").format(n=max(0, int(seconds)))


@dataclass(frozen=True, slots=True)
class Now:
    """The one large thing: what the visitor is being told, and who is in the lane."""

    signal: str
    symbol: str
    title: str
    detail: str
    money: str
    lane: str
    picture: Mapping[str, Any] | None = None
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PartView:
    """One part of the gate, how it is, and what to do where it is not as it should be."""

    name: str
    said: str
    ails: bool = False
    remedy: str = ""
    since: float | None = None
    """With it the words are kept up to date by the page: their field is `{age}`."""
    state: str = ""


NAMES: Final[Mapping[str, str]] = {
    "scanner": "Scanner",
    "relay": "Relay",
    "journal": "Journal",
    "lamps": "Lamps",
    "buzzer": "Buzzer",
    "display": "Display",
    "passage sensor": "Passage sensor",
    "fire": "Fire alarm",
    "fire contact": "Fire contact",
    "exit button": "Exit button",
    "balance button": "Balance button",
    "price button": "Price button",
    "service key": "Service key",
    "held_open": "Service key",
    "service": "Service key",
    "blocked": "Gate",
    "key": "Key",
    "page": "Page",
    "disk": "Disk",
    "supply": "Power",
    "temperature": "Temperature",
    "speed": "Speed",
}
"""The parts by what the status calls them; what is not here keeps its name."""

BY_ORDER: Final = frozenset({"held_by_staff", "locked", "withdrawn", "starting", "stopping"})
"""Faults that are told elsewhere on the page, and ail no part."""


def part_name(what: str, t: Says) -> str:
    """Return what a part of the gate is called."""
    return t(NAMES[what]) if what in NAMES else what.replace("_", " ").capitalize()


def now_view(house: House, status: GateStatus, language: Language) -> Now:
    """Return what the gate does now, in the display's own words."""
    t = says(language)
    message = house.message()
    if message is None:
        return Now("out-of-service", "clock", t("Starting"), "", "", "")
    text = house.words(message, language)
    signal = message.signal if message.signal is not None else Signal.CHECKING
    return Now(
        SIGNALS[signal],
        message.symbol.name.lower(),
        text.title,
        text.detail,
        text.money if message.fate is not MoneyFate.NOTHING_YET else "",
        " · ".join(_lane(status, message, language)),
    )


def _lane(status: GateStatus, message: Message, language: Language) -> Iterator[str]:
    regime, lane, t = status.regime, status.lane, says(language)
    if status.outage is not None:
        yield saying(status.outage.why, language).rstrip(".")
    if regime is not None:
        yield t("by {name}: {reason}").format(name=regime.by, reason=regime.reason)
        if regime.until is not None:
            yield t("until {time}").format(time=day_and_clock(regime.until, status.at))
    elif message.kind is MessageKind.OUT_OF_SERVICE:
        yield t("since {time}").format(time=day_and_clock(status.since, status.at))
    if lane.state == "free":
        if status.takes_scans and regime is None:
            yield t("Lane free")
        return
    if voucher := lane.voucher:
        yield t("Voucher {voucher}").format(voucher=voucher)
    if lane.incident:
        yield t("incident {incident}").format(incident=lane.incident)
    if (since := lane.since) is not None:
        yield t("since {age}").format(age=age(status.at - since, t))


@dataclass(frozen=True, slots=True)
class Inside:
    """How many people are inside, and how many may be; `most` 0: as many as come."""

    people: int
    most: int
    is_full: bool


def inside_view(status: GateStatus) -> Inside | None:
    """Return how many are inside; None where no limit is set and no exit is counted: that would say who came in."""
    if not status.most_inside and Contact.EXIT_BUTTON.value not in status.devices:
        return None
    return Inside(status.inside, status.most_inside, 0 < status.most_inside <= status.inside)


def tab_title(house: House, status: GateStatus) -> str:
    """Return the title of the tab, which counts what needs a person."""
    count = status.money.open_items + len(status.faults)
    return f"({count}) {house.name}" if count else house.name


def script_words(t: Says) -> str:
    """Return what the page's script says, as JSON."""
    return json.dumps({name: t(words) for name, words in _SCRIPT_WORDS.items()}, ensure_ascii=False)


def spans(t: Says) -> tuple[tuple[int, str], ...]:
    """Return how long orders hold, by choice, in minutes and in words."""
    return ((15, t("15 min")), (60, t("1 h")), (240, t("4 h")))


def may_act(person: Person | None) -> bool:
    """Whether somebody may give orders."""
    return person is not None and person.role >= Role.STAFF


def can_resume(status: GateStatus, t: Says) -> str:
    """Return what ends what holds by order or alarm; empty where nothing does."""
    waits = status.regime is not None or status.state is GateState.HELD_OPEN
    return t("Back to normal") if waits else ""


def amount(house: House, cents: int, language: Language) -> str:
    """Return an amount in the house's currency."""
    return format_amount(Cents(cents), house.texts.currency, language)

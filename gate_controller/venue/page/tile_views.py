"""
A gate as its tile shows it: one signal, one word, one sentence about what to do, and how old that is.

Rules: what is old is told as old, and keeps no colour of what it was; what staff have ordered needs nobody.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gate_controller.admission.words.money import Cents, Currency
from gate_controller.shell.status import GateState
from gate_controller.texts import Language, format_amount
from gate_controller.texts.sayings import saying
from gate_controller.venue.tiles import GateTile, Presence
from gate_controller.web import views
from gate_controller.web.views import Says

CALM: Final = 9
"""The urgency of a gate that needs nobody."""

CLOCK_OFF_SECONDS: Final = 90.0
"""From here on a gate's clock is said to be wrong: its visits stand at the wrong time, orders to it expire."""


@dataclass(frozen=True, slots=True)
class TileLook:
    """What is on a tile, in words of a language."""

    gate_id: str
    name: str
    group: str
    urgency: int
    """The smaller, the sooner somebody should go there; `CALM`: nobody needs to."""
    signal: str
    symbol: str
    word: str
    details: Sequence[str]
    """What ails it, one sentence each."""
    since: float | None
    """With it `since_words` is kept up to date by the page: its fields are `{time}` and `{age}`."""
    since_words: str
    is_old: bool
    admitted: int
    refused: int
    marks: Sequence[str]
    """In a few words, what stands out though it needs nobody."""


_BY_STATE: Final[Mapping[str, tuple[str, str, str]]] = {
    GateState.STARTING: ("out-of-service", "clock", "Starting"),
    GateState.TAKES_SCANS: ("idle", "scan", "Takes visitors"),
    GateState.LOCKED: ("out-of-service", "lock", "Closed"),
    GateState.HELD_OPEN: ("admitted", "arrow", "Held open"),
    GateState.OUT_OF_SERVICE: ("refused", "hand", "Out of service"),
}
"""Signal, symbol and word of a gate that is heard, by its state."""

_OPENED: Final = "releasing"
"""Where an attempt stands, in the lane's word, while the gate is open for it."""


class KnownLooks:
    """Gates as they are shown, worked out once for each change and language."""

    def __init__(self) -> None:
        self._known: dict[Language, dict[str, tuple[GateTile, TileLook]]] = {}

    def of(self, tiles: Iterable[GateTile], language: Language) -> Sequence[TileLook]:
        """Return how tiles look."""
        known = self._known.setdefault(language, {})
        looks = []
        for tile in tiles:
            found = known.get(tile.gate_id)
            if found is None or found[0] is not tile:
                found = known[tile.gate_id] = tile, tile_look(tile, language)
            looks.append(found[1])
        return looks


def tile_look(tile: GateTile, language: Language) -> TileLook:
    """Return what a gate's tile shows."""
    t = views.says(language)
    signal, symbol, word = _state(tile)
    details, urgency = _needs(tile, language, t)
    since, since_words = _since(tile)
    is_old = tile.presence is not Presence.LIVE
    if signal == "refused" and _is_by_order(tile):
        signal, symbol = "out-of-service", "lock"
    return TileLook(
        gate_id=tile.gate_id,
        name=tile.name,
        group=tile.group,
        urgency=urgency,
        signal="old" if is_old else signal,
        symbol="clock" if is_old else symbol,
        word=t(word),
        details=details,
        since=since,
        since_words=t(since_words) if since_words else "",
        is_old=is_old,
        admitted=tile.admitted,
        refused=tile.refused,
        marks=tuple(_marks(tile, t)),
    )


def since_now(look: TileLook, now: float, t: Says) -> tuple[str, str]:
    """Return since when it is so, as it is said now, and as a page says it later: there `{age}` is a field."""
    if look.since is None:
        return "", ""
    at = views.short_day_and_clock(look.since, now)
    return (
        look.since_words.format(time=at, age=views.age(now - look.since, t)),
        look.since_words.format(time=at, age="{age}"),
    )


def _state(tile: GateTile) -> tuple[str, str, str]:
    match tile.presence:
        case Presence.UNHEARD:
            return "old", "clock", "Not heard of yet"
        case Presence.STALE:
            return "old", "clock", "No word"
        case Presence.OFFLINE:
            return "old", "clock", "Gone"
        case Presence.REVOKED:
            return "old", "lock", "Speaks no more"
    signal, symbol, word = _BY_STATE.get(tile.state, ("out-of-service", "clock", "Starting"))
    if tile.state == GateState.TAKES_SCANS and tile.lane not in {"", "free"}:
        return ("admitted", "tick", "Open") if tile.lane == _OPENED else ("checking", "clock", "Being served")
    return signal, symbol, word


def _since(tile: GateTile) -> tuple[float | None, str]:
    if tile.presence in {Presence.STALE, Presence.OFFLINE, Presence.REVOKED}:
        return tile.heard_at, "last word {time} ({age} ago)"
    if tile.state != GateState.TAKES_SCANS:
        return tile.since, "since {time} ({age})"
    return None, ""


def _is_by_order(tile: GateTile) -> bool:
    """Whether everything that keeps it from taking scans was ordered by staff."""
    kinds = [each.partition(":")[0] for each in tile.needs]
    return any(kind in views.BY_ORDER for kind in kinds) or tile.state in {GateState.LOCKED, GateState.HELD_OPEN}


def ailments(tile: GateTile) -> Sequence[str]:
    """Return what ails a gate by its own words, without what staff have ordered and what money says apart."""
    told = [each for each in tile.needs if each.partition(":")[0] not in views.BY_ORDER]
    return [each for each in told if not each.startswith(("open items:", "charges in doubt:"))]


def _needs(tile: GateTile, language: Language, t: Says) -> tuple[tuple[str, ...], int]:
    """Return what ails a gate, in sentences, and how urgent that is."""
    said = [saying(_without_part(each), language) for each in ailments(tile)]
    if tile.open_items:
        said.append(open_words(tile, language, t))
    if abs(tile.clock_off) > CLOCK_OFF_SECONDS:
        said.append(t("Its clock is wrong by {age}.").format(age=views.age(abs(tile.clock_off), t)))
    if tile.presence is Presence.STALE:
        return (t("Nothing is heard of it: look at its power and its network."), *said), 2
    if tile.presence is Presence.OFFLINE:
        return (t("It has stopped or lost its network."), *said), 2
    if tile.presence is not Presence.LIVE:
        return tuple(said), CALM
    if tile.state == GateState.OUT_OF_SERVICE and not _is_by_order(tile):
        return tuple(said), 1
    if tile.open_items:
        return tuple(said), 3
    return tuple(said), 4 if said else CALM


def _without_part(said: str) -> str:
    """Return what ails a part without its name in front, which stands in a program's words."""
    what, colon, why = said.partition(": ")
    return why if colon and what.replace("_", "").replace(" ", "").isalpha() and what.islower() else said


def open_words(tile: GateTile, language: Language, t: Says) -> str:
    """Return how many open items there are at a gate, and what they charged."""
    amount = money(tile.open_cents, tile.currency, language)
    said = t("1 open item, {amount}.") if tile.open_items == 1 else t("{n} open items, {amount}.")
    return said.format(n=tile.open_items, amount=amount)


def _marks(tile: GateTile, t: Says) -> Sequence[str]:
    differs = {"version": t("another version than its group"), "settings": t("set otherwise than its group")}
    marks = [differs[each] for each in tile.differs if each in differs]
    if tile.in_doubt:
        marks.append(t("{n} in doubt").format(n=tile.in_doubt))
    if tile.missing:
        marks.append(t("{n} events to come").format(n=tile.missing))
    return marks


def money(cents: int, currency: str, language: Language) -> str:
    """Return an amount; of a gate that has not said its currency yet, without one."""
    known = {each.value for each in Currency}
    return format_amount(Cents(cents), Currency(currency if currency in known else "CHF"), language)

"""
One delivery to a receiver, in words and for programs: all that he is to be told at a time, under one name.

The name (`id`) is made of what is told, so that a delivery that is tried again is known for the same. No code is in it,
not even masked: who gets mail forwards it. What parts, E-GUMA and people say is cleaned of whatever reads as one.
"""

import hashlib
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Protocol

from gate_controller.admission.words.events import Instant
from gate_controller.admission.words.ids import AttemptId
from gate_controller.admission.words.masking import masked_in
from gate_controller.admission.words.money import Currency
from gate_controller.journal.records import Record, moment
from gate_controller.shell.concerns import Spell
from gate_controller.shell.notices import MOST_ITEMS, OPEN_ITEM, NoticeState, Unheard, wall_of
from gate_controller.texts.languages import Language
from gate_controller.texts.notice_wording import NOTICES, NoticeWording
from gate_controller.texts.story import STORIES, Story

_MASKED: Final = re.compile(r"\s?…[0-9A-Za-z]{0,4}(?![0-9A-Za-z])")

_BLANKS: Final = "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that a receiver is told. Moments are as in the journal: UTC, ISO 8601."""

    id: str
    about: str
    """A `Concern`, or `OPEN_ITEM`."""
    state: NoticeState
    since: str
    until: str
    """Empty while it lasts."""
    headline: str
    details: tuple[str, ...]
    """More sentences."""
    incident: str = ""
    cents: int = 0
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a receiver gets at a time."""

    id: str
    gate: str
    name: str
    """What people call the gate."""
    at: float
    """Wall clock."""
    subject: str
    text: str
    page: str
    """Where the staff's page is; empty where nobody far away can call it up."""
    notices: tuple[Notice, ...]
    is_trial: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values, for JSON."""
        return {**asdict(self), "at": moment(self.at)}


class NotDelivered(Exception):
    """Why a delivery did not arrive, or perhaps did not; without an address, a password or a code."""

    def __init__(self, why: str, retry_after: float = 0.0) -> None:
        """`retry_after`: for how many seconds the receiver wants to be left alone."""
        super().__init__(why)
        self.retry_after = retry_after


class Receiver(Protocol):
    """Where deliveries go."""

    @property
    def name(self) -> str:
        """What it is called in the log."""
        ...

    @property
    def host(self) -> str:
        """The machine that takes what it is told."""
        ...

    @property
    def mark(self) -> str:
        """What tells it from one with another address."""
        ...

    async def deliver(self, delivery: Delivery) -> str:
        """Return what came back, in a few words, once it has arrived. Raises `NotDelivered`; has an end of its own."""
        ...


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes, and how."""

    gate: str
    name: str
    language: Language
    currency: Currency
    page: str
    secrets: tuple[str, ...]
    """What must not leave the gate, should a part have put it into its words."""

    def compose(self, due: Unheard, records: Mapping[AttemptId, Record], at: Instant, run: str) -> Delivery:
        """
        Return what tells of `due`, with the records of its items as far as they are known.

        `run` tells this run of the gate from others: its spells are numbered anew.
        """
        spells = tuple(self._of_spell(spell, at, run) for spell in due.spells)
        fresh = sorted((records[attempt] for attempt in due.fresh if attempt in records), key=lambda one: one.number)
        items = tuple(self._of_item(record) for record in fresh[:MOST_ITEMS])
        settled = [
            self._of_settled(incident, records.get(attempt), at)
            for attempt, incident in list(due.settled.items())[:MOST_ITEMS]
        ]
        more = len(fresh) - len(items)
        return self._written((*spells, *items, *settled), at, more)

    def trial(self, at: Instant) -> Delivery:
        """Return a delivery that tells of nothing but itself."""
        words = self._words
        text = f"{words.trial_text}\n{self._foot(at.wall)}"
        name = _digest(self.gate, "trial", str(at.wall))
        return Delivery(
            name, self.gate, self.name, at.wall, f"{self.name}: {words.trial}", text, self.page, (), is_trial=True
        )

    # -- notices

    def _of_spell(self, spell: Spell, at: Instant, run: str) -> Notice:
        words, is_over = self._words, spell.until is not None
        since, until = wall_of(spell.since, at), wall_of(spell.until or spell.since, at)
        template = (words.over if is_over else words.begun)[spell.concern]
        why: list[str] = []
        for ailment in () if is_over else spell.ailments:
            if (reason := words.faults.get(ailment.what)) is not None:
                why.append(f"{reason[:1].upper()}{reason[1:]}.")
            why.append(words.technical.format(text=self._clean(ailment.why)))
        state = NoticeState.OVER if is_over else NoticeState.BEGUN
        return Notice(
            _digest(self.gate, run, spell.concern, str(spell.number), state),
            spell.concern.value,
            state,
            moment(since),
            moment(until) if is_over else "",
            template.format(since=self._clock(since), until=self._clock(until)),
            tuple(why),
        )

    def _of_item(self, record: Record) -> Notice:
        happened = self._clean(Story(record.facts, self.language, self.currency).happened())
        return Notice(
            _digest(self.gate, record.attempt, NoticeState.BEGUN),
            OPEN_ITEM,
            NoticeState.BEGUN,
            record.since,
            "",
            self._words.open_item.format(incident=record.incident, text=happened),
            self._links(record.incident),
            record.incident,
            record.amount_cents,
            record.currency or self.currency.value,
        )

    def _of_settled(self, incident: str, record: Record | None, at: Instant) -> Notice:
        words = self._words
        said = words.gone
        if record is not None:
            said = self._clean(Story(record.facts, self.language, self.currency).summary())
        ended = record.since if record is not None else moment(at.wall)
        return Notice(
            _digest(self.gate, incident, NoticeState.OVER, ended if record is not None else ""),
            OPEN_ITEM,
            NoticeState.OVER,
            record.begun if record is not None else "",
            ended,
            words.settled.format(incident=incident, text=said),
            (),
            incident,
            record.amount_cents if record is not None else 0,
            (record.currency if record is not None else "") or self.currency.value,
        )

    # -- the whole

    def _written(self, notices: tuple[Notice, ...], at: Instant, more: int) -> Delivery:
        words = self._words
        others = len(notices) - 1 + more
        # In a subject, what happened is too long, and whoever forwards it may not be meant to read amounts.
        first = notices[0].headline
        if notices[0].about == OPEN_ITEM:
            first = (words.open_item if notices[0].state is NoticeState.BEGUN else words.settled).format(
                incident=notices[0].incident, text=""
            )
            first = first.rstrip(": \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}")
        subject = f"{self.name}: {first}{words.more.format(more=others) if others else ''}"
        told = [_paragraph(notice) for notice in notices]
        if more:
            told.append(words.more_items.format(more=more))
        text = "\n\n".join((*told, self._foot(at.wall)))
        name = _digest(*(notice.id for notice in notices), str(more))
        return Delivery(name, self.gate, self.name, at.wall, subject, text, self.page, notices)

    def _foot(self, at: float) -> str:
        """Return who writes, and by which clock: mail is read in other places."""
        zone = time.strftime("%Z (UTC%z)", time.localtime(at))
        who = self.name if self.name == self.gate else f"{self.name} ({self.gate})"
        return "\n".join(("--", f"{who}, {self._clock(at)} {zone}", *((self.page,) if self.page else ())))

    def _links(self, incident: str) -> tuple[str, ...]:
        return (f"{self.page}attempts/{incident}",) if self.page else ()

    def _clock(self, at: float) -> str:
        local = time.localtime(max(at, 0.0))
        date = STORIES[self.language].date.format(day=local.tm_mday, month=local.tm_mon, year=local.tm_year)
        return f"{date} {time.strftime('%H:%M', local)}"

    def _clean(self, text: str) -> str:
        """Return a text on one line, without codes, whole or masked, and without secrets."""
        for secret in self.secrets:
            text = text.replace(secret, "***")
        plain = "".join(letter if letter.isprintable() or letter in _BLANKS else " " for letter in text)
        return _MASKED.sub("", masked_in(plain)).strip()

    @property
    def _words(self) -> NoticeWording:
        return NOTICES[self.language]


def _paragraph(notice: Notice) -> str:
    headline = notice.headline[:1].upper() + notice.headline[1:]
    end = "" if headline.endswith((".", "!", "?")) else "."
    return "\n".join((f"{headline}{end}", *notice.details))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def records_by_attempt(records: Iterable[Record]) -> dict[AttemptId, Record]:
    """Return records by what names them."""
    return {AttemptId(record.attempt): record for record in records}

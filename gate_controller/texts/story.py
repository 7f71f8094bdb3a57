"""
An attempt's story: its facts as sentences that staff read, each with its time, and as one line of a list.

Times are those of this process's zone, and codes are masked. What the gate itself gave as a reason is said in the
language of the story; words of E-GUMA, of devices and of persons stay as they are.
"""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from gate_controller.admission.words.codes import is_short_code, mask
from gate_controller.admission.words.errand_facts import (
    OF_TICKETS,
    ErrandBegun,
    ErrandDone,
    ErrandDoubted,
    ErrandKind,
    ErrandNotDone,
    ErrandRefused,
    PartVoided,
)
from gate_controller.admission.words.events import Contact
from gate_controller.admission.words.facts import (
    Approved,
    CreditOpened,
    Evidence,
    Fact,
    Intended,
    NotCharged,
    Occurred,
    Occurrence,
    OpenItem,
    Redeemed,
    RefundBegun,
    Refunded,
    Refused,
    RegimeBegun,
    RegimeEnded,
    Released,
    ReleasedToSensor,
    SecondChargeFeared,
    SecondChargeRuledOut,
    Settled,
    StrayPassage,
    approval,
    voucher_of,
)
from gate_controller.admission.words.free_facts import FreeEntry
from gate_controller.admission.words.masking import masked_in
from gate_controller.admission.words.messages import Fault, MessageKind
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.admission.words.ticket_facts import TicketEntered, TicketIntended, TicketLetOut, TicketNotTaken
from gate_controller.texts import story_de, story_en, story_fr, story_it
from gate_controller.texts.amounts import format_amount
from gate_controller.texts.errand_wording import ERRANDS, ErrandWording
from gate_controller.texts.languages import Language
from gate_controller.texts.story_wording import CHARGED, FREE, STEPS, SUMMARIES, Cause, Step, StoryWording, Summary
from gate_controller.texts.ticket_errands import TICKET_ERRANDS
from gate_controller.texts.ticket_wording import TICKETS, TicketCause

STORIES: Final[Mapping[Language, StoryWording]] = {
    Language.DE: story_de.STORY,
    Language.FR: story_fr.STORY,
    Language.IT: story_it.STORY,
    Language.EN: story_en.STORY,
}

_PATTERNS: Final = {why: re.compile(why.value, re.DOTALL) for why in (*Cause, *TicketCause)}
_LAST: Final = 253_402_128_000.0
"""The end of the year 9999, in any zone: no calendar goes on behind it, whatever a clock has said."""

_BETWEEN_CLAUSES: Final = ";\N{NARROW NO-BREAK SPACE} "
_TWO_ENDS: Final = frozenset({"!.", "?.", "…."})
"""Where somebody's own words end in a mark, the sentence needs none."""

_CONTACTS: Final = frozenset(contact.value for contact in Contact)
"""Who is named where nobody did it: what happened says which contact it was."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a story."""

    at: float
    """Wall clock, in seconds since 1970."""
    clock: str
    """The same as people read it: the time of day, with the day before it where that is another than the story's."""
    text: str


@dataclass(frozen=True)
class Story:
    """What staff read of one attempt, in one language. Its facts are in order, and at least one."""

    facts: Sequence[Fact]
    language: Language
    currency: Currency
    """Of the gate: what is charged says its own."""

    def sentences(self) -> list[Sentence]:
        """Return what happened, sentence by sentence."""
        told = ((fact, text) for fact in self.facts for text in self._sentences(fact))
        return [Sentence(fact.at, self._clock(fact.at, with_seconds=True), text) for fact, text in told]

    def summary(self) -> str:
        """Return how it stands, in one line without an end."""
        last = self.facts[-1]
        match self.facts[0]:
            case Occurred() as occurred:
                return self._occurred(last if isinstance(last, Occurred) else occurred)
            case RegimeBegun() as begun:
                return self._regime(begun) + (self._words.ended if isinstance(last, RegimeEnded) else "")
            case StrayPassage():
                return next(self._sentences(last)).removesuffix(".")
        template = self._ticket_summary(last)
        if template is None and (self._errand is not None or isinstance(last, PartVoided)):
            template = self._errand_summary(last)
        if template is not None:
            return self._filled(template, last)
        if isinstance(last, Refused):
            return _capital(self._refusal(last))
        kind, fact = self._summarised()
        return self._filled(self._words.summaries[kind], fact)

    def happened(self) -> str:
        """Return what an open item is about, in one sentence with amount and time."""
        items = [fact for fact in self.facts if isinstance(fact, OpenItem)]
        why = self._why(items[-1].reason) if items else ""
        if self._errand is not None:
            return self._filled(self._errand_words.item, self.facts[0], why=why)
        if isinstance(self.facts[0], TicketIntended):
            return self._filled(TICKETS[self.language].item, self.facts[0], why=why)
        if self._intended is None:
            return f"{_capital(why)}."
        sure = any(isinstance(fact, Redeemed) and fact.evidence is not Evidence.UNSURE for fact in self.facts)
        template = self._words.summaries[Summary.CHARGED_ITEM if sure else Summary.UNSURE_ITEM]
        return self._filled(template, self.facts[0], why=why)

    # -- what each fact tells

    def _sentences(self, fact: Fact) -> Iterator[str]:
        match fact:
            case Occurred():
                yield f"{self._occurred(fact)}."
            case RegimeBegun():
                yield f"{self._regime(fact)}."
            case ErrandRefused() | ErrandBegun() | ErrandDoubted() | ErrandDone() | ErrandNotDone() | PartVoided():
                text = self._filled(self._of_errand(fact), fact)
                yield text[:-1] if text[-2:] in _TWO_ENDS else text
            case _ if (template := self._of_ticket(fact)) is not None:
                text = self._filled(template, fact)
                yield text[:-1] if text[-2:] in _TWO_ENDS else text
            case _:
                yield self._said(self._step(fact), fact)
        if isinstance(fact, Intended) and fact.balance_before is not None:
            yield self._said(Step.APPROVED, fact)
        if isinstance(fact, Intended | Approved | FreeEntry) and fact.note.strip():
            yield self._said(Step.NOTED, fact)

    def _step(self, fact: Fact) -> Step:
        match fact:
            case Refused(n=n) if n > 0:
                step = Step.TURNED_AWAY
            case Redeemed(evidence=evidence):
                step = CHARGED[evidence]
            case FreeEntry(grounds=grounds):
                step = FREE[grounds]
            case Released(why="") | ReleasedToSensor(unverified=False):
                is_credit = any(isinstance(before, CreditOpened) for before in self.facts[: fact.n])
                step = Step.OPENED_ON_CREDIT if is_credit else Step.OPENED
            case CreditOpened() if self._intended is not None and self._intended.leader:
                step = Step.PART_UNUSED
            case CreditOpened(why=Cause.NOBODY_PASSED.value) if self._opened_before(fact) is not None:
                step = Step.NOBODY_PASSED
            case RefundBegun(by=by) if by:
                step = Step.REFUND_ORDERED
            case Settled(let_in=True):
                step = Step.LET_IN
            case StrayPassage(after=after) if after:
                step = Step.FOLLOWED
            case RegimeEnded(by=by, why="") if by:
                step = Step.REGIME_ENDED_BY
            case _:
                step = STEPS[type(fact)]
        return step

    def _of_ticket(self, fact: Fact) -> str | None:
        """Return the sentence of a fact about tickets; None where it is none."""
        words = TICKETS[self.language]
        match fact:
            case TicketIntended(is_entry=False):
                return words.wants_out
            case TicketEntered(known_by=known_by):
                return words.entered[known_by]
            case TicketLetOut(why=why) if why:
                return words.let_out_unknown
            case _:
                return words.steps.get(type(fact))

    def _ticket_summary(self, last: Fact) -> str | None:
        words = TICKETS[self.language]
        if type(last) in words.summaries:
            return words.summaries[type(last)]
        if not isinstance(self.facts[0], TicketIntended):
            return words.checking if isinstance(last, TicketEntered) else None
        return words.checking if type(last) not in SUMMARIES else None

    def _of_errand(self, fact: Fact) -> str:  # noqa: PLR0911 - one line for each kind of fact
        """Return the sentence of one of an errand's facts."""
        words, kind = self._errand_words, self._errand_kind
        match fact:
            case ErrandBegun(errand=kind):
                return words.begun[kind]
            case ErrandRefused():
                return words.refused
            case ErrandDoubted():
                return words.doubted
            case ErrandNotDone():
                return words.not_done
            case PartVoided(amount=0):
                return words.part_doubted
            case PartVoided():
                return words.part_voided
            case _:
                return words.done[kind] if kind is not None else words.torn + "{left}."

    def _errand_summary(self, last: Fact) -> str:
        words = self._errand_words
        said = {
            ErrandDone: words.summary,
            ErrandRefused: words.summary_refused,
            ErrandNotDone: words.summary_not_done,
            ErrandBegun: words.summary_checking,
            ErrandDoubted: words.summary_checking,
            PartVoided: words.summary_part_voided,
        }
        return said.get(type(last)) or self._words.summaries[SUMMARIES.get(type(last), Summary.CHECKING)]

    def _opened_before(self, credit: CreditOpened) -> float | None:
        opened = [fact.at for fact in self.facts[: credit.n] if isinstance(fact, ReleasedToSensor)]
        return opened[-1] if opened else None

    def _given(self, fact: Fact) -> str:
        """Return the reason that a fact gives."""
        match fact:
            case Refused():
                return self._refusal(fact)
            case TicketNotTaken():
                return self._ticket_refusal(fact)
            case NotCharged(reason=reason, text=text) if text:
                return f"{self._why(reason)} ({self._masked(text)})"
            case ErrandRefused(why=why, text=text) | ErrandNotDone(why=why, text=text) if text:
                return f"{self._why(why)} ({self._masked(text)})"
        said = next((getattr(fact, name) for name in ("why", "how", "reason") if hasattr(fact, name)), "")
        return self._why(said)

    def _ticket_refusal(self, told: TicketNotTaken) -> str:
        words = TICKETS[self.language].refusals
        kind = next((kind for kind in words if kind.name.lower() == told.reason), None)
        why = words[kind] if kind is not None else self._why(told.reason) or "?"
        # Of what has words of its own here E-GUMA's say nothing more.
        is_told = kind is not None and kind is not MessageKind.TICKET_REFUSED
        return why if is_told or not told.text.strip() else f"{why} ({self._masked(told.text)})"

    def _refusal(self, refused: Refused) -> str:
        """Return why a voucher was refused, with what E-GUMA said or the balance that was too low."""
        words = self._words.refusals
        kind = next((kind for kind in words if kind.name.lower() == refused.reason), None)
        why = words[kind] if kind is not None else self._masked(refused.reason) or "?"
        if refused.text.strip():
            return f"{why} ({self._masked(refused.text)})"
        if kind is MessageKind.BALANCE_TOO_LOW and refused.balance is not None:
            left = self._words.left.format(balance=self._amount(refused.balance))
            return f"{why} ({left.lstrip(_BETWEEN_CLAUSES)})"
        return why

    def _occurred(self, fact: Occurred) -> str:
        text = self._filled(self._words.occurrences[fact.what], fact)
        is_person = fact.by and fact.by not in _CONTACTS and fact.what is not Occurrence.OPENED_BY_STAFF
        return text + self._words.by.format(by=self._masked(fact.by)) if is_person else text

    def _regime(self, begun: RegimeBegun) -> str:
        return self._filled(self._words.regimes[begun.regime], begun)

    def _summarised(self) -> tuple[Summary, Fact]:
        if isinstance(last := self.facts[-1], SecondChargeFeared):
            return Summary.PERHAPS_TWICE, last
        known = [fact for fact in self.facts if not isinstance(fact, SecondChargeFeared | SecondChargeRuledOut)]
        last = known[-1] if known else last
        if isinstance(last, Settled) and last.let_in:
            return Summary.LET_IN, last
        kind = SUMMARIES.get(type(last), Summary.CHECKING)
        return Summary.FREE if kind is Summary.ADMITTED and self._free is not None else kind, last

    # -- words

    @property
    def _words(self) -> StoryWording:
        return STORIES[self.language]

    def _said(self, step: Step, fact: Fact) -> str:
        text = self._filled(self._words.steps[step], fact)
        return text[:-1] if text[-2:] in _TWO_ENDS else text

    def _filled(self, template: str, fact: Fact, why: str | None = None) -> str:
        words = self._words
        left, before = getattr(fact, "balance_after", None), getattr(fact, "balance_before", None)
        reason, said, until = (getattr(fact, name, None) for name in ("reason", "text", "until"))
        opened = self._opened_before(fact) if isinstance(fact, CreditOpened) else None
        fields = {
            "voucher": self._voucher(),
            "code": mask(self._code),
            "price": self._price(fact),
            "amount": self._errand_amount(fact),
            "name": self._errand_name(),
            "text": getattr(fact, "errand_incident", ""),
            "balance": "" if before is None else self._amount(before),
            "left": "" if left is None else words.left.format(balance=self._amount(left)),
            "by": self._masked(getattr(fact, "by", "") or ""),
            "reason": words.reason.format(text=self._masked(reason)) if reason else "",
            "said": words.said.format(text=self._masked(said)) if said else "",
            "until": "" if until is None else words.until.format(time=self._clock(until)),
            "count": str(getattr(fact, "inside", "")),
            "time": self._clock(fact.at),
            "seconds": "" if opened is None else str(max(round(fact.at - opened), 0)),
            "why": self._given(fact) if why is None else why,
            "note": self._masked(getattr(fact, "note", "")),
        }
        return template.format_map(fields)

    def _why(self, said: str) -> str:
        """Return a reason in this language, where the gate itself gave it; else as it stands."""
        for why, pattern in _PATTERNS.items():
            if (found := pattern.fullmatch(said)) is not None:
                text = found[1] if pattern.groups else ""
                if why is Cause.BARRED:
                    text = self._barred(text)
                words = TICKETS[self.language].causes if isinstance(why, TicketCause) else self._words.causes
                return words[why].format(text=self._masked(text))
        return self._masked(said)

    def _barred(self, said: str) -> str:
        name = said.replace(" ", "_").upper()
        return self._words.barred.get(Fault[name], said) if name in Fault.__members__ else said

    # -- what it is about

    @cached_property
    def _intended(self) -> Intended | None:
        return next((fact for fact in self.facts if isinstance(fact, Intended)), None)

    @cached_property
    def _free(self) -> FreeEntry | None:
        return next((fact for fact in self.facts if isinstance(fact, FreeEntry)), None)

    @cached_property
    def _errand(self) -> ErrandRefused | ErrandBegun | None:
        return next((fact for fact in self.facts if isinstance(fact, ErrandRefused | ErrandBegun)), None)

    @property
    def _errand_words(self) -> ErrandWording:
        return (TICKET_ERRANDS if self._errand_kind in OF_TICKETS else ERRANDS)[self.language]

    @property
    def _errand_kind(self) -> ErrandKind | None:
        return self._errand.errand if self._errand is not None else None

    def _errand_name(self) -> str:
        words, kind = self._errand_words, self._errand_kind
        return words.names[kind] if kind is not None else words.torn

    def _errand_amount(self, fact: Fact) -> str:
        own = fact.amount if isinstance(fact, PartVoided) else None
        known = self._errand.amount if own is None and self._errand is not None else own
        return "" if known is None else self._amount(known)

    @cached_property
    def _code(self) -> str:
        first = self.facts[0]
        if isinstance(first, ErrandRefused | ErrandBegun):
            return first.voucher_code
        if isinstance(first, TicketIntended):
            return first.ticket_number
        if self._free is not None:
            return self._free.voucher_code or self._free.code
        return first.code if isinstance(first, Refused) else voucher_of(self.facts)

    def _voucher(self) -> str:
        first = self.facts[0]
        if isinstance(first, Refused | Intended | FreeEntry) and is_short_code(first.code):
            return self._words.short_code
        words = TICKETS[self.language].ticket if isinstance(first, TicketIntended) else self._words.voucher
        return words.format(code=mask(self._code))

    def _price(self, fact: Fact) -> str:
        if isinstance(fact, FreeEntry):
            return self._amount(fact.worth)
        if self._intended is None:
            return f"{self.currency.value}\N{NO-BREAK SPACE}?"  # a torn journal has lost what was to be charged
        before = (one for one in self.facts if isinstance(one, PartVoided) and one.n < fact.n)
        given_back = sum(one.amount for one in before) if isinstance(fact, RefundBegun | Refunded) else 0
        return self._amount(Cents(self._intended.price - given_back))

    def _amount(self, cents: Cents) -> str:
        currency = self.currency if self._intended is None else self._intended.currency
        currency = self._errand.currency if isinstance(self._errand, ErrandBegun) else currency
        return format_amount(cents, currency, self.language)

    def _masked(self, text: str) -> str:
        """Return somebody else's words on one line, without a code in them."""
        known = {self._code, *(fact.code for fact in (self._intended, self._free) if fact is not None)}
        if (approved := approval(self.facts)) is not None:
            known.add(approved.voucher_code)
        return masked_in(" ".join(text.split()), *known).rstrip(".")

    def _clock(self, at: float, *, with_seconds: bool = False) -> str:
        """Return a time of day, with the day before it where that is another than the story's first."""
        local, first = (time.localtime(min(max(moment, 0.0), _LAST)) for moment in (at, self.facts[0].at))
        clock = time.strftime("%H:%M:%S" if with_seconds else "%H:%M", local)
        if local[:3] == first[:3]:
            return clock
        date = self._words.date.format(day=local.tm_mday, month=local.tm_mon, year=local.tm_year)
        return f"{date} {clock}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

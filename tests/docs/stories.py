"""
What can go wrong, told by the core itself: each story answers the core's commands by a script and records what follows.

`python -m tests.docs.stories` writes the table of docs/money.md; `test_money.py` holds the page to the code.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from gate_controller.admission.gate.gate import Gate
from gate_controller.admission.words.calls import (
    AskBalance,
    AskRedemptions,
    Balance,
    BalanceAnswered,
    BalanceOutcome,
    CallFailed,
    CallFault,
    Cancel,
    CancelAnswered,
    Cancelled,
    CancelOutcome,
    ListedRedemption,
    Redeem,
    RedeemAnswered,
    RedeemOutcome,
    Redemption,
    Redemptions,
    RedemptionsAnswered,
    RedemptionsOutcome,
)
from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.commands import Command, Note, Release, Show, Write
from gate_controller.admission.words.events import (
    Event,
    Instant,
    Opened,
    RelayFailed,
    Scanned,
    SensorChanged,
    TimePassed,
    WriteFailed,
    Written,
)
from gate_controller.admission.words.facts import Approved, Fact
from gate_controller.admission.words.ids import AttemptId, Numbering
from gate_controller.admission.words.messages import Message, MoneyFate
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.admission.words.outage_rules import OutageConduct, OutageRules
from gate_controller.admission.words.policy import Policy
from gate_controller.admission.words.tariff import PriceRule, Tariff, Terms
from gate_controller.journal.records import record
from gate_controller.texts import Language, Texts

PAGE = Path(__file__).parents[2] / "docs" / "money.md"
BEGIN, END = "<!-- stories: told by the code -->", "<!-- end of stories -->"

VOUCHER = VoucherCode("L4FU5LQTKJR3")
PRICE, BEFORE = Cents(2500), Cents(4000)
AFTER = Cents(BEFORE - PRICE)
USER = "gate-1"

GOOD = Balance(VOUCHER, is_redeemable=True, balance=BEFORE)
OTHER = VoucherCode("AB12CD34EF56")
SMALL = Balance(VOUCHER, is_redeemable=True, balance=Cents(900))
OTHER_GOOD = Balance(OTHER, is_redeemable=True, balance=BEFORE)
DROPPED = Balance(VOUCHER, is_redeemable=True, balance=AFTER)
CHARGED = Redemption("token-1", AFTER)
LISTED = Redemptions((ListedRedemption(VOUCHER, PRICE, USER),), USER, 0, 0)
TWICE = Redemptions(LISTED.listed * 2, USER, 0, 0)
NOT_LISTED = Redemptions((), USER, 0, 0)
UNKNOWN = CallFailed(CallFault.UNKNOWN, "no answer")
NOT_SENT = CallFailed(CallFault.NOT_SENT, "no connection")
REFUSED = CallFailed(CallFault.REFUSED, "The voucher can not be redeemed.")
NO_KEY = CallFailed(CallFault.KEY_NOT_ACCEPTED, "401")
OK = ""

SEEN = {
    "charge=in_doubt": "in doubt",
    "charge=cancelling": "cancelled at once",
    "charge=found": "charge found, unsure",
    "charge=feared_twice": "perhaps charged twice",
    "credit=opened": "a credit",
    "open_item": "**an open item**",
    "refund=refused": "refund refused",
    "outage=begun": "E-GUMA is out of reach",
    "fault=raised what=journal": "out of service: journal",
    "fault=raised what=key": "out of service: key",
    "fault=raised what=relay": "out of service: relay",
}
"""What staff see of each line of the log that is an alarm: in the log, on the page, in `journal list`."""
_T = TypeVar("_T")


@dataclass
class Story:
    """One thing that can happen, and how the world answers. Each answer but the last is used once, in order."""

    title: str
    balance: Sequence[BalanceOutcome] = (GOOD,)
    redeem: Sequence[RedeemOutcome | None] = (CHARGED,)
    """None: no answer comes, and the client gives up at its deadline."""
    listed: Sequence[RedemptionsOutcome] = (NOT_LISTED,)
    cancel: Sequence[CancelOutcome] = (Cancelled(BEFORE),)
    writes: Sequence[str] = (OK,)
    """Per write, why it failed; empty: it worked."""
    relay: Sequence[str] = (OK,)
    sensor: bool = False
    passes: bool = True
    power_cut_after: type[Command] | None = None
    """The process dies when it has first carried out such a command, and before it hears of it."""
    cut_takes: type[Fact] | None = None
    """What the power cut takes with it."""
    dies_alone: bool = False
    """The process dies, and the power stays."""
    comes_back: float | None = None
    """Seconds after the first scan at which the visitor scans again."""
    then: VoucherCode = VOUCHER
    """What he scans then."""
    house: Mapping[str, Any] = field(default_factory=dict)
    """What the house has set, of the policy."""
    hours: float = 3.0
    messages: list[Message] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    """Every line of the log that says that somebody should look."""
    disk: dict[str, list[Fact]] = field(default_factory=dict)

    def tell(self) -> "Story":
        """Run the story to its end."""
        _Teller(self).tell()
        return self

    @property
    def verdicts(self) -> list[Message]:
        """Every message with something about the money, in order."""
        return [message for message in self.messages if message.fate is not MoneyFate.NOTHING_YET]

    @property
    def staff(self) -> list[str]:
        """What staff see, in order, each once."""
        verdicts_aside = [line for line in self.alarms if not line.startswith("verdict=")]
        seen = [next(words for begin, words in SEEN.items() if line.startswith(begin)) for line in verdicts_aside]
        return list(dict.fromkeys(seen))

    @property
    def books(self) -> list[str]:
        """How each attempt stands at the end."""
        records = [record(number, "", facts) for number, facts in enumerate(self.disk.values(), start=1)]
        return [told.stands + (f" ({told.reason})" if told.standing == "open" else "") for told in records]


class _Teller:
    def __init__(self, story: Story) -> None:
        self._story = story
        self._used: dict[str, int] = {}
        self._now = 1000.0
        self._dead = False
        seconds = 8.0 if story.sensor else None
        self._policy = Policy("gate-1", PRICE, Currency.CHF, boot="one", passage_seconds=seconds, **story.house)
        self._gate = Gate(self._policy, Numbering("TAG0"))
        self._events: list[Event] = []
        self._given_up: list[tuple[float, AttemptId]] = []

    def tell(self) -> None:
        story = self._story
        scans = [self._now] + ([self._now + story.comes_back] if story.comes_back is not None else [])
        end = self._now + story.hours * 3600
        while self._now < end:
            if scans and self._now >= scans[0]:
                scans.pop(0)
                code = VOUCHER if scans or story.comes_back is None else story.then
                self._happens(lambda at, code=code: Scanned(at, code.encode()))  # type: ignore[misc]
            given_up = [time for time, _ in self._given_up]
            times = [time for time in (self._gate.wake_at, *scans, *given_up, end) if time is not None]
            self._now = max(self._now, min(times))
            if given_up and self._now >= given_up[0]:
                attempt = self._given_up.pop(0)[1]
                self._happens(lambda at, attempt=attempt: RedeemAnswered(at, attempt, UNKNOWN))  # type: ignore[misc]
            elif not scans or self._now < scans[0]:
                self._happens(TimePassed)

    def _happens(self, event: Callable[[Instant], Event]) -> None:
        self._events.append(event(self._at()))
        while self._events:
            for command in self._gate.handle(self._events.pop(0)):
                self._carry_out(command)
                if self._dies(command):
                    return

    def _dies(self, command: Command) -> bool:
        cut = self._story.power_cut_after
        if cut is None or self._dead or not isinstance(command, cut):
            return False
        self._dead = True
        self._events.clear()
        self._now += 30.0
        if not self._story.dies_alone:
            self._policy = replace(self._policy, boot="another")
        self._gate = Gate(self._policy, Numbering("TAG0", len(self._story.disk)))
        if (taken := self._story.cut_takes) is not None:
            for attempt, facts in self._story.disk.items():
                self._story.disk[attempt] = [fact for fact in facts if not isinstance(fact, taken)]
        pending = [facts for facts in self._story.disk.values() if facts[-1].leaves.value == "unfinished"]
        for later in self._gate.recover(self._at(), pending):
            self._carry_out(later)
        return True

    def _carry_out(self, command: Command) -> None:  # noqa: PLR0912 - one case for each kind of command
        story, at = self._story, self._at()
        match command:
            case Show(message):
                story.messages.append(message)
            case Note(text, alarm):
                story.alarms += [text] * alarm
            case Write(ticket, facts):
                failure = self._next("writes", story.writes)
                if failure:
                    self._events.append(WriteFailed(at, ticket, failure))
                    return
                for fact in facts:
                    story.disk.setdefault(fact.attempt, []).append(fact)
                self._events.append(Written(at, ticket))
            case AskBalance(attempt):
                self._events.append(BalanceAnswered(at, attempt, self._next("balance", story.balance)))
            case AskRedemptions(attempt):
                self._events.append(RedemptionsAnswered(at, attempt, self._next("listed", story.listed)))
            case Redeem(attempt):
                outcome = self._next("redeem", story.redeem)
                if outcome is None:
                    self._given_up.append((command.deadline, attempt))
                else:
                    self._events.append(RedeemAnswered(at, attempt, outcome))
            case Cancel(attempt):
                self._events.append(CancelAnswered(at, attempt, self._next("cancel", story.cancel)))
            case Release(attempt):
                failure = self._next("relay", story.relay)
                self._events.append(RelayFailed(at, attempt, failure) if failure else Opened(at, attempt))
                if story.sensor and story.passes and not failure:
                    self._now += 1.0
                    self._events.append(SensorChanged(self._at(), active=True, since=self._now))
                    self._events.append(SensorChanged(self._at(), active=False, since=self._now))

    def _next(self, name: str, script: Sequence[_T]) -> _T:
        place = self._used.get(name, 0)
        self._used[name] = place + 1
        return script[min(place, len(script) - 1)]

    def _at(self) -> Instant:
        return Instant(self._now, 1.7e9 + self._now)


def stories() -> list[Story]:
    """Return every story of the page, told."""
    no_disk = "the disk is full"
    return [
        story.tell()
        for story in (
            Story("All is well"),
            Story("The voucher is not redeemable", balance=(Balance(VOUCHER, is_redeemable=False, balance=Cents(0)),)),
            Story(
                "The balance is below the price", balance=(Balance(VOUCHER, is_redeemable=True, balance=Cents(900)),)
            ),
            Story("E-GUMA cannot be reached", balance=(NOT_SENT,)),
            Story("E-GUMA answers Balance with rubbish or 500s until the time is up", balance=(UNKNOWN,)),
            Story("The API key is not accepted", balance=(NO_KEY,)),
            Story("The intent cannot be written", writes=(no_disk, OK)),
            Story("Redeem surely does not reach E-GUMA", redeem=(NOT_SENT,)),
            Story("Redeem is refused", redeem=(REFUSED,)),
            Story("A proxy sends Redeem twice, and the second is refused", redeem=(REFUSED,), listed=(LISTED,)),
            Story(
                "A proxy sends Redeem twice, and the voucher covers both",
                redeem=(Redemption("token-1", AFTER),),
                balance=(Balance(VOUCHER, is_redeemable=True, balance=Cents(BEFORE + PRICE)),),
                listed=(TWICE,),
            ),
            Story("The answer to Redeem is lost; the list shows the charge", redeem=(UNKNOWN,), listed=(LISTED,)),
            Story(
                "The answer to Redeem is lost; the list is refused, the balance has dropped",
                redeem=(UNKNOWN,),
                balance=(GOOD, DROPPED),
                listed=(REFUSED,),
            ),
            Story(
                "The answer to Redeem is lost; the balance has dropped, but the list does not show the charge",
                redeem=(UNKNOWN,),
                balance=(GOOD, DROPPED),
            ),
            Story("The answer to Redeem is lost, and nothing was charged", redeem=(UNKNOWN,)),
            Story(
                "The answer to Redeem is lost, and the charge is found after the visitor has left",
                redeem=(UNKNOWN,),
                listed=(UNKNOWN,) * 20 + (LISTED,),
                balance=(GOOD,) + (UNKNOWN,) * 20,
            ),
            Story(
                "The same, and the visitor comes back in time",
                redeem=(UNKNOWN,),
                listed=(UNKNOWN,) * 20 + (LISTED,),
                balance=(GOOD,) + (UNKNOWN,) * 20,
                comes_back=300,
            ),
            Story("No answer to Redeem ever comes; the list shows the charge", redeem=(None,), listed=(LISTED,)),
            Story("The redemption cannot be written", writes=(OK, OK, no_disk, OK)),
            Story(
                "The redemption cannot be written, and the first answer to Cancel is lost",
                writes=(OK, OK, no_disk, OK),
                cancel=(UNKNOWN, REFUSED),
                balance=(GOOD, GOOD),
            ),
            Story("The relay fails", relay=("the relay is stuck",)),
            Story("Nobody passes", sensor=True, passes=False),
            Story("Nobody passes, and the visitor scans again", sensor=True, passes=False, comes_back=60),
            Story("Nobody passes, and E-GUMA refuses the refund", sensor=True, passes=False, cancel=(REFUSED,)),
            Story(
                "Nobody passes, and answers to Cancel are lost for a while",
                sensor=True,
                passes=False,
                cancel=(UNKNOWN, UNKNOWN, Cancelled(BEFORE)),
            ),
            Story(
                "Nobody passes, and E-GUMA does not accept the refund for a day, and then does",
                sensor=True,
                passes=False,
                cancel=(NOT_SENT,) * 400 + (Cancelled(BEFORE),),
                hours=40.0,
            ),
            Story(
                "Two vouchers pay together, where the house takes several",
                balance=(SMALL, OTHER_GOOD),
                redeem=(Redemption("token-1", Cents(0)), Redemption("token-2", Cents(2_400))),
                comes_back=10,
                then=OTHER,
                house={"takes_several": True},
            ),
            Story(
                "The same, and Redeem of the second surely does not reach E-GUMA",
                balance=(SMALL, OTHER_GOOD, Balance(VOUCHER, is_redeemable=True, balance=Cents(0))),
                redeem=(Redemption("token-1", Cents(0)), NOT_SENT),
                cancel=(Cancelled(Cents(900)),),
                comes_back=10,
                then=OTHER,
                house={"takes_several": True},
            ),
            Story("The same, and the second voucher does not come", balance=(SMALL,), house={"takes_several": True}),
            Story(
                "E-GUMA cannot be reached, and the house lets people in meanwhile",
                balance=(NOT_SENT,) * 3 + (GOOD,),
                house={"outage": OutageRules(OutageConduct.FREE)},
            ),
            Story(
                "E-GUMA cannot be reached, and the house sends people to its staff",
                balance=(NOT_SENT,) * 3 + (GOOD,),
                house={"outage": OutageRules(OutageConduct.STAFF_ONLY)},
            ),
            Story("A rule of the house gives the entry free", house={"tariff": Tariff((PriceRule(Terms.FREE),))}),
            Story("Power cut before the intent is on disk", power_cut_after=AskBalance),
            Story(
                "Power cut while Redeem is under way; it took effect",
                power_cut_after=Redeem,
                listed=(LISTED,),
                balance=(GOOD, DROPPED),
            ),
            Story("Power cut while Redeem is under way; it took no effect", power_cut_after=Redeem),
            Story(
                "The same, and it takes what was on the voucher before; the list shows the charge",
                power_cut_after=Redeem,
                cut_takes=Approved,
                listed=(LISTED,),
            ),
            Story(
                "The same; the list does not show it",
                power_cut_after=Redeem,
                cut_takes=Approved,
            ),
            Story(
                "The same; the list is refused",
                power_cut_after=Redeem,
                cut_takes=Approved,
                listed=(REFUSED,),
            ),
            Story("The process dies while Balance is asked", power_cut_after=Write, dies_alone=True),
            Story("Power cut between the pulse and its record", power_cut_after=Release, balance=(GOOD, DROPPED)),
            Story(
                "Power cut between the pulse and its record, and the visitor scans again",
                power_cut_after=Release,
                balance=(GOOD, DROPPED),
                comes_back=60,
            ),
        )
    ]


def table() -> str:
    """Return the page's table."""
    texts = Texts([Language.EN], Currency.CHF)
    lines = ["| what happens | the visitor reads | staff see | the books say |", "| --- | --- | --- | --- |"]
    for story in stories():
        reads = []
        for message in story.verdicts:
            text = texts.render(_with_sample_incident(message))
            sentence = f"**{text.title}.** {text.money}".replace("\u00a0", " ")
            if sentence not in reads:
                reads.append(sentence)
        books = "; ".join(story.books) or "nothing, for nothing was charged"
        nothing = "nothing: the gate starts again" if story.dies_alone else "nothing: the gate has no power"
        read = " Then: ".join(reads) or nothing
        lines.append(f"| {story.title} | {read} | {', then '.join(story.staff) or 'nothing'} | {books} |")
    return "\n".join(lines)


def _with_sample_incident(message: Message) -> Message:
    return Message(
        message.kind, message.price, message.balance, message.eguma_text, message.incident and "K7Q2M", message.fault
    )


def drawn(page: str) -> str:
    """Return the page with its table made anew."""
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text()))

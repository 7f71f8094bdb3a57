"""
The pure core by hand: a test says what E-GUMA answers and what time it is; disk and relay work unless told not to.

`Core` keeps what was shown and what is being asked. Nothing is answered that the test doesn't answer.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gate_controller.admission.attempt.attempt import Attempt
from gate_controller.admission.gate.gate import Gate
from gate_controller.admission.words import commands as do
from gate_controller.admission.words import events as on
from gate_controller.admission.words.calls import (
    AskBalance,
    AskRedemptions,
    Balance,
    BalanceAnswered,
    Call,
    CallFailed,
    CallFault,
    Cancel,
    CancelAnswered,
    Cancelled,
    ListedRedemption,
    Redeem,
    RedeemAnswered,
    Redemption,
    Redemptions,
    RedemptionsAnswered,
)
from gate_controller.admission.words.codes import VoucherCode
from gate_controller.admission.words.desk_calls import (
    Activate,
    Activated,
    Activation,
    ActivationAnswered,
    AskActivation,
    AskDeactivation,
    CancelPart,
    Deactivate,
    Deactivated,
    Deactivation,
    DeactivationAnswered,
    NewAmount,
    NewBalance,
    PartCancelled,
    ToppedUp,
    TopUp,
)
from gate_controller.admission.words.facts import Fact, Occurred, Occurrence
from gate_controller.admission.words.ids import NOBODY, Numbering, OrderId
from gate_controller.admission.words.info_calls import AskInfo, InfoAnswered, VoucherInfo
from gate_controller.admission.words.messages import Message, MessageKind
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.admission.words.policy import Policy
from gate_controller.admission.words.ticket_calls import (
    AskTicket,
    CheckedIn,
    CheckedOut,
    CheckIn,
    CheckOut,
    TicketAnswered,
    TicketInfo,
    TicketRefusal,
    TicketTaken,
)

VOUCHER, OTHER, SHORT_CODE = "L4FU5LQTKJR3", "AB12CD34EF56", "42"
PRICE = 2_500
TOKEN = "token-1"
WALL = 1_700_000_000.0
BOOT = "this boot"

LOST = CallFailed(CallFault.UNKNOWN, "no answer")
NOT_SENT = CallFailed(CallFault.NOT_SENT, "connection refused")
REFUSED = CallFailed(CallFault.REFUSED, "E-GUMA says no")
NO_KEY = CallFailed(CallFault.KEY_NOT_ACCEPTED, "401")

Outcome = (
    Balance
    | Redemption
    | Redemptions
    | Cancelled
    | CallFailed
    | Activation
    | Deactivation
    | NewAmount
    | NewBalance
    | TicketTaken
    | TicketRefusal
    | TicketInfo
    | VoucherInfo
)
Asked = Call

BUTTONS = {on.Contact.EXIT_BUTTON, on.Contact.BALANCE_BUTTON, on.Contact.PRICE_BUTTON}
_WAYS = ("takes_tickets", "is_way_out", "reentry_seconds", "undoes_entries", "most_inside")

ERRAND_ANSWERS: dict[type[Call], type[on.AttemptEvent]] = {
    TopUp: ToppedUp,
    CancelPart: PartCancelled,
    AskActivation: ActivationAnswered,
    Activate: Activated,
    AskDeactivation: DeactivationAnswered,
    Deactivate: Deactivated,
    CheckIn: CheckedIn,
    CheckOut: CheckedOut,
    AskTicket: TicketAnswered,
}
"""What answers each call about tickets, and each that staff have the gate make."""


def balance(
    cents: int,
    code: str = VOUCHER,
    *,
    redeemable: bool = True,
    message: str = "",
    currency: str | None = None,
    total: int | None = None,
    product_id: str = "",
) -> Balance:
    """Return an answer of Balance."""
    whole = None if total is None else Cents(total)
    return Balance(VoucherCode(code), redeemable, Cents(cents), message, currency, total=whole, product_id=product_id)


def charged(left: int, token: str = TOKEN) -> Redemption:
    """Return an answer of Redeem."""
    return Redemption(token, Cents(left))


def listed(
    own: int, *, surely: int = 0, at_most: int | None = None, user: str | None = "gate", by: str = "gate"
) -> Redemptions:
    """Return a list with so many charges of the price, and what the journal knows of the same voucher."""
    entries = tuple(ListedRedemption(VoucherCode(VOUCHER), Cents(PRICE), by, WALL + n) for n in range(own))
    return Redemptions(entries, user, surely, surely if at_most is None else at_most)


@dataclass
class Core:
    """A gate, its clock at `now`, and everything it said."""

    gate: Gate
    now: float = 1_000.0
    shown: list[Message] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    """What is on disk, in the order it came there."""
    asked: list[Asked] = field(default_factory=list)
    """What E-GUMA has not answered yet."""
    pulses: int = 0
    """How often somebody was let in."""
    moves: list[str] = field(default_factory=list)
    """What the gate was told to do, in order."""
    notes: list[str] = field(default_factory=list)
    ailments: list[str] = field(default_factory=list)
    """What was told of the passage sensor, in order; an empty one says that it works again."""
    answers: list[do.Answer] = field(default_factory=list)
    revised: list[OrderId] = field(default_factory=list)
    """Orders whose settings the gate has come to go by."""
    disk: str = "works"
    """Or "fails", or "hangs": then `held` writes wait for `disk_answers`."""
    held: list[do.Write] = field(default_factory=list)
    relay_works: bool = True
    buttons: set[on.Contact] = field(default_factory=set)
    """Those that have said how they are."""
    wall_error: float | None = None
    """How far the wall clock is off, while E-GUMA has not confirmed it; None: it has."""
    inbox: deque[on.Event] = field(default_factory=deque)

    # -- what happens

    def scan(self, code: str | bytes = VOUCHER) -> None:
        """Hold a code under the scanner."""
        self.happens(on.Scanned(self.at, code.encode() if isinstance(code, str) else code))

    def answer(self, *outcomes: Outcome) -> None:
        """Let E-GUMA answer what was asked first, and so on."""
        for outcome in outcomes:
            command = self.asked.pop(0)
            event: on.Event
            match command:
                case AskBalance():
                    assert isinstance(outcome, Balance | CallFailed), command
                    event = BalanceAnswered(self.at, command.attempt, outcome)
                case Redeem():
                    assert isinstance(outcome, Redemption | CallFailed), command
                    event = RedeemAnswered(self.at, command.attempt, outcome)
                case AskRedemptions():
                    assert isinstance(outcome, Redemptions | CallFailed), command
                    event = RedemptionsAnswered(self.at, command.attempt, outcome)
                case Cancel():
                    assert isinstance(outcome, Cancelled | CallFailed), command
                    event = CancelAnswered(self.at, command.attempt, outcome)
                case AskInfo():
                    assert isinstance(outcome, VoucherInfo | CallFailed), command
                    event = InfoAnswered(self.at, command.attempt, outcome)
                case _:
                    kind = ERRAND_ANSWERS[type(command)]
                    event = kind(self.at, command.attempt, outcome)  # type: ignore[call-arg]  # all have an outcome
            self.happens(event)

    def after(self, seconds: float) -> None:
        """Let time pass; the gate hears of it whenever it asked to."""
        end = self.now + seconds
        while (wake := self.gate.wake_at) is not None and wake <= end:
            self.now = max(self.now, wake)
            self.happens(on.TimePassed(self.at))
            again = self.gate.wake_at
            assert again is None or again > self.now, "the gate spins"
        self.now = end

    def contact(self, contact: on.Contact, *, active: bool = True) -> None:
        """Let a contact change; a button has said before that nobody presses it."""
        if contact in BUTTONS and contact not in self.buttons:
            self.buttons.add(contact)
            self.happens(on.ContactChanged(self.at, contact, active=False))
        self.happens(on.ContactChanged(self.at, contact, active))

    def press(self, button: on.Contact) -> None:
        """Press a button, and let it go."""
        self.contact(button)
        self.contact(button, active=False)

    def order(self, kind: type[on.Order], *fields: Any) -> do.Answer:
        """Give an order as Anna, and return its answer."""
        name = OrderId(f"order {len(self.answers) + 1}")
        self.happens(kind(self.at, name, "Anna", *fields))
        [answer] = [answer for answer in self.answers if answer.order == name]
        return answer

    def somebody_passes(self) -> None:
        """Let the sensor see somebody, who stands there for a moment, and nobody any more."""
        self.sensor_sees()
        self.sensor_sees(somebody=False)

    def sensor_sees(self, *, somebody: bool = True, since: float | None = None) -> None:
        """Let the sensor see somebody or nobody, since now unless told since when."""
        self.happens(on.SensorChanged(self.at, somebody, self.now if since is None else since))

    def disk_answers(self, *, works: bool = True, hangs_again: bool = False) -> None:
        """End the writes that hang; those that follow hang too where told so."""
        held, self.held = self.held, []
        self.disk = "hangs" if hangs_again else "works" if works else "fails"
        for write in held:
            self._end(write, works=works)

    def happens(self, event: on.Event) -> None:
        """Let the gate handle an event and what follows from it, one after the other, as the shell does."""
        self.inbox.append(event)
        if len(self.inbox) == 1:
            while self.inbox:
                self.carry_out(self.gate.handle(self.inbox[0]))
                self.inbox.popleft()

    # -- what the gate says

    def carry_out(self, commands: Iterable[do.Command]) -> None:  # noqa: PLR0912 - one case for each kind of command
        """Do what the shell does."""
        for command in commands:
            match command:
                case do.Show(message):
                    self.shown.append(message)
                case do.Note(text):
                    self.notes.append(text)
                case do.Revised(order):
                    self.revised.append(order)
                case do.SensorAils(why):
                    self.ailments.append(why)
                case do.Answer():
                    self.answers.append(command)
                case do.Write() if self.disk == "hangs":
                    self.held.append(command)
                case do.Write():
                    self._end(command, works=self.disk == "works")
                case do.Release(attempt, way) if self.relay_works:
                    self.moves.append(f"release {way.name.lower()}")
                    self.pulses += way is do.Way.IN
                    self.happens(on.Opened(self.at, attempt))
                case do.HoldOpen() if not self.relay_works:
                    self.happens(on.RelayFailed(self.at, NOBODY, "stuck"))
                case do.HoldOpen():
                    self.moves.append("HoldOpen")
                    self.happens(on.Opened(self.at, NOBODY))
                case do.Shut() | do.LetGo():
                    self.moves.append(type(command).__name__)
                case do.Release(attempt):
                    self.happens(on.RelayFailed(self.at, attempt, "stuck"))
                case Call():
                    self.asked.append(command)
                case _:
                    raise TypeError(command)

    def _end(self, write: do.Write, *, works: bool) -> None:
        if works:
            self.facts += [fact for fact in write.facts if fact not in self.facts]
            self.happens(on.Written(self.at, write.ticket))
        else:
            self.happens(on.WriteFailed(self.at, write.ticket, "disk full"))

    @property
    def at(self) -> on.Instant:
        """This moment on both clocks."""
        return on.Instant(self.now, WALL + self.now + (self.wall_error or 0.0), is_sure=self.wall_error is None)

    def told(self) -> MessageKind:
        """What the display says now."""
        return self.shown[-1].kind

    @property
    def asks(self) -> list[str]:
        """What E-GUMA is being asked, by name."""
        return [type(command).__name__ for command in self.asked]

    @property
    def story(self) -> list[str]:
        """What is on disk, by name."""
        return [type(fact).__name__ for fact in self.facts]

    @property
    def occurred(self) -> list[Occurrence]:
        """What the journal holds besides admissions."""
        return [fact.what for fact in self.facts if isinstance(fact, Occurred)]

    @property
    def only(self) -> Attempt:
        """The one attempt that is not finished."""
        [attempt] = self.gate.visitors.unfinished.values()
        return attempt

    # -- ways to a place

    def asks_redeem(self, left: int = 4_000, code: str = VOUCHER) -> None:
        """Scan, and come to where Redeem has been sent."""
        self.scan(code)
        self.answer(balance(left, code))
        assert self.asks == ["Redeem"]

    def admits(self, left: int = 4_000, code: str = VOUCHER) -> None:
        """Scan and be admitted."""
        self.asks_redeem(left, code)
        self.answer(charged(left - PRICE))
        assert self.told() is MessageKind.ADMITTED

    def is_in_doubt(self, left: int = 4_000) -> None:
        """Scan, and come to where the answer to Redeem is lost and the list is being asked."""
        self.asks_redeem(left)
        self.answer(LOST)
        assert self.asks == ["AskRedemptions"]

    def histories(self) -> dict[str, tuple[Fact, ...]]:
        """Return what is on disk of each attempt."""
        attempts: dict[str, list[Fact]] = {}
        for fact in self.facts:
            attempts.setdefault(fact.attempt, []).append(fact)
        return {attempt: tuple(facts) for attempt, facts in attempts.items()}

    def restarts(
        self, seconds: float = 3.0, *, price: int = PRICE, boot: str = "another boot", is_foreign: bool = False
    ) -> "Core":
        """
        Return the gate as it starts again with the journal it left: after a power cut, save in boot `BOOT`.

        `is_foreign`: on another machine.
        """
        attempts = self.histories()
        last = max((int(attempt[4:]) for attempt in attempts), default=0)
        ours = self.gate.policy
        rules = {"tariff": ours.tariff, "refuses_expired": ours.refuses_expired, "outage": ours.outage}
        again = core(sensor=ours.passage_seconds is not None, price=price, last=last, boot=boot, **rules)
        ways = {name: getattr(self.gate.policy, name) for name in _WAYS}
        again.gate.policy = replace(again.gate.policy, **ways)
        again.now, again.facts = self.now + seconds, list(self.facts)
        again.recovers(attempts.values(), is_foreign=is_foreign)
        return again

    def recovers(
        self, histories: Iterable[Sequence[Fact]], *, is_foreign: bool = False, prices: str | None = None
    ) -> None:
        """Let the gate take up what the journal holds."""
        histories = tuple(histories)
        commands = self.gate.recover(self.at, histories, is_foreign=is_foreign, recent=histories, prices=prices)
        assert not any(isinstance(command, do.Release | Redeem | CheckIn | CheckOut) for command in commands)
        self.carry_out(commands)


def core(*, sensor: bool = False, price: int = PRICE, last: int = 0, boot: str = BOOT, **policies: Any) -> Core:
    """
    Return a gate that takes scans; `policies` are other fields of its `Policy`.

    It ignores nothing that its sensor sees, unless told to, so that a test need not let time pass for a passage.
    """
    more: dict[str, Any] = {"ignore_seconds": 0.0, **policies}
    policy = Policy("gate-1", Cents(price), Currency.CHF, boot=boot, passage_seconds=8.0 if sensor else None, **more)
    return Core(Gate(policy, Numbering("TAG0", last)))


CREDIT_SECONDS = 600.0


def with_credit() -> Core:
    """Return a gate that holds a charge which nobody used."""
    gate = core(sensor=True)
    gate.admits(left=4_000)
    gate.after(8.0)
    assert gate.story[-1] == "CreditOpened"
    return gate


def refunding() -> Core:
    """Return a gate that gives a charge back."""
    gate = with_credit()
    gate.after(CREDIT_SECONDS)
    gate.answer(balance(1_500))
    assert gate.asks == ["Cancel"]
    return gate

"""
The shell around the core: events in, commands carried out, in order.

Rules: events are handled one after the other, in the event loop; a command that takes time reports back with an event;
what a visitor does not wait for (display, log) is done after the step that he waits for has begun; what only staff read
(status, counts), after his verdict.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Coroutine
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from gate_controller.admission.gate.gate import Gate
from gate_controller.admission.words import calls
from gate_controller.admission.words import commands as do
from gate_controller.admission.words import desk_calls as desk
from gate_controller.admission.words import events as on
from gate_controller.admission.words import ticket_calls as tickets
from gate_controller.admission.words.ids import NOBODY, AttemptId, OrderId
from gate_controller.admission.words.info_calls import AskInfo, InfoAnswered
from gate_controller.admission.words.messages import Fault, Message, MessageKind, Signal
from gate_controller.devices.errors import DeviceError
from gate_controller.eguma.api import Api
from gate_controller.journal.writer import Journal
from gate_controller.shell.books import Books
from gate_controller.shell.server_clock import ServerClock
from gate_controller.shell.status import StatusBoard

if TYPE_CHECKING:
    from gate_controller.shell.errand_calls import ErrandCall
    from gate_controller.shell.ticket_requests import TicketRequest

_log = logging.getLogger(__name__)

# The list that a look-up asks for begins this long before the charge, so that clocks need not agree to the minute.
LOOKUP_MARGIN_SECONDS = 24 * 3600.0

# "Checking" is shown this much after the request has left: no eye sees the difference, and a fast answer need not wait
# behind lamps and words.
CHECKING_SHOWN_AFTER_SECONDS = 0.01


class Shows(Protocol):
    """Whatever shows messages to the visitor."""

    def show(self, message: Message) -> None:
        """Show a message; never raises, never blocks."""


class Moves(Protocol):
    """Whatever moves the gate. Each returns at once and raises `DeviceError` where it cannot."""

    def release(self) -> None:
        """Let one person in."""

    def release_exit(self) -> bool | None:
        """Let one person out; where the way is open already, nothing moves, and it returns False."""

    def shut(self) -> None:
        """Close what stays open for one person."""

    def hold_open(self) -> None:
        """Open for everybody, until `let_go`."""

    def let_go(self) -> None:
        """Back to shut."""


class Runner:
    """Runs one gate. Everything here happens in the event loop."""

    def __init__(
        self,
        gate: Gate,
        *,
        journal: Journal,
        api: Api,
        clock: ServerClock,
        drive: Moves,
        front: Shows,
        books: Books,
        board: StatusBoard,
        crashed: Callable[[BaseException], None],
        on_move: Callable[[], None] = lambda: None,
        on_sensor_ailment: Callable[[str | None], None] = lambda _why: None,
    ) -> None:
        """
        `crashed` is told of an error that nobody foresaw, `on_move` of each movement, for a relay's noise garbles
        displays, `on_sensor_ailment` of what ails the passage sensor, or with None that it works again. `drive` may be
        replaced at any time.
        """
        self.gate = gate
        self._journal = journal
        self._api = api
        self._clock = clock
        self.drive = drive
        self._front = front
        self._books = books
        self._board, self._counts = board, board.counts
        self._crashed = crashed
        self._on_move = on_move
        self._on_sensor_ailment = on_sensor_ailment
        self.on_revised: Callable[[OrderId], None] = lambda _order: None
        """Told that the gate goes by the settings of an order from here on."""
        self._faults_told: dict[Fault, str] = {}
        self._loop = asyncio.get_running_loop()
        self._queue: deque[on.Event] = deque()
        self._handling = False
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._handled = asyncio.Event()
        self._untold: deque[Message] = deque()
        self._answers: dict[OrderId, do.Answer] = {}
        if gate.policy.takes_tickets:
            import_module("gate_controller.shell.ticket_requests")  # before the first visitor waits for it

    def now(self) -> on.Instant:
        """Return this moment; the wall clock follows E-GUMA's where the gate's own is wrong."""
        return on.Instant(time.monotonic(), self._clock.now(), is_sure=self._clock.is_set)

    def post(self, event: on.Event) -> None:
        """Let the gate handle an event, after those that came before it."""
        self._queue.append(event)
        if self._handling:
            return
        self._handling = True
        visitors = self.gate.visitors
        was_taken = visitors.lane is not None
        try:
            while self._queue:
                self.carry_out(self.gate.handle(self._queue.popleft()))
        except Exception as error:  # noqa: BLE001 - the gate's memory may be half-changed: stop, and recover from disk
            self._crashed(error)
            return
        self._handling = False
        if self._untold and self._untold[-1].signal is Signal.ADMITTED:
            self._tell()  # the gate is open: nothing that he waits for stands behind lamps and words any more
        self._handled.set()
        self._set_timer()
        if was_taken and visitors.lane is None:
            self._journal.rest()
        if self.gate.faults != self._faults_told:
            self._faults_told = dict(self.gate.faults)
            self._board.faults_changed()
        elif not self._board.tells_soon:
            self._board.changed()

    def scanned(self, frame: bytes) -> None:
        """Take a frame from the scanner."""
        self.post(on.Scanned(self.now(), frame))

    def fault(self, fault: Fault, why: str | None) -> None:
        """Take the gate out of service for a fault, or, with None, say that it holds no more."""
        if why is not None:
            self.post(on.FaultRaised(self.now(), fault, why))
        elif fault in self.gate.faults:
            self.post(on.FaultCleared(self.now(), fault))

    def order(self, order: on.Order) -> do.Answer:
        """Let the gate handle a person's order, and return its answer, which it gives before it takes anything else."""
        was_stopped = self._handling
        self.post(order)
        objection = "the gate is being stopped" if was_stopped else "the gate failed while it carried this out"
        return self._answers.pop(order.id, do.Answer(order.id, objection, is_unsure=not was_stopped))

    def carry_out(self, commands: tuple[do.Command, ...]) -> None:
        """Start every command, in order."""
        for command in commands:
            self._start(command)

    async def visitor_served(self) -> None:
        """Wait until no visitor waits for a verdict."""
        while self.gate.lane is not None and self.gate.lane.verdict_due is not None:
            self._handled.clear()
            await self._handled.wait()

    async def drain(self) -> None:
        """Wait until no request is out any more."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def stop(self) -> None:
        """Take no events any more, and drop the requests that are out."""
        self._handling = True
        if self._timer is not None:
            self._timer.cancel()
        for task in self._tasks:
            task.cancel()

    def _start(self, command: do.Command) -> None:  # noqa: C901, PLR0912 - one case for each kind of command
        match command:
            case calls.AskBalance():
                self._spawn(self._ask_balance(command))
            case calls.Redeem():
                self._spawn(self._redeem(command))
            case calls.AskRedemptions():
                self._spawn(self._ask_redemptions(command))
            case calls.Cancel():
                self._spawn(self._cancel(command))
            case AskInfo():
                self._spawn(self._ask_info(command))
            case (
                desk.TopUp()
                | desk.CancelPart()
                | desk.AskActivation()
                | desk.Activate()
                | desk.AskDeactivation()
                | desk.Deactivate()
            ):
                self._spawn(self._errand(command))
            case tickets.CheckIn() | tickets.CheckOut() | tickets.AskTicket():
                self._spawn(self._ask_of_ticket(command))
            case do.Write():
                self._append(command)
            case do.Release(attempt, way):
                release = self.drive.release if way is do.Way.IN else self.drive.release_exit
                if self._moved(release, attempt):
                    at = self.now()
                    self.post(on.Opened(at, attempt))
                    self._loop.call_soon(self._count_opening, attempt, at.mono)
            case do.HoldOpen():
                if self._moved(self.drive.hold_open, NOBODY):
                    self.post(on.Opened(self.now(), NOBODY))
            case do.Shut():
                self._moved(self.drive.shut, NOBODY)
            case do.LetGo():
                self._moved(self.drive.let_go, NOBODY)
            case do.Show(message):
                self._show(message)
            case do.Answer():
                self._answers[command.order] = command
            case do.Revised(order):
                self.on_revised(order)
            case do.SensorAils(why):
                self._loop.call_soon(self._on_sensor_ailment, why or None)
            case do.Note(text, alarm, is_detail):
                level = logging.WARNING if alarm else logging.DEBUG if is_detail else logging.INFO
                self._loop.call_soon(_log.log, level, "%s", text)
            case _:
                raise TypeError(f"not a command: {command!r}")

    def _show(self, message: Message) -> None:
        """Show messages in their order, but none of them while the step that the visitor waits for can be taken."""
        self._untold.append(message)
        if message.kind is MessageKind.CHECKING:
            self._loop.call_later(CHECKING_SHOWN_AFTER_SECONDS, self._tell)
        else:
            self._loop.call_soon(self._tell)

    def _tell(self) -> None:
        while self._untold:
            message = self._untold.popleft()
            # One that another message follows at once would be seen by nobody, and keep a slow display from the next.
            if message.kind is not MessageKind.CHECKING or not self._untold:
                self._front.show(message)
                self._afterwards(partial(self._counts.told, message.kind))

    def _append(self, write: do.Write) -> None:
        self._journal.append(write.facts, lambda failure: self._written(write, failure), synced=write.synced)

    def _moved(self, move: Callable[[], bool | None], attempt: AttemptId) -> bool:
        try:
            has_moved = move()
        except DeviceError as error:
            self.post(on.RelayFailed(self.now(), attempt, str(error)))
            return False
        if has_moved is not False:
            self._loop.call_soon(self._on_move)
        return True

    def _count_opening(self, attempt: AttemptId, mono: float) -> None:
        served = self.gate.visitors.lane
        if served is not None and served.id == attempt:  # a person's order has no scan
            self._counts.opened(mono - served.begun)

    def _written(self, write: do.Write, failure: str | None) -> None:
        if failure is None:
            self.post(on.Written(self.now(), write.ticket))
            self._afterwards(partial(self._board.written, write.facts))
        else:
            self.post(on.WriteFailed(self.now(), write.ticket, failure))
        if self.gate.visitors.lane is None:
            self._journal.rest()

    def _afterwards(self, note: Callable[[], None]) -> None:
        """Have something noted that only staff read: soon, or once a visitor who waits has been told his verdict."""
        self._board.put_off.append(note)
        lane = self.gate.visitors.lane
        if lane is None or lane.verdict_due is None:
            self._loop.call_soon(self._board.catch_up)

    async def _ask_balance(self, command: calls.AskBalance) -> None:
        begun = time.monotonic()
        outcome = await self._api.balance(command.code, command.deadline, urgent=command.urgent)
        self._answered("balance", calls.BalanceAnswered(self.now(), command.attempt, outcome), outcome, begun)

    async def _redeem(self, command: calls.Redeem) -> None:
        begun = time.monotonic()
        outcome = await self._api.redeem(command.voucher_code, command.amount, command.reference, command.deadline)
        self._answered("redeem", calls.RedeemAnswered(self.now(), command.attempt, outcome), outcome, begun)

    async def _cancel(self, command: calls.Cancel) -> None:
        begun = time.monotonic()
        outcome = await self._api.cancel(command.voucher_code, command.token, command.amount, command.deadline)
        self._answered("cancel", calls.CancelAnswered(self.now(), command.attempt, outcome), outcome, begun)

    async def _ask_info(self, command: AskInfo) -> None:
        # Only a house that refuses what has expired ever asks it.
        from gate_controller.eguma.desk_api import DeskApi  # noqa: PLC0415

        begun = time.monotonic()
        outcome = await DeskApi(self._api).info(command.voucher_code, command.deadline, urgent=command.urgent)
        self._answered("info", InfoAnswered(self.now(), command.attempt, outcome), outcome, begun)

    async def _errand(self, command: "ErrandCall") -> None:
        # Few gates ever need it, and no visitor waits for it.
        from gate_controller.shell.errand_calls import carried_out  # noqa: PLC0415

        begun = time.monotonic()
        what, event, outcome = await carried_out(self._api, command, self.now)
        self._answered(what, event, outcome, begun)

    async def _ask_of_ticket(self, command: "TicketRequest") -> None:
        # Few houses have tickets; where one does, it has been brought in with the gate.
        from gate_controller.shell.ticket_requests import asked  # noqa: PLC0415

        begun = time.monotonic()
        what, event, outcome = await asked(self._api, command, self.now)
        self._answered(what, event, outcome, begun)

    def _answered(self, what: str, event: on.AttemptEvent, outcome: object, begun: float) -> None:
        self.post(event)
        self._afterwards(partial(self._board.asked_eguma, what, outcome, event.at.mono - begun, event.at.wall))

    async def _ask_redemptions(self, command: calls.AskRedemptions) -> None:
        begun, since = time.monotonic(), command.since - LOOKUP_MARGIN_SECONDS
        listed = await self._books.listed(since, self.now().wall, command.deadline, urgent=command.urgent)
        at = self.now()
        failed = None if isinstance(listed, tuple) else listed  # a note must not keep a long list
        self._afterwards(partial(self._board.asked_eguma, "redemptions", failed, at.mono - begun, at.wall))
        if isinstance(listed, calls.CallFailed):
            self.post(calls.RedemptionsAnswered(at, command.attempt, listed))
            return
        outcome = await self._books.weigh(command, since, listed, at.wall)
        del listed
        self.post(calls.RedemptionsAnswered(self.now(), command.attempt, outcome))
        del outcome
        await self.visitor_served()
        await self._books.compare(self.now().wall)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._crashed(error)

    def _set_timer(self) -> None:
        wake_at = self.gate.wake_at
        if self._timer is not None:
            if wake_at == self._timer.when():
                return
            self._timer.cancel()
            self._timer = None
        if wake_at is not None:
            # The loop's clock is time.monotonic; it may fire within its resolution before the moment.
            self._timer = self._loop.call_at(wake_at, self._wake)

    def _wake(self) -> None:
        self._timer = None
        self.post(on.TimePassed(self.now()))

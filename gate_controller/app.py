"""
The composition root: builds every part from the settings and wires them. The only file that knows all.

`App` is the life of a gate: devices at rest, journal open, attempts of the last run taken up, scans until a signal
comes, devices at rest again. `answer_stopped` is what an order needs while no gate runs: the core, the journal's writer
and E-GUMA, without any device; nothing moves, and no scan is taken.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from gate_controller.admission.gate.gate import Gate
from gate_controller.admission.words.events import Stopping
from gate_controller.admission.words.ids import Numbering
from gate_controller.admission.words.messages import Fault, Message
from gate_controller.desk.broker_line import keep_broker_told
from gate_controller.desk.control_socket import ControlError, ControlServer
from gate_controller.desk.running import answerers_of
from gate_controller.desk.staff import Desk
from gate_controller.desk.stopped import NobodyThere, NothingMoves, answer
from gate_controller.desk.technicians import Trials
from gate_controller.desk.wanted_receipts import Receipts
from gate_controller.desk.wants import new_order
from gate_controller.devices.health import look
from gate_controller.devices.machine import serial_number
from gate_controller.devices.relay import RelayFault
from gate_controller.eguma.api import Api
from gate_controller.journal.writer import Journal
from gate_controller.settings import LoadedSettings, Settings
from gate_controller.shell.beats import Beats, Work
from gate_controller.shell.books import Books, OwnUser
from gate_controller.shell.degraded import Degraded
from gate_controller.shell.fittings import (
    PASSAGE_SENSOR,
    fitted,
    make_buzzer,
    make_lamps,
    make_player,
    make_scanner,
)
from gate_controller.shell.front import Front
from gate_controller.shell.house_count import keep_count
from gate_controller.shell.last_run import LastRun
from gate_controller.shell.last_visitor import LastVisitor
from gate_controller.shell.mending import Mending, NoDrive
from gate_controller.shell.policies import policy_of
from gate_controller.shell.printing import Printing
from gate_controller.shell.receivers import keep_telling, keep_told
from gate_controller.shell.reloading import NotReloaded, Reloading
from gate_controller.shell.resting import leave_rest_plan
from gate_controller.shell.runner import Runner
from gate_controller.shell.server_clock import ServerClock
from gate_controller.shell.service import Service
from gate_controller.shell.set_up import WAITS, SetUp, provisioner_of
from gate_controller.shell.status import StatusBoard
from gate_controller.shell.upkeep import Upkeep
from gate_controller.shell.watching_machine import MachineWatch
from gate_controller.systemd import log
from gate_controller.systemd.notify import watchdog_seconds
from gate_controller.texts import Language, Text, Texts
from gate_controller.web import keeping
from gate_controller.web.house import House

if TYPE_CHECKING:
    from gate_controller.devices.display.player import Player
    from gate_controller.shell.provisioner import Provisioner
    from gate_controller.web.playground import Playground

_log = logging.getLogger(__name__)

EXIT_CRASH = 70
"""sysexits.h's EX_SOFTWARE: an error that nobody foresaw. systemd starts the gate again, and it recovers from disk."""

STARTING = "starting"


class App:
    """One gate with all its parts."""

    def __init__(
        self,
        settings: Settings,
        *,
        on_text: Callable[[Message, Text], None] | None = None,
        on_ready: Callable[[str], None] | None = None,
        player: "Player | None" = None,
        playground: "Playground | None" = None,
        journal_lock: int | None = None,
        machine: str | None = None,
        log_lines: Callable[[], Iterable[str]] = tuple,
        origins: Mapping[str, str] = MappingProxyType({}),
        load: Callable[[], LoadedSettings] | None = None,
        set_up: SetUp | None = None,
        page_calm_seconds: float = keeping.CALM_SECONDS,
    ) -> None:
        """
        `player` is a display that is there already, in place of the one that the settings name; `playground` what a
        demo's page plays with; `journal_lock` the journal's lock, where it has been taken; `machine` what names this
        machine, if not its serial number; `log_lines` returns the last lines of the log; `origins` says where the
        settings came from, and `load` reads them again.
        With `set_up` the gate may be set up by its scanner. `page_calm_seconds` is what the gate has for itself between
        being ready and beginning its page.
        """
        self._settings = settings
        self._page_calm_seconds = page_calm_seconds
        self._playground = playground
        self._log_lines = log_lines
        self._stop, self._hurry = asyncio.Event(), asyncio.Event()
        self._exit_code = 0
        self._loop = asyncio.get_running_loop()
        self._lacks = set_up.lacks if set_up is not None else frozenset()
        key = "" if self._lacks else settings.eguma.api_key.get_secret_value()
        texts = Texts(
            [Language(code) for code in settings.display.languages],
            settings.admission.currency,
            settings.display.gate_name,
        )
        self._degraded = Degraded()
        leave_rest_plan(settings, self._degraded.note)  # before the first pin is touched
        self._player = player or make_player(settings, self._display_changed)
        self._lamps, self._buzzer = make_lamps(settings), make_buzzer(settings)
        self._front = Front(
            texts,
            self._lamps,
            buzzer=self._buzzer,
            player=self._player,
            wall=lambda: self._runner.now().wall,
            on_text=on_text,
            on_fault=self._degraded.note,
        )
        self.gate = Gate(policy_of(settings), Numbering(""))
        clock = ServerClock()
        self.board = StatusBoard(self.gate, self._degraded, devices=fitted(settings), wall=clock.now)
        self._degraded.on_change, self._degraded.faults = self.board.changed, self.gate.faults
        machine = serial_number() if machine is None else machine
        self._watch = MachineWatch(
            partial(look, settings.state_dir), is_clock_sure=lambda: clock.is_set, on_change=self.board.changed
        )
        self.board.machine = self._watch.status
        self._journal = Journal(
            settings.state_dir,
            on_damage=self._journal_damaged,
            lock=journal_lock,
            gate=f"{settings.id} {machine}",
        )
        self._api = Api(settings.eguma.base_url, key, clock.note)
        own_user = OwnUser(self._journal, configured=settings.eguma.user_id, api_key=key)
        self._books = Books(self._api, self._journal, own_user, tell=partial(self._degraded.note, "journal"))
        self._service = Service(self.board, self._journal, on_ready=on_ready)
        self._runner = Runner(
            self.gate,
            journal=self._journal,
            api=self._api,
            clock=clock,
            drive=NoDrive(),
            front=self._front,
            books=self._books,
            board=self.board,
            crashed=self._crashed,
            on_move=self._player.noise if self._player is not None else lambda: None,
            on_sensor_ailment=partial(self._degraded.note, PASSAGE_SENSOR),
        )
        self._last_run = LastRun(
            self._runner, journal=self._journal, books=self._books, board=self.board, machine=machine
        )
        self._mending = Mending(settings, self._runner, self._degraded, self._last_run.sensed)
        self._desk = Desk(
            settings.state_dir,
            now=self._runner.now,
            order=self._runner.order,
            gate=self.gate,
            status=self.board.status,
            journal=self._journal,
            books=self._books,
        )
        self._trials = Trials(
            self._front, texts, settings, gate=self.gate, degraded=self._degraded, given=self._desk.given
        )
        self._printing = Printing(settings, wall=clock.now, note=self._degraded.note)
        if settings.printer.prints == "admissions":
            self.board.follow_facts(self._printing.take)
        self._reloading = Reloading(
            settings,
            origins,
            load,
            now=self._runner.now,
            order=self._runner.order,
            apply=self._go_by,
            note=self._degraded.note_told,
        )
        self._runner.on_revised = self._reloading.revised
        self._answerers = answerers_of(
            settings,
            self._desk,
            self._trials,
            self._reloading,
            printing=self._printing,
            api=self._api,
            now=self._runner.now,
            note=self._degraded.note,
        )
        self._texts = texts
        self._provisioner = provisioner_of(
            settings,
            set_up,
            gate=self.gate,
            front=self._front,
            texts=texts,
            now=self._runner.now,
            note=self._degraded.note,
            on_taken=self.stop,
        )
        self._last_visitor = LastVisitor(self._runner, self._mending, self._hurry)
        self._house = self._make_house()
        self._is_revised, self._signalled = asyncio.Event(), set[asyncio.Task[None]]()
        self._beats = Beats(crashed=self._crashed, ending=self._trials.end)

    async def run(self) -> int:
        """Be a gate until `stop`; returns the exit code."""
        try:
            self.gate.starts_with(Fault.STARTING, STARTING)
            self._runner.fault(Fault.STARTING, STARTING)  # for the display
            if self._lacks:
                self._runner.fault(Fault.UNPROVISIONED, WAITS)
            # Before the journal can be read: a fire contact that is open now does not wait for a disk.
            self._mending.begin()
            async with self._beats.beating(
                self._page(), self._tell_receivers(), self._tell_broker(), self._printing.keep()
            ):
                await self._serve_visitors()
            await self._last_visitor.read_refusal()
        finally:
            await self._rest()
        if self._exit_code == 0:
            _log.info("stopped gate=%s", self._settings.id)
        return self._exit_code

    async def _serve_visitors(self) -> None:
        await self._last_run.take_up(self._stop, failed=self._mending.try_again)
        async with self._beats.beating(*self._until_the_last_visitor()):
            async with self._beats.beating(*self._until_the_stop()):
                await self._stop.wait()
            self._service.stopping()
            await self._last_visitor.finish()

    def _page(self) -> Work:
        """What serves the staff's page, whether or not the gate takes scans."""
        return keeping.keep(self._house, self._settings.web, self._degraded.note, calm_seconds=self._page_calm_seconds)

    def _make_house(self) -> House:
        settings = self._settings
        return House(
            name=settings.display.gate_name or settings.id,
            state_dir=settings.state_dir,
            texts=self._texts,
            status=self.board.status,
            follow=self.board.follow,
            follow_facts=self.board.follow_facts,
            counts=self.board.counts,
            log_lines=self._log_lines,
            desk=self._answerers,
            message=lambda: self._front.message,
            draw_display=self._player.draw if self._player is not None else lambda: None,
            playground=self._playground,
            price=self.gate.policy.price,
            tariff=self.gate.policy.tariff,
            second_price=self.gate.policy.second_price,
            desk_rules=settings.desk,
        )

    def _tell_receivers(self) -> Work:
        def tell() -> Work:
            return keep_told(self._settings, board=self.board, journal=self._journal, now=self._runner.now)

        return keep_telling(tell, self._is_revised)

    # -- other settings

    def reload(self) -> None:
        """Read the settings again, as SIGHUP asks."""
        self._signalled.add(task := asyncio.ensure_future(self._reload()))
        task.add_done_callback(self._signalled.discard)

    async def _reload(self) -> None:
        self._service.reloading()
        try:
            with contextlib.suppress(NotReloaded):  # log and status tell
                await self._reloading.reload("SIGHUP", new_order())
        finally:
            self._service.reloaded()  # whatever came of it: systemd waits for it without an end

    def _go_by(self, settings: Settings) -> None:
        """Let all that is no decision of the core's go by other settings; it does so between two visitors."""
        before, self._settings = self._settings, settings
        self._texts.speak([Language(code) for code in settings.display.languages], settings.display.gate_name)
        self._lamps.change_mode(settings.lamps.mode)
        if self._buzzer is not None:
            self._buzzer.keep_quiet(settings.buzzer.quiet)
        self._house.go_by(self.gate.policy, settings)
        log.set_level(settings.log.level)
        if settings.display != before.display:
            self._front.again()
        if (settings.notify, settings.display) != (before.notify, before.display):
            self._is_revised.set()
        self.board.changed()

    def _tell_broker(self) -> Work:
        return keep_broker_told(
            lambda: self._settings,
            board=self.board,
            journal=self._journal,
            answerers=self._answerers,
            recorded=self._desk.orders_on_record,
            now=self._runner.now,
            note=self._degraded.note,
        )

    def stop(self) -> None:
        """End the gate: every new scan is refused, the visitor in the lane served to the end. Said twice: at once."""
        if self._stop.is_set():
            self._hurry.set()
        self._begin_to_stop()

    def _begin_to_stop(self) -> None:
        if not self._stop.is_set():
            self._stop.set()
            self._runner.post(Stopping(self._runner.now()))

    def _crashed(self, error: BaseException) -> None:
        _log.critical("gate=crashed error=%s what=%r", type(error).__name__, str(error), exc_info=error)
        self._exit_code = EXIT_CRASH
        self._hurry.set()
        with contextlib.suppress(RelayFault):
            self._mending.drive.off()
        self._stop.set()

    def _journal_damaged(self, why: str) -> None:
        """End, so that the next start sets the journal aside and recovers; the visitor in the lane is served first."""
        _log.critical("journal=corrupt why=%r", why)
        self._exit_code = EXIT_CRASH
        self._begin_to_stop()

    # -- start and end

    def _until_the_last_visitor(self) -> Iterator[Work]:
        """What goes on while a gate that is being stopped serves its last visitor: who scans meanwhile is told."""
        on_frame, on_bytes = self._runner.scanned, None
        if (provisioner := self._provisioner) is not None:
            on_frame, on_bytes = partial(_unless_code, provisioner, on_frame), provisioner.take_bytes
        scanner = make_scanner(self._settings, on_frame=on_frame, on_change=self._scanner_changed, on_bytes=on_bytes)
        yield scanner.run()
        if (seconds := watchdog_seconds()) is not None:
            yield self._service.keep_watchdog_fed(seconds / 3, lambda: self._beats.go_on)

    def _until_the_stop(self) -> Iterator[Work]:
        settings = self._settings
        upkeep = Upkeep(
            self._runner,
            journal=self._journal,
            api=self._api,
            books=self._books,
            board=self.board,
            warm_seconds=settings.eguma.warm_seconds,
        )
        yield self._mending.keep()
        if self._provisioner is not None:
            yield self._provisioner.keep()
        if not self._lacks:
            yield upkeep.keep_warm()
            yield upkeep.learn_own_user()
        yield keep_count(self._runner, self._journal)
        yield upkeep.archive_old_attempts(lambda: self._settings.journal.keep_days)
        yield self._desk.get_ready()
        yield self._watch.keep()
        yield ControlServer(settings.state_dir, self._answerers).serve()

    async def _rest(self) -> None:
        """Put everything at rest, the relay first."""
        try:
            self._mending.close()
        except RelayFault as error:
            _log.critical("relay=stuck why=%r", str(error))
        self._lamps.close()
        if self._buzzer is not None:
            self._buzzer.close()
        if self._player is not None:
            await asyncio.to_thread(self._player.close)
        self._runner.stop()
        self.board.close()
        await self._runner.drain()
        if self._exit_code == 0 and (facts := self.gate.unrecorded):
            self._journal.append(facts, partial(_last_try_ended, len(facts)))
        await self._journal.close()
        await self._api.aclose()

    # -- what devices tell

    def _scanner_changed(self, takes_scans: bool, text: str) -> None:
        if takes_scans:
            # The line that says "ready" names it too; where there is more to wait for, this one does.
            is_all = not self.board.scanner and self.gate.faults.keys() <= {Fault.SCANNER, Fault.STARTING}
            self.board.scanner = text
            _log.log(logging.DEBUG if is_all else logging.INFO, "scanner=connected port=%s", text)
        self._runner.fault(Fault.SCANNER, None if takes_scans else text)

    def _display_changed(self, why: str | None) -> None:
        with contextlib.suppress(RuntimeError):  # a display that hung until the loop had ended
            self._loop.call_soon_threadsafe(self._degraded.note, "display", why)


def _unless_code(provisioner: "Provisioner", scanned: Callable[[bytes], None], frame: bytes) -> None:
    if not provisioner.takes(frame):
        scanned(frame)


def _last_try_ended(facts: int, failure: str | None) -> None:
    if failure is not None:
        _log.error("journal=not_recorded facts=%d why=%r", facts, failure)


async def answer_stopped(settings: Settings, do: str, request: dict[str, Any]) -> Any:
    """Answer one request on a stopped gate's journal. Raises `ControlError`."""
    journal = Journal(settings.state_dir)
    clock = ServerClock()
    api = Api(settings.eguma.base_url, settings.eguma.api_key.get_secret_value(), clock.note)
    gate = Gate(policy_of(settings), Numbering(""), {Fault.STARTING: "stopped"})
    board = StatusBoard(gate, Degraded())
    books = Books(api, journal, OwnUser(journal, configured=None, api_key=""), tell=lambda _: None)
    crash: list[BaseException] = []
    runner = Runner(
        gate,
        journal=journal,
        api=api,
        clock=clock,
        drive=NothingMoves(),
        front=NobodyThere(),
        books=books,
        board=board,
        crashed=crash.append,
    )
    desk = Desk(
        settings.state_dir,
        now=runner.now,
        order=runner.order,
        gate=gate,
        status=board.status,
        journal=journal,
        books=books,
    )
    try:
        receipts = Receipts(Printing(settings, wall=clock.now), desk.given).answerers()
        answered = await answer(desk, gate, journal, settings.state_dir, do, request, besides=receipts)
        runner.stop()
        await runner.drain()
    except ControlError:
        if crash:
            raise crash[0] from None
        raise
    finally:
        board.close()
        await journal.close()
        await api.aclose()
    if crash:
        raise crash[0]
    return answered

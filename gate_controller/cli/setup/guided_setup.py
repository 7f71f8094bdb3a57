"""The guided set-up as a whole: whatever it stopped is started again, whatever ends it, and only its end writes."""

import contextlib
from collections.abc import Iterator

from gate_controller.cli.asking import ask_if_running
from gate_controller.cli.exits import CommandError, ExitCode, complain
from gate_controller.cli.setup import keeping_settings
from gate_controller.cli.setup.dialogue import Dialogue
from gate_controller.cli.setup.interview import Interview
from gate_controller.cli.setup.wanted import WantedGate
from gate_controller.cli.trial import bench
from gate_controller.cli.trial.guided import refuse_without_terminal
from gate_controller.desk.control_socket import NotRunning
from gate_controller.settings.mistakes import KEY
from gate_controller.systemd import unit


def guided_setup(wanted: WantedGate) -> int:
    """Ask, and write what was answered. Raises `CommandError`."""
    refuse_without_terminal("run it in one, or name a file with --answers")
    keeping_settings.refuse_unchangeable(wanted.path)  # before the first question
    wanted.settings()  # and so are mistakes in what is in force
    return bench.run(_Setup(wanted).go_through())


class _Setup:
    def __init__(self, wanted: WantedGate) -> None:
        self._wanted = wanted
        self._has_stopped = False
        self._has_written = False

    async def go_through(self) -> int:
        dialogue = Dialogue()
        try:
            dialogue.tell(
                f"This sets up the gate of {self._wanted.path}. Enter takes what stands in brackets. Nothing is "
                "written before the end, and Ctrl-C ends it at any time, with everything at rest."
            )
            may_try = await self._free_devices(dialogue)
            with self._devices_of(may_try=may_try) as is_held:
                await Interview(dialogue, self._wanted, may_try=is_held).all()
            return await self._write(dialogue)
        finally:
            if not self._has_written:
                complain("setup did not come to its end: nothing was written", kind="warning")
            dialogue.close()
            self._start_again()

    async def _free_devices(self, dialogue: Dialogue) -> bool:
        """Return whether the devices can be tried; stop the gate for that, if the person likes."""
        state_dir = self._wanted.settings().state_dir
        try:
            ask_if_running(state_dir, "status")
        except (NotRunning, CommandError):
            if not unit.is_active():
                return True
        if not unit.is_active():
            dialogue.tell("A gate runs here, and not as a service: its devices cannot be tried. End it to try them.")
            return False
        question = "The gate runs. Stop it, so that its devices can be tried, and start it again at the end?"
        if not await dialogue.yes(question, default=True):
            return False
        self._has_stopped = True
        try:
            unit.stop()
        except unit.UnitError as error:
            raise CommandError(ExitCode.NO, str(error)) from None
        return True

    @contextlib.contextmanager
    def _devices_of(self, *, may_try: bool) -> Iterator[bool]:
        if not may_try:
            yield False
            return
        with bench.stopped_gate(self._wanted.settings()):
            yield True

    async def _write(self, dialogue: Dialogue) -> int:
        dialogue.head("What changes")
        draft = keeping_settings.drafted(self._wanted)
        if draft.changes_nothing:
            dialogue.tell("Nothing: all of it is so already.")
            self._has_written = True
            return ExitCode.OK
        for line in draft.lines:
            dialogue.tell(f"  {line}")
        kept = keeping_settings.how_kept(draft.path, KEY)
        if draft.secrets:
            how = "encrypted for this machine" if kept == keeping_settings.ENCRYPTED else "in a file for root alone"
            dialogue.tell(f"The key is kept {how}.")
        if not await dialogue.yes("Write it?", default=True, is_fresh=True):
            return ExitCode.NO
        for line in keeping_settings.write(draft, kept):
            dialogue.tell(f"written: {line}")
        self._has_written = True
        if not self._has_stopped and unit.is_installed():
            self._has_stopped = await dialogue.yes(
                "Start the gate now, and at each start of this machine?", default=True
            )
        dialogue.tell(
            "Next: `sudo gate-controller doctor` looks at everything once more, and `sudo gate-controller test all` "
            "goes through the devices with a report."
        )
        if str(self._wanted.of("web.host")) != "127.0.0.1":
            dialogue.tell(
                "Whoever is to use the page needs an account: `sudo gate-controller user add NAME --role staff`."
            )
        return ExitCode.OK

    def _start_again(self) -> None:
        if not self._has_stopped:
            return
        try:
            unit.start(enable=self._has_written)
        except unit.UnitError as error:
            complain(str(error))
        else:
            print("the gate is being started: `gate-controller gate status` tells how it is", flush=True)

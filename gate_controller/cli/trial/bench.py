"""
The devices of a stopped gate on the bench: each is made from the settings, tried, and put at rest again.

The journal's lock is held all the while, so that no gate starts to serve visitors with devices that are being tried.
Whatever ends a trial (its end, a fault, Ctrl-C, SIGTERM), the device is at rest after it.
"""

import asyncio
import contextlib
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

from gate_controller.admission.words.messages import Signal
from gate_controller.admission.words.money import Cents
from gate_controller.cli import interrupting
from gate_controller.cli.asking import ask_if_running
from gate_controller.cli.exits import CommandError, ExitCode, complain
from gate_controller.cli.trial import words
from gate_controller.cli.trial.words import say
from gate_controller.desk.control_socket import NotRunning
from gate_controller.desk.technicians import pictures
from gate_controller.devices.drive import Drive, DriveKind
from gate_controller.devices.errors import DeviceError
from gate_controller.devices.relay import RelayFault
from gate_controller.journal.failures import JournalError, JournalInUse
from gate_controller.journal.lock import locked
from gate_controller.settings import Settings
from gate_controller.shell.fittings import image_file, make_buzzer, make_drive, make_lamps, make_player
from gate_controller.shell.front import QUIET, show_at_once
from gate_controller.shell.resting import leave_rest_plan
from gate_controller.texts import Language, Texts

_Outcome = TypeVar("_Outcome")

# Between two sounds, so that their beeps are not counted together.
PAUSE_SECONDS = 1.0

LONG_TIMES = 3
"""How much longer the picture with several pages is shown than the others."""

# What a drive may take longer than its plan, on a machine with other work, before it counts as stuck.
_SLACK_SECONDS = 5.0
_LOOK_SECONDS = 0.02


@contextlib.contextmanager
def stopped_gate(settings: Settings) -> Iterator[None]:
    """Keep a gate from starting, and leave the rest plan as one does; raise `CommandError` where a gate runs."""
    state_dir = settings.state_dir
    remedy = "stop it (sudo systemctl stop gate-controller), or, but for scanner and all, add --through-gate"
    try:
        ask_if_running(state_dir, "status")
    except NotRunning:
        pass
    else:
        raise CommandError(ExitCode.NO, f"a gate runs on {state_dir}: {remedy}")
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(locked(state_dir))
        except JournalInUse:
            raise CommandError(
                ExitCode.NO, f"a gate that starts, or another test, uses {state_dir}: wait for its end, or stop it"
            ) from None
        except JournalError as error:
            raise CommandError(ExitCode.NO, str(error)) from None
        leave_rest_plan(settings, lambda _, why: complain(why, kind="warning") if why else None)
        yield


def run(work: Coroutine[Any, Any, _Outcome]) -> _Outcome:
    """Do the work to its end, with everything at rest after SIGTERM and SIGHUP too; raise `CommandError`."""
    try:
        return interrupting.run(work)
    except DeviceError as error:
        raise CommandError(ExitCode.NO, str(error)) from None


async def relay(settings: Settings, *, way_out: bool = False) -> None:
    """Release the gate once, and wait until it is at rest again. Raises `DeviceError`."""
    loop = asyncio.get_running_loop()
    failed = asyncio.Event()
    faults: list[str] = []

    def note(text: str) -> None:
        faults.append(text)
        loop.call_soon_threadsafe(failed.set)

    drive = make_drive(settings, note)
    try:
        if settings.drive.kind == DriveKind.MOTOR and not way_out:
            say("closing: nobody knows where a motor's gate stands")
            drive.shut()
            await _at_rest(drive, settings, failed)
        if way_out:
            drive.release_exit()
            say(f"exit relay on GPIO{settings.drive.exit_pin}: on for {settings.relay.pulse_seconds:g} s")
        else:
            drive.release()
            say(f"relay on GPIO{settings.relay.pin}: {_released(settings)}")
        await _at_rest(drive, settings, failed)
        if not faults:
            say("at rest")
    finally:
        with contextlib.suppress(RelayFault):
            # Whatever cut the release short: a barrier is not left open.
            drive.shut()
            await _at_rest(drive, settings, failed)
        drive.close()
        if settings.drive.kind == DriveKind.MAGLOCK:
            say("without a gate that runs, the magnet is off: the way is free")
    if faults:
        raise DeviceError("; ".join(faults))


async def lamps(settings: Settings, each: float) -> None:
    """Show every signal for `each` seconds. Raises `DeviceError` for lamps that failed, when all have been tried."""
    faults: list[str] = []
    fitted = make_lamps(settings)
    try:
        for sign, line in words.of_lamps(settings):
            say(line)
            with _noted(faults):
                fitted.show(sign)
            await asyncio.sleep(each)
        with _noted(faults):
            fitted.show(Signal.IDLE)  # which tells what failed since
    finally:
        fitted.close()
    if faults:
        raise DeviceError("; ".join(faults))


async def buzzer(settings: Settings) -> None:
    """Play every sound. Raises `DeviceError`, in quiet hours too."""
    fitted = make_buzzer(settings)
    if fitted is None:
        return
    try:
        if fitted.is_quiet:
            raise DeviceError(QUIET)
        for sound, seconds, line in words.of_sounds():
            say(line)
            fitted.play(sound)
            await asyncio.sleep(seconds + PAUSE_SECONDS)
    finally:
        fitted.close()


async def display(settings: Settings, each: float) -> None:
    """Show every picture for `each` seconds. Raises `DeviceError` as soon as the display fails."""
    loop = asyncio.get_running_loop()
    failed = asyncio.Event()
    faults: list[str] = []

    def note(why: str | None) -> None:
        if why is not None:
            faults.append(why)
            loop.call_soon_threadsafe(failed.set)

    texts = Texts(
        [Language(code) for code in settings.display.languages], settings.admission.currency, settings.display.gate_name
    )
    player = make_player(settings, note)
    if player is None:
        return
    try:
        if settings.display.driver == "image":
            say(f"the picture is in {image_file(settings)}")
        for name, card in pictures(texts, Cents(settings.admission.price_cents)).items():
            say(name)
            show_at_once(player, card)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds_of(name, each)):
                    await failed.wait()
                break
    finally:
        await asyncio.to_thread(player.close)
    if faults:
        raise DeviceError(faults[0])


def seconds_of(picture: str, each: float) -> float:
    """Return how long a picture is shown."""
    return each * LONG_TIMES if picture == "refused" else each


def _released(settings: Settings) -> str:
    pulse, open_ = f"{settings.relay.pulse_seconds:g} s", f"{settings.drive.open_seconds:g} s"
    match DriveKind(settings.drive.kind):
        case DriveKind.PULSE:
            return f"on for {pulse}"
        case DriveKind.HOLD:
            return f"on, and the gate open, for {open_}"
        case DriveKind.MOTOR:
            return f"on for {pulse}, the gate open for {open_}; then the close relay, on for {pulse}"
        case DriveKind.MAGLOCK:
            return f"off, and the magnet unlocked, for {open_}"


async def _at_rest(drive: Drive, settings: Settings, failed: asyncio.Event) -> None:
    """Wait until the drive has played its plan, or has failed. Raises `RelayFault` where it is stuck."""
    relay = settings.relay.pulse_seconds
    looks = int((settings.drive.open_seconds + 2 * relay + _SLACK_SECONDS) / _LOOK_SECONDS)
    for _ in range(looks):
        if not drive.is_on or failed.is_set():
            return
        await asyncio.sleep(_LOOK_SECONDS)
    raise RelayFault("the relay has not come to rest: take its power away, and look at its wiring")


@contextlib.contextmanager
def _noted(faults: list[str]) -> Iterator[None]:
    try:
        yield
    except DeviceError as error:
        faults.append(str(error))

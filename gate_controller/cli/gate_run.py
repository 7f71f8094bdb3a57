"""The gate's own life as a command, without the command line's framework: a gate that starts does not wait for it."""

import gc
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from gate_controller.cli.exits import CommandError, ExitCode
from gate_controller.cli.in_force import read
from gate_controller.cli.light_libraries import libraries_made_light
from gate_controller.cli.setting_up import load_for_run

if TYPE_CHECKING:
    from collections.abc import Callable

    from gate_controller.app import App
    from gate_controller.settings import Settings

# ruff: noqa: PLC0415 - the gate brings in all its libraries: after the settings, and not for the other commands


def run_with(config: Path | None = None, overrides: list[str] | None = None) -> int:
    """Run the gate with these arguments until it is told to stop; returns the exit code. Raises `CommandError`."""
    with libraries_made_light():
        loaded, set_up = load_for_run(config, overrides)
    settings = loaded.settings

    from gate_controller.journal.failures import JournalError, JournalInUse
    from gate_controller.journal.lock import take_lock
    from gate_controller.systemd.notify import notify

    try:
        # For as long as this process lives: the end of it gives it back.
        lock = take_lock(settings.state_dir)
    except JournalInUse as error:
        notify(f"STATUS={error}")
        raise CommandError(ExitCode.SETTINGS, str(error)) from None
    except JournalError:
        lock = None

    import asyncio

    from gate_controller.app import App

    gc.freeze()  # libraries and classes stay for good: the collector need not walk them
    gc.enable()
    # What a gate has that waits for its set-up codes is no set of settings: it ends with the first that it is given.
    again = None if set_up.lacks else partial(read, config, overrides)
    # Without the journal's lock it shows why, and tries again.
    made = partial(App, settings, journal_lock=lock, origins=loaded.origins, load=again, set_up=set_up)
    return asyncio.run(_until_told(settings, made))


async def _until_told(settings: "Settings", made: "Callable[..., App]") -> int:
    """
    Run a gate until SIGTERM or SIGINT; returns the exit code. A second signal ends it at once. On SIGHUP it reads its
    settings again.
    """
    import asyncio
    import faulthandler
    import signal

    from gate_controller.settings import secrets_of
    from gate_controller.systemd import log

    faulthandler.enable()  # the watchdog's SIGABRT then leaves every thread's stack in the log
    kept = log.set_up(settings.log.level, *secrets_of(settings))

    def say(line: str) -> None:
        print(line, flush=True)

    app = made(on_ready=say, log_lines=kept.lines)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, app.stop)
    # Whoever closes the terminal that a gate was started in ends it; a service has none.
    loop.add_signal_handler(signal.SIGHUP, app.stop if sys.stdin is not None and sys.stdin.isatty() else app.reload)
    return await app.run()

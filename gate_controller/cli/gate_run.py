"""The gate's own life as a command, without the command line's framework: a gate that starts does not wait for it."""

import gc
from functools import partial
from pathlib import Path

from gate_controller.cli.exits import CommandError, ExitCode
from gate_controller.cli.in_force import read
from gate_controller.cli.setting_up import load_for_run

# ruff: noqa: PLC0415 - the gate brings in all its libraries: after the settings, and not for the other commands


def run_with(config: Path | None = None, overrides: list[str] | None = None) -> int:
    """Run the gate with these arguments until it is told to stop; returns the exit code. Raises `CommandError`."""
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

    from gate_controller.app import run_gate

    gc.enable()
    # What a gate has that waits for its set-up codes is no set of settings: it ends with the first that it is given.
    again = None if set_up.lacks else partial(read, config, overrides)
    return asyncio.run(run_gate(settings, lock, origins=loaded.origins, load=again, set_up=set_up))

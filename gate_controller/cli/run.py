"""`gate-controller run`: the gate itself."""

from gate_controller.cli.exits import CommandError, ExitCode
from gate_controller.cli.options import ConfigOption, SetOption, load

# ruff: noqa: PLC0415 - the gate brings in all its libraries: after the settings, and not for the other commands


def run(config: ConfigOption = None, overrides: SetOption = None) -> int:
    """
    Run the gate until it is told to stop.

    Takes scans, asks E-GUMA, opens the gate. Prints one line with the word "ready" when it takes scans. SIGTERM
    or Ctrl-C ends it with the relay at rest. Mistakes in the settings end it with exit code 2, before any device
    is touched, and so does another gate that runs on the same state directory.

    Example:
      GATE_ADMISSION__PRICE_CENTS=2500 GATE_EGUMA__API_KEY_FILE=/run/keys/east gate-controller run
    """
    settings = load(config, overrides).settings

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

    return asyncio.run(run_gate(settings, lock))

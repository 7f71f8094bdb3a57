"""`gate-controller run`: the gate itself."""

from gate_controller.cli.options import ConfigOption, SetOption, load


def run(config: ConfigOption = None, overrides: SetOption = None) -> int:
    """
    Run the gate until it is told to stop.

    Takes scans, asks E-GUMA, opens the gate. Prints one line with the word "ready" when it takes scans. SIGTERM
    or Ctrl-C ends it with the relay at rest. Mistakes in the settings end it with exit code 2, before any device
    is touched.

    Example:
      GATE_ADMISSION__PRICE_CENTS=2500 GATE_EGUMA__API_KEY_FILE=/etc/gate-controller/key gate-controller run
    """
    loaded = load(config, overrides)

    # ruff: noqa: PLC0415 - the gate brings in all its libraries: after the settings, and not for the other commands
    import asyncio

    from gate_controller.app import run_gate

    return asyncio.run(run_gate(loaded.settings))

"""`gate-controller run`: the gate itself."""

from gate_controller.cli.gate_run import run_with
from gate_controller.cli.options import ConfigOption, SetOption


def run(config: ConfigOption = None, overrides: SetOption = None) -> int:
    """
    Run the gate until it is told to stop.

    Takes scans, asks E-GUMA, opens the gate. Prints one line with the word "ready" when it takes scans. SIGTERM
    or Ctrl-C ends it with the relay at rest. Mistakes in the settings end it with exit code 2, before any device
    is touched, and so does another gate that runs on the same state directory. Without price or key, but with a file of
    keys (provisioning.keys_file), the gate waits for the codes that set it up, and takes nothing else.

    Example:
      GATE_ADMISSION__PRICE_CENTS=2500 GATE_EGUMA__API_KEY_FILE=/run/keys/east gate-controller run
    """
    return run_with(config, overrides)

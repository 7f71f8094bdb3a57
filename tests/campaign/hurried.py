"""
A gate or a venue that comes to the broker soon after its start: `python -P tests/campaign/hurried.py PULSES run`.

Waiting is left out, nothing else. Each time that a gate lets somebody in is written into the file PULSES: the relay's
own witness, who outlives the gate.
"""

import os
import sys
import time

from gate_controller.cli import main
from gate_controller.devices.drive import Drive
from gate_controller.shell import telemetry

if __name__ == "__main__":
    _PULSES, *_ARGUMENTS = sys.argv[1:]
    telemetry.BEGINS_AFTER_SECONDS = 0.1  # type: ignore[misc]  # from outside, on purpose
    telemetry.PAUSES = (0.1,)  # type: ignore[misc, assignment]  # as above
    telemetry.FICKLE = 1_000_000  # type: ignore[misc]  # as above
    if "venue" in _ARGUMENTS:
        from gate_controller.venue import venue_service

        venue_service.PAUSES = (0.1,)  # type: ignore[misc, assignment]  # as above
    _release = Drive.release

    def _witnessed(self: Drive) -> None:
        _release(self)
        handle = os.open(_PULSES, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(handle, f"{time.time()}\n".encode())
        os.close(handle)

    Drive.release = _witnessed  # type: ignore[method-assign]  # as above
    sys.exit(main(_ARGUMENTS))

"""
The simulator as a process of its own: `python -m gate_controller.simulator --port 0`.

Prints one line with its address when it listens, and ends on SIGTERM or SIGINT.
"""

import argparse
import asyncio
import signal
import sys

from gate_controller.simulator.server import Simulator


async def _run(simulator: Simulator) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with simulator:
        print(f"listening on {simulator.base_url}", flush=True)
        await stop.wait()


def main() -> int:
    """Run until told to stop; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m gate_controller.simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: a free one)")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer (default: none)")
    given = parser.parse_args()
    try:
        asyncio.run(_run(Simulator(host=given.host, port=given.port, latency_seconds=given.latency)))
    except OSError as error:
        print(
            f"cannot listen on {given.host} port {given.port}: {error.strerror}: choose another --port",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

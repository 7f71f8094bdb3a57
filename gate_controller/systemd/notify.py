"""
Telling systemd how the service is (sd_notify(3)): a datagram to the socket that systemd names, if it names one.

A gate works whether systemd listens or not, so what cannot be told is logged and no more.
"""

import logging
import os
import socket

_log = logging.getLogger(__name__)

# systemd reads at once, save while it re-executes itself; a gate must not wait for it any longer.
SEND_SECONDS = 1.0


def notify(*states: str) -> None:
    """Send states such as `READY=1`, `STATUS=…`, `WATCHDOG=1`; without systemd this does nothing."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    # A line is an assignment: one with a break in it would be two.
    lines = [" ".join(state.splitlines()) for state in states]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as connection:
        connection.settimeout(SEND_SECONDS)
        try:
            connection.connect(address)
            connection.sendall("\n".join(lines).encode())
        except OSError as error:
            _log.warning("systemd=not_told what=%r why=%r", lines[0], str(error))


def watchdog_seconds() -> float | None:
    """Return how often systemd wants to hear from this process, in seconds; None: it does not watch."""
    if os.environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    microseconds = os.environ.get("WATCHDOG_USEC", "")
    return int(microseconds) / 1e6 if microseconds.isdigit() and int(microseconds) > 0 else None

"""Telling systemd how the service is (sd_notify(3)): a datagram to the socket that systemd names, if it names one."""

import os
import socket


def notify(*states: str) -> None:
    """Send states such as `READY=1`, `STATUS=…`, `WATCHDOG=1`; without systemd this does nothing."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as connection:
        connection.connect(address)
        connection.sendall("\n".join(states).encode())


def watchdog_seconds() -> float | None:
    """Return how often systemd wants to hear from this process, in seconds; None: it does not watch."""
    if os.environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    microseconds = os.environ.get("WATCHDOG_USEC", "")
    return int(microseconds) / 1e6 if microseconds.isdigit() and int(microseconds) > 0 else None

"""
The process whose forks carry commands out for `forked.py`. It ends when its standard input does.

It brings in nothing of ours but the command line, so that whatever a command needs it brings in as when it is started.
"""

import atexit
import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
import threading
import time
from typing import Any, Never, TextIO

# What most commands bring in, and none of ours: it is there when they are forked.
import httpx  # noqa: F401
import pydantic_settings  # noqa: F401
from typer.main import get_command

from gate_controller.cli import entry, main

_MOST_BYTES = 100_000


def serve(number: int) -> None:
    """Take orders at a listening socket, a connection each."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever ends the tests ends their standard input too
    get_command(entry.app)  # the first time takes longest: what was looked up is kept
    gc.freeze()  # whoever walked all that is there would copy it
    with socket.socket(fileno=number) as listening:
        while True:
            ready, _, _ = select.select([listening.fileno(), 0], [], [])
            if listening.fileno() not in ready:
                return
            line, _ = listening.accept()
            with line:
                _bury()
                if not os.fork():
                    listening.close()
                    _attend(line)


def _bury() -> None:
    """Let those go that have ended."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass


def _attend(line: socket.socket) -> Never:
    """Have one order carried out, and tell its process and its exit code."""
    message, streams, _, _ = socket.recv_fds(line, _MOST_BYTES, 3)
    process = os.fork()
    if not process:
        line.close()
        _carry_out(json.loads(message), streams)
    for stream in streams:
        os.close(stream)
    line.send(str(process).encode())
    _, status = os.waitpid(process, 0)
    line.send(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _carry_out(order: dict[str, Any], streams: list[int]) -> Never:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for own, given in enumerate(streams):
        os.dup2(given, own)
        os.close(given)
    sys.stdin, sys.stdout, sys.stderr = _stream(0, "surrogateescape"), _stream(1, "strict"), _stream(2, "strict")
    os.environ.clear()
    os.environ.update(order["environ"])
    time.tzset()
    os.chdir(order["cwd"])
    sys.argv = ["gate-controller", *order["words"]]
    code = main()
    # As at the end of any process, but for taking apart all that it has in common with others.
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)


def _stream(number: int, errors: str) -> TextIO:
    return open(number, "r" if number == 0 else "w", encoding="utf-8", errors=errors, closefd=False)

"""
Work beside the command, in a thread that nobody has to wait for: one that hangs does not keep the command from its end.

asyncio's own threads are waited for when a loop ends, for as long as a name server or a dead disk takes.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TookTooLong
from typing import TypeVar

_T = TypeVar("_T")


def begun(work: Callable[[], _T], name: str = "aside") -> "Future[_T]":
    """Begin work in a thread of its own; return what it comes to."""
    future: Future[_T] = Future()

    def do() -> None:
        outcome: _T
        try:
            outcome = work()
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            with contextlib.suppress(Exception):
                future.set_exception(error)
        else:
            future.set_result(outcome)

    threading.Thread(target=do, name=name, daemon=True).start()
    return future


async def aside(work: Callable[[], _T], seconds: float) -> _T:
    """Do work beside the loop; raise `TimeoutError` where it takes longer."""
    async with asyncio.timeout(seconds):
        return await asyncio.wrap_future(begun(work))


def waited_for(future: "Future[_T]", seconds: float) -> _T:
    """Return what work has come to; raise `TimeoutError` where it takes longer."""
    try:
        return future.result(timeout=seconds)
    except TookTooLong:
        raise TimeoutError from None

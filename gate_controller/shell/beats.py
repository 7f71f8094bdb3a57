"""What goes on beside the gate's events: each work is a task, and the first that fails ends the gate."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

Work = Coroutine[Any, Any, None]


class Beats:
    """The works that go on just now."""

    def __init__(self, *, crashed: Callable[[BaseException], None], ending: Callable[[], None]) -> None:
        """`crashed` is told of an error that ended a work, `ending` before works are ended."""
        self._crashed = crashed
        self._ending = ending
        self._beats: set[asyncio.Task[None]] = set()

    @property
    def go_on(self) -> bool:
        """Whether all of them do that have not done their work."""
        return all(not beat.done() for beat in self._beats)

    @contextlib.asynccontextmanager
    async def beating(self, *works: Work) -> AsyncIterator[None]:
        """Let works go on meanwhile."""
        beats = {asyncio.ensure_future(work) for work in works}
        self._beats |= beats
        for beat in beats:
            beat.add_done_callback(self._ended)
        try:
            yield
        finally:
            self._ending()
            self._beats -= beats
            for beat in beats:
                beat.cancel()
            await asyncio.gather(*beats, return_exceptions=True)

    def _ended(self, beat: asyncio.Task[None]) -> None:
        if beat not in self._beats or beat.cancelled():
            return
        if (error := beat.exception()) is None:
            self._beats.discard(beat)  # its work is done
        else:
            self._crashed(error)
